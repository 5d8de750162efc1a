// SPDX-License-Identifier: AGPL-3.0-or-later

// Shards on virtual loops over stores in memory, and shorthand for what tests do with them.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "server/delivery/shard.h"
#include "server/delivery/testing/memory_stores.h"
#include "server/delivery/testing/recording_session.h"
#include "server/delivery/testing/virtual_time.h"

namespace kith::testing {

// Stores that outlive a start of the server.
struct DeliveryStores {
  MemoryAccountStore accounts;
  MemoryProfileStore profiles;
  MemoryLastSeenStore last_seen;
  MemoryPairStore pairs;
  MemoryLeases leases;
  MemoryLinkStore links;
  MemoryGroupStore groups;
  MemoryGroupLog group_log;
  MemoryMediaIndex media;
  MemoryBlobStore blobs;
  MemoryInboxStore inboxes;
};

// Delays that tests count with, whatever the defaults are.
inline DeliverySettings test_delays() {
  DeliverySettings settings;
  settings.commit_delay_connected_ms = 20;
  return settings;
}

class DeliveryWorld {
 public:
  explicit DeliveryWorld(size_t shard_count = 1, DeliverySettings settings = test_delays(), uint64_t seed = 1,
                         std::shared_ptr<DeliveryStores> stores = nullptr, std::string process = "kithd")
      : loops(shard_count, seed),
        random(seed),
        stores_(stores ? std::move(stores) : std::make_shared<DeliveryStores>()),
        settings_(settings),
        leases_(stores_->leases, std::move(process)) {
    start();
  }
  ~DeliveryWorld() { stop(); }

  // Ends the server in order and starts it again on the same stores.
  void restart() {
    stop();
    start();
  }
  void stop() {
    if (!shards_) return;
    for (size_t i = 0; i < shards_->size(); ++i) loops.begin(i, shards_->at(i).close());
    loops.settle();
    loops.pass(1);
    shards_.reset();
  }

  [[nodiscard]] Shards& shards() { return *shards_; }
  [[nodiscard]] Shard& of(const AccountId& account) { return shards_->of(account); }
  [[nodiscard]] VirtualLoop& loop_of(const AccountId& account) { return loops[shards_->index_of(account)]; }
  [[nodiscard]] MemoryInboxStore& inboxes() { return stores_->inboxes; }
  [[nodiscard]] MemoryAccountStore& accounts() { return stores_->accounts; }
  [[nodiscard]] MemoryProfileStore& profiles() { return stores_->profiles; }
  [[nodiscard]] MemoryLeaseStore& leases() { return leases_; }
  [[nodiscard]] MemoryLinkStore& links() { return stores_->links; }
  [[nodiscard]] MemoryGroupStore& groups() { return stores_->groups; }
  [[nodiscard]] MemoryGroupLog& group_log() { return stores_->group_log; }
  [[nodiscard]] MemoryMediaIndex& media() { return stores_->media; }
  [[nodiscard]] MemoryBlobStore& blobs() { return stores_->blobs; }
  [[nodiscard]] MemoryLastSeenStore& last_seen() { return stores_->last_seen; }
  [[nodiscard]] std::shared_ptr<DeliveryStores> stores() { return stores_; }

  AccountId add_account(uint32_t devices = 1) {
    const AccountId id = random.id<AccountId>();
    stores_->accounts.add_account(id, "+49170" + std::to_string(1000000 + ++phones_), devices);
    return id;
  }
  // An account that the given shard owns.
  AccountId add_account_on(size_t shard, uint32_t devices = 1) {
    AccountId id = random.id<AccountId>();
    while (shards_->index_of(id) != shard) id = random.id<AccountId>();
    stores_->accounts.add_account(id, "+49170" + std::to_string(1000000 + ++phones_), devices);
    return id;
  }
  MessageId new_message() { return random.id<MessageId>(); }

  // ---- sessions

  // Attaches and starts; what Hello does. The answer of attach().
  Result<Shard::Attached, StoreError> connect(DeviceAddress device, RecordingSession& session, Position confirmed = {},
                                              bool available = false, std::vector<Position> withheld = {}) {
    return loops.run(shards_->index_of(device.account),
                     connecting(of(device.account), device, session, confirmed, available, std::move(withheld)));
  }
  static Task<Result<Shard::Attached, StoreError>> connecting(Shard& shard, DeviceAddress device,
                                                              RecordingSession& session, Position confirmed,
                                                              bool available = false,
                                                              std::vector<Position> withheld = {}) {
    co_await enter(shard.executor());
    const auto attached = co_await shard.attach(device, session, confirmed, std::move(withheld));
    if (attached && attached->current) shard.start_session(device, session, available);
    co_return attached;
  }
  void disconnect(DeviceAddress device, RecordingSession& session) {
    loop_of(device.account).run([&] { of(device.account).detach(device, session); });
  }
  void confirm(DeviceAddress device, Position position, std::vector<Position> withheld = {}) {
    loop_of(device.account).run([&] { of(device.account).confirm(device, position, withheld); });
  }
  void redeliver(DeviceAddress device, Position after) {
    loop_of(device.account).run([&] { of(device.account).redeliver(device, after); });
  }

  // ---- sending: what the handler does, for all active devices, with nothing checked but room

  struct Sent {
    std::optional<Settled> settled;            // when it is
    std::optional<DeviceInbox::Room> no_room;  // when nothing was appended
    UnixMicros server_time;
    uint64_t receipt_number = 0;
    uint32_t life_ms = 0;
  };
  // Begins to send; `sent` is filled in as the loops run. A repeated message keeps its number (TICK-1).
  void begin_send(DeviceAddress from, AccountId to, MessageId id, Sent& sent, Bytes payload = "ciphertext") {
    auto& numbers = numbers_[{from, to}];
    sent.life_ms = life_ms;
    sent.receipt_number = numbers.try_emplace(id, numbers.size() + 1).first->second;
    loops.begin(shards_->index_of(from.account),
                sending(of(from.account), of(to), from, to, id, std::move(payload), sent));
  }
  // Sends, and lets everything run that can at this time.
  Sent& send(DeviceAddress from, AccountId to, MessageId id, Bytes payload = "ciphertext") {
    Sent& sent = *all_.emplace_back(std::make_unique<Sent>());
    begin_send(from, to, id, sent, std::move(payload));
    loops.settle();
    return sent;
  }
  Sent& send(DeviceAddress from, AccountId to) { return send(from, to, new_message()); }

  // A message that wants no receipt.
  void send_silent(DeviceAddress from, AccountId to) {
    Sent& sent = *all_.emplace_back(std::make_unique<Sent>());
    loops.begin(shards_->index_of(from.account),
                sending(of(from.account), of(to), from, to, new_message(), "ciphertext", sent));
    loops.settle();
  }
  // The number of the next message, and one that is used up elsewhere.
  uint64_t number_after(DeviceAddress from, AccountId to) { return numbers_[{from, to}].size() + 1; }
  void skip_number(DeviceAddress from, AccountId to) {
    numbers_[{from, to}].emplace(new_message(), number_after(from, to));
  }

  static Task<void> sending(Shard& home, Shard& shard, DeviceAddress from, AccountId to, MessageId id, Bytes payload,
                            Sent& sent) {
    const UnixMicros server_time = home.server_time();
    co_await enter(shard.executor());
    const auto account = co_await shard.account(to);
    if (!account) {
      sent.settled = Settled::kUnavailable;
      co_return;
    }
    sent.server_time = server_time;
    Settlement settlement(home.executor());
    for (Device& device : (*account)->devices) {
      UnixMicros known;
      if (!device.inbox || device.inbox->seen(id, from, known) == DeviceInbox::Seen::kRepeated) continue;
      const auto room = device.inbox->room(payload.size());
      if (room != DeviceInbox::Room::kEnough) {
        sent.no_room = room;
        co_return;
      }
    }
    for (Device& device : (*account)->devices) {
      if (!device.inbox) continue;
      UnixMicros known;
      if (device.inbox->seen(id, from, known) == DeviceInbox::Seen::kRepeated) {
        sent.server_time = known;
        device.inbox->wait_for(id, from, settlement);
      } else {
        const IncomingMessage message{id, from, server_time, payload, sent.receipt_number, sent.life_ms};
        device.inbox->append(message, settlement.add());
      }
    }
    sent.settled = co_await settlement;
  }

  VirtualLoops loops;
  SeededRandom random;
  uint32_t life_ms = 0;  // of what is sent from now on

 private:
  void start() {
    std::vector<Shards::Loop> parts;
    for (size_t i = 0; i < loops.size(); ++i) parts.push_back({&loops[i], &loops[i]});
    const auto slots = loops.run(0, take_all_slots(stores_->inboxes, random.id<SlotOwner>()));
    shards_ = std::make_unique<Shards>(
        parts, loops.clock,
        DeliveryPorts{stores_->accounts, stores_->profiles, stores_->last_seen, stores_->pairs, leases_, stores_->links,
                      stores_->groups, stores_->group_log, stores_->media, stores_->blobs, stores_->inboxes},
        settings_, *slots);
    for (size_t i = 0; i < loops.size(); ++i) loops[i].run([&] { shards_->at(i).start(); });
  }

  std::shared_ptr<DeliveryStores> stores_;
  DeliverySettings settings_;
  MemoryLeaseStore leases_;
  std::unique_ptr<Shards> shards_;
  std::vector<std::unique_ptr<Sent>> all_;
  uint32_t phones_ = 0;
  std::map<std::pair<DeviceAddress, AccountId>, std::map<MessageId, uint64_t>> numbers_;
};

}  // namespace kith::testing
