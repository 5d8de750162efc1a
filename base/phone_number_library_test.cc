// SPDX-License-Identifier: AGPL-3.0-or-later

// normalize_phone against libphonenumber, on numbers of all countries as they are usually written.
#include <gtest/gtest.h>
#include <phonenumbers/phonenumberutil.h>

#include <map>
#include <random>
#include <set>

#include "base/phone_number.h"

namespace kith {
namespace {

using i18n::phonenumbers::PhoneNumber;
using Util = i18n::phonenumbers::PhoneNumberUtil;

std::string e164(const PhoneNumber& number) {
  std::string text;
  Util::GetInstance()->Format(number, Util::E164, &text);
  return text;
}

// What the library makes of it in a region; "" when there is no such number.
std::string by_library(const std::string& written, const std::string& region) {
  PhoneNumber number;
  if (Util::GetInstance()->Parse(written, region, &number) != Util::NO_PARSING_ERROR) return "";
  if (Util::GetInstance()->IsPossibleNumberWithReason(number) != Util::IS_POSSIBLE) return "";
  return e164(number);
}

// The spellings of a number that somebody in `region` has in an address book.
std::vector<std::string> spellings(const PhoneNumber& number, const std::string& region) {
  Util& util = *Util::GetInstance();
  std::vector<std::string> all;
  for (const auto format : {Util::NATIONAL, Util::INTERNATIONAL, Util::E164, Util::RFC3966}) {
    util.Format(number, format, &all.emplace_back());
  }
  util.FormatOutOfCountryCallingNumber(number, region, &all.emplace_back());
  util.GetNationalSignificantNumber(number, &all.emplace_back());
  all.push_back("00" + e164(number).substr(1));
  all.push_back(e164(number).substr(1));
  return all;
}

TEST(PhoneNumber, IsWhatTheLibrarySaysOrAbsentOnNumbersOfAllCountries) {
  Util& util = *Util::GetInstance();
  std::set<std::string> regions;
  util.GetSupportedRegions(&regions);
  std::mt19937 random(20240229);
  std::map<std::string, int> wrong;
  int asked = 0, same = 0, old = 0;
  for (const std::string& region : regions) {
    PhoneNumber own;
    if (!util.GetExampleNumberForType(region, Util::MOBILE, &own)) continue;
    for (const auto type : {Util::MOBILE, Util::MOBILE, Util::MOBILE, Util::FIXED_LINE, Util::FIXED_LINE}) {
      PhoneNumber number;
      if (!util.GetExampleNumberForType(region, type, &number)) continue;
      number.set_national_number(number.national_number() / 1000 * 1000 + random() % 1000);
      if (!util.IsValidNumber(number)) continue;
      // From the same country, and from another.
      const auto other = std::next(regions.begin(), static_cast<ptrdiff_t>(random() % regions.size()));
      for (const std::string& from : {region, *other}) {
        PhoneNumber home;
        if (!util.GetExampleNumberForType(from, Util::MOBILE, &home)) continue;
        for (const std::string& written : spellings(number, from)) {
          const std::string expected = by_library(written, from);
          const auto got = normalize_phone(written, e164(home));
          ++asked;
          if (got.value_or("") == expected) {
            ++same;
          } else if (got && !(written.starts_with("00") && *got == e164(number))) {
            ++wrong[region];
            ADD_FAILURE() << written << " in " << from << " is " << *got << ", not " << expected;
          } else if (!got && written[0] == '+') {
            ++old;  // the distribution's library is older than the plans, which change
          }
        }
      }
    }
  }
  EXPECT_GE(asked, 10000);
  EXPECT_GE(same * 100, asked * 90) << same << " of " << asked;
  EXPECT_LE(old * 100, asked) << "international numbers that are not understood";
  EXPECT_TRUE(wrong.empty());
  RecordProperty("asked", asked);
  RecordProperty("same", same);
}

}  // namespace
}  // namespace kith
