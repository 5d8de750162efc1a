// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/vcard_text.h"

#include <algorithm>
#include <cstdint>
#include <iterator>

#include "base/bytes.h"
#include "base/utf8.h"

namespace kith::core {
namespace {

struct CharsetName {
  std::string_view name;
  size_t table;
};

// For each charset what 0x80 to 0xFF are; 0: nothing.
#include "core/charset_tables.inc"

std::optional<std::string> from_table(std::string_view text, const uint16_t (&table)[128]) {
  std::string out;
  out.reserve(text.size() + text.size() / 4);
  for (const char character : text) {
    const auto byte = static_cast<uint8_t>(character);
    if (byte >= 0x80 && table[byte - 0x80] == 0) return std::nullopt;
    append_point(out, byte < 0x80 ? byte : table[byte - 0x80]);
  }
  return out;
}

// Whether text without a charset may be of Western Europe: there letters with diacritics stand alone or by two, and
// above 0x7F are letters. Other charsets have runs of bytes or what is none of that.
bool may_be_western(std::string_view text) {
  constexpr std::string_view kLetters = "\x8A\x8C\x8E\x92\x9A\x9C\x9E\x9F";  // and the apostrophe
  size_t run = 0;
  for (const char character : text) {
    const auto byte = static_cast<uint8_t>(character);
    run = byte < 0x80 ? 0 : run + 1;
    if (run > 2 || (byte >= 0x80 && byte < 0xA0 && kLetters.find(character) == std::string_view::npos)) return false;
  }
  return true;
}

}  // namespace

std::string decode_quoted_printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t at = 0; at < text.size(); ++at) {
    const auto byte = text[at] == '=' && at + 2 < text.size() ? from_hex(text.substr(at + 1, 2)) : std::nullopt;
    if (byte) at += 2;
    out += byte ? (*byte)[0] : text[at];
  }
  return out;
}

std::string decode_base64(std::string_view text) {
  std::string digits;
  for (const char character : text) {
    const bool letter = (character >= 'A' && character <= 'Z') || (character >= 'a' && character <= 'z');
    if (letter || (character >= '0' && character <= '9')) {
      digits += character;
    } else if (character == '+' || character == '/') {
      digits += character == '+' ? '-' : '_';
    } else if (std::string_view(" \t\r\n").find(character) == std::string_view::npos) {
      break;
    }
  }
  if (digits.size() % 4 == 1) digits.pop_back();  // no byte's worth
  return from_base64url(digits).value_or("");
}

std::optional<std::string> to_utf8(std::string_view text, std::string_view charset) {
  const std::string name = to_upper(charset);
  const auto* const named = std::ranges::find(kCharsetNames, name, &CharsetName::name);
  if (named != std::end(kCharsetNames)) return from_table(text, kCharsets[named->table]);
  const bool unsaid = name.empty() || name == "UTF-8" || name == "UTF8" || name == "US-ASCII" || name == "ASCII";
  // An escape is how ISO-2022 changes to another charset.
  const bool ascii =
      std::ranges::all_of(text, [](char byte) { return static_cast<uint8_t>(byte) < 0x80 && byte != 27; });
  if (ascii || (unsaid && is_utf8(text))) return std::string(text);
  return unsaid && may_be_western(text) ? from_table(text, kCharsets[0]) : std::nullopt;
}

std::string unescape(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\\' && at + 1 < text.size()) {
      const char next = text[at + 1];
      if (next == 'n' || next == 'N') {
        out += '\n';
        ++at;
        continue;
      }
      if (next == ',' || next == ';' || next == ':' || next == '\\') {
        out += next;
        ++at;
        continue;
      }
    }
    out += text[at];
  }
  return out;
}

std::vector<std::string_view> split_escaped(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  size_t begin = 0;
  for (size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\\') {
      ++at;
    } else if (text[at] == separator) {
      parts.push_back(text.substr(begin, at - begin));
      begin = at + 1;
    }
  }
  parts.push_back(text.substr(begin));
  return parts;
}

std::string to_upper(std::string_view text) {
  std::string out(text);
  for (char& character : out) {
    if (character >= 'a' && character <= 'z') character = static_cast<char>(character - 32);
  }
  return out;
}

}  // namespace kith::core
