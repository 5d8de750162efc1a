// SPDX-License-Identifier: AGPL-3.0-or-later

// The part of the command line that is about conversations: shown, searched, put away, cleared, in lists.
#pragma once

#include <functional>
#include <string>

#include "cli/commands/commands.h"

namespace CLI {
class App;
}

namespace kith::cli {

// Where the parser writes to.
struct ConversationOptions {
  std::string whom;
  ChatOptions chat;
  ConversationsOptions conversations;
  HistoryOptions history;
  SearchOptions search;
  UnreadOptions unread;
  MuteOptions mute;
  ClearOptions clear;
  ListsOptions lists;
};

// Adds a command below another, which runs `run` with the options as they were read.
using AddConversationCommand =
    std::function<CLI::App&(CLI::App& parent, const char* name, const char* help,
                            std::function<ExitCode(Context, const ConversationOptions&)> run)>;

// `options` outlives the parser.
void add_conversation_commands(CLI::App& app, ConversationOptions& options, const AddConversationCommand& add);

}  // namespace kith::cli
