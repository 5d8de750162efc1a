// SPDX-License-Identifier: AGPL-3.0-or-later

#include <chrono>
#include <cstdio>
#include <thread>

#include "bench/link.h"
#include "bench/message_number.h"
#include "bench/pair_traffic.h"
#include "bench/server.h"
#include "bench/storing.h"
#include "bench/usage.h"
#include "bench/workloads.h"

namespace kith::bench {
namespace {

constexpr int kReceiveBytes = 8 * 1024;  // of the reader's kernel: what the reader does not take waits at the server
constexpr uint64_t kPatienceUs = 60'000'000;

// One device that takes what it is told to, over one connection.
class SlowReader final : public LinkOwner {
 public:
  SlowReader(uint16_t port, BenchAccount& account, size_t messages) : links_(port, *this), received_(messages, false) {
    links_.open(account, kReceiveBytes);
  }

  // With nothing waiting for it.
  [[nodiscard]] bool connect() { return links_.wait_open(1); }
  // With a backlog: as far as its first message.
  [[nodiscard]] bool begin() {
    const uint64_t give_up = now_us() + kPatienceUs;
    while (received_count_ == 0 && links_.failures() == 0 && now_us() < give_up) links_.turn(100'000);
    return received_count_ > 0;
  }
  // At most `rate` messages a second, until all have come. False when one was lost or came twice.
  [[nodiscard]] bool drain(uint64_t rate) {
    const uint64_t began_us = now_us();
    const auto due_us = [&](size_t number) { return began_us + number * 1'000'000 / rate; };
    while (received_count_ < received_.size() && links_.failures() == 0 &&
           now_us() < due_us(received_.size()) + kPatienceUs) {
      const uint64_t now = now_us();
      if (now < due_us(received_count_))
        std::this_thread::sleep_for(std::chrono::microseconds(due_us(received_count_) - now));
      links_.turn(100'000);
    }
    links_.turn(0);  // the last confirmation
    if (received_count_ == received_.size() && !twice_ && links_.failures() == 0) return true;
    std::fprintf(stderr, "slow: %zu messages of %zu came%s\n", received_count_, received_.size(),
                 twice_ ? ", some of them twice" : "");
    return false;
  }

 private:
  void on_message(Link&, const MessageId& id, UnixMicros) override {
    ++received_count_;
    twice_ = twice_ || received_[number_of(id)];
    received_[number_of(id)] = true;
  }
  void on_delivered(Link& link) override { link.confirm(); }

  Links links_;
  std::vector<bool> received_;  // by number
  size_t received_count_ = 0;
  bool twice_ = false;
};

// All of it comes while the device is connected and reads nothing.
bool store(Server& server, std::vector<BenchAccount>& senders, BenchAccount& slow, const Options& options,
           Report& report) {
  std::vector<BenchAccount> users{slow};
  SlowReader reader(server.port(), slow, options.slow_messages);
  if (!reader.connect()) return false;
  const MemoryWatch watch(server.pid());
  Storing storing(server.port(), senders, users, options.slow_payload_bytes);
  if (!storing.connected() || !storing.bulk(options.slow_messages)) return false;
  report.add("slow.storing.server_memory_mib", watch.most_mib());
  report.add("slow.disk_mib", static_cast<double>(disk_usage(server.data_directory())) / 1048576);
  return true;
}

bool run_beside(const std::string& name, PairTraffic& pairs, const Options& options, double seconds, Report& report) {
  PairRound round;
  if (!pairs.run_open(options.rate, static_cast<uint64_t>(seconds * 1e6), ConfirmWhen::kAtOnce, round)) return false;
  report.add(name + ".one_way_p50_ms", round.one_way.at(0.5));
  report.add(name + ".one_way_p99_ms", round.one_way.at(0.99));
  return true;
}

bool run_round(const Options& options, Report& report) {
  Server server;
  // Strangers to the reader: each may hold a quarter of what is free (LIMIT-2).
  const std::string limits =
      "[inbox]\ndevice_entries_max = " + std::to_string(options.slow_messages * 4 + 1'000) + "\ndevice_bytes_max = " +
      std::to_string((options.slow_payload_bytes + 1000) * options.slow_messages * 4 + (1 << 20)) + "\n";
  auto accounts = server.start_with_accounts(options.pairs * 2 + Storing::kSenders + 1, options.loops, limits);
  if (accounts.empty()) return false;
  BenchAccount slow = accounts.back();
  std::vector<BenchAccount> senders(accounts.end() - 1 - Storing::kSenders, accounts.end() - 1);
  accounts.resize(options.pairs * 2);
  // Started again, so that what storing has left in memory is not measured.
  if (!store(server, senders, slow, options, report) || !server.restart()) return false;

  PairTraffic pairs(server.port(), server.pid(), accounts, options.payload_bytes);
  PairRound warm_up;
  if (!pairs.connect() ||
      !pairs.run_closed(static_cast<uint64_t>(options.seconds / 4 * 1e6), ConfirmWhen::kAtOnce, warm_up))
    return false;
  double alone_mib = 0;
  {
    const MemoryWatch watch(server.pid());
    if (!run_beside("slow.pairs_alone", pairs, options, options.seconds, report)) return false;
    alone_mib = watch.most_mib();
  }
  const MemoryWatch watch(server.pid());
  SlowReader reader(server.port(), slow, options.slow_messages);
  if (!reader.begin()) return false;
  if (!run_beside("slow.pairs_while_it_stands", pairs, options, options.seconds, report)) return false;
  const double stands_mib = watch.most_mib();
  bool drained = false;
  const uint64_t began_us = now_us();
  std::jthread draining([&] { drained = reader.drain(options.slow_rate); });
  const double seconds = static_cast<double>(options.slow_messages) / static_cast<double>(options.slow_rate);
  if (!run_beside("slow.pairs_while_it_drains", pairs, options, seconds, report)) return false;
  draining.join();
  report.add("slow.drained_per_s",
             static_cast<double>(options.slow_messages) / (static_cast<double>(now_us() - began_us) / 1e6));
  report.add("slow.alone.server_memory_mib", alone_mib);
  report.add("slow.stands.server_memory_more_mib", stands_mib - alone_mib);
  report.add("slow.drains.server_memory_more_mib", watch.most_mib() - alone_mib);
  return drained;
}

}  // namespace

bool run_slow(const Options& options, Report& report) {
  for (int round = 0; round < options.rounds; ++round) {
    if (!run_round(options, report)) return false;
  }
  return true;
}

}  // namespace kith::bench
