// SPDX-License-Identifier: AGPL-3.0-or-later

#include "cli/characters.h"

#include <utf8proc.h>

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <utility>

namespace kith::cli {
namespace {

constexpr int32_t kEmojiPresentation = 0xFE0F;
constexpr int32_t kReplacement = 0xFFFD;

bool is_regional_indicator(int32_t point) { return point >= 0x1F1E6 && point <= 0x1F1FF; }

// The first character's length in bytes, and its columns.
struct Extent {
  size_t bytes = 0;
  size_t columns = 0;
};
Extent first_character(std::string_view text) {
  Extent extent;
  utf8proc_int32_t state = 0;
  int32_t before = -1;
  while (extent.bytes < text.size()) {
    const CodePoint point = first_code_point(text.substr(extent.bytes));
    const int32_t value = point.value < 0 ? kReplacement : point.value;
    if (extent.bytes > 0 && utf8proc_grapheme_break_stateful(before, value, &state)) break;
    const bool is_wide = value == kEmojiPresentation || (is_regional_indicator(before) && is_regional_indicator(value));
    const auto width = static_cast<size_t>(is_wide ? 2 : utf8proc_charwidth(value));
    extent.columns = std::max(extent.columns, width);
    extent.bytes += point.length;
    before = value;
  }
  return extent;
}

// Of letters: those whose writing has no spaces where words end.
bool is_without_spaces(int32_t point) {
  constexpr std::pair<int32_t, int32_t> kBlocks[] = {
      {0x0E00, 0x0FFF}, {0x1000, 0x109F}, {0x1100, 0x11FF}, {0x1780, 0x17FF}, {0x2E80, 0xA4CF},
      {0xA960, 0xA97F}, {0xAC00, 0xD7FF}, {0xF900, 0xFAFF}, {0xFF00, 0xFFEF}, {0x20000, 0x3FFFF},
  };
  return std::any_of(std::begin(kBlocks), std::end(kBlocks),
                     [point](const auto& block) { return block.first <= point && point <= block.second; });
}

}  // namespace

CodePoint first_code_point(std::string_view text) {
  utf8proc_int32_t value = -1;
  const auto length = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                       static_cast<utf8proc_ssize_t>(text.size()), &value);
  if (length <= 0) return {};
  return {value, static_cast<size_t>(length)};
}

bool continues_word(int32_t code_point) {
  if (code_point < 0) return false;
  switch (utf8proc_category(code_point)) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ND: return true;
    case UTF8PROC_CATEGORY_LO: return !is_without_spaces(code_point);
    default: return code_point == '_';
  }
}

std::vector<std::string> characters_of(std::string_view text) {
  std::vector<std::string> characters;
  while (!text.empty()) {
    const size_t bytes = first_character(text).bytes;
    characters.emplace_back(text.substr(0, bytes));
    text.remove_prefix(bytes);
  }
  return characters;
}

size_t display_columns(std::string_view text) {
  size_t columns = 0;
  while (!text.empty()) {
    const Extent extent = first_character(text);
    columns += extent.columns;
    text.remove_prefix(extent.bytes);
  }
  return columns;
}

std::string folded(std::string_view text) {
  utf8proc_uint8_t* mapped = nullptr;
  const auto size = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                 static_cast<utf8proc_ssize_t>(text.size()), &mapped,
                                 static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT |
                                                                UTF8PROC_CASEFOLD | UTF8PROC_IGNORE));
  if (size < 0) return std::string(text);  // no UTF-8
  std::string result(reinterpret_cast<const char*>(mapped), static_cast<size_t>(size));
  std::free(mapped);
  return result;
}

}  // namespace kith::cli
