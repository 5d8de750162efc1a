// SPDX-License-Identifier: AGPL-3.0-or-later

// The steps that commands about groups share.
#pragma once

#include <functional>
#include <string>

#include "cli/context.h"

namespace kith::cli {

// As ask(); who can't be added, or is nobody, is told by name.
Result<client_api::Response, ExitCode> ask_about_group(Context context, client_api::Request request);

// A change to GROUP: connects where it can, finds the group (find_group() in cli/whom.h), and asks for what `fill` has
// made of the request. An `ExitCode` that it answers instead of kOk ends the command.
ExitCode change_group(Context context, const std::string& group,
                      const std::function<ExitCode(const client_api::Conversation&, client_api::Request&)>& fill);

}  // namespace kith::cli
