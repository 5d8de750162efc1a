// SPDX-License-Identifier: AGPL-3.0-or-later

// kithd's command line.
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "server/node/config.h"

namespace kith::node {

// Run the server.
struct Serve {
  Config config;
};
// Say what is wrong with the configuration, or write it out.
struct CheckConfig {
  std::string file;
};
struct PrintConfig {};
// Everything was said already (--help, --version, an error): end with this code.
struct Finished {
  int exit_code;
};
using Command = std::variant<Serve, CheckConfig, PrintConfig, Finished>;

// Reads the command line, and the configuration file it names; options win over the file. Errors go to standard error.
Command read_command_line(int argc, const char* const* argv);

}  // namespace kith::node
