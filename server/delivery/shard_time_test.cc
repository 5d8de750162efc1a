// SPDX-License-Identifier: AGPL-3.0-or-later

// What expiry does about a clock that is behind when the server starts; the other wrong clocks are in shard_test.cc.
#include "server/delivery/shard_time.h"

#include <gtest/gtest.h>

#include "server/delivery/testing/virtual_time.h"

namespace kith::testing {
namespace {

constexpr uint64_t kDayMs = 24ull * 3600 * 1000;
constexpr uint64_t kDayUs = kDayMs * 1000;

class LateClockTest : public ::testing::Test {
 protected:
  LateClockTest() {
    clock.unix_us -= 10 * kDayUs;
    time.start();
  }
  void set_it_right() { clock.unix_us += 10 * kDayUs; }

  VirtualClock clock;
  DeliverySettings settings;
  ShardTime time{clock, settings};
};

TEST_F(LateClockTest, KeepsThingsLongerByAsMuchAndLessUntilTenTimesThatHasPassed) {  // [INBOX-1]
  set_it_right();
  const auto late_us = [&] { return clock.unix_us - time.believed().value; };
  EXPECT_EQ(late_us(), 10 * kDayUs);
  clock.pass(50 * kDayMs);
  EXPECT_EQ(late_us(), 5 * kDayUs);
  clock.pass(49 * kDayMs);
  EXPECT_GT(late_us(), 0u);
  clock.pass(kDayMs);
  EXPECT_EQ(late_us(), 0u);
}

TEST_F(LateClockTest, LeavesWhatCameMeanwhileItsLifeUntilTheNextStart) {  // [INBOX-1]
  const UnixMicros end = time.expiry_of(0);
  set_it_right();
  clock.pass(27 * kDayMs);
  EXPECT_LT(time.believed(), end) << "nine tenths of it at least";
  ShardTime next(clock, settings);
  next.start();
  EXPECT_EQ(next.over_by_from_before(), UnixMicros{}) << "before the first sweep";
  clock.pass(uint64_t{settings.expiry_interval_s} * 1000);
  EXPECT_GT(next.over_by_from_before(), end) << "its end was given by the wrong clock";
}

// ---- of what was dated before it comes in

TEST_F(LateClockTest, ALifeIsCountedFromTheDateWhateverPassesUntilItComesIn) {  // [INBOX-1] [GROUP-3]
  const UnixMicros dated = time.server_time();
  clock.pass(40'000);
  EXPECT_EQ(time.expiry_of(60'000, dated).value, dated.value + 60'000'000);
  clock.pass(40'000);
  EXPECT_LE(time.expiry_of(60'000, dated), time.believed()) << "it is over";
  EXPECT_EQ(time.expiry_of(0, dated), time.expiry_of(0)) << "the retention is the inbox's";
}

TEST_F(LateClockTest, AClockThatIsSetBackOrAheadShortensNoLifeOfWhatWasDatedBefore) {  // [INBOX-1]
  const UnixMicros dated = time.server_time();
  clock.unix_us -= 10 * kDayUs;
  EXPECT_GE(time.expiry_of(60'000, dated).value, dated.value + 60'000'000);
  clock.unix_us += 30 * kDayUs;
  EXPECT_GT(time.expiry_of(60'000, dated), time.believed());
}

}  // namespace
}  // namespace kith::testing
