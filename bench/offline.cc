#include <cstdio>

#include "bench/link.h"
#include "bench/message_number.h"
#include "bench/server.h"
#include "bench/usage.h"
#include "bench/workloads.h"
#include "crypto/testing/seeded_random.h"

namespace kith::bench {
namespace {

constexpr size_t kSenders = 10;
constexpr size_t kWindow = 500;          // messages of one sender without an answer, in the bulk
constexpr uint64_t kPatienceUs = 120'000'000;

// The greatest of what is looked at while something runs.
class MemoryWatch {
 public:
  explicit MemoryWatch(pid_t process) : process_(process) {}
  void look() {
    if (const uint64_t now = now_us(); now >= next_us_) {
      next_us_ = now + 50'000;
      most_ = std::max(most_, user_memory(process_));
    }
  }
  [[nodiscard]] double most_mib() const { return static_cast<double>(most_) / 1048576; }

 private:
  pid_t process_;
  uint64_t next_us_ = 0;
  uint64_t most_ = 0;
};

// Ten senders, messages to all users in turn.
class Storing final : public LinkOwner {
 public:
  Storing(Server& server, std::vector<BenchAccount>& senders, std::vector<BenchAccount>& users, size_t payload_bytes)
      : users_(users), links_(server.port(), *this), watch_(server.pid()), random_(now_us()), payload_(random_.bytes(payload_bytes)) {
    random_.fill(reinterpret_cast<char*>(&run_), sizeof run_);
    for (BenchAccount& sender : senders) links_.open(sender);
  }

  [[nodiscard]] bool connected() { return links_.wait_open(kSenders); }

  // As many as the windows let through.
  [[nodiscard]] bool bulk(size_t count) {
    target_ = sent_at_us_.size() + count;
    refill_ = true;
    for (size_t i = 0; i < kSenders * kWindow && sent_at_us_.size() < target_; ++i) send(links_.at(i % kSenders), now_us());
    return wait();
  }

  // At a rate.
  [[nodiscard]] bool open_loop(uint64_t rate, uint64_t duration_us, Latencies& ticks) {
    refill_ = false;
    ticks_ = &ticks;
    const uint64_t total = rate * duration_us / 1'000'000;
    const uint64_t began_us = now_us();
    for (uint64_t next = 0; next < total && links_.failures() == 0;) {
      const auto due_us = [&] { return began_us + next * 1'000'000 / rate; };
      for (const uint64_t now = now_us(); next < total && due_us() <= now; ++next) send(links_.at(next % kSenders), due_us());
      const uint64_t now = now_us();
      links_.turn(next < total && due_us() > now ? due_us() - now : 0);
      watch_.look();
    }
    const bool all = wait();
    ticks_ = nullptr;
    return all;
  }

  [[nodiscard]] size_t accepted() const { return accepted_; }
  [[nodiscard]] const MemoryWatch& memory() const { return watch_; }

 private:
  bool wait() {
    const uint64_t give_up = now_us() + kPatienceUs;
    while (accepted_ < sent_at_us_.size() && links_.failures() == 0 && now_us() < give_up) {
      links_.turn(100'000);
      watch_.look();
    }
    return accepted_ == sent_at_us_.size();
  }

  void send(Link& link, uint64_t at_us) {
    const uint64_t number = sent_at_us_.size();
    sent_at_us_.push_back(at_us);
    link.send(id_of(run_, number), users_[number % users_.size()], payload_);
  }

  void on_accepted(Link& link, const MessageId& id, UnixMicros) override {
    ++accepted_;
    if (ticks_ != nullptr) ticks_->add(now_us() - sent_at_us_[number_of(id)]);
    if (refill_ && sent_at_us_.size() < target_) send(link, now_us());
  }

  std::vector<BenchAccount>& users_;
  Links links_;
  MemoryWatch watch_;
  crypto::SeededRandom random_;
  Bytes payload_;
  std::vector<uint64_t> sent_at_us_;  // by number
  uint64_t run_ = 0;
  size_t target_ = 0;
  size_t accepted_ = 0;
  bool refill_ = false;
  Latencies* ticks_ = nullptr;
};

struct Draining : LinkOwner {
  void on_message(Link&, const MessageId&, UnixMicros) override { ++received; }
  void on_delivered(Link& link) override { link.confirm(); }
  size_t received = 0;
};

double mib(uint64_t bytes) { return static_cast<double>(bytes) / 1048576; }

bool drain(Server& server, std::vector<BenchAccount>& users, size_t expected, const Options& options, Report& report) {
  Draining draining;
  Links links(server.port(), draining);
  MemoryWatch watch(server.pid());
  const uint64_t disk_full = disk_usage(server.data_directory());
  const uint64_t began_cpu = cpu_ns(server.pid());
  const uint64_t began_us = now_us();
  while ((links.open_count() < users.size() || draining.received < expected) && links.failures() == 0 && now_us() < began_us + kPatienceUs) {
    for (size_t i = 0; i < 100 && links.size() < users.size() && links.size() - links.open_count() < 200; ++i) links.open(users[links.size()]);
    links.turn(10'000);
    watch.look();
  }
  const double seconds = static_cast<double>(now_us() - began_us) / 1e6;
  report.add("offline.drained_per_s", static_cast<double>(draining.received) / seconds);
  report.add("offline.drain_cpu_us", static_cast<double>(cpu_ns(server.pid()) - began_cpu) / 1000 / static_cast<double>(expected));
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
    auto users = server.start_with_accounts(options.offline_users + kSenders, options.loops);
    if (users.empty()) return false;
    std::vector<BenchAccount> senders(users.end() - kSenders, users.end());
    users.resize(options.offline_users);
    Latencies ticks;
    size_t stored = 0;
    {
      Storing storing(server, senders, users, options.payload_bytes);
      if (!storing.connected()) return false;
      const uint64_t began_cpu = cpu_ns(server.pid());
      const uint64_t began_us = now_us();
      if (!storing.bulk(options.offline_messages)) return false;
      report.add("offline.stored_per_s", static_cast<double>(options.offline_messages) / (static_cast<double>(now_us() - began_us) / 1e6));
      report.add("offline.store_cpu_us",
                 static_cast<double>(cpu_ns(server.pid()) - began_cpu) / 1000 / static_cast<double>(options.offline_messages));
      if (!storing.open_loop(options.offline_rate, static_cast<uint64_t>(std::min(options.seconds, 10.0) * 1e6), ticks)) return false;
      report.add("offline.store_memory_mib", storing.memory().most_mib());
      stored = storing.accepted();
    }
    report.add("offline.tick_p50_ms", ticks.at(0.5));
    report.add("offline.tick_p99_ms", ticks.at(0.99));
    if (!drain(server, users, stored, options, report)) return false;
  }
  return true;
}

}  // namespace kith::bench
