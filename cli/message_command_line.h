// SPDX-License-Identifier: AGPL-3.0-or-later

// The part of the command line that is about messages that are there: sent again, edited, deleted, forwarded, pinned,
// starred, reacted to.
#pragma once

#include <functional>

#include "cli/commands/commands.h"

namespace CLI {
class App;
}

namespace kith::cli {

// Where the parser writes to.
struct MessageOptions {
  FailedOptions failed;
  RetryOptions retry;
  DeleteOptions remove;
  EditOptions edit;
  VersionsOptions versions;
  ForwardOptions forward;
  PinMessageOptions pin;
  PinnedOptions pinned;
  StarOptions star;
  StarredOptions starred;
  ReactOptions react;
};

// Adds a command below another, which runs `run` with the options as they were read.
using AddMessageCommand = std::function<CLI::App&(CLI::App& parent, const char* name, const char* help,
                                                  std::function<ExitCode(Context, const MessageOptions&)> run)>;

// `options` outlives the parser.
void add_message_commands(CLI::App& app, MessageOptions& options, const AddMessageCommand& add);

}  // namespace kith::cli
