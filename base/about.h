// SPDX-License-Identifier: AGPL-3.0-or-later

// What a program says about itself: --version, and wherever else the licence is to be found.
#pragma once

#include <string>
#include <string_view>

namespace kith {

inline constexpr std::string_view kLicence = "AGPL-3.0-or-later";

// Name and version, licence, and where the source is: at `source_url`, or, when that is empty, with the program.
// Three lines without the last one's end.
std::string about_text(std::string_view program, std::string_view version, std::string_view source_url);

}  // namespace kith
