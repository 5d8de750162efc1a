// SPDX-License-Identifier: AGPL-3.0-or-later

// Clearing conversations, and deleting them, on all devices of the account (CLEAR-1, CLEAR-2). Nobody else hears of it.
//
// A device says up to which message of others, and up to which of the account's, it has cleared a conversation, and
// which of those before stay: a register of its own for each conversation, since what two devices clear without having
// heard of each other is all gone in the end. A message before that is on none of the devices any more, and does not
// come back by a copy, a history or an answer (clearings_table.h). One that comes to a device for the first time is
// shown, whatever time the server gives it.
#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "client_api/client_api.pb.h"
#include "content/content.pb.h"

namespace kith::core {

struct Engine;

void clear_conversation(Engine& engine, uint32_t request, const client_api::ClearConversationRequest& what);
void delete_conversation(Engine& engine, uint32_t request, const client_api::DeleteConversationRequest& what);

// From another device of the account. The conversation need not be here.
void apply_cleared(Engine& engine, BytesView subject, const content::StateValue& value);

}  // namespace kith::core
