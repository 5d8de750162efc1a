// SPDX-License-Identifier: AGPL-3.0-or-later

#include "base/phone_number.h"

#include <gtest/gtest.h>

namespace kith {
namespace {

constexpr std::string_view kGerman = "+491700000001";
using Phone = std::optional<std::string>;

TEST(PhoneNumber, SeparatorsAreLeftOut) {
  EXPECT_EQ(normalize_phone("+49 170 123-45.67", ""), Phone("+491701234567"));
  EXPECT_EQ(normalize_phone(" (+49) 170/1234567 ", ""), Phone("+491701234567"));
  EXPECT_EQ(normalize_phone("+49\u00A0170\u202F1234567", ""), Phone("+491701234567"));
  EXPECT_EQ(normalize_phone("\u202A+49\u2011170\u20131234567\u202C", ""), Phone("+491701234567"))
      << "as iOS exports numbers";
  EXPECT_EQ(normalize_phone("\uFF0B\uFF14\uFF19 170\u30FC1234567", ""), Phone("+491701234567")) << "full-width";
}

TEST(PhoneNumber, DigitsOfAnyScriptAreDigits) {
  EXPECT_EQ(normalize_phone("٠١٧٠ ١٢٣٤٥٦٧", kGerman), Phone("+491701234567")) << "Arabic";
  EXPECT_EQ(normalize_phone("۰۹۱۲ ۳۴۵ ۶۷۸۹", "+989121111111"), Phone("+989123456789")) << "Persian";
  EXPECT_EQ(normalize_phone("९८७६५ ४३२१०", "+919876500000"), Phone("+919876543210")) << "Devanagari";
  EXPECT_EQ(normalize_phone("０９０－１２３４－５６７８", "+819012345678"), Phone("+819012345678")) << "full-width";
}

TEST(PhoneNumber, InternationalNumbersNeedNoOwnNumber) {
  EXPECT_EQ(normalize_phone("0049 170 1234567", ""), Phone("+491701234567"));
  EXPECT_EQ(normalize_phone("+49 (0) 170 1234567", ""), Phone("+491701234567"));
  EXPECT_EQ(normalize_phone("+49 0170 1234567", ""), Phone("+491701234567"));
  EXPECT_EQ(normalize_phone("+1 (415) 555-2671", ""), Phone("+14155552671"));
  EXPECT_EQ(normalize_phone("+44 (0)20 7946 0000", ""), Phone("+442079460000"));
  EXPECT_EQ(normalize_phone("+36 (06) 30 123 4568", ""), Phone("+36301234568"));
  EXPECT_EQ(normalize_phone("+39 (0)6 1234 5678", ""), Phone("+390612345678")) << "where the 0 belongs to the number";
  EXPECT_EQ(normalize_phone("+1 (0) 415 555 2671", ""), Phone("+14155552671")) << "where there is none";
  EXPECT_EQ(normalize_phone("+52 1 55 1234 5678", ""), Phone("+525512345678")) << "Mexico's 1 for mobile numbers";
  EXPECT_EQ(normalize_phone("+52 55 1234 5678", ""), Phone("+525512345678"));
}

TEST(PhoneNumber, TheOwnCountrySaysWhatIsDialledBeforeInternationalNumbers) {
  EXPECT_EQ(normalize_phone("011 49 170 1234567", "+12125550100"), Phone("+491701234567"));
  EXPECT_EQ(normalize_phone("0011 49 170 1234567", "+61412345678"), Phone("+491701234567"));
  EXPECT_EQ(normalize_phone("8 10 49 170 1234567", "+79161234567"), Phone("+491701234567"));
  EXPECT_EQ(normalize_phone("0049 170 1234567", "+12125550100"), Phone("+491701234567")) << "written in Europe";
  EXPECT_EQ(normalize_phone("0049 170 1234567", "+66812345678"), std::nullopt)
      << "Thailand dials 004 too, and then it is a number of India";
}

TEST(PhoneNumber, NationalNumbersAreOfTheOwnCountry) {
  EXPECT_EQ(normalize_phone("0170 1234567", kGerman), Phone("+491701234567"));
  EXPECT_EQ(normalize_phone("020 7946 0000", "+447700900000"), Phone("+442079460000"));
  EXPECT_EQ(normalize_phone("050 1234567", "+358401234567"), Phone("+358501234567")) << "a code of three digits";
  EXPECT_EQ(normalize_phone("0170 1234567", ""), std::nullopt) << "without an own number nobody knows the country";
  EXPECT_EQ(normalize_phone("06 1234 5678", "+393331234567"), Phone("+390612345678")) << "Italy keeps the 0";
  EXPECT_EQ(normalize_phone("0549 886378", "+37866661212"), Phone("+3780549886378")) << "San Marino as well";
  EXPECT_EQ(normalize_phone("07 08 09 10 12", "+2250102030405"), Phone("+2250708091012")) << "and Ivory Coast";
  EXPECT_EQ(normalize_phone("06 123 4568", "+242061234567"), Phone("+242061234568")) << "and Congo";
  EXPECT_EQ(normalize_phone("06 30 123 4568", "+36201234567"), Phone("+36301234568")) << "Hungary dials 06";
  EXPECT_EQ(normalize_phone("8 916 123-45-67", "+79031234567"), Phone("+79161234567")) << "Russia 8";
  EXPECT_EQ(normalize_phone("0 15 11 91234 5678", "+5521987654321"), Phone("+5511912345678"))
      << "Brazil 0 and a carrier";
  EXPECT_EQ(normalize_phone("011 15 2345 6789", "+5491123456780"), Phone("+5491123456789")) << "Argentina's 15";
  EXPECT_EQ(normalize_phone("1 (415) 555-2671", "+12125550100"), Phone("+14155552671"));
  EXPECT_EQ(normalize_phone("1 (415) 555-2671", "+18762345678"), Phone("+14155552671")) << "from Jamaica";
  EXPECT_EQ(normalize_phone("464-1234", "+12684641235"), Phone("+12684641234")) << "one area code for a country";
}

TEST(PhoneNumber, MobileNumbersNeedNoPrefix) {
  EXPECT_EQ(normalize_phone("333 123 4567", "+393331111111"), Phone("+393331234567")) << "Italy";
  EXPECT_EQ(normalize_phone("98765 43210", "+919876500000"), Phone("+919876543210")) << "India";
  EXPECT_EQ(normalize_phone("138 1234 5678", "+8613912345678"), Phone("+8613812345678")) << "China";
  EXPECT_EQ(normalize_phone("11 91234-5678", "+5521987654321"), Phone("+5511912345678")) << "Brazil";
  EXPECT_EQ(normalize_phone("55 1234 5678", "+525512345670"), Phone("+525512345678")) << "Mexico";
  EXPECT_EQ(normalize_phone("916 123-45-67", "+79031234567"), Phone("+79161234567")) << "Russia";
  EXPECT_EQ(normalize_phone("9 6123 4567", "+56961234560"), Phone("+56961234567")) << "Chile";
  EXPECT_EQ(normalize_phone("321 1234567", "+573211234560"), Phone("+573211234567")) << "Colombia";
  EXPECT_EQ(normalize_phone("912 345 678", "+51912345670"), Phone("+51912345678")) << "Peru";
  EXPECT_EQ(normalize_phone("612 34567", "+37061234560"), Phone("+37061234567")) << "Lithuania";
  EXPECT_EQ(normalize_phone("170 1234567", kGerman), Phone("+491701234567")) << "Germany";
  EXPECT_EQ(normalize_phone("34 612 345 678", "+34600000000"), Phone("+34612345678"))
      << "the country code without its +";
  EXPECT_EQ(normalize_phone("49 170 1234567", kGerman), std::nullopt) << "or a number with the area code 0491";
}

TEST(PhoneNumber, WhereNumbersHaveOneLengthTheDigitsAloneAreEnough) {
  EXPECT_EQ(normalize_phone("(415) 555-2671", "+12125550100"), Phone("+14155552671"));
  EXPECT_EQ(normalize_phone("612 345 678", "+34600000000"), Phone("+34612345678"));
  EXPECT_EQ(normalize_phone("1 23 45 67 89", "+33612345678"), Phone("+33123456789"));
  EXPECT_EQ(normalize_phone("555-2671", "+12125550100"), std::nullopt) << "a local number";
  EXPECT_EQ(normalize_phone("5552671", kGerman), std::nullopt) << "a local number, or one with its area code";
}

TEST(PhoneNumber, UrisHaveAContext) {
  EXPECT_EQ(normalize_phone("tel:+49-170-1234567", ""), Phone("+491701234567"));
  EXPECT_EQ(normalize_phone("TEL:0170-5550001;phone-context=+44", kGerman), Phone("+441705550001"));
  EXPECT_EQ(normalize_phone("tel:170-5550001;phone-context=+49", "+12125550100"), Phone("+491705550001"));
  EXPECT_EQ(normalize_phone("tel:+49-170-1234567;isub=12345;phone-context=+44", ""), Phone("+491701234567"));
  EXPECT_EQ(normalize_phone("tel:5552671;phone-context=example.com", "+12125550100"), std::nullopt);
}

TEST(PhoneNumber, ExtensionsAreLeftOut) {
  for (const char* written : {"+49 170 1234567 ext. 5", "+491701234567x7", "+49 170 1234567 Extension 123",
                              "+49 170 1234567 #89", "tel:+49-170-1234567;ext=12", "+49 170 1234567 доб. 4"}) {
    EXPECT_EQ(normalize_phone(written, ""), Phone("+491701234567")) << written;
  }
}

TEST(PhoneNumber, WhatIsNoNumberIsAbsent) {
  EXPECT_EQ(normalize_phone("01 234 967", "+447700900000"), std::nullopt) << "Britain has no such number";
  for (const char* written : {"",
                              "+",
                              "00",
                              "0",
                              "110",
                              "+49",
                              "+0170123456",
                              "++491701234567",
                              "49+1701234567",
                              "*100#",
                              "0800-FLOWERS",
                              "+4917012345678901234567890",
                              "+999123456789",
                              "anonymous",
                              "\xFF\xFE",
                              "+49170,,1",
                              "+49 170 1234567 private",
                              "+49 170 1234567 ext",
                              "tel:",
                              ";phone-context=+49"}) {
    EXPECT_EQ(normalize_phone(written, kGerman), std::nullopt) << written;
  }
  EXPECT_EQ(normalize_phone(std::string(129, ' ') + "+491701234567", ""), std::nullopt);
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
}  // namespace kith
