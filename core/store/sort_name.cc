// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/store/sort_name.h"

#include <cstdint>

namespace kith::core {
namespace {

// Base letters of U+00C0..U+017F, one character each; '.' where the letter has none and stays.
constexpr std::string_view kLatin =
    "aaaaaa.ceeeeiiii.nooooo.ouuuuy.."                                   // U+00C0
    "aaaaaa.ceeeeiiii.nooooo.ouuuuy.y"                                   // U+00E0
    "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiii..jjkk.lllllll"   // U+0100
    "lllnnnnnnn..oooooo..rrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";  // U+0140
static_assert(kLatin.size() == 0x180 - 0xC0);

// What a code point sorts as: one or two code points.
struct Folded {
  uint32_t first = 0;
  uint32_t second = 0;
};

Folded fold(uint32_t point) {
  if (point >= 'A' && point <= 'Z') return {point + 32};
  if (point < 0xC0) return {point};
  if (point <= 0x17F) {
    switch (point) {
      case 0xC6:
      case 0xE6: return {'a', 'e'};
      case 0x152:
      case 0x153: return {'o', 'e'};
      case 0xDF: return {'s', 's'};
      case 0xDE:
      case 0xFE: return {'t', 'h'};
      case 0xD0:
      case 0xF0: return {'d'};
      case 0x132:
      case 0x133: return {'i', 'j'};
      default: break;
    }
    const char letter = kLatin[point - 0xC0];
    return {letter == '.' ? point : static_cast<uint32_t>(letter)};
  }
  if (point == 0x1E9E) return {'s', 's'};
  if (point >= 0x300 && point <= 0x36F) return {0};                             // combining diacritics
  if (point >= 0x391 && point <= 0x3A9 && point != 0x3A2) return {point + 32};  // Greek capitals
  if (point == 0x401) return {0x435};                                           // Ё, and ё below, sort as е
  if (point == 0x451) return {0x435};
  if (point >= 0x400 && point <= 0x40F) return {point + 80};  // Cyrillic capitals
  if (point >= 0x410 && point <= 0x42F) return {point + 32};
  return {point};
}

uint32_t next_point(std::string_view text, size_t& at) {
  const auto byte = [&](size_t offset) {
    return static_cast<uint8_t>(at + offset < text.size() ? text[at + offset] : 0);
  };
  const uint8_t lead = byte(0);
  uint32_t point = lead;
  size_t length = 1;
  if (lead >= 0xF0) {
    point = (lead & 7u) << 18 | (byte(1) & 63u) << 12 | (byte(2) & 63u) << 6 | (byte(3) & 63u);
    length = 4;
  } else if (lead >= 0xE0) {
    point = (lead & 15u) << 12 | (byte(1) & 63u) << 6 | (byte(2) & 63u);
    length = 3;
  } else if (lead >= 0xC0) {
    point = (lead & 31u) << 6 | (byte(1) & 63u);
    length = 2;
  }
  at += length;
  return point;
}

void append_point(std::string& out, uint32_t point) {
  if (point == 0) return;
  if (point < 0x80) {
    out += static_cast<char>(point);
  } else if (point < 0x800) {
    out += static_cast<char>(0xC0 | point >> 6);
    out += static_cast<char>(0x80 | (point & 63));
  } else if (point < 0x10000) {
    out += static_cast<char>(0xE0 | point >> 12);
    out += static_cast<char>(0x80 | (point >> 6 & 63));
    out += static_cast<char>(0x80 | (point & 63));
  } else {
    out += static_cast<char>(0xF0 | point >> 18);
    out += static_cast<char>(0x80 | (point >> 12 & 63));
    out += static_cast<char>(0x80 | (point >> 6 & 63));
    out += static_cast<char>(0x80 | (point & 63));
  }
}

}  // namespace

std::string sort_name(std::string_view name) {
  std::string out;
  out.reserve(name.size());
  for (size_t at = 0; at < name.size();) {
    const uint32_t point = next_point(name, at);
    if (point == ' ' || point == 0xA0 || point < 0x20) {
      if (!out.empty() && out.back() != ' ') out += ' ';
      continue;
    }
    const Folded folded = fold(point);
    append_point(out, folded.first);
    append_point(out, folded.second);
  }
  if (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

}  // namespace kith::core
