// SPDX-License-Identifier: AGPL-3.0-or-later

// Many devices, some shards, faults and crashes, interleaved at random from a seed; then the promises are checked
// against what the devices saw.
//
//   SEND-1     in one run of the server a message comes at one position only
//   SEND-2     what was accepted arrives at every device
//   INBOX-3    positions have no gap that Welcome did not tell of; every backlog ends
//   ORDER-1    what one device sent, and was accepted at the first try, arrives at another in that order
//   RECEIPT-1  without a crash every accepted message is covered by a receipt of the device that has it
//
// A failure prints the seed; KITH_SEED=n begins with that one, KITH_SEEDS=n runs so many.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <random>
#include <set>

#include "server/handlers/testing/handlers_world.h"

namespace kith::testing {
namespace {

struct Device {
  DeviceAddress address;
  Position committed;  // what its local database says
  std::unique_ptr<RecordingSession> session;
  std::optional<Outcome<DeviceAddress>> hello;
  size_t looked_at = 0;    // entries of the session
  bool had_first = false;  // an entry on this session
  std::vector<std::unique_ptr<RecordingSession>> old_sessions;
  std::vector<MessageId> received;  // first receipts, in order
  std::set<MessageId> known;
  std::map<MessageId, Position> places;                  // in this run of the server
  std::map<DeviceAddress, std::set<uint64_t>> receipts;  // numbers of its own messages, by who confirmed
};

struct Sending {
  MessageId id;
  DeviceAddress from;
  AccountId to;
  std::optional<wire::ServerFrame> answer;
  bool first_try = true;
  bool accepted = false;
  bool old = false;  // sent before a quiet time
  uint64_t server_time = 0;
  uint64_t receipt_number = 0;
};

class Interleavings {
 public:
  Interleavings(uint64_t seed, bool crashes) : seed_(seed), crashes_(crashes), random_(seed) {
    options_.shards = 1 + seed % 3;
    options_.seed = seed;
    options_.delivery.window_entries = 8;
    options_.delivery.epoch_renewal_s = 60;
    options_.delivery.idle_account_s = 30;
    options_.delivery.commit_bytes_max = 2000;
    options_.delivery.commit_batches_max = 1 + seed / 3 % 4;
    world_ = std::make_unique<HandlersWorld>(options_);
    for (int i = 0; i < 5; ++i) {
      accounts_.push_back(world_->add_account(1 + static_cast<uint32_t>(i % 2)));
      for (uint32_t device = 1; device <= 1 + static_cast<uint32_t>(i % 2); ++device)
        devices_.emplace_back().address = {accounts_.back(), {device}};
    }
  }
  ~Interleavings() {
    inboxes().write_faults.release();
    inboxes().read_faults.release();
    world_->loops.pass(100);
    for (Device& device : devices_) disconnect(device);
  }

  void run(int steps) {
    for (int i = 0; i < steps && !::testing::Test::HasFailure(); ++i) step();
    finish();
  }

 private:
  uint64_t below(uint64_t bound) { return random_() % bound; }
  Device& any_device() { return devices_[below(devices_.size())]; }
  MemoryInboxStore& inboxes() { return world_->ports().inboxes; }
  static std::vector<uint32_t> device_ids(uint32_t count) {
    return count == 1 ? std::vector<uint32_t>{1} : std::vector<uint32_t>{1, 2};
  }
  uint32_t device_count(const AccountId& account) {
    return static_cast<uint32_t>(std::count_if(devices_.begin(), devices_.end(),
                                               [&](const Device& one) { return one.address.account == account; }));
  }

  void step() {
    switch (below(24)) {
      case 0:
      case 1: connect(any_device()); break;
      case 2: disconnect(any_device()); break;
      case 3:
      case 4:
      case 5:
      case 6:
      case 7: send_new(); break;
      case 8: send_again(); break;
      case 9:
      case 10:
      case 11:
      case 12: work(any_device()); break;
      case 13: inboxes().write_faults.hold(); break;
      case 14: inboxes().write_faults.release(); break;
      case 15:  // in any order
        while (inboxes().write_faults.waiting() > 0 && below(4) > 0)
          inboxes().write_faults.release_one(below(inboxes().write_faults.waiting()));
        break;
      case 16:
        if (below(3) == 0) inboxes().write_faults.fail_next(below(2) ? StoreError::kFull : StoreError::kUnavailable);
        if (below(2) == 0) fail_one_device();
        break;
      case 17: inboxes().read_faults.hold(); break;
      case 18:
      case 19: inboxes().read_faults.release(); break;
      case 20:
        if (below(4) == 0) inboxes().read_faults.fail_next(StoreError::kUnavailable);
        break;
      case 21: world_->ports().accounts.faults.answer_later(below(2) == 0); break;
      case 22: world_->loops.pass(below(8) == 0 ? 3000 : below(30)); break;
      case 23:
        if (crashes_ && below(20) == 0) crash();
        if (below(40) == 0) be_quiet();
        break;
    }
    for (uint64_t i = below(12); i > 0; --i) world_->loops.step();
    look();
  }

  // Of one device nothing is written for some time, of all others everything is.
  void fail_one_device() {
    if (failing_) inboxes().fail_device(*failing_, std::nullopt);
    failing_ = any_device().address;
    inboxes().fail_device(*failing_, below(2) ? StoreError::kFull : StoreError::kUnavailable);
  }

  // Long enough for accounts to leave memory, and with them the duplicate windows: from then on only the devices know
  // what they have had.
  void be_quiet() {
    world_->loops.pass(100'000);
    for (Device& device : devices_) device.places.clear();
    for (const auto& sending : sendings_) sending->old = true;
  }

  void connect(Device& device) {
    if (device.hello && !*device.hello) disconnect(device);
    if (device.session) {
      if (!device.session->closed) return;
      disconnect(device);
    }
    device.session = std::make_unique<RecordingSession>();
    device.looked_at = 0;
    device.had_first = false;
    device.hello.reset();
    world_->loops.begin(
        world_->index_of(device.address.account),
        handlers::hello(world_->services(), HandlersWorld::hello_of(device.address, device.committed), *device.session),
        device.hello);
  }
  void disconnect(Device& device) {
    if (!device.session) return;
    if (!device.hello) return;  // the gateway, too, waits for Hello to end
    if (*device.hello) world_->detach(device.address, *device.session);
    device.old_sessions.push_back(std::move(device.session));
    device.hello.reset();
  }

  void send(Sending& sending) {
    std::vector<uint32_t> ids;
    for (const uint32_t id : device_ids(device_count(sending.to))) {
      if (sending.to != sending.from.account || sending.from.device.value != id) ids.push_back(id);
    }
    sending.answer.reset();
    world_->begin_send(
        sending.from,
        HandlersWorld::send_of(sending.id, sending.to, ids, Bytes(1 + below(300), 'p'), sending.receipt_number),
        sending.answer);
  }
  void send_new() {
    const Device& from = any_device();
    Sending& sending = *sendings_.emplace_back(std::make_unique<Sending>());
    sending.id = world_->random.id<MessageId>();
    sending.from = from.address;
    do {
      sending.to = accounts_[below(accounts_.size())];
    } while (sending.to == from.address.account && device_count(sending.to) == 1);
    sending.receipt_number = ++numbers_[{sending.from, sending.to}];
    send(sending);
  }
  // A device repeats what was refused, and sometimes what was accepted (it had not seen the answer).
  void send_again() {
    if (sendings_.empty()) return;
    Sending& sending = *sendings_[below(sendings_.size())];
    if (!sending.answer || (sending.accepted && sending.old)) return;
    sending.first_try = false;
    send(sending);
  }
  void take_answer(Sending& sending) {
    if (!sending.answer) return;
    if (sending.answer->has_accepted()) {
      const uint64_t time = sending.answer->accepted().server_time_us();
      if (sending.accepted && !crashed_) {
        EXPECT_EQ(sending.server_time, time) << "seed " << seed_;
      }
      sending.accepted = true;
      sending.server_time = time;
    }
  }

  // A device commits what it has, up to somewhere, and then confirms it, or is interrupted in between.
  void work(Device& device) {
    if (!device.session || device.looked_at == 0) return;
    const size_t upto = below(device.looked_at) + 1;
    const Position position{device.session->entries[upto - 1].position()};
    for (size_t i = 0; i < upto; ++i) receive(device, device.session->entries[i]);
    if (position > device.committed) device.committed = position;
    if (below(10) == 0) return;
    if (device.hello && *device.hello) world_->confirm(device.address, position);
  }
  void receive(Device& device, const wire::Entry& entry) {
    if (Position{entry.position()} <= device.committed) return;
    if (entry.has_message()) {
      const auto id = *MessageId::from_bytes(entry.message().message_id());
      if (device.known.insert(id).second) device.received.push_back(id);
    }
    if (entry.has_delivery_receipt()) {
      const wire::DeliveryReceipt& receipt = entry.delivery_receipt();
      const DeviceAddress from{*AccountId::from_bytes(receipt.from_account()), {receipt.from_device()}};
      if (receipt.sender_device() == device.address.device.value) take_receipt(device, from, receipt);
    }
  }

  // TICK-1: every message of the run is with the device that confirms.
  void take_receipt(Device& device, const DeviceAddress& from, const wire::DeliveryReceipt& receipt) {
    const Device& receiver =
        *std::find_if(devices_.begin(), devices_.end(), [&](const Device& one) { return one.address == from; });
    uint64_t marks = 0;
    for (uint64_t number = receipt.first_number(); number <= receipt.last_number(); ++number) {
      const auto sending = std::find_if(sendings_.begin(), sendings_.end(), [&](const auto& one) {
        return one->from == device.address && one->to == from.account && one->receipt_number == number;
      });
      ASSERT_NE(sending, sendings_.end()) << "seed " << seed_;
      EXPECT_TRUE(receiver.known.contains((*sending)->id)) << "seed " << seed_ << ": a receipt for what is not there";
      marks ^= wire::receipt_mark((*sending)->id);
      device.receipts[from].insert(number);
    }
    EXPECT_EQ(receipt.marks(), marks) << "seed " << seed_;
  }

  // Looks at what came, as the connection would show it.
  void look() {
    for (Device& device : devices_) {
      if (!device.session) continue;
      RecordingSession& session = *device.session;
      for (; device.looked_at < session.entries.size(); ++device.looked_at) {
        ASSERT_TRUE(session.welcomed) << "seed " << seed_;
        const Position position{session.entries[device.looked_at].position()};
        if (device.looked_at == 0) {
          const Position first{session.frames[0].welcome().first_position()};
          const bool dense = device.committed.may_be_followed_by(position);
          EXPECT_TRUE(dense || position == first || position <= device.committed)
              << "seed " << seed_ << " first " << position.value;
        } else {
          const Position before{session.entries[device.looked_at - 1].position()};
          EXPECT_TRUE(before.may_be_followed_by(position))
              << "seed " << seed_ << " " << before.value << " then " << position.value;
        }
        const wire::Entry& entry = session.entries[device.looked_at];
        if (entry.has_message()) {
          const auto id = *MessageId::from_bytes(entry.message().message_id());
          const auto [place, is_new] = device.places.emplace(id, position);
          EXPECT_TRUE(is_new || place->second == position) << "seed " << seed_ << ": one message at two positions";
        }
      }
    }
    for (const auto& sending : sendings_) take_answer(*sending);
  }

  // The server dies: what is durable stays. The first world ends by itself, with nobody listening.
  void crash() {
    inboxes().write_faults.release();  // what waits in the old world must come to an end there, after the copy
    auto old = std::move(world_);
    auto ports = std::make_shared<MemoryPorts>();
    ports->inboxes.copy_from(old->ports().inboxes);
    HandlersWorld::Options options = options_;
    options.ports = ports;
    options.seed = random_();
    world_ = std::make_unique<HandlersWorld>(options);
    for (const AccountId& account : accounts_) world_->add_account(account, device_count(account));
    for (const auto& sending : sendings_) {
      take_answer(*sending);
      // No answer came before the crash: the device will send it again, whatever the dead server goes on to say.
      if (!sending->answer) unanswered_.insert(sending.get());
    }
    old->ports().inboxes.read_faults.release();
    old->ports().accounts.faults.release();
    for (Device& device : devices_) {
      if (!device.session) continue;
      old->loops.settle();
      if (device.hello && *device.hello) old->detach(device.address, *device.session);
      device.old_sessions.push_back(std::move(device.session));
      device.hello.reset();
      device.places.clear();
    }
    for (Device& device : devices_) device.places.clear();
    old->stop();
    for (Sending* const sending : unanswered_) {
      sending->answer.emplace();
      sending->first_try = false;
    }
    unanswered_.clear();
    crashed_ = true;
    old_worlds_.push_back(std::move(old));
  }

  // Everything works again, everybody comes and reads; then the promises must hold.
  void finish() {
    if (::testing::Test::HasFailure()) return;
    inboxes().write_faults.release();
    inboxes().read_faults.release();
    inboxes().write_faults.fail(std::nullopt);
    inboxes().write_faults.fail_next(StoreError::kFull, 0);
    if (failing_) inboxes().fail_device(*failing_, std::nullopt);
    inboxes().read_faults.fail_next(StoreError::kUnavailable, 0);
    for (int round = 0; round < 400; ++round) {
      for (const auto& sending : sendings_) {
        if (!sending->answer || sending->accepted) continue;
        sending->first_try = false;
        send(*sending);
      }
      for (Device& device : devices_) connect(device);
      world_->loops.pass(40);
      look();
      for (Device& device : devices_) {
        if (!device.session || device.looked_at == 0) continue;
        for (size_t i = 0; i < device.looked_at; ++i) receive(device, device.session->entries[i]);
        device.committed = std::max(device.committed, device.session->last());
        world_->confirm(device.address, device.session->last());
      }
    }
    world_->loops.pass(5000);
    look();
    check();
  }

  void check() {
    for (const Device& device : devices_) {
      ASSERT_TRUE(device.session && device.session->backlog_end) << "seed " << seed_;
      EXPECT_TRUE(inboxes().stored(device.address).empty()) << "seed " << seed_ << ": forgotten when confirmed";
    }
    std::map<MessageId, const Sending*> by_id;
    for (const auto& sending : sendings_) {
      ASSERT_TRUE(sending->accepted) << "seed " << seed_;
      by_id[sending->id] = sending.get();
      for (const Device& device : devices_) {
        if (device.address.account != sending->to || device.address == sending->from) continue;
        EXPECT_TRUE(device.known.contains(sending->id)) << "seed " << seed_ << ": accepted and lost";
        if (crashed_ || sending->to == sending->from.account) continue;
        const Device& sender = *std::find_if(devices_.begin(), devices_.end(),
                                             [&](const Device& one) { return one.address == sending->from; });
        const auto receipt = sender.receipts.find(device.address);
        ASSERT_TRUE(receipt != sender.receipts.end()) << "seed " << seed_;
        EXPECT_TRUE(receipt->second.contains(sending->receipt_number)) << "seed " << seed_ << ": no receipt";
      }
    }
    for (const Device& device : devices_) {
      std::map<DeviceAddress, size_t> last;
      for (const MessageId& id : device.received) {
        const Sending& sending = *by_id.at(id);
        if (!sending.first_try) continue;
        const auto place = static_cast<size_t>(
            std::find_if(sendings_.begin(), sendings_.end(), [&](const auto& one) { return one.get() == &sending; }) -
            sendings_.begin());
        EXPECT_GE(place, last[sending.from]) << "seed " << seed_ << ": out of order";
        last[sending.from] = place;
      }
    }
  }

  const uint64_t seed_;
  const bool crashes_;
  std::mt19937_64 random_;
  HandlersWorld::Options options_;
  std::vector<std::unique_ptr<HandlersWorld>> old_worlds_;
  std::unique_ptr<HandlersWorld> world_;
  std::vector<AccountId> accounts_;
  std::vector<Device> devices_;
  std::vector<std::unique_ptr<Sending>> sendings_;
  std::set<Sending*> unanswered_;
  std::map<std::pair<DeviceAddress, AccountId>, uint64_t> numbers_;
  bool crashed_ = false;
  std::optional<DeviceAddress> failing_;  // of which nothing is written
};

void run_seeds(uint64_t first, uint64_t count, bool crashes) {
  if (const char* const only = std::getenv("KITH_SEED")) {
    first = std::strtoull(only, nullptr, 10);
    count = 1;
  }
  if (const char* const more = std::getenv("KITH_SEEDS")) count = std::strtoull(more, nullptr, 10);
  for (uint64_t seed = first; seed < first + count && !::testing::Test::HasFailure(); ++seed)
    Interleavings(seed, crashes).run(1500);
}

// [SEND-1] [SEND-2] [INBOX-3] [ORDER-1] [RECEIPT-1] [TICK-1]
TEST(Interleavings, KeepThePromisesUnderFaults) { run_seeds(1, 40, false); }
// [SEND-2] [INBOX-1] [INBOX-3] [N2]
TEST(Interleavings, KeepThePromisesWhenTheServerDies) { run_seeds(1000, 40, true); }

}  // namespace
}  // namespace kith::testing
