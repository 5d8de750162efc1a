// SPDX-License-Identifier: AGPL-3.0-or-later

#include "cli/commands/commands.h"
#include "cli/each_message.h"

namespace kith::cli {

ExitCode run_star(Context context, const StarOptions& options) {
  return with_each_message(context, options.ids, options.remove ? "unstarred" : "starred",
                           [&options](const std::string& id) {
                             client_api::Request request;
                             request.mutable_star_messages()->add_ids(id);
                             request.mutable_star_messages()->set_starred(!options.remove);
                             return request;
                           });
}

ExitCode run_starred(Context context, const StarredOptions& options) {
  client_api::Request request;
  client_api::ListStarredRequest& list = *request.mutable_list_starred();
  if (!options.with.empty()) {
    const auto conversation = conversation_with(context, options.with);
    if (!conversation) return conversation.error();
    list.set_conversation(conversation->id());
  }
  list.set_limit(options.limit);
  const auto response = ask(context, std::move(request));
  if (!response) return response.error();
  auto places = all_places(context);
  if (!places) return places.error();
  return print_with_ids(context, response->list_starred().messages(), options.json,
                        [&places](const auto& message) { return (*places)[message.conversation()]; });
}

}  // namespace kith::cli
