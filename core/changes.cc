// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/changes.h"

#include <utility>

#include "core/conversations.h"
#include "core/messages_view.h"
#include "core/output.h"
#include "core/person_view.h"
#include "core/search_index.h"
#include "core/store/store.h"

namespace kith::core {

void Changes::note(const MessageId& message, const ConversationId& conversation, bool added) {
  conversations_.insert(conversation);
  search_index_.look_again();
  if (messages_.size() >= kMessagesMax) {
    resync_ = true;
  } else if (noted_.insert(message).second) {
    messages_.push_back({message, conversation, added});
  }
}

bool Changes::add_message(const MessageRow& message, Comes comes) {
  if (!store_.messages.add(message, comes)) return false;
  note(message.id, message.conversation, true);
  return true;
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
  notice.id = random_.id<MessageId>();
  notice.conversation = conversation;
  notice.from = about;
  notice.kind = kind;
  notice.sent_at = notice.came = clock_.now();
  notice.order = store_.messages.pending_order(conversation, server_now);
  (void)add_message(notice);
}

void Changes::partner(const AccountId& account) {
  if (const auto with = store_.conversations.with(account)) conversations_.insert(*with);
}

void Changes::typing(const ConversationId& conversation, const AccountId& who, bool typing) {
  client_api::Event event;
  client_api::TypingChanged& changed = *event.mutable_typing_changed();
  changed.set_conversation(conversation.hex());
  *changed.mutable_who() = PersonView(store_).build(who);
  changed.set_typing(typing);
  output_.emit(std::move(event));
}

void Changes::presence(const ConversationId& conversation, const client_api::Presence& presence) {
  client_api::Event event;
  event.mutable_presence_changed()->set_conversation(conversation.hex());
  *event.mutable_presence_changed()->mutable_presence() = presence;
  output_.emit(std::move(event));
}

void Changes::group_progress(const ConversationId& conversation, uint32_t done, uint32_t total) {
  client_api::Event event;
  event.mutable_group_progress()->set_conversation(conversation.hex());
  event.mutable_group_progress()->set_done(done);
  event.mutable_group_progress()->set_total(total);
  output_.emit(std::move(event));
}

void Changes::media_progress(const MessageRow& message, uint64_t done, uint64_t total) {
  client_api::Event event;
  client_api::MediaProgress& progress = *event.mutable_media_progress();
  progress.set_conversation(message.conversation.hex());
  progress.set_id(message.id.hex());
  progress.set_done(done);
  progress.set_total(total);
  output_.emit(std::move(event));
}

void Changes::flush() {
  MessagesView view(store_);
  for (const Message& noted : std::exchange(messages_, {})) {
    const std::optional<MessageRow> row = store_.messages.find(noted.id);
    client_api::Event event;
    if (!row) {
      event.mutable_message_removed()->set_conversation(noted.conversation.hex());
      event.mutable_message_removed()->set_id(noted.id.hex());
      output_.emit(std::move(event));
      continue;
    }
    *(noted.added ? event.mutable_message_added() : event.mutable_message_changed()) = view.build(*row);
    output_.emit(std::move(event));
  }
  noted_.clear();
  Conversations conversations(store_);
  for (const ConversationId& id : std::exchange(conversations_, {})) {
    const auto row = store_.conversations.find(id);
    if (!row) continue;
    client_api::Event event;
    if (row->is_listed()) {
      *event.mutable_conversation_changed() = conversations.build(*row);
      above_.describe(id, *event.mutable_conversation_changed());
    } else {
      event.mutable_conversation_removed()->set_conversation(id.hex());
    }
    output_.emit(std::move(event));
  }
  if (std::exchange(contacts_, false)) {
    client_api::Event event;
    event.mutable_contacts_changed();
    output_.emit(std::move(event));
  }
  if (std::exchange(settings_, false)) {
    client_api::Event event;
    *event.mutable_settings_changed() = above_.settings();
    output_.emit(std::move(event));
  }
  if (std::exchange(devices_, false)) {
    client_api::Event event;
    event.mutable_devices_changed();
    output_.emit(std::move(event));
  }
  if (std::exchange(lists_, false)) {
    client_api::Event event;
    event.mutable_lists_changed();
    output_.emit(std::move(event));
  }
  if (std::exchange(resync_, false)) {
    client_api::Event event;
    event.mutable_resync();
    output_.emit(std::move(event));
  }
  client_api::State state = above_.state();
  std::string bytes = state.SerializeAsString();
  if (bytes == told_state_) return;
  told_state_ = std::move(bytes);
  client_api::Event event;
  *event.mutable_state_changed() = std::move(state);
  output_.emit(std::move(event));
}

void Changes::state_is_known() { told_state_ = above_.state().SerializeAsString(); }

}  // namespace kith::core
