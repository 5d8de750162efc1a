// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/phone_number.h"

#include <gtest/gtest.h>

namespace kith::core {
namespace {

constexpr std::string_view kGerman = "+491700000001";
using Phone = std::optional<std::string>;

TEST(PhoneNumber, SeparatorsAreLeftOut) {
  EXPECT_EQ(normalize_phone("+49 170 123-45.67", ""), Phone("+491701234567"));
  EXPECT_EQ(normalize_phone(" (+49) 170/1234567 ", ""), Phone("+491701234567"));
  EXPECT_EQ(normalize_phone("+49\u00A0170\u202F1234567", ""), Phone("+491701234567"));
  EXPECT_EQ(normalize_phone("\u202A+49\u2011170\u20131234567\u202C", ""), Phone("+491701234567"))
      << "as iOS exports numbers";
}

TEST(PhoneNumber, InternationalPrefixesNeedNoOwnNumber) {
  EXPECT_EQ(normalize_phone("0049 170 1234567", ""), Phone("+491701234567"));
  EXPECT_EQ(normalize_phone("+49 (0) 170 1234567", ""), Phone("+491701234567"));
  EXPECT_EQ(normalize_phone("+1 (415) 555-2671", ""), Phone("+14155552671"));
}

TEST(PhoneNumber, NationalNumbersGetTheOwnCountryCode) {
  EXPECT_EQ(normalize_phone("0170 1234567", kGerman), Phone("+491701234567"));
  EXPECT_EQ(normalize_phone("020 7946 0000", "+447700900000"), Phone("+442079460000"));
  EXPECT_EQ(normalize_phone("050 1234567", "+358401234567"), Phone("+358501234567")) << "a code of three digits";
  EXPECT_EQ(normalize_phone("06 1234 5678", "+393331234567"), Phone("+390612345678")) << "Italy keeps the 0";
  EXPECT_EQ(normalize_phone("0170 1234567", ""), std::nullopt) << "without an own number nobody knows the country";
}

TEST(PhoneNumber, WhereNumbersHaveOneLengthTheDigitsAloneAreEnough) {
  EXPECT_EQ(normalize_phone("(415) 555-2671", "+12125550100"), Phone("+14155552671"));
  EXPECT_EQ(normalize_phone("1-415-555-2671", "+12125550100"), Phone("+14155552671"));
  EXPECT_EQ(normalize_phone("612 345 678", "+34600000000"), Phone("+34612345678"));
  EXPECT_EQ(normalize_phone("555-2671", "+12125550100"), std::nullopt) << "a local number";
  EXPECT_EQ(normalize_phone("1701234567", kGerman), std::nullopt) << "could be anything";
}

TEST(PhoneNumber, WhatIsNoNumberIsAbsent) {
  for (const char* written : {"", "+", "00", "0", "110", "+49", "+0170123456", "++491701234567", "49+1701234567",
                              "*100#", "0800-FLOWERS", "+49170123456x7", "+4917012345678901234567890", "+999123456789",
                              "+49 170 1234567 ext. 5", "anonymous", "٠١٧٠١٢٣٤٥٦٧", "\xFF\xFE", "+49170,,1"}) {
    EXPECT_EQ(normalize_phone(written, kGerman), std::nullopt) << written;
  }
}

TEST(PhoneNumber, E164IsStrict) {
  EXPECT_TRUE(is_e164("+4917012"));
  EXPECT_TRUE(is_e164("+123456789012345"));
  for (const char* phone :
       {"", "+", "491701234567", "+049170123", "+123456", "+1234567890123456", "+49 1701234", "+49170a234"}) {
    EXPECT_FALSE(is_e164(phone)) << phone;
  }
}

TEST(PhoneNumber, CountryCodesHaveOneToThreeDigits) {
  EXPECT_EQ(country_code("+14155552671"), "1");
  EXPECT_EQ(country_code("+79161234567"), "7");
  EXPECT_EQ(country_code("+201001234567"), "20");
  EXPECT_EQ(country_code("+491701234567"), "49");
  EXPECT_EQ(country_code("+358501234567"), "358");
  EXPECT_EQ(country_code("+3531234567"), "353");
  EXPECT_EQ(country_code("+9989012345"), "998");
  EXPECT_EQ(country_code("+2101234567"), "") << "not assigned";
  EXPECT_EQ(country_code("0170"), "");
}

}  // namespace
}  // namespace kith::core
