// SPDX-License-Identifier: AGPL-3.0-or-later

// Text as people and terminals count it: characters (grapheme clusters, UAX #29) and columns. By utf8proc.
//
// Any bytes: each that is no UTF-8 counts as one character of one column.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kith::cli {

struct CodePoint {
  int32_t value = -1;  // -1: no UTF-8
  size_t length = 1;   // in bytes
};
// `text` is not empty.
CodePoint first_code_point(std::string_view text);

// Whether a word that stands before the character goes on with it, in writing that puts spaces between words: a letter,
// a mark, a digit, an underscore; no letter of a script that writes without spaces, or puts particles behind a name
// (Thai, Lao, Burmese, Khmer, Chinese, Japanese, Korean). web/view-models/mentions.ts has the same.
bool continues_word(int32_t code_point);

// The text in pieces that belong together for the eye: a letter with its accents, a flag, a family.
std::vector<std::string> characters_of(std::string_view text);

// Columns of a text without escape sequences or line breaks. Emoji count two, as modern terminals draw them.
size_t display_columns(std::string_view text);

// For comparing names: case, width and how accents are written make no difference (NFKC_Casefold).
std::string folded(std::string_view text);

}  // namespace kith::cli
