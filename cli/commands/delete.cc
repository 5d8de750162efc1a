// SPDX-License-Identifier: AGPL-3.0-or-later

#include "cli/commands/commands.h"

namespace kith::cli {
namespace {

ExitCode delete_one(Context context, const std::string& id, bool for_everyone) {
  client_api::Request request;
  request.mutable_delete_messages()->add_ids(id);
  request.mutable_delete_messages()->set_for_everyone(for_everyone);
  const auto response = ask(context, std::move(request));
  return response ? ExitCode::kOk : response.error();
}

}  // namespace

ExitCode run_delete(Context context, const DeleteOptions& options) {
  ExitCode failed = ExitCode::kOk;
  for (const std::string& id : options.ids) {
    const ExitCode code = delete_one(context, id, options.everyone);
    if (failed == ExitCode::kOk) failed = code;
  }
  return failed;
}

}  // namespace kith::cli
