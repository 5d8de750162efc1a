// SPDX-License-Identifier: AGPL-3.0-or-later

// UTF-8 by code points.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace kith {

inline constexpr uint32_t kReplacementPoint = 0xFFFD;

// The code point at `at`, which moves behind it; `at` is inside the text. Any bytes: of malformed UTF-8 each byte
// counts as a kReplacementPoint.
uint32_t next_point(std::string_view text, size_t& at);
void append_point(std::string& out, uint32_t point);
// The first `characters` code points, or all.
std::string_view first_characters(std::string_view text, size_t characters);

}  // namespace kith
