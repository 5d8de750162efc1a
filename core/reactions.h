// SPDX-License-Identifier: AGPL-3.0-or-later

// Reactions: what people say to a message with one emoji each (REACT-1). Made here, and heard of.
//
// One goes where its message is: to the conversation's partner, or to its group, and to the account's other devices.
// Each account has one for a message; a later one takes its place, and an empty one takes it away. Which is the later
// one the account's own devices say (ReactionRow::at), so that all who have the same of them show the same, whatever
// order the server hands them out in.
//
// Order: reactions may come before their message, as when that has to be asked for again: they wait for it
//        (reactions_table.h).
// Trust: one counts that came in the message's conversation, from an account that can write there. What says so to
//        single members of a group counts only as the answer to a question of this device's (Repair).
#pragma once

#include "client_api/client_api.pb.h"
#include "core/content_handler.h"
#include "core/refusal.h"
#include "core/store/messages_table.h"
#include "core/store/reactions_table.h"

namespace kith::core {

struct Engine;

class Reactions final : public ContentHandler {
 public:
  explicit Reactions(Engine& engine) : engine_(engine) {}

  void react(uint32_t request, const client_api::ReactRequest& what);
  // The message is there now: what was heard of it before counts from now on, as far as it does.
  void came(const MessageRow& message);
  // The same of one that came with the history, and with what was said to it by then.
  void came(const MessageRow& message, const content::History::Message& given);
  // The one that was to leave under this id does not: what was said before it stands again.
  void dropped(const MessageId& item);
  [[nodiscard]] bool take(const IncomingContent& incoming) override;

 private:
  // This account's, from now on.
  ReactionRow after(const std::optional<ReactionRow>& before, const MessageId& message, const std::string& emoji);
  // One that was said in row.conversation; absent: nobody has said where.
  void hear(const MessageRow& message, ReactionRow row);
  void count(const MessageRow& message, const ReactionRow& row);
  bool can_write(const ConversationId& where, const AccountId& account);

  Engine& engine_;
};

}  // namespace kith::core
