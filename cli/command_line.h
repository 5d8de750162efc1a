// SPDX-License-Identifier: AGPL-3.0-or-later

// The command line of `kith` in one place: commands, their options, help.
#pragma once

#include <functional>
#include <string>

#include "cli/command_table.h"
#include "cli/context.h"

namespace kith::cli {

struct CommandLine {
  std::string home;  // "": the default
  bool verbose = false;
  bool makes_home = false;      // where there is none; every other command only says so
  bool tells_failures = false;  // the command says itself which messages were not sent
  // The command; absent when there is none to run (--help, --version, or a mistake), and `code` and `text` are what the
  // program ends with.
  std::function<ExitCode(Context)> run;
  ExitCode code = ExitCode::kOk;
  std::string text;
};

// What the parser takes.
CommandTable command_table();

CommandLine parse_command_line(int count, const char* const* arguments);

}  // namespace kith::cli
