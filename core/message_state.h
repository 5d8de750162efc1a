// SPDX-License-Identifier: AGPL-3.0-or-later

// What a person has made of messages: that they are starred, on all devices of the account alike (STATE-1), or deleted,
// from these alone (EDIT-3) or for everybody (EDIT-2). Who else has them hears of the last alone.
//
// The registers are about the message's id. One that says that a message is removed is there before the message as
// well: a copy, a history or an answer that comes later does not bring it back (MessagesTable::add).
#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "client_api/client_api.pb.h"
#include "content/content.pb.h"
#include "core/store/messages_table.h"

namespace kith::core {

struct Engine;

// It is no more on this device, nor is what is known of it.
void remove_message(Engine& engine, const MessageRow& message);
// The second alone, of one that goes by itself and has no file.
void forget_message(Engine& engine, const MessageRow& message);
// From all devices of the account (EDIT-3); one that nobody else has is taken back.
void delete_for_oneself(Engine& engine, const MessageRow& message);

// Each fails for all messages, and then changes nothing.
void delete_messages(Engine& engine, uint32_t request, const client_api::DeleteMessagesRequest& what);
void star_messages(Engine& engine, uint32_t request, const client_api::StarMessagesRequest& what);

// From another device of the account.
void apply_starred(Engine& engine, BytesView subject, const content::StateValue& value);
void apply_removed(Engine& engine, BytesView subject, const content::StateValue& value);

}  // namespace kith::core
