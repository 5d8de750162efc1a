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
// number. Anything else is a name, in any case of letters: "Note to self" is oneself; then the names count that this
// user has given, to contacts and to oneself; and only then those that people give themselves, by which their
// conversations are called. One that nobody has, or more than one of the same standing, is told to the user, with who
// they are: kUsage.
Result<Whom, ExitCode> find_whom(Context context, const std::string& text);

}  // namespace kith::cli
