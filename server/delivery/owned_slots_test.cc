// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/delivery/owned_slots.h"

#include <gtest/gtest.h>

#include "server/delivery/testing/two_accounts.h"

namespace kith::testing {
namespace {

AccountId account_of(uint8_t slot) {
  AccountId account;
  account.value[8] = slot;
  return account;
}

class OwnedSlotsTest : public ::testing::Test {
 protected:
  static constexpr uint64_t kHourMs = 3'600'000;
  SeededRandom random{1};
  OwnedSlots slots{random.id<SlotOwner>()};
  OwnedSlots::Set needed;
};

TEST_F(OwnedSlotsTest, AnAccountIsOfTheEpochOfItsSlot) {  // [INBOX-3]
  slots.add({3}, 70, 0);
  slots.add({4}, 71, 0);
  EXPECT_TRUE(slots.owns(account_of(3)));
  EXPECT_FALSE(slots.owns(account_of(5)));
  EXPECT_EQ(slots.epoch_of(account_of(3)), 70u);
  EXPECT_EQ(slots.epoch_of(account_of(4)), 71u);
  EXPECT_TRUE(slots.is_from_before(account_of(4), Position::of(70, 1)));
  EXPECT_FALSE(slots.is_from_before(account_of(3), Position::of(70, 1)));
}

TEST_F(OwnedSlotsTest, OnlyASlotThatNeedsItAndWhoseEpochIsOldEnoughIsClaimed) {  // no epoch is used up for nothing
  slots.add({3}, 70, 0);
  slots.add({4}, 71, kHourMs / 2);
  slots.add({5}, 72, 0);
  needed.set(3).set(4).set(6);
  EXPECT_TRUE(slots.claims(needed, kHourMs - 1, kHourMs).empty());
  const auto claims = slots.claims(needed, kHourMs, kHourMs);
  ASSERT_EQ(claims.size(), 1u);
  EXPECT_EQ(claims[0].slot, Slot{3});
  EXPECT_EQ(claims[0].known, 70u);
}

TEST_F(OwnedSlotsTest, ARenewedSlotHasANewEpochAndARefusedOneIsLost) {  // [INBOX-3]
  slots.add({3}, 70, 0);
  slots.add({4}, 71, 0);
  needed.set(3).set(4);
  const auto claims = slots.claims(needed, kHourMs, kHourMs);
  const std::vector<SlotEpoch> answers{{90, true}, {91, false}};
  const OwnedSlots::Set lost = slots.take(claims, answers, kHourMs);
  EXPECT_TRUE(lost[4]);
  EXPECT_EQ(lost.count(), 1u);
  EXPECT_EQ(slots.epoch_of(account_of(3)), 90u);
  EXPECT_FALSE(slots.is_from_before(account_of(3), Position::of(70, 1))) << "this owner has given it out";
  EXPECT_TRUE(slots.claims(needed, kHourMs, kHourMs).empty()) << "one's epoch is young, and the other is another's";
  EXPECT_FALSE(slots.owns(account_of(4)));
  EXPECT_TRUE(slots.claims(needed, 2 * kHourMs - 1, kHourMs).empty());
}

TEST_F(OwnedSlotsTest, AStartTakesAllSlotsFromWhoeverHasThem) {
  MemoryInboxStore store;
  VirtualLoops loops(1);
  const auto first = loops.run(0, take_all_slots(store, random.id<SlotOwner>()));
  ASSERT_TRUE(first);
  const auto second = loops.run(0, take_all_slots(store, random.id<SlotOwner>()));
  ASSERT_TRUE(second);
  for (size_t slot = 0; slot < kSlots; ++slot) EXPECT_GT(second->epochs[slot], first->epochs[slot]);
  store.epoch_faults.fail(StoreError::kFull);
  const auto refused = loops.run(0, take_all_slots(store, random.id<SlotOwner>()));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error(), StoreError::kFull);
}

// ---------------------------------------------------------------- what a shard does with them

class SlotsOfShardsTest : public TwoAccounts {
 protected:
  // A message to Ben that he has confirmed; where it was. Nobody is connected afterwards.
  Position exchange(DeliveryWorld& where, Position confirmed = {}) {
    RecordingSession session;
    EXPECT_TRUE(where.connect(ben_1, session, confirmed));
    where.send(ana_1, ben_1.account);
    const Position last = session.last();
    where.confirm(ben_1, last);
    where.disconnect(ben_1, session);
    return last;
  }
};

TEST_F(SlotsOfShardsTest, EveryLoopOwnsItsShareOfTheSlots) {
  DeliveryWorld three(3);
  std::array<size_t, 3> counts{};
  for (size_t slot = 0; slot < kSlots; ++slot) {
    const AccountId account = account_of(static_cast<uint8_t>(slot));
    ++counts[three.shards().index_of(account)];
    three.accounts().add_account(account, "+4917" + std::to_string(1000 + slot), 1);
    RecordingSession session;
    EXPECT_TRUE(three.connect({account, {1}}, session)) << "a shard serves whom it owns";
    three.disconnect({account, {1}}, session);
  }
  for (const size_t count : counts) EXPECT_GE(count, 85u);
}

TEST_F(SlotsOfShardsTest, OnlySlotsWithTrafficGetNewEpochsAndAtMostOneInAnHour) {  // [INBOX-3]
  AccountId quiet = ben;
  quiet.value[8] ^= 1;
  ASSERT_NE(slot_of(ana), slot_of(quiet));
  world.accounts().add_account(quiet, "+49170999", 1);
  RecordingSession session;
  world.connect({quiet, {1}}, session);
  world.disconnect({quiet, {1}}, session);
  Position last;
  for (int tenth_minute = 0; tenth_minute < 36; ++tenth_minute) {  // each time out of memory in between, if it may
    last = exchange(world, last);
    world.loops.pass(600 * 1000);
  }
  world.loops.pass(2ull * 3600 * 1000);
  EXPECT_EQ(world.of(ben).accounts_in_memory(), 0u);
  EXPECT_EQ(world.inboxes().epoch_of(quiet), 1u);
  EXPECT_GE(world.inboxes().epoch_of(ben), 4u);
  EXPECT_LE(world.inboxes().epoch_of(ben), 8u);
}

TEST_F(SlotsOfShardsTest, AnInboxThatGoesToAnotherProcessAndBackKeepsItsDevice) {  // [INBOX-3]
  const Position at_first = exchange(world);
  world.stop();
  Position at_second;
  {
    DeliveryWorld other(1, test_delays(), 2, world.stores());
    at_second = exchange(other, at_first);
    EXPECT_GT(at_second, at_first);
    EXPECT_TRUE(at_first.may_be_followed_by(at_second));
  }
  world.restart();
  // Not "restored from an older state": its epoch is above what the other has given out.
  const Position back = exchange(world, at_second);
  EXPECT_GT(back, at_second);
  EXPECT_TRUE(at_second.may_be_followed_by(back));
}

TEST_F(SlotsOfShardsTest, WhoeverTakesSlotsOverFencesTheirOwner) {  // [INBOX-3]
  // Somebody of Ben's slot who is connected, and somebody of another.
  AccountId cleo = ben;
  cleo.value[0] ^= 1;
  AccountId dana = ben;
  dana.value[8] ^= 1;
  world.accounts().add_account(cleo, "+49170998", 1);
  world.accounts().add_account(dana, "+49170999", 1);
  RecordingSession at_cleo;
  RecordingSession at_dana;
  world.connect({cleo, {1}}, at_cleo);
  world.connect({dana, {1}}, at_dana);
  const Position before = exchange(world);

  DeliveryWorld other(1, test_delays(), 2, world.stores());
  world.send(ana_1, ben);
  world.loops.pass(100);
  ASSERT_EQ(world.inboxes().stored(ben_1).size(), 1u);
  world.inboxes().write_faults.hold();
  auto& waiting = world.send(ana_1, cleo);  // on its way to her here
  world.loops.pass(2ull * 3600 * 1000);     // the next claim is refused
  EXPECT_EQ(waiting.settled, Settled::kUnavailable);
  world.inboxes().write_faults.release();
  world.loops.pass(100);
  EXPECT_EQ(world.inboxes().stored(ben_1).size(), 1u) << "nothing is forgotten on the disk";
  EXPECT_EQ(at_cleo.closed, EndReason::kHomeMoved);
  EXPECT_FALSE(at_dana.closed) << "nothing was claimed of her slot yet";
  EXPECT_EQ(world.of(ben).counters().sessions, 1u);
  RecordingSession again;
  const auto refused = world.connect(ben_1, again, before);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error(), StoreError::kUnavailable);
  EXPECT_EQ(world.send(ana_1, ben).settled, Settled::kUnavailable);

  // The other goes on where this one was, and keeps what is on the disk.
  EXPECT_GT(exchange(other, before), before);
}

TEST_F(SlotsOfShardsTest, ARenewalThatIsNotAnsweredIsMadeAgainAndLosesNothing) {  // [INBOX-3]
  const Position before = exchange(world);
  world.inboxes().epoch_faults.fail_next(StoreError::kUnavailable, 3);
  world.inboxes().lose_epoch_answers = true;
  world.loops.pass(2ull * 3600 * 1000);
  EXPECT_EQ(world.of(ben).accounts_in_memory(), 0u);
  const Position after = exchange(world, before);
  EXPECT_GT(after.epoch(), before.epoch() + 1) << "above one that nobody has heard of";
  EXPECT_TRUE(before.may_be_followed_by(after));
}

}  // namespace
}  // namespace kith::testing
