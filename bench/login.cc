// SPDX-License-Identifier: AGPL-3.0-or-later

#include "bench/link.h"
#include "bench/server.h"
#include "bench/usage.h"
#include "bench/workloads.h"

namespace kith::bench {
namespace {

constexpr size_t kAtOnce = 64;

// Closes each link that has opened and opens the next.
struct Logins : LinkOwner {
  void on_open(Link& link) override { opened.push_back(&link); }
  std::vector<Link*> opened;
};

}  // namespace

// From connect() to BacklogEnd, 64 at a time. The first round finds the accounts on disk, later ones in memory.
bool run_login(const Options& options, Report& report) {
  Server server;
  auto accounts = server.start_with_accounts(options.logins, options.loops);
  if (accounts.empty()) return false;
  for (int round = 0; round < options.rounds; ++round) {
    Logins logins;
    Links links(server.port(), logins);
    const uint64_t began_us = now_us();
    const uint64_t began_cpu = cpu_ns(server.pid());
    size_t done = 0;
    while (done < accounts.size() && links.failures() == 0 && now_us() < began_us + 120'000'000) {
      while (links.size() < accounts.size() && links.size() - done < kAtOnce) links.open(accounts[links.size()]);
      links.turn(100'000);
      for (Link* const link : std::exchange(logins.opened, {})) {
        links.close(*link);
        ++done;
      }
    }
    if (done < accounts.size()) return false;
    const double seconds = static_cast<double>(now_us() - began_us) / 1e6;
    const std::string name = round == 0 ? "login.from_disk" : "login.from_memory";
    report.add(name + ".per_s", static_cast<double>(done) / seconds);
    report.add(name + ".server_cpu_us",
               static_cast<double>(cpu_ns(server.pid()) - began_cpu) / 1000 / static_cast<double>(done));
  }
  return true;
}

}  // namespace kith::bench
