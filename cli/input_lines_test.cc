// SPDX-License-Identifier: AGPL-3.0-or-later

#include "cli/input_lines.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace kith::cli {
namespace {

using ::testing::ElementsAre;

class InputLinesTest : public ::testing::Test {
 protected:
  std::vector<std::string> taken;
  int too_long = 0;
  InputLines lines{{[this](std::string line) { taken.push_back(std::move(line)); }, [this] { ++too_long; }}, 5};
};

TEST_F(InputLinesTest, ComeInAnyPiecesAndTheLastNeedsNoEnd) {
  lines.take("a\n\nb\r\nc");
  EXPECT_THAT(taken, ElementsAre("a", "", "b"));
  lines.take("d");
  lines.end();
  EXPECT_THAT(taken, ElementsAre("a", "", "b", "cd"));
}

TEST_F(InputLinesTest, OneThatIsTooLongIsToldOnceAndTheNextIsTaken) {
  lines.take("12345\n12345\r\n123456\n");
  EXPECT_EQ(too_long, 1);
  for (int i = 0; i < 1000; ++i) lines.take("more and more");
  EXPECT_EQ(too_long, 2) << "before its end";
  lines.take("end\nb\n12345678");
  lines.end();
  EXPECT_THAT(taken, ElementsAre("12345", "12345", "b"));
  EXPECT_EQ(too_long, 3);
}

}  // namespace
}  // namespace kith::cli
