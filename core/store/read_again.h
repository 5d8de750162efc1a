// SPDX-License-Identifier: AGPL-3.0-or-later

// Read receipts once more: one that was sent could not be read, and nobody keeps what it said.
#pragma once

#include "core/store/conversation_id.h"
#include "core/store/database.h"

namespace kith::core {

// Read receipts for the newest `limit` messages of the conversation that were read become due again (ReceiptsTable).
// They say nothing that is not so, and saying it twice changes nothing (TICK-1).
//
// Calls: inside the caller's Transaction.
void read_again(Database& database, const ConversationId& conversation, int64_t limit);

}  // namespace kith::core
