// SPDX-License-Identifier: AGPL-3.0-or-later

// For tests of the outbox by itself: over a store and real sessions, with a connection and device lists that the test
// makes.
#pragma once

#include <gmock/gmock.h>

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "content/content.pb.h"
#include "core/outbox.h"
#include "core/sealing.h"
#include "core/store/testing/store_fixture.h"
#include "core/testing/virtual_clock.h"
#include "crypto/testing/memory_group_key_store.h"
#include "crypto/testing/memory_signal_store.h"
#include "crypto/testing/seeded_random.h"

namespace kith::core::testing {

inline const AccountId kOther = account_id(0);  // before all others in any order

// A connection that keeps what is sent.
class KeptLink final : public ServerLink {
 public:
  [[nodiscard]] bool ready() const override { return is_ready; }
  void send(const wire::ClientFrame& frame) override {
    ++frames;
    bytes_max = std::max(bytes_max, frame.ByteSizeLong());
    if (frame.has_send()) sends.push_back(frame.send());
    sends.insert(sends.end(), frame.sends().sends().begin(), frame.sends().sends().end());
  }
  void lose(uint64_t) override { ++lost; }
  [[nodiscard]] const wire::Limits& limits() const override { return told; }
  [[nodiscard]] UnixMicros server_now() const override { return {77}; }

  bool is_ready = true;
  std::vector<wire::Send> sends;
  size_t frames = 0;
  size_t bytes_max = 0;  // of a frame
  int lost = 0;
  wire::Limits told;
};

// A device that is written to.
struct Peer {
  Peer(const AccountId& account, RandomSource& random)
      : address{account, {1}},
        identity(crypto::Sessions::make_identity(random)),
        store(identity, 5),
        sessions(store, random),
        groups(group_store, address, random) {
    const auto made = sessions.make_signed_prekey(1, {1});
    bundle.registration_id = 5;
    bundle.identity_key = identity.public_key;
    bundle.signed_prekey_id = made->id;
    bundle.signed_prekey = made->public_key;
    bundle.signed_prekey_signature = made->signature;
  }

  DeviceAddress address;
  crypto::IdentityKeyPair identity;
  crypto::MemorySignalStore store;
  crypto::Sessions sessions;
  crypto::MemoryGroupKeyStore group_store;
  crypto::Groups groups;
  crypto::PrekeyBundle bundle;
};

class OutboxAloneTest : public StoreTest {
 protected:
  OutboxAloneTest() {
    Registration own = registration();
    own.identity = crypto::Sessions::make_identity(random_);
    store_.account.set_registration(own);
    registration_ = own;
    know(kSelf, {own.device, own.identity.public_key, ""});
  }

  void know(const AccountId& account, const DeviceRow& device) {
    DeviceListRow list;
    list.account = account;
    list.revision = {4};
    list.account_key = Bytes(32, 'k');
    list.devices = {device};
    store_.device_lists.set(list);
  }
  // The account has a device, whose list is known.
  Peer& add_peer(const AccountId& account) {
    Peer& peer = *peers_.emplace(account, std::make_unique<Peer>(account, random_)).first->second;
    peer.store.trusted[{kSelf, registration_->device}] = registration_->identity.public_key;
    know(account, {peer.address.device, peer.identity.public_key, ""});
    return peer;
  }
  // A message of this number in the conversation with the account; false: the outbox does not take it.
  bool write(uint32_t number, const AccountId& to = kPeer) {
    if (!store_.conversations.with(to)) open(to);
    store_.messages.add(outgoing(number, number, Tick::kPending, "hello", to));
    return put(number, to, OutboxKind::kMessage);
  }
  bool put(uint32_t number, const AccountId& to, OutboxKind kind) {
    OutboxRow item;
    item.message_id = message_id(number);
    item.target = to;
    item.kind = kind;
    content::Content content;
    content.mutable_text()->set_text(std::to_string(number));
    item.content = content.SerializeAsString();
    return outbox_.add(item);
  }
  int64_t sequence_of(uint32_t number, const AccountId& to = kPeer) {
    return store_.outbox.find(message_id(number), to)->sequence;
  }
  void accept(uint32_t number, const AccountId& to = kPeer) {
    wire::Accepted accepted;
    accepted.set_message_id(message_id(number).bytes());
    accepted.set_account(to.bytes());
    accepted.set_server_time_us(1000);
    outbox_.on_accepted(accepted);
    outbox_.pump();
  }
  void refuse(uint32_t number, wire::ErrorCode code, const AccountId& to = kPeer) {
    wire::Refused refused;
    refused.set_message_id(message_id(number).bytes());
    refused.set_account(to.bytes());
    refused.set_code(code);
    outbox_.on_refused(refused);
    outbox_.pump();
  }
  void advance(uint64_t ms) {
    clock_.monotonic_ms += ms;
    timers_.run_due(clock_.monotonic());
    outbox_.pump();
  }
  // Which messages were sent, in order.
  std::vector<MessageId> sent() const {
    std::vector<MessageId> ids;
    for (const wire::Send& send : link_.sends) ids.push_back(*MessageId::from_bytes(send.message_id()));
    return ids;
  }
  MessageRow row(uint32_t number) { return *store_.messages.find(message_id(number)); }

  crypto::SeededRandom random_{1};
  VirtualClock clock_;
  Timers timers_;
  KeptLink link_;
  std::optional<Registration> registration_;
  crypto::Sessions sessions_{store_.signal, random_};
  std::map<AccountId, std::unique_ptr<Peer>> peers_;

  std::vector<Devices::Done> lists_asked_for_;  // which the test answers
  bool holds_bundles_ = false;
  std::vector<std::function<void(Devices::Outcome)>> bundles_asked_for_;  // when it holds them
  std::vector<MessageId> changed_;
  std::vector<AccountId> dropped_requests_;
  std::vector<MessageId> dropped_reactions_;
  Bytes profile_key_;
  std::vector<GroupSending::Done> groups_asked_for_;
  std::vector<std::pair<uint32_t, uint32_t>> progress_;  // of handing out keys
  std::optional<crypto::Groups> cipher_;
  GroupSending group_sending_{
      {store_, clock_, random_, registration_,
       [this]() -> crypto::Groups& {
         if (!cipher_) cipher_.emplace(store_.group_keys, DeviceAddress{kSelf, registration_->device}, random_);
         return *cipher_;
       },
       [this](const AccountId&, const GroupSending::Done& done) {
         lists_asked_for_.push_back([done](Devices::Outcome how) { done(how == Devices::Outcome::kDone); });
       },
       [this](const GroupId&, const GroupSending::Done& done) { groups_asked_for_.push_back(done); },
       [this](const GroupId&, uint32_t done, uint32_t total) { progress_.emplace_back(done, total); }}};
  Outbox outbox_{
      {store_, sessions_, timers_, clock_, registration_, link_,
       [this](const AccountId&, Devices::Done done) { lists_asked_for_.push_back(std::move(done)); },
       [this](const AccountId& account, const std::vector<DeviceId>& devices, const Devices::Done& done) {
         const auto answer = [this, account, devices, done](Devices::Outcome outcome) {
           for (const DeviceId device : devices) {
             if (outcome != Devices::Outcome::kDone) break;
             EXPECT_TRUE(sessions_.open_session({account, device}, peers_.at(account)->bundle).has_value());
           }
           done(outcome);
         };
         if (!holds_bundles_) return answer(Devices::Outcome::kDone);
         bundles_asked_for_.emplace_back(answer);
       },
       group_sending_, [this](const MessageId& id, const ConversationId&) { changed_.push_back(id); },
       [](const MessageId&, const Target&, UnixMicros) {}, [](const AccountId&, const MessageId&, UnixMicros) {},
       [this](const AccountId& account) { dropped_requests_.push_back(account); },
       [this](const MessageId& id) { dropped_reactions_.push_back(id); },
       [this](const AccountId&, OutboxKind kind) { return kind == OutboxKind::kMessage ? profile_key_ : Bytes(); }}};
};

}  // namespace kith::core::testing
