// SPDX-License-Identifier: AGPL-3.0-or-later

// Which of several a name stands for.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/context.h"

namespace kith::cli {

// Whose word a name is. Anybody can call themselves, and a group, what they like: that must not keep a name from one
// who was given it here. In the order in which they count.
enum class GivenBy { kKith, kUser, kOthers };

struct Name {
  std::string text;
  GivenBy by;
};

struct Named {
  std::vector<Name> names;  // the one to say first; at least one
  std::string known_by;     // what tells it from others of the name: a number, an address, an id
};

// The place of the one that has the name, in any case of letters, among those whose names count most. A name that
// none of them has, or more than one of the same standing, is told to the user, with who they are: kUsage. `nobody`:
// how the words begin in the former case, like "nobody here".
Result<size_t, ExitCode> find_named(Context context, const std::vector<Named>& all, const std::string& name,
                                    const std::string& nobody);

}  // namespace kith::cli
