// SPDX-License-Identifier: AGPL-3.0-or-later

#include "cli/commands/commands.h"

namespace kith::cli {

ExitCode run_block(Context context, const std::string& whom, bool blocked) {
  client_api::Request request;
  client_api::SetBlockedRequest& block = *request.mutable_set_blocked();
  if (is_conversation_id(whom)) {
    block.set_account_id(whom);
  } else {
    block.set_phone(whom);
  }
  block.set_blocked(blocked);
  const auto response = ask(context, std::move(request));
  return response ? ExitCode::kOk : response.error();
}

}  // namespace kith::cli
