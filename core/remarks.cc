// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/remarks.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/limits.h"
#include "base/unicode.h"
#include "core/contents.h"
#include "core/engine.h"
#include "core/server_time.h"

namespace kith::core {

using client_api::Failure;
using Waits = RemarksTable::Waits;

namespace {

constexpr uint64_t kAheadMaxUs = uint64_t{24} * 3600 * 1'000'000;  // that a pin may be, by its sender's clock

constexpr uint32_t kPinSeconds[] = {24 * 3600, 7 * 24 * 3600, 30 * 24 * 3600};  // for so long a message can be pinned

bool is_one_emoji(std::string_view text) { return text.size() <= kEmojiBytesMax && is_emoji(text); }

// Absent: no client of ours says such.
std::optional<RemarkRow> read(const content::Reaction& said, const MessageId& message, const DeviceAddress& sender) {
  if (!said.emoji().empty() && !is_one_emoji(said.emoji())) return std::nullopt;
  return RemarkRow{message, sender.account, said.emoji(), bounded_time(said.at_us()), sender.device};
}

RemarkRow read(const content::Pin& said, const MessageId& message, const DeviceAddress& sender) {
  RemarkRow row{message, sender.account, pin_value(bounded_time(said.until_us())), bounded_time(said.at_us()),
                sender.device};
  row.kind = RemarkKind::kPin;
  return row;
}

std::optional<RemarkRow> read(const IncomingContent& incoming) {
  const content::Content& content = incoming.content;
  if (content.has_pin()) {
    const auto id = MessageId::from_bytes(content.pin().message_id());
    if (!id || content.pin().at_us() > incoming.server_time.value + kAheadMaxUs) return std::nullopt;
    return read(content.pin(), *id, incoming.sender);
  }
  const auto id = MessageId::from_bytes(content.reaction().message_id());
  return id ? read(content.reaction(), *id, incoming.sender) : std::nullopt;
}

}  // namespace

// ---------------------------------------------------------------- made here

std::optional<ConversationRow> Remarks::where(uint32_t request, const MessageRow& message) {
  if (!contents::is_written(message) || message.tick == Tick::kFailed) {
    engine_.output.fail(request, Failure::kInvalidArgument, "id: is of a message about which nothing can be said");
    return std::nullopt;
  }
  auto conversation = engine_.store.conversations.find(message.conversation);
  if (!conversation || !engine_.sending.may_send(request, conversation->peer)) return std::nullopt;
  return conversation;
}

bool Remarks::say(uint32_t request, const MessageRow& message, const Target& to, const std::optional<RemarkRow>& before,
                  RemarkRow row) {
  row.item = engine_.random.id<MessageId>();
  const bool is_known = before && !(before->item && engine_.store.outbox.find(*before->item, to));
  if (before) row.before = is_known ? before->value : before->before;
  if (!engine_.say_beside_messages(*row.item, to, OutboxKind::kRemark, contents::remark(engine_.clock.now(), row))) {
    engine_.output.fail(request, Failure::kOutboxFull, "there are too many unsent messages");
    return false;
  }
  (void)engine_.store.remarks.set(row);
  engine_.changes.message_changed(message.id, message.conversation);
  return true;
}

void Remarks::react(uint32_t request, const client_api::ReactRequest& what) {
  Output& output = engine_.output;
  const auto id = MessageId::from_hex(what.id());
  if (!id) return output.fail(request, Failure::kInvalidArgument, "id: must be 32 hexadecimal digits");
  if (!what.emoji().empty() && !is_one_emoji(what.emoji()))
    return output.fail(request, Failure::kInvalidArgument, "emoji: is not one emoji");
  const auto message = engine_.store.messages.find(*id);
  if (!message) return output.fail(request, Failure::kNoSuchMessage, "id");
  const auto conversation = where(request, *message);
  if (!conversation) return;
  const auto before = engine_.store.remarks.find(*id, engine_.registration->account, RemarkKind::kReaction);
  if ((before ? before->value : "") != what.emoji()) {
    const RemarkRow row = after(before, RemarkKind::kReaction, *id, what.emoji());
    if (!say(request, *message, conversation->peer, before, row)) return;
  }
  output.done(request, &client_api::Response::mutable_react);
}

void Remarks::pin(uint32_t request, const client_api::PinMessageRequest& what) {
  Output& output = engine_.output;
  const auto id = MessageId::from_hex(what.id());
  if (!id) return output.fail(request, Failure::kInvalidArgument, "id: must be 32 hexadecimal digits");
  if (what.seconds() != 0 && std::ranges::find(kPinSeconds, what.seconds()) == std::end(kPinSeconds))
    return output.fail(request, Failure::kInvalidArgument, "seconds: a day, a week, 30 days, or 0");
  const auto message = engine_.store.messages.find(*id);
  if (!message) return output.fail(request, Failure::kNoSuchMessage, "id");
  if (const auto media = contents::media_of(*message); media && media->view_once())
    return output.fail(request, Failure::kInvalidArgument, "id: is to be viewed once");
  const auto conversation = where(request, *message);
  if (!conversation) return;
  const UnixMicros now = engine_.connection.server_now();
  const auto latest = engine_.store.remarks.of(*id).pin;
  const bool is_pinned = latest && pinned_until(*latest) > now;
  if (is_pinned || what.seconds() != 0) {
    const auto own = engine_.store.remarks.find(*id, engine_.registration->account, RemarkKind::kPin);
    const UnixMicros until{what.seconds() == 0 ? 0 : now.value + what.seconds() * uint64_t{1'000'000}};
    const RemarkRow row = after(latest, RemarkKind::kPin, *id, pin_value(bounded_time(until.value)));
    if (!say(request, *message, conversation->peer, own, row)) return;
  }
  output.done(request, &client_api::Response::mutable_pin_message);
}

RemarkRow Remarks::after(const std::optional<RemarkRow>& before, RemarkKind kind, const MessageId& message,
                         const std::string& value) {
  const Registration& self = *engine_.registration;
  // Several accounts speak of a pin: by the one clock that they have.
  const UnixMicros now = kind == RemarkKind::kPin ? engine_.connection.server_now() : engine_.clock.now();
  RemarkRow row{message, self.account, value, now, self.device};
  row.kind = kind;
  if (before) row.at = bounded_time(std::max(row.at.value, before->at.value + 1));
  return row;
}

void Remarks::dropped(const MessageId& item) {
  const auto row = engine_.store.remarks.under(item);
  const auto message = row ? engine_.store.messages.find(row->message) : std::nullopt;
  const auto conversation = message ? engine_.store.conversations.find(message->conversation) : std::nullopt;
  if (!conversation) return;
  if (row->kind == RemarkKind::kPin) {
    // Between two the own devices were told of it, and who had the message is no more.
    if (!conversation->peer.is_group()) return;
    engine_.store.remarks.remove(*row);
  } else {
    const RemarkRow back = after(row, row->kind, row->message, row->before);
    (void)engine_.store.remarks.set(back);
    if (!conversation->peer.is_group() && engine_.may_have_other_devices())
      engine_.outbox.add_own(engine_.random.id<MessageId>(), OutboxKind::kRemark,
                             contents::remark(engine_.clock.now(), back));
  }
  engine_.changes.message_changed(row->message, message->conversation);
}

// ---------------------------------------------------------------- heard of

bool Remarks::can_write(const ConversationId& where, const AccountId& account) {
  const auto conversation = engine_.store.conversations.find(where);
  if (!conversation) return false;
  const auto group = conversation->group();
  return group ? engine_.store.groups.member(*group, account).has_value() : conversation->direct_peer() == account;
}

void Remarks::hear(const MessageRow& message, RemarkRow row) {
  const auto where = std::exchange(row.conversation, std::nullopt);
  if (where && *where != message.conversation) return;
  if (where || engine_.is_self(row.account) || can_write(message.conversation, row.account)) count(message, row);
}

void Remarks::count(const MessageRow& message, const RemarkRow& row) {
  if (contents::is_written(message) && engine_.store.remarks.set(row))
    engine_.changes.message_changed(message.id, message.conversation);
}

void Remarks::came(const MessageRow& message) {
  for (RemarkRow& each : engine_.store.remarks.take_waiting(message.id)) hear(message, std::move(each));
}

void Remarks::came(const MessageRow& message, const content::History::Message& given) {
  for (const content::History::Message::ReactionOf& each : given.reactions()) {
    const auto account = AccountId::from_bytes(each.account());
    auto row = account ? read(each.reaction(), message.id, {*account, {each.device_id()}}) : std::nullopt;
    if (row && !row->value.empty()) count(message, *row);
  }
  if (const auto account = AccountId::from_bytes(given.pin().account()))
    count(message, read(given.pin().pin(), message.id, {*account, {given.pin().device_id()}}));
  came(message);
}

bool Remarks::take(const IncomingContent& incoming) {
  const content::Content& content = incoming.content;
  const AccountId& sender = incoming.sender.account;
  const bool is_own = engine_.is_self(sender);
  const auto resent = MessageId::from_bytes(content.resent_message_id());
  const bool asked = resent && engine_.repair.answered(incoming);
  if (resent) engine_.repair.shows_nothing(*resent, sender);

  auto said = read(incoming);
  if (!said) return false;
  RemarkRow& row = *said;
  const auto group = GroupId::from_bytes(content.group_id());
  if (!is_own && !asked) {
    row.conversation = engine_.store.conversations.with(group ? Target(*group) : Target(sender));
    if (!row.conversation) return false;
  }
  const auto message = engine_.store.messages.find(row.message);
  if (message && message->kind != MessageKind::kUndecryptable && message->kind != MessageKind::kUnsupported) {
    hear(*message, std::move(row));
  } else {
    (void)engine_.store.remarks.set(row, is_own ? Waits::kOwn : Waits::kOfOthers);
  }
  return true;
}

}  // namespace kith::core
