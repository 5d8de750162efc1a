// SPDX-License-Identifier: AGPL-3.0-or-later

// Phone numbers as people write them, made E.164: "+" and 7 to 15 digits, the first not 0.
//
// Client and server use this one, on the numbering plans of all countries (phone_metadata.inc, generated from
// libphonenumber's). It reads what libphonenumber reads, and gives the same number or none: what can be understood in
// two ways is absent, never another number.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace kith {

[[nodiscard]] bool is_e164(std::string_view phone);

// Understood: digits of any script, full-width signs, separators, an added "(0)", marks of direction; tel: with its
// phone-context; extensions, which are left out; international numbers behind + or the prefix that is dialled for it
// where `own_phone` is (E.164; "" knows only 00); national ones, with or without the prefix for them, as in the country
// of `own_phone`. Absent: short codes, letters, local numbers without their area code, lengths that the
// country does not have; national numbers that its plan does not have. Any bytes are fine; over 128 of them are absent.
std::optional<std::string> normalize_phone(std::string_view written, std::string_view own_phone);

// The country code (1 to 3 digits, without +) that an E.164 number begins with; "" when it begins with none that is
// assigned.
std::string_view country_code(std::string_view phone);

}  // namespace kith
