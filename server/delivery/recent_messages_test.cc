// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/delivery/recent_messages.h"

#include <gtest/gtest.h>

#include <vector>

#include "server/delivery/testing/virtual_time.h"

namespace kith::testing {
namespace {

TEST(RecentMessages, KnowsTheLastThousandAndForgetsOlderOnes) {  // [SEND-1] [LIMIT-1]
  SeededRandom random(1);
  const DeviceAddress from{random.id<AccountId>(), {1}};
  RecentMessages recent;
  std::vector<MessageId> ids;
  for (uint64_t i = 0; i < 5000; ++i) {
    ids.push_back(random.id<MessageId>());
    EXPECT_FALSE(recent.find(ids.back(), from));
    recent.add(ids.back(), from, {i + 1});
    if (i % 97 == 0) {
      for (uint64_t back = 0; back < std::min<uint64_t>(i + 1, RecentMessages::kMax); ++back) {
        ASSERT_EQ(recent.find(ids[i - back], from), UnixMicros{i - back + 1});
      }
      if (i >= RecentMessages::kMax) {
        EXPECT_FALSE(recent.find(ids[i - RecentMessages::kMax], from));
      }
    }
  }
}

TEST(RecentMessages, AnIdBelongsToItsSender) {  // [SEND-1] nobody can use up the ids of others
  SeededRandom random(2);
  const AccountId ana = random.id<AccountId>();
  const MessageId id = random.id<MessageId>();
  RecentMessages recent;
  recent.add(id, {ana, {1}}, {10});
  EXPECT_FALSE(recent.find(id, {random.id<AccountId>(), {1}}));
  EXPECT_FALSE(recent.find(id, {ana, {2}}));
  EXPECT_EQ(recent.find(id, {ana, {1}}), UnixMicros{10});
}

TEST(RecentMessages, WhatIsRemovedIsNewAgain) {
  SeededRandom random(3);
  const DeviceAddress from{random.id<AccountId>(), {1}};
  std::vector<MessageId> ids;
  RecentMessages recent;
  for (uint64_t i = 0; i < 100; ++i) recent.add(ids.emplace_back(random.id<MessageId>()), from, {i + 1});
  recent.remove(ids[50], from);
  EXPECT_FALSE(recent.find(ids[50], from));
  EXPECT_TRUE(recent.find(ids[51], from));
  recent.add(ids[50], from, {1000});
  EXPECT_EQ(recent.find(ids[50], from), UnixMicros{1000});
}

}  // namespace
}  // namespace kith::testing
