// SPDX-License-Identifier: AGPL-3.0-or-later

#include <cstdio>
#include <memory>

#include "bench/pair_traffic.h"
#include "bench/relay.h"
#include "bench/server.h"
#include "bench/workloads.h"

namespace kith::bench {
namespace {

void add_latencies(Report& report, const std::string& name, Latencies& latencies) {
  report.add(name + "_p50_ms", latencies.at(0.5));
  report.add(name + "_p99_ms", latencies.at(0.99));
  report.add(name + "_p999_ms", latencies.at(0.999));
}

uint64_t round_us(const Options& options) { return static_cast<uint64_t>(options.seconds * 1e6); }

// One round of each loop; false when something was lost.
bool run_round(const Options& options, const std::string& name, PairTraffic& traffic, ConfirmWhen confirm_when,
               Report& report) {
  PairRound closed;
  if (!traffic.run_closed(round_us(options), confirm_when, closed)) return false;
  report.add(name + ".closed.delivered_per_s", static_cast<double>(closed.delivered) / closed.seconds);
  report.add(name + ".closed.server_cpu_us", closed.server_us);
  add_latencies(report, name + ".closed.round_trip", closed.round_trip);
  PairRound open;
  if (!traffic.run_open(options.rate, round_us(options), confirm_when, open)) return false;
  if (open.one_way.count() + options.rate / 2 <
      static_cast<uint64_t>(static_cast<double>(options.rate) * options.seconds)) {
    std::fprintf(stderr, "%s: the rate was not held\n", name.c_str());
  }
  report.add(name + ".open.server_cpu_us", open.server_us);
  add_latencies(report, name + ".open.one_way", open.one_way);
  add_latencies(report, name + ".open.tick", open.tick);
  add_latencies(report, name + ".open.round_trip", open.round_trip);
  return true;
}

}  // namespace

bool run_pairs(const Options& options, Report& report) {
  Server server;
  Server syncing;  // does not wait for confirmations before it writes
  const auto accounts = server.start_with_accounts(options.pairs * 2, options.loops);
  const auto other_accounts =
      syncing.start_with_accounts(options.pairs * 2, options.loops, "[inbox]\ncommit_delay_connected_ms = 2\n");
  if (accounts.empty() || other_accounts.empty()) return false;
  PairTraffic traffic(server.port(), server.pid(), accounts, options.payload_bytes);
  PairTraffic synced(syncing.port(), syncing.pid(), other_accounts, options.payload_bytes);
  PairRound warm_up;
  if (!traffic.connect() || !traffic.run_closed(round_us(options) / 4, ConfirmWhen::kAtOnce, warm_up)) return false;
  if (!synced.connect() || !synced.run_closed(round_us(options) / 4, ConfirmWhen::kAccepted, warm_up)) return false;
  for (int round = 0; round < options.rounds; ++round) {
    if (!run_round(options, "pairs", traffic, ConfirmWhen::kAtOnce, report)) return false;
    if (!run_round(options, "pairs_synced", synced, ConfirmWhen::kAccepted, report)) return false;
  }
  return true;
}

bool run_floor(const Options& options, Report& report) {
  RelayProcess relay;
  if (!relay.start()) return false;
  Server server;
  const auto accounts = server.start_with_accounts(options.pairs * 2, options.loops);
  if (accounts.empty()) return false;
  PairTraffic through_server(server.port(), server.pid(), accounts, options.payload_bytes);
  PairTraffic through_relay(relay.port(), relay.pid(), accounts, options.payload_bytes);
  PairRound warm_up;
  if (!through_server.connect() || !through_relay.connect()) return false;
  if (!through_server.run_closed(round_us(options) / 4, ConfirmWhen::kAtOnce, warm_up)) return false;
  if (!through_relay.run_closed(round_us(options) / 4, ConfirmWhen::kAtOnce, warm_up)) return false;
  for (int round = 0; round < options.rounds; ++round) {
    if (!run_round(options, "floor.relay", through_relay, ConfirmWhen::kAtOnce, report)) return false;
    if (!run_round(options, "floor.kithd", through_server, ConfirmWhen::kAtOnce, report)) return false;
  }
  const auto ratio = [&](const char* figure) {
    return report.median_of(std::string("floor.kithd.") + figure) /
           report.median_of(std::string("floor.relay.") + figure);
  };
  report.add("floor.closed.cpu_ratio", ratio("closed.server_cpu_us"));
  report.add("floor.open.cpu_ratio", ratio("open.server_cpu_us"));
  report.add("floor.open.one_way_p99_above_ms",
             report.median_of("floor.kithd.open.one_way_p99_ms") - report.median_of("floor.relay.open.one_way_p99_ms"));
  return true;
}

}  // namespace kith::bench
