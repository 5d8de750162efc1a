// SPDX-License-Identifier: AGPL-3.0-or-later

// Who of a group's members, or of those who ask to be, is meant.
#pragma once

#include <string>
#include <vector>

#include "cli/context.h"

namespace kith::cli {

// Their accounts, in the order of `whom`: each by a name that one of `among` alone has (as the user calls them, else as
// they do), by number, address or username, by the id of the account or of the conversation with them. `nobody` begins
// the words for one that is none of them: "nobody in Book club". One who is not among them: kFailed, or kUsage for a
// name; then nothing else is to be done.
Result<std::vector<std::string>, ExitCode> find_members(Context context, const std::vector<client_api::Person>& among,
                                                        const std::vector<std::string>& whom,
                                                        const std::string& nobody);

// Whom to make a member. A group, or oneself, is told: kUsage.
Result<std::vector<client_api::Whom>, ExitCode> find_people(Context context, const std::vector<std::string>& whom);

// What they are called here, and else by their profile, which the server is asked for; the account's id as the last
// resort.
std::vector<std::string> names_of_accounts(Context context, const std::vector<std::string>& accounts);

}  // namespace kith::cli
