// SPDX-License-Identifier: AGPL-3.0-or-later

// Accounts of a shard: loading in order, and limits.
#include "server/delivery/shard.h"

#include <gtest/gtest.h>

#include "server/delivery/scatter.h"
#include "server/delivery/testing/two_accounts.h"

namespace kith::testing {
namespace {

using ShardTest = TwoAccounts;

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

TEST(ShardLimits, AStoreThatCannotSayWhatItHoldsRefusesByItself) {  // [LIMIT-1]
  DeliverySettings settings = test_delays();
  settings.store_bytes_max = 1;
  const auto stores = std::make_shared<DeliveryStores>();
  stores->inboxes.expire_by_itself();
  DeliveryWorld world(1, settings, 1, stores);
  const AccountId ana = world.add_account();
  const AccountId ben = world.add_account();
  auto& taken = world.send({ana, {1}}, ben);
  world.loops.pass(5);
  EXPECT_FALSE(taken.no_room);
  EXPECT_EQ(taken.settled, Settled::kSafe);
  world.inboxes().write_faults.fail(StoreError::kFull);
  auto& refused = world.send({ana, {1}}, ben);
  world.loops.pass(5);
  EXPECT_EQ(refused.settled, Settled::kFull);
  world.inboxes().write_faults.fail(std::nullopt);
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

}  // namespace
}  // namespace kith::testing
