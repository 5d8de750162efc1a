// SPDX-License-Identifier: AGPL-3.0-or-later

#include "cli/commands/commands.h"
#include "cli/each_message.h"

namespace kith::cli {

ExitCode run_delete(Context context, const DeleteOptions& options) {
  return with_each_message(context, options.ids, "deleted", [&options](const std::string& id) {
    client_api::Request request;
    request.mutable_delete_messages()->add_ids(id);
    request.mutable_delete_messages()->set_for_everyone(options.everyone);
    return request;
  });
}

}  // namespace kith::cli
