// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/vcard_text.h"

#include <array>
#include <cstdint>

#include "base/bytes.h"

namespace kith::core {
namespace {

int hex_value(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  return -1;
}

int base64_value(char digit) {
  if (digit >= 'A' && digit <= 'Z') return digit - 'A';
  if (digit >= 'a' && digit <= 'z') return digit - 'a' + 26;
  if (digit >= '0' && digit <= '9') return digit - '0' + 52;
  if (digit == '+') return 62;
  if (digit == '/') return 63;
  return -1;
}

// Code points of windows-1252 for 0x80..0x9F; what it leaves undefined is U+FFFD. From 0xA0 on it is ISO-8859-1.
constexpr std::array<uint16_t, 32> kWindows1252 = {0x20AC, 0xFFFD, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
                                                   0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0xFFFD, 0x017D, 0xFFFD,
                                                   0xFFFD, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
                                                   0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0xFFFD, 0x017E, 0x0178};

// ISO-8859-1 in practice is windows-1252: its 0x80..0x9F would be control characters.
std::string windows_1252_to_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 4);
  for (const char character : text) {
    const auto byte = static_cast<uint8_t>(character);
    const uint16_t point = byte >= 0x80 && byte < 0xA0 ? kWindows1252[byte - 0x80] : byte;
    if (point < 0x80) {
      out += static_cast<char>(point);
    } else if (point < 0x800) {
      out += static_cast<char>(0xC0 | point >> 6);
      out += static_cast<char>(0x80 | (point & 63));
    } else {
      out += static_cast<char>(0xE0 | point >> 12);
      out += static_cast<char>(0x80 | (point >> 6 & 63));
      out += static_cast<char>(0x80 | (point & 63));
    }
  }
  return out;
}

}  // namespace

std::string decode_quoted_printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '=' && text.size() - at > 2) {
      const int high = hex_value(text[at + 1]);
      const int low = hex_value(text[at + 2]);
      if (high >= 0 && low >= 0) {
        out += static_cast<char>(high << 4 | low);
        at += 2;
        continue;
      }
    }
    out += text[at];
  }
  return out;
}

std::string decode_base64(std::string_view text) {
  std::string out;
  uint32_t bits = 0;
  int count = 0;
  for (const char character : text) {
    if (character == ' ' || character == '\t' || character == '\r' || character == '\n') continue;
    const int value = base64_value(character);
    if (value < 0) break;
    bits = bits << 6 | static_cast<uint32_t>(value);
    count += 6;
    if (count >= 8) {
      count -= 8;
      out += static_cast<char>(bits >> count & 0xFF);
    }
  }
  return out;
}

std::string to_utf8(std::string_view text, std::string_view charset) {
  const std::string name = to_upper(charset);
  const bool single_byte = name == "ISO-8859-1" || name == "LATIN1" || name == "WINDOWS-1252" || name == "CP1252";
  if (!single_byte && is_utf8(text)) return std::string(text);
  return windows_1252_to_utf8(text);
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

std::string collapse_spaces(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char character : text) {
    const bool space = static_cast<uint8_t>(character) <= ' ' || character == 0x7F;
    if (!space) {
      out += character;
    } else if (!out.empty() && out.back() != ' ') {
      out += ' ';
    }
  }
  if (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

}  // namespace kith::core
