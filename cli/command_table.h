// SPDX-License-Identifier: AGPL-3.0-or-later

// The commands and their options as data: what shell completion and the manual page are written from. command_words.cc
// makes the table of the parser, so that they say what it takes.
#pragma once

#include <string>
#include <vector>

namespace kith::cli {

struct OptionEntry {
  std::vector<std::string> names;    // "-v", "--verbose"; none: it stands by its place
  std::string value;                 // "WHOM"; "": takes none
  std::vector<std::string> choices;  // all that the value can be; none: anything
  std::string help;
  bool required = false;
};
struct CommandEntry {
  std::vector<std::string> path;  // {"contacts", "add"}; none: the program itself
  std::string help;
  std::vector<OptionEntry> options;
};
using CommandTable = std::vector<CommandEntry>;  // the program first, each command before its own

enum class Shell { kBash, kZsh, kFish };
std::string completion_script(const CommandTable& table, Shell shell);

// kith(1), in man(7)'s macros.
std::string manual_page(const CommandTable& table, const std::string& version);

}  // namespace kith::cli
