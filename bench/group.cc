// SPDX-License-Identifier: AGPL-3.0-or-later

#include <cstdio>

#include "bench/api.h"
#include "bench/group_traffic.h"
#include "bench/message_number.h"
#include "bench/relay.h"
#include "bench/server.h"
#include "bench/usage.h"
#include "bench/workloads.h"
#include "crypto/testing/seeded_random.h"

namespace kith::bench {
namespace {

constexpr uint64_t kPatienceUs = 120'000'000;
constexpr size_t kSizes[] = {256, 1024};
constexpr size_t kIdleGroups = 64;
constexpr uint64_t kRestUs = 2'000'000;
constexpr const char* kLimits = "[rates]\ngroup_change = { burst = 100000, refill_ms = 1 }\n";

void add_latencies(Report& report, const std::string& name, Latencies& latencies) {
  report.add(name + "_p50_ms", latencies.at(0.5));
  report.add(name + "_p99_ms", latencies.at(0.99));
}

bool run_round(const Options& options, const std::string& name, GroupTraffic& traffic, bool receipts, Report& report) {
  GroupRound round;
  if (!traffic.run(static_cast<uint64_t>(options.seconds * 1e6), receipts, round)) return false;
  report.add(name + ".messages_per_s", static_cast<double>(round.messages) / round.seconds);
  report.add(name + ".server_cpu_us_per_delivery", round.server_us);
  add_latencies(report, name + ".tick", round.tick);
  add_latencies(report, name + ".last_confirmed", round.last_confirmed);
  if (!receipts) return true;
  report.add(name + ".receipt_entries_per_message", round.receipt_frames);
  report.add(name + ".receipt_bytes_per_message", round.receipt_bytes);
  return true;
}

// Everybody is there: through the relay, through kithd, and through kithd with receipts, in turn.
bool run_online(const Options& options, size_t size, Report& report) {
  RelayProcess relay;
  if (!relay.start()) return false;
  Server server;
  const auto members = server.start_with_copies(size, options.loops, kLimits);
  if (members.empty()) return false;
  const auto group = make_group(server.port(), members, 0);
  if (!group) return false;
  GroupTraffic through_relay(relay.port(), relay.pid(), members, *group, options.payload_bytes);
  GroupTraffic through_server(server.port(), server.pid(), members, *group, options.payload_bytes);
  if (!through_relay.connect() || !through_server.connect()) return false;
  GroupRound warm;
  if (!through_relay.run(500'000, false, warm) || !through_server.run(500'000, false, warm)) return false;
  const std::string name = "group." + std::to_string(size);
  for (int round = 0; round < options.rounds; ++round) {
    if (!run_round(options, name + ".relay", through_relay, false, report)) return false;
    if (!run_round(options, name + ".kithd", through_server, false, report)) return false;
    if (!run_round(options, name + ".kithd_receipts", through_server, true, report)) return false;
  }
  const auto ratio = [&](const std::string& what, const std::string& figure) {
    return report.median_of(name + what + figure) / report.median_of(name + ".relay" + figure);
  };
  report.add(name + ".last_confirmed_ratio", ratio(".kithd", ".last_confirmed_p50_ms"));
  report.add(name + ".last_confirmed_receipts_ratio", ratio(".kithd_receipts", ".last_confirmed_p50_ms"));
  report.add(name + ".cpu_ratio", ratio(".kithd", ".server_cpu_us_per_delivery"));
  return true;
}

// What groups cost the server's memory to which somebody has just written, with all their members there.
bool run_memory(const Options& options, Report& report) {
  Server server;
  const auto members = server.start_with_copies(kGroupMembersMax, options.loops, kLimits);
  if (members.empty()) return false;
  std::vector<BenchGroup> groups;
  for (size_t i = 0; i <= kIdleGroups; ++i) {
    auto group = make_group(server.port(), members, i);
    if (!group) return false;
    groups.push_back(std::move(*group));
  }
  if (!server.restart()) return false;
  GroupTraffic traffic(server.port(), server.pid(), members, groups[0], options.payload_bytes);
  if (!traffic.connect()) return false;
  // Each device's inbox knows the last thousand messages that came, whatever group they are of: until it does it grows.
  for (size_t i = 0; i < options.group_messages; ++i) {
    if (!traffic.send_one(groups[0])) return false;
  }
  traffic.rest(kRestUs);
  const uint64_t before = user_memory(server.pid());
  for (size_t i = 1; i <= kIdleGroups; ++i) {
    if (!traffic.send_one(groups[i])) return false;
  }
  traffic.rest(kRestUs);
  report.add("group.memory_bytes_per_group",
             (static_cast<double>(user_memory(server.pid())) - static_cast<double>(before)) / kIdleGroups);
  return true;
}

// Ten members write, of whom alone somebody is there.
class Absent final : public LinkOwner {
 public:
  static constexpr size_t kWriters = 10;

  Absent(uint16_t port, std::vector<BenchAccount>& members, size_t payload_bytes) : links_(port, *this), port_(port) {
    crypto::SeededRandom random(now_us());
    payload_ = random.bytes(payload_bytes);
    random.fill(reinterpret_cast<char*>(&run_), sizeof run_);
    for (size_t i = 0; i < kWriters; ++i) links_.open(members[i]);
  }
  [[nodiscard]] bool connected() { return links_.wait_open(kWriters); }
  // Seconds until all inboxes have so many messages more; absent when that did not happen.
  std::optional<double> store(const BenchGroup& group, size_t messages) {
    constexpr const char* kDelivered = "kith_group_messages_delivered_total";
    const auto before = metric(port_, kDelivered);
    if (!before) return std::nullopt;
    const uint64_t began_us = now_us();
    for (size_t i = 0; i < messages; ++i) links_.at(i % kWriters).send(id_of(run_, i), group, payload_, 0);
    uint64_t look_at_us = began_us;
    while (links_.failures() == 0 && now_us() < began_us + kPatienceUs) {
      links_.turn(10'000);
      if (now_us() < look_at_us) continue;
      const auto now = metric(port_, kDelivered);
      if (!now) return std::nullopt;
      if (*now - *before >= static_cast<double>(messages) && accepted_ == messages)
        return static_cast<double>(now_us() - began_us) / 1e6;
      look_at_us = now_us() + 20'000;
    }
    std::fprintf(stderr, "group: %zu of %zu messages were taken\n", accepted_, messages);
    return std::nullopt;
  }

 private:
  void on_accepted(Link&, const MessageId&, UnixMicros) override { ++accepted_; }
  void on_delivered(Link& link) override { link.confirm(); }

  Links links_;
  uint16_t port_;
  Bytes payload_;
  uint64_t run_ = 0;
  size_t accepted_ = 0;
};

bool run_absent(const Options& options, Report& report) {
  Server server;
  auto members = server.start_with_copies(kGroupMembersMax, options.loops, kLimits);
  if (members.empty()) return false;
  const auto group = make_group(server.port(), members, 0);
  if (!group || !server.restart()) return false;
  Absent absent(server.port(), members, options.group_payload_bytes);
  if (!absent.connected()) return false;
  const uint64_t disk = disk_usage(server.data_directory());
  const uint64_t began_cpu = cpu_ns(server.pid());
  const auto seconds = absent.store(*group, options.group_messages);
  if (!seconds) return false;
  const auto messages = static_cast<double>(options.group_messages);
  const double entries = messages * static_cast<double>(kGroupMembersMax - Absent::kWriters);
  report.add("group.absent.entries_per_s", entries / *seconds);
  report.add("group.absent.server_cpu_us_per_entry",
             static_cast<double>(cpu_ns(server.pid()) - began_cpu) / 1000 / entries);
  report.add("group.absent.disk_bytes_per_message",
             (static_cast<double>(disk_usage(server.data_directory())) - static_cast<double>(disk)) / messages);
  report.add("group.absent.payload_bytes", static_cast<double>(options.group_payload_bytes));
  return true;
}

}  // namespace

bool run_group(const Options& options, Report& report) {
  for (const size_t size : kSizes) {
    if (!run_online(options, size, report)) return false;
  }
  for (int round = 0; round < options.rounds; ++round) {
    if (!run_absent(options, report)) return false;
  }
  return run_memory(options, report);
}

}  // namespace kith::bench
