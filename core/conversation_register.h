// SPDX-License-Identifier: AGPL-3.0-or-later

// Registers (STATE-1) about conversations: which one is meant. They say whom it is with, as the ids of conversations
// are each device's own.
#pragma once

#include <optional>

#include "base/bytes.h"
#include "content/content.pb.h"
#include "core/store/conversations_table.h"

namespace kith::core {

struct Engine;

// What registers of a conversation are about: whom it is with.
Bytes subject_of(const Target& peer);
// Absent: the subject names nobody.
std::optional<Target> peer_of(BytesView subject);
// The conversation that a register is about. Absent: there is none, and the value says nothing of one; a group's is
// opened by what is known of the group, and is given then what was said of it.
std::optional<ConversationRow> conversation_of(Engine& engine, BytesView subject, const content::StateValue& value);
// Absent while nobody knows whom it is with, so that no other device can have it.
std::optional<ConversationRow> tellable(Engine& engine, const ConversationId& id);

}  // namespace kith::core
