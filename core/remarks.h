// SPDX-License-Identifier: AGPL-3.0-or-later

// Remarks: what people say about a message beside it. With one emoji each (REACT-1), and that it is to be seen at the
// top of its conversation (PIN-1). Made here, and heard of.
//
// One goes where its message is: to the conversation's partner, or to its group, and to the account's other devices.
// Of each kind an account has one about a message; a later one takes its place, and an empty one takes it away. Which
// is the later one the account's own devices say (RemarkRow::at), so that all who have the same of them show the same,
// whatever order the server hands them out in. A reaction is each account's own; of what several say about a pin the
// latest holds.
//
// Order: remarks may come before their message, as when that has to be asked for again: they wait for it
//        (remarks_table.h).
// Trust: one counts that came in the message's conversation, from an account that can write there. What says so to
//        single members of a group counts only as the answer to a question of this device's (Repair). A pin that is
//        said to be from later than the server has had it is none: it would hold against whatever others say after it.
#pragma once

#include <string>

#include "client_api/client_api.pb.h"
#include "core/content_handler.h"
#include "core/refusal.h"
#include "core/store/conversations_table.h"
#include "core/store/messages_table.h"
#include "core/store/remarks_table.h"

namespace kith::core {

struct Engine;

class Remarks final : public ContentHandler {
 public:
  explicit Remarks(Engine& engine) : engine_(engine) {}

  void react(uint32_t request, const client_api::ReactRequest& what);
  void pin(uint32_t request, const client_api::PinMessageRequest& what);
  // The message is there now: what was heard of it before counts from now on, as far as it does.
  void came(const MessageRow& message);
  // The same of one that came with the history, and with what was said about it by then.
  void came(const MessageRow& message, const content::History::Message& given);
  // The one that was to leave under this id does not: what was said before it stands again.
  void dropped(const MessageId& item);
  [[nodiscard]] bool take(const IncomingContent& incoming) override;

 private:
  // This account's, from now on; later than the other one.
  RemarkRow after(const std::optional<RemarkRow>& before, RemarkKind kind, const MessageId& message,
                  const std::string& value);
  // What can be said about the message, and where to. Absent, and the request failed: nothing.
  std::optional<ConversationRow> where(uint32_t request, const MessageRow& message);
  // What this account says from now on, in the place of what it said before. Fails the request when there is no room.
  bool say(uint32_t request, const MessageRow& message, const Target& to, const std::optional<RemarkRow>& before,
           RemarkRow row);
  // One that was said in row.conversation; absent: nobody has said where.
  void hear(const MessageRow& message, RemarkRow row);
  void count(const MessageRow& message, const RemarkRow& row);
  bool can_write(const ConversationId& where, const AccountId& account);

  Engine& engine_;
};

}  // namespace kith::core
