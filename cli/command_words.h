// SPDX-License-Identifier: AGPL-3.0-or-later

// The words of a command line beside the parser: made such that it reads them as a person means them, and what to say
// of those that it refuses.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "cli/command_table.h"

namespace CLI {
class App;
}

namespace kith::cli {

// What the parser takes.
CommandTable table_of(const CLI::App& app);

class CommandWords {
 public:
  // `app` outlives this. Empty values are words of their own, and "help" before a command is --help behind it.
  CommandWords(const CLI::App& app, std::vector<std::string> words);

  // As the parser wants them.
  [[nodiscard]] std::vector<std::string> reversed() const { return {words_.rbegin(), words_.rend()}; }

  // Mistakes, in words for the person; "" where there is none.
  // A text that the parser would take apart, letter by letter, as if it were several options in one word.
  [[nodiscard]] std::string text_in_place_of_options() const;
  // After parsing: a word that is like an option and is none; one that stands where a command should.
  [[nodiscard]] std::string unknown_option() const;
  [[nodiscard]] std::string unknown_command() const;

 private:
  [[nodiscard]] bool takes_value(const std::string& word) const;
  void part_from_empty_values();
  // Where the command stands, if there is one.
  [[nodiscard]] std::vector<std::string>::iterator first_that_is_no_option();
  // The command that was named so far, and its name with those above it, each followed by a space.
  [[nodiscard]] std::pair<const CLI::App*, std::string> command_named() const;
  [[nodiscard]] std::string no_option(const std::string& word) const;

  const CLI::App& app_;
  std::vector<std::string> words_;
  std::vector<std::string> with_value_;  // options that take one
};

}  // namespace kith::cli
