// SPDX-License-Identifier: AGPL-3.0-or-later

#include "cli/commands/commands.h"
#include "cli/failed_messages.h"

namespace kith::cli {
namespace {

ExitCode delete_one(Context context, const std::string& id) {
  const auto message = failed_message(context, id);
  if (!message) return message.error();
  client_api::Request request;
  request.mutable_delete_message()->set_id(id);
  const auto response = ask(context, std::move(request));
  return response ? ExitCode::kOk : response.error();
}

}  // namespace

ExitCode run_delete(Context context, const std::vector<std::string>& ids) {
  ExitCode failed = ExitCode::kOk;
  for (const std::string& id : ids) {
    const ExitCode code = delete_one(context, id);
    if (failed == ExitCode::kOk) failed = code;
  }
  return failed;
}

}  // namespace kith::cli
