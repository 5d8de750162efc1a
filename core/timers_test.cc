// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/timers.h"

#include <gtest/gtest.h>

#include <vector>

namespace kith::core {
namespace {

TEST(TimersTest, WhatIsDueRunsInOrderOfDeadline) {
  Timers timers;
  std::vector<int> ran;
  timers.set(MonotonicMs{30}, [&] { ran.push_back(3); });
  timers.set(MonotonicMs{10}, [&] { ran.push_back(1); });
  timers.set(MonotonicMs{20}, [&] { ran.push_back(2); });
  timers.run_due(MonotonicMs{20});
  EXPECT_EQ(ran, (std::vector<int>{1, 2}));
  ASSERT_TRUE(timers.next().has_value());
  EXPECT_EQ(timers.next()->value, 30u);
}

TEST(TimersTest, ACancelledOneDoesNotRunAndTwiceCancellingIsHarmless) {
  Timers timers;
  Timers::Id id = timers.set(MonotonicMs{1}, [] { FAIL(); });
  timers.cancel(id);
  EXPECT_EQ(id, 0u);
  timers.cancel(id);
  timers.run_due(MonotonicMs{5});
  EXPECT_FALSE(timers.next().has_value());
}

TEST(TimersTest, ATimerMaySetItselfAgainAndReplacesItsDeadline) {
  Timers timers;
  Timer timer(timers);
  int ran = 0;
  timer.set(MonotonicMs{1}, [] { FAIL(); });
  timer.set(MonotonicMs{2}, [&] {
    ++ran;
    timer.set(MonotonicMs{10}, [&] { ++ran; });
  });
  timers.run_due(MonotonicMs{5});
  EXPECT_EQ(ran, 1);
  EXPECT_TRUE(timer.is_set());
  timers.run_due(MonotonicMs{10});
  EXPECT_EQ(ran, 2);
  EXPECT_FALSE(timer.is_set());
}

TEST(TimersTest, ATimerThatGoesTakesItsDeadlineAlong) {
  Timers timers;
  {
    Timer timer(timers);
    timer.set(MonotonicMs{1}, [] { FAIL(); });
  }
  timers.run_due(MonotonicMs{5});
}

}  // namespace
}  // namespace kith::core
