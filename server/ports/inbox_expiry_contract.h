// SPDX-License-Identifier: AGPL-3.0-or-later

// How entries of an InboxStore go when their time has come, as tests: SweptInboxStoreContract for those that are swept,
// and count what they hold; SelfExpiringInboxStoreContract for those whose entries go by themselves. Beside
// InboxStoreContract.
#pragma once

#include "server/ports/inbox_store_contract.h"

namespace kith {

// ---------------------------------------------------------------- what goes by a sweep

class SweptInboxStoreContract : public InboxStoreContract {};
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(SweptInboxStoreContract);  // a backend is one or the other

TEST_P(SweptInboxStoreContract, ItSaysThatItIsToBeSweptAndHowMuchItHolds) {
  EXPECT_FALSE(store().expires_by_itself());
  EXPECT_TRUE(store().bytes_held().has_value());
}

TEST_P(SweptInboxStoreContract, ExpiryForgetsWhatsTimeHasComeInSteps) {  // [INBOX-1]
  constexpr uint64_t kDay = 86'400'000'000;
  for (uint64_t day = 1; day <= 4; ++day) {
    for (uint8_t account = 1; account <= 3; ++account) {
      InboxEntry made = entry(day);
      made.expires_at = {day * kDay + account};
      ASSERT_TRUE(append(device(account), made));
    }
  }
  const UnixMicros before{3 * kDay + 2};  // days 1 and 2, and of day 3 the first account's
  EXPECT_EQ(expire(before, 4), 4u);
  EXPECT_EQ(expire(before, 4), 3u);
  EXPECT_EQ(expire(before, 4), 0u);
  EXPECT_EQ(positions(device(1)), (std::vector<uint64_t>{at(4).value}));
  EXPECT_EQ(positions(device(2)), (std::vector<uint64_t>{at(3).value, at(4).value}));
  EXPECT_EQ(positions(device(3)), (std::vector<uint64_t>{at(3).value, at(4).value}));
  EXPECT_EQ(expire({5 * kDay}), 5u);
  EXPECT_EQ(store().bytes_held(), 0u);
  EXPECT_EQ(expire({5 * kDay}), 0u);
}

TEST_P(SweptInboxStoreContract, ExpiryFindsEntriesOfADeviceThatHadForgottenAllAndGotMore) {  // [INBOX-1]
  constexpr uint64_t kDay = 86'400'000'000;
  for (uint64_t i = 1; i <= 3; ++i) {
    InboxEntry made = entry(i);
    made.expires_at = {10 * kDay + i};
    ASSERT_TRUE(append(device(1), made));
    if (i < 3) {
      ASSERT_TRUE(forget(device(1), at(i)));
    }
  }
  EXPECT_EQ(expire({10 * kDay + 3}), 0u);
  EXPECT_EQ(expire({20 * kDay}), 1u);
  EXPECT_TRUE(read(device(1)).empty());
}

TEST_P(SweptInboxStoreContract, EachEntryHasATimeOfItsOwnWhereverItLies) {  // [INBOX-1] a ring among messages
  constexpr uint64_t kDay = 86'400'000'000;
  const uint64_t ends[] = {40 * kDay, 10 * kDay + 60, 41 * kDay, 10 * kDay + 30, 12 * kDay};
  for (uint64_t i = 0; i < 5; ++i) {
    InboxEntry made = entry(i + 1);
    made.expires_at = {ends[i]};
    ASSERT_TRUE(append(device(1), made));
  }
  EXPECT_EQ(expire({10 * kDay + 30}), 0u);
  EXPECT_EQ(expire({10 * kDay + 31}), 1u);
  EXPECT_EQ(expire({11 * kDay}), 1u);
  EXPECT_EQ(positions(device(1)), (std::vector<uint64_t>{at(1).value, at(3).value, at(5).value}));
  ASSERT_TRUE(forget(device(1), at(1)));
  EXPECT_EQ(expire({13 * kDay}), 1u);
  EXPECT_EQ(positions(device(1)), (std::vector<uint64_t>{at(3).value}));
  EXPECT_EQ(expire({50 * kDay}), 1u);
  EXPECT_EQ(store().bytes_held(), 0u);
}

TEST_P(SweptInboxStoreContract, ExpirySurvivesReopeningAndAClockThatWentBack) {
  constexpr uint64_t kDay = 86'400'000'000;
  const uint64_t days[] = {10, 12, 9, 12};
  for (uint64_t i = 0; i < 4; ++i) {
    InboxEntry made = entry(i + 1);
    made.expires_at = {days[i] * kDay};
    ASSERT_TRUE(append(device(1), made));
  }
  (void)backend_->reopen();
  EXPECT_EQ(expire({11 * kDay}), 2u);
  EXPECT_EQ(positions(device(1)), (std::vector<uint64_t>{at(2).value, at(4).value}));
}

TEST_P(SweptInboxStoreContract, BytesHeldFollowWhatIsAppendedAndForgotten) {  // [LIMIT-1]
  EXPECT_EQ(store().bytes_held(), 0u);
  for (uint64_t i = 1; i <= 100; ++i) ASSERT_TRUE(append(device(1), entry(i, Bytes(10'000, 'x'))));
  EXPECT_GE(store().bytes_held(), 1'000'000u);
  EXPECT_LE(store().bytes_held(), 1'030'000u);
  ASSERT_TRUE(forget(device(1), at(50)));
  EXPECT_GE(store().bytes_held(), 500'000u);
  EXPECT_LE(store().bytes_held(), 515'000u);
  ASSERT_TRUE(forget(device(1), at(100)));
  EXPECT_EQ(store().bytes_held(), 0u);
}

TEST_P(SweptInboxStoreContract, ABodyThatManyInboxesShareIsHeldOnceAndGoesWithItsTime) {  // [INBOX-1] [LIMIT-1]
  constexpr uint64_t kDay = 86'400'000'000;
  const auto body = [](char filled) { return Bytes(20'000, filled); };
  const auto shared = [&](uint64_t sequence, uint64_t number, uint64_t day) {
    InboxEntry made = entry(sequence, body(static_cast<char>('a' + number)));
    made.shared = number;
    made.expires_at = {day * kDay + sequence};
    return made;
  };
  for (uint8_t account = 1; account <= 40; ++account) {
    InboxStore::Batch batch;
    batch.appends.push_back({device(account), shared(1, 1, 10)});
    batch.appends.push_back({device(account), entry(2, "of its own")});
    batch.appends.push_back({device(account), shared(3, 2, 12)});
    ASSERT_TRUE(runner_.run(store().write(std::move(batch))).all_good());
  }
  const auto expect_bodies = [&] {
    for (uint8_t account = 1; account <= 40; ++account) {
      const auto entries = read(device(account));
      ASSERT_EQ(entries.size(), 3u);
      EXPECT_EQ(*entries[0].body, body('b'));
      EXPECT_EQ(*entries[1].body, "of its own");
      EXPECT_EQ(*entries[2].body, body('c'));
      EXPECT_EQ(entries[2].message_id, entry(3).message_id);
    }
  };
  expect_bodies();
  EXPECT_EQ(runner_.run(store().summarize(device(1)))->bytes, 2 * 20'000u + 10) << "for the bound of an inbox, all";
  EXPECT_LE(store().bytes_held(), 2 * 20'000u + 40 * 3 * 100);
  (void)backend_->reopen();
  expect_bodies();
  ASSERT_TRUE(append(device(41), shared(1, 1, 10)));
  EXPECT_LE(store().bytes_held(), 2 * 20'000u + 40 * 3 * 100 + 100) << "one that comes later finds it there";
  ASSERT_TRUE(append(device(42), shared(1, 1, 12)));  // the clocks of two loops, before and after midnight
  ASSERT_TRUE(forget(device(1), at(3)));
  EXPECT_EQ(*read(device(2))[0].body, body('b')) << "who has confirmed it takes it from nobody";
  while (expire({11 * kDay}) > 0) {}
  EXPECT_LE(store().bytes_held(), 2 * 20'000u + 41 * 100);
  ASSERT_EQ(read(device(2)).size(), 1u);
  EXPECT_EQ(*read(device(2))[0].body, body('c'));
  ASSERT_EQ(read(device(42)).size(), 1u);
  EXPECT_EQ(*read(device(42))[0].body, body('b')) << "that of its own day";
  (void)backend_->reopen();
  while (expire({14 * kDay}) > 0) {}
  EXPECT_EQ(store().bytes_held(), 0u);
}

// ---------------------------------------------------------------- what goes by itself

class SelfExpiringInboxStoreContract : public InboxStoreContract {};
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(SelfExpiringInboxStoreContract);

TEST_P(SelfExpiringInboxStoreContract, WhatIsOverGoesByItselfWhereverItLies) {  // [INBOX-1]
  ASSERT_TRUE(store().expires_by_itself());
  constexpr uint64_t kDay = 86'400'000'000;
  const uint64_t ends[] = {40 * kDay, 10 * kDay + 60, 41 * kDay, 10 * kDay + 30, 12 * kDay};
  for (uint64_t i = 0; i < 5; ++i) {
    InboxEntry made = entry(i + 1, Bytes(10, 'x'));
    made.expires_at = {ends[i]};
    ASSERT_TRUE(append(device(1), made));
    ASSERT_TRUE(append(device(2), made));
  }
  backend_->time_comes({10 * kDay});
  EXPECT_EQ(read(device(1)).size(), 5u) << "nothing goes before its time";
  ASSERT_TRUE(forget(device(2), at(1)));
  backend_->time_comes({11 * kDay});
  EXPECT_EQ(positions(device(1)), (std::vector<uint64_t>{at(1).value, at(3).value, at(5).value}));
  EXPECT_EQ(positions(device(2)), (std::vector<uint64_t>{at(3).value, at(5).value}));
  EXPECT_EQ(summary(device(1)).count, 3u);
  EXPECT_EQ(summary(device(1)).bytes, 30u);
  backend_->time_comes({50 * kDay});
  EXPECT_TRUE(read(device(1)).empty());
  EXPECT_EQ(summary(device(2)).count, 0u);
}

TEST_P(SelfExpiringInboxStoreContract, ASweepHasNothingToDo) {
  InboxEntry made = entry(1);
  made.expires_at = {1000};
  ASSERT_TRUE(append(device(1), made));
  EXPECT_EQ(expire({2000}), 0u);
}

}  // namespace kith
