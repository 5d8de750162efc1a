// SPDX-License-Identifier: AGPL-3.0-or-later

// Entries that expire, and accounts that leave memory.
#include "server/delivery/testing/two_accounts.h"

namespace kith::testing {
namespace {

using UpkeepTest = TwoAccounts;

TEST_F(UpkeepTest, EntriesExpireAfterThirtyDaysAndTheDeviceLearnsWhereItsInboxBegins) {  // [INBOX-1]
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

// [MEDIA-3]
TEST_F(UpkeepTest, AFileLivesByTheClockAlsoWhenThatWasSetBackByMoreThanItsLife) {
  constexpr uint64_t kDayUs = uint64_t{24} * 3600 * 1'000'000;
  world.loops.pass(3'600'000);  // it has swept, and believes its clock
  world.loops.clock.unix_us -= 55 * kDayUs;
  const auto file = world.random.id<FileId>();
  const UnixMicros now = world.loops.clock.now();
  const UnixMicros until{now.value + 30 * kDayUs};
  ASSERT_TRUE(world.loops.run(0, world.media().make(file, {ana, 100, now, until, until}, {1000, 0, 5})).has_value());
  const auto is_there = [&] { return world.loops.run(0, world.media().find(file)).has_value(); };
  world.loops.pass(2ull * 24 * 3600 * 1000);
  EXPECT_TRUE(is_there());
  world.loops.pass(29ull * 24 * 3600 * 1000);
  EXPECT_FALSE(is_there());
}

class ExpiryTest : public TwoAccounts {
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

class SelfExpiring : public ::testing::Test {
 protected:
  static std::shared_ptr<DeliveryStores> stores() {
    auto stores = std::make_shared<DeliveryStores>();
    stores->inboxes.expire_by_itself();
    return stores;
  }
  DeliveryWorld world{1, test_delays(), 1, stores()};
  const DeviceAddress ana_1{world.add_account(), {1}};
  const DeviceAddress ben_1{world.add_account(), {1}};
};

TEST_F(SelfExpiring, AStoreWhoseEntriesGoByThemselvesIsNotSwept) {
  world.send(ana_1, ben_1.account);
  world.loops.pass(31ull * 24 * 3600 * 1000);
  EXPECT_EQ(world.inboxes().sweeps(), 0u);
}

TEST_F(SelfExpiring, MailboxesForLinkingAreSweptAllTheSame) {  // [LINK-1]
  ASSERT_TRUE(world.loops.run(0, world.links().put({{1}}, 1, "x", world.loops.clock.now(), 10)));
  world.loops.pass((uint64_t{kLinkLifeSeconds} + DeliverySettings().expiry_interval_s) * 1000);
  EXPECT_EQ(world.links().count(), 0u);
}

TEST_F(SelfExpiring, GroupsThatEverybodyHasLeftAreSweptWhenTheyAreOver) {  // [LIMIT-1]
  const UnixMicros over_at{world.loops.clock.now().value + 1'000'000};
  const auto take = [this](uint8_t number, GroupStore::Change change) {
    const auto answer = world.loops.run(0, world.groups().take({{number}}, std::move(change), {10, 10}));
    ASSERT_TRUE(answer && answer->taken == GroupStore::Taken::kTaken);
  };
  for (uint64_t revision = 1; revision <= 100; ++revision)
    take(1, {{revision}, "change", "digest", "state", {}, {}, {}, revision == 100 ? over_at : UnixMicros{}});
  take(2, {{1}, "change", "digest", "state", {}, {}});
  world.loops.pass(uint64_t{DeliverySettings().expiry_interval_s} * 1000);
  EXPECT_FALSE(world.loops.run(0, world.groups().load({{1}})));
  EXPECT_TRUE(world.loops.run(0, world.groups().load({{2}})));
}

TEST_F(SelfExpiring, WhatHasGoneByItselfLeavesNoGap) {  // [INBOX-1] [INBOX-3]
  world.send(ana_1, ben_1.account);
  world.life_ms = 60'000;
  world.send(ana_1, ben_1.account);
  world.life_ms = 0;
  world.send(ana_1, ben_1.account);
  world.loops.pass(61'000);
  world.inboxes().time_comes(world.loops.clock.now());
  ASSERT_EQ(world.inboxes().stored(ben_1).size(), 2u);
  RecordingSession session;
  world.connect(ben_1, session);
  world.loops.settle();
  ASSERT_EQ(session.entries.size(), 3u);
  EXPECT_TRUE(session.entries[1].has_expired());
  EXPECT_EQ(session.messages().size(), 2u);
  world.confirm(ben_1, session.last());
  world.loops.pass(5000);
  EXPECT_TRUE(world.inboxes().stored(ben_1).empty());
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

TEST_F(UpkeepTest, AClockThatIsSetAheadThrowsNothingAway) {  // [INBOX-1]
  world.send(ana_1, ben);
  world.loops.pass(5);
  world.loops.clock.unix_us += 400ull * 24 * 3600 * 1'000'000;
  world.loops.pass(3600 * 1000);
  EXPECT_EQ(world.inboxes().stored(ben_1).size(), 1u);
}

TEST_F(UpkeepTest, QuietAccountsLeaveMemoryAndComeBackWithoutReusingAPosition) {  // [INBOX-3] [N4]
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

TEST_F(UpkeepTest, AnAccountWithASessionStaysInMemory) {
  RecordingSession session;
  world.connect(ben_1, session);
  world.loops.pass(3ull * 3600 * 1000);
  EXPECT_EQ(world.of(ben).accounts_in_memory(), 1u);
  world.send(ana_1, ben);
  EXPECT_EQ(session.messages().size(), 1u);
}

TEST_F(UpkeepTest, WhatOneIdleConnectionCostsHereIsSmall) {  // [N4] the whole server's aim is 500 B
  EXPECT_LE(sizeof(UndurableLog), 56u);
  EXPECT_LE(sizeof(SessionWindow), 56u);
  EXPECT_LE(sizeof(Forgetting), 40u);
  EXPECT_LE(sizeof(DeviceInbox), 216u);
  EXPECT_LE(sizeof(Account) + sizeof(Device) + sizeof(DeviceInbox), 360u);
}

}  // namespace
}  // namespace kith::testing
