// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/delivery/device_inbox.h"

#include <algorithm>
#include <utility>

namespace kith {
namespace {

constexpr uint64_t kRetryDelayMs = 1000;  // after a failed commit
constexpr size_t kReadCount = 256;        // of a backlog that is read for what it says, not to be sent
constexpr size_t kReadBytes = 1 << 20;

}  // namespace

DeviceInbox::DeviceInbox(Ports& ports, DeviceAddress address, uint32_t epoch)
    : address_(address), ports_(ports), log_(epoch, ports.commit.undurable_counter()) {}

Task<Result<void, StoreError>> DeviceInbox::load() {
  auto summary = co_await ports_.store.summarize(address_);
  co_await enter(ports_.executor);
  if (!summary) co_return Fail(summary.error());
  log_.loaded(summary->last);
  forgetting_.count_stored(summary->count, summary->bytes);
  if (!summary->recent.empty()) admission().set_stored(std::move(summary->recent));
  co_return Result<void, StoreError>();
}

// ---------------------------------------------------------------- appending

Admission& DeviceInbox::admission() {
  if (!admission_) admission_ = std::make_unique<Admission>();
  return *admission_;
}

void DeviceInbox::remember(const MessageOrigin& origin) {
  admission().remember(origin.id, origin.from, origin.server_time);
}

DeviceInbox::Seen DeviceInbox::seen(const MessageId& id, const DeviceAddress& from, UnixMicros& server_time) const {
  if (!admission_) return Seen::kNew;
  if (const auto time = admission_->find(id, from)) {
    server_time = *time;
    return Seen::kRepeated;
  }
  return admission_->may_be_stored(id) ? Seen::kUnsure : Seen::kNew;
}

Task<Result<std::optional<UnixMicros>, StoreError>> DeviceInbox::find_stored(MessageId id, DeviceAddress from) {
  Position after = window_.confirmed();
  for (;;) {
    ++reads_;
    const auto entries = co_await ports_.store.read(address_, after, kReadCount, kReadBytes);
    co_await enter(ports_.executor);
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
  return started_session() != nullptr && window_.sent() >= log_.durable_last() &&
         log_.first_after(window_.sent()) == log_.size() && window_.is_open(ports_.settings);
}

DeviceInbox::Room DeviceInbox::room(size_t payload_bytes, bool shared) const {
  const DeliverySettings& settings = ports_.settings;
  const size_t bytes = payload_bytes + kEntryOverheadMax;
  // A sequence has 32 bits; an epoch that has used them up is over as soon as the account is idle.
  if (ports_.commit.is_draining() || ended_ || last().sequence() == UINT32_MAX) return Room::kBusy;
  const Amount present = held();
  if (present.entries >= settings.inbox_entries_max || present.bytes + bytes > settings.inbox_bytes_max)
    return Room::kInboxFull;
  const size_t undurable = ports_.commit.undurable_bytes();
  const size_t counted = shared ? UndurableLog::kSharedEntryBytes : bytes;
  if (undurable + counted > settings.undurable_bytes_max) return Room::kBusy;
  // Two connected devices go on talking while the disk is full: their messages do not need it.
  if (settings.store_bytes_max == 0 || sends_at_once()) return Room::kEnough;
  const std::optional<uint64_t> held_by_all = ports_.store.bytes_held();  // absent: its bound is its own
  const bool is_full = held_by_all && *held_by_all + undurable + counted > settings.store_bytes_max;
  return is_full ? Room::kStoreFull : Room::kEnough;
}

bool DeviceInbox::has_share(const AccountId& from, size_t payload_bytes) const {
  static const Admission nobody_counted;
  const Admission& admission = admission_ ? *admission_ : nobody_counted;
  return admission.has_share(from, payload_bytes + kEntryOverheadMax, held(), bound());
}

void DeviceInbox::append(const IncomingMessage& message, Settlement::Part& waiting, bool withheld) {
  append_message(UndurableLog::Entry::message(message, withheld), ports_.time.expiry_of(message.life_ms), waiting);
}

void DeviceInbox::append(const GroupMessage& message, Settlement::Part& waiting) {
  const UnixMicros end = ports_.time.expiry_of(message.life_ms, message.server_time);
  append_message(UndurableLog::Entry::group_message(message), end, waiting);
}

void DeviceInbox::append_message(UndurableLog::Entry made, UnixMicros expires_at, Settlement::Part& waiting) {
  const DeliverySettings& settings = ports_.settings;
  made.stored.expires_at = expires_at;
  made.due_ms =
      ports_.time.now_ms() + (sends_at_once() ? settings.commit_delay_connected_ms : settings.commit_delay_ms);
  made.waiting = &waiting;
  const UndurableLog::Entry& entry = log_.append(std::move(made));
  ++ports_.counters.messages_appended;
  admission().let_in(entry.stored.message_id, entry.origin, entry.time, entry.stored.body->size(), held(), bound());
  use();
  ports_.commit.add(*this, {entry.due_ms, false});
  pump();
}

void DeviceInbox::append_receipt(const DeviceAddress& from, DeviceId sender, const wire::ReceiptRun& run) {
  append_notice(UndurableLog::Entry::receipt(from, sender, run));
}

void DeviceInbox::append_account_changed(const AccountId& account, Revision revision) {
  append_notice(UndurableLog::Entry::account_changed(account, revision));
}

void DeviceInbox::append_group_changed(const GroupId& group, Revision revision) {
  append_notice(UndurableLog::Entry::group_changed(group, revision));
}

void DeviceInbox::append_group_receipt(const InboxBody& body) {
  append_notice(UndurableLog::Entry::group_receipt(body));
}

void DeviceInbox::append_notice(UndurableLog::Entry notice) {
  if (log_.take_up(notice, window_.spent())) {
    if (notice.kind == UndurableLog::Kind::kReceipt) ++ports_.counters.receipts_coalesced;
    return;
  }
  if (room(notice.stored.body ? notice.stored.body->size() : 0) != Room::kEnough) {
    ++ports_.counters.notices_dropped;
    return;
  }
  notice.stored.expires_at = ports_.time.expiry_of(0);
  notice.due_ms = ports_.time.now_ms() + ports_.settings.commit_delay_notice_ms;
  if (notice.kind == UndurableLog::Kind::kReceipt) ++ports_.counters.receipts_appended;
  if (notice.kind == UndurableLog::Kind::kGroupReceipt) ++ports_.counters.group_receipts_appended;
  const UndurableLog::Entry& entry = log_.append(std::move(notice));
  use();
  ports_.commit.add(*this, {entry.due_ms, true});
  pump();
}

// ---------------------------------------------------------------- committing

void DeviceInbox::register_due() {
  if (!log_.empty()) ports_.commit.add(*this, due());
}

bool DeviceInbox::collect(uint64_t now_ms, InboxStore::Batch& batch, size_t& bytes_left) {
  return log_.collect(now_ms, address_, batch, bytes_left);
}

void DeviceInbox::committed(Result<void, StoreError> result) {
  if (!result && !ended_) return commit_failed(result.error());
  const Amount amount = log_.committed();
  if (ended_) return;
  forgetting_.count_stored(amount.entries, amount.bytes);
  ports_.counters.entries_committed += amount.entries;
  register_due();
  pump();
}

void DeviceInbox::commit_failed(StoreError error) {
  std::vector<UndurableLog::Entry> back = log_.failed(error, window_.spent(), ports_.time.now_ms() + kRetryDelayMs);
  std::erase_if(back, [this](const UndurableLog::Entry& entry) {
    if (entry.kind != UndurableLog::Kind::kMessage) return false;
    if (admission_) admission_->forget(entry.stored.message_id, entry.origin);
    return true;
  });
  register_due();
  for (size_t i = back.size(); i-- > 0;) append_notice(std::move(back[i]));
  pump();
}

// ---------------------------------------------------------------- the session

void DeviceInbox::attach(Session& session, Position confirmed, std::vector<Position> withheld) {
  const Position before = window_.confirmed();
  window_.attach(session, confirmed);
  use();
  if (confirmed > before) {
    log_.confirm(confirmed, [&](const UndurableLog::Entry& entry) {
      if (entry.kind == UndurableLog::Kind::kMessage)
        receipt_for(entry.stored.position, entry.origin, entry.run, entry.group, withheld);
      ++ports_.counters.entries_confirmed;
    });
    if (before < log_.durable_last()) {
      forgetting_.trim(before, std::min(confirmed, log_.durable_last()), std::move(withheld));
    } else if (before < std::max({log_.durable_last(), log_.batch_last(), log_.maybe_written()})) {
      forget_later();
    }
  }
  start_trim();
}

Task<Result<Position, StoreError>> DeviceInbox::first_position(Position claimed) {
  if (confirmed() < log_.durable_last()) {
    ++reads_;
    const auto entries = co_await ports_.store.read(address_, confirmed(), 1, 1);
    co_await enter(ports_.executor);
    --reads_;
    if (!entries) co_return Fail(entries.error());
    if (!entries->empty() && entries->front().position <= log_.durable_last()) co_return entries->front().position;
  }
  if (!log_.empty()) co_return log_[0].stored.position;
  // Empty. If the next entry would look like a gap to the device (entries have expired, or it has lost some of its
  // past), it is told now.
  const Position next{last().value + 1};
  co_return next.sequence() == 1 || claimed.may_be_followed_by(next) ? Position{} : next;
}

void DeviceInbox::start() {
  const Position in_memory = log_.empty() ? Position{} : log_[log_.size() - 1].stored.position;
  window_.start(std::max(log_.durable_last(), in_memory));
  pump();
}

void DeviceInbox::pump() {
  if (started_session() == nullptr) return;
  if (window_.sent() < log_.durable_last()) {
    if (!reading_ && window_.is_half_open(ports_.settings)) {
      reading_ = true;
      ports_.scope.spawn(read_backlog());
    }
    return;
  }
  send_from_memory();
  window_.end_backlog(log_.first_after(window_.sent()) < log_.size());
}

void DeviceInbox::send_from_memory() {
  if (log_.first_after(window_.sent()) == log_.size()) return;
  SessionWindow::Run run(window_);
  const UnixMicros over = ports_.time.believed();
  for (size_t next = log_.first_after(window_.sent()); next < log_.size() && window_.is_open(ports_.settings); ++next) {
    UndurableLog::Entry& entry = log_[next];
    if (entry.stored.expires_at <= over) {
      entry.run = {};  // nobody gets it
      run.add_expired(entry.stored.position);
      continue;
    }
    const bool is_message = entry.kind == UndurableLog::Kind::kMessage;
    run.add(entry.stored, entry.origin, is_message ? entry.run : wire::ReceiptRun{}, entry.group);
  }
  run.flush();
  ports_.counters.entries_delivered += run.sent();
}

Task<void> DeviceInbox::read_backlog() {
  while (started_session() != nullptr && window_.sent() < log_.durable_last() &&
         window_.is_half_open(ports_.settings)) {
    const uint32_t session_number = window_.session_number();
    const Position after = window_.sent();
    const Position limit = log_.durable_last();  // what is beyond may be half a batch, or left by one that failed
    const SessionWindow::Space space = window_.space(ports_.settings);
    auto entries = co_await ports_.store.read(address_, after, space.entries, space.bytes);
    co_await enter(ports_.executor);
    if (window_.session_number() != session_number || window_.sent() != after) continue;
    if (!entries) {
      window_.break_off(EndReason::kStoreAway);
      break;
    }
    deliver_stored(*entries, limit);
  }
  reading_ = false;
  // When the window closed, a confirmation calls pump().
  if (session() != nullptr && window_.sent() >= log_.durable_last()) pump();
}

// The entries that were read after what was sent.
void DeviceInbox::deliver_stored(std::span<const InboxEntry> entries, Position limit) {
  const UnixMicros over = ports_.time.believed();
  const UnixMicros over_from_before = ports_.time.over_by_from_before();
  SessionWindow::Run run(window_);
  for (const InboxEntry& entry : entries) {
    if (entry.position > limit) break;
    const bool from_before = ports_.slots.is_from_before(address_.account, entry.position);
    if (entry.expires_at <= (from_before ? over_from_before : over)) {
      run.add_expired(entry.position);
      continue;
    }
    const auto origin = message_origin(*entry.body);
    if (origin) remember(*origin);
    if (origin) {
      run.add(entry, origin->from, origin->run, origin->group);
    } else {
      run.add(entry, {}, {});
    }
  }
  if (run.empty()) {  // what was there has expired
    run.add_expired(limit);
    forgetting_.count_all_gone();
  }
  run.flush();
  ports_.counters.entries_delivered += run.sent();
}

void DeviceInbox::receipt_for(Position position, const DeviceAddress& from, const wire::ReceiptRun& run,
                              const GroupId& group, std::span<const Position> withheld) {
  if (run.none() || std::binary_search(withheld.begin(), withheld.end(), position)) return;
  if (group.is_none()) {
    ports_.send_receipt(address_, from, run);
  } else {
    ports_.send_group_receipt(address_, from, group, run);
  }
}

void DeviceInbox::confirm(Position position, std::span<const Position> withheld) {
  bool on_disk = confirmed() < log_.maybe_written();
  const bool is_new = window_.confirm(position, [&](const SessionWindow::Sent& entry) {
    receipt_for(entry.position, entry.from, entry.run, entry.group, withheld);
    if (entry.position <= log_.durable_last()) {
      if (!entry.expired) forgetting_.count_gone(1, entry.bytes);
      on_disk = true;
    } else if (entry.position <= log_.batch_last()) {
      on_disk = true;  // or will be in a moment: forgotten with a later batch
    } else {
      ++ports_.counters.confirmed_before_commit;
    }
    ++ports_.counters.entries_confirmed;
  });
  if (!is_new) return;
  log_.confirm(confirmed(), [](const UndurableLog::Entry&) {});
  // Sweeps of what has expired are not counted.
  if (confirmed() >= log_.durable_last()) forgetting_.count_all_gone();
  if (on_disk) forget_later();
  start_trim();  // when an earlier one met a store that was away
  pump();
}

void DeviceInbox::redeliver(Position after) {
  if (window_.redeliver(after)) pump();
}

// ---------------------------------------------------------------- forgetting

void DeviceInbox::forget_later() {
  if (forgetting_.later(confirmed())) ports_.commit.forget_later(*this);
}

std::optional<Position> DeviceInbox::forgettable() {
  if (ended_) {
    forgetting_.leave_list();
    return std::nullopt;
  }
  const Forgetting::Answer answer = forgetting_.come_up();
  if (answer.list_again) ports_.commit.forget_later(*this);
  if (!ports_.commit.is_draining()) start_trim();
  return answer.up_to;
}

void DeviceInbox::start_trim() {
  if (forgetting_.begin_trim()) ports_.scope.spawn(trim());
}

// Makes the receipts of stored entries that a Hello has confirmed: nothing else remembers who sent them.
Task<void> DeviceInbox::trim() {
  while (!ended_ && !forgetting_.is_trimmed()) {
    const auto entries = co_await ports_.store.read(address_, forgetting_.trim_after(), kReadCount, kReadBytes);
    co_await enter(ports_.executor);
    if (!entries) break;
    const UnixMicros over = ports_.time.believed();
    for (const InboxEntry& entry : forgetting_.trimmed(*entries)) {
      ++ports_.counters.entries_confirmed;
      const auto origin = message_origin(*entry.body);
      if (!origin) continue;
      remember(*origin);
      // One that is over now may have been over when it was to be delivered.
      if (entry.expires_at > over)
        receipt_for(entry.position, origin->from, origin->run, origin->group, forgetting_.withheld());
    }
  }
  forgetting_.end_trim();
  if (!ended_) forget_later();  // when the store was away: forgettable() begins again
}

// ---------------------------------------------------------------- for the shard

void DeviceInbox::stop(Settled why, EndReason reason, ShownList list) {
  ended_ = true;
  window_.close(reason, std::move(list));
  log_.drop(why);
  admission_.reset();
}

void DeviceInbox::end(ShownList list) {
  if (ended_) return;
  stop(Settled::kEnded, EndReason::kDeviceEnded, std::move(list));
  ports_.commit.forget_all(*this);
}

void DeviceInbox::give_up() {
  if (!ended_) stop(Settled::kUnavailable, EndReason::kHomeMoved);
}

bool DeviceInbox::idle() const {
  return session() == nullptr && log_.empty() && !reading_ && !forgetting_.is_trimming() && reads_ == 0 &&
         !is_listed() && !forgetting_.is_listed();
}

void DeviceInbox::use() { last_used_s_ = static_cast<uint32_t>(ports_.time.now_ms() / 1000); }

bool DeviceInbox::is_quiet(uint32_t seconds) const {
  return static_cast<uint32_t>(ports_.time.now_ms() / 1000) - last_used_s_ >= seconds;
}

void DeviceInbox::shrink() {
  if (log_.empty() && confirmed() >= log_.durable_last()) admission_.reset();
  log_.shrink();
  window_.shrink();
}

}  // namespace kith
