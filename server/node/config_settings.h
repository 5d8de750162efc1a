// SPDX-License-Identifier: AGPL-3.0-or-later

// The list of all settings. Internal to the configuration.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "server/node/config.h"

namespace kith::node {

struct Setting {
  using Place = std::variant<bool& (*)(Config&), uint32_t& (*)(Config&), uint64_t& (*)(Config&),
                             std::string& (*)(Config&), std::vector<std::string>& (*)(Config&), Rate& (*)(Config&)>;

  const char* section;
  const char* key;
  const char* help;  // whole sentences; the file's comment
  Place place;
  uint64_t min = 0;  // of numbers
  uint64_t max = 0;
  std::vector<std::string> choices = {};  // of strings; empty: any
};

struct Section {
  const char* name;
  const char* help;
};

std::span<const Section> sections();
std::span<const Setting> settings();

}  // namespace kith::node
