// SPDX-License-Identifier: AGPL-3.0-or-later

#include "cli/commands/commands.h"
#include "cli/each_message.h"

namespace kith::cli {

ExitCode run_pin_message(Context context, const PinMessageOptions& options) {
  if (!is_message_id(context, options.id)) return ExitCode::kUsage;
  client_api::Request request;
  request.mutable_pin_message()->set_id(options.id);
  request.mutable_pin_message()->set_seconds(options.remove ? 0 : options.days * 24 * 3600);
  const auto response = ask(context, std::move(request));
  return response ? ExitCode::kOk : response.error();
}

ExitCode run_pinned(Context context, const PinnedOptions& options) {
  const auto conversation = conversation_with(context, options.with);
  if (!conversation) return conversation.error();
  client_api::Request request;
  request.mutable_list_pinned()->set_conversation(conversation->id());
  const auto response = ask(context, std::move(request));
  if (!response) return response.error();
  return print_with_ids(context, response->list_pinned().messages(), options.json,
                        [place = place_of(*conversation)](const auto&) { return place; });
}

}  // namespace kith::cli
