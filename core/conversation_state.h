// SPDX-License-Identifier: AGPL-3.0-or-later

// What a person has made of a conversation, on all devices of the account alike: its draft, and whether it is archived,
// pinned, muted, marked as unread (STATE-1). The registers are about the account that the conversation is with, or the
// group, as the ids of conversations are each device's own.
#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "base/ids.h"
#include "client_api/client_api.pb.h"
#include "content/content.pb.h"
#include "core/store/conversation_id.h"

namespace kith::core {

struct Engine;

void set_draft(Engine& engine, uint32_t request, const client_api::SetDraftRequest& what);
// Fails with kTooManyPinned and then changes nothing.
void set_conversation(Engine& engine, uint32_t request, const client_api::SetConversationRequest& what);

// It has no draft any more, is neither archived nor pinned nor marked as unread, and in no list.
void forget_conversation_state(Engine& engine, const ConversationId& id);

// Somebody has read in one that is marked as unread: it is so no longer.
void unmark_unread(Engine& engine, const ConversationId& id);

// What this conversation is like here is what it is like everywhere from now on. Nothing while nobody knows whom it is
// with: then it is told when that is known.
void tell_conversation(Engine& engine, const ConversationId& id);

// The conversation of this group is there now: it is given what other devices of the account have said of it before.
void conversation_began(Engine& engine, const GroupId& group);

// From another device of the account. What is set of a conversation that is not here opens it, but for a group's.
void apply_draft(Engine& engine, BytesView subject, const content::StateValue& value);
void apply_archived(Engine& engine, BytesView subject, const content::StateValue& value);
void apply_pinned(Engine& engine, BytesView subject, const content::StateValue& value);
void apply_muted(Engine& engine, BytesView subject, const content::StateValue& value);
void apply_marked_unread(Engine& engine, BytesView subject, const content::StateValue& value);

}  // namespace kith::core
