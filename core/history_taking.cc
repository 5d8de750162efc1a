// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/history_taking.h"

#include <algorithm>
#include <utility>

#include "base/limits.h"
#include "base/utf8.h"
#include "core/contents.h"
#include "core/conversations.h"
#include "core/engine.h"
#include "core/server_time.h"

namespace kith::core {

namespace {

using content::History;

// Without conversation and sender. Absent: no client of ours gives such.
std::optional<MessageRow> row_of(const History::Message& given, bool in_group) {
  const auto id = MessageId::from_bytes(given.message_id());
  if (!id || id->is_none()) return std::nullopt;
  MessageRow row;
  row.id = *id;
  row.from_device = {given.device_id()};
  row.outgoing = given.outgoing();
  row.sent_at = bounded_time(given.sent_at_us());
  row.edited = bounded_time(given.shown().at_us());
  row.order = bounded_time(given.order_us());
  row.tick = Tick::kNone;
  if (given.outgoing()) row.tick = static_cast<Tick>(std::clamp<uint32_t>(given.tick(), 2, 4));
  if (given.unread() && !given.outgoing()) row.receipt_number = std::min<uint64_t>(given.receipt_number(), INT64_MAX);
  switch (given.body_case()) {
    case History::Message::kText:
      if (!contents::read_text(given.text(), in_group, row)) return std::nullopt;
      return row;
    case History::Message::kMedia:
      if (given.media().view_once()) {
        row.kind = MessageKind::kMedia;
        row.raw = contents::opened(given.media());
        return row;
      }
      if (!contents::read_media(given.media(), in_group, row)) return std::nullopt;
      return row;
    case History::Message::kUnsupported:
      row.kind = MessageKind::kUnsupported;
      row.raw = given.unsupported();
      return row;
    case History::Message::kNotice:
      row.kind =
          given.notice() == History::Message::kHandleMoved ? MessageKind::kHandleMoved : MessageKind::kIdentityChanged;
      return row;
    case History::Message::kDeletedBy:
      if (!AccountId::from_bytes(given.deleted_by())) return std::nullopt;
      row.kind = MessageKind::kDeleted;
      row.raw = given.deleted_by();
      return row;
    case History::Message::BODY_NOT_SET: return std::nullopt;
  }
  return std::nullopt;
}

// Whom the conversation is with. Absent: nobody, or two.
std::optional<Target> peer_of(const History::Part& part) {
  const auto account = AccountId::from_bytes(part.account());
  const auto group = GroupId::from_bytes(part.group());
  if (account.has_value() == group.has_value() || (account && account->is_none())) return std::nullopt;
  return group ? Target(*group) : Target(*account);
}

}  // namespace

HistoryTaking::HistoryTaking(Engine& engine) : engine_(engine), quiet_(engine.timers), progress_(engine) {}

void HistoryTaking::expect(DeviceId giver, const std::optional<HistoryId>& history) {
  engine_.store.taken_history.remove();
  quiet_.cancel();
  if (!history) return;
  TakenHistory row;
  row.giver = giver;
  row.history = *history;
  engine_.store.taken_history.set(row);
  load();
}

void HistoryTaking::load() {
  const auto row = engine_.store.taken_history.find();
  if (row && row->stage != HistoryStage::kComplete) wait(kQuietMs);
}

bool HistoryTaking::take(const IncomingContent& incoming) {
  if (!engine_.is_self(incoming.sender.account)) return false;
  const History& batch = incoming.content.history();
  auto row = engine_.store.taken_history.find();
  if (!row || incoming.sender.device != row->giver || batch.history_id() != row->history.view()) return true;
  if (batch.number() > row->number + 1) {
    wait(kGapMs);
    return true;
  }
  if (batch.number() == row->number + 1) take_batch(*row, batch);
  answer(*row, false);
  return true;
}

void HistoryTaking::take_batch(TakenHistory& row, const History& batch) {
  int left = kMessagesMax;
  int parts = kPartsMax;
  for (const History::Part& part : batch.parts()) {
    if (parts-- == 0) break;
    row.held += take_part(part, left);
  }
  engine_.search_index.look_again();
  row.number = batch.number();
  row.total = std::min<uint64_t>(batch.total(), INT64_MAX);
  row.stage = HistoryStage::kGiving;
  quiet_ms_ = kQuietMs;
  if (batch.last()) {
    row.held = engine_.store.taken_history.held();
    row.stage = HistoryStage::kComplete;
    quiet_.cancel();
    engine_.changes.resync();  // whatever is on the screen may have more before it
  } else {
    wait(kQuietMs);
  }
  engine_.store.taken_history.set(row);
  progress_.tell();
}

uint64_t HistoryTaking::take_part(const History::Part& part, int& left) {
  const auto peer = peer_of(part);
  if (!peer) return 0;
  const bool is_own = !peer->is_group() && engine_.is_self(peer->account());
  const UnixMicros made = bounded_time(part.head().made_us());
  const ConversationId conversation = Conversations(engine_.store).open(*peer, made, engine_.random).id;
  if (part.has_head() && !is_own && !peer->is_group()) take_head(peer->account(), part.head());
  // What was read on another device meanwhile is not unread by this.
  const auto read = engine_.store.messages.last_read(conversation);
  uint64_t held = 0;
  for (const History::Message& given : part.messages()) {
    if (left-- <= 0) break;
    auto row = row_of(given, peer->is_group());
    if (!row || (is_own && !row->outgoing)) continue;
    const auto author = peer->is_group() ? AccountId::from_bytes(given.author()) : peer->account();
    if (!row->outgoing && !author) continue;
    row->conversation = conversation;
    row->from = row->outgoing ? engine_.registration->account : *author;
    const bool unread = given.unread() && !row->outgoing && (!read || *read < MessageCursor{row->order, row->id});
    if (!engine_.store.messages.add(*row, Comes::kAgain, unread) &&
        engine_.store.messages.remove_undecryptable(row->id, row->from)) {
      engine_.store.messages.add(*row, Comes::kAgain, unread);
      engine_.store.repairs.remove(row->id);
      engine_.changes.message_changed(row->id, conversation);
    }
    const auto media = contents::media_of(*row);
    if (given.opened() && media && contents::can_be_opened(*media))
      (void)engine_.store.openings.add(row->id, {engine_.registration->account, {}});
    engine_.openings.came(*row);
    engine_.remarks.came(*row, given);
    engine_.corrections.came(*row, given);
    ++held;
  }
  if (part.has_whole()) count(*peer, conversation, part.whole());
  engine_.changes.conversation(conversation);
  return held;
}

void HistoryTaking::take_head(const AccountId& partner, const History::Head& head) {
  const auto known = engine_.store.profiles.find(partner);
  if (!known || known->fetched.value == 0) {
    const uint64_t fetched = std::min(head.fetched_us(), engine_.clock.now().value);
    ProfileRow row = known.value_or(ProfileRow{});
    row.account = partner;
    row.name = Profiles::name_of(head.name());
    row.about = Profiles::about_of(head.about());
    row.fetched = {fetched};
    engine_.store.profiles.set(row);
  }
  if (!known || known->keys.empty()) engine_.profile_photos.take_key(partner, head.profile_key());
  size_t handles = kHandlesMax;
  for (const std::string& text : head.handles()) {
    if (handles-- == 0) break;
    const auto handle = Handle::from_text(text);
    // What the server has said to this device stands (IDENTITY-1).
    if (!handle || handle->is_none() || *handle == engine_.registration->handle) continue;
    if (engine_.store.handles.account_of(*handle) || engine_.store.handles.of(partner).size() >= kHandlesMax) continue;
    engine_.store.handles.set(*handle, partner);
  }
  engine_.profiles.look_again();
}

void HistoryTaking::count(const Target& peer, const ConversationId& conversation, const History::Whole& whole) {
  const auto newest = MessageId::from_bytes(whole.newest_id());
  const auto oldest = MessageId::from_bytes(whole.oldest_id());
  if (!newest || !oldest || whole.given() > INT64_MAX) return;
  engine_.store.taken_history.count(peer, conversation, whole.given(), {bounded_time(whole.newest_us()), *newest},
                                    {bounded_time(whole.oldest_us()), *oldest});
}

void HistoryTaking::answer(const TakenHistory& row, bool again) {
  content::Content content;
  content.set_sent_at_us(engine_.clock.now().value);
  content::HistoryTaken& taken = *content.mutable_history_taken();
  taken.set_history_id(row.history.bytes());
  taken.set_number(row.number);
  taken.set_held(row.held);
  taken.set_again(again);
  for (const AccountId& partner : engine_.store.taken_history.incomplete(kIncompleteMax))
    taken.add_incomplete(partner.bytes());
  const AccountId self = engine_.registration->account;
  const Bytes bytes = content.SerializeAsString();
  // One that has not left says the newer thing.
  if (const auto waiting = engine_.store.outbox.find_unsealed(self, OutboxKind::kHistoryTaken))
    return engine_.store.outbox.set_content(waiting->sequence, bytes);
  if (!engine_.outbox.add_own(engine_.random.id<MessageId>(), OutboxKind::kHistoryTaken, bytes, row.giver))
    wait(kGapMs);
}

void HistoryTaking::wait(uint64_t milliseconds) {
  quiet_.set(engine_.in_ms(milliseconds), [this] {
    const auto row = engine_.store.taken_history.find();
    if (!row || row->stage == HistoryStage::kComplete) return;
    wait(quiet_ms_);
    quiet_ms_ = std::min(2 * quiet_ms_, kQuietMaxMs);
    if (engine_.registered() && engine_.own_copies.is_other(row->giver)) answer(*row, true);
  });
}

std::optional<client_api::History> HistoryTaking::progress() {
  const auto row = engine_.store.taken_history.find();
  return row ? std::optional(HistoryProgress::of(*row)) : std::nullopt;
}

}  // namespace kith::core
