// SPDX-License-Identifier: AGPL-3.0-or-later

// What is done with several messages, by their ids, and lists that have the ids.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cli/context.h"
#include "cli/message_text.h"

namespace kith::cli {

// Whether it is one; else the user is told where they are.
bool is_message_id(Context context, const std::string& id);

// Asks for it with each. One with which it can't be done is named to the user, with what it is not ("deleted"), and
// does not keep the others back: the end is that of the first such one. What is no id is kUsage.
ExitCode with_each_message(Context context, const std::vector<std::string>& ids, const std::string& not_what,
                           const std::function<client_api::Request(const std::string& id)>& request);

// A line for each, which begins with its id, or JSON; and the end of the command.
using Messages = google::protobuf::RepeatedPtrField<client_api::Message>;
ExitCode print_with_ids(Context context, const Messages& messages, bool json,
                        const std::function<Place(const client_api::Message&)>& place_of);

}  // namespace kith::cli
