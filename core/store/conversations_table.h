// SPDX-License-Identifier: AGPL-3.0-or-later

// Conversations: what the list of chats is made from.
//
//   conversations   id BLOB(16) PRIMARY KEY, unread INTEGER: incoming messages not read, draft TEXT,
//                   activity_us INTEGER: order time of the newest message, or when it was made; orders the list
//
// unread and activity_us follow the messages: MessagesTable keeps them in the same transaction.
//
// Calls: reads anywhere; writes inside the caller's Transaction.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/store/conversation_id.h"
#include "core/store/database.h"

namespace kith::core {

struct ConversationRow {
  ConversationId id;
  uint32_t unread = 0;
  std::string draft;
  UnixMicros activity;
};

class ConversationsTable {
 public:
  explicit ConversationsTable(Database& database) : database_(database) {}

  // True when it was not there before.
  bool ensure(const ConversationId& id, UnixMicros now);
  std::optional<ConversationRow> find(const ConversationId& id);
  // Newest activity first.
  std::vector<ConversationRow> list();
  // False when there is no such conversation.
  bool set_draft(const ConversationId& id, std::string_view text);

 private:
  Database& database_;
};

}  // namespace kith::core
