// SPDX-License-Identifier: AGPL-3.0-or-later

#include "cli/conversation_command_line.h"

#include <CLI/CLI.hpp>

#include "cli/command_options.h"
#include "cli/hours.h"

namespace kith::cli {
namespace {

class ConversationCommands {
 public:
  ConversationCommands(CLI::App& app, ConversationOptions& options, const AddConversationCommand& add)
      : app_(app), options_(options), add_(add) {
    add_shown();
    add_arranging();
    add_lists();
  }

 private:
  void add_shown() {
    CLI::App& chat = add_(app_, "chat", "Talk to somebody, interactively",
                          [](Context c, const ConversationOptions& o) { return run_chat(c, o.chat); });
    chat.add_option("whom", options_.chat.with, "With whom")->required()->type_name("WHOM");

    CLI::App& conversations =
        add_(app_, "conversations", "List the conversations, newest first",
             [](Context c, const ConversationOptions& o) { return run_conversations(c, o.conversations); });
    add_json(conversations, options_.conversations.json);
    conversations.add_option("--list", options_.conversations.list, "Only those in this list: kith lists")
        ->type_name("NAME");

    CLI::App& history = add_(app_, "history", "Show a conversation's messages",
                             [](Context c, const ConversationOptions& o) { return run_history(c, o.history); });
    history.add_option("whom", options_.history.with, "With whom")->required()->type_name("WHOM");
    CLI::Option& limit = add_limit(history, options_.history.limit);
    CLI::Option* const before =
        history.add_option("--before", options_.history.before, "Only what is older than this message")
            ->type_name("ID");
    history.add_flag("--all", options_.history.all, "From the first message on")->excludes(&limit)->excludes(before);
    history.add_flag("--mark-read", options_.history.mark_read, "Tell the sender that it was read");
    add_json(history, options_.history.json);

    CLI::App& search = add_(app_, "search", "Find messages by words, newest first",
                            [](Context c, const ConversationOptions& o) { return run_search(c, o.search); });
    search.add_option("query", options_.search.query, "Words")->required()->type_name("QUERY");
    search.add_option("--with", options_.search.with, "Only in this conversation")->type_name("WHOM");
    add_limit(search, options_.search.limit);
    add_json(search, options_.search.json);
  }

  void add_arranging() {
    const auto whom = [this](CLI::App& command) {
      command.add_option("whom", options_.whom, "With whom")->required()->type_name("WHOM");
    };
    whom(add_(app_, "archive", "Put a conversation away, also when a message comes",
              [](Context c, const ConversationOptions& o) { return run_archive(c, o.whom, true); }));
    whom(add_(app_, "unarchive", "Take it out again",
              [](Context c, const ConversationOptions& o) { return run_archive(c, o.whom, false); }));
    CLI::App& unread = add_(app_, "unread", "Mark a conversation as unread, until somebody reads in it next",
                            [](Context c, const ConversationOptions& o) { return run_unread(c, o.unread); });
    unread.add_option("whom", options_.unread.whom, "With whom")->required()->type_name("WHOM");
    unread.add_flag("--remove", options_.unread.remove, "Take it back");
    whom(add_(app_, "pin", "Show a conversation before all others; three at most",
              [](Context c, const ConversationOptions& o) { return run_pin(c, o.whom, true); }));
    whom(add_(app_, "unpin", "Show it in its place again",
              [](Context c, const ConversationOptions& o) { return run_pin(c, o.whom, false); }));
    CLI::App& mute = add_(app_, "mute", "Be notified of nothing in a conversation",
                          [](Context c, const ConversationOptions& o) { return run_mute(c, o.mute); });
    mute.add_option("whom", options_.mute.whom, "With whom")->required()->type_name("WHOM");
    mute.add_option("--hours", options_.mute.hours, "For so long; without it for ever")->type_name("N")->check(hours());
    whom(add_(app_, "unmute", "Be notified again",
              [](Context c, const ConversationOptions& o) { return run_unmute(c, o.whom); }));
    CLI::App& clear = add_(app_, "clear", "Take all messages of a conversation from one's own devices",
                           [](Context c, const ConversationOptions& o) { return run_clear(c, o.clear); });
    clear.add_option("whom", options_.clear.whom, "With whom")->required()->type_name("WHOM");
    clear.add_flag("--keep-starred", options_.clear.keep_starred, "But for those that are starred");
    whom(add_(app_, "delete-chat", "Clear a conversation, and list it no more until something is said in it",
              [](Context c, const ConversationOptions& o) { return run_delete_chat(c, o.whom); }));
  }

  void add_lists() {
    ListsOptions& options = options_.lists;
    CLI::App& lists = add_(app_, "lists", "List one's own lists of conversations",
                           [](Context c, const ConversationOptions& o) { return run_lists(c, o.lists); });
    lists.require_subcommand(0, 1);
    add_json(lists, options.json);
    const auto named = [&](const char* command, const char* help, auto run) -> CLI::App& {
      CLI::App& added = add_(lists, command, help, run);
      added.add_option("name", options.name, "Which list")->required()->type_name("NAME");
      return added;
    };
    named("add", "Put conversations into a list; makes the list if there is none",
          [](Context c, const ConversationOptions& o) { return run_lists_add(c, o.lists); })
        .add_option("whom", options.whom, "Whom with")
        ->type_name("WHOM");
    named("take", "Take conversations out of a list",
          [](Context c, const ConversationOptions& o) { return run_lists_take(c, o.lists); })
        .add_option("whom", options.whom, "Whom with")
        ->required()
        ->type_name("WHOM");
    named("rename", "Call a list something else",
          [](Context c, const ConversationOptions& o) { return run_lists_set(c, o.lists, false); })
        .add_option("new-name", options.other_name, "What to call it")
        ->required()
        ->type_name("NEW");
    named("remove", "Remove a list; its conversations stay",
          [](Context c, const ConversationOptions& o) { return run_lists_set(c, o.lists, true); });
  }

  CLI::App& app_;
  ConversationOptions& options_;
  const AddConversationCommand& add_;
};

}  // namespace

void add_conversation_commands(CLI::App& app, ConversationOptions& options, const AddConversationCommand& add) {
  ConversationCommands(app, options, add);
}

}  // namespace kith::cli
