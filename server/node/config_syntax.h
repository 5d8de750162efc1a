// SPDX-License-Identifier: AGPL-3.0-or-later

// The configuration's text as TOML, also where it is not: every mistake is told, not the first one alone.
#pragma once

#include <toml++/toml.h>

#include <string>
#include <vector>

namespace kith::node {

struct Mistake {
  size_t line;  // from 1
  std::string what;
};

struct ParsedConfig {
  toml::table file;               // with the lines of the text
  std::vector<Mistake> mistakes;  // in the order of the text
};

// Statements that are no TOML, and those that say a second time what another one says, are mistakes and left out of
// the table; of a section whose heading is wrong, all of them. Ends at `mistakes_max`; then the table may be empty.
// A text with strings of several lines is not taken apart: then the first mistake is the only one.
// Throws std::bad_alloc.
ParsedConfig parse_config(std::string text, size_t mistakes_max);

}  // namespace kith::node
