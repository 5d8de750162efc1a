// SPDX-License-Identifier: AGPL-3.0-or-later

#include "cli/command_words.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <sstream>

#include "cli/suggestion.h"

namespace kith::cli {
namespace {

OptionEntry described(const CLI::Option& option) {
  OptionEntry entry;
  for (const std::string& name : option.get_snames()) entry.names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) entry.names.push_back("--" + name);
  entry.help = option.get_description();
  entry.required = option.get_required();
  if (option.get_items_expected_max() == 0) return entry;
  // "TYPE:{one,two}" is what CLI11 makes of a type and IsMember
  const std::string type = option.get_type_name();
  entry.value = type.substr(0, type.find(':'));
  if (const size_t from = type.find(":{"); from != std::string::npos) {
    std::istringstream words(type.substr(from + 2, type.find('}') - from - 2));
    for (std::string word; std::getline(words, word, ',');) entry.choices.push_back(word);
  }
  return entry;
}

void describe(const CLI::App& command, const std::vector<std::string>& path, CommandTable& table) {
  CommandEntry entry{path, command.get_description(), {}};
  for (const CLI::Option* const option : command.get_options()) entry.options.push_back(described(*option));
  table.push_back(std::move(entry));
  for (const CLI::App* const below : command.get_subcommands(nullptr)) {
    std::vector<std::string> its = path;
    its.push_back(below->get_name());
    describe(*below, its, table);
  }
}

}  // namespace

CommandTable table_of(const CLI::App& app) {
  CommandTable table;
  describe(app, {}, table);
  return table;
}

CommandWords::CommandWords(const CLI::App& app, std::vector<std::string> words) : app_(app), words_(std::move(words)) {
  for (const CommandEntry& command : table_of(app)) {
    for (const OptionEntry& option : command.options) {
      if (!option.value.empty()) with_value_.insert(with_value_.end(), option.names.begin(), option.names.end());
    }
  }
  part_from_empty_values();
  if (const auto help = first_that_is_no_option(); help != words_.end() && *help == "help") {
    words_.erase(help);  // kith help send: kith send --help
    words_.emplace_back("--help");
  }
}

bool CommandWords::takes_value(const std::string& word) const {
  return std::ranges::find(with_value_, word) != with_value_.end();
}

// CLI11 takes "--home=" for "--home", and the next word for its value.
void CommandWords::part_from_empty_values() {
  for (size_t i = 0; i < words_.size() && words_[i] != "--"; ++i) {
    if (takes_value(words_[i])) {
      ++i;
    } else if (words_[i].ends_with('=') && takes_value(words_[i].substr(0, words_[i].size() - 1))) {
      words_[i].pop_back();
      words_.insert(words_.begin() + static_cast<ptrdiff_t>(++i), "");
    }
  }
}

std::vector<std::string>::iterator CommandWords::first_that_is_no_option() {
  for (auto word = words_.begin(); word != words_.end() && *word != "--"; ++word) {
    if (!word->starts_with('-')) return word;
    if (takes_value(*word) && ++word == words_.end()) break;
  }
  return words_.end();
}

// The first word like -hi that is not the value of an option.
std::string CommandWords::text_in_place_of_options() const {
  const std::string* before = nullptr;
  for (const std::string& word : words_) {
    if (word == "--") break;
    const bool is_value = before != nullptr && takes_value(*before);
    const bool is_several = word.size() > 2 && word[0] == '-' && word[1] != '-' && !(word[1] >= '0' && word[1] <= '9');
    if (!is_value && is_several && word.find_first_not_of("hv", 1) != std::string::npos) return no_option(word);
    before = is_value ? nullptr : &word;
  }
  return "";
}

std::pair<const CLI::App*, std::string> CommandWords::command_named() const {
  const CLI::App* command = &app_;
  std::string path;
  while (!command->get_subcommands().empty()) {
    command = command->get_subcommands().front();
    path += command->get_name() + " ";
  }
  return {command, path};
}

std::string CommandWords::unknown_option() const {
  const std::vector<std::string> rest = app_.remaining(true);  // in no promised order
  for (const std::string& word : words_) {
    if (word == "--") break;
    if (word.size() > 1 && word[0] == '-' && std::ranges::find(rest, word) != rest.end()) return no_option(word);
  }
  return "";
}

std::string CommandWords::no_option(const std::string& word) const {
  std::vector<std::string> known;
  for (const CLI::App* const command : {command_named().first, &app_}) {
    for (const CLI::Option* const option : command->get_options()) {
      for (const std::string& name : option->get_lnames()) known.push_back("--" + name);
    }
  }
  const std::string meant = word.starts_with("--") ? nearest_word(word, known) : "";
  return word + " is no option." + (meant.empty() ? "" : " Did you mean " + meant + "?") +
         " A text that begins with - goes after --, like: kith send WHOM -- TEXT";
}

std::string CommandWords::unknown_command() const {
  const auto [parent, path] = command_named();
  std::vector<std::string> known;
  for (const CLI::App* const command : parent->get_subcommands(nullptr)) known.push_back(command->get_name());
  const std::vector<std::string> rest = app_.remaining(true);  // in no promised order
  for (const std::string& word : words_) {
    if (known.empty() || word.starts_with('-') || std::ranges::find(rest, word) == rest.end()) continue;
    const std::string meant = nearest_word(word, known);
    return "Unknown command " + path + word + "." + (meant.empty() ? "" : " Did you mean " + path + meant + "?");
  }
  return "";
}

}  // namespace kith::cli
