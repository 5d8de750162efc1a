// SPDX-License-Identifier: AGPL-3.0-or-later

// The id of a conversation. Of a one-to-one chat it is the partner's account id.
#pragma once

#include "base/ids.h"

namespace kith::core {

using ConversationId = Id128<struct ConversationTag>;

inline ConversationId conversation_with(const AccountId& partner) { return ConversationId{partner.value}; }
// One-to-one chats only.
inline AccountId partner_of(const ConversationId& conversation) { return AccountId{conversation.value}; }

}  // namespace kith::core
