// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/vcard.h"

#include <gtest/gtest.h>

#include <ctime>

#include "base/bytes.h"
#include "base/testing/little_memory.h"

namespace kith::core {
namespace {

using Phones = std::vector<std::string>;

std::vector<Card> parse(std::string_view text) {
  auto cards = parse_vcards(text);
  EXPECT_TRUE(cards.has_value());
  return cards ? std::move(*cards) : std::vector<Card>();
}

Card one(std::string_view lines) {
  const auto cards = parse("BEGIN:VCARD\r\n" + std::string(lines) + "END:VCARD\r\n");
  EXPECT_EQ(cards.size(), 1u);
  return cards.empty() ? Card() : cards[0];
}

TEST(Vcard, ReadsACardOfAnAndroidPhone) {  // 2.1, with quoted-printable and soft line breaks
  const Card card =
      one("VERSION:2.1\r\n"
          "N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BCller;J=C3=B6rg;;;\r\n"
          "FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:J=C3=B6rg=20M=C3=\r\n"
          "=BCller=\r\n"
          " Meier\r\n"
          "TEL;CELL:0170-1234567\r\n"
          "TEL;HOME;VOICE:+49 30 123456\r\n"
          "PHOTO;ENCODING=BASE64;JPEG:/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAMCAgICAgMCAgID\r\n"
          " AwMDBAYEBAQEBAgGBgUGCQgKCgkICQkKDA8MCgsOCwkJDRENDg8QEBEQCgwS\r\n"
          "\r\n");
  EXPECT_EQ(card.name, "Jörg Müller Meier");
  EXPECT_EQ(card.phones, (Phones{"0170-1234567", "+49 30 123456"}));
}

TEST(Vcard, ReadsACardOfIos) {  // 3.0, with groups
  const Card card =
      one("VERSION:3.0\r\nPRODID:-//Apple Inc.//iPhone OS 17//EN\r\nN:Núñez;Ana;;;\r\nFN:Ana Núñez\r\n"
          "TEL;type=CELL;type=VOICE;type=pref:+34 612 34 56 78\r\n"
          "item1.TEL:+34 912 345 678\r\nitem1.X-ABLabel:_$!<Other>!$_\r\n"
          "item2.EMAIL;type=INTERNET;type=pref:ana@example.org\r\n");
  EXPECT_EQ(card.name, "Ana Núñez");
  EXPECT_EQ(card.emails, std::vector<std::string>{"ana@example.org"});
  EXPECT_EQ(card.phones, (Phones{"+34 612 34 56 78", "+34 912 345 678"}));
}

TEST(Vcard, ReadsUrisOfVersionFour) {
  const Card card = one(
      "VERSION:4.0\r\nFN:Simon Perreault\r\nTEL;VALUE=uri;PREF=1;TYPE=\"voice,home\":tel:+1-555-555-5555;ext=5555\r\n"
      "TEL;VALUE=URI;TYPE=\"cell:x;y\":TEL:+1-418-262-6501\r\n");
  EXPECT_EQ(card.phones, (Phones{"tel:+1-555-555-5555;ext=5555", "TEL:+1-418-262-6501"}));
}

TEST(Vcard, ReadsCharsetsOfOneByteAndLeavesOutOthers) {
  EXPECT_EQ(one("VERSION:2.1\r\nFN;CHARSET=KOI8-R:\xE9\xD7\xC1\xCE\r\n").name, "Иван");
  EXPECT_EQ(one("FN;CHARSET=koi8-u;ENCODING=QUOTED-PRINTABLE:=E9=D7=C1=CE\r\n").name, "Иван");
  EXPECT_EQ(one("FN;CHARSET=windows-1251:\xC8\xE2\xE0\xED\r\n").name, "Иван");
  EXPECT_EQ(one("FN;CHARSET=ISO-8859-2:\xA3ukasz\r\n").name, "Łukasz");
  EXPECT_EQ(one("FN;CHARSET=ISO-8859-1:J\xF6rg\r\n").name, "Jörg");
  EXPECT_EQ(one("FN:J\xF6rg M\xFCller\r\n").name, "Jörg Müller") << "Western Europe, unsaid";
  EXPECT_EQ(one("FN:\xC8\xE2\xE0\xED\r\n").name, "") << "but not this";
  EXPECT_EQ(one("FN:\x8E\x52\x93\x63\r\n").name, "") << "nor Shift_JIS";
  EXPECT_EQ(one("FN;CHARSET=SHIFT_JIS:\x8E\x52\x93\x63\r\n").name, "");
  EXPECT_EQ(one("FN;CHARSET=GB2312;ENCODING=QUOTED-PRINTABLE:=D5=C5=C8=FD\r\n").name, "");
  EXPECT_EQ(one("FN;CHARSET=ISO-2022-JP:\x1B$B;3ED\x1B(B\r\n").name, "");
  EXPECT_EQ(one("FN;CHARSET=SHIFT_JIS:Ana\r\n").name, "Ana");
  EXPECT_EQ(one("FN;CHARSET=GB2312:\xD5\xC5\r\nN:Zhang;San\r\n").name, "San Zhang") << "another name of the card";
}

TEST(Vcard, NamesOfWhichNothingIsSeenAreNone) {
  EXPECT_EQ(one("FN:\u200B\r\nN:;Ana\r\n").name, "Ana");
  EXPECT_EQ(one("FN:\u3164\r\n").name, "");
  EXPECT_EQ(one("FN:\u202EAna\u2028Maria\r\n").name, "Ana Maria") << "and the others stay on their line";
}

TEST(Vcard, UnfoldsLines) {
  EXPECT_EQ(one("VERSION:3.0\r\nFN:A long\r\n  name that\r\n\t goes on\r\nTEL:1\r\n").name, "A long name that goes on");
  EXPECT_EQ(one("VERSION:4.0\r\nFN:Mü\r\n ller\r\n").name, "Müller") << "the white space of a fold is not text";
  EXPECT_EQ(one("VERSION:2.1\r\nFN:One\r\n Two\r\n").name, "One Two") << "in 2.1 it is";
  EXPECT_EQ(one("VERSION:4.0\r\nFN:M\xC3\r\n \xBCller\r\n").name, "Müller") << "a fold within a character";
}

TEST(Vcard, UnescapesText) {
  EXPECT_EQ(one("VERSION:3.0\r\nFN:Smith\\, John\\; Dr.\\\\x\\nBerlin\r\n").name, "Smith, John; Dr.\\x Berlin");
  EXPECT_EQ(one("VERSION:3.0\r\nFN:C:\\temp\\\r\n").name, "C:\\temp\\");
}

TEST(Vcard, TakesAnotherNameWhereTheFormattedOneIsMissing) {
  EXPECT_EQ(one("N:Stevenson;John;Philip,Paul;Dr.;Jr.\r\n").name, "John Philip Paul Stevenson");
  EXPECT_EQ(one("FN:\r\nN:Doe;;;;\r\n").name, "Doe");
  EXPECT_EQ(one("N:;;;;\r\nNICKNAME:Jim,Jimmie\r\nORG:ACME;Sales\r\n").name, "Jim");
  EXPECT_EQ(one("ORG:ACME\\, Inc.;Sales\r\n").name, "ACME, Inc.");
  EXPECT_EQ(one("TEL:1\r\n").name, "");
  EXPECT_EQ(one("N:Doe\\;x;Jo\r\n").name, "Jo Doe;x");
  EXPECT_EQ(one("FN:First\r\nFN:Second\r\n").name, "First");
}

TEST(Vcard, UnderstandsOldCharsets) {
  EXPECT_EQ(one("FN;CHARSET=ISO-8859-1:J\xF6rg\r\n").name, "Jörg");
  EXPECT_EQ(one("FN;CHARSET=windows-1252;ENCODING=QUOTED-PRINTABLE:10=80=20Joe\r\n").name, "10€ Joe");
  EXPECT_EQ(one("FN;QUOTED-PRINTABLE:J=F6rg\r\n").name, "Jörg") << "no charset, and no UTF-8";
  EXPECT_EQ(one("FN;CHARSET=UTF-8:J\xF6rg\r\n").name, "Jörg") << "a charset that is not true";
  EXPECT_EQ(one("FN;ENCODING=b;CHARSET=UTF-8:SsO2cmc=\r\n").name, "Jörg");
}

TEST(Vcard, TakesAnyLineEndsAndCase) {
  for (const char* end : {"\n", "\r", "\r\n"}) {
    std::string text = "begin:vcard|version:3.0|fn:Ana|tel:123|End:vCard|";
    std::string lines;
    for (const char c : text) c == '|' ? lines += end : lines += c;
    const auto cards = parse(lines);
    ASSERT_EQ(cards.size(), 1u);
    EXPECT_EQ(cards[0].name, "Ana");
    EXPECT_EQ(cards[0].phones, Phones{"123"});
  }
  EXPECT_EQ(parse("\xEF\xBB\xBF"
                  "BEGIN:VCARD\nFN:Ana\nEND:VCARD")
                .size(),
            1u)
      << "after a byte order mark, without a last line end";
}

TEST(Vcard, AnAgentInsideACardIsNoCardOfItsOwn) {
  const auto cards = parse(
      "BEGIN:VCARD\nVERSION:2.1\nFN:Boss\nAGENT:\nBEGIN:VCARD\nFN:Assistant\nTEL:999\nEND:VCARD\nTEL:111\nEND:VCARD\n"
      "BEGIN:VCARD\nFN:Next\nEND:VCARD\n");
  ASSERT_EQ(cards.size(), 2u);
  EXPECT_EQ(cards[0].name, "Boss");
  EXPECT_EQ(cards[0].phones, Phones{"111"});
  EXPECT_EQ(cards[1].name, "Next");
}

TEST(Vcard, ACardThatIsNeverEndedCounts) {
  const auto cards = parse("BEGIN:VCARD\nFN:One\nTEL:1\nBEGIN:VCARD\nFN:Two\nTEL:2\n");
  ASSERT_EQ(cards.size(), 2u);
  EXPECT_EQ(cards[0].name, "One");
  EXPECT_EQ(cards[1].phones, Phones{"2"});
}

TEST(Vcard, IgnoresWhatIsOutsideAndWhatIsNoProperty) {
  const auto cards = parse(
      "junk\nFN:Nobody\nBEGIN:VCALENDAR\nTEL:5\nEND:VCALENDAR\nBEGIN:VCARD\n:::\n;;;\nno "
      "colon\n:\nTEL\nFN:Ana\nTEL:\nEND:VCARD\nTEL:7\n");
  ASSERT_EQ(cards.size(), 1u);
  EXPECT_EQ(cards[0].name, "Ana");
  EXPECT_TRUE(cards[0].phones.empty());
}

TEST(Vcard, HasLimits) {  // LIMIT-1
  EXPECT_EQ(parse_vcards("").error(), VcardError::kNoCard);
  EXPECT_EQ(parse_vcards(std::string(kVcardBytesMax + 1, ' ')).error(), VcardError::kTooLarge);
  std::string cards;
  for (size_t i = 0; i < kVcardCardsMax; ++i) cards += "BEGIN:VCARD\nEND:VCARD\n";
  EXPECT_EQ(parse(cards).size(), kVcardCardsMax);
  EXPECT_EQ(parse_vcards(cards + "BEGIN:VCARD\n").error(), VcardError::kTooManyCards);
  std::string phones;
  for (int i = 0; i < 100; ++i) phones += "TEL:" + std::to_string(i) + "\n";
  EXPECT_EQ(one(phones).phones.size(), kVcardPhonesMax);
  std::string emails;
  for (int i = 0; i < 100; ++i) emails += "EMAIL:" + std::to_string(i) + "@example.org\n";
  EXPECT_EQ(one(emails).emails.size(), kVcardPhonesMax);
  EXPECT_LE(one("TEL:" + std::string(100000, '1') + "\n").phones.size(), 1u);
}

TEST(Vcard, NamesAreAlwaysOneLineOfUtf8) {
  uint64_t state = 12345;
  const auto next = [&] {
    return static_cast<uint32_t>((state = state * 6364136223846793005u + 1442695040888963407u) >> 33);
  };
  const std::string parts[] = {"BEGIN:VCARD",
                               "END:VCARD",
                               "FN",
                               "N",
                               "TEL",
                               "AGENT:",
                               ";ENCODING=QUOTED-PRINTABLE",
                               ";CHARSET=ISO-8859-1",
                               ":",
                               ";",
                               "=",
                               "=\n",
                               "=C3",
                               "\n",
                               "\r\n",
                               "\n ",
                               "\\",
                               ",",
                               "\"",
                               "ü",
                               "\xFF",
                               std::string(1, '\0'),
                               "tel:",
                               "VERSION:2.1",
                               "item1.",
                               "BASE64",
                               "😀"};
  for (int round = 0; round < 3000; ++round) {
    std::string text = "BEGIN:VCARD\n";
    for (uint32_t length = next() % 40; length > 0; --length) text += parts[next() % std::size(parts)];
    const auto cards = parse_vcards(text);
    ASSERT_TRUE(cards.has_value());
    for (const Card& card : *cards) {
      EXPECT_TRUE(is_utf8(card.name));
      EXPECT_EQ(card.name.find_first_of("\n\r\t"), std::string::npos);
    }
  }
}

TEST(Vcard, HostileFilesTakeLinearTime) {
  const auto repeated = [](std::string_view part) {
    std::string text = "BEGIN:VCARD\n";
    while (text.size() + part.size() <= kVcardBytesMax) text += part;
    return text;
  };
  // Far above what these need even under a sanitizer, far below what anything quadratic would: that is hours.
  for (const char* part : {"\n ", "\"", "FN:=\n", ";", "\\", "a\n \"", "A;", "=\n", "AGENT:\n"}) {
    const std::string text = repeated(part);
    const clock_t begin = clock();
    (void)parse_vcards(text).has_value();
    EXPECT_LT(clock() - begin, 30 * CLOCKS_PER_SEC) << part;
  }
}

TEST(Vcard, HostileFilesNeedLittleMoreMemoryThanTheirSize) {  // LIMIT-1
  const auto repeated = [](std::string_view head, std::string_view part) {
    std::string text = "BEGIN:VCARD\n" + std::string(head);
    while (text.size() + part.size() <= kVcardBytesMax) text += part;
    return text;
  };
  const std::pair<const char*, const char*> kFiles[] = {
      {"N:", ";"},
      {"N:", ","},
      {"ORG:", ";"},
      {"NICKNAME:", ","},
      {"FN:", "a"},
      {"FN;CHARSET=ISO-8859-1:", "\xFF"},
      {"FN:", "\xFF"},
      {"FN;ENCODING=QUOTED-PRINTABLE:", "=FF"},
      {"FN;ENCODING=BASE64:", "////"},
      {"TEL:", "1"},
      {"", "TEL:1\n"},
      {"", "FN:a\nEND:VCARD\nBEGIN:VCARD\n"},
      {"", "FN:a\n "},
      {"", "A;B=C:"},
  };
  for (const auto& [head, part] : kFiles) {
    const std::string text = repeated(head, part);
    const int outcome = testing::in_little_memory(size_t{64} << 20, 30, [&text] {
      (void)parse_vcards(text).has_value();
      return 0;
    });
    EXPECT_EQ(outcome, 0) << head << part;
  }
}

TEST(Vcard, ANameIsReadOfABeginningThatHoldsEveryName) {
  EXPECT_EQ(one("FN:Ana" + std::string(100'000, 'a') + "\n").name.substr(0, 3), "Ana");
  EXPECT_EQ(one("N:Berg;Ana" + std::string(100'000, ';') + "\n").name, "Ana Berg");
}

}  // namespace
}  // namespace kith::core
