// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/receiving.h"

#include <iterator>
#include <optional>
#include <utility>

#include "base/bytes.h"
#include "base/limits.h"
#include "core/contents.h"
#include "core/conversations.h"
#include "core/engine.h"
#include "core/server_time.h"

namespace kith::core {

namespace {

constexpr uint64_t kKeptPauseMs = 20;  // between one stretch and the next, for whatever else comes

// Without its conversation. Absent: no client of ours sends such.
std::optional<MessageRow> row_of(const IncomingContent& incoming, UnixMicros now) {
  MessageRow row;
  row.id = incoming.id;
  row.from = incoming.sender.account;
  row.from_device = incoming.sender.device;
  row.sent_at = bounded_time(incoming.content.sent_at_us());
  row.order = incoming.server_time;
  row.came = now;
  row.receipt_number = incoming.receipt_number;
  row.group_revision = Revision{incoming.content.group_revision()};
  const bool in_group = !incoming.content.group_id().empty();
  switch (incoming.content.kind_case()) {
    case content::Content::kText:
      if (!contents::read_text(incoming.content.text(), in_group, row)) return std::nullopt;
      return row;
    case content::Content::kMedia:
      if (!contents::read_media(incoming.content.media(), in_group, row)) return std::nullopt;
      return row;
    default:
      row.kind = MessageKind::kUnsupported;
      row.raw = Bytes(incoming.bytes);
      return row;
  }
}

}  // namespace

Receiving::Receiving(Engine& engine) : engine_(engine), kept_timer_(engine.timers) {}

void Receiving::came(const MessageRow& row, bool fetch) {
  engine_.files.came(row, fetch);
  engine_.openings.came(row);
  engine_.remarks.came(row);
  engine_.corrections.came(row);
}

bool Receiving::add(const MessageRow& row, const AccountId& partner, Comes comes) {
  if (!engine_.changes.add_message(row, comes)) return false;
  came(row);
  engine_.profiles.heard_from(partner);
  return true;
}

bool Receiving::take_copy(const IncomingContent& incoming) {
  const content::Content& content = incoming.content;
  const auto partner = content.has_copy() ? AccountId::from_bytes(content.copy().account()) : incoming.sender.account;
  // Of a later version, and nothing that would be shown.
  if (content.kind_case() == content::Content::KIND_NOT_SET && !content.has_copy()) return false;
  auto read = row_of(incoming, {});
  if (!partner || !read) return false;
  MessageRow& row = *read;
  if (const auto resent = MessageId::from_bytes(content.resent_message_id()); resent) row.id = *resent;
  row.outgoing = true;
  row.tick = Tick::kRead;  // as far as it is a note to oneself
  row.receipt_number = 0;
  std::vector<Raised> raised;
  if (content.has_copy() && !engine_.is_self(*partner)) {
    row.order = bounded_time(content.copy().server_time_us());
    row.tick = Tick::kSent;
    raised =
        engine_.store.sent.note(*partner, incoming.sender.device, {content.copy().receipt_number(), row.id, row.id});
  }
  row.conversation = Conversations(engine_.store).open(*partner, row.order, engine_.random).id;
  engine_.store.repairs.remove(row.id);
  (void)add(row, *partner, Comes::kAgain);
  for (const Raised& each : raised) {
    if (each.message != row.id && engine_.store.messages.raise(each.message, each.state))
      engine_.changes.message_changed(each.message, row.conversation);
  }
  return true;
}

bool Receiving::take_in_group(const IncomingContent& incoming, bool asked) {
  const content::Content& content = incoming.content;
  const AccountId& sender = incoming.sender.account;
  const auto group = GroupId::from_bytes(content.group_id());
  auto read = row_of(incoming, engine_.clock.now());
  const auto conversation = group ? engine_.store.conversations.with(*group) : std::nullopt;
  // An answer came in a session, and has only now said which group it is for.
  if (!read || !conversation || !engine_.store.groups.was_member(*group, sender, read->group_revision)) return false;
  MessageRow& row = *read;
  row.conversation = *conversation;
  const bool is_own = engine_.is_self(sender);
  if (is_own) {
    row.outgoing = true;
    row.tick = Tick::kSent;
    row.came = {};
  }
  if (!content.resent_message_id().empty()) {  // of the message, and not of the answer
    if (content.group_time_us() != 0) row.order = bounded_time(content.group_time_us());
    row.receipt_number = content.group_receipt_number();
  }
  const MessageId shown = MessageId::from_bytes(content.resent_message_id()).value_or(row.id);
  std::vector<Raised> raised;
  if (is_own)
    raised = engine_.store.sent.note(Target(*group), incoming.sender.device, {row.receipt_number, shown, shown});
  if (is_own) row.receipt_number = 0;
  // With an answer that nobody asked for a member could write what only admins may, and to some of the others only.
  const bool may_be_new = is_own || content.resent_message_id().empty() || asked;
  if (!repair(incoming, asked, row)) {
    if (!may_be_new) return false;
    const bool again = is_own || !content.resent_message_id().empty();
    const bool is_new = engine_.changes.add_message(row, again ? Comes::kAgain : Comes::kAnew);
    if (is_new) came(row);
    if (!is_new && row.id == incoming.id)
      engine_.inbox.ordered_again(incoming.id, incoming.sender, incoming.server_time);
  }
  for (const Raised& each : raised) engine_.receipts.look_at(each.message);
  return true;
}

bool Receiving::repair(const IncomingContent& incoming, bool asked, MessageRow& row) {
  const auto resent = MessageId::from_bytes(incoming.content.resent_message_id());
  if (!resent) return false;
  row.id = *resent;
  const bool replaced = engine_.store.messages.repair(row);
  if (replaced || asked) engine_.store.repairs.remove(row.id);
  if (!replaced) return false;
  came(row);
  engine_.changes.message_changed(row.id, row.conversation);
  engine_.changes.conversation(row.conversation);  // it is unread
  return true;
}

bool Receiving::take(const IncomingContent& incoming) {
  const bool asked = !incoming.content.resent_message_id().empty() && engine_.repair.answered(incoming);
  if (!incoming.content.group_id().empty()) return take_in_group(incoming, asked);
  if (engine_.is_self(incoming.sender.account)) return take_copy(incoming);
  engine_.typing_presence.message_came(incoming.sender.account);
  auto read = row_of(incoming, engine_.clock.now());
  if (!read) return false;
  MessageRow& row = *read;
  row.conversation = Conversations(engine_.store).open(row.from, incoming.server_time, engine_.random).id;
  if (repair(incoming, asked, row)) return true;
  // An answer to a request has a time of its own, which is not the message's
  const Comes comes = incoming.content.resent_message_id().empty() ? Comes::kAnew : Comes::kAgain;
  if (!add(row, row.from, comes) && row.id == incoming.id)
    engine_.inbox.ordered_again(incoming.id, incoming.sender, incoming.server_time);
  return true;
}

void Receiving::take_kept(int64_t kinds) {
  kinds_ = kinds;
  if (engine_.store.settings.integer(setting::kKindsKnown, 0) < kinds)
    kept_timer_.set(engine_.in_ms(kKeptQuietMs), [this] { take_some_kept(); });
}

void Receiving::take_some_kept() {
  const auto kept = engine_.store.messages.unsupported(kept_until_, kKeptAtOnce);
  for (const StoredMessage& each : kept) {
    kept_until_ = each.sequence;
    take_kept_message(each.message);
  }
  if (std::ssize(kept) == kKeptAtOnce) {
    kept_timer_.set(engine_.in_ms(kKeptPauseMs), [this] { take_some_kept(); });
  } else {
    engine_.store.settings.set(setting::kKindsKnown, kinds_);
  }
}

void Receiving::take_kept_message(const MessageRow& kept) {
  content::Content content;
  if (!content.ParseFromString(kept.raw)) return;
  ContentHandler* const part = engine_.inbox.handler_of(content.kind_case()).part;
  if (part == nullptr) return;
  const IncomingContent incoming{kept.id, {kept.from, kept.from_device}, kept.order, kept.receipt_number, content,
                                 kept.raw};
  if (part != this) {
    if (!engine_.store.messages.remove_unsupported(kept.id, kept.from)) return;
    engine_.changes.message_removed(kept.id, kept.conversation);
    engine_.changes.conversation(kept.conversation);
    (void)part->take(incoming);
    return;
  }
  auto row = row_of(incoming, engine_.clock.now());
  if (!row || row->kind == MessageKind::kUnsupported) return;
  row->conversation = kept.conversation;
  if (!engine_.store.messages.remake(*row)) return;
  came(*row, false);
  engine_.changes.message_changed(row->id, row->conversation);
  engine_.changes.conversation(row->conversation);
}

}  // namespace kith::core
