// SPDX-License-Identifier: AGPL-3.0-or-later

#include <phonenumbers/phonenumberutil.h>

#include <algorithm>

#include "server/handlers/checks.h"

namespace kith::handlers {

// Possible, not valid: numbering plans change faster than the library's tables, and a code decides in the end.
std::optional<std::string> normalize_phone(const std::string& phone) {
  using i18n::phonenumbers::PhoneNumber;
  using i18n::phonenumbers::PhoneNumberUtil;
  constexpr size_t kDigitsMax = 15;
  const bool international =
      phone.size() >= 2 && phone.size() <= kDigitsMax + 1 && phone[0] == '+' &&
      std::all_of(phone.begin() + 1, phone.end(), [](char digit) { return digit >= '0' && digit <= '9'; });
  if (!international) return std::nullopt;
  const PhoneNumberUtil& util = *PhoneNumberUtil::GetInstance();
  PhoneNumber number;
  if (util.Parse(phone, "ZZ", &number) != PhoneNumberUtil::NO_PARSING_ERROR || !util.IsPossibleNumber(number))
    return std::nullopt;
  std::string normalized;
  util.Format(number, PhoneNumberUtil::E164, &normalized);
  return normalized;
}

}  // namespace kith::handlers
