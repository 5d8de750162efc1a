// SPDX-License-Identifier: AGPL-3.0-or-later

// A real kithd for tests: started, asked, stopped, killed.
#pragma once

#include <sys/resource.h>
#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "crypto/testing/test_device.h"
#include "server/embedded/testing/test_directory.h"

namespace kith::node {

// A program's run: what it wrote, and how it ended.
struct Ran {
  int exit_code = -1;
  std::string out;
  std::string err;
};
// Runs kithd with these arguments to its end, at most ten seconds.
Ran run_kithd(const std::vector<std::string>& arguments);

class KithdProcess {
 public:
  // Nothing runs yet. The data directory outlives it, so that another can go on with it.
  explicit KithdProcess(const TestDirectory& directory) : directory_(directory) {}
  ~KithdProcess();
  KithdProcess(const KithdProcess&) = delete;
  KithdProcess& operator=(const KithdProcess&) = delete;

  // Starts it on loopback with the echo sender, and waits for its address: a free port the first time, and the same one
  // ever after. False when none came. `descriptors`: its limit of them; 0: as it is.
  [[nodiscard]] bool start(std::vector<std::string> more_arguments = {}, rlim_t descriptors = 0);
  [[nodiscard]] uint16_t port() const { return port_; }
  [[nodiscard]] pid_t pid() const { return pid_; }
  void signal(int number) const;
  // Waits for the end, at most `seconds`; absent when it still runs. What it wrote to standard error is then in log().
  std::optional<int> wait(int seconds = 15);
  // kill -9.
  void crash();
  [[nodiscard]] std::string log() const;

 private:
  const TestDirectory& directory_;
  pid_t pid_ = -1;
  int out_ = -1;
  uint16_t port_ = 0;
};

// A device that has registered over HTTP and published its keys.
class RegisteredDevice {
 public:
  RegisteredDevice(uint16_t port, std::string phone, uint64_t seed);

  [[nodiscard]] bool is_registered() const { return !token.empty(); }

  std::string phone;
  AccountId account;
  uint32_t device_id = 0;
  uint64_t revision = 0;
  Bytes token;
  crypto::TestDevice keys;
};

}  // namespace kith::node
