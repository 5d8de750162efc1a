// SPDX-License-Identifier: AGPL-3.0-or-later

#include "cli/command_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "cli/command_line.h"
#include "cli/suggestion.h"

namespace kith::cli {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

const CommandEntry& command(const CommandTable& table, const std::vector<std::string>& path) {
  for (const CommandEntry& entry : table) {
    if (entry.path == path) return entry;
  }
  ADD_FAILURE() << "no such command";
  return table.front();
}

TEST(CommandTable, HasEachCommandWithItsOptionsAndWhatTheyCanBe) {
  const CommandTable table = command_table();
  EXPECT_TRUE(table.front().path.empty());
  const CommandEntry& send = command(table, {"send"});
  bool has_wait = false;
  for (const OptionEntry& option : send.options) {
    if (!std::count(option.names.begin(), option.names.end(), "--wait")) continue;
    has_wait = true;
    EXPECT_THAT(option.choices, ElementsAre("sent", "delivered", "read"));
    EXPECT_FALSE(option.required);
  }
  EXPECT_TRUE(has_wait);
  EXPECT_EQ(command(table, {"contacts", "add"}).help, "Add a contact, or rename one");
}

// What bash offers for a line whose last word is being written.
std::vector<std::string> offered(const std::string& line) {
  const std::string file = ::testing::TempDir() + "/kith_completion_" + std::to_string(::getpid());
  std::ofstream(file) << completion_script(command_table(), Shell::kBash);
  const std::string program = "bash -c 'source " + file + "; COMP_WORDS=(" + line +
                              "); COMP_CWORD=$((${#COMP_WORDS[@]}-1)); _kith; printf \"%s\\n\" \"${COMPREPLY[@]}\"'";
  std::vector<std::string> words;
  FILE* const pipe = ::popen(program.c_str(), "r");
  char text[256];
  while (std::fgets(text, sizeof text, pipe) != nullptr) {
    std::string word = text;
    word.pop_back();
    words.push_back(word);
  }
  EXPECT_EQ(::pclose(pipe), 0);
  std::remove(file.c_str());
  return words;
}

TEST(Completion, BashOffersCommandsOptionsAndValues) {
  EXPECT_THAT(offered("kith se"), ElementsAre("send", "search", "settings"));
  EXPECT_THAT(offered("kith send --w"), ElementsAre("--wait"));
  EXPECT_THAT(offered("kith send --wait \"\""), ElementsAre("sent", "delivered", "read"));
  EXPECT_THAT(offered("kith --home send contacts \"\""), Contains("import"));
  EXPECT_THAT(offered("kith contacts add --"), Not(Contains("--json")));
  EXPECT_THAT(offered("kith completion z"), ElementsAre("zsh"));
  EXPECT_THAT(offered("kith group le"), ElementsAre("leave", "let-in"));
  EXPECT_THAT(offered("kith group permissions x --send \"\""), ElementsAre("all", "admins"));
}

TEST(Completion, EveryShellGetsEveryCommand) {
  const CommandTable table = command_table();
  for (const Shell shell : {Shell::kBash, Shell::kZsh, Shell::kFish}) {
    const std::string script = completion_script(table, shell);
    for (const CommandEntry& entry : table) {
      if (entry.path.empty()) continue;
      EXPECT_THAT(script, HasSubstr(entry.path.back()));
    }
  }
}

TEST(ManualPage, HasEveryCommandAndNoLineThatManTakesForAMacroOfItsOwn) {
  const CommandTable table = command_table();
  const std::string page = manual_page(table, "kith 1");
  for (const CommandEntry& entry : table) {
    if (entry.path.empty()) continue;
    std::string name = entry.path.back();
    for (size_t at = 0; (at = name.find('-', at)) != std::string::npos; at += 2) name.insert(at, "\\");
    EXPECT_THAT(page, HasSubstr("\\fB" + name + "\\fR"));
  }
  EXPECT_THAT(page, HasSubstr("\\fB\\-\\-wait\\fR \\fBsent\\fR|\\fBdelivered\\fR|\\fBread\\fR"));
  std::istringstream lines(page);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with('.')) continue;
    EXPECT_TRUE(line.starts_with(".TH ") || line.starts_with(".SH ") || line.starts_with(".SS ") || line == ".TP" ||
                line == ".PP" || line.starts_with(".\\\""))
        << line;
  }
}

TEST(Suggestion, IsTheNearestWordOrNone) {
  const std::vector<std::string> words = {"send", "search", "settings", "receive", "rpc"};
  EXPECT_EQ(nearest_word("sned", words), "send");
  EXPECT_EQ(nearest_word("serach", words), "search");
  EXPECT_EQ(nearest_word("recieve", words), "receive");
  EXPECT_EQ(nearest_word("set", words), "settings");
  EXPECT_EQ(nearest_word("xylophone", words), "");
  EXPECT_EQ(nearest_word("q", words), "");
  EXPECT_EQ(nearest_word(std::string(1'000'000, 's'), words), "");
}

}  // namespace
}  // namespace kith::cli
