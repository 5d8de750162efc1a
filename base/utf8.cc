// SPDX-License-Identifier: AGPL-3.0-or-later

#include "base/utf8.h"

#include "base/bytes.h"

namespace kith {

uint32_t next_point(std::string_view text, size_t& at) {
  const auto lead = static_cast<uint8_t>(text[at]);
  if (lead < 0x80) {
    ++at;
    return lead;
  }
  const size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  const std::string_view sequence = text.substr(at, length);
  if (sequence.size() != length || !is_utf8(sequence)) {
    ++at;
    return kReplacementPoint;
  }
  at += length;
  uint32_t point = lead & (0x7Fu >> length);
  for (size_t i = 1; i < length; ++i) point = point << 6 | (static_cast<uint8_t>(sequence[i]) & 63u);
  return point;
}

void append_point(std::string& out, uint32_t point) {
  if (point < 0x80) {
    out += static_cast<char>(point);
    return;
  }
  const int more = point < 0x800 ? 1 : point < 0x10000 ? 2 : 3;
  out += static_cast<char>((0xF0u << (3 - more) & 0xFF) | point >> (6 * more));
  for (int i = more - 1; i >= 0; --i) out += static_cast<char>(0x80 | (point >> (6 * i) & 63));
}

std::string_view first_characters(std::string_view text, size_t characters) {
  size_t at = 0;
  for (size_t count = 0; at < text.size(); ++at) {
    if ((static_cast<uint8_t>(text[at]) & 0xC0) != 0x80 && count++ == characters) break;
  }
  return text.substr(0, at);
}

}  // namespace kith
