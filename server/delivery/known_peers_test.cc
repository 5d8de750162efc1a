// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/delivery/known_peers.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace kith {
namespace {

// Ids as they are made: with bits like chance's.
AccountId account(uint32_t number) {
  AccountId id;
  uint64_t bits = (number + 1) * 0x9e37'79b9'7f4a'7c15;
  for (uint8_t& byte : id.value) {
    bits ^= bits >> 29;
    bits *= 0xbf58'476d'1ce4'e5b9;
    byte = static_cast<uint8_t>(bits >> 56);
  }
  return id;
}

TEST(KnownPeers, OneIsKnownOnceItWasWrittenTo) {
  KnownPeers peers;
  EXPECT_FALSE(peers.has(account(1)));
  peers.add(account(1));
  EXPECT_TRUE(peers.has(account(1)));
  EXPECT_FALSE(peers.has(account(2)));
}

TEST(KnownPeers, OnlyANewOneIsToBeStored) {
  KnownPeers peers({peer_mark(account(1))});
  peers.add(account(1));
  EXPECT_FALSE(peers.begin_write());
  peers.add(account(2));
  EXPECT_TRUE(peers.begin_write());
  peers.finish_write(true);
  peers.add(account(2));
  EXPECT_FALSE(peers.begin_write());
}

TEST(KnownPeers, OneWriteIsOnItsWayAndWhatItLeftOutFollows) {
  KnownPeers peers;
  peers.add(account(1));
  ASSERT_TRUE(peers.begin_write());
  peers.add(account(2));
  EXPECT_FALSE(peers.begin_write());
  peers.finish_write(true);
  EXPECT_TRUE(peers.begin_write());
  peers.finish_write(false);
  EXPECT_TRUE(peers.begin_write()) << "what failed is tried again";
}

TEST(KnownPeers, OfMoreThanMayBeTheNewestIsKnownAndChanceChoosesWhoLeaves) {  // [LIMIT-2]
  KnownPeers peers;
  uint32_t number = 0;
  for (; peers.marks().size() < PairStore::kPeersMax; ++number) peers.add(account(number));
  const auto count_of = [&](uint32_t from, uint32_t to) {
    int known = 0;
    for (uint32_t one = from; one < to; ++one) known += peers.has(account(one)) ? 1 : 0;
    return known;
  };
  for (uint32_t i = 0; i < 512; ++i) {
    peers.add(account(number + i));
    ASSERT_TRUE(peers.has(account(number + i)));
    ASSERT_EQ(peers.marks().size(), PairStore::kPeersMax);
  }
  EXPECT_TRUE(std::ranges::is_sorted(peers.marks()));
  // Of the first half as many have left as of the second.
  EXPECT_NEAR(count_of(0, number / 2), count_of(number / 2, number), 80);
}

}  // namespace
}  // namespace kith
