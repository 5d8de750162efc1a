// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/reactions.h"

#include <algorithm>
#include <utility>

#include "base/limits.h"
#include "base/unicode.h"
#include "core/contents.h"
#include "core/engine.h"
#include "core/server_time.h"

namespace kith::core {

using client_api::Failure;
using Waits = ReactionsTable::Waits;

namespace {

bool is_one_emoji(std::string_view text) { return text.size() <= kEmojiBytesMax && is_emoji(text); }

// Absent: no client of ours says such.
std::optional<ReactionRow> read(const content::Reaction& said, const MessageId& message, const DeviceAddress& sender) {
  if (!said.emoji().empty() && !is_one_emoji(said.emoji())) return std::nullopt;
  return ReactionRow{message, sender.account, said.emoji(), bounded_time(said.at_us()), sender.device};
}

}  // namespace

void Reactions::react(uint32_t request, const client_api::ReactRequest& what) {
  Output& output = engine_.output;
  const auto id = MessageId::from_hex(what.id());
  if (!id) return output.fail(request, Failure::kInvalidArgument, "id: must be 32 hexadecimal digits");
  if (!what.emoji().empty() && !is_one_emoji(what.emoji()))
    return output.fail(request, Failure::kInvalidArgument, "emoji: is not one emoji");
  const auto message = engine_.store.messages.find(*id);
  if (!message) return output.fail(request, Failure::kNoSuchMessage, "id");
  if (!contents::is_written(*message) || message->tick == Tick::kFailed)
    return output.fail(request, Failure::kInvalidArgument, "id: is of a message that can't be reacted to");
  const auto conversation = engine_.store.conversations.find(message->conversation);
  if (!conversation || !engine_.sending.may_send(request, conversation->peer)) return;

  const auto before = engine_.store.reactions.find(*id, engine_.registration->account);
  if ((before ? before->emoji : "") != what.emoji()) {
    ReactionRow row = after(before, *id, what.emoji());
    row.item = engine_.random.id<MessageId>();
    const bool is_known = before && !(before->item && engine_.store.outbox.find(*before->item, conversation->peer));
    if (before) row.before = is_known ? before->emoji : before->before;
    if (!engine_.say_beside_messages(*row.item, conversation->peer, OutboxKind::kReaction,
                                     contents::reaction(engine_.clock.now(), row)))
      return output.fail(request, Failure::kOutboxFull, "there are too many unsent messages");
    (void)engine_.store.reactions.set(row);
    engine_.changes.message_changed(*id, message->conversation);
  }
  output.done(request, &client_api::Response::mutable_react);
}

ReactionRow Reactions::after(const std::optional<ReactionRow>& before, const MessageId& message,
                             const std::string& emoji) {
  const Registration& self = *engine_.registration;
  ReactionRow row{message, self.account, emoji, engine_.clock.now(), self.device};
  if (before) row.at = bounded_time(std::max(row.at.value, before->at.value + 1));
  return row;
}

void Reactions::dropped(const MessageId& item) {
  const auto row = engine_.store.reactions.under(item);
  const auto message = row ? engine_.store.messages.find(row->message) : std::nullopt;
  const auto conversation = message ? engine_.store.conversations.find(message->conversation) : std::nullopt;
  if (!conversation) return;
  const ReactionRow back = after(row, row->message, row->before);
  (void)engine_.store.reactions.set(back);
  // The own devices were told of it.
  if (!conversation->peer.is_group() && engine_.may_have_other_devices())
    engine_.outbox.add_own(engine_.random.id<MessageId>(), OutboxKind::kReaction,
                           contents::reaction(engine_.clock.now(), back));
  engine_.changes.message_changed(row->message, message->conversation);
}

bool Reactions::can_write(const ConversationId& where, const AccountId& account) {
  const auto conversation = engine_.store.conversations.find(where);
  if (!conversation) return false;
  const auto group = conversation->group();
  return group ? engine_.store.groups.member(*group, account).has_value() : conversation->direct_peer() == account;
}

void Reactions::hear(const MessageRow& message, ReactionRow row) {
  const auto where = std::exchange(row.conversation, std::nullopt);
  if (where && *where != message.conversation) return;
  if (where || engine_.is_self(row.account) || can_write(message.conversation, row.account)) count(message, row);
}

void Reactions::count(const MessageRow& message, const ReactionRow& row) {
  if (contents::is_written(message) && engine_.store.reactions.set(row))
    engine_.changes.message_changed(message.id, message.conversation);
}

void Reactions::came(const MessageRow& message) {
  for (ReactionRow& each : engine_.store.reactions.take_waiting(message.id)) hear(message, std::move(each));
}

void Reactions::came(const MessageRow& message, const content::History::Message& given) {
  for (const content::History::Message::ReactionOf& each : given.reactions()) {
    const auto account = AccountId::from_bytes(each.account());
    auto row = account ? read(each.reaction(), message.id, {*account, {each.device_id()}}) : std::nullopt;
    if (row && !row->emoji.empty()) count(message, *row);
  }
  came(message);
}

bool Reactions::take(const IncomingContent& incoming) {
  const content::Content& content = incoming.content;
  const AccountId& sender = incoming.sender.account;
  const bool is_own = engine_.is_self(sender);
  const auto resent = MessageId::from_bytes(content.resent_message_id());
  const bool asked = resent && engine_.repair.answered(incoming);
  if (resent) engine_.repair.shows_nothing(*resent, sender);

  const auto id = MessageId::from_bytes(content.reaction().message_id());
  auto said = id ? read(content.reaction(), *id, incoming.sender) : std::nullopt;
  if (!said) return false;
  ReactionRow& row = *said;
  const auto group = GroupId::from_bytes(content.group_id());
  if (!is_own && !asked) {
    row.conversation = engine_.store.conversations.with(group ? Target(*group) : Target(sender));
    if (!row.conversation) return false;
  }
  const auto message = engine_.store.messages.find(row.message);
  if (message && message->kind != MessageKind::kUndecryptable && message->kind != MessageKind::kUnsupported) {
    hear(*message, std::move(row));
  } else {
    (void)engine_.store.reactions.set(row, is_own ? Waits::kOwn : Waits::kOfOthers);
  }
  return true;
}

}  // namespace kith::core
