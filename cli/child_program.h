// SPDX-License-Identifier: AGPL-3.0-or-later

// A program of the user's, run for something that happened here.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/host.h"

namespace kith::cli {

struct ChildProgram {
  std::string command;  // for /bin/sh -c; nothing of others is ever put into it
  std::string input;    // its standard input
  std::vector<std::pair<std::string, std::string>> environment;  // besides this process's own; ends at a zero byte
};

// Runs it, and the host's loop meanwhile. It gets standard output and error of this process, and no other descriptor.
// Answers its exit code, 128 and the signal when it was killed, as shells do. Absent when it can't be started. A stop
// signal does not end it: this waits.
std::optional<int> run_child(Host& host, const ChildProgram& program);

}  // namespace kith::cli
