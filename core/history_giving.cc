// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/history_giving.h"

#include <algorithm>
#include <utility>

#include "base/limits.h"
#include "core/contents.h"
#include "core/engine.h"
#include "core/openings_view.h"

namespace kith::core {

namespace {

using content::History;

constexpr size_t kPartBytes = 96;         // of a part beside head and messages, at most
constexpr size_t kMessageBytes = 8;       // tag and length of a message in its part, at most
constexpr size_t kReactionsBytes = 1000;  // of one message
constexpr size_t kVersionsBytes = 8000;   // of one that was edited, and with its text
constexpr size_t kWithVersionsBytes = 32 * 1024;
constexpr size_t kFieldBytes = 340;  // of all fields but text, excerpt and raw, and of what is around the only message
static_assert(std::max(kTextBytesMax + kQuoteBytesMax, GivenHistoryTable::kRawBytesMax) + kPartBytes + kFieldBytes +
                      kReactionsBytes <
                  kEnvelopeBytesMax - 2048,
              "any message can be given alone");

void add_remarks(Store& store, const MessageRow& message, History::Message& one) {
  auto [all, pin] = store.remarks.of(message.id);
  if (pin && !pin->value.empty()) {
    one.mutable_pin()->set_account(pin->account.bytes());
    one.mutable_pin()->set_device_id(pin->device.value);
    contents::write_pin(*pin, *one.mutable_pin()->mutable_pin());
  }
  const AccountId self = store.account.account_id();
  std::ranges::stable_partition(all, [&self](const RemarkRow& each) { return each.account == self; });
  size_t bytes = 0;
  for (const RemarkRow& each : all) {
    History::Message::ReactionOf given;
    given.set_account(each.account.bytes());
    given.set_device_id(each.device.value);
    contents::write_reaction(each, *given.mutable_reaction());
    bytes += given.ByteSizeLong() + kMessageBytes;
    if (bytes > kReactionsBytes) return;
    *one.add_reactions() = std::move(given);
  }
}

// What it said before, as far as there is room.
void add_versions(Store& store, const MessageRow& message, History::Message& one) {
  size_t bytes = one.ByteSizeLong();
  const size_t bytes_max = std::min(bytes + kVersionsBytes, kWithVersionsBytes);
  for (const CorrectionRow& each : store.corrections.versions(message.id)) {
    History::Message::Version version;
    version.set_at_us(each.at.value);
    version.set_device_id(each.device.value);
    if (!one.has_shown()) {
      *one.mutable_shown() = std::move(version);
      continue;
    }
    contents::write_words({each.text.value_or(""), each.rest}, *version.mutable_text());
    bytes += version.ByteSizeLong() + kMessageBytes;
    if (bytes > bytes_max) return;
    *one.add_versions() = std::move(version);
  }
}

History::Message written(Store& store, const MessageRow& message, bool unread) {
  History::Message one;
  one.set_message_id(message.id.bytes());
  one.set_device_id(message.from_device.value);
  one.set_outgoing(message.outgoing);
  one.set_sent_at_us(message.sent_at.value);
  one.set_order_us(message.order.value);
  if (message.outgoing) one.set_tick(static_cast<uint32_t>(message.tick));
  if (unread) {
    one.set_unread(true);
    one.set_receipt_number(message.receipt_number);
  }
  switch (message.kind) {
    case MessageKind::kText: contents::write_text(message, *one.mutable_text()); break;
    case MessageKind::kMedia:
      if (const auto media = contents::media_of(message); media && media->view_once()) {
        (void)one.mutable_media()->ParseFromString(contents::opened(*media));
      } else {
        contents::write_media(message, *one.mutable_media());
        one.set_opened(is_opened(store, message));
      }
      break;
    case MessageKind::kUnsupported: one.set_unsupported(message.raw); break;
    case MessageKind::kIdentityChanged: one.set_notice(History::Message::kIdentityChanged); break;
    case MessageKind::kHandleMoved: one.set_notice(History::Message::kHandleMoved); break;
    case MessageKind::kDeleted: one.set_deleted_by(message.raw); break;
    case MessageKind::kGroupEvent:
    case MessageKind::kUndecryptable: break;  // can't be given (history_table.h)
  }
  if (contents::is_written(message)) add_remarks(store, message, one);
  if (message.edited.value != 0) add_versions(store, message, one);
  return one;
}

}  // namespace

HistoryGiving::HistoryGiving(Engine& engine)
    : engine_(engine), first_(engine.timers), silence_(engine.timers), progress_(engine) {}

std::optional<HistoryId> HistoryGiving::promise(DeviceId device, client_api::HistoryScope scope) {
  engine_.store.given_history.remove(device);
  if (scope != client_api::kHistoryYear && scope != client_api::kHistoryAll) return std::nullopt;
  GivenHistory row;
  row.device = device;
  row.history = engine_.random.id<HistoryId>();
  row.promised = engine_.clock.now();
  const uint64_t now = engine_.connection.server_now().value;
  if (scope == client_api::kHistoryYear && now > kYearUs) row.since = {now - kYearUs};
  engine_.store.given_history.set(row);
  return row.history;
}

void HistoryGiving::load() {
  for (const GivenHistory& row : engine_.store.given_history.list()) {
    if (row.stage == HistoryStage::kPromised && engine_.own_copies.is_other(row.device))
      first_.set(engine_.in_ms(kFirstMs), [this] { look_ = true; });
  }
}

void HistoryGiving::look_at_list() {
  look_ = true;
  const uint64_t now = engine_.clock.now().value;
  for (const GivenHistory& row : engine_.store.given_history.list()) {
    const bool may_come = row.stage == HistoryStage::kPromised && now < row.promised.value + kPromiseUs;
    if (!may_come && !engine_.own_copies.is_other(row.device)) engine_.store.given_history.remove(row.device);
  }
  load();
}

void HistoryGiving::missed(DeviceId device) { send_again(device, static_cast<int64_t>(kAheadMax)); }

void HistoryGiving::pump() {
  if (!look_) return;
  look_ = false;
  bool waits = false;
  for (GivenHistory& row : engine_.store.given_history.list()) {
    if (row.stage == HistoryStage::kComplete || !engine_.own_copies.is_other(row.device)) continue;
    give(row);
    waits = waits || row.number > row.taken;
  }
  if (!waits) {
    silence_.cancel();
  } else if (!silence_.is_set()) {
    silence_.set(engine_.in_ms(silent_ms_), [this] { on_silence(); });
  }
}

void HistoryGiving::give(GivenHistory& row) {
  if (row.stage == HistoryStage::kPromised) {
    // What is not taken in here yet may be older than the device, and would be missing there.
    if (first_.is_set()) return;
    if (engine_.connection.state() != client_api::State::kOnline) {
      if (engine_.connection.ready()) first_.set(engine_.in_ms(kFirstMs), [this] { look_ = true; });
      return;
    }
    row.stage = HistoryStage::kGiving;
    row.total = engine_.store.given_history.take_stock(row.device, row.since);
    engine_.store.given_history.set(row);
    progress_.tell();
  }
  while (row.number < row.taken + kAheadMax && !engine_.database.failed()) {
    if (!make_batch(row)) return;
  }
}

bool HistoryGiving::make_batch(GivenHistory& row) {
  content::Content content;
  content.set_sent_at_us(engine_.clock.now().value);
  History& batch = *content.mutable_history();
  batch.set_history_id(row.history.bytes());
  batch.set_number(row.number + 1);
  fill(batch, row);
  if (batch.parts_size() == 0) {
    // All was given. When it has all of that, and nothing has to be given again, that is said.
    if (row.last != 0 || row.taken < row.number) return false;
    row.total = engine_.store.given_history.given(row.device);
    row.last = row.number + 1;
    batch.set_last(true);
  }
  batch.set_total(row.total);
  const Bytes bytes = content.SerializeAsString();
  put(row.device, bytes);
  ++row.number;
  engine_.store.given_history.add_batch(row.device, row.number, bytes);
  engine_.store.given_history.set(row);
  return true;
}

void HistoryGiving::fill(History& batch, const GivenHistory& row) {
  size_t bytes = 0;
  while (const auto next = engine_.store.given_history.next(row.device)) {
    if (!add_part(batch, bytes, row, *next) || engine_.database.failed()) return;
  }
}

bool HistoryGiving::add_part(History& batch, size_t& bytes, const GivenHistory& row, GivenConversation given) {
  History::Part part;
  size_t size = kPartBytes;
  bool full = false;
  bool ended = true;
  if (const auto conversation = engine_.store.conversations.find(given.conversation)) {
    conversation->peer.is_group() ? part.set_group(conversation->peer.id.bytes())
                                  : part.set_account(conversation->peer.id.bytes());
    if (!given.begun && given.given == 0) *part.mutable_head() = head_of(*conversation);
    size += part.head().ByteSizeLong();
    if (bytes + size > kBatchBytes && bytes > 0) return false;
    const uint64_t most = given.begun ? UINT64_MAX : kFirstOfEach;
    ended = engine_.store.given_history.each_older(
        given.conversation, given.oldest, row.since, [&](const MessageRow& message, bool unread) {
          History::Message one = written(engine_.store, message, unread);
          if (conversation->peer.is_group() && !message.outgoing) one.set_author(message.from.bytes());
          const size_t more = one.ByteSizeLong() + kMessageBytes;
          // The largest of all goes alone.
          const bool alone = bytes == 0 && !part.has_head() && part.messages_size() == 0;
          full = bytes + size + more > kBatchBytes && !alone;
          if (full) return false;
          size += more;
          *part.add_messages() = std::move(one);
          given.oldest = MessageCursor{message.order, message.id};
          if (!given.newest) given.newest = given.oldest;
          ++given.given;
          return given.given < most;
        });
  } else {  // the conversation is gone
    given.newest.reset();
    given.given = 0;
  }
  if (full && part.messages_size() == 0 && bytes > 0) return false;  // begins the next batch
  if (!full || part.messages_size() == 0) given.begun = true;
  if (ended) given.done = batch.number();
  if (ended && given.newest) {
    History::Whole& whole = *part.mutable_whole();
    whole.set_given(given.given);
    whole.set_newest_us(given.newest->order.value);
    whole.set_newest_id(given.newest->id.bytes());
    whole.set_oldest_us(given.oldest->order.value);
    whole.set_oldest_id(given.oldest->id.bytes());
  }
  engine_.store.given_history.update(row.device, given);
  if (part.has_head() || part.has_whole() || part.messages_size() > 0) {
    bytes += size;
    *batch.add_parts() = std::move(part);
  }
  return !full;
}

History::Head HistoryGiving::head_of(const ConversationRow& conversation) {
  History::Head head;
  head.set_made_us(conversation.made.value);
  const auto partner = conversation.direct_peer();
  if (!partner) return head;
  if (const auto profile = engine_.store.profiles.find(*partner)) {
    head.set_name(profile->name);
    head.set_about(profile->about);
    head.set_profile_key(profile->keys.substr(0, kProfileKeyBytes));
    head.set_fetched_us(profile->fetched.value);
  }
  for (const Handle& handle : engine_.store.handles.of(*partner)) head.add_handles(handle.text());
  return head;
}

void HistoryGiving::put(DeviceId device, const Bytes& content) {
  engine_.outbox.add_own(engine_.random.id<MessageId>(), OutboxKind::kHistory, content, device);
}

void HistoryGiving::send_again(DeviceId device, int64_t count) {
  if (!engine_.own_copies.is_other(device)) return;
  if (engine_.outbox.has(engine_.registration->account, OutboxKind::kHistory)) return;  // some have not left yet
  for (const GivenHistoryTable::Batch& batch : engine_.store.given_history.batches(device, count))
    put(device, batch.content);
}

bool HistoryGiving::take(const IncomingContent& incoming) {
  if (!engine_.is_self(incoming.sender.account)) return false;
  const content::HistoryTaken& taken = incoming.content.history_taken();
  auto row = engine_.store.given_history.find(incoming.sender.device);
  if (!row || taken.history_id() != row->history.view()) return true;
  look_ = true;
  silence_.cancel();
  silent_ms_ = kSilentMs;
  const bool has_lost = taken.number() < row->taken && taken.again();
  if (has_lost || taken.number() > row->number) {
    restart(*row, taken.number());
    return true;
  }
  if (taken.number() < row->taken) return true;  // said before
  row->taken = taken.number();
  row->held = taken.held();
  engine_.store.given_history.remove_batches(row->device, row->taken);
  give_again(*row, taken);
  if (row->last != 0 && row->taken >= row->last) {
    row->stage = HistoryStage::kComplete;
    engine_.store.given_history.remove_conversations(row->device);
  }
  engine_.store.given_history.set(*row);
  if (taken.again()) send_again(row->device, static_cast<int64_t>(kAheadMax));
  progress_.tell();
  return true;
}

void HistoryGiving::give_again(const GivenHistory& row, const content::HistoryTaken& taken) {
  for (const std::string& bytes : taken.incomplete()) {
    const auto partner = AccountId::from_bytes(bytes);
    if (!partner) continue;
    // By the id alone it may be either.
    for (const Target& peer : {Target(*partner), Target(GroupId{partner->value})}) {
      const auto conversation = engine_.store.conversations.with(peer);
      const auto given = conversation ? engine_.store.given_history.find(row.device, *conversation) : std::nullopt;
      // What is being given again was counted before.
      if (!given || given->done == 0 || given->done > row.taken || given->repeats >= kRepeatsMax) continue;
      GivenConversation anew;
      anew.place = given->place;
      anew.conversation = given->conversation;
      anew.repeats = given->repeats + 1;
      engine_.store.given_history.update(row.device, anew);
    }
  }
}

// The device goes on after this batch, as its database or this one is older than what was said.
void HistoryGiving::restart(GivenHistory& row, uint64_t number) {
  if (row.restarts >= kRestartsMax || number > INT64_MAX / 2) return;
  engine_.outbox.remove_all(engine_.registration->account, OutboxKind::kHistory);
  engine_.store.given_history.remove_batches(row.device, INT64_MAX);
  ++row.restarts;
  row.stage = HistoryStage::kPromised;
  row.number = row.taken = number;
  row.last = 0;
  engine_.store.given_history.set(row);
}

void HistoryGiving::on_silence() {
  silent_ms_ = std::min(2 * silent_ms_, kSilentMaxMs);
  look_ = true;
  for (const GivenHistory& row : engine_.store.given_history.list()) {
    if (row.number > row.taken) send_again(row.device, 1);
  }
}

std::optional<client_api::History> HistoryGiving::progress(DeviceId device) {
  const auto row = engine_.store.given_history.find(device);
  return row ? std::optional(HistoryProgress::of(*row)) : std::nullopt;
}

}  // namespace kith::core
