// SPDX-License-Identifier: AGPL-3.0-or-later

#include "cli/commands/commands.h"
#include "cli/failed_messages.h"
#include "cli/message_text.h"
#include "cli/time_text.h"

namespace kith::cli {

using client_api::Message;

ExitCode run_failed(Context context, const FailedOptions& options) {
  std::string conversation;
  if (!options.with.empty()) {
    const auto found = conversation_with(context, options.with);
    if (!found) return found.error();
    conversation = found->id();
  }
  auto places = all_places(context);
  if (!places) return places.error();
  bool any = false;
  const auto listed = for_each_failed(context, conversation, [&](const Message& message) {
    any = true;
    const Place& place = (*places)[message.conversation()];
    if (options.json) return context.out.line(message_json(message, place));
    const std::string author = place.title.empty() ? "you" : "you to " + place.title;
    context.out.line(message.id() + "  " + message_summary(context.out, message, {author}, unix_now_us()));
  });
  if (!listed) return listed.error();
  if (!context.out.flush()) return ExitCode::kFailed;
  if (any && !options.json)
    context.out.note("kith retry sends them again, kith retry ID one of them; kith delete ID deletes it");
  return ExitCode::kOk;
}

}  // namespace kith::cli
