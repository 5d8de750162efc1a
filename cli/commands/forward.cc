// SPDX-License-Identifier: AGPL-3.0-or-later

#include "cli/commands/commands.h"
#include "cli/each_message.h"
#include "cli/tick_watch.h"

namespace kith::cli {

ExitCode run_forward(Context context, const ForwardOptions& options) {
  client_api::Request request;
  client_api::ForwardMessagesRequest& what = *request.mutable_forward_messages();
  for (const std::string& id : options.ids) {
    if (!is_message_id(context, id)) return ExitCode::kUsage;
    what.add_ids(id);
  }
  if (options.caption) what.set_caption(*options.caption);
  for (const std::string& whom : options.to) {
    const auto conversation = conversation_with(context, whom);
    if (!conversation) return conversation.error();
    what.add_conversations(conversation->id());
  }
  if (const auto connecting = start_connecting(context); !connecting) return connecting.error();
  const auto response = ask(context, std::move(request));
  if (!response) return response.error();
  TickWatch ticks(context);
  for (const std::string& id : response->forward_messages().ids()) {
    client_api::Request get;
    get.mutable_get_message()->set_id(id);
    const auto message = ask(context, std::move(get));
    if (!message) return message.error();
    ticks.begin(message->get_message(), "");
    context.out.line(id);
  }
  context.out.flush();
  return ticks.see_off(options.wait, options.timeout_s);
}

}  // namespace kith::cli
