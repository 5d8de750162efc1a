// SPDX-License-Identifier: AGPL-3.0-or-later

// The kithd under test: a process of its own, with what would slow a load down on purpose turned off (limits of frames
// and sends).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bench/accounts.h"
#include "server/embedded/testing/test_directory.h"
#include "server/node/testing/kithd_process.h"

namespace kith::bench {

class Server {
 public:
  Server() : process_(directory_) {}

  // `loops`: 0 for the default. `more`: further lines of the configuration.
  [[nodiscard]] bool start(uint32_t loops, const std::string& more = "");
  // Stops it in an orderly way and starts it again: everything is on disk, nothing in memory.
  [[nodiscard]] bool restart();
  // The same out of one that is registered: without its keys, fast.
  [[nodiscard]] std::vector<BenchAccount> start_with_copies(size_t count, uint32_t loops, const std::string& more);
  // Stops it in an orderly way; false when it ended otherwise, or not within `seconds`.
  [[nodiscard]] bool stop(int seconds);
  // kill -9, and starts it again on the same port.
  [[nodiscard]] bool crash();
  [[nodiscard]] uint16_t port() const { return process_.port(); }
  [[nodiscard]] pid_t pid() const { return process_.pid(); }
  [[nodiscard]] std::string data_directory() const { return directory_.file("data"); }
  // Registers accounts, then starts again, so that what registration left in memory is not measured. Empty when that
  // fails.
  [[nodiscard]] std::vector<BenchAccount> start_with_accounts(size_t count, uint32_t loops,
                                                              const std::string& more = "");

 private:
  TestDirectory directory_;
  node::KithdProcess process_;
};

}  // namespace kith::bench
