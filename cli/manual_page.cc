// SPDX-License-Identifier: AGPL-3.0-or-later

#include "cli/command_table.h"
#include "cli/exit_code.h"

namespace kith::cli {
namespace {

// man(7) takes a backslash, and a line that begins with a dot or a quote, for its own.
std::string roff(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else {
      if ((c == '.' || c == '\'') && (out.empty() || out.back() == '\n')) out += "\\&";
      out += c;
    }
  }
  return out;
}

std::string bold(const std::string& text) { return "\\fB" + roff(text) + "\\fR"; }
std::string italic(const std::string& text) { return "\\fI" + roff(text) + "\\fR"; }

// What an option takes: its choices, where there are such.
std::string value_of(const OptionEntry& option) {
  if (option.choices.empty()) return italic(option.value);
  std::string choices;
  for (const std::string& choice : option.choices) choices += (choices.empty() ? "" : "|") + bold(choice);
  return choices;
}

std::string synopsis(const CommandEntry& command) {
  std::string line = bold("kith");
  for (const std::string& word : command.path) line += " " + bold(word);
  bool has_options = false;
  for (const OptionEntry& option : command.options) has_options = has_options || !option.names.empty();
  if (has_options) line += " [" + italic("OPTION") + "]...";
  for (const OptionEntry& option : command.options) {
    if (!option.names.empty()) continue;
    line += option.required ? " " + value_of(option) : " [" + value_of(option) + "]";
  }
  return line;
}

std::string options(const CommandEntry& command) {
  std::string text;
  for (const OptionEntry& option : command.options) {
    const bool is_help = option.names.size() == 2 && option.names[1] == "--help";
    if (option.names.empty() || (is_help && !command.path.empty())) continue;
    std::string names;
    for (const std::string& name : option.names) names += (names.empty() ? "" : ", ") + bold(name);
    if (!option.value.empty()) names += " " + value_of(option);
    text += ".TP\n" + names + "\n" + roff(option.help) + "\n";
  }
  return text;
}

}  // namespace

std::string manual_page(const CommandTable& table, const std::string& version) {
  std::string page =
      ".\\\" Written by kith from its own command table.\n.TH KITH 1 \"\" \"" + roff(version) +
      "\" \"User Commands\"\n"
      ".SH NAME\nkith \\- a private messenger, in the terminal\n"
      ".SH SYNOPSIS\n" +
      bold("kith") + " [" + italic("OPTION") + "]... " + italic("COMMAND") + " [" + italic("ARGUMENT") +
      "]...\n"
      ".SH DESCRIPTION\n"
      "A whole Kith client: for people in a terminal, for shell scripts, and, as " +
      bold("kith rpc") + ", for programs. Data goes to standard output, words for people to standard error.\n.PP\n" +
      italic("WHOM") +
      " is a phone number with country code (+491700000001), an e-mail address, a username (@ana), the name "
      "of a contact or a group, group:ID, a conversation's id, or \"Note to self\". " +
      italic("GROUP") +
      " is group:ID, the id alone, a conversation's id, or a title. A text that begins with \\- goes after " +
      bold("--") + ".\n.SH OPTIONS\n" + options(table.front()) + ".SH COMMANDS\n";
  for (const CommandEntry& command : table) {
    if (command.path.empty()) continue;
    page += ".SS " + synopsis(command) + "\n" + roff(command.help) + ".\n" + options(command);
  }
  page += ".SH EXIT STATUS\n";
  for (const ExitCodeMeaning& code : exit_code_meanings())
    page += ".TP\n" + bold(std::to_string(static_cast<int>(code.code))) + "\n" + roff(code.meaning) + "\n";
  page += ".SH FILES\n.TP\n" + bold("$KITH_HOME") + ", else " + bold("$XDG_DATA_HOME/kith") + ", else " +
          bold("~/.local/share/kith") +
          "\nThe home: keys, messages, and what waits to be sent. Whoever copies it copies the device.\n";
  return page;
}

}  // namespace kith::cli
