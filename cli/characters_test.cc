// SPDX-License-Identifier: AGPL-3.0-or-later

#include "cli/characters.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kith::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

TEST(Characters, AreWhatTheEyeSees) {
  EXPECT_THAT(characters_of("aä"), ElementsAre("a", "ä"));
  EXPECT_THAT(characters_of("a\u0308b"), ElementsAre("a\u0308", "b")) << "a letter with its accent";
  EXPECT_THAT(characters_of("🇩🇪🇫🇷"), ElementsAre("🇩🇪", "🇫🇷"));
  EXPECT_THAT(characters_of("👨‍👩‍👧"), SizeIs(1)) << "a family";
  EXPECT_THAT(characters_of("👍🏽"), SizeIs(1)) << "with the colour of the skin";
  EXPECT_THAT(characters_of("한국"), ElementsAre("한", "국"));
  EXPECT_THAT(characters_of("\xff\xc3x"), ElementsAre("\xff", "\xc3", "x")) << "no UTF-8";
  EXPECT_THAT(characters_of(""), SizeIs(0));
}

TEST(Characters, HaveTheColumnsThatTerminalsGiveThem) {
  EXPECT_EQ(display_columns("hello"), 5u);
  EXPECT_EQ(display_columns("äöü"), 3u);
  EXPECT_EQ(display_columns("a\u0308"), 1u);
  EXPECT_EQ(display_columns("漢字"), 4u);
  EXPECT_EQ(display_columns("😀"), 2u);
  EXPECT_EQ(display_columns("❤️"), 2u) << "drawn as an emoji";
  EXPECT_EQ(display_columns("🇩🇪"), 2u);
  EXPECT_EQ(display_columns("👨‍👩‍👧"), 2u);
  EXPECT_EQ(display_columns("\u200b"), 0u);
}

TEST(Characters, AreFoldedForComparingNames) {
  EXPECT_EQ(folded("MÜLLER"), folded("mu\u0308ller"));
  EXPECT_EQ(folded("Straße"), folded("STRASSE"));
  EXPECT_NE(folded("Ana"), folded("Anna"));
  EXPECT_EQ(folded("\xff"), "\xff");
}

}  // namespace
}  // namespace kith::cli
