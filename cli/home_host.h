// SPDX-License-Identifier: AGPL-3.0-or-later

// A home's core, wherever it runs: in this process when the home is free, which then serves it to others; else in the
// kith that has the home. When that one ends, however it ends, this process takes the home itself, or joins the next
// that does, and asks again what was not answered. Commands notice nothing but a resync.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <variant>

#include "base/result.h"
#include "cli/exit_code.h"
#include "cli/home.h"
#include "cli/host.h"
#include "cli/shares.h"
#include "crypto/hash.h"
#include "net/client_network.h"

namespace kith::cli {

class HomeServer;
class OtherCore;
class OwnCore;

class HomeHost final : public Host {
 public:
  struct Failure {
    ExitCode code;
    std::string detail;
  };

  // Waits up to `patience_ms` for a home that is held and not served (its program is just beginning or ending).
  // `trace`: called with a line for everything that goes over the network (sizes and addresses only); may be empty.
  static Result<std::unique_ptr<HomeHost>, Failure> open(std::string directory, uint64_t patience_ms,
                                                         std::function<void(std::string)> trace);
  // Gives what was sent last two seconds to leave.
  ~HomeHost() override;

  void start(client_api::Request request, Answer answer) override;
  Outcome run_until(const std::function<bool()>& done, std::optional<MonotonicMs> deadline) override;
  void finish(const std::function<bool()>& done, uint64_t milliseconds) override;
  [[nodiscard]] MonotonicMs now() const override { return net::ClientNetwork::now(); }
  void when_readable(int descriptor, std::function<void()> readable) override;
  void stop_watching(int descriptor) override { network_.stop_watching(descriptor); }
  void set_timer(uint32_t id, MonotonicMs at, std::function<void()> fire) override;
  void forget() override;

  // The core runs in another process, which goes on when this one ends.
  [[nodiscard]] bool is_guest() const { return other_ != nullptr; }
  [[nodiscard]] const std::string& directory() const override { return directory_; }
  [[nodiscard]] std::string database_path() const { return directory_ + "/kith.db"; }
  // The core was lost while the command ran, which was stopped as by a signal: why.
  [[nodiscard]] const std::optional<Failure>& failure() const { return failure_; }

 private:
  struct Waiting {
    client_api::Request request;
    Answer answer;
  };

  HomeHost(std::string directory, uint64_t patience_ms, std::function<void(std::string)> trace);
  void enter();
  void try_to_enter();
  void begin_own(std::unique_ptr<Home> home);
  void begin_other(int descriptor);
  void begin();
  void lost();
  void give(client_api::Request request, Answer answer);
  void pass_on(uint32_t id);
  void answered(uint32_t id, const client_api::Response& response);
  void fail(ExitCode code, std::string detail);

  const std::string directory_;
  const uint64_t patience_ms_;
  const std::function<void(std::string)> trace_;
  crypto::SystemRandom random_;
  net::ClientNetwork network_;
  Shares shares_;
  std::unique_ptr<Home> home_;
  std::unique_ptr<OwnCore> own_;
  std::unique_ptr<HomeServer> server_;
  std::unique_ptr<OtherCore> other_;

  std::map<uint32_t, Waiting> waiting_;  // by the order in which they were asked
  uint32_t last_request_ = 0;
  bool entered_ = false;
  MonotonicMs give_up_{0};
  bool was_lost_ = false;
  int stop_signals_ = 0;
  std::optional<Failure> failure_;
};

}  // namespace kith::cli
