// SPDX-License-Identifier: AGPL-3.0-or-later

#include "base/unicode.h"

#include <gtest/gtest.h>

#include "base/bytes.h"
#include "base/limits.h"
#include "base/testing/little_memory.h"
#include "base/utf8.h"

namespace kith {
namespace {

TEST(Utf8, PointsComeOutAsTheyWentIn) {
  for (uint32_t point = 0; point <= 0x10FFFF; ++point) {
    if (point >= 0xD800 && point <= 0xDFFF) continue;
    std::string text;
    append_point(text, point);
    ASSERT_TRUE(is_utf8(text));
    size_t at = 0;
    ASSERT_EQ(next_point(text, at), point);
    ASSERT_EQ(at, text.size());
  }
}

TEST(Utf8, MalformedBytesAreReplacementsOneByOne) {
  const std::string_view text = "a\xFF\xC3\xE2\x82z\xF0\x9F";
  std::u32string points;
  for (size_t at = 0; at < text.size();) points += static_cast<char32_t>(next_point(text, at));
  EXPECT_EQ(points, U"a\uFFFD\uFFFD\uFFFD\uFFFDz\uFFFD\uFFFD");
}

TEST(Utf8, TheBeginningIsCutBetweenCharacters) {
  EXPECT_EQ(first_characters("äöü", 2), "äö");
  EXPECT_EQ(first_characters("ab", 5), "ab");
  EXPECT_EQ(first_characters("ab", 0), "");
}

TEST(Unicode, DigitsOfAllScripts) {
  EXPECT_EQ(decimal_digit('7'), 7);
  EXPECT_EQ(decimal_digit(U'٣'), 3);
  EXPECT_EQ(decimal_digit(U'९'), 9);
  EXPECT_EQ(decimal_digit(U'０'), 0);
  EXPECT_EQ(decimal_digit('a'), std::nullopt);
  EXPECT_EQ(decimal_digit(U'²'), std::nullopt);
  EXPECT_EQ(decimal_digit(0x10FFFF), std::nullopt);
}

TEST(Unicode, SomethingOfANameIsSeen) {
  for (const char* const blank :
       {"", " ", "\u200B", "\u3164", "\u2800", "\u00A0", "\u00AD", "\uFE0F", "\U000E0041", "\u202E", "\u2066", "\u200F",
        "\uFEFF", "\u115F", "\uFFA0", "\u0301", "\u3000", "\u2028", "\u200B\u00A0\u2800"}) {
    EXPECT_FALSE(has_visible(blank)) << to_hex(blank);
  }
  for (const char* const seen : {"a", ".", "李", "👍", "🏻", "\u200Ba", "e\u0301", "١"})
    EXPECT_TRUE(has_visible(seen)) << seen;
}

TEST(Unicode, ALineStaysOnItsLine) {
  EXPECT_EQ(one_line("  Ana \n Maria\t"), "Ana Maria");
  EXPECT_EQ(one_line("at work\r\nphone  +49"), "at work phone +49");
  EXPECT_EQ(one_line("a\u2028b\u0085c\u00A0d\x1B[2J\x7F"), "a b c d [2J");
  EXPECT_EQ(one_line("\u202Eevil\u202C \u2067x\u2069"), "evil x");
  EXPECT_EQ(one_line("👩\u200D👧 می\u200Cخواهم"), "👩\u200D👧 می\u200Cخواهم") << "joiners are writing";
  EXPECT_EQ(one_line("\xFF"), "\uFFFD");
  EXPECT_EQ(one_line(" \n "), "");
}

TEST(Unicode, FoldingMakesAlikeWhatIsTypedForEachOther) {
  const auto same = [](std::string_view one, std::string_view other) { return fold(one).points == fold(other).points; };
  EXPECT_TRUE(same("GRÜSSE", "grusse"));
  EXPECT_TRUE(same("Grüße", "grusse"));
  EXPECT_TRUE(same("Ёлка", "елка"));
  EXPECT_TRUE(same("مُحَمَّد", "محمد")) << "vowels";
  EXPECT_TRUE(same("أحمد إلى آل", "احمد الى ال")) << "forms of alef";
  EXPECT_TRUE(same("مـحـمـد", "محمد")) << "lengthened";
  EXPECT_TRUE(same("שָׁלוֹם", "שלום")) << "points";
  EXPECT_TRUE(same("Ｆｕｌｌ", "full"));
  EXPECT_TRUE(same("ｶﾞ", "ガ"));
  EXPECT_TRUE(same("soft\u00ADhyphen", "softhyphen"));
  EXPECT_TRUE(same("ΚΌΣΜΟΣ", "κοσμος"));
  EXPECT_TRUE(same("İstanbul ısı", "istanbul isi"));
  EXPECT_TRUE(same("Søren Łódź", "soren lodz"));
  EXPECT_TRUE(same("\u1112\u1161\u11AB", "한")) << "Hangul by letters";
  EXPECT_TRUE(same("❤\uFE0F", "❤"));
  EXPECT_TRUE(same("don’t", "don't"));
  EXPECT_FALSE(same("が", "か")) << "another syllable";
  EXPECT_FALSE(same("कि", "क")) << "vowels of Indic scripts are text";
}

TEST(Unicode, FoldedPointsKnowTheirPlaces) {
  const Folded folded = fold("ßé\u00ADx");
  EXPECT_EQ(folded.points, U"ssex");
  EXPECT_EQ(folded.places, (std::vector<uint32_t>{0, 0, 2, 6}));
}

TEST(Unicode, SortKeysAreFolded) {
  EXPECT_EQ(sort_key("  Éva   ŽIŽEK "), "eva zizek");
  EXPECT_EQ(sort_key("Straße"), "strasse");
  EXPECT_EQ(sort_key("Ægir"), "aegir");
  EXPECT_EQ(sort_key("ΑΘΗΝΑ"), "αθηνα");
  EXPECT_EQ(sort_key("Ёлка"), sort_key("елка"));
  EXPECT_EQ(sort_key("e\u0301va"), "eva") << "combining accents";
  EXPECT_EQ(sort_key("王🙂"), "王🙂");
  EXPECT_EQ(sort_key(""), "");
}

TEST(Unicode, GraphemesAreWhatPeopleSeeAsOneCharacter) {
  const auto clusters = [](std::string_view text) {
    std::vector<std::string> all;
    for (size_t at = 0; at < text.size();) {
      const size_t end = grapheme_end(text, at);
      all.emplace_back(text.substr(at, end - at));
      at = end;
    }
    return all;
  };
  using Clusters = std::vector<std::string>;
  EXPECT_EQ(clusters("aé"), (Clusters{"a", "é"}));
  EXPECT_EQ(clusters("e\u0301x"), (Clusters{"e\u0301", "x"}));
  EXPECT_EQ(clusters("👩‍❤️‍👩👍🏽"), (Clusters{"👩‍❤️‍👩", "👍🏽"}));
  EXPECT_EQ(clusters("🇩🇪🇫🇷🇪"), (Clusters{"🇩🇪", "🇫🇷", "🇪"}));
  EXPECT_EQ(clusters("🏴󠁧󠁢󠁥󠁮󠁧󠁿1️⃣"), (Clusters{"🏴󠁧󠁢󠁥󠁮󠁧󠁿", "1️⃣"}));
  EXPECT_EQ(clusters("한국\u1112\u1161\u11AB"), (Clusters{"한", "국", "\u1112\u1161\u11AB"}));
  EXPECT_EQ(clusters("\r\n\n"), (Clusters{"\r\n", "\n"}));
  EXPECT_EQ(clusters("👍a"), (Clusters{"👍", "a"}));
  EXPECT_EQ(clusters("\xFF\xC3"), (Clusters{"\xFF", "\xC3"}));
}

TEST(Unicode, OneEmojiIsToldFromEverythingElse) {
  for (const std::string_view emoji :
       {"👍", "👍🏽", "❤️", "❤", "👩‍❤️‍💋‍👨", "🧑🏿‍❤️‍💋‍🧑🏻",
        "👨‍👩‍👧‍👦", "🏳️‍🌈", "🇩🇪", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "1️⃣", "#️⃣", "*⃣", "©️", "🀄"})
    EXPECT_TRUE(is_emoji(emoji)) << emoji;
  for (const std::string_view text :
       {"",       "a",       "1",        "#\uFE0F", "👍👍",     "👍a",         "a👍",      " ",
        "👍 ",    "🇩",       "é",        "한",      "👍\u0301", "👩\u200D",    "\u200D👩", "🏽",
        "\u20E3", "a\u20E3", "\u202E👍", "\xFF",    "👍\xFF",   "\xF0\x9F\x91"})
    EXPECT_FALSE(is_emoji(text)) << text;
}

// As long as a text may be, made of what takes most room or time.
std::vector<std::string> worst_texts() {
  std::vector<std::string> texts;
  for (const std::string_view part :
       {"a", "\xFF", "\xCC\x81", "\xEF\xB7\xBA", "\xED\x95\x9C", "\xF0\x9F\x87\xA9", "\xF0\x9F\x91\xA9\xE2\x80\x8D",
        "\xE2\x80\xAE", "\xE3\x85\xA4", " ", "\r\n", "\xD8\x80", "\xE0\xA4\x95\xE0\xA5\x8D"}) {
    std::string& text = texts.emplace_back();
    while (text.size() + part.size() <= kTextBytesMax) text += part;
    texts.push_back("e" + text);
  }
  return texts;
}

TEST(Unicode, TheWorstTextTakesLittleTimeAndMemory) {  // LIMIT-1
  for (const std::string& text : worst_texts()) {
    const int outcome = testing::in_little_memory(size_t{32} << 20, 5, [&text] {
      (void)has_visible(text);
      (void)one_line(text);
      (void)fold(text);
      (void)sort_key(text);
      for (size_t at = 0; at < text.size();) at = grapheme_end(text, at);
      return 0;
    });
    EXPECT_EQ(outcome, 0) << to_hex(text.substr(0, 16));
  }
}

}  // namespace
}  // namespace kith
