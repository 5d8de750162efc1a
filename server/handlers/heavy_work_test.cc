// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/handlers/heavy_work.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "server/delivery/testing/virtual_time.h"

namespace kith::testing {
namespace {

using Line = HeavyWork::Line;

class HeavyWorkTest : public ::testing::Test {
 protected:
  VirtualLoops loops{2, 3};
  HeavyWork work{loops[1]};
  std::vector<std::string> done;
  int refused = 0;

  struct Step {
    std::vector<std::string>& done;
    std::string name;
    int operator()() {
      done.push_back(name);
      return 1;
    }
  };
  static Task<void> ask(HeavyWorkTest& test, Line line, std::string name) {
    Step step{test.done, std::move(name)};
    const auto result = co_await test.work.run(line, std::move(step));
    if (!result) ++test.refused;
  }
};

TEST_F(HeavyWorkTest, VerifyingGoesBeforeSettingAndEachLineInOrder) {
  for (const char* name : {"set 1", "set 2", "set 3"}) loops.begin(0, ask(*this, Line::kSet, name));
  for (const char* name : {"verify 1", "verify 2"}) loops.begin(0, ask(*this, Line::kVerify, name));
  loops.settle();
  EXPECT_EQ(done, (std::vector<std::string>{"set 1", "verify 1", "verify 2", "set 2", "set 3"}));
  EXPECT_EQ(refused, 0);
}

TEST_F(HeavyWorkTest, AFullLineRefusesAtOnceAndLeavesTheOtherAlone) {  // [LIMIT-1]
  for (size_t i = 0; i < HeavyWork::kWaitingMax + 11; ++i) loops.begin(0, ask(*this, Line::kSet, "set"));
  loops.begin(0, ask(*this, Line::kVerify, "verify"));
  loops.settle();
  EXPECT_EQ(refused, 10) << "one at work, kWaitingMax wait";
  ASSERT_EQ(done.size(), HeavyWork::kWaitingMax + 2);
  EXPECT_EQ(done[1], "verify");
  loops.begin(0, ask(*this, Line::kSet, "again"));
  loops.settle();
  EXPECT_EQ(done.back(), "again");
}

}  // namespace
}  // namespace kith::testing
