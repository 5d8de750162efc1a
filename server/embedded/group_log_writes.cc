// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/embedded/group_log_writes.h"

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <memory>

#include "server/embedded/group_log_record.h"

namespace kith {

namespace {

rocksdb::Slice slice(BytesView bytes) { return {bytes.data(), bytes.size()}; }
BytesView view(const rocksdb::Slice& slice) { return {slice.data(), slice.size()}; }

}  // namespace

GroupLogWrites::GroupLogWrites(InboxDatabase& database, const SharedBodies& bodies, Bounds bounds)
    : database_(database),
      bodies_(bodies),
      bounds_(bounds),
      held_(stored_number(group_log_record::kHeldKey)),
      last_(stored_number(group_log_record::kNumberKey)) {
  read_shares();
}

// Of what is in the log at a start, which is read then in any case.
void GroupLogWrites::read_shares() {
  shares_.clear();
  staged_shares_.clear();
  if (!database_.handles().db) return;
  rocksdb::ReadOptions options;
  options.fill_cache = false;
  const std::unique_ptr<rocksdb::Iterator> records(
      database_.handles().db->NewIterator(options, database_.handles().group_log));
  for (records->SeekToFirst(); records->Valid(); records->Next()) {
    const auto sender = group_log_record::sender_of(view(records->value()));
    if (sender) shares_[*sender] += records->key().size() + records->value().size();
  }
}

void GroupLogWrites::add_to_share(const AccountId& sender, int64_t bytes) {
  const auto share = shares_.try_emplace(sender).first;
  if (bytes >= 0) {
    share->second += static_cast<uint64_t>(bytes);
  } else {
    share->second -= std::min(share->second, static_cast<uint64_t>(-bytes));
  }
  if (share->second == 0) shares_.erase(share);
}

uint64_t GroupLogWrites::stored_number(const char* key) const {
  std::string stored;
  const bool is_known = database_.handles().db &&
                        database_.handles().db->Get({}, database_.handles().meta, key, &stored).ok() &&
                        stored.size() == 8;
  return is_known ? read_u64(stored.data()) : 0;
}

void GroupLogWrites::begin(UnixMicros now) {
  day_ = group_log_record::day_of(now);
  staged_held_ = held_.load();
  staged_let_go_ = let_go_;
  staged_forgotten_ = forgotten_;
  has_changes_ = false;
  staged_shares_.clear();
  staged_messages_.clear();
}

// The clock may have been set back or ahead since: a day on both sides.
Result<std::optional<GroupLog::Appended>, StoreError> GroupLogWrites::find(const GroupLogRecord& record) const {
  for (const uint32_t day : {day_, day_ - 1, day_ + 1}) {
    rocksdb::PinnableSlice value;
    const rocksdb::Status status = database_.handles().db->Get(
        {}, database_.handles().group_messages, slice(group_log_record::message_key(day, record)), &value);
    if (status.IsNotFound()) continue;
    if (!status.ok()) return Fail(StoreError::kUnavailable);
    // A damaged one is as none: the message is appended once more, which whoever has it already tells by its id.
    if (const auto appended = group_log_record::parse_message(view(value))) return appended;
  }
  return std::nullopt;
}

Result<GroupLog::Appended, StoreError> GroupLogWrites::stage(rocksdb::WriteBatch& batch, const GroupLogRecord& record,
                                                             bool is_full) {
  const Bytes message_key = group_log_record::message_key(day_, record);
  if (const auto staged = staged_messages_.find(message_key); staged != staged_messages_.end()) {
    GroupLog::Appended repeated = staged->second;
    repeated.repeated = true;
    return repeated;
  }
  const auto known = find(record);
  if (!known) return Fail(known.error());
  if (*known) return **known;
  const Bytes key = group_log_record::key(slot_of(record.group), last_ + 1);
  const Bytes value = group_log_record::value(record);
  const uint64_t bytes = key.size() + value.size();
  if (is_full || staged_held_ + bytes > bounds_.bytes_max) return Fail(StoreError::kFull);
  const AccountId& sender = record.from.account;
  const auto share = shares_.find(sender);
  const uint64_t in_log = share == shares_.end() ? 0 : share->second;
  if (in_log + bodies_.held_by(sender) + bytes > bounds_.bytes_of_account_max) return Fail(StoreError::kOverShare);
  const GroupLog::Appended appended{++last_, record.server_time, false};
  batch.Put(database_.handles().group_log, slice(key), slice(value));
  batch.Put(database_.handles().group_messages, slice(message_key), slice(group_log_record::message_value(appended)));
  staged_messages_.emplace(message_key, appended);
  staged_held_ += bytes;
  add_to_share(sender, static_cast<int64_t>(bytes));
  staged_shares_.emplace_back(sender, static_cast<int64_t>(bytes));
  has_changes_ = true;
  return appended;
}

bool GroupLogWrites::end(rocksdb::WriteBatch& batch) {
  const bool lets_go = has_settled_.exchange(false);
  if (lets_go) {
    for (size_t i = 0; i < kSlots; ++i) {
      const uint64_t up_to = settled_[i].load();
      if (up_to > staged_let_go_.up_to[i]) let_go(batch, {static_cast<uint8_t>(i)}, up_to);
    }
  }
  forget_days(batch);
  if (!has_changes_) return false;
  const auto put = [&](const char* key, uint64_t number) {
    Bytes value;
    append_u64(value, number);
    batch.Put(database_.handles().meta, key, slice(value));
  };
  put(group_log_record::kNumberKey, last_);
  put(group_log_record::kHeldKey, staged_held_);
  return lets_go;
}

// Key by key, behind what was let go before, so that no iterator walks through old deletions.
void GroupLogWrites::let_go(rocksdb::WriteBatch& batch, Slot slot, uint64_t up_to) {
  const Bytes first = group_log_record::key(slot, staged_let_go_.up_to[slot.value] + 1);
  const Bytes end = group_log_record::key(slot, up_to + 1);
  const rocksdb::Slice upper = slice(end);
  rocksdb::ReadOptions options;
  options.iterate_upper_bound = &upper;
  const std::unique_ptr<rocksdb::Iterator> records(
      database_.handles().db->NewIterator(options, database_.handles().group_log));
  for (records->Seek(slice(first)); records->Valid(); records->Next()) {
    batch.Delete(database_.handles().group_log, records->key());
    const uint64_t bytes = records->key().size() + records->value().size();
    staged_held_ -= std::min<uint64_t>(staged_held_, bytes);
    if (const auto sender = group_log_record::sender_of(view(records->value()))) {
      add_to_share(*sender, -static_cast<int64_t>(bytes));
      staged_shares_.emplace_back(*sender, -static_cast<int64_t>(bytes));
    }
    has_changes_ = true;
  }
  staged_let_go_.up_to[slot.value] = up_to;
}

void GroupLogWrites::forget_days(rocksdb::WriteBatch& batch) {
  const uint32_t kept = day_ < 2 ? 0 : day_ - 1;
  if (kept <= staged_forgotten_) return;
  batch.DeleteRange(database_.handles().group_messages, slice(group_log_record::day_key(0)),
                    slice(group_log_record::day_key(kept)));
  staged_forgotten_ = kept;
}

void GroupLogWrites::written() {
  held_.store(staged_held_);
  let_go_ = staged_let_go_;
  forgotten_ = staged_forgotten_;
}

void GroupLogWrites::failed() {
  for (const auto& [sender, bytes] : staged_shares_) add_to_share(sender, -bytes);
  staged_shares_.clear();
  has_settled_.store(true);
}

void GroupLogWrites::reopened() {
  held_.store(stored_number(group_log_record::kHeldKey));
  last_ = std::max(last_, stored_number(group_log_record::kNumberKey));
  read_shares();
}

void GroupLogWrites::settled(Slot slot, uint64_t up_to) {
  std::atomic<uint64_t>& known = settled_[slot.value];
  uint64_t before = known.load();
  while (before < up_to && !known.compare_exchange_weak(before, up_to)) {}
  if (before < up_to) has_settled_.store(true);
}

}  // namespace kith
