// SPDX-License-Identifier: AGPL-3.0-or-later

#include <unordered_map>

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

  std::unordered_map<std::string, std::string> titles;
  if (!options.json) {
    auto known = conversation_titles(context);
    if (!known) return known.error();
    titles = std::move(*known);
  }
  if (!options.json && response->search().messages().empty()) context.out.note("nothing was found");
  for (int i = 0; i < response->search().messages_size(); ++i) {
    const auto& message = response->search().messages(i);
    if (options.json) {
      context.out.line(message_json(message));
      continue;
    }
    const std::string& title = titles[message.conversation()];
    const std::string author = message.outgoing() ? "you to " + title : author_name(message, title);
    context.out.line(search_line(context.out, message, response->search().excerpts(i), author, unix_now_us()));
  }
  return ExitCode::kOk;
}

}  // namespace kith::cli
