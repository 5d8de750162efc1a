// SPDX-License-Identifier: AGPL-3.0-or-later

// Messages that were not sent, as commands find them.
#pragma once

#include <functional>
#include <string>

#include "cli/context.h"

namespace kith::cli {

// Calls back with each message that failed, of one conversation or ("") of all, one after another; in each the oldest
// first. It may send or delete what it gets: each comes once. Reads every message, in pages.
Result<void, ExitCode> for_each_failed(Context context, const std::string& conversation,
                                       const std::function<void(const client_api::Message&)>& use);

// The message with this id, which failed. One that is none is told to the user: kUsage for what is no id, kFailed for
// one that is not there or did not fail.
Result<client_api::Message, ExitCode> failed_message(Context context, const std::string& id);

}  // namespace kith::cli
