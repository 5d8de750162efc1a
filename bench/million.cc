// SPDX-License-Identifier: AGPL-3.0-or-later

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <semaphore>
#include <span>
#include <thread>

#include "bench/link.h"
#include "bench/pair_traffic.h"
#include "bench/server.h"
#include "bench/table_thread.h"
#include "bench/usage.h"
#include "bench/workloads.h"

namespace kith::bench {
namespace {

constexpr size_t kPairs = 100;
// Of one loop's table, so that chance has room.
constexpr size_t kConnectionsOfALoop = 18'000;
constexpr uint64_t kRestUs = 3'000'000;
constexpr int kStopSeconds = 150;  // drain_ms, and the end of a process with so many descriptors

// Threads with a table of descriptors, a source address and Links::kMost connections each.
class Crowd {
 public:
  Crowd(uint16_t port, std::span<BenchAccount> accounts, uint64_t give_up_us) : give_up_us_(give_up_us) {
    for (size_t at = 0; at < accounts.size(); at += Links::kMost) {
      const auto part = accounts.subspan(at, std::min(Links::kMost, accounts.size() - at));
      // The first addresses are those of the traffic.
      const auto address = static_cast<uint32_t>(threads_.size() + 1);
      threads_.emplace_back([this, port, part, address] { hold(port, part, address); });
    }
  }
  ~Crowd() {
    leaving_ = true;
    for (std::thread& thread : threads_) thread.join();
  }

  // Turns true when every thread has opened its part, or failed to.
  [[nodiscard]] bool is_ready() const { return ready_ == threads_.size(); }
  [[nodiscard]] size_t open_count() const { return open_; }
  [[nodiscard]] size_t failures() const { return failures_; }

 private:
  void hold(uint16_t port, std::span<BenchAccount> accounts, uint32_t address) {
    leave_shared_table();
    LinkOwner nobody;
    Links links(port, nobody, address);
    opening_.acquire();
    constexpr size_t kAtOnce = 200;
    while (links.size() < accounts.size() && links.failures() == 0 && now_us() < give_up_us_) {
      for (size_t i = 0; i < kAtOnce && links.size() < accounts.size(); ++i) links.open(accounts[links.size()]);
      if (!links.wait_open(links.size())) break;
    }
    opening_.release();
    size_t told = links.open_count();
    open_ += told;
    failures_ += accounts.size() - told;
    ++ready_;
    while (!leaving_) {
      links.turn(500'000);
      if (links.open_count() == told) continue;  // else the server has closed some
      failures_ += told - links.open_count();
      open_ -= told - links.open_count();
      told = links.open_count();
    }
  }

  const uint64_t give_up_us_;
  std::counting_semaphore<> opening_{4};
  std::atomic<size_t> open_{0};
  std::atomic<size_t> failures_{0};
  std::atomic<size_t> ready_{0};
  std::atomic<bool> leaving_{false};
  std::vector<std::thread> threads_;
};

bool run_traffic(PairTraffic& traffic, const Options& options, const std::string& name, Report& report) {
  PairRound round;
  if (!traffic.run_open(options.rate, static_cast<uint64_t>(options.seconds * 1e6), ConfirmWhen::kAtOnce, round))
    return false;
  report.add(name + ".one_way_p50_ms", round.one_way.at(0.5));
  report.add(name + ".one_way_p99_ms", round.one_way.at(0.99));
  report.add(name + ".server_cpu_us", round.server_us);
  return true;
}

}  // namespace

bool run_million(const Options& options, Report& report) {
  const size_t loops = options.loops != 0 ? options.loops
                                          : std::max<size_t>(std::thread::hardware_concurrency(),
                                                             options.million / kConnectionsOfALoop + 1);
  Server server;
  const uint64_t began_accounts_us = now_us();
  auto accounts = server.start_with_copies(
      options.million, static_cast<uint32_t>(loops),
      "[timeouts]\nidle_timeout_ms = 7200000\nhandshake_timeout_ms = 60000\ndrain_ms = 120000\n");
  if (accounts.empty()) return false;
  report.add("million.loops", static_cast<double>(loops));
  report.add("million.accounts_s", static_cast<double>(now_us() - began_accounts_us) / 1e6);
  PairTraffic traffic(server.port(), server.pid(), {accounts.begin(), accounts.begin() + kPairs * 2},
                      options.payload_bytes);
  if (!traffic.connect() || !run_traffic(traffic, options, "million.before", report)) return false;

  const uint64_t user = user_memory(server.pid());
  const uint64_t kernel = kernel_memory();
  const uint64_t began_us = now_us();
  const uint64_t began_cpu = cpu_ns(server.pid());
  const std::span<BenchAccount> crowd_accounts = std::span(accounts).subspan(kPairs * 2);
  Crowd crowd(server.port(), crowd_accounts, began_us + static_cast<uint64_t>(options.million_seconds * 1e6));
  while (!crowd.is_ready()) std::this_thread::sleep_for(std::chrono::milliseconds(100));
  const auto opened = static_cast<double>(std::max<size_t>(crowd.open_count(), 1));
  report.add("million.connections", static_cast<double>(crowd.open_count() + kPairs * 2));
  report.add("million.open_s", static_cast<double>(now_us() - began_us) / 1e6);
  report.add("million.login_cpu_us", static_cast<double>(cpu_ns(server.pid()) - began_cpu) / 1000 / opened);
  for (const uint64_t until = now_us() + kRestUs; now_us() < until;)
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  report.add("million.user_bytes_per_connection",
             (static_cast<double>(user_memory(server.pid())) - static_cast<double>(user)) / opened);
  report.add("million.kernel_bytes_per_end",
             (static_cast<double>(kernel_memory()) - static_cast<double>(kernel)) / opened / 2);
  report.add("million.server_user_mib", static_cast<double>(user_memory(server.pid())) / 1048576);
  const uint64_t idle_cpu = cpu_ns(server.pid());
  std::this_thread::sleep_for(std::chrono::microseconds(kRestUs));
  report.add("million.idle_cpu_percent",
             static_cast<double>(cpu_ns(server.pid()) - idle_cpu) / 10.0 / static_cast<double>(kRestUs));
  bool good = run_traffic(traffic, options, "million.beside", report) && crowd.failures() == 0;
  report.add("million.failures", static_cast<double>(crowd.failures()));
  const uint64_t began_stop_us = now_us();
  if (!server.stop(kStopSeconds)) {
    std::fprintf(stderr, "kithd does not stop in order\n");
    good = false;
  }
  report.add("million.stop_s", static_cast<double>(now_us() - began_stop_us) / 1e6);
  return good;
}

}  // namespace kith::bench
