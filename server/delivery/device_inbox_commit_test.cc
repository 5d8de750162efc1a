// SPDX-License-Identifier: AGPL-3.0-or-later

// When an entry of an inbox is settled: confirmed, committed, or taken back because its commit failed.
#include <gtest/gtest.h>

#include "server/delivery/testing/two_accounts.h"

namespace kith::testing {
namespace {

class InboxCommitTest : public TwoAccounts {
 protected:
  RecordingSession session;

  Position at(uint64_t sequence, uint32_t epoch = 1) { return Position::of(epoch, sequence); }
  // Calls the function with Ben's inbox, on its loop.
  template <class Function>
  void with_inbox(Function function) {
    std::optional<Result<Account*, StoreError>> account;
    world.loops.begin(0, world.of(ben).account(ben), account);
    world.loops.settle();
    world.loop_of(ben).run([&] { function(*(**account)->devices[0].inbox); });
  }
};

// ---------------------------------------------------------------- SEND-2

TEST_F(InboxCommitTest, AMessageThatIsConfirmedInTimeIsSettledAndNeverTouchesTheDisk) {  // [SEND-2]
  world.connect(ben_1, session);
  auto& sent = world.send(ana_1, ben);
  ASSERT_EQ(session.messages().size(), 1u);
  EXPECT_FALSE(sent.settled);
  world.confirm(ben_1, session.last());
  world.loops.settle();
  EXPECT_EQ(sent.settled, Settled::kSafe);
  world.loops.pass(5000);
  // Nothing of it was written; Ana's receipt is another matter.
  EXPECT_TRUE(world.inboxes().stored(ben_1).empty());
  EXPECT_EQ(world.of(ben).counters().confirmed_before_commit, 1u);
  EXPECT_EQ(world.of(ben).counters().entries_committed, 1u);  // the receipt, for Ana is away
}

TEST_F(InboxCommitTest, AMessageToAnAbsentDeviceIsSettledWhenItsBatchIsDurable) {  // [SEND-2] [F3]
  world.inboxes().write_faults.hold();
  auto& sent = world.send(ana_1, ben);
  world.loops.pass(10);
  EXPECT_FALSE(sent.settled);
  EXPECT_TRUE(world.inboxes().stored(ben_1).empty());
  world.inboxes().write_faults.release();
  world.loops.settle();
  EXPECT_EQ(sent.settled, Settled::kSafe);
  EXPECT_EQ(world.inboxes().stored(ben_1).size(), 1u);
}

TEST_F(InboxCommitTest, AConnectedDeviceThatDoesNotConfirmGetsItsEntryCommittedAfterTheLongerDelay) {  // [SEND-2]
  world.connect(ben_1, session);
  auto& sent = world.send(ana_1, ben);
  world.loops.pass(10);
  EXPECT_FALSE(sent.settled);
  world.loops.pass(15);
  EXPECT_EQ(sent.settled, Settled::kSafe);
  EXPECT_EQ(world.inboxes().stored(ben_1).size(), 1u);
}

TEST_F(InboxCommitTest, AConfirmationDuringTheCommitSettlesAndTheEntryIsForgottenOnDiskLater) {  // [SEND-2] [INBOX-1]
  world.connect(ben_1, session);
  auto& sent = world.send(ana_1, ben);
  world.inboxes().write_faults.hold();
  world.loops.pass(25);
  ASSERT_EQ(world.inboxes().write_faults.waiting(), 1u);
  world.confirm(ben_1, session.last());
  world.loops.settle();
  EXPECT_EQ(sent.settled, Settled::kSafe);
  world.inboxes().write_faults.release();
  world.loops.settle();
  EXPECT_EQ(world.inboxes().stored(ben_1).size(), 1u);
  world.loops.pass(3000);
  EXPECT_TRUE(world.inboxes().stored(ben_1).empty());
}

TEST_F(InboxCommitTest, ManyEntriesShareOneCommit) {
  for (int i = 0; i < 50; ++i) world.send(ana_1, ben);
  world.loops.pass(5);
  EXPECT_EQ(world.inboxes().stored(ben_1).size(), 50u);
  EXPECT_EQ(world.inboxes().writes(), 1u);
}

TEST_F(InboxCommitTest, OneBatchIsInFlightAtATimeAndTheNextGathersMeanwhile) {
  world.inboxes().write_faults.hold();
  auto& first = world.send(ana_1, ben);
  world.loops.pass(5);
  auto& second = world.send(ana_1, ben);
  auto& third = world.send(ana_1, ben);
  world.loops.pass(5);
  EXPECT_EQ(world.inboxes().write_faults.waiting(), 1u);
  world.inboxes().write_faults.release_one();
  world.loops.settle();
  EXPECT_EQ(first.settled, Settled::kSafe);
  EXPECT_FALSE(second.settled);
  world.inboxes().write_faults.release();
  world.loops.settle();
  EXPECT_EQ(second.settled, Settled::kSafe);
  EXPECT_EQ(third.settled, Settled::kSafe);
  EXPECT_EQ(world.inboxes().writes(), 2u);
}

TEST_F(InboxCommitTest, ABatchStaysWithinItsBoundAndTheRestFollowsAtOnce) {  // [LIMIT-1]
  DeliverySettings settings = test_delays();
  settings.commit_bytes_max = 10'000;
  DeliveryWorld small(1, settings);
  const AccountId one = small.add_account();
  const AccountId two = small.add_account();
  for (int i = 0; i < 30; ++i) small.send({one, {1}}, two, small.new_message(), Bytes(1000, 'x'));
  small.loops.pass(3);
  EXPECT_EQ(small.inboxes().stored({two, {1}}).size(), 30u);
  EXPECT_GE(small.inboxes().writes(), 3u);
}

// ---------------------------------------------------------------- several devices, several batches

TEST_F(InboxCommitTest, AFailureOfOneDevicesPartitionRefusesNobodyElsesMessage) {  // [SEND-2]
  const AccountId cleo = world.add_account();
  const DeviceAddress cleo_1{cleo, {1}};
  world.inboxes().fail_device(ben_1, StoreError::kUnavailable);
  auto& to_ben = world.send(ana_1, ben);
  auto& to_cleo = world.send(ana_1, cleo);
  world.loops.pass(5);
  EXPECT_EQ(world.inboxes().writes(), 1u);
  EXPECT_EQ(to_ben.settled, Settled::kUnavailable);
  EXPECT_EQ(to_cleo.settled, Settled::kSafe);
  world.restart();  // what was acknowledged is there
  RecordingSession of_cleo;
  world.connect(cleo_1, of_cleo);
  EXPECT_EQ(of_cleo.messages().size(), 1u);
}

TEST_F(InboxCommitTest, AFullPartitionTakesNothingAndItsPositionsAreGivenAgain) {  // [SEND-2] [INBOX-3]
  const AccountId cleo = world.add_account();
  world.inboxes().fail_device(ben_1, StoreError::kFull);
  auto& to_ben = world.send(ana_1, ben);
  auto& to_cleo = world.send(ana_1, cleo);
  world.loops.pass(5);
  EXPECT_EQ(to_ben.settled, Settled::kFull);
  EXPECT_EQ(to_cleo.settled, Settled::kSafe);
  world.inboxes().fail_device(ben_1, std::nullopt);
  auto& again = world.send(ana_1, ben);
  world.loops.pass(5);
  EXPECT_EQ(again.settled, Settled::kSafe);
  const auto stored = world.inboxes().stored(ben_1);
  ASSERT_EQ(stored.size(), 1u);
  EXPECT_EQ(stored[0].position, at(1));
}

TEST_F(InboxCommitTest, AMessageToSeveralDevicesIsSafeWhenItIsOnEveryOne) {  // [SEND-2]
  const AccountId both = world.add_account(2);
  world.inboxes().fail_device({both, {2}}, StoreError::kUnavailable);
  auto& sent = world.send(ana_1, both);
  world.loops.pass(5);
  EXPECT_EQ(sent.settled, Settled::kUnavailable);
  EXPECT_EQ(world.inboxes().stored({both, {1}}).size(), 1u);
  world.inboxes().fail_device({both, {2}}, std::nullopt);
  world.loops.pass(1100);
  EXPECT_EQ(world.inboxes().stored({both, {2}}).size(), 1u) << "it kept its position";
}

TEST(SeveralBatchesOfInboxes, AreAnsweredInAnyOrderAndEachDeviceKeepsItsOwn) {  // [SEND-2] [ORDER-1]
  DeliverySettings settings = test_delays();
  settings.commit_batches_max = 3;
  DeliveryWorld world(1, settings);
  const AccountId ana = world.add_account();
  std::vector<AccountId> readers;
  for (int i = 0; i < 3; ++i) readers.push_back(world.add_account());
  world.inboxes().write_faults.hold();
  std::vector<DeliveryWorld::Sent*> first;
  for (const AccountId& reader : readers) {
    first.push_back(&world.send({ana, {1}}, reader));
    world.loops.pass(3);
  }
  ASSERT_EQ(world.inboxes().write_faults.waiting(), 3u);
  std::vector<DeliveryWorld::Sent*> second;
  for (const AccountId& reader : readers) second.push_back(&world.send({ana, {1}}, reader));
  world.loops.pass(10);
  for (size_t left = 3; left > 0; --left) {
    world.inboxes().write_faults.release_one(left - 1);  // the newest first
    world.loops.settle();
    for (size_t i = 0; i < 3; ++i) {
      EXPECT_EQ(first[i]->settled.has_value(), i >= left - 1);
      EXPECT_FALSE(second[i]->settled);
      EXPECT_EQ(world.inboxes().stored({readers[i], {1}}).size(), first[i]->settled ? 1u : 0u)
          << "what is accepted is on disk, and the second of a device comes after its first";
    }
  }
  world.inboxes().write_faults.release();
  world.loops.pass(5);
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(second[i]->settled, Settled::kSafe);
    const auto stored = world.inboxes().stored({readers[i], {1}});
    ASSERT_EQ(stored.size(), 2u);
    EXPECT_EQ(stored[1].position.value, stored[0].position.value + 1);
  }
}

// ---------------------------------------------------------------- failed commits

TEST_F(InboxCommitTest, AFailedCommitRefusesAndTakesBackWhatWasNeverDelivered) {  // [SEND-2] [INBOX-3]
  world.inboxes().write_faults.fail_next(StoreError::kFull);
  const MessageId id = world.new_message();
  auto& refused = world.send(ana_1, ben, id);
  world.loops.pass(5);
  EXPECT_EQ(refused.settled, Settled::kFull);
  // The position is given again, so that nobody sees a gap, and a repeated send is a new one.
  auto& again = world.send(ana_1, ben, id);
  world.loops.pass(5);
  EXPECT_EQ(again.settled, Settled::kSafe);
  const auto stored = world.inboxes().stored(ben_1);
  ASSERT_EQ(stored.size(), 1u);
  EXPECT_EQ(stored[0].position, at(1));
}

TEST_F(InboxCommitTest, WhatCameAfterAFailedEntryIsTakenBackWithIt) {  // [ORDER-1]
  world.inboxes().write_faults.hold();
  auto& first = world.send(ana_1, ben);
  world.loops.pass(5);
  auto& second = world.send(ana_1, ben);  // gathered while the first is written
  world.inboxes().write_faults.fail_next(StoreError::kFull);
  world.inboxes().write_faults.release();
  world.loops.pass(10);
  EXPECT_EQ(first.settled, Settled::kFull);
  EXPECT_EQ(second.settled, Settled::kFull);
  EXPECT_TRUE(world.inboxes().stored(ben_1).empty());
}

TEST_F(InboxCommitTest, WhatAFailedWriteMayHaveLeftOnDiskKeepsItsPosition) {  // [SEND-2] [SEND-3] [INBOX-3]
  world.inboxes().write_faults.fail_next(StoreError::kUnavailable);
  const MessageId id = world.new_message();
  auto& refused = world.send(ana_1, ben, id);
  world.loops.pass(5);
  EXPECT_EQ(refused.settled, Settled::kUnavailable);
  // Else a device could confirm this one at the position of the first, which a crash would leave on disk: found there,
  // and taken for confirmed.
  world.connect(ben_1, session);
  world.send(ana_1, ben);
  world.loops.settle();
  ASSERT_EQ(session.entries.size(), 2u);
  EXPECT_EQ(session.entries[0].message().message_id(), id.bytes());
  EXPECT_EQ(session.entries[0].position(), at(1).value);
  EXPECT_EQ(session.entries[1].position(), at(2).value);
  // A full disk takes back what came later, and not this one.
  world.disconnect(ben_1, session);
  world.inboxes().write_faults.fail_next(StoreError::kFull);
  auto& full = world.send(ana_1, ben);
  world.loops.pass(5);
  EXPECT_EQ(full.settled, Settled::kFull);
  world.loops.pass(2000);
  EXPECT_EQ(world.inboxes().stored(ben_1).size(), 2u);
}

// [SEND-1] [SEND-2]
TEST_F(InboxCommitTest, ADeliveredEntryKeepsItsPositionWhenItsCommitFailsAndARepeatedSendWaitsForItsConfirmation) {
  world.connect(ben_1, session);
  world.inboxes().write_faults.fail_next(StoreError::kUnavailable);
  const MessageId id = world.new_message();
  auto& refused = world.send(ana_1, ben, id);
  world.loops.pass(30);
  EXPECT_EQ(refused.settled, Settled::kUnavailable);
  auto& other = world.send(ana_1, ben);
  auto& again = world.send(ana_1, ben, id);
  EXPECT_FALSE(again.settled);
  EXPECT_EQ(again.server_time, refused.server_time);
  ASSERT_EQ(session.messages().size(), 2u);
  EXPECT_EQ(session.entries[0].position(), at(1).value);
  EXPECT_EQ(session.entries[1].position(), at(2).value);
  world.confirm(ben_1, at(2));
  world.loops.settle();
  EXPECT_EQ(again.settled, Settled::kSafe);
  EXPECT_EQ(other.settled, Settled::kSafe);
}

TEST_F(InboxCommitTest, ADeliveredEntryWhoseCommitFailedIsWrittenWithALaterBatch) {
  world.connect(ben_1, session);
  world.inboxes().write_faults.fail_next(StoreError::kUnavailable);
  world.send(ana_1, ben);
  world.loops.pass(30);
  world.disconnect(ben_1, session);
  EXPECT_TRUE(world.inboxes().stored(ben_1).empty());
  world.loops.pass(1100);
  ASSERT_EQ(world.inboxes().stored(ben_1).size(), 1u);
  EXPECT_EQ(world.inboxes().stored(ben_1)[0].position, at(1));
}

TEST_F(InboxCommitTest, NoticesSurviveAFailedCommit) {  // [RECEIPT-1]
  const DeviceAddress peer{world.add_account(), {1}};
  with_inbox([&](DeviceInbox& inbox) { inbox.append_receipt(peer, {1}, {77, 79, 5}); });
  world.inboxes().write_faults.fail_next(StoreError::kFull);
  auto& refused = world.send(ana_1, ben);
  world.loops.pass(5);
  EXPECT_EQ(refused.settled, Settled::kFull);
  world.loops.pass(2000);
  const auto stored = world.inboxes().stored(ben_1);
  ASSERT_EQ(stored.size(), 1u);
  EXPECT_EQ(stored[0].position, at(1));
  wire::Entry entry;
  ASSERT_TRUE(entry.ParseFromString(Bytes(*stored[0].body)));
  EXPECT_EQ(entry.delivery_receipt().first_number(), 77u);
  EXPECT_EQ(entry.delivery_receipt().last_number(), 79u);
}

TEST_F(InboxCommitTest, AFullDiskStillForgets) {  // [LIMIT-1]
  world.send(ana_1, ben);
  world.loops.pass(5);
  ASSERT_EQ(world.inboxes().stored(ben_1).size(), 1u);
  world.connect(ben_1, session);
  world.confirm(ben_1, session.last());
  world.disconnect(ben_1, session);
  world.inboxes().write_faults.fail(StoreError::kFull);
  auto& refused = world.send(ana_1, ben);
  world.loops.pass(10);
  EXPECT_EQ(refused.settled, Settled::kFull);
  EXPECT_TRUE(world.inboxes().stored(ben_1).empty());
  world.inboxes().write_faults.fail(std::nullopt);
}

}  // namespace
}  // namespace kith::testing
