// SPDX-License-Identifier: AGPL-3.0-or-later

// New messages: checked, committed to conversation and outbox in one transaction, and answered. From there on the
// outbox has them.
#pragma once

#include "client_api/client_api.pb.h"
#include "core/store/messages_table.h"

namespace kith::core {

struct Engine;

class Sending {
 public:
  explicit Sending(Engine& engine) : engine_(engine) {}

  void send_message(uint32_t request, const client_api::SendMessageRequest& what);

 private:
  // Whether the message of this id is there; then the request is answered.
  bool was_sent(uint32_t request, const client_api::SendMessageRequest& what);
  void answer(uint32_t request, const MessageRow& message);
  void write(uint32_t request, const ConversationId& conversation, const client_api::SendMessageRequest& what);

  Engine& engine_;
};

}  // namespace kith::core
