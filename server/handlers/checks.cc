// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/handlers/checks.h"

#include "base/unicode.h"

namespace kith::handlers {

bool is_text(std::string_view text, size_t length_min, size_t length_max) {
  if (text.size() > length_max * 4 || !is_utf8(text)) return false;
  for (const char character : text) {
    const auto byte = static_cast<unsigned char>(character);
    if (byte < 0x20 || byte == 0x7f) return false;
  }
  const size_t length = utf8_length(text);
  return length >= length_min && length <= length_max;
}

bool is_line(std::string_view text, size_t length_max) {
  return is_text(text, 0, length_max) && one_line(text) == text;
}

bool is_name(std::string_view text) { return is_line(text, kNameCharactersMax) && has_visible(text); }

bool is_public_key(BytesView key) { return key.size() == kIdentityKeyBytes && key[0] == 5; }

}  // namespace kith::handlers
