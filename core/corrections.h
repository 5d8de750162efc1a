// SPDX-License-Identifier: AGPL-3.0-or-later

// Corrections: what is said of messages after they were sent. That they have another text (EDIT-1), and that they are
// no more (EDIT-2). Made here, and heard of.
//
// One goes where its message is: to the conversation's partner, or to its group, and to the account's other devices.
// All who have the same of them show the same, whatever order the server hands them out in: of texts the one that is
// the latest by its sender's word, and nothing after a deletion. That is for good; what was deleted is gone here, with
// its file and with what people said to it.
//
// Order: corrections may come before their message: they wait for it (corrections_table.h). Of a message that can't be
//        read a deletion counts at once, and an edit when it can.
// Trust: a text counts that is its sender's, and a deletion that is its sender's or an admin's of the message's group,
//        by the group's state that the deletion is bound to; in the message's conversation. What says so to single
//        members of a group counts only as the answer to a question of this device's (Repair).
#pragma once

#include <span>
#include <vector>

#include "client_api/client_api.pb.h"
#include "content/content.pb.h"
#include "core/content_handler.h"
#include "core/contents.h"
#include "core/store/conversations_table.h"
#include "core/store/corrections_table.h"
#include "core/store/messages_table.h"

namespace kith::core {

struct Engine;

class Corrections final : public ContentHandler {
 public:
  explicit Corrections(Engine& engine) : engine_(engine) {}

  void edit(uint32_t request, const client_api::EditMessageRequest& what);
  // For everybody who has them: at most contents::kDeletedMax of this conversation, of this account or as an admin of
  // the group. False, and nothing is deleted: there is no room in the outbox.
  bool delete_for_all(const ConversationRow& conversation, std::span<const MessageRow> messages);
  // The message is there now, or can't be read: what was heard of it before counts from now on, as far as it does.
  void came(const MessageRow& message);
  // The same of one that came with the history, and with the texts that it had.
  void came(const MessageRow& message, const content::History::Message& given);
  // What was to leave under this id does not.
  void dropped(const MessageId& item);
  [[nodiscard]] bool take(const IncomingContent& incoming) override;

 private:
  using Waits = CorrectionsTable::Waits;

  // The own message has these words from now on, for everybody. False: there is no room.
  bool say(const MessageRow& message, const contents::Words& words, const Target& to);
  // Puts them into the outbox, for those who have the messages' conversation. False: there is no room.
  bool send(const Target& to, std::vector<CorrectionRow>& rows);
  void hear(const CorrectionRow& said, Waits waits);
  void hear_edit(const MessageRow& message, CorrectionRow said);
  void hear_deletion(const MessageRow& message, const CorrectionRow& said);
  // The message has this text from now on.
  void show(MessageRow message, const CorrectionRow& version);
  void deleted(const MessageRow& message, const AccountId& by);

  Engine& engine_;
};

}  // namespace kith::core
