// SPDX-License-Identifier: AGPL-3.0-or-later

// Two processes on the same stores: what one of them does for both, and what each may hear late.
#include <gtest/gtest.h>

#include "server/delivery/testing/delivery_world.h"
#include "server/delivery/testing/recording_session.h"

namespace kith::testing {
namespace {

class TwoProcesses : public ::testing::Test {
 protected:
  std::shared_ptr<DeliveryStores> stores = std::make_shared<DeliveryStores>();
  DeliveryWorld one{1, test_delays(), 1, stores, "one"};
  DeliveryWorld other{1, test_delays(), 2, stores, "other"};
  const AccountId ana = one.add_account();
  const AccountId ben = one.add_account();

  // Sends what lives for a minute through the first process, and lets time pass in both.
  void send_and_pass(DeliveryWorld& by, uint64_t minutes) {
    by.life_ms = 60'000;
    by.send({ana, {1}}, ben);
    by.loops.pass(5);
    for (uint64_t minute = 0; minute < minutes; ++minute) {
      one.loops.pass(60'000);
      other.loops.pass(60'000);
    }
  }
  static uint64_t swept_by(DeliveryWorld& world) { return world.shards().at(0).counters().entries_expired; }
};

TEST_F(TwoProcesses, OneSweepsWhatHasExpired) {  // [INBOX-1]
  for (int i = 0; i < 5; ++i) send_and_pass(one, 12);
  EXPECT_EQ(swept_by(one) + swept_by(other), 5u);
  EXPECT_TRUE(swept_by(one) == 0 || swept_by(other) == 0);
}

TEST_F(TwoProcesses, TheOtherTakesOverWhenTheSweeperDies) {  // [INBOX-1]
  send_and_pass(one, 12);
  DeliveryWorld& sweeper = swept_by(one) > 0 ? one : other;
  DeliveryWorld& left = &sweeper == &one ? other : one;
  ASSERT_EQ(swept_by(left), 0u);
  sweeper.stop();
  left.life_ms = 60'000;
  left.send({ana, {1}}, ben);
  left.loops.pass(40ull * 60'000);
  EXPECT_EQ(swept_by(left), 1u);
}

TEST_F(TwoProcesses, WhoCanNotAskWhoseTurnItIsSweeps) {  // [LIMIT-1]
  one.leases().faults.fail(StoreError::kFull);
  other.stop();
  one.life_ms = 60'000;
  one.send({ana, {1}}, ben);
  one.loops.pass(12ull * 60'000);
  EXPECT_EQ(swept_by(one), 1u) << "a full disk has room again because of it";
}

TEST_F(TwoProcesses, OfTwoChangesOfPrivacyTheNewerOneCountsInWhateverOrderTheyAreHeard) {
  one.send({ben, {1}}, ana);
  Shard& shard = one.of(ana);
  const auto hear = [&](uint64_t revision, std::vector<AccountId> blocked) {
    one.loop_of(ana).run(
        [&] { shard.apply(ana, PrivacyRecord{Scope::kEveryone, Scope::kEveryone, {}, std::move(blocked), revision}); });
  };
  hear(2, {ben});
  hear(1, {});
  EXPECT_TRUE(shard.in_memory(ana)->blocks(ben));
  hear(3, {});
  EXPECT_FALSE(shard.in_memory(ana)->blocks(ben));
}

}  // namespace
}  // namespace kith::testing
