// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/delivery/sender_shares.h"

#include <gtest/gtest.h>

namespace kith {
namespace {

AccountId account(uint32_t number) {
  AccountId id;
  for (size_t i = 0; i < 4; ++i) id.value[i] = static_cast<uint8_t>(number >> (8 * i));
  return id;
}

constexpr Amount kBound{1'000'000, 100'000'000};
constexpr uint64_t kBytes = 1000;

// All send in turn until nobody is let in; answers what is held then.
Amount fill(SenderShares& shares, uint32_t strangers, Amount held = {}) {
  for (bool any = true; any;) {
    any = false;
    for (uint32_t i = 1; i <= strangers; ++i) {
      const bool roomy = SenderShares::is_roomy(held, kBound);
      if (!roomy && !shares.has_room(account(i), kBytes, held, kBound)) continue;
      if (!roomy) shares.count(account(i), kBytes);
      ++held.entries;
      held.bytes += kBytes;
      any = true;
    }
  }
  return held;
}

TEST(SenderShares, OneStrangerFillsAThirdAtMostAndManyThreeQuarters) {
  const auto percent = [](uint32_t strangers) {
    SenderShares shares;
    return fill(shares, strangers).bytes * 100 / kBound.bytes;
  };
  EXPECT_LE(percent(1), 33u);
  EXPECT_LE(percent(3), 55u);
  EXPECT_LE(percent(100), 75u);
  EXPECT_LE(percent(3000), 75u) << "more than are counted one by one";
}

TEST(SenderShares, AnotherStrangerFindsRoomBesideAFewWhoFillAllTheyMay) {
  SenderShares shares;
  const Amount held = fill(shares, 3);
  EXPECT_FALSE(shares.has_room(account(1), kBytes, held, kBound));
  EXPECT_TRUE(shares.has_room(account(9), 10'000'000, held, kBound));
}

TEST(SenderShares, SmallEntriesAreCountedByTheirNumber) {
  SenderShares shares;
  Amount held{kBound.entries / 2, 0};
  uint64_t taken = 0;
  for (; shares.has_room(account(1), 1, held, kBound); ++taken) {
    shares.count(account(1), 1);
    ++held.entries;
  }
  EXPECT_NEAR(static_cast<double>(taken), kBound.entries / 10.0, 2);
}

TEST(SenderShares, WhatWasCollectedDoesNotCountAgainstItsSender) {
  SenderShares shares;
  const Amount held = fill(shares, 1);
  ASSERT_FALSE(shares.has_room(account(1), kBytes, held, kBound));
  EXPECT_TRUE(shares.has_room(account(1), kBytes, {held.entries / 2, held.bytes / 2}, kBound));
}

}  // namespace
}  // namespace kith
