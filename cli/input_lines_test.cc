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
  size_t room = 1000;
  InputLines lines{{[this](std::string_view line) { taken.emplace_back(line); }, [this] { ++too_long; },
                    [this] { return taken.size() < room; }},
                   5};

  void take(std::string_view input) { EXPECT_EQ(lines.take(input), ""); }
};

TEST_F(InputLinesTest, ComeInAnyPiecesAndTheLastNeedsNoEnd) {
  take("a\n\nb\r\nc");
  EXPECT_THAT(taken, ElementsAre("a", "", "b"));
  take("d");
  lines.end();
  EXPECT_THAT(taken, ElementsAre("a", "", "b", "cd"));
}

TEST_F(InputLinesTest, OneThatIsTooLongIsToldOnceAndTheNextIsTaken) {
  take("12345\n12345\r\n123456\n");
  EXPECT_EQ(too_long, 1);
  for (int i = 0; i < 1000; ++i) take("more and more");
  EXPECT_EQ(too_long, 2) << "before its end";
  take("end\nb\n12345678");
  lines.end();
  EXPECT_THAT(taken, ElementsAre("12345", "12345", "b"));
  EXPECT_EQ(too_long, 3);
}

TEST_F(InputLinesTest, WhatThereIsNoRoomForIsLeftAndMayBeGivenAgain) {
  room = 2;
  EXPECT_EQ(lines.take("a\nb\nc\nd"), "c\nd");
  EXPECT_THAT(taken, ElementsAre("a", "b"));
  room = 3;
  EXPECT_EQ(lines.take("c\nd"), "d");
  room = 4;
  take("d");
  lines.end();
  EXPECT_THAT(taken, ElementsAre("a", "b", "c", "d"));
}

}  // namespace
}  // namespace kith::cli
