// SPDX-License-Identifier: AGPL-3.0-or-later

// Whom a text to a group names: "@Ana" in it names the member who is called so.
#pragma once

#include <string>
#include <vector>

#include "cli/context.h"

namespace kith::cli {

struct Mentions {
  std::vector<client_api::MentionOf> of;  // in the order of the text, 256 at most
  std::vector<std::string> unclear;       // "@Ben", which more than one is called: nobody is named by it
};

// "@" and exactly a member's name, or their username, names them. No letter or digit, and none of ".%+-@", stands
// before it, and no letter or digit goes on behind it (continues_word); of several that fit the longest counts. Oneself
// is not named. The web app's rule is the same, for what a draft names: tests/mention_vectors.json holds both to it.
Mentions mentions_in(const std::string& text, const client_api::ListMembersResponse& members);

// The same, asking for the members of the conversation, which is a group's, when there is an "@" in the text; what is
// unclear is told to the user.
Result<std::vector<client_api::MentionOf>, ExitCode> find_mentions(Context context, const std::string& conversation,
                                                                   const std::string& text);
// What the user is told of these.
std::string unclear_mentions_note(const std::vector<std::string>& unclear);

}  // namespace kith::cli
