// SPDX-License-Identifier: AGPL-3.0-or-later

// The part of the command line that is about groups: kith group ...
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cli/commands/commands.h"

namespace CLI {
class App;
}

namespace kith::cli {

// Where the parser writes to.
struct GroupOptions {
  std::string group;
  std::string member;
  std::vector<std::string> people;
  std::string text;
  bool json = false;
  bool no_photo = false;
  GroupCreateOptions create;
  GroupPermissionsOptions permissions;
  GroupLinkOptions link;
};

// Adds a command below another, which runs `run` with the options as they were read.
using AddGroupCommand = std::function<CLI::App&(CLI::App& parent, const char* name, const char* help,
                                                std::function<ExitCode(Context, const GroupOptions&)> run)>;

// `options` outlives the parser.
void add_group_commands(CLI::App& app, GroupOptions& options, const AddGroupCommand& add);

}  // namespace kith::cli
