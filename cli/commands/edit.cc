// SPDX-License-Identifier: AGPL-3.0-or-later

#include "cli/commands/commands.h"
#include "cli/json_line.h"
#include "cli/output.h"
#include "cli/time_text.h"

namespace kith::cli {

ExitCode run_edit(Context context, const EditOptions& options) {
  client_api::Request request;
  request.mutable_edit_message()->set_id(options.id);
  request.mutable_edit_message()->set_text(options.text);
  const auto response = ask(context, std::move(request));
  return response ? ExitCode::kOk : response.error();
}

ExitCode run_versions(Context context, const VersionsOptions& options) {
  client_api::Request request;
  request.mutable_list_versions()->set_id(options.id);
  const auto response = ask(context, std::move(request));
  if (!response) return response.error();
  for (const client_api::Version& each : response->list_versions().versions()) {
    if (options.json) {
      JsonLine line;
      context.out.line(line.text("at", rfc3339(each.at_us())).text("text", each.text().text()).str());
    } else {
      context.out.line(context.out.coloured("2", local_time(each.at_us(), unix_now_us())) + " " +
                       safe_for_terminal(each.text().text()));
    }
  }
  return context.out.flush() ? ExitCode::kOk : ExitCode::kFailed;
}

}  // namespace kith::cli
