// SPDX-License-Identifier: AGPL-3.0-or-later

// Phone numbers as people write them, made E.164: "+" and 7 to 15 digits, the first not 0.
//
// No numbering plans here (the server checks that a number can exist): only international prefixes are understood, and
// national numbers by the own number's country code.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace kith::core {

[[nodiscard]] bool is_e164(std::string_view phone);

// Leaves out spaces, dots, dashes, slashes, brackets and an added "(0)"; a leading 00 becomes +; a number with a single
// leading 0 gets the country code of `own_phone` (E.164; "" knows none). Absent for anything else: short codes,
// letters, extensions.
std::optional<std::string> normalize_phone(std::string_view written, std::string_view own_phone);

// The country code (1 to 3 digits, without +) that an E.164 number begins with; "" when it begins with none that is
// assigned.
std::string_view country_code(std::string_view phone);

}  // namespace kith::core
