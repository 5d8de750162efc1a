// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/changes.h"

#include <utility>

#include "core/conversations.h"
#include "core/engine.h"
#include "core/messages_view.h"
#include "core/person_view.h"

namespace kith::core {

void Changes::note(const MessageId& message, const ConversationId& conversation, bool added) {
  conversations_.insert(conversation);
  engine_.search_index.look_again();
  if (messages_.size() >= kMessagesMax) {
    resync_ = true;
  } else if (noted_.insert(message).second) {
    messages_.push_back({message, conversation, added});
  }
}

void Changes::message_added(const MessageId& message, const ConversationId& conversation) {
  note(message, conversation, true);
}

void Changes::message_changed(const MessageId& message, const ConversationId& conversation) {
  note(message, conversation, false);
}

void Changes::message_removed(const MessageId& message, const ConversationId& conversation) {
  note(message, conversation, false);
}

void Changes::notice(const ConversationId& conversation, const AccountId& about, MessageKind kind,
                     UnixMicros server_now) {
  MessageRow notice;
  notice.id = engine_.random.id<MessageId>();
  notice.conversation = conversation;
  notice.from = about;
  notice.kind = kind;
  notice.sent_at = engine_.clock.now();
  notice.order = engine_.store.messages.pending_order(conversation, server_now);
  if (engine_.store.messages.add(notice)) message_added(notice.id, conversation);
}

void Changes::partner(const AccountId& account) {
  if (const auto with = engine_.store.conversations.with(account)) conversations_.insert(*with);
}

void Changes::typing(const ConversationId& conversation, const AccountId& who, bool typing) {
  client_api::Event event;
  client_api::TypingChanged& changed = *event.mutable_typing_changed();
  changed.set_conversation(conversation.hex());
  *changed.mutable_who() = PersonView(engine_.store).build(who);
  changed.set_typing(typing);
  engine_.output.emit(std::move(event));
}

void Changes::presence(const ConversationId& conversation, const client_api::Presence& presence) {
  client_api::Event event;
  event.mutable_presence_changed()->set_conversation(conversation.hex());
  *event.mutable_presence_changed()->mutable_presence() = presence;
  engine_.output.emit(std::move(event));
}

void Changes::flush() {
  MessagesView view(engine_.store);
  for (const Message& noted : std::exchange(messages_, {})) {
    const std::optional<MessageRow> row = engine_.store.messages.find(noted.id);
    client_api::Event event;
    if (!row) {
      event.mutable_message_removed()->set_conversation(noted.conversation.hex());
      event.mutable_message_removed()->set_id(noted.id.hex());
      engine_.output.emit(std::move(event));
      continue;
    }
    *(noted.added ? event.mutable_message_added() : event.mutable_message_changed()) = view.build(*row);
    engine_.output.emit(std::move(event));
  }
  noted_.clear();
  Conversations conversations(engine_.store);
  for (const ConversationId& id : std::exchange(conversations_, {})) {
    std::optional<client_api::Conversation> conversation = conversations.build(id);
    if (!conversation) continue;
    engine_.describe(id, *conversation);
    client_api::Event event;
    *event.mutable_conversation_changed() = std::move(*conversation);
    engine_.output.emit(std::move(event));
  }
  if (std::exchange(contacts_, false)) {
    client_api::Event event;
    event.mutable_contacts_changed();
    engine_.output.emit(std::move(event));
  }
  if (std::exchange(settings_, false)) {
    client_api::Event event;
    *event.mutable_settings_changed() = engine_.settings();
    engine_.output.emit(std::move(event));
  }
  if (std::exchange(resync_, false)) {
    client_api::Event event;
    event.mutable_resync();
    engine_.output.emit(std::move(event));
  }
  client_api::State state = engine_.state();
  std::string bytes = state.SerializeAsString();
  if (bytes == told_state_) return;
  told_state_ = std::move(bytes);
  client_api::Event event;
  *event.mutable_state_changed() = std::move(state);
  engine_.output.emit(std::move(event));
}

void Changes::state_is_known() { told_state_ = engine_.state().SerializeAsString(); }

}  // namespace kith::core
