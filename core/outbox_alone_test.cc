// SPDX-License-Identifier: AGPL-3.0-or-later

// The outbox by itself: over a store and real sessions, with a connection and device lists that the test makes.
#include <gmock/gmock.h>

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
#include "crypto/testing/memory_signal_store.h"
#include "crypto/testing/seeded_random.h"

namespace kith::core::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const AccountId kOther = account_id(0);  // before all others in any order

// A connection that keeps what is sent.
class KeptLink final : public ServerLink {
 public:
  [[nodiscard]] bool ready() const override { return is_ready; }
  void send(const wire::ClientFrame& frame) override { sends.push_back(frame.send()); }
  void lose(uint64_t) override { ++lost; }
  [[nodiscard]] const wire::Limits& limits() const override { return told; }
  [[nodiscard]] UnixMicros server_now() const override { return {77}; }

  bool is_ready = true;
  std::vector<wire::Send> sends;
  int lost = 0;
  wire::Limits told;
};

// A device that is written to.
struct Peer {
  Peer(const AccountId& account, RandomSource& random)
      : address{account, {1}},
        identity(crypto::Sessions::make_identity(random)),
        store(identity, 5),
        sessions(store, random) {
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
  bool write(uint32_t number, const AccountId& to = kPeer, int64_t after = 0) {
    if (!store_.conversations.with(to)) open(to);
    store_.messages.add(outgoing(number, number, Tick::kPending, "hello", to));
    return put(number, to, OutboxKind::kMessage, after);
  }
  bool put(uint32_t number, const AccountId& to, OutboxKind kind, int64_t after = 0) {
    OutboxRow item;
    item.message_id = message_id(number);
    item.target = to;
    item.kind = kind;
    content::Content content;
    content.mutable_text()->set_text(std::to_string(number));
    item.content = content.SerializeAsString();
    item.after_sequence = after;
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
  std::vector<MessageId> changed_;
  std::vector<AccountId> dropped_requests_;
  Outbox outbox_{{store_, sessions_, timers_, clock_, registration_, link_,
                  [this](const AccountId&, Devices::Done done) { lists_asked_for_.push_back(std::move(done)); },
                  [this](const AccountId& account, const std::vector<DeviceId>& devices, const Devices::Done& done) {
                    for (const DeviceId device : devices)
                      EXPECT_TRUE(sessions_.open_session({account, device}, peers_.at(account)->bundle).has_value());
                    done(Devices::Outcome::kDone);
                  },
                  [this](const MessageId& id, const ConversationId&) { changed_.push_back(id); },
                  [](const MessageId&, const Target&, UnixMicros) {},
                  [](const AccountId&, const MessageId&, UnixMicros) {},
                  [this](const AccountId& account) { dropped_requests_.push_back(account); }}};
};

TEST_F(OutboxAloneTest, WhatIsAddedLeavesEncryptedAndIsGoneWhenItWasAccepted) {
  Peer& peer = add_peer(kPeer);
  ASSERT_TRUE(write(1));
  outbox_.pump();  // opens a session
  outbox_.pump();
  ASSERT_THAT(sent(), ElementsAre(message_id(1)));
  const wire::ToAccount& to = link_.sends[0].account();
  EXPECT_EQ(to.device_list_revision(), 4u);
  ASSERT_EQ(to.envelopes_size(), 1);
  bool begins_session = false;
  const auto unsealed =
      unseal(peer.sessions, {kSelf, registration_->device}, to.envelopes(0).payload(), begins_session);
  ASSERT_TRUE(unsealed.has_value());
  EXPECT_TRUE(begins_session);
  content::Content content;
  ASSERT_TRUE(content.ParseFromString(*unsealed));
  EXPECT_EQ(content.text().text(), "1");
  EXPECT_EQ(content.message_id(), message_id(1).bytes()) << "bound to its message";
  EXPECT_EQ(outbox_.unsent_messages(), 1u);
  accept(1);
  EXPECT_EQ(row(1).tick, Tick::kSent);
  EXPECT_THAT(changed_, ElementsAre(message_id(1)));
  EXPECT_EQ(outbox_.unsent_messages(), 0u);
  EXPECT_EQ(store_.outbox.count(), 0);
}

TEST_F(OutboxAloneTest, NothingLeavesWithoutAConnectionAndTheSameBytesWithTheNext_SEND_1) {
  add_peer(kPeer);
  link_.is_ready = false;
  ASSERT_TRUE(write(1));
  outbox_.pump();
  EXPECT_THAT(sent(), IsEmpty());
  link_.is_ready = true;
  outbox_.pump();
  outbox_.pump();
  outbox_.on_connection_gone();
  outbox_.pump();
  ASSERT_EQ(link_.sends.size(), 2u);
  EXPECT_EQ(link_.sends[0].SerializeAsString(), link_.sends[1].SerializeAsString());
}

TEST_F(OutboxAloneTest, AListIsAskedForOnceAndNotAgainBeforeAPause) {
  ASSERT_TRUE(write(1));
  outbox_.pump();
  outbox_.pump();
  ASSERT_EQ(lists_asked_for_.size(), 1u);
  lists_asked_for_[0](Devices::Outcome::kUnavailable);
  outbox_.pump();
  EXPECT_EQ(lists_asked_for_.size(), 1u);
  advance(Outbox::kPauseMinMs);
  ASSERT_EQ(lists_asked_for_.size(), 2u);
  lists_asked_for_[1](Devices::Outcome::kNoAccount);
  EXPECT_EQ(row(1).failure, FailureReason::kAccountGone);
  EXPECT_EQ(store_.outbox.count(), 0);
}

TEST_F(OutboxAloneTest, AServerThatDoesNotAnswerLosesItsConnection) {
  add_peer(kPeer);
  ASSERT_TRUE(write(1));
  outbox_.pump();
  outbox_.pump();
  advance(Outbox::kAnswerMs - 1);
  EXPECT_EQ(link_.lost, 0);
  advance(1);
  EXPECT_EQ(link_.lost, 1);
}

TEST_F(OutboxAloneTest, AnItemLeavesAfterThatWhichItWaitsForAndWhatIsBehindItBefore_ORDER_1) {
  add_peer(kPeer);
  add_peer(kOther);
  ASSERT_TRUE(write(1));
  ASSERT_TRUE(write(2, kOther, sequence_of(1)));
  ASSERT_TRUE(write(3, kOther));
  for (int i = 0; i < 3; ++i) outbox_.pump();
  EXPECT_THAT(sent(), ElementsAre(message_id(3), message_id(1)));
  accept(3, kOther);
  EXPECT_EQ(link_.sends.size(), 2u);
  outbox_.reload();  // as a start does
  outbox_.pump();
  EXPECT_THAT(sent(), ElementsAre(message_id(3), message_id(1), message_id(1)));
  accept(1);
  EXPECT_EQ(sent().back(), message_id(2));
  EXPECT_EQ(store_.outbox.find(message_id(2), kOther)->after_sequence, 0);
  outbox_.reload();
  outbox_.pump();
  EXPECT_EQ(sent().back(), message_id(2)) << "it is released for good";
  accept(2, kOther);
  EXPECT_EQ(store_.outbox.count(), 0);
}

// A note to oneself without another device is done at once: what waits for it is in a lane that had its turn.
TEST_F(OutboxAloneTest, WhatIsReleasedInALaneThatHadItsTurnLeavesAtOnce) {
  add_peer(kPeer);
  ASSERT_TRUE(write(1));
  for (int i = 0; i < 2; ++i) outbox_.pump();
  accept(1);  // the turn after the last lane's is the first one's
  const Peer& other = add_peer(kOther);
  ASSERT_TRUE(sessions_.open_session(other.address, other.bundle).has_value());
  ASSERT_TRUE(write(2, kSelf));
  ASSERT_TRUE(write(3, kOther, sequence_of(2, kSelf)));
  ASSERT_TRUE(write(4, kOther));
  outbox_.pump();
  EXPECT_THAT(sent(), ElementsAre(message_id(1), message_id(4), message_id(3)));
}

TEST_F(OutboxAloneTest, AnItemThatNobodyKnowsIsNotWaitedFor) {
  EXPECT_FALSE(write(1, kPeer, 99));
  EXPECT_EQ(store_.outbox.count(), 0);
}

TEST_F(OutboxAloneTest, AChainOfAnyLengthFallsWithItsFirst_LIMIT_1) {
  add_peer(kPeer);
  constexpr uint32_t kLength = 5000;
  ASSERT_TRUE(write(1));
  for (uint32_t i = 2; i <= kLength; ++i)
    ASSERT_TRUE(
        put(i, i % 2 == 0 ? kOther : kPeer, OutboxKind::kMessage, sequence_of(i - 1, i % 2 == 0 ? kPeer : kOther)));
  for (int i = 0; i < 2; ++i) outbox_.pump();
  EXPECT_THAT(sent(), ElementsAre(message_id(1)));
  refuse(1, wire::kTooLarge);
  EXPECT_EQ(row(1).failure, FailureReason::kMessageTooLarge);
  EXPECT_EQ(store_.outbox.count(), 0);
  EXPECT_EQ(outbox_.unsent_messages(), 0u);
  EXPECT_FALSE(outbox_.has_silent());
}

TEST_F(OutboxAloneTest, WhatIsDroppedTakesWithItWhatWaits) {
  ASSERT_TRUE(put(1, kPeer, OutboxKind::kResendRequest));
  ASSERT_TRUE(write(2, kOther, sequence_of(1)));
  outbox_.hold_all(kPeer);
  EXPECT_THAT(dropped_requests_, ElementsAre(kPeer));
  EXPECT_EQ(row(2).failure, FailureReason::kPredecessorFailed);
  EXPECT_THAT(changed_, ElementsAre(message_id(2)));
  EXPECT_EQ(store_.outbox.count(), 0);
}

TEST_F(OutboxAloneTest, WhoIsDroppedWhileWaitingIsNotReleasedLater) {
  add_peer(kPeer);
  ASSERT_TRUE(write(1));
  ASSERT_TRUE(put(2, kOther, OutboxKind::kReadReceipt, sequence_of(1)));
  outbox_.remove_all(kOther, OutboxKind::kReadReceipt);
  for (int i = 0; i < 2; ++i) outbox_.pump();
  accept(1);
  EXPECT_THAT(sent(), ElementsAre(message_id(1)));
  EXPECT_EQ(store_.outbox.count(), 0);
}

TEST_F(OutboxAloneTest, WhatWaitsForAPersonAndForAnItemWaitsForBoth_IDENTITY_6) {
  add_peer(kPeer);
  add_peer(kOther);
  ASSERT_TRUE(write(1));
  ASSERT_TRUE(write(2, kOther, sequence_of(1)));
  outbox_.hold_all(kOther);
  for (int i = 0; i < 2; ++i) outbox_.pump();
  accept(1);
  EXPECT_THAT(sent(), ElementsAre(message_id(1)));
  outbox_.release_all(kOther);
  for (int i = 0; i < 2; ++i) outbox_.pump();
  EXPECT_THAT(sent(), ElementsAre(message_id(1), message_id(2)));
}

TEST_F(OutboxAloneTest, WhatWaitsUnderAProvisionalAccountStillDoesUnderTheRealOne) {
  add_peer(kPeer);
  const AccountId provisional = account_id(50);
  store_.handles.add_provisional(provisional, handle("+491700000009"));
  ASSERT_TRUE(write(1));
  ASSERT_TRUE(write(2, provisional, sequence_of(1)));
  for (int i = 0; i < 2; ++i) outbox_.pump();
  (void)store_.handles.adopt(provisional, kOther);
  outbox_.redirect(provisional, kOther);
  add_peer(kOther);
  outbox_.pump();
  EXPECT_THAT(sent(), ElementsAre(message_id(1)));
  accept(1);
  outbox_.pump();
  EXPECT_THAT(sent(), ElementsAre(message_id(1), message_id(2)));
  EXPECT_EQ(link_.sends.back().account().account_id(), kOther.bytes());
}

TEST_F(OutboxAloneTest, WhatOtherDevicesAreToldTakesNoRoomOfWhatIsWrittenAndHasABound_LIMIT_1) {
  constexpr auto kBeside = static_cast<uint32_t>(Outbox::kBesideMax);
  for (uint32_t i = 1; i <= kBeside - 2; ++i) ASSERT_TRUE(put(i, kSelf, OutboxKind::kOwnCopy));
  ASSERT_TRUE(put(kBeside - 1, kSelf, OutboxKind::kHistory));
  ASSERT_TRUE(put(kBeside, kSelf, OutboxKind::kOwnSent));
  for (const bool again : {false, true}) {
    if (again) outbox_.reload();  // as a start does
    for (const OutboxKind kind : {OutboxKind::kOwnCopy, OutboxKind::kHistory, OutboxKind::kOwnSent})
      EXPECT_FALSE(put(kBeside + 1, kSelf, kind));
    EXPECT_FALSE(outbox_.full());
    const uint32_t next = kBeside + (again ? 20 : 10);
    EXPECT_TRUE(write(next));
    EXPECT_TRUE(put(next + 1, kPeer, OutboxKind::kReadReceipt));
    EXPECT_TRUE(put(next + 2, kSelf, OutboxKind::kOwnRead)) << "nor of what is silent";
  }
  outbox_.remove_all(kSelf, OutboxKind::kHistory);
  EXPECT_TRUE(put(kBeside + 1, kSelf, OutboxKind::kOwnCopy));
  EXPECT_FALSE(put(kBeside + 2, kSelf, OutboxKind::kOwnCopy));
}

TEST_F(OutboxAloneTest, WhatIsWrittenHasItsOwnBoundBesideThat_LIMIT_1) {
  open(kPeer);
  for (uint32_t i = 1; i < Outbox::kItemsMax; ++i) ASSERT_TRUE(put(i, kPeer, OutboxKind::kMessage));
  ASSERT_TRUE(put(Outbox::kItemsMax + 1, kSelf, OutboxKind::kOwnCopy));
  EXPECT_FALSE(outbox_.full());
  ASSERT_TRUE(put(Outbox::kItemsMax, kPeer, OutboxKind::kMessage));
  EXPECT_TRUE(outbox_.full());
  EXPECT_TRUE(put(Outbox::kItemsMax + 2, kSelf, OutboxKind::kHistory));
}

}  // namespace
}  // namespace kith::core::testing
