// SPDX-License-Identifier: AGPL-3.0-or-later

// The outbox by itself.
#include "core/testing/outbox_alone.h"

namespace kith::core::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

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

TEST_F(OutboxAloneTest, WhatMayLeaveAtTheSameTimeSharesAFrameAndDoesSoAgain_SEND_1) {
  add_peer(kPeer);
  add_peer(kOther);
  for (const uint32_t number : {1, 2}) ASSERT_TRUE(write(number));
  ASSERT_TRUE(write(3, kOther));
  outbox_.pump();  // opens the sessions
  outbox_.pump();
  EXPECT_EQ(link_.frames, 1u);
  EXPECT_THAT(sent(), ::testing::UnorderedElementsAre(message_id(1), message_id(2), message_id(3)));
  outbox_.on_connection_gone();
  outbox_.pump();
  EXPECT_EQ(link_.frames, 2u);
  ASSERT_EQ(link_.sends.size(), 6u);
  std::vector<std::string> first, second;
  for (size_t i = 0; i < 3; ++i) {
    first.push_back(link_.sends[i].SerializeAsString());
    second.push_back(link_.sends[i + 3].SerializeAsString());
  }
  EXPECT_THAT(second, ::testing::UnorderedElementsAreArray(first)) << "the same bytes";
  accept(1);
  accept(3, kOther);
  EXPECT_EQ(row(1).tick, Tick::kSent);
  EXPECT_EQ(row(2).tick, Tick::kPending);
  EXPECT_EQ(row(3).tick, Tick::kSent);
}

TEST_F(OutboxAloneTest, AFrameHoldsNoMoreThanTheServerTakes_LIMIT_1) {
  link_.told.set_frame_bytes_max(2000);
  add_peer(kPeer);
  for (uint32_t number = 1; number <= 12; ++number) ASSERT_TRUE(write(number));
  outbox_.pump();
  outbox_.pump();
  std::vector<MessageId> all;
  for (uint32_t number = 1; number <= 12; ++number) all.push_back(message_id(number));
  EXPECT_EQ(sent(), all) << "in their order (ORDER-1)";
  EXPECT_GT(link_.frames, 2u);
  EXPECT_LT(link_.frames, 12u);
  EXPECT_LE(link_.bytes_max, 2000u);
}

TEST_F(OutboxAloneTest, OfAReactionThatDoesNotArriveIsTold_REACT_1) {
  add_peer(kPeer);
  for (const uint32_t number : {1, 2}) ASSERT_TRUE(put(number, kPeer, OutboxKind::kRemark));
  ASSERT_TRUE(put(3, kPeer, OutboxKind::kProfileChanged));
  ASSERT_TRUE(put(4, kSelf, OutboxKind::kRemark));
  outbox_.pump();
  outbox_.pump();
  refuse(1, wire::kTooLarge);
  EXPECT_THAT(dropped_reactions_, ElementsAre(message_id(1)));
  outbox_.hold_all(kPeer);  // it has another identity
  EXPECT_THAT(dropped_reactions_, ElementsAre(message_id(1), message_id(2)));
  outbox_.fail_all(kSelf, FailureReason::kRefused);
  EXPECT_EQ(dropped_reactions_.size(), 2u) << "what the own devices are told";
  EXPECT_EQ(store_.outbox.count(), 0);
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
