// SPDX-License-Identifier: AGPL-3.0-or-later

#include <algorithm>

#include "cli/command_table.h"

namespace kith::cli {
namespace {

std::string joined(const std::vector<std::string>& words, const char* separator = " ") {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : separator) + word;
  return text;
}

// In single quotes, for all three shells.
std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') {
      out += "'\\''";
    } else {
      out += c;
    }
  }
  return out + "'";
}

bool is_below(const CommandEntry& command, const std::vector<std::string>& path) {
  return command.path.size() == path.size() + 1 && std::equal(path.begin(), path.end(), command.path.begin());
}

std::vector<std::string> names_below(const CommandTable& table, const std::vector<std::string>& path) {
  std::vector<std::string> names;
  for (const CommandEntry& command : table) {
    if (is_below(command, path)) names.push_back(command.path.back());
  }
  return names;
}

bool wants_file(const OptionEntry& option) { return option.value == "FILE" || option.value == "CMD"; }

// ---------------------------------------------------------------- bash

std::string bash_script(const CommandTable& table) {
  std::string values, words, with_value;
  for (const CommandEntry& command : table) {
    std::vector<std::string> all = names_below(table, command.path);
    for (const OptionEntry& option : command.options) {
      all.insert(all.end(), option.names.begin(), option.names.end());
      if (option.names.empty()) all.insert(all.end(), option.choices.begin(), option.choices.end());
      if (option.names.empty() || option.value.empty()) continue;
      with_value += (with_value.empty() ? "" : "|") + joined(option.names, "|");
      const std::string pattern = quoted(joined(command.path)) + ":" + joined(option.names, "|");
      if (!option.choices.empty())
        values += "    " + pattern + ") COMPREPLY=($(compgen -W " + quoted(joined(option.choices)) +
                  " -- \"$current\")); return;;\n";
    }
    words += "    " + quoted(joined(command.path)) + ") words=" + quoted(joined(all)) + ";;\n";
  }
  return "# Completion of kith for bash.\n"
         "_kith() {\n"
         "  local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} command= words= i\n"
         "  for ((i = 1; i < COMP_CWORD; ++i)); do\n"
         "    case ${COMP_WORDS[i]} in\n"
         "    " +
         with_value +
         ") ((++i));;\n"
         "    -*) ;;\n"
         "    *) case \" " +
         [&] {
           std::string paths;
           for (const CommandEntry& command : table) paths += joined(command.path) + "|";
           return paths;
         }() +
         "\" in\n"
         "       *\"|${command:+$command }${COMP_WORDS[i]}|\"*) command=${command:+$command }${COMP_WORDS[i]};;\n"
         "       esac;;\n"
         "    esac\n"
         "  done\n"
         "  case $command:$before in\n" +
         values +
         "    *:--home) COMPREPLY=($(compgen -d -- \"$current\")); return;;\n"
         "  esac\n"
         "  case $command in\n" +
         words +
         "  esac\n"
         "  COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
         "}\n"
         "complete -o bashdefault -o default -F _kith kith\n";
}

// ---------------------------------------------------------------- zsh

std::string zsh_help(const std::string& help) {
  std::string out;
  for (const char c : help) {
    if (c == '[' || c == ']' || c == ':' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::string zsh_value(const OptionEntry& option) {
  if (option.value.empty()) return "";
  std::string action = " ";
  if (!option.choices.empty()) action = "(" + joined(option.choices) + ")";
  if (wants_file(option)) action = "_files";
  if (option.value == "DIR") action = "_files -/";
  return ":" + zsh_help(option.value) + ":" + action;
}

std::string zsh_arguments(const CommandEntry& command) {
  std::string text;
  for (const OptionEntry& option : command.options) {
    for (const std::string& name : option.names)
      text += " \\\n      " + quoted(name + "[" + zsh_help(option.help) + "]" + zsh_value(option));
    if (option.names.empty()) text += " \\\n      " + quoted("*" + zsh_value(option));
  }
  return text;
}

std::string zsh_script(const CommandTable& table) {
  std::string text = "#compdef kith\n# Completion of kith for zsh.\n";
  for (const CommandEntry& command : table) {
    const std::vector<std::string> below = names_below(table, command.path);
    text += "_kith" + (command.path.empty() ? "" : "_" + joined(command.path, "_")) + "() {\n";
    if (below.empty()) {
      text += "  _arguments" + zsh_arguments(command) + "\n}\n";
      continue;
    }
    text += "  local -a commands=(\n";
    for (const CommandEntry& one : table) {
      if (is_below(one, command.path)) text += "    " + quoted(one.path.back() + ":" + zsh_help(one.help)) + "\n";
    }
    text += "  )\n  _arguments -C" + zsh_arguments(command) +
            " \\\n      '1: :->command' '*:: :->rest'\n"
            "  case $state in\n"
            "    command) _describe command commands;;\n"
            "    rest) (( $+functions[_kith" +
            (command.path.empty() ? "" : "_" + joined(command.path, "_")) + "_$words[1]] )) && _kith" +
            (command.path.empty() ? "" : "_" + joined(command.path, "_")) +
            "_$words[1];;\n"
            "  esac\n}\n";
  }
  return text + "_kith \"$@\"\n";
}

// ---------------------------------------------------------------- fish

std::string fish_script(const CommandTable& table) {
  std::string text = "# Completion of kith for fish.\ncomplete -c kith -f\n";
  for (const CommandEntry& command : table) {
    const std::vector<std::string> below = names_below(table, command.path);
    std::string when = command.path.empty() ? "__fish_use_subcommand" : "";
    for (const std::string& word : command.path) {
      when += (when.empty() ? "" : "; and ") + std::string("__fish_seen_subcommand_from ") + word;
    }
    for (const CommandEntry& one : table) {
      if (!is_below(one, command.path)) continue;
      const std::string not_yet =
          below.empty() || command.path.empty() ? "" : "; and not __fish_seen_subcommand_from " + joined(below);
      text +=
          "complete -c kith -n " + quoted(when + not_yet) + " -a " + one.path.back() + " -d " + quoted(one.help) + "\n";
    }
    for (const OptionEntry& option : command.options) {
      if (option.names.empty()) {
        if (!option.choices.empty())
          text += "complete -c kith -n " + quoted(when) + " -a " + quoted(joined(option.choices)) + "\n";
        if (wants_file(option)) text += "complete -c kith -n " + quoted(when) + " -F\n";
        continue;
      }
      text += "complete -c kith";
      if (!command.path.empty()) text += " -n " + quoted(when);
      for (const std::string& name : option.names)
        text += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
      if (!option.value.empty()) text += wants_file(option) || option.value == "DIR" ? " -r -F" : " -x";
      if (!option.choices.empty()) text += " -a " + quoted(joined(option.choices));
      text += " -d " + quoted(option.help) + "\n";
    }
  }
  return text;
}

}  // namespace

std::string completion_script(const CommandTable& table, Shell shell) {
  switch (shell) {
    case Shell::kBash: return bash_script(table);
    case Shell::kZsh: return zsh_script(table);
    case Shell::kFish: return fish_script(table);
  }
  return "";
}

}  // namespace kith::cli
