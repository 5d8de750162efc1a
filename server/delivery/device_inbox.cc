// SPDX-License-Identifier: AGPL-3.0-or-later

// Appending, committing and forgetting; device_inbox_session.cc has what concerns the session.
#include "server/delivery/device_inbox.h"

#include <algorithm>

#include "server/delivery/shard.h"

namespace kith {
namespace {

constexpr size_t kCoalesceDepth = 64;     // how far back a notice looks for one that it replaces
constexpr uint64_t kRetryDelayMs = 1000;  // after a failed commit

}  // namespace

DeviceInbox::DeviceInbox(Shard& shard, DeviceAddress address, uint32_t epoch)
    : shard_(shard), address_(address), last_(Position::of(epoch, 0)) {}

DeviceInbox::~DeviceInbox() { shard_.commit().count_undurable(-static_cast<std::ptrdiff_t>(undurable_bytes_)); }

Task<Result<void, StoreError>> DeviceInbox::load() {
  auto summary = co_await shard_.ports().inboxes.summarize(address_);
  co_await enter(shard_.executor());
  if (!summary) co_return Fail(summary.error());
  durable_last_ = summary->last;
  stored_count_ = summary->count;
  stored_bytes_ = summary->bytes;
  if (!summary->recent.empty()) {
    std::sort(summary->recent.begin(), summary->recent.end());
    stored_ids_ = std::make_unique<std::vector<MessageId>>(std::move(summary->recent));
  }
  co_return Result<void, StoreError>();
}

// ---------------------------------------------------------------- appending

DeviceInbox::Seen DeviceInbox::seen(const MessageId& id, const DeviceAddress& from, UnixMicros& server_time) const {
  if (recent_) {
    if (const auto time = recent_->find(id, from)) {
      server_time = *time;
      return Seen::kRepeated;
    }
  }
  if (stored_ids_ && std::binary_search(stored_ids_->begin(), stored_ids_->end(), id)) return Seen::kUnsure;
  return Seen::kNew;
}

Task<Result<std::optional<UnixMicros>, StoreError>> DeviceInbox::find_stored(MessageId id, DeviceAddress from) {
  constexpr size_t kCount = 256;
  constexpr size_t kBytes = 1 << 20;
  Position after = confirmed_;
  for (;;) {
    ++reads_;
    const auto entries = co_await shard_.ports().inboxes.read(address_, after, kCount, kBytes);
    co_await enter(shard_.executor());
    --reads_;
    if (!entries) co_return Fail(entries.error());
    if (entries->empty()) co_return std::optional<UnixMicros>();
    for (const InboxEntry& entry : *entries) {
      after = entry.position;
      if (entry.message_id != id) continue;
      const auto origin = message_origin(*entry.body);
      if (origin && origin->from == from) co_return std::optional<UnixMicros>(origin->server_time);
    }
  }
}

// An entry for a device that is connected and has been sent everything before it goes out inside the call that appends
// it.
bool DeviceInbox::sends_at_once() const {
  return session_ != nullptr && started_ && sent_ >= durable_last_ && first_after(sent_) == undurable_.size() &&
         window_open();
}

DeviceInbox::Room DeviceInbox::room(size_t payload_bytes) const {
  const DeliverySettings& settings = shard_.settings();
  const size_t bytes = payload_bytes + kEntryOverheadMax;
  // A sequence has 32 bits; an epoch that has used them up is over as soon as the account is idle.
  if (shard_.closing() || ended_ || last_.sequence() == UINT32_MAX) return Room::kBusy;
  if (stored_count_ + undurable_.size() >= settings.inbox_entries_max ||
      stored_bytes_ + undurable_bytes_ + bytes > settings.inbox_bytes_max) {
    return Room::kInboxFull;
  }
  const size_t undurable = shard_.commit().undurable_bytes();
  if (undurable + bytes > settings.undurable_bytes_max) return Room::kBusy;
  // Two connected devices go on talking while the disk is full: their messages do not need it.
  if (settings.store_bytes_max != 0 && !sends_at_once() &&
      shard_.ports().inboxes.bytes_held() + undurable + bytes > settings.store_bytes_max) {
    return Room::kStoreFull;
  }
  return Room::kEnough;
}

DeviceInbox::Room DeviceInbox::room_for(const AccountId& from, bool known, size_t payload_bytes) const {
  const DeliverySettings& settings = shard_.settings();
  const SenderShares::Amount bound{settings.inbox_entries_max, settings.inbox_bytes_max};
  if (!known && !SenderShares::is_roomy(held(), bound)) {
    static const SenderShares nobody_counted;
    const SenderShares& shares = shares_ ? *shares_ : nobody_counted;
    if (!shares.has_room(from, payload_bytes + kEntryOverheadMax, held(), bound)) return Room::kInboxFull;
  }
  return room(payload_bytes);
}

DeviceInbox::Undurable& DeviceInbox::push(Undurable entry, Position position, uint32_t life_ms) {
  entry.stored.position = position;
  entry.stored.expires_at = shard_.expiry_of(life_ms);
  last_ = position;
  const size_t bytes = entry.stored.body->size();
  undurable_bytes_ += bytes;
  shard_.commit().count_undurable(static_cast<std::ptrdiff_t>(bytes));
  return undurable_.push(std::move(entry));
}

void DeviceInbox::remember(const MessageOrigin& origin) {
  if (!recent_) recent_ = std::make_unique<RecentMessages>();
  if (!recent_->find(origin.id, origin.from)) recent_->add(origin.id, origin.from, origin.server_time);
}

void DeviceInbox::append(const IncomingMessage& message, Settlement::Part& waiting, bool withheld) {
  const DeliverySettings& settings = shard_.settings();
  const Position position{last_.value + 1};
  Undurable entry;
  entry.stored.message_id = message.id;
  entry.stored.body = withheld ? empty_body() : std::make_shared<const Bytes>(encode_message_body(message));
  entry.origin = message.from;
  entry.time = message.server_time;
  if (!withheld) entry.run = wire::ReceiptRun::of(message.receipt_number, message.id);
  entry.due_ms = shard_.now_ms() + (sends_at_once() ? settings.commit_delay_connected_ms : settings.commit_delay_ms);
  entry.waiting = &waiting;
  if (!recent_) recent_ = std::make_unique<RecentMessages>();
  recent_->add(message.id, message.from, message.server_time);
  const uint64_t due_ms = entry.due_ms;
  push(std::move(entry), position, message.life_ms);
  ++shard_.counters().messages_appended;
  if (SenderShares::is_roomy(held(), {settings.inbox_entries_max, settings.inbox_bytes_max})) {
    shares_.reset();
  } else {
    if (!shares_) shares_ = std::make_unique<SenderShares>();
    shares_->count(message.from.account, undurable_.back().stored.body->size());
  }
  last_used_s = static_cast<uint32_t>(shard_.now_ms() / 1000);
  shard_.commit().add(*this, due_ms, false);
  pump();
}

void DeviceInbox::wait_for(const MessageId& id, const DeviceAddress& from, Settlement& settlement) {
  for (size_t i = undurable_.size(); i-- > 0;) {
    Undurable& entry = undurable_[i];
    if (entry.stored.message_id != id || entry.origin != from) continue;
    Settlement::Part& part = settlement.add();
    part.next = entry.waiting;
    entry.waiting = &part;
    return;
  }
}

void DeviceInbox::append_receipt(const DeviceAddress& from, DeviceId sender, const wire::ReceiptRun& run) {
  Undurable notice;
  notice.kind = Kind::kReceipt;
  notice.origin = from;
  notice.sender = sender;
  notice.run = run;
  append_notice(std::move(notice));
}

void DeviceInbox::append_account_changed(const AccountId& account, Revision revision) {
  Undurable notice;
  notice.kind = Kind::kAccountChanged;
  notice.origin = {account, {}};
  notice.time = {revision.value};
  append_notice(std::move(notice));
}

Bytes DeviceInbox::encode_notice(const Undurable& notice) {
  if (notice.kind == Kind::kReceipt) return encode_receipt_body(notice.origin, notice.sender, notice.run);
  return encode_account_changed_body(notice.origin.account, {notice.time.value});
}

bool DeviceInbox::take_up(Undurable& known, const Undurable& notice) {
  if (known.kind != notice.kind || known.origin != notice.origin || known.sender != notice.sender) return false;
  // A hole between two runs stays a hole: whatever had those numbers never came to the device that confirms.
  if (known.kind == Kind::kReceipt) return known.run == notice.run || known.run.extend(notice.run);
  known.time = std::max(known.time, notice.time);
  return true;
}

void DeviceInbox::append_notice(Undurable notice) {
  // One that was delivered can't change (its position is spent), nor can one that is being written.
  const size_t first = first_after(std::max(spent_, batch_last_));
  const size_t size = undurable_.size();
  for (size_t i = size; i-- > first && size - i <= kCoalesceDepth;) {
    Undurable& entry = undurable_[i];
    if (!take_up(entry, notice)) continue;
    ++shard_.counters().receipts_coalesced;
    Bytes bytes = encode_notice(entry);
    const auto more =
        static_cast<std::ptrdiff_t>(bytes.size()) - static_cast<std::ptrdiff_t>(entry.stored.body->size());
    undurable_bytes_ += static_cast<size_t>(more);
    shard_.commit().count_undurable(more);
    entry.stored.body = std::make_shared<const Bytes>(std::move(bytes));
    return;
  }
  if (room(0) != Room::kEnough) {
    ++shard_.counters().notices_dropped;
    return;
  }
  const Position position{last_.value + 1};
  notice.due_ms = shard_.now_ms() + shard_.settings().commit_delay_notice_ms;
  notice.stored.body = std::make_shared<const Bytes>(encode_notice(notice));
  if (notice.kind == Kind::kReceipt) ++shard_.counters().receipts_appended;
  const uint64_t due_ms = notice.due_ms;
  push(std::move(notice), position, 0);
  last_used_s = static_cast<uint32_t>(shard_.now_ms() / 1000);
  shard_.commit().add(*this, due_ms, true);
  pump();
}

// ---------------------------------------------------------------- committing

size_t DeviceInbox::first_after(Position position) const {
  // Positions in memory are dense, all of this epoch.
  if (undurable_.empty() || position < undurable_[0].stored.position) return 0;
  return std::min<size_t>(undurable_.size(), position.value - undurable_[0].stored.position.value + 1);
}

void DeviceInbox::pop_front(Settled how) {
  Undurable& entry = undurable_.front();
  const size_t bytes = entry.stored.body->size();
  undurable_bytes_ -= bytes;
  shard_.commit().count_undurable(-static_cast<std::ptrdiff_t>(bytes));
  Settlement::settle_all(entry.waiting, how);
  undurable_.pop_front();
}

void DeviceInbox::drop_undurable(Settled how) {
  while (!undurable_.empty()) pop_front(how);
}

uint64_t DeviceInbox::next_due_ms(bool& only_notices) const {
  only_notices = true;
  uint64_t due_ms = UINT64_MAX;
  for (size_t i = 0; i < undurable_.size(); ++i) {
    due_ms = std::min(due_ms, undurable_[i].due_ms);
    if (undurable_[i].kind == Kind::kMessage) only_notices = false;
  }
  return due_ms;
}

void DeviceInbox::register_due() {
  if (undurable_.empty()) return;
  bool only_notices = false;
  const uint64_t due_ms = next_due_ms(only_notices);
  shard_.commit().add(*this, due_ms, only_notices);
}

bool DeviceInbox::collect(uint64_t now_ms, InboxStore::Batch& batch, size_t& bytes_left) {
  // What is on disk is always a prefix of what is unconfirmed, so that a crash leaves no gap: everything before an
  // entry that is due goes too.
  size_t count = undurable_.size();
  while (count > 0 && undurable_[count - 1].due_ms > now_ms) --count;
  size_t taken = 0;
  for (; taken < count && bytes_left > 0; ++taken) {
    const InboxEntry& entry = undurable_[taken].stored;
    batch.appends.push_back({address_, entry});
    bytes_left -= std::min(bytes_left, entry.body->size());
  }
  if (taken == 0) return false;
  batch_last_ = undurable_[taken - 1].stored.position;
  return true;
}

void DeviceInbox::committed(Result<void, StoreError> result) {
  if (ended_) {
    batch_last_ = {};
    return;
  }
  if (!result) return commit_failed(result.error());
  while (!undurable_.empty() && undurable_.front().stored.position <= batch_last_) {
    ++stored_count_;
    stored_bytes_ += undurable_.front().stored.body->size();
    ++shard_.counters().entries_committed;
    pop_front(Settled::kSafe);
  }
  durable_last_ = std::max(durable_last_, batch_last_);
  batch_last_ = {};
  register_due();
  pump();
}

// A full disk has taken nothing: what nobody has seen is taken back. A store that is away may have written some of it,
// and a later run would find that on disk, while the device may have confirmed another entry at its position: so it
// keeps the position and is written again, and its sender, who does not know, sends the same id (SEND-3).
void DeviceInbox::commit_failed(StoreError error) {
  const bool full = error == StoreError::kFull;
  const Settled why = full ? Settled::kFull : Settled::kUnavailable;
  if (!full) maybe_written_ = std::max(maybe_written_, batch_last_);
  const Position kept = std::max(spent_, maybe_written_);
  const bool take_back = batch_last_ > kept;
  const size_t failed = first_after(batch_last_);
  batch_last_ = {};
  for (size_t i = 0; i < failed; ++i) {
    Settlement::settle_all(std::exchange(undurable_[i].waiting, nullptr), why);
    undurable_[i].due_ms = shard_.now_ms() + kRetryDelayMs;
  }
  std::vector<Undurable> notices;
  while (take_back && !undurable_.empty() && undurable_.back().stored.position > kept) {
    Undurable& entry = undurable_.back();
    const size_t bytes = entry.stored.body->size();
    undurable_bytes_ -= bytes;
    shard_.commit().count_undurable(-static_cast<std::ptrdiff_t>(bytes));
    last_ = {entry.stored.position.value - 1};
    if (entry.kind == Kind::kMessage) {
      Settlement::settle_all(entry.waiting, why);
      if (recent_) recent_->remove(entry.stored.message_id, entry.origin);
    } else {
      notices.push_back(std::move(entry));
    }
    undurable_.pop_back();
  }
  register_due();
  for (size_t i = notices.size(); i-- > 0;) append_notice(std::move(notices[i]));
  pump();
}

void DeviceInbox::refuse_waiting(Settled why) {
  for (size_t i = 0; i < undurable_.size(); ++i)
    Settlement::settle_all(std::exchange(undurable_[i].waiting, nullptr), why);
}

// ---------------------------------------------------------------- forgetting

void DeviceInbox::count_forgotten(uint64_t count, uint64_t bytes) {
  stored_count_ -= std::min(stored_count_, count);
  stored_bytes_ -= std::min(stored_bytes_, bytes);
}

void DeviceInbox::forget_later() {
  forget_next_ = confirmed_;
  if (in_forget_list) return;
  forget_to_ = forget_next_;
  shard_.commit().forget_later(*this);
}

std::optional<Position> DeviceInbox::forgettable() {
  if (ended_) return std::nullopt;
  // What a Hello has confirmed is forgotten only after it was read for its receipts; trim() comes back here.
  if (trim_from_ < trim_to_) {
    if (!shard_.closing()) start_trim();
    return std::nullopt;
  }
  const Position up_to = forget_to_;
  if (forget_next_ > up_to) {
    forget_to_ = forget_next_;
    shard_.commit().forget_later(*this);
  }
  return up_to;
}

void DeviceInbox::end() {
  if (ended_) return;
  ended_ = true;
  if (session_ != nullptr) session_->close(wire::kUnauthenticated, "the device was ended");
  reset_session();
  drop_undurable(Settled::kEnded);
  recent_.reset();
  stored_ids_.reset();
  shard_.commit().forget_all(address_);
}

bool DeviceInbox::idle() const {
  return session_ == nullptr && undurable_.empty() && batch_last_.value == 0 && !reading_ && !trimming_ &&
         reads_ == 0 && !in_message_list && !in_notice_list && !in_forget_list;
}

void DeviceInbox::shrink() {
  if (undurable_.empty() && stored_count_ == 0) {
    recent_.reset();
    stored_ids_.reset();
  }
  undurable_.release();
  in_flight_.release();
}

}  // namespace kith
