// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/delivery/undurable_log.h"

#include <algorithm>
#include <memory>
#include <utility>

namespace kith {
namespace {

constexpr size_t kCoalesceDepth = 64;  // how far back a notice looks for one that it replaces

// Whether `known` says from now on what `notice` says.
bool combine(UndurableLog::Entry& known, const UndurableLog::Entry& notice) {
  if (known.kind != notice.kind || known.origin != notice.origin || known.sender != notice.sender ||
      known.group != notice.group) {
    return false;
  }
  // A hole between two runs stays a hole: whatever had those numbers never came to the device that confirms.
  if (known.kind == UndurableLog::Kind::kReceipt) return known.run == notice.run || known.run.extend(notice.run);
  if (known.kind == UndurableLog::Kind::kGroupReceipt) return false;
  known.time = std::max(known.time, notice.time);
  return true;
}

// A position with nothing at it. One for all inboxes.
const InboxBody& empty_body() {
  static const InboxBody body = make_body({});
  return body;
}

}  // namespace

UndurableLog::Entry UndurableLog::Entry::message(const IncomingMessage& message, bool withheld) {
  Entry entry;
  entry.stored.message_id = message.id;
  entry.stored.body = withheld ? empty_body() : make_body(encode_message_body(message));
  entry.origin = message.from;
  entry.time = message.server_time;
  if (!withheld) entry.run = wire::ReceiptRun::of(message.receipt_number, message.id);
  return entry;
}

UndurableLog::Entry UndurableLog::Entry::group_message(const GroupMessage& message) {
  Entry entry;
  entry.stored.message_id = message.id;
  entry.stored.body = message.body;
  entry.stored.shared = message.number;
  entry.stored.shared_by = message.from.account;
  entry.origin = message.from;
  entry.time = message.server_time;
  entry.run = message.run;
  entry.group = message.group;
  return entry;
}

UndurableLog::Entry UndurableLog::Entry::receipt(const DeviceAddress& from, DeviceId sender,
                                                 const wire::ReceiptRun& run) {
  Entry entry;
  entry.kind = Kind::kReceipt;
  entry.origin = from;
  entry.sender = sender;
  entry.run = run;
  return entry;
}

UndurableLog::Entry UndurableLog::Entry::account_changed(const AccountId& account, Revision revision) {
  Entry entry;
  entry.kind = Kind::kAccountChanged;
  entry.origin = {account, {}};
  entry.time = {revision.value};
  return entry;
}

UndurableLog::Entry UndurableLog::Entry::group_changed(const GroupId& group, Revision revision) {
  Entry entry;
  entry.kind = Kind::kGroupChanged;
  entry.group = group;
  entry.time = {revision.value};
  return entry;
}

UndurableLog::Entry UndurableLog::Entry::group_receipt(InboxBody body) {
  Entry entry;
  entry.kind = Kind::kGroupReceipt;
  entry.stored.body = std::move(body);
  return entry;
}

UndurableLog::UndurableLog(uint32_t epoch, size_t& shard_bytes)
    : shard_bytes_(shard_bytes), last_(Position::of(epoch, 0)) {}

UndurableLog::~UndurableLog() {
  for (size_t i = 0; i < entries_.size(); ++i) discount(entries_[i]);
}

size_t UndurableLog::shard_bytes_of(const Entry& entry) {
  return entry.stored.shared == 0 ? entry.stored.body->size() : kSharedEntryBytes;
}

void UndurableLog::count(const Entry& entry) {
  bytes_ += entry.stored.body->size();
  shard_bytes_ += shard_bytes_of(entry);
}

void UndurableLog::discount(const Entry& entry) {
  bytes_ -= entry.stored.body->size();
  shard_bytes_ -= shard_bytes_of(entry);
}

Bytes UndurableLog::encode_notice(const Entry& notice) {
  if (notice.kind == Kind::kReceipt) return encode_receipt_body(notice.origin, notice.sender, notice.run);
  if (notice.kind == Kind::kGroupChanged) return encode_group_changed_body(notice.group, {notice.time.value});
  return encode_account_changed_body(notice.origin.account, {notice.time.value});
}

size_t UndurableLog::first_after(Position position) const {
  // Positions in memory are dense, all of this epoch.
  if (entries_.empty() || position < entries_[0].stored.position) return 0;
  return std::min<size_t>(entries_.size(), position.value - entries_[0].stored.position.value + 1);
}

// ---------------------------------------------------------------- appending

UndurableLog::Entry& UndurableLog::append(Entry entry) {
  last_ = {last_.value + 1};
  entry.stored.position = last_;
  if (!entry.stored.body) entry.stored.body = make_body(encode_notice(entry));
  count(entry);
  return entries_.push(std::move(entry));
}

bool UndurableLog::take_up(const Entry& notice, Position spent) {
  const size_t first = first_after(std::max(spent, batch_last_));
  const size_t size = entries_.size();
  for (size_t i = size; i-- > first && size - i <= kCoalesceDepth;) {
    Entry& entry = entries_[i];
    if (!combine(entry, notice)) continue;
    discount(entry);
    entry.stored.body = make_body(encode_notice(entry));
    count(entry);
    return true;
  }
  return false;
}

void UndurableLog::wait_for(const MessageId& id, const DeviceAddress& from, Settlement& settlement) {
  for (size_t i = entries_.size(); i-- > 0;) {
    Entry& entry = entries_[i];
    if (entry.stored.message_id != id || entry.origin != from) continue;
    Settlement::Part& part = settlement.add();
    part.next = entry.waiting;
    entry.waiting = &part;
    return;
  }
}

// ---------------------------------------------------------------- leaving

void UndurableLog::pop_front(Settled how) {
  Entry& entry = entries_.front();
  discount(entry);
  Settlement::settle_all(entry.waiting, how);
  entries_.pop_front();
}

void UndurableLog::drop(Settled how) {
  while (!entries_.empty()) pop_front(how);
}

void UndurableLog::refuse_waiting(Settled why) {
  for (size_t i = 0; i < entries_.size(); ++i) Settlement::settle_all(std::exchange(entries_[i].waiting, nullptr), why);
}

// ---------------------------------------------------------------- committing

Due UndurableLog::due() const {
  Due due;
  for (size_t i = 0; i < entries_.size(); ++i) {
    due.at_ms = std::min(due.at_ms, entries_[i].due_ms);
    if (entries_[i].kind == Kind::kMessage) due.only_notices = false;
  }
  return due;
}

bool UndurableLog::collect(uint64_t now_ms, const DeviceAddress& device, InboxStore::Batch& batch, size_t& bytes_left) {
  size_t count = entries_.size();
  while (count > 0 && entries_[count - 1].due_ms > now_ms) --count;
  size_t taken = 0;
  for (; taken < count && bytes_left > 0; ++taken) {
    const InboxEntry& entry = entries_[taken].stored;
    batch.appends.push_back({device, entry});
    bytes_left -= std::min(bytes_left, shard_bytes_of(entries_[taken]));
  }
  if (taken == 0) return false;
  batch_last_ = entries_[taken - 1].stored.position;
  return true;
}

Amount UndurableLog::committed() {
  Amount amount;
  while (!entries_.empty() && entries_.front().stored.position <= batch_last_) {
    ++amount.entries;
    amount.bytes += entries_.front().stored.body->size();
    pop_front(Settled::kSafe);
  }
  durable_last_ = std::max(durable_last_, std::exchange(batch_last_, {}));
  return amount;
}

std::vector<UndurableLog::Entry> UndurableLog::failed(StoreError error, Position spent, uint64_t retry_ms) {
  const bool full = error == StoreError::kFull;
  const Settled why = full ? Settled::kFull : Settled::kUnavailable;
  if (!full) maybe_written_ = std::max(maybe_written_, batch_last_);
  const Position kept = std::max(spent, maybe_written_);
  const bool take_back = batch_last_ > kept;
  const size_t in_batch = first_after(std::exchange(batch_last_, {}));
  for (size_t i = 0; i < in_batch; ++i) {
    Settlement::settle_all(std::exchange(entries_[i].waiting, nullptr), why);
  }
  std::vector<Entry> back;
  while (take_back && !entries_.empty() && entries_.back().stored.position > kept) {
    Entry& entry = entries_.back();
    discount(entry);
    Settlement::settle_all(std::exchange(entry.waiting, nullptr), why);
    last_ = {entry.stored.position.value - 1};
    back.push_back(std::move(entry));
    entries_.pop_back();
  }
  // What came after the batch as well: it is written with what is before it, which would be tried without a pause.
  for (size_t i = 0; i < entries_.size(); ++i) entries_[i].due_ms = std::max(entries_[i].due_ms, retry_ms);
  return back;
}

}  // namespace kith
