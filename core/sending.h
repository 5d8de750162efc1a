// SPDX-License-Identifier: AGPL-3.0-or-later

// New messages, and those that failed once more: checked, committed to conversation and outbox in one transaction, and
// answered. From there on the outbox has them, but for notes to oneself, which have nowhere to go.
#pragma once

#include <optional>
#include <string>

#include "client_api/client_api.pb.h"
#include "content/content.pb.h"
#include "core/store/conversations_table.h"
#include "core/store/messages_table.h"
#include "core/store/target.h"

namespace kith::core {

struct Engine;

class Sending {
 public:
  explicit Sending(Engine& engine) : engine_(engine) {}

  void send_message(uint32_t request, const client_api::SendMessageRequest& what);
  // Of one's own messages with Tick::kFailed; of others it fails with kInvalidArgument.
  void retry_message(uint32_t request, const client_api::RetryMessageRequest& what);

  // One of this account's that will be in this conversation, without anything in it yet.
  MessageRow begin(const ConversationRow& conversation);
  // Into the conversation, behind what is there, and on its way. False: who has its id was deleted.
  [[nodiscard]] bool put(MessageRow& message, const Target& to);

  // The file of this message, which waited for it, is on the server.
  void file_is_there(const MessageRow& message);

  // Fails the request when nothing can be sent there now.
  bool may_send(uint32_t request, const Target& to);
  // Whether it can be a message's text, or what is written under its file. Fails the request.
  bool is_text(uint32_t request, const std::string& text, bool has_file);
  using Mentions = google::protobuf::RepeatedPtrField<client_api::MentionOf>;
  // Of the message's text, into what is kept beside it. Fails the request when one of them names nothing.
  bool take_mentions(uint32_t request, const Mentions& mentions, const Target& to, MessageRow& message);

 private:
  // Whether the message of this id is there; then the request is answered.
  bool was_sent(uint32_t request, const client_api::SendMessageRequest& what);
  void answer(uint32_t request, const MessageRow& message);
  // What the group, and whom of it this account knows, have against it.
  bool may_send_to_group(uint32_t request, const GroupId& group);
  // The file that comes along, into the message. Fails the request when it can't be sent.
  bool take_attachment(uint32_t request, const client_api::Attachment& what, const Target& to, MessageRow& message);
  // What the server takes (F18). Fails the request.
  bool fits_limits(uint32_t request, const content::Media& media);
  // Into the message, which answers the original: in its conversation, or its author alone.
  void quote(const MessageRow& original, MessageRow& message);
  // Absent, and the request failed, when there is none of this id that failed.
  std::optional<MessageRow> failed_message(uint32_t request, const std::string& id);
  void enqueue(const MessageRow& message, const Target& to);
  // Whether what is written there leaves this device for nobody: a note to oneself, which is read as it is kept.
  bool stays_here(const Target& to);
  void write(uint32_t request, const ConversationId& conversation, const client_api::SendMessageRequest& what);

  Engine& engine_;
};

}  // namespace kith::core
