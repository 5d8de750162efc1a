// SPDX-License-Identifier: AGPL-3.0-or-later

// Whom a command is about, as people name them.
#pragma once

#include <string>

#include "base/result.h"
#include "cli/context.h"

namespace kith::cli {

// One of the two.
struct Whom {
  std::string id;      // of a conversation
  std::string handle;  // as it was written
};

// An id stands for itself, "group:" before one for the conversation of the group with that id, and an e-mail address
// and what begins with @, + or a digit, for a username or a number. Anything else is a name, in any case of letters:
// "Note to self" is oneself; then the names count that this user has given, to contacts and to oneself; and only then
// those that people give themselves and groups, by which their conversations are called. One that nobody has, or more
// than one of the same standing, is told to the user, with who they are: kUsage. A group that is not here is told:
// kFailed.
Result<Whom, ExitCode> find_whom(Context context, const std::string& text);

// Whether nobody would be called so: it can be a number, an address or a username, right or wrong.
bool is_like_handle(const std::string& text);

// A group by its id, with "group:" before it or without, by its conversation's id, or by its title among those of
// groups. What is none is told as by find_whom(); a conversation of no group: kUsage.
Result<client_api::Conversation, ExitCode> find_group(Context context, const std::string& text);

// What names a group for certain, and is taken for WHOM.
std::string group_name(const client_api::Group& group);

}  // namespace kith::cli
