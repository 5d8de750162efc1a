// SPDX-License-Identifier: AGPL-3.0-or-later

// One JSON object on one line, written member by member in the order given.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kith::cli {

// The text as a JSON string with its quotes (RFC 8259). Bytes that are no UTF-8 become U+FFFD, so that the line is
// always valid; what a terminal would obey is escaped, so that the line can be looked at.
std::string json_string(std::string_view text);

// The values, which are JSON already, as an array.
std::string json_array(const std::vector<std::string>& values);

class JsonLine {
 public:
  JsonLine& text(std::string_view name, std::string_view value) { return raw(name, json_string(value)); }
  JsonLine& number(std::string_view name, uint64_t value) { return raw(name, std::to_string(value)); }
  JsonLine& boolean(std::string_view name, bool value) { return raw(name, value ? "true" : "false"); }
  // `value` is JSON already.
  JsonLine& raw(std::string_view name, std::string_view value);
  [[nodiscard]] std::string str() const { return members_ + (members_.empty() ? "{}" : "}"); }

 private:
  std::string members_;
};

}  // namespace kith::cli
