// SPDX-License-Identifier: AGPL-3.0-or-later

// The configuration as a documented file.
#include <string>

#include "base/bytes.h"
#include "server/node/config_settings.h"

namespace kith::node {

namespace {

constexpr size_t kLineMax = 110;

// The text as comment lines, broken at blanks.
std::string comment(const std::string& text) {
  std::string out;
  size_t line = 0;
  for (size_t start = 0; start < text.size();) {
    const size_t end = std::min(text.find(' ', start), text.size());
    const std::string word = text.substr(start, end - start);
    if (line == 0 || line + 1 + word.size() > kLineMax) {
      if (line != 0) out += '\n';
      out += "# " + word;
      line = 2 + word.size();
    } else {
      out += ' ' + word;
      line += 1 + word.size();
    }
    start = end + 1;
  }
  return out + '\n';
}

// A basic string of TOML: quotes, backslashes and control characters are escaped, so that it stays on its line.
std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      out += "\\u00" + to_hex({&c, 1});
      continue;
    }
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string print(bool value) { return value ? "true" : "false"; }
std::string print(uint32_t value) { return std::to_string(value); }
std::string print(uint64_t value) { return std::to_string(value); }
std::string print(const std::string& value) { return quoted(value); }
std::string print(const std::vector<std::string>& values) {
  std::string out;
  for (const std::string& value : values) out += (out.empty() ? "" : ", ") + quoted(value);
  return "[" + out + "]";
}
std::string print(const Rate& rate) {
  return "{ burst = " + std::to_string(rate.burst) + ", refill_ms = " + std::to_string(rate.refill_ms) + " }";
}

std::string range_of(const Setting& setting) {
  if (!setting.choices.empty()) {
    std::string out;
    for (const std::string& choice : setting.choices) out += (out.empty() ? " One of: " : ", ") + choice;
    return out + '.';
  }
  return setting.max != 0 ? " (" + std::to_string(setting.min) + " to " + std::to_string(setting.max) + ")" : "";
}

}  // namespace

std::string print_config(const Config& config) {
  Config copy = config;
  std::string out =
      "# Configuration of kithd: every setting, with its default. What is left out keeps its default.\n"
      "# kithd --config FILE reads it; kithd check-config FILE says what is wrong with it; kithd print-config writes "
      "this.\n";
  for (const Section& section : sections()) {
    out += '\n' + comment(section.help) + '[' + section.name + "]\n";
    for (const Setting& setting : settings()) {
      if (std::string(setting.section) != section.name) continue;
      out += comment(setting.help + range_of(setting));
      out += std::string(setting.key) + " = " +
             std::visit([&](auto place) { return print(place(copy)); }, setting.place) + '\n';
    }
  }
  return out;
}

}  // namespace kith::node
