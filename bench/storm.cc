// SPDX-License-Identifier: AGPL-3.0-or-later

#include <cstdio>
#include <memory>

#include "bench/link.h"
#include "bench/message_number.h"
#include "bench/server.h"
#include "bench/usage.h"
#include "bench/workloads.h"
#include "crypto/testing/seeded_random.h"

namespace kith::bench {
namespace {

constexpr size_t kSenders = 10;
constexpr uint64_t kPatienceUs = 120'000'000;
constexpr uint64_t kRestUs = 500'000;  // in which nothing may come a second time

// Devices that hold connections, and senders. Messages go to the devices in turn; a device confirms what it gets.
class Storm final : public LinkOwner {
 public:
  // The last kSenders accounts are the senders'.
  Storm(Server& server, std::vector<BenchAccount> accounts, const Options& options)
      : server_(server), accounts_(std::move(accounts)), messages_(options.storm_messages) {
    crypto::SeededRandom random(now_us());
    payload_ = random.bytes(options.payload_bytes);
    random.fill(reinterpret_cast<char*>(&run_), sizeof run_);
    open();
  }

  // A few hundred at a time: no storm yet.
  [[nodiscard]] bool hold() {
    constexpr size_t kAtOnce = 500;
    while (devices_->size() < device_count()) {
      for (size_t i = 0; i < kAtOnce && devices_->size() < device_count(); ++i)
        devices_->open(accounts_[devices_->size()]);
      if (!devices_->wait_open(devices_->size())) return false;
    }
    return senders_->wait_open(kSenders);
  }

  // While the devices read nothing: half of the messages are accepted, the others are on their way.
  [[nodiscard]] bool send_messages() {
    ++run_;
    accepted_.assign(messages_, false);
    received_.assign(messages_, false);
    accepted_count_ = received_count_ = 0;
    for (size_t number = 0; number < messages_ / 2; ++number) send(number);
    for (const uint64_t give_up = now_us() + kPatienceUs;
         accepted_count_ < messages_ / 2 && senders_->failures() == 0 && now_us() < give_up;) {
      senders_->turn(100'000);
    }
    if (accepted_count_ < messages_ / 2) return false;
    for (size_t number = messages_ / 2; number < messages_; ++number) send(number);
    senders_->turn(0);
    return true;
  }

  // Breaks off every connection at this end.
  void drop() {
    devices_.reset();
    senders_.reset();
  }

  // Everybody comes back at once, without the random delay that devices have. The senders repeat what they have no
  // answer to.
  [[nodiscard]] bool reconnect(const std::string& name, Report& report) {
    const MemoryWatch watch(server_.pid());
    const uint64_t began_cpu = cpu_ns(server_.pid());
    const uint64_t began_us = now_us();
    open();
    while (devices_->size() < device_count()) devices_->open(accounts_[devices_->size()]);
    if (!turn_until([&] { return devices_->open_count() + senders_->open_count() == accounts_.size(); })) return false;
    const double seconds = static_cast<double>(now_us() - began_us) / 1e6;
    report.add(name + ".welcomed_s", seconds);
    report.add(name + ".logins_per_s", static_cast<double>(accounts_.size()) / seconds);
    report.add(name + ".server_cpu_us",
               static_cast<double>(cpu_ns(server_.pid()) - began_cpu) / 1000 / static_cast<double>(accounts_.size()));

    for (size_t number = messages_ / 2; number < messages_; ++number) {
      if (!accepted_[number]) send(number);
    }
    const bool complete = turn_until([&] { return accepted_count_ == messages_ && received_count_ >= messages_; });
    const uint64_t until = now_us() + kRestUs;
    (void)turn_until([&] { return now_us() > until; });
    report.add(name + ".messages", static_cast<double>(received_count_));
    report.add(name + ".server_memory_mib", watch.most_mib());
    if (complete && received_count_ == messages_ && failures() == 0) return true;
    std::fprintf(stderr, "%s: %zu messages of %zu came, %zu accepted\n", name.c_str(), received_count_, messages_,
                 accepted_count_);
    return false;
  }

 private:
  void on_accepted(Link&, const MessageId& id, UnixMicros) override {
    if (!accepted_[number_of(id)]) ++accepted_count_;
    accepted_[number_of(id)] = true;
  }
  void on_message(Link& link, const MessageId& id, UnixMicros) override {
    if (received_[number_of(id)]) std::fprintf(stderr, "device %zu has a message twice\n", link.index());
    received_[number_of(id)] = true;
    ++received_count_;
  }
  void on_delivered(Link& link) override { link.confirm(); }

  [[nodiscard]] size_t device_count() const { return accounts_.size() - kSenders; }
  [[nodiscard]] size_t failures() const { return devices_->failures() + senders_->failures(); }

  void open() {
    devices_ = std::make_unique<Links>(server_.port(), *this);
    senders_ = std::make_unique<Links>(server_.port(), *this);
    for (size_t i = 0; i < kSenders; ++i) senders_->open(accounts_[device_count() + i]);
  }
  void send(size_t number) {
    senders_->at(number % kSenders)
        .send(id_of(run_, number), accounts_[number % device_count()], payload_, number / device_count() + 1);
  }

  template <class Condition>
  [[nodiscard]] bool turn_until(Condition condition) {
    for (const uint64_t give_up = now_us() + kPatienceUs; !condition() && failures() == 0 && now_us() < give_up;) {
      senders_->turn(0);
      devices_->turn(10'000);
    }
    return condition();
  }

  Server& server_;
  std::vector<BenchAccount> accounts_;
  std::unique_ptr<Links> devices_;
  std::unique_ptr<Links> senders_;
  Bytes payload_;
  uint64_t run_ = 0;  // tells a storm's message ids from others'
  size_t messages_;
  std::vector<bool> accepted_;  // by number
  std::vector<bool> received_;
  size_t accepted_count_ = 0;
  size_t received_count_ = 0;  // with those that came twice
};

}  // namespace

bool run_storm(const Options& options, Report& report) {
  for (int round = 0; round < options.rounds; ++round) {
    Server server;
    const auto accounts = server.start_with_accounts(options.storm_devices + kSenders, options.loops);
    if (accounts.empty()) return false;
    Storm storm(server, accounts, options);
    if (!storm.hold()) return false;
    report.add("storm.held_server_memory_mib", static_cast<double>(user_memory(server.pid())) / 1048576);

    if (!storm.send_messages()) return false;
    storm.drop();
    if (!storm.reconnect("storm.dropped", report)) return false;

    if (!storm.send_messages()) return false;
    const uint64_t killed_us = now_us();
    if (!server.crash()) return false;
    report.add("storm.killed.down_s", static_cast<double>(now_us() - killed_us) / 1e6);
    storm.drop();
    if (!storm.reconnect("storm.killed", report)) return false;
  }
  return true;
}

}  // namespace kith::bench
