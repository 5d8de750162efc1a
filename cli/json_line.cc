// SPDX-License-Identifier: AGPL-3.0-or-later

#include "cli/json_line.h"

#include <cstdio>

#include "base/bytes.h"

namespace kith::cli {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

size_t sequence_length(unsigned char lead) { return lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4; }

}  // namespace

std::string json_string(std::string_view text) {
  std::string out = "\"";
  const bool clean = is_utf8(text);
  for (size_t i = 0; i < text.size();) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x80) {
      const std::string_view sequence = text.substr(i, sequence_length(c));
      const bool valid = clean || (sequence.size() == sequence_length(c) && is_utf8(sequence));
      out += valid ? sequence : kReplacement;
      i += valid ? sequence.size() : 1;
      continue;
    }
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default:
        if (c < 0x20 || c == 0x7F) {
          char escape[8];
          std::snprintf(escape, sizeof escape, "\\u%04x", c);
          out += escape;
        } else {
          out += static_cast<char>(c);
        }
    }
    ++i;
  }
  return out += '"';
}

JsonLine& JsonLine::raw(std::string_view name, std::string_view value) {
  members_ += members_.empty() ? '{' : ',';
  members_ += json_string(name);
  members_ += ':';
  members_ += value;
  return *this;
}

}  // namespace kith::cli
