// SPDX-License-Identifier: AGPL-3.0-or-later

#include <cstdio>

#include "bench/link.h"
#include "bench/server.h"
#include "bench/usage.h"
#include "bench/workloads.h"

namespace kith::bench {
namespace {

// Let allocators and kernel come to rest before memory is read.
constexpr uint64_t kRestUs = 2'000'000;

bool hold(Links& links, std::vector<BenchAccount>& accounts, size_t count) {
  constexpr size_t kAtOnce = 500;
  while (links.size() < count) {
    for (size_t i = 0; i < kAtOnce && links.size() < count; ++i) links.open(accounts[links.size()]);
    if (!links.wait_open(links.size())) return false;
  }
  for (const uint64_t until = now_us() + kRestUs; now_us() < until;) links.turn(100'000);
  return links.failures() == 0;
}

}  // namespace

bool run_idle(const Options& options, Report& report) {
  Server server;
  auto accounts = server.start_with_accounts(options.idle_to, options.loops);
  if (accounts.empty()) return false;
  LinkOwner nobody;
  Links links(server.port(), nobody);
  if (!hold(links, accounts, options.idle_from)) return false;
  const uint64_t user = user_memory(server.pid());
  const uint64_t kernel = kernel_memory();
  if (!hold(links, accounts, options.idle_to)) return false;
  const auto more = static_cast<double>(options.idle_to - options.idle_from);
  report.add("idle.connections", static_cast<double>(links.open_count()));
  report.add("idle.user_bytes_per_connection",
             (static_cast<double>(user_memory(server.pid())) - static_cast<double>(user)) / more);
  report.add("idle.kernel_bytes_per_end",
             (static_cast<double>(kernel_memory()) - static_cast<double>(kernel)) / more / 2);
  report.add("idle.server_user_mib", static_cast<double>(user_memory(server.pid())) / 1048576);
  return true;
}

}  // namespace kith::bench
