// SPDX-License-Identifier: AGPL-3.0-or-later

#include "cli/json_line.h"

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "cli/characters.h"
#include "cli/output.h"

namespace kith::cli {

std::string json_string(std::string_view text) {
  using nlohmann::json;
  const std::string written = json(text).dump(-1, ' ', false, json::error_handler_t::replace);
  if (std::all_of(written.begin(), written.end(), [](char c) { return c >= ' ' && c <= '~'; })) return written;
  // JSON allows raw what a terminal obeys (U+009B begins an escape sequence) or what turns the writing direction.
  std::string out;
  out.reserve(written.size());
  for (std::string_view rest = written; !rest.empty();) {
    const CodePoint point = first_code_point(rest);
    if (is_harmless(point.value)) {
      out += rest.substr(0, point.length);
    } else {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned>(point.value));
      out += escape;
    }
    rest.remove_prefix(point.length);
  }
  return out;
}

std::string json_array(const std::vector<std::string>& values) {
  std::string array = "[";
  for (const std::string& value : values) array += (array.size() == 1 ? "" : ",") + value;
  return array + "]";
}

JsonLine& JsonLine::raw(std::string_view name, std::string_view value) {
  members_ += members_.empty() ? '{' : ',';
  members_ += json_string(name);
  members_ += ':';
  members_ += value;
  return *this;
}

}  // namespace kith::cli
