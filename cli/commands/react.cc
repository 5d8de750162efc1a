// SPDX-License-Identifier: AGPL-3.0-or-later

#include "cli/commands/commands.h"

namespace kith::cli {

ExitCode run_react(Context context, const ReactOptions& options) {
  if (options.emoji.empty() != options.remove) {
    context.out.note("say with which emoji, or --remove");
    return ExitCode::kUsage;
  }
  client_api::Request request;
  request.mutable_react()->set_id(options.id);
  request.mutable_react()->set_emoji(options.emoji);
  const auto response = ask(context, std::move(request));
  return response ? ExitCode::kOk : response.error();
}

}  // namespace kith::cli
