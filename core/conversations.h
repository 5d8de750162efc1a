// SPDX-License-Identifier: AGPL-3.0-or-later

// Conversations as user interfaces see them, and the requests about them that need nothing but the database.
//
// Presence and typing live in memory, with the connection: they are left empty here.
//
// Calls: what writes says so and happens inside the caller's Transaction. A failed read or write shows as
// Database::failed().
#pragma once

#include <optional>
#include <string>

#include "base/random.h"
#include "client_api/client_api.pb.h"
#include "core/messages_view.h"
#include "core/refusal.h"
#include "core/store/store.h"

namespace kith::core {

class Conversations {
 public:
  explicit Conversations(Store& store) : store_(store) {}

  // Newest activity first.
  client_api::ListConversationsResponse list();
  std::optional<client_api::Conversation> build(const ConversationId& id);
  client_api::Conversation build(const ConversationRow& row);

  // The conversation that a request names by its id. Errors: kInvalidArgument, kNoSuchConversation.
  Result<ConversationId, Refusal> resolve(const std::string& id);

  // Writes: the conversation with an account, or of a group, made if it is not there yet; gone, if it was deleted on
  // another device.
  struct Opened {
    ConversationId id;
    bool is_new = false;
  };
  Opened open(const Target& with, UnixMicros now, RandomSource& random);

  struct Marked {
    ConversationId conversation;
    bool told = false;        // the partner learns of it
    int64_t count = 0;        // messages that were unread before
    bool was_marked = false;  // as unread, by hand
  };
  // Writes: marks read, notes the watermark, and makes a read receipt due when the settings allow it and the partner is
  // not blocked. Errors: kInvalidArgument, kNoSuchConversation, kNoSuchMessage.
  Result<Marked, Refusal> mark_read(const client_api::MarkReadRequest& request);
  // Writes. Errors: kInvalidArgument, kNoSuchConversation, kNoSuchMessage (the quote), kTooLarge (over 65536 bytes).
  Result<ConversationId, Refusal> set_draft(const client_api::SetDraftRequest& request);

 private:
  client_api::Conversation build(const ConversationRow& row, MessagesView& messages);

  Store& store_;
};

}  // namespace kith::core
