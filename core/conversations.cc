// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/conversations.h"

#include <algorithm>

#include "base/bytes.h"
#include "base/limits.h"
#include "core/group_view.h"

namespace kith::core {

Conversations::Opened Conversations::open(const Target& with, UnixMicros now, RandomSource& random) {
  if (const auto there = store_.conversations.with(with)) return {*there, false};
  const bool is_self = !with.is_group() && store_.account.account_id() == with.account();
  ConversationRow row;
  row.id = random.id<ConversationId>();
  row.kind = with.is_group() ? ConversationKind::kGroup : is_self ? ConversationKind::kSelf : ConversationKind::kDirect;
  row.peer = with;
  row.made = now;
  store_.conversations.add(row);
  if (store_.clearings.deleted(with)) store_.conversations.set_gone(row.id, true);
  return {row.id, true};
}

client_api::Conversation Conversations::build(const ConversationRow& row, MessagesView& messages) {
  client_api::Conversation built;
  built.set_id(row.id.hex());
  built.set_unread(row.unread);
  const auto last = store_.messages.last(row.id);
  if (last) *built.mutable_last_message() = messages.build(*last);
  built.set_draft(row.draft);
  if (const auto quoted = row.draft_quote ? store_.messages.find(*row.draft_quote) : std::nullopt)
    *built.mutable_draft_quote() = messages.quote_in(row.id, *quoted);
  built.set_archived(row.archived);
  if (row.pinned.value != 0) {
    const std::vector<ConversationId> pinned = store_.conversations.pinned();
    built.set_pinned(std::find(pinned.begin(), pinned.end(), row.id) != pinned.end());
  }
  built.set_muted_until_us(row.muted_until.value);
  built.set_marked_unread(row.marked_unread);
  for (const ListId& each : store_.lists.of(row.id)) built.add_lists(each.hex());
  built.set_activity_us(last ? last->order.value : row.made.value);
  if (const auto group = row.group()) {
    GroupView(store_, messages.people()).describe(*group, built);
    return built;
  }
  client_api::Person person = messages.people().build(row.peer.account());
  built.set_title(person.name());
  const auto partner = row.direct_peer();
  if (!partner) {
    built.mutable_self();
    return built;
  }
  client_api::Direct& direct = *built.mutable_direct();
  *direct.mutable_partner() = std::move(person);
  if (const auto profile = store_.profiles.find(*partner)) direct.set_about(profile->about);
  direct.set_blocked(store_.contacts.blocked(*partner));
  direct.set_verified(store_.device_lists.verified(*partner));
  direct.set_held_messages(static_cast<uint32_t>(store_.outbox.held_count(*partner)));
  direct.set_identity_pending(store_.device_lists.must_agree(*partner));
  return built;
}

client_api::ListConversationsResponse Conversations::list() {
  client_api::ListConversationsResponse response;
  MessagesView messages(store_);
  for (const ConversationRow& row : store_.conversations.list()) *response.add_conversations() = build(row, messages);
  return response;
}

std::optional<client_api::Conversation> Conversations::build(const ConversationId& id) {
  const auto row = store_.conversations.find(id);
  return row ? std::optional(build(*row)) : std::nullopt;
}

client_api::Conversation Conversations::build(const ConversationRow& row) {
  MessagesView messages(store_);
  return build(row, messages);
}

Result<ConversationId, Refusal> Conversations::resolve(const std::string& id) {
  const auto conversation = ConversationId::from_hex(id);
  if (!conversation)
    return Refuse(client_api::Failure::kInvalidArgument, "conversation: must be 32 hexadecimal digits");
  if (!store_.conversations.find(*conversation))
    return Refuse(client_api::Failure::kNoSuchConversation, "conversation");
  return *conversation;
}

Result<Conversations::Marked, Refusal> Conversations::mark_read(const client_api::MarkReadRequest& request) {
  const auto conversation = resolve(request.conversation());
  if (!conversation) return std::unexpected(conversation.error());
  std::optional<MessageCursor> cursor;
  if (!request.up_to_message_id().empty()) {
    const auto id = MessageId::from_hex(request.up_to_message_id());
    if (!id) return Refuse(client_api::Failure::kInvalidArgument, "up_to_message_id: must be 32 hexadecimal digits");
    const auto message = store_.messages.find(*id);
    if (!message || message->conversation != *conversation)
      return Refuse(client_api::Failure::kNoSuchMessage, "up_to_message_id");
    cursor = MessageCursor{message->order, message->id};
  }
  const auto row = store_.conversations.find(*conversation);
  const auto partner = row ? row->direct_peer() : std::nullopt;
  const bool has_readers = row && row->kind == ConversationKind::kGroup;
  const bool receipts = store_.settings.integer(setting::kReadReceipts, 1) != 0 &&
                        (has_readers || (partner && !store_.contacts.blocked(*partner)));
  return Marked{*conversation, receipts, store_.messages.mark_read(*conversation, cursor, receipts),
                row && row->marked_unread};
}

Result<ConversationId, Refusal> Conversations::set_draft(const client_api::SetDraftRequest& request) {
  const auto conversation = resolve(request.conversation());
  if (!conversation) return std::unexpected(conversation.error());
  if (request.text().size() > kTextBytesMax)
    return Refuse(client_api::Failure::kTooLarge, "text: has too many bytes for a draft");
  if (!is_utf8(request.text())) return Refuse(client_api::Failure::kInvalidArgument, "text: is no UTF-8");
  const auto quote = MessageId::from_hex(request.quote_message_id());
  if (!request.quote_message_id().empty()) {
    const auto quoted = quote ? store_.messages.find(*quote) : std::nullopt;
    const auto row = store_.conversations.find(*conversation);
    if (!quoted || !row || !can_be_quoted(store_, *quoted, *row))
      return Refuse(client_api::Failure::kNoSuchMessage, kNotToBeQuoted);
  }
  store_.conversations.set_draft(*conversation, request.text(), quote);
  return *conversation;
}

}  // namespace kith::core
