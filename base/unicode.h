// SPDX-License-Identifier: AGPL-3.0-or-later

// Text by Unicode's rules, on tables made from its data (unicode_tables.inc).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kith {

// The value of a decimal digit of any script.
std::optional<int> decimal_digit(uint32_t point);
[[nodiscard]] bool is_space(uint32_t point);  // White_Space: no-break and line separators, too
// Whether the character draws nothing by itself: controls, marks of format and direction, variation selectors,
// fillers, and combining marks, which need another character.
[[nodiscard]] bool is_invisible(uint32_t point);

// ---------------------------------------------------------------- names

// Whether anything of the text is seen. Names without are refused, by client and server alike.
[[nodiscard]] bool has_visible(std::string_view text);
// The text as one line that stays in its place: white space, line breaks and control characters become single spaces,
// none at the ends; overrides, embeddings and isolates of direction are left out. Malformed UTF-8 becomes U+FFFD.
std::string one_line(std::string_view text);

// ---------------------------------------------------------------- folding

// Text as it is compared in searches and sorted in lists: without case, diacritics, vowel points of Hebrew and Arabic,
// and what is not seen; compatibility forms as their plain ones (full-width, ligatures, presentation forms); letters
// that are typed for each other alike (ё and е, forms of alef, ø and o); Hangul by its letters. White space is U+0020.
void fold_point(uint32_t point, std::u32string& out);

struct Folded {
  std::u32string points;
  std::vector<uint32_t> places;  // for each point, the byte where the character that it comes from begins
};
Folded fold(std::string_view text);
std::u32string fold_points(std::string_view text);  // without the places
// Folded, as UTF-8, white space single and none at the ends: what lists sort by. Not for comparing identities.
std::string sort_key(std::string_view text);

// ---------------------------------------------------------------- graphemes

// Where the extended grapheme cluster (UAX #29) that begins at `at` ends.
size_t grapheme_end(std::string_view text, size_t at);
// Whether the text is one emoji and nothing else: a pictograph, with what belongs to it, a flag, or a keycap.
[[nodiscard]] bool is_emoji(std::string_view text);

}  // namespace kith
