// SPDX-License-Identifier: AGPL-3.0-or-later

#include "cli/message_command_line.h"

#include <CLI/CLI.hpp>

#include "cli/command_options.h"

namespace kith::cli {
namespace {

class MessageCommands {
 public:
  MessageCommands(CLI::App& app, MessageOptions& options, const AddMessageCommand& add)
      : app_(app), options_(options), add_(add) {
    add_failed();
    add_corrections();
    add_forward();
    add_pins();
    add_stars();
    add_react();
  }

 private:
  void add_failed() {
    CLI::App& failed = add_(app_, "failed", "List what was not sent, with ids",
                            [](Context c, const MessageOptions& o) { return run_failed(c, o.failed); });
    failed.add_option("whom", options_.failed.with, "Only to this one")->type_name("WHOM");
    add_json(failed, options_.failed.json);

    CLI::App& retry = add_(app_, "retry", "Send again what was not sent; prints the ids",
                           [](Context c, const MessageOptions& o) { return run_retry(c, o.retry); });
    retry.add_option("what", options_.retry.what, "Only what was for this one, or the message with this id")
        ->type_name("WHOM|ID");
    add_wait(retry, options_.retry.wait, options_.retry.timeout_s);
    add_json(retry, options_.retry.json);
  }

  void add_corrections() {
    CLI::App& remove = add_(app_, "delete", "Delete messages from all of one's devices, or for everybody",
                            [](Context c, const MessageOptions& o) { return run_delete(c, o.remove); });
    remove.add_option("id", options_.remove.ids, "Which")->required()->type_name("ID");
    remove.add_flag("--everyone", options_.remove.everyone,
                    "For all who have them: one's own, for two days; as an admin anybody's in the group");

    CLI::App& edit = add_(app_, "edit", "Give a message of one's own another text",
                          [](Context c, const MessageOptions& o) { return run_edit(c, o.edit); });
    edit.add_option("id", options_.edit.id, "Which, for 15 minutes after it was sent")->required()->type_name("ID");
    edit.add_option("text", options_.edit.text, "All of it; of a file what is written under it")
        ->required()
        ->type_name("TEXT");

    CLI::App& versions = add_(app_, "versions", "What an edited message has said, the newest first",
                              [](Context c, const MessageOptions& o) { return run_versions(c, o.versions); });
    versions.add_option("id", options_.versions.id, "Which")->required()->type_name("ID");
    add_json(versions, options_.versions.json);
  }

  void add_forward() {
    CLI::App& forward = add_(app_, "forward", "Send messages once more, to others; prints the new ids",
                             [](Context c, const MessageOptions& o) { return run_forward(c, o.forward); });
    forward.add_option("id", options_.forward.ids, "Which")->required()->type_name("ID");
    forward.add_option("--to", options_.forward.to, "To whom; up to five")->required()->type_name("WHOM");
    forward.add_option("--caption", options_.forward.caption, "Of one file: what is to be written under it instead")
        ->type_name("TEXT");
    add_wait(forward, options_.forward.wait, options_.forward.timeout_s);
  }

  void add_pins() {
    CLI::App& pin = add_(app_, "pin-message", "Show a message at the top of its conversation, to everybody in it",
                         [](Context c, const MessageOptions& o) { return run_pin_message(c, o.pin); });
    pin.add_option("id", options_.pin.id, "Which")->required()->type_name("ID");
    CLI::Option* const days = pin.add_option("--days", options_.pin.days, "For so long: 1, 7 or 30; 7 without it");
    days->type_name("N")->check(CLI::IsMember({1u, 7u, 30u}));
    pin.add_flag("--remove", options_.pin.remove, "Not any more")->excludes(days);

    CLI::App& pinned = add_(app_, "pinned", "What is at the top of a conversation, with ids, the last pinned first",
                            [](Context c, const MessageOptions& o) { return run_pinned(c, o.pinned); });
    pinned.add_option("whom", options_.pinned.with, "With whom")->required()->type_name("WHOM");
    add_json(pinned, options_.pinned.json);
  }

  void add_stars() {
    CLI::App& star = add_(app_, "star", "Star messages, on all of one's devices",
                          [](Context c, const MessageOptions& o) { return run_star(c, o.star); });
    star.add_option("id", options_.star.ids, "Which")->required()->type_name("ID");
    star.add_flag("--remove", options_.star.remove, "Take it back");

    CLI::App& starred = add_(app_, "starred", "List starred messages with ids, the newest first",
                             [](Context c, const MessageOptions& o) { return run_starred(c, o.starred); });
    starred.add_option("whom", options_.starred.with, "Only in this conversation")->type_name("WHOM");
    add_limit(starred, options_.starred.limit);
    add_json(starred, options_.starred.json);
  }

  void add_react() {
    CLI::App& react = add_(app_, "react", "Say something to a message with one emoji",
                           [](Context c, const MessageOptions& o) { return run_react(c, o.react); });
    react.add_option("id", options_.react.id, "Of the message")->required()->type_name("ID");
    CLI::Option* const emoji = react.add_option("emoji", options_.react.emoji, "Instead of what was said before");
    emoji->type_name("EMOJI");
    react.add_flag("--remove", options_.react.remove, "Take it back")->excludes(emoji);
  }

  CLI::App& app_;
  MessageOptions& options_;
  const AddMessageCommand& add_;
};

}  // namespace

void add_message_commands(CLI::App& app, MessageOptions& options, const AddMessageCommand& add) {
  MessageCommands(app, options, add);
}

}  // namespace kith::cli
