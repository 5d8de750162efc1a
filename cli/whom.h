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

// An id stands for itself, and so do an e-mail address and what begins with @, + or a digit, for a username or a
// number. Anything else is a name: of a contact, or the title of a conversation, in any case of letters; "Note to self"
// and one's own name are oneself. One that nobody or more than one person has is told to the user, with who they are:
// kUsage.
Result<Whom, ExitCode> find_whom(Context context, const std::string& text);

}  // namespace kith::cli
