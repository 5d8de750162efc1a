// SPDX-License-Identifier: AGPL-3.0-or-later

// The id of a conversation: random, and says nothing about who takes part (ConversationsTable does).
#pragma once

#include "base/ids.h"

namespace kith::core {

using ConversationId = Id128<struct ConversationTag>;

}  // namespace kith::core
