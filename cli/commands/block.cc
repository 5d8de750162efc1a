// SPDX-License-Identifier: AGPL-3.0-or-later

#include "cli/commands/commands.h"
#include "cli/whom.h"

namespace kith::cli {

ExitCode run_block(Context context, const std::string& whom, bool blocked) {
  const auto found = find_whom(context, whom);
  if (!found) return found.error();
  if (!found->id.empty()) {
    const auto conversation = conversation_with_person(context, found->id, blocked ? "block" : "unblock");
    if (!conversation) return conversation.error();
  }
  client_api::Request request;
  client_api::SetBlockedRequest& block = *request.mutable_set_blocked();
  block.set_conversation(found->id);
  block.set_handle(found->handle);
  block.set_blocked(blocked);
  const auto response = ask(context, std::move(request));
  return response ? ExitCode::kOk : response.error();
}

}  // namespace kith::cli
