// SPDX-License-Identifier: AGPL-3.0-or-later

#include <cstdio>
#include <memory>

#include "bench/pair_traffic.h"
#include "bench/relay.h"
#include "bench/server.h"
#include "bench/table_thread.h"
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

// Traffic on a thread of its own, with a table of descriptors for its links.
class Side {
 public:
  Side(uint16_t port, pid_t server, const std::vector<BenchAccount>& accounts, size_t payload_bytes) {
    thread_.run([&] { traffic_ = std::make_unique<PairTraffic>(port, server, accounts, payload_bytes); });
  }
  ~Side() {
    thread_.run([&] { traffic_.reset(); });
  }
  bool warm_up(const Options& options, ConfirmWhen confirm_when) {
    bool good = false;
    PairRound round;
    thread_.run(
        [&] { good = traffic_->connect() && traffic_->run_closed(round_us(options) / 4, confirm_when, round); });
    return good;
  }
  bool run(const Options& options, const std::string& name, ConfirmWhen confirm_when, Report& report) {
    bool good = false;
    thread_.run([&] { good = run_round(options, name, *traffic_, confirm_when, report); });
    return good;
  }

 private:
  TableThread thread_;
  std::unique_ptr<PairTraffic> traffic_;
};

}  // namespace

bool run_pairs(const Options& options, Report& report) {
  Server server;
  Server syncing;  // does not wait for confirmations before it writes
  const auto accounts = server.start_with_copies(options.pairs * 2, options.loops, "");
  const auto other_accounts =
      syncing.start_with_copies(options.pairs * 2, options.loops, "[inbox]\ncommit_delay_connected_ms = 2\n");
  if (accounts.empty() || other_accounts.empty()) return false;
  Side usual(server.port(), server.pid(), accounts, options.payload_bytes);
  Side synced(syncing.port(), syncing.pid(), other_accounts, options.payload_bytes);
  if (!usual.warm_up(options, ConfirmWhen::kAtOnce) || !synced.warm_up(options, ConfirmWhen::kAccepted)) return false;
  for (int round = 0; round < options.rounds; ++round) {
    if (!usual.run(options, "pairs", ConfirmWhen::kAtOnce, report)) return false;
    if (!synced.run(options, "pairs_synced", ConfirmWhen::kAccepted, report)) return false;
  }
  return true;
}

bool run_floor(const Options& options, Report& report) {
  RelayProcess relay;
  if (!relay.start()) return false;
  Server server;
  const auto accounts = server.start_with_copies(options.pairs * 2, options.loops, "");
  if (accounts.empty()) return false;
  Side through_server(server.port(), server.pid(), accounts, options.payload_bytes);
  Side through_relay(relay.port(), relay.pid(), accounts, options.payload_bytes);
  if (!through_server.warm_up(options, ConfirmWhen::kAtOnce)) return false;
  if (!through_relay.warm_up(options, ConfirmWhen::kAtOnce)) return false;
  for (int round = 0; round < options.rounds; ++round) {
    if (!through_relay.run(options, "floor.relay", ConfirmWhen::kAtOnce, report)) return false;
    if (!through_server.run(options, "floor.kithd", ConfirmWhen::kAtOnce, report)) return false;
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
