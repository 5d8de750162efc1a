// SPDX-License-Identifier: AGPL-3.0-or-later

// What a session gets of an inbox: backlog, window, confirmations, and sessions that cross reads.
#include <gtest/gtest.h>

#include "server/delivery/testing/two_accounts.h"

namespace kith::testing {
namespace {

class InboxSessionTest : public TwoAccounts {
 protected:
  RecordingSession session;

  Position at(uint64_t sequence, uint32_t epoch = 1) { return Position::of(epoch, sequence); }
};

// ---------------------------------------------------------------- INBOX-1, INBOX-3

TEST_F(InboxSessionTest, AnEntryIsDeliveredAgainOnEachConnectionUntilItIsConfirmed) {  // [INBOX-1]
  world.connect(ben_1, session);
  world.send(ana_1, ben);
  world.disconnect(ben_1, session);
  world.loops.pass(100);
  RecordingSession second;
  const auto attached = world.connect(ben_1, second);
  EXPECT_EQ(attached->first_position, at(1));
  EXPECT_EQ(second.messages(), session.messages());
  EXPECT_EQ(second.backlog_end, at(1));
  world.confirm(ben_1, at(1));
  world.disconnect(ben_1, second);
  RecordingSession third;
  const auto empty = world.connect(ben_1, third, at(1));
  EXPECT_EQ(empty->first_position, Position{});
  EXPECT_TRUE(third.entries.empty());
  EXPECT_EQ(third.backlog_end, Position{});
}

TEST_F(InboxSessionTest, WhatHelloConfirmsIsTakenAway) {  // [INBOX-1]
  for (int i = 0; i < 5; ++i) world.send(ana_1, ben);
  world.loops.pass(5);
  const auto attached = world.connect(ben_1, session, at(3));
  EXPECT_EQ(attached->first_position, at(4));
  ASSERT_EQ(session.entries.size(), 2u);
  EXPECT_EQ(session.entries[0].position(), at(4).value);
  world.loops.pass(3000);
  EXPECT_EQ(world.inboxes().stored(ben_1).size(), 2u);
}

TEST_F(InboxSessionTest, PositionsGoOnDenselyAndARestartBeginsALaterEpoch) {  // [INBOX-3]
  for (int i = 0; i < 3; ++i) world.send(ana_1, ben);
  world.loops.pass(5);
  world.restart();
  for (int i = 0; i < 3; ++i) world.send(ana_1, ben);
  world.connect(ben_1, session);
  ASSERT_EQ(session.entries.size(), 6u);
  Position last = at(0);
  for (const wire::Entry& entry : session.entries) {
    EXPECT_TRUE(last.may_be_followed_by({entry.position()}));
    last = {entry.position()};
  }
  EXPECT_EQ(last, at(3, 2));
  EXPECT_EQ(session.backlog_end, at(3, 2));
}

TEST_F(InboxSessionTest, ABacklogLargerThanTheWindowComesAsItIsConfirmedAndItsEndIsMarked) {  // [INBOX-3] [INBOX-4]
  constexpr size_t kCount = 1000;
  for (size_t i = 0; i < kCount; ++i) world.send(ana_1, ben);
  world.loops.pass(10);
  world.connect(ben_1, session);
  world.loops.settle();
  EXPECT_EQ(session.entries.size(), 256u);
  EXPECT_FALSE(session.backlog_end);
  size_t rounds = 0;
  while (!session.backlog_end && ++rounds < 100) {
    world.confirm(ben_1, session.last());
    world.loops.settle();
  }
  EXPECT_EQ(session.entries.size(), kCount);
  EXPECT_EQ(session.backlog_end, at(kCount));
  for (size_t i = 0; i < kCount; ++i) EXPECT_EQ(session.entries[i].position(), at(i + 1).value);
}

TEST_F(InboxSessionTest, NewEntriesComeAfterTheBacklogThatIsOnDisk) {  // [ORDER-1]
  for (size_t i = 0; i < 300; ++i) world.send(ana_1, ben);
  world.loops.pass(10);
  world.connect(ben_1, session);
  world.send(ana_1, ben);  // in memory, while 44 wait on disk
  while (session.entries.size() < 301 && session.entries.size() > 0) {
    const size_t before = session.entries.size();
    world.confirm(ben_1, session.last());
    world.loops.settle();
    if (session.entries.size() == before) break;
  }
  ASSERT_EQ(session.entries.size(), 301u);
  for (size_t i = 0; i < 301; ++i) EXPECT_EQ(session.entries[i].position(), at(i + 1).value);
}

TEST_F(InboxSessionTest, TheWindowIsBoundedInBytesToo) {  // [INBOX-4] [LIMIT-1]
  for (size_t i = 0; i < 60; ++i) world.send(ana_1, ben, world.new_message(), Bytes(40'000, 'x'));
  world.loops.pass(10);
  world.connect(ben_1, session);
  world.loops.settle();
  EXPECT_LE(session.entries.size(), 28u);
  EXPECT_GE(session.entries.size(), 20u);
}

TEST_F(InboxSessionTest, ADeviceThatSawAGapGetsTheEntriesAgain) {  // [INBOX-3]
  world.connect(ben_1, session);
  for (int i = 0; i < 5; ++i) world.send(ana_1, ben);
  world.redeliver(ben_1, at(2));
  world.loops.settle();
  ASSERT_EQ(session.entries.size(), 8u);
  EXPECT_EQ(session.entries[5].position(), at(3).value);
  // The same from disk.
  world.loops.pass(30);
  world.redeliver(ben_1, at(1));
  world.loops.settle();
  ASSERT_EQ(session.entries.size(), 12u);
  EXPECT_EQ(session.entries[8].position(), at(2).value);
  world.confirm(ben_1, at(5));
  world.loops.pass(3000);
  EXPECT_TRUE(world.inboxes().stored(ben_1).empty());
}

TEST_F(InboxSessionTest, ADeviceThatAsksForWhatIsGoneMustConnectAgain) {  // [INBOX-3]
  world.connect(ben_1, session);
  for (int i = 0; i < 3; ++i) world.send(ana_1, ben);
  world.confirm(ben_1, at(2));
  world.redeliver(ben_1, at(1));
  EXPECT_EQ(session.closed, EndReason::kAsksForTheGone);
  RecordingSession second;
  const auto attached = world.connect(ben_1, second, at(1));
  EXPECT_EQ(attached->first_position, at(3));
}

TEST_F(InboxSessionTest, AConfirmationBeyondWhatWasSentTakesOnlyWhatWasSent) {  // [INBOX-1]
  for (size_t i = 0; i < 300; ++i) world.send(ana_1, ben);
  world.loops.pass(10);
  world.connect(ben_1, session);
  world.confirm(ben_1, at(999'999));
  world.loops.settle();
  EXPECT_EQ(session.entries.size(), 300u);
  world.confirm(ben_1, at(2));  // older than what is confirmed: nothing
  world.loops.pass(3000);
  EXPECT_EQ(world.inboxes().stored(ben_1).size(), 44u);
}

TEST_F(InboxSessionTest, APositionThatWasNeverGivenOutIsRefusedAtHello) {  // [INBOX-3]
  const auto attached = world.connect(ben_1, session, at(1, 9));
  ASSERT_FALSE(attached);
  EXPECT_EQ(attached.error(), StoreError::kConflict);
  EXPECT_EQ(world.of(ben).counters().sessions, 0u);
}

// ---------------------------------------------------------------- sessions and reads that cross

TEST_F(InboxSessionTest, ANewSessionReplacesTheOldOneAndGetsEverythingUnconfirmed) {  // [DEVICE-4]
  world.connect(ben_1, session);
  world.send(ana_1, ben);
  RecordingSession second;
  world.connect(ben_1, second);
  EXPECT_EQ(session.closed, EndReason::kReplaced);
  EXPECT_EQ(second.messages(), session.messages());
  world.disconnect(ben_1, session);  // comes late, and is not the session any more
  world.send(ana_1, ben);
  EXPECT_EQ(session.messages().size(), 1u);
  EXPECT_EQ(second.messages().size(), 2u);
  EXPECT_EQ(world.of(ben).counters().sessions, 1u);
}

TEST_F(InboxSessionTest, ASessionReplacedWhileItIsAttachedIsNotCurrent) {
  world.send(ana_1, ben);
  world.loops.pass(5);
  world.inboxes().read_faults.hold();
  std::optional<Result<Shard::Attached, StoreError>> first;
  std::optional<Result<Shard::Attached, StoreError>> second;
  RecordingSession other;
  world.loops.begin(0, DeliveryWorld::connecting(world.of(ben), ben_1, session, {}), first);
  world.loops.settle();
  world.loops.begin(0, DeliveryWorld::connecting(world.of(ben), ben_1, other, {}), second);
  world.loops.settle();
  EXPECT_EQ(session.closed, EndReason::kReplaced);
  world.inboxes().read_faults.release();
  world.loops.settle();
  ASSERT_TRUE(first && second);
  EXPECT_FALSE((*first)->current);
  EXPECT_TRUE((*second)->current);
  EXPECT_TRUE(session.entries.empty());
  EXPECT_EQ(other.entries.size(), 1u);
}

TEST_F(InboxSessionTest, ADisconnectDuringABacklogReadLosesNothing) {
  for (int i = 0; i < 10; ++i) world.send(ana_1, ben);
  world.loops.pass(5);
  world.inboxes().read_faults.hold();
  std::optional<Result<Shard::Attached, StoreError>> attached;
  world.loops.begin(0, DeliveryWorld::connecting(world.of(ben), ben_1, session, {}), attached);
  world.loops.settle();
  world.inboxes().read_faults.release_one();  // first_position
  world.loops.settle();
  ASSERT_TRUE(attached);
  ASSERT_EQ(world.inboxes().read_faults.waiting(), 1u);  // the backlog
  world.disconnect(ben_1, session);
  RecordingSession second;
  std::optional<Result<Shard::Attached, StoreError>> again;
  world.loops.begin(0, DeliveryWorld::connecting(world.of(ben), ben_1, second, {}), again);
  world.loops.settle();
  world.inboxes().read_faults.release();
  world.loops.settle();
  EXPECT_TRUE(session.entries.empty());
  ASSERT_EQ(second.entries.size(), 10u);
  for (uint64_t i = 0; i < 10; ++i) EXPECT_EQ(second.entries[i].position(), at(i + 1).value);
  EXPECT_EQ(second.backlog_end, at(10));
}

TEST_F(InboxSessionTest, ASessionWhoseBacklogCanNotBeReadIsClosed) {
  world.send(ana_1, ben);
  world.loops.pass(5);
  world.inboxes().read_faults.hold();
  std::optional<Result<Shard::Attached, StoreError>> attached;
  world.loops.begin(0, DeliveryWorld::connecting(world.of(ben), ben_1, session, {}), attached);
  world.loops.settle();
  world.inboxes().read_faults.release_one();
  world.loops.settle();
  world.inboxes().read_faults.fail_next(StoreError::kUnavailable);
  world.inboxes().read_faults.release();
  world.loops.settle();
  EXPECT_EQ(session.closed, EndReason::kStoreAway);
  world.disconnect(ben_1, session);  // as its owner does with each that was closed
  RecordingSession second;
  world.connect(ben_1, second);
  EXPECT_EQ(second.entries.size(), 1u);
  EXPECT_EQ(world.of(ben).counters().sessions, 1u);
}

TEST_F(InboxSessionTest, ADeviceThatIsEndedLosesItsInboxAndItsSendersAreTold) {
  world.connect(ben_1, session);
  auto& sent = world.send(ana_1, ben);
  AccountRecord record;
  record.id = ben;
  record.device_list_revision = {2};
  record.devices.push_back({DeviceId{2}, {}, true, {}});
  world.loop_of(ben).run([&] { world.of(ben).apply(record); });
  world.loops.settle();
  EXPECT_EQ(sent.settled, Settled::kEnded);
  EXPECT_EQ(session.closed, EndReason::kDeviceEnded);
  EXPECT_EQ(world.of(ben).counters().sessions, 0u);
  world.loops.pass(20'000);
  EXPECT_TRUE(world.inboxes().stored(ben_1).empty());
  world.send(ana_1, ben);
  world.loops.pass(5);
  EXPECT_EQ(world.inboxes().stored({ben, {2}}).size(), 1u);
}

}  // namespace
}  // namespace kith::testing
