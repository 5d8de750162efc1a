// SPDX-License-Identifier: AGPL-3.0-or-later

// Accounts of a shard: loading in order, receipts between accounts, limits, expiry, and leaving memory.
#include "server/delivery/shard.h"

#include <gtest/gtest.h>

#include "server/delivery/scatter.h"
#include "server/delivery/testing/delivery_world.h"

namespace kith::testing {
namespace {

class ShardTest : public ::testing::Test {
 protected:
  DeliveryWorld world;
  const AccountId ana = world.add_account();
  const AccountId ben = world.add_account();
  const DeviceAddress ana_1{ana, {1}};
  const DeviceAddress ben_1{ben, {1}};
};

// ---------------------------------------------------------------- ORDER-1

TEST_F(ShardTest, MessagesThatWaitForAnAccountToLoadKeepTheirOrderAndNewcomersComeBehind) {  // [ORDER-1]
  RecordingSession session;
  world.accounts().faults.hold();
  std::vector<MessageId> ids;
  std::vector<std::unique_ptr<DeliveryWorld::Sent>> sent;
  for (int i = 0; i < 20; ++i) {
    ids.push_back(world.new_message());
    sent.push_back(std::make_unique<DeliveryWorld::Sent>());
    world.begin_send(ana_1, ben, ids.back(), *sent.back());
    if (i == 10) world.accounts().faults.release();
    if (i > 10) world.loops.step();
  }
  world.loops.pass(10);
  world.connect(ben_1, session);
  EXPECT_EQ(session.messages(), ids);
}

TEST_F(ShardTest, ConcurrentWaitersShareOneLoad) {
  for (int i = 0; i < 5; ++i) world.send(ana_1, ben);
  EXPECT_EQ(world.accounts().loads(), 1u);
}

TEST_F(ShardTest, AnAccountThatCanNotBeLoadedIsTriedAgainByTheNext) {
  world.accounts().faults.fail_next(StoreError::kUnavailable);
  EXPECT_EQ(world.send(ana_1, ben).settled, Settled::kUnavailable);
  auto& sent = world.send(ana_1, ben);
  world.loops.pass(5);
  EXPECT_EQ(sent.settled, Settled::kSafe);
}

TEST_F(ShardTest, AnInboxThatCanNotBeReadKeepsTheAccountOutOfMemory) {
  world.inboxes().read_faults.fail_next(StoreError::kUnavailable);
  EXPECT_EQ(world.send(ana_1, ben).settled, Settled::kUnavailable);
  EXPECT_EQ(world.of(ben).accounts_in_memory(), 0u);
}

TEST_F(ShardTest, ServerTimesIncreaseEvenWhenTheClockGoesBack) {  // [ORDER-1]
  Shard& shard = world.of(ana);
  UnixMicros last;
  for (int i = 0; i < 100; ++i) {
    if (i == 50) world.loops.clock.unix_us -= 3'600'000'000;
    if (i % 10 == 0) world.loops.clock.unix_us += 5;
    const UnixMicros time = shard.server_time();
    EXPECT_GT(time, last);
    last = time;
  }
}

TEST_F(ShardTest, ARecordAppliedWhileTheAccountLoadsWins) {
  world.accounts().faults.answer_later(true);
  world.profiles().faults.hold();
  auto& sent = world.send(ana_1, ben);  // has read the record, waits for the privacy
  AccountRecord newer;
  newer.id = ben;
  newer.device_list_revision = {2};
  newer.devices = {{DeviceId{1}, {}, true, {}}, {DeviceId{2}, {}, true, {}}};
  world.loop_of(ben).run([&] { world.of(ben).apply(newer); });
  world.profiles().faults.release();
  world.loops.pass(5);
  EXPECT_EQ(sent.settled, Settled::kSafe);
  EXPECT_EQ(world.inboxes().stored({ben, {2}}).size(), 1u);
}

// ---------------------------------------------------------------- RECEIPT-1, TICK-1

TEST_F(ShardTest, AConfirmationBecomesOneReceiptForManyMessages) {  // [RECEIPT-1] [F14]
  RecordingSession at_ana;
  RecordingSession at_ben;
  world.connect(ana_1, at_ana);
  world.connect(ben_1, at_ben);
  uint64_t marks = 0;
  for (int i = 0; i < 10; ++i) {
    const MessageId id = world.new_message();
    marks ^= wire::receipt_mark(id);
    world.send(ana_1, ben, id);
  }
  world.confirm(ben_1, at_ben.last());
  world.loops.settle();
  const auto receipts = at_ana.receipts();
  ASSERT_EQ(receipts.size(), 1u);
  EXPECT_EQ(receipts[0].from_account(), ben.bytes());
  EXPECT_EQ(receipts[0].from_device(), 1u);
  EXPECT_EQ(receipts[0].sender_device(), 1u);
  EXPECT_EQ(receipts[0].first_number(), 1u);
  EXPECT_EQ(receipts[0].last_number(), 10u);
  EXPECT_EQ(receipts[0].marks(), marks);
}

TEST_F(ShardTest, ReceiptsForAnAbsentSenderAreCoalescedAndStored) {  // [RECEIPT-1] [F3]
  RecordingSession at_ben;
  world.connect(ben_1, at_ben);
  for (int i = 0; i < 10; ++i) {
    world.send(ana_1, ben);
    world.confirm(ben_1, at_ben.last());
    world.loops.settle();
  }
  world.loops.pass(2000);
  EXPECT_EQ(world.inboxes().stored(ana_1).size(), 1u);
  RecordingSession at_ana;
  world.connect(ana_1, at_ana);
  ASSERT_EQ(at_ana.receipts().size(), 1u);
  EXPECT_EQ(at_ana.receipts()[0].first_number(), 1u);
  EXPECT_EQ(at_ana.receipts()[0].last_number(), 10u);
}

TEST_F(ShardTest, AReceiptThatWasDeliveredIsNotChangedButFollowedByAnother) {  // [RECEIPT-1] [INBOX-3]
  RecordingSession at_ana;
  RecordingSession at_ben;
  world.connect(ana_1, at_ana);
  world.connect(ben_1, at_ben);
  world.send(ana_1, ben);
  world.confirm(ben_1, at_ben.last());
  world.loops.settle();
  world.send(ana_1, ben);
  world.confirm(ben_1, at_ben.last());
  world.loops.settle();
  ASSERT_EQ(at_ana.receipts().size(), 2u);
  EXPECT_EQ(at_ana.receipts()[1].first_number(), 2u);
  EXPECT_EQ(at_ana.receipts()[1].last_number(), 2u);
  EXPECT_EQ(at_ana.entries[1].position(), at_ana.entries[0].position() + 1);
}

TEST_F(ShardTest, WhatNeverCameToTheInboxIsUnderNoReceiptAndBreaksTheRun) {  // [TICK-1]
  RecordingSession at_ben;
  world.connect(ben_1, at_ben);
  const auto sent = [&](uint64_t number) {  // as when the numbers between were dropped for a block, or went elsewhere
    for (;;) {
      if (world.number_after(ana_1, ben) == number) return world.send(ana_1, ben).receipt_number;
      world.skip_number(ana_1, ben);
    }
  };
  EXPECT_EQ(sent(1), 1u);
  EXPECT_EQ(sent(2), 2u);
  EXPECT_EQ(sent(5), 5u);
  EXPECT_EQ(sent(6), 6u);
  world.confirm(ben_1, at_ben.last());
  world.loops.settle();
  RecordingSession at_ana;
  world.connect(ana_1, at_ana);
  ASSERT_EQ(at_ana.receipts().size(), 2u);
  EXPECT_EQ(at_ana.receipts()[0].first_number(), 1u);
  EXPECT_EQ(at_ana.receipts()[0].last_number(), 2u);
  EXPECT_EQ(at_ana.receipts()[1].first_number(), 5u);
  EXPECT_EQ(at_ana.receipts()[1].last_number(), 6u);
}

TEST_F(ShardTest,
       AMessageWithoutANumberCausesNoReceipt) {  // [TICK-1] [PRIVATE-1] nobody learns by it when Ben is there
  RecordingSession at_ana;
  RecordingSession at_ben;
  world.connect(ana_1, at_ana);
  world.connect(ben_1, at_ben);
  world.send_silent(ana_1, ben);
  world.confirm(ben_1, at_ben.last());
  world.loops.pass(3000);
  EXPECT_EQ(at_ben.messages().size(), 1u);
  EXPECT_TRUE(at_ana.entries.empty());
  // The same from the disk, confirmed by Hello.
  world.disconnect(ben_1, at_ben);
  const Position before = at_ben.last();
  world.send_silent(ana_1, ben);
  world.loops.pass(5);
  RecordingSession again;
  world.connect(ben_1, again, Position{before.value + 1});
  world.loops.pass(5000);
  EXPECT_TRUE(at_ana.entries.empty());
}

TEST_F(ShardTest, WhatADeviceWithholdsMakesNoReceipt) {  // [TICK-1]
  RecordingSession at_ana;
  RecordingSession at_ben;
  world.connect(ana_1, at_ana);
  world.connect(ben_1, at_ben);
  for (int i = 0; i < 3; ++i) world.send(ana_1, ben);
  world.confirm(ben_1, at_ben.last(), {Position{at_ben.entries[1].position()}});
  world.loops.settle();
  ASSERT_EQ(at_ana.receipts().size(), 2u);
  EXPECT_EQ(at_ana.receipts()[0].last_number(), 1u);
  EXPECT_EQ(at_ana.receipts()[1].first_number(), 3u);
}

// [TICK-1] the Confirm was lost; what waits in memory, and what an earlier run of the server has left on the disk
TEST_F(ShardTest, WhatADeviceWithholdsInHelloMakesNoReceiptEither) {
  for (int i = 0; i < 3; ++i) world.send(ana_1, ben);
  RecordingSession at_ben;
  RecordingSession at_ana;
  world.connect(ana_1, at_ana);
  world.connect(ben_1, at_ben, Position::of(1, 3), false, {Position::of(1, 2)});
  world.loops.pass(10);
  ASSERT_EQ(at_ana.receipts().size(), 2u);
  EXPECT_EQ(at_ana.receipts()[0].last_number(), 1u);
  EXPECT_EQ(at_ana.receipts()[1].first_number(), 3u);
  world.disconnect(ben_1, at_ben);
  for (int i = 0; i < 3; ++i) world.send(ana_1, ben);
  world.loops.pass(5);
  world.disconnect(ana_1, at_ana);
  world.restart();
  RecordingSession again;
  world.connect(ben_1, again, Position::of(1, 6), false, {Position::of(1, 2), Position::of(1, 5)});
  world.loops.pass(5000);
  RecordingSession ana_again;
  world.connect(ana_1, ana_again, at_ana.last());
  ASSERT_EQ(ana_again.receipts().size(), 2u);
  EXPECT_EQ(ana_again.receipts()[0].last_number(), 4u);
  EXPECT_EQ(ana_again.receipts()[1].first_number(), 6u);
}

// [RECEIPT-1] the confirmation was lost, not the message
TEST_F(ShardTest, WhatHelloConfirmsOfTheBacklogGetsItsReceiptsToo) {
  world.send(ana_1, ben);
  world.send(ana_1, ben);
  world.loops.pass(5);
  world.restart();
  RecordingSession at_ana;
  world.connect(ana_1, at_ana);
  RecordingSession at_ben;
  world.connect(ben_1, at_ben, Position::of(1, 1));
  world.loops.settle();
  ASSERT_EQ(at_ana.receipts().size(), 1u);
  EXPECT_EQ(at_ana.receipts()[0].first_number(), 1u);
  EXPECT_EQ(at_ana.receipts()[0].last_number(), 1u);
  EXPECT_EQ(at_ben.messages().size(), 1u);
}

TEST_F(ShardTest, ReceiptsOfABacklogAreMadeLaterWhenTheStoreIsAwayAtHello) {  // [RECEIPT-1] [INBOX-1]
  for (int i = 0; i < 3; ++i) world.send(ana_1, ben);
  world.loops.pass(5);
  RecordingSession at_ana;
  world.connect(ana_1, at_ana);
  RecordingSession at_ben;
  world.inboxes().read_faults.fail(StoreError::kUnavailable);  // the read for the receipts
  world.connect(ben_1, at_ben, Position::of(1, 3));
  world.loops.pass(5000);
  EXPECT_TRUE(at_ana.receipts().empty());
  EXPECT_EQ(world.inboxes().stored(ben_1).size(), 3u);  // nothing is forgotten before
  world.inboxes().read_faults.fail(std::nullopt);
  world.loops.pass(5000);
  EXPECT_FALSE(at_ana.receipts().empty()) << "without a word more from the device";
  EXPECT_TRUE(world.inboxes().stored(ben_1).empty());
}

TEST_F(ShardTest, EveryDeviceOfTheSenderGetsTheReceiptAndOwnCopiesHaveNone) {  // [RECEIPT-1] [F36]
  const AccountId cleo = world.add_account(2);
  RecordingSession at_ben;
  RecordingSession at_cleo_1;
  RecordingSession at_cleo_2;
  world.connect(ben_1, at_ben);
  world.connect({cleo, {1}}, at_cleo_1);
  world.connect({cleo, {2}}, at_cleo_2);
  world.send({cleo, {1}}, ben);
  world.confirm(ben_1, at_ben.last());
  world.loops.settle();
  EXPECT_EQ(at_cleo_1.receipts().size(), 1u);
  ASSERT_EQ(at_cleo_2.receipts().size(), 1u);
  EXPECT_EQ(at_cleo_2.receipts()[0].sender_device(), 1u);
  world.send({cleo, {1}}, cleo);
  world.confirm({cleo, {2}}, at_cleo_2.last());
  world.loops.settle();
  EXPECT_EQ(at_cleo_1.receipts().size(), 1u);
}

TEST_F(ShardTest, AnOrderlyStopKeepsReceiptsAndRefusesNothingThatWaits) {
  RecordingSession at_ben;
  world.connect(ben_1, at_ben);
  world.send(ana_1, ben);
  world.confirm(ben_1, at_ben.last());
  auto& waiting = world.send(ana_1, ben);
  world.disconnect(ben_1, at_ben);
  world.stop();
  EXPECT_EQ(waiting.settled, Settled::kSafe);
  EXPECT_EQ(world.inboxes().stored(ana_1).size(), 1u);
  EXPECT_EQ(world.inboxes().stored(ben_1).size(), 1u);
}

TEST_F(ShardTest, AStopWithAStoreThatIsAwayRefusesWhatWaits) {
  RecordingSession at_ben;
  world.connect(ben_1, at_ben);
  auto& waiting = world.send(ana_1, ben);
  world.inboxes().write_faults.fail(StoreError::kUnavailable);
  world.disconnect(ben_1, at_ben);
  world.stop();
  EXPECT_EQ(waiting.settled, Settled::kUnavailable);
}

// ---------------------------------------------------------------- LIMIT-1

TEST(ShardLimits, AnInboxTakesNoMoreThanItsBoundAndTakesMoreWhenItWasRead) {  // [LIMIT-1]
  DeliverySettings settings = test_delays();
  settings.inbox_entries_max = 10;
  DeliveryWorld world(1, settings);
  const AccountId ana = world.add_account();
  const AccountId ben = world.add_account();
  for (int i = 0; i < 10; ++i) EXPECT_FALSE(world.send({ana, {1}}, ben).no_room);
  EXPECT_EQ(world.send({ana, {1}}, ben).no_room, DeviceInbox::Room::kInboxFull);
  world.loops.pass(5);
  EXPECT_EQ(world.send({ana, {1}}, ben).no_room, DeviceInbox::Room::kInboxFull);
  world.restart();  // the count comes from the store
  EXPECT_EQ(world.send({ana, {1}}, ben).no_room, DeviceInbox::Room::kInboxFull);
  RecordingSession session;
  world.connect({ben, {1}}, session);
  world.confirm({ben, {1}}, session.last());
  EXPECT_FALSE(world.send({ana, {1}}, ben).no_room);
}

TEST(ShardLimits, AnInboxIsBoundedInBytes) {  // [LIMIT-1]
  DeliverySettings settings = test_delays();
  settings.inbox_bytes_max = 10'000;
  DeliveryWorld world(1, settings);
  const AccountId ana = world.add_account();
  const AccountId ben = world.add_account();
  EXPECT_FALSE(world.send({ana, {1}}, ben, world.new_message(), Bytes(8000, 'x')).no_room);
  EXPECT_EQ(world.send({ana, {1}}, ben, world.new_message(), Bytes(8000, 'x')).no_room, DeviceInbox::Room::kInboxFull);
}

TEST(ShardLimits, MemoryForUndurableEntriesIsBoundedWhenTheStoreIsSlow) {  // [LIMIT-1]
  DeliverySettings settings = test_delays();
  settings.undurable_bytes_max = 100'000;
  DeliveryWorld world(1, settings);
  const AccountId ana = world.add_account();
  const AccountId ben = world.add_account();
  world.inboxes().write_faults.hold();
  size_t taken = 0;
  while (!world.send({ana, {1}}, ben, world.new_message(), Bytes(1000, 'x')).no_room && taken < 1000) ++taken;
  EXPECT_GE(taken, 80u);
  EXPECT_LE(world.of(ben).undurable_bytes(), 100'000u);
  world.inboxes().write_faults.release();
  world.loops.pass(5);
  EXPECT_EQ(world.of(ben).undurable_bytes(), 0u);
  EXPECT_FALSE(world.send({ana, {1}}, ben).no_room);
}

TEST(ShardLimits, AFullStoreRefusesForAbsentDevicesAndLetsConnectedOnesTalk) {  // [LIMIT-1]
  DeliverySettings settings = test_delays();
  settings.store_bytes_max = 1'000'000;
  DeliveryWorld world(1, settings);
  const AccountId ana = world.add_account();
  const AccountId ben = world.add_account();
  const AccountId cleo = world.add_account();
  RecordingSession session;
  world.connect({ben, {1}}, session);
  world.inboxes().pretend_bytes_held(1'000'000);
  EXPECT_EQ(world.send({ana, {1}}, cleo).no_room, DeviceInbox::Room::kStoreFull);
  auto& sent = world.send({ana, {1}}, ben);
  world.confirm({ben, {1}}, session.last());
  world.loops.settle();
  EXPECT_EQ(sent.settled, Settled::kSafe);
}

TEST(Scatter, WhatGoesToManyHomesIsOneHopForEachLoopInOrder) {
  DeliveryWorld world(3);
  std::vector<std::pair<AccountId, int>> items;
  for (int i = 0; i < 30; ++i) items.emplace_back(world.add_account_on(static_cast<size_t>(i % 2)), i);
  std::map<Shard*, std::vector<std::vector<int>>> calls;
  scatter(
      world.shards(), items, [](const auto& item) { return item.first; },
      [&calls](Shard& shard, std::vector<std::pair<AccountId, int>> taken) {
        EXPECT_EQ(Executor::current(), &shard.executor());
        std::vector<int>& numbers = calls[&shard].emplace_back();
        for (const auto& [account, number] : taken) numbers.push_back(number);
      });
  EXPECT_TRUE(calls.empty()) << "in a later turn";
  world.loops.settle();
  ASSERT_EQ(calls.size(), 2u) << "nothing goes to a loop that owns none of them";
  for (size_t shard = 0; shard < 2; ++shard) {
    const auto& of_shard = calls[&world.shards().at(shard)];
    ASSERT_EQ(of_shard.size(), 1u);
    EXPECT_EQ(of_shard[0].size(), 15u);
    EXPECT_TRUE(std::is_sorted(of_shard[0].begin(), of_shard[0].end()));
  }
}

// ---------------------------------------------------------------- expiry and memory

TEST_F(ShardTest, EntriesExpireAfterThirtyDaysAndTheDeviceLearnsWhereItsInboxBegins) {  // [INBOX-1]
  world.send(ana_1, ben);
  world.loops.pass(5);
  world.loops.pass(29ull * 24 * 3600 * 1000);
  world.send(ana_1, ben);
  world.loops.pass(5);
  EXPECT_EQ(world.inboxes().stored(ben_1).size(), 2u);
  world.loops.pass(2ull * 24 * 3600 * 1000);
  const auto stored = world.inboxes().stored(ben_1);
  ASSERT_EQ(stored.size(), 1u);
  RecordingSession session;
  EXPECT_EQ(world.connect(ben_1, session)->first_position, stored[0].position);
  EXPECT_EQ(session.entries.size(), 1u);
}

class ExpiryTest : public ShardTest {
 protected:
  // A message, a ring that lives for a minute, and another message.
  void send_three() {
    world.send(ana_1, ben);
    world.life_ms = 60'000;
    world.send(ana_1, ben);
    world.life_ms = 0;
    world.send(ana_1, ben);
    world.loops.pass(5);
  }
  // Ben gets the messages, and no gap; the ring is under no receipt.
  void expect_two() {
    RecordingSession at_ana;
    RecordingSession at_ben;
    world.connect(ana_1, at_ana);
    world.connect(ben_1, at_ben);
    world.loops.settle();
    ASSERT_EQ(at_ben.entries.size(), 3u);
    EXPECT_TRUE(at_ben.entries[0].has_message());
    EXPECT_TRUE(at_ben.entries[1].has_expired());
    EXPECT_TRUE(at_ben.entries[2].has_message());
    for (uint64_t i = 0; i < 3; ++i) EXPECT_EQ(at_ben.entries[i].position(), Position::of(1, i + 1).value);
    EXPECT_EQ(at_ben.backlog_end, at_ben.last());
    world.confirm(ben_1, at_ben.last());
    world.loops.pass(5000);
    ASSERT_EQ(at_ana.receipts().size(), 2u);
    EXPECT_EQ(at_ana.receipts()[0].last_number(), 1u);
    EXPECT_EQ(at_ana.receipts()[1].first_number(), 3u);
    EXPECT_TRUE(world.inboxes().stored(ben_1).empty());
  }
};

TEST_F(ExpiryTest, ARingThatIsOverIsNotDeliveredAndLeavesNoGap) {  // [INBOX-1] [INBOX-3] [TICK-1]
  send_three();
  world.loops.pass(61'000);
  EXPECT_EQ(world.inboxes().stored(ben_1).size(), 3u) << "it is still there, and over";
  expect_two();
}

TEST_F(ExpiryTest, NorWhenTheSweepHasTakenItFromTheMiddle) {  // [INBOX-1] [INBOX-3]
  send_three();
  world.loops.pass(700'000);
  EXPECT_EQ(world.inboxes().stored(ben_1).size(), 2u);
  expect_two();
}

TEST_F(ExpiryTest, NorWhenItIsOverBeforeItIsOnTheDisk) {  // [INBOX-1] [INBOX-3]
  world.inboxes().write_faults.hold();
  send_three();
  world.loops.pass(61'000);
  world.inboxes().write_faults.release();
  expect_two();
}

// What is counted as held is an estimate, and says nothing of what has still to be confirmed.
TEST_F(ExpiryTest, EachMessageBehindARingThatIsOverHasItsReceipt) {  // [TICK-1]
  world.life_ms = 60'000;
  world.send(ana_1, ben);
  world.life_ms = 0;
  for (int i = 0; i < 2; ++i) world.send(ana_1, ben);
  world.loops.pass(61'000);
  RecordingSession at_ana;
  world.connect(ana_1, at_ana);
  // Each time the connection breaks off before the confirmation.
  for (const uint64_t confirmed : {0, 2, 3}) {
    RecordingSession at_ben;
    world.connect(ben_1, at_ben, Position::of(confirmed == 0 ? 0 : 1, confirmed));
    world.loops.settle();
    EXPECT_EQ(at_ben.last(), confirmed == 3 ? Position{} : Position::of(1, 3));
    world.disconnect(ben_1, at_ben);
  }
  world.loops.pass(5000);
  uint64_t told = 0;
  for (const wire::DeliveryReceipt& receipt : at_ana.receipts())
    told += receipt.last_number() - receipt.first_number() + 1;
  EXPECT_EQ(told, 2u);
}

TEST_F(ExpiryTest, ADeviceThatIsThereGetsItAtOnce) {
  RecordingSession at_ben;
  world.connect(ben_1, at_ben);
  send_three();
  EXPECT_EQ(at_ben.messages().size(), 3u);
}

TEST_F(ExpiryTest, ABacklogThatIsOverAsAWholeIsSaidToBe) {  // [INBOX-3]
  world.life_ms = 1000;
  for (int i = 0; i < 3; ++i) world.send(ana_1, ben);
  world.loops.pass(2000);
  RecordingSession at_ben;
  world.connect(ben_1, at_ben);
  world.loops.settle();
  ASSERT_EQ(at_ben.entries.size(), 1u);
  EXPECT_TRUE(at_ben.entries[0].has_expired());
  EXPECT_EQ(at_ben.last(), Position::of(1, 3));
  EXPECT_EQ(at_ben.backlog_end, at_ben.last());
}

TEST_F(ExpiryTest, AClockThatIsWrongAsTheServerStartsThrowsNothingAway) {  // [INBOX-1]
  const MessageId id = world.new_message();
  world.send(ana_1, ben, id);
  world.loops.pass(5);
  world.loops.clock.unix_us += uint64_t{40} * 24 * 3600 * 1'000'000;
  world.restart();
  RecordingSession session;
  world.connect(ben_1, session);
  EXPECT_EQ(session.messages(), std::vector{id});
}

TEST_F(ExpiryTest, NorWhenItIsSetRightBeforeTheFirstSweep) {  // [INBOX-1]
  constexpr uint64_t kFortyDaysUs = uint64_t{40} * 24 * 3600 * 1'000'000;
  const MessageId id = world.new_message();
  world.send(ana_1, ben, id);
  world.loops.pass(5);
  world.loops.clock.unix_us += kFortyDaysUs;
  world.restart();
  world.loops.pass(5);
  world.loops.clock.unix_us -= kFortyDaysUs;
  world.loops.pass(700'000);
  RecordingSession session;
  world.connect(ben_1, session);
  EXPECT_EQ(session.messages(), std::vector{id});
  world.disconnect(ben_1, session);
  // It ends in time all the same.
  world.loops.clock.unix_us += kFortyDaysUs;
  world.restart();
  world.loops.pass(700'000);
  EXPECT_TRUE(world.inboxes().stored(ben_1).empty());
}

TEST_F(ExpiryTest, AClockThatIsSetBackShortensNoLife) {  // [INBOX-1]
  world.loops.clock.unix_us -= uint64_t{40} * 24 * 3600 * 1'000'000;
  const MessageId id = world.new_message();
  world.send(ana_1, ben, id);
  world.loops.pass(5);
  RecordingSession session;
  world.connect(ben_1, session);
  EXPECT_EQ(session.messages(), std::vector{id});
}

TEST_F(ExpiryTest, NoLifeIsLongerThanTheRetention) {  // [LIMIT-1]
  world.life_ms = UINT32_MAX;                         // 49 days
  world.send(ana_1, ben);
  world.loops.pass(5);
  const uint64_t month_us = 30ull * 24 * 3600 * 1'000'000;
  EXPECT_LE(world.inboxes().stored(ben_1)[0].expires_at.value, world.loops.clock.unix_us + month_us);
}

TEST_F(ShardTest, AClockThatIsSetAheadThrowsNothingAway) {  // [INBOX-1]
  world.send(ana_1, ben);
  world.loops.pass(5);
  world.loops.clock.unix_us += 400ull * 24 * 3600 * 1'000'000;
  world.loops.pass(3600 * 1000);
  EXPECT_EQ(world.inboxes().stored(ben_1).size(), 1u);
}

TEST_F(ShardTest, QuietAccountsLeaveMemoryAndComeBackWithoutReusingAPosition) {  // [INBOX-3] [N4]
  RecordingSession session;
  world.connect(ben_1, session);
  world.send(ana_1, ben);
  const Position before = session.last();
  world.confirm(ben_1, before);
  world.disconnect(ben_1, session);
  EXPECT_GE(world.of(ben).accounts_in_memory(), 1u);
  world.loops.pass(2ull * 3600 * 1000);
  EXPECT_EQ(world.of(ben).accounts_in_memory(), 0u);
  RecordingSession again;
  world.connect(ben_1, again, before);
  EXPECT_FALSE(again.closed);
  world.send(ana_1, ben);
  ASSERT_EQ(again.messages().size(), 1u);
  EXPECT_GT(again.last(), before);
  EXPECT_TRUE(before.may_be_followed_by(again.last()));
}

TEST_F(ShardTest, AnAccountWithASessionStaysInMemory) {
  RecordingSession session;
  world.connect(ben_1, session);
  world.loops.pass(3ull * 3600 * 1000);
  EXPECT_EQ(world.of(ben).accounts_in_memory(), 1u);
  world.send(ana_1, ben);
  EXPECT_EQ(session.messages().size(), 1u);
}

TEST_F(ShardTest, WhatOneIdleConnectionCostsHereIsSmall) {  // [N4] the whole server's aim is 500 B
  EXPECT_LE(sizeof(UndurableLog), 56u);
  EXPECT_LE(sizeof(SessionWindow), 56u);
  EXPECT_LE(sizeof(Forgetting), 40u);
  EXPECT_LE(sizeof(DeviceInbox), 216u);
  EXPECT_LE(sizeof(Account) + sizeof(Device) + sizeof(DeviceInbox), 360u);
}

}  // namespace
}  // namespace kith::testing
