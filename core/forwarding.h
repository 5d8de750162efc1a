// SPDX-License-Identifier: AGPL-3.0-or-later

// Forwarding: messages that are here, sent once more to other conversations (FORWARD-1). What goes is what they say and
// the file that they have; not whom they are from, nor what they answer.
//
// How often a message was forwarded on its way here is in it, inside the encryption: whoever shows it says so, and one
// that has come far goes to one conversation at a time. That is the word of those who forward it, as the text is.
//
// A file goes as it is on the server, under the same key. This account has the server keep it as well (Files::send), so
// that it does not go when its first sender deletes it.
#pragma once

#include <cstdint>

#include "client_api/client_api.pb.h"

namespace kith::core {

struct Engine;

// All to all, in the order in which they stand; or none, and the request failed.
void forward_messages(Engine& engine, uint32_t request, const client_api::ForwardMessagesRequest& what);

}  // namespace kith::core
