// SPDX-License-Identifier: AGPL-3.0-or-later

#include "cli/commands/commands.h"
#include "cli/message_text.h"
#include "cli/time_text.h"

namespace kith::cli {

using client_api::Request;

ExitCode run_search(Context context, const SearchOptions& options) {
  Request request;
  request.mutable_search()->set_query(options.query);
  request.mutable_search()->set_limit(options.limit);
  if (!options.with.empty()) {
    const auto conversation = conversation_with(context, options.with);
    if (!conversation) return conversation.error();
    request.mutable_search()->set_conversation(conversation->id());
  }
  const auto response = ask(context, std::move(request));
  if (!response) return response.error();

  auto places = all_places(context);
  if (!places) return places.error();
  if (!options.json && response->search().messages().empty()) context.out.note("nothing was found");
  for (int i = 0; i < response->search().messages_size(); ++i) {
    const auto& message = response->search().messages(i);
    const Place& place = (*places)[message.conversation()];
    if (options.json) {
      context.out.line(message_json(message, place));
      continue;
    }
    const Told told = told_anywhere(context, message, place);
    std::string author = told.group.empty() ? told.author : told.group + ": " + told.author;
    if (message.outgoing()) author = "you to " + place.title;
    context.out.line(search_line(context.out, message, response->search().excerpts(i), author, unix_now_us()));
  }
  return ExitCode::kOk;
}

}  // namespace kith::cli
