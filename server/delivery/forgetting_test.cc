// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/delivery/forgetting.h"

#include <gtest/gtest.h>

namespace kith::testing {
namespace {

class ForgettingTest : public ::testing::Test {
 protected:
  Forgetting forgetting;

  static Position at(uint64_t sequence) { return Position::of(1, sequence); }
  static std::vector<InboxEntry> entries(std::vector<uint64_t> sequences) {
    std::vector<InboxEntry> out;
    for (const uint64_t sequence : sequences) out.push_back({at(sequence), {}, {}, make_body(Bytes(10, 'x'))});
    return out;
  }
};

TEST_F(ForgettingTest, AnInboxComesUpOnceForWhatWasConfirmedWhenItWasListed) {  // [INBOX-1]
  EXPECT_TRUE(forgetting.later(at(3)));
  EXPECT_TRUE(forgetting.is_listed());
  EXPECT_FALSE(forgetting.later(at(5))) << "it is in the list";
  auto answer = forgetting.come_up();
  EXPECT_EQ(answer.up_to, at(3)) << "what came later has its own delay";
  EXPECT_TRUE(answer.list_again);
  answer = forgetting.come_up();
  EXPECT_EQ(answer.up_to, at(5));
  EXPECT_FALSE(answer.list_again);
  EXPECT_FALSE(forgetting.is_listed());
  EXPECT_TRUE(forgetting.later(at(6)));
}

TEST_F(ForgettingTest, WhatIsStoredIsCountedAndNeverLessThanNothing) {  // [LIMIT-1]
  forgetting.count_stored(3, 30);
  forgetting.count_stored(1, 5);
  forgetting.count_gone(1, 10);
  EXPECT_EQ(forgetting.stored_count(), 3u);
  EXPECT_EQ(forgetting.stored_bytes(), 25u);
  forgetting.count_gone(9, 90);
  EXPECT_EQ(forgetting.stored_count(), 0u);
  EXPECT_EQ(forgetting.stored_bytes(), 0u);
}

TEST_F(ForgettingTest, NothingIsForgottenBeforeItsReceiptsAreMade) {  // [TICK-1]
  forgetting.count_stored(4, 40);
  forgetting.trim(at(0), at(3), {});
  EXPECT_TRUE(forgetting.later(at(3)));
  EXPECT_FALSE(forgetting.come_up().up_to);
  EXPECT_FALSE(forgetting.is_listed()) << "the end of trimming lists it again";
  ASSERT_TRUE(forgetting.begin_trim());
  EXPECT_FALSE(forgetting.begin_trim()) << "one reader at a time";
  EXPECT_EQ(forgetting.trim_after(), at(0));
  const auto first = entries({1, 2});
  EXPECT_EQ(forgetting.trimmed(first).size(), 2u);
  EXPECT_FALSE(forgetting.is_trimmed());
  const auto second = entries({3, 4});
  const auto taken = forgetting.trimmed(second);
  ASSERT_EQ(taken.size(), 1u) << "4 is not confirmed";
  EXPECT_EQ(taken[0].position, at(3));
  EXPECT_TRUE(forgetting.is_trimmed());
  forgetting.end_trim();
  EXPECT_FALSE(forgetting.has_to_trim());
  EXPECT_EQ(forgetting.stored_count(), 1u);
  EXPECT_TRUE(forgetting.later(at(3)));
  EXPECT_EQ(forgetting.come_up().up_to, at(3));
}

TEST_F(ForgettingTest, TrimmingGoesOnWhereAStoreThatWasAwayHasStoppedIt) {  // [TICK-1]
  forgetting.trim(at(0), at(4), {at(2)});
  ASSERT_TRUE(forgetting.begin_trim());
  const auto first = entries({1, 2});
  (void)forgetting.trimmed(first);
  forgetting.end_trim();  // the next read failed
  EXPECT_TRUE(forgetting.has_to_trim());
  EXPECT_FALSE(forgetting.is_trimming());
  forgetting.trim(at(4), at(6), {at(5)});  // the next Hello
  ASSERT_TRUE(forgetting.begin_trim());
  EXPECT_EQ(forgetting.trim_after(), at(2));
  const auto second = entries({3, 4, 5, 6});
  EXPECT_EQ(forgetting.trimmed(second).size(), 4u);
  EXPECT_TRUE(forgetting.is_trimmed());
}

TEST_F(ForgettingTest, WhatAnEarlierHelloHasWithheldStaysWithheld) {  // [TICK-1]
  forgetting.trim(at(0), at(4), {at(2), at(4)});
  forgetting.trim(at(4), at(6), {at(4), at(5)});
  ASSERT_TRUE(forgetting.begin_trim());
  const auto withheld = forgetting.withheld();
  EXPECT_EQ(std::vector<Position>(withheld.begin(), withheld.end()), (std::vector{at(2), at(4), at(5)}));
}

TEST_F(ForgettingTest, WhatIsGoneAlreadyIsTrimmedAtOnce) {  // expired meanwhile
  forgetting.trim(at(0), at(4), {});
  ASSERT_TRUE(forgetting.begin_trim());
  EXPECT_TRUE(forgetting.trimmed({}).empty());
  EXPECT_TRUE(forgetting.is_trimmed());
}

TEST_F(ForgettingTest, AnInboxThatEndsLeavesTheListForNothing) {
  EXPECT_TRUE(forgetting.later(at(3)));
  forgetting.leave_list();
  EXPECT_FALSE(forgetting.is_listed());
  EXPECT_FALSE(forgetting.come_up().up_to);
}

}  // namespace
}  // namespace kith::testing
