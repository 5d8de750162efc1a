// SPDX-License-Identifier: AGPL-3.0-or-later

#include <cstdio>

#include "bench/link.h"
#include "bench/server.h"
#include "bench/storing.h"
#include "bench/usage.h"
#include "bench/workloads.h"

namespace kith::bench {
namespace {

constexpr uint64_t kPatienceUs = 120'000'000;

struct Draining : LinkOwner {
  void on_message(Link&, const MessageId&, UnixMicros) override { ++received; }
  void on_delivered(Link& link) override { link.confirm(); }
  size_t received = 0;
};

double mib(uint64_t bytes) { return static_cast<double>(bytes) / 1048576; }

bool drain(Server& server, std::vector<BenchAccount>& users, size_t expected, const Options& options, Report& report) {
  Draining draining;
  Links links(server.port(), draining);
  const MemoryWatch watch(server.pid());
  const uint64_t disk_full = disk_usage(server.data_directory());
  const uint64_t began_cpu = cpu_ns(server.pid());
  const uint64_t began_us = now_us();
  while ((links.open_count() < users.size() || draining.received < expected) && links.failures() == 0 &&
         now_us() < began_us + kPatienceUs) {
    for (size_t i = 0; i < 100 && links.size() < users.size() && links.size() - links.open_count() < 200; ++i)
      links.open(users[links.size()]);
    links.turn(10'000);
  }
  const double seconds = static_cast<double>(now_us() - began_us) / 1e6;
  report.add("offline.drained_per_s", static_cast<double>(draining.received) / seconds);
  report.add("offline.drain_cpu_us",
             static_cast<double>(cpu_ns(server.pid()) - began_cpu) / 1000 / static_cast<double>(expected));
  report.add("offline.drain_memory_mib", watch.most_mib());
  report.add("offline.disk_full_mib", mib(disk_full));
  const uint64_t until = now_us() + static_cast<uint64_t>(options.give_back_seconds * 1e6);
  while (now_us() < until && disk_usage(server.data_directory()) > disk_full / 4) links.turn(500'000);
  report.add("offline.disk_after_mib", mib(disk_usage(server.data_directory())));
  if (draining.received == expected && links.failures() == 0) return true;
  std::fprintf(stderr, "offline: %zu of %zu messages came\n", draining.received, expected);
  return false;
}

}  // namespace

bool run_offline(const Options& options, Report& report) {
  for (int round = 0; round < options.rounds; ++round) {
    Server server;
    auto users = server.start_with_accounts(options.offline_users + Storing::kSenders, options.loops);
    if (users.empty()) return false;
    std::vector<BenchAccount> senders(users.end() - Storing::kSenders, users.end());
    users.resize(options.offline_users);
    Latencies ticks;
    size_t stored = 0;
    {
      const MemoryWatch watch(server.pid());
      Storing storing(server.port(), senders, users, options.payload_bytes);
      if (!storing.connected()) return false;
      const uint64_t began_cpu = cpu_ns(server.pid());
      const uint64_t began_us = now_us();
      if (!storing.bulk(options.offline_messages)) return false;
      report.add("offline.stored_per_s",
                 static_cast<double>(options.offline_messages) / (static_cast<double>(now_us() - began_us) / 1e6));
      report.add("offline.store_cpu_us", static_cast<double>(cpu_ns(server.pid()) - began_cpu) / 1000 /
                                             static_cast<double>(options.offline_messages));
      if (!storing.open_loop(options.offline_rate, static_cast<uint64_t>(std::min(options.seconds, 10.0) * 1e6), ticks))
        return false;
      report.add("offline.store_memory_mib", watch.most_mib());
      stored = storing.accepted();
    }
    report.add("offline.tick_p50_ms", ticks.at(0.5));
    report.add("offline.tick_p99_ms", ticks.at(0.99));
    if (!drain(server, users, stored, options, report)) return false;
  }
  return true;
}

}  // namespace kith::bench
