// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/delivery/admission.h"

#include <gtest/gtest.h>

#include <vector>

#include "server/delivery/testing/virtual_time.h"

namespace kith::testing {
namespace {

constexpr Amount kBound{1'000'000, 100'000'000};
constexpr uint64_t kBytes = 1000;

// Into an inbox with room for everybody.
void let_in(Admission& admission, const MessageId& id, const DeviceAddress& from, UnixMicros time) {
  admission.let_in(id, from, time, kBytes, {}, kBound);
}

TEST(Admission, KnowsTheLastThousandAndForgetsOlderOnes) {  // [SEND-1] [LIMIT-1]
  SeededRandom random(1);
  const DeviceAddress from{random.id<AccountId>(), {1}};
  Admission recent;
  std::vector<MessageId> ids;
  for (uint64_t i = 0; i < 5000; ++i) {
    ids.push_back(random.id<MessageId>());
    EXPECT_FALSE(recent.find(ids.back(), from));
    let_in(recent, ids.back(), from, {i + 1});
    if (i % 97 == 0) {
      for (uint64_t back = 0; back < std::min<uint64_t>(i + 1, Admission::kMessagesMax); ++back) {
        ASSERT_EQ(recent.find(ids[i - back], from), UnixMicros{i - back + 1});
      }
      if (i >= Admission::kMessagesMax) {
        EXPECT_FALSE(recent.find(ids[i - Admission::kMessagesMax], from));
      }
    }
  }
}

TEST(Admission, AnIdBelongsToItsSender) {  // [SEND-1] nobody can use up the ids of others
  SeededRandom random(2);
  const AccountId ana = random.id<AccountId>();
  const MessageId id = random.id<MessageId>();
  Admission recent;
  let_in(recent, id, {ana, {1}}, {10});
  EXPECT_FALSE(recent.find(id, {random.id<AccountId>(), {1}}));
  EXPECT_FALSE(recent.find(id, {ana, {2}}));
  EXPECT_EQ(recent.find(id, {ana, {1}}), UnixMicros{10});
}

TEST(Admission, WhatIsTakenBackIsNewAgain) {
  SeededRandom random(3);
  const DeviceAddress from{random.id<AccountId>(), {1}};
  std::vector<MessageId> ids;
  Admission recent;
  for (uint64_t i = 0; i < 100; ++i) let_in(recent, ids.emplace_back(random.id<MessageId>()), from, {i + 1});
  recent.forget(ids[50], from);
  EXPECT_FALSE(recent.find(ids[50], from));
  EXPECT_TRUE(recent.find(ids[51], from));
  let_in(recent, ids[50], from, {1000});
  EXPECT_EQ(recent.find(ids[50], from), UnixMicros{1000});
}

TEST(Admission, WhatIsRememberedAgainKeepsItsTime) {
  SeededRandom random(4);
  const DeviceAddress from{random.id<AccountId>(), {1}};
  const MessageId id = random.id<MessageId>();
  Admission recent;
  recent.remember(id, from, {10});
  recent.remember(id, from, {20});
  EXPECT_EQ(recent.find(id, from), UnixMicros{10});
}

TEST(Admission, WhatAnEarlierRunHasStoredMayBeThere) {
  SeededRandom random(5);
  const MessageId stored = random.id<MessageId>();
  Admission recent;
  recent.set_stored({random.id<MessageId>(), stored});
  EXPECT_TRUE(recent.may_be_stored(stored));
  EXPECT_FALSE(recent.may_be_stored(random.id<MessageId>()));
}

// ---------------------------------------------------------------- shares (LIMIT-2)

AccountId account(uint32_t number) {
  AccountId id;
  for (size_t i = 0; i < 4; ++i) id.value[i] = static_cast<uint8_t>(number >> (8 * i));
  return id;
}

// A message comes in, of so many bytes.
void add_to(Amount& held, Admission& admission, const AccountId& from, uint64_t bytes) {
  static SeededRandom random(6);
  ++held.entries;
  held.bytes += bytes;
  admission.let_in(random.id<MessageId>(), {from, {1}}, {1}, bytes, held, kBound);
}

// All send in turn until nobody is let in; answers what is held then.
Amount fill(Admission& admission, uint32_t strangers) {
  Amount held;
  for (bool any = true; any;) {
    any = false;
    for (uint32_t i = 1; i <= strangers; ++i) {
      if (!admission.has_share(account(i), kBytes, held, kBound)) continue;
      add_to(held, admission, account(i), kBytes);
      any = true;
    }
  }
  return held;
}

TEST(Admission, OneStrangerFillsAThirdAtMostAndManyThreeQuarters) {
  const auto percent = [](uint32_t strangers) {
    Admission admission;
    return fill(admission, strangers).bytes * 100 / kBound.bytes;
  };
  EXPECT_LE(percent(1), 33u);
  EXPECT_LE(percent(3), 55u);
  EXPECT_LE(percent(100), 75u);
  EXPECT_LE(percent(3000), 75u) << "more than are counted one by one";
}

TEST(Admission, AnotherStrangerFindsRoomBesideAFewWhoFillAllTheyMay) {
  Admission admission;
  const Amount held = fill(admission, 3);
  EXPECT_FALSE(admission.has_share(account(1), kBytes, held, kBound));
  EXPECT_TRUE(admission.has_share(account(9), 10'000'000, held, kBound));
}

TEST(Admission, SmallEntriesAreCountedByTheirNumber) {
  Admission admission;
  Amount held{kBound.entries / 2, 0};
  const uint64_t before = held.entries;
  while (admission.has_share(account(1), 1, held, kBound)) add_to(held, admission, account(1), 1);
  EXPECT_NEAR(static_cast<double>(held.entries - before), kBound.entries / 10.0, 2);
}

TEST(Admission, WhatWasCollectedDoesNotCountAgainstItsSender) {
  Admission admission;
  const Amount held = fill(admission, 1);
  ASSERT_FALSE(admission.has_share(account(1), kBytes, held, kBound));
  const Amount less{held.entries * 3 / 4, held.bytes * 3 / 4};
  ASSERT_GT(less.bytes, kBound.bytes / 8) << "not so little that everybody is let in";
  EXPECT_TRUE(admission.has_share(account(1), kBytes, less, kBound));
}

}  // namespace
}  // namespace kith::testing
