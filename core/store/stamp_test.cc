// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/store/stamp.h"

#include <gtest/gtest.h>

#include "core/server_time.h"

namespace kith::core {
namespace {

static_assert(kStampMaxUs == kTimeMaxUs);

constexpr uint64_t kNow = 1'700'000'000'000'000;
constexpr uint64_t kHour = 3'600'000'000;
constexpr uint64_t kYear = 365 * 24 * kHour;
constexpr DeviceId kOne{1};
constexpr DeviceId kTwo{2};

TEST(Stamp, GoesByTheClockAndThenByTheCounterAndThenByTheDevice_STATE_2) {
  EXPECT_LT((Stamp{1, 9, kTwo}), (Stamp{2, 0, kOne}));
  EXPECT_LT((Stamp{1, 1, kTwo}), (Stamp{1, 2, kOne}));
  EXPECT_LT((Stamp{1, 1, kOne}), (Stamp{1, 1, kTwo}));
}

TEST(Stamp, IsTheClockUnlessSomethingLaterWasSeen_STATE_2) {
  EXPECT_EQ(next_stamp({}, {}, {kNow}, kOne), (Stamp{kNow, 0, kOne}));
  EXPECT_EQ(next_stamp({kNow, 4, kTwo}, {}, {kNow}, kOne), (Stamp{kNow, 5, kOne})) << "the same microsecond";
  EXPECT_EQ(next_stamp({kNow, 4, kTwo}, {}, {kNow - 3 * kHour}, kOne), (Stamp{kNow, 5, kOne})) << "hours behind";
  EXPECT_EQ(next_stamp({kNow, 4, kTwo}, {}, {kNow + 1}, kOne), (Stamp{kNow + 1, 0, kOne}));
}

TEST(Stamp, OfAClockThatIsYearsAheadMovesNoOtherClock_STATE_2) {
  const Stamp ahead{kNow + 5 * kYear, 0, kTwo};
  EXPECT_EQ(observed({kNow, 0, kOne}, ahead, {kNow}), (Stamp{kNow, 0, kOne}));
  const Stamp hours{kNow + 5 * kHour, 0, kTwo};
  EXPECT_EQ(observed({kNow, 0, kOne}, hours, {kNow}), hours);
  EXPECT_EQ(next_stamp(ahead, {}, {kNow}, kTwo), (Stamp{kNow, 0, kTwo})) << "nor its own, once it was set right";
}

TEST(Stamp, IsAboveTheOneThatItReplacesHoweverFarAheadThatIs_STATE_2) {
  const Stamp ahead{kNow + 5 * kYear, 7, kTwo};
  EXPECT_EQ(next_stamp({}, ahead, {kNow}, kOne), (Stamp{kNow + 5 * kYear, 8, kOne}));
  const Stamp full{kNow + 5 * kYear, UINT32_MAX, kTwo};
  EXPECT_GT(next_stamp({}, full, {kNow}, kOne), full);
  const Stamp last{kStampMaxUs, 0, kTwo};
  EXPECT_EQ(next_stamp({}, last, {UINT64_MAX}, kOne), (Stamp{kStampMaxUs, 1, kOne}));
}

TEST(Stamp, IsNoneBefore1970AndBeyondTheYear9999_STATE_2) {
  EXPECT_FALSE(is_stamp({0, 1, kOne}));
  EXPECT_TRUE(is_stamp({1, 0, kOne}));
  EXPECT_TRUE(is_stamp({kStampMaxUs, UINT32_MAX, kOne}));
  EXPECT_FALSE(is_stamp({kStampMaxUs + 1, 0, kOne}));
}

}  // namespace
}  // namespace kith::core
