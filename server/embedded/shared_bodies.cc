// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/embedded/shared_bodies.h"

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <memory>
#include <string>

namespace kith {

namespace {

rocksdb::Slice slice(BytesView bytes) { return {bytes.data(), bytes.size()}; }
BytesView view(const rocksdb::Slice& slice) { return {slice.data(), slice.size()}; }

void put(rocksdb::WriteBatch& batch, rocksdb::ColumnFamilyHandle* family, const Bytes& key, uint64_t bytes) {
  Bytes value;
  append_u64(value, bytes);
  batch.Put(family, slice(key), slice(value));
}

}  // namespace

SharedBodies::SharedBodies(InboxDatabase& database) : database_(database) { read_sums(); }

void SharedBodies::read_sums() {
  days_.clear();
  senders_.clear();
  known_.clear();
  released_.clear();
  changed_days_.clear();
  added_.clear();
  if (!database_.handles().db) return;
  const std::unique_ptr<rocksdb::Iterator> sums(database_.handles().db->NewIterator({}, database_.handles().meta));
  const rocksdb::Slice bodies = inbox_record::kBodiesPrefix;
  for (sums->Seek(bodies); sums->Valid() && sums->key().starts_with(bodies); sums->Next()) {
    if (sums->value().size() != 8 || sums->key().size() != bodies.size() + 4) continue;
    days_[inbox_record::day_of_bodies_key(view(sums->key()))] = read_u64(sums->value().data());
  }
  const rocksdb::Slice senders = inbox_record::kSendersPrefix;
  for (sums->Seek(senders); sums->Valid() && sums->key().starts_with(senders); sums->Next()) {
    const auto sender = inbox_record::sender_of(view(sums->key()));
    if (sender && sums->value().size() == 8) senders_[*sender] += read_u64(sums->value().data());
  }
  note_first_day();
}

void SharedBodies::note_first_day() { first_day_.store(days_.empty() ? UINT32_MAX : days_.begin()->first); }

uint64_t SharedBodies::held_by(const AccountId& account) const {
  const auto found = senders_.find(account);
  return found == senders_.end() ? 0 : found->second;
}

void SharedBodies::add(uint32_t day, const AccountId& sender, int64_t bytes) {
  const auto plus = [bytes](uint64_t sum) {
    return bytes < 0 ? sum - std::min(sum, static_cast<uint64_t>(-bytes)) : sum + static_cast<uint64_t>(bytes);
  };
  uint64_t& of_day = days_[day];
  of_day = plus(of_day);
  changed_days_.insert(day);
  const auto total = senders_.try_emplace(sender).first;
  total->second = plus(total->second);
  if (total->second == 0) senders_.erase(total);
  added_[{day, sender}] += bytes;
}

uint64_t SharedBodies::stage(rocksdb::WriteBatch& batch, const InboxEntry& entry) {
  const Ref ref{entry.shared, inbox_record::day_of(entry.expires_at)};
  if (const auto known = known_.find(ref); known != known_.end()) {
    ++known->second.entries;
    return 0;
  }
  Known& known = known_[ref];
  known = {entry.shared_by, 0, 1, false};
  const Bytes key = inbox_record::body_key(ref.day, ref.number);
  rocksdb::PinnableSlice there;
  if (database_.handles().db->Get({}, database_.handles().bodies, slice(key), &there).ok()) return 0;
  known.counted = true;
  known.bytes = static_cast<uint32_t>(key.size() + entry.body->size());
  batch.Put(database_.handles().bodies, slice(key), slice(*entry.body));
  add(ref.day, entry.shared_by, known.bytes);
  return known.bytes;
}

void SharedBodies::release(const Ref& ref) {
  const auto known = known_.find(ref);
  if (known == known_.end() || !known->second.counted || known->second.entries == 0) return;
  if (--known->second.entries == 0) released_.push_back(ref);
}

void SharedBodies::uncount(const Ref& ref) {
  if (const auto known = known_.find(ref); known != known_.end()) known->second.counted = false;
}

void SharedBodies::uncount_all() {
  for (auto& [ref, known] : known_) known.counted = false;
}

uint64_t SharedBodies::forget_before(rocksdb::WriteBatch& batch, uint32_t day) {
  uint64_t bytes = 0;
  bool any = false;
  for (; !days_.empty() && days_.begin()->first < day; any = true) {
    bytes += days_.begin()->second;
    batch.Delete(database_.handles().meta, slice(inbox_record::bodies_key(days_.begin()->first)));
    changed_days_.erase(days_.begin()->first);
    days_.erase(days_.begin());
  }
  if (!any) return 0;
  batch.DeleteRange(database_.handles().bodies, slice(inbox_record::body_key(0, 0)),
                    slice(inbox_record::body_key(day, 0)));
  std::erase_if(known_, [day](const auto& one) { return one.first.day < day; });
  forget_sums_before(batch, day);
  return bytes;
}

void SharedBodies::forget_sums_before(rocksdb::WriteBatch& batch, uint32_t day) {
  const auto take = [this](const AccountId& sender, uint64_t bytes) {
    const auto total = senders_.find(sender);
    if (total == senders_.end()) return;
    total->second -= std::min(total->second, bytes);
    if (total->second == 0) senders_.erase(total);
  };
  std::map<std::pair<uint32_t, AccountId>, int64_t> left;
  for (const auto& [of, bytes] : added_) {
    if (of.first >= day) {
      left[of] = bytes;
    } else if (bytes > 0) {
      take(of.second, static_cast<uint64_t>(bytes));
    } else if (bytes < 0) {
      senders_[of.second] += static_cast<uint64_t>(-bytes);  // it is in what is stored, which goes below
    }
  }
  added_ = std::move(left);
  const Bytes end = inbox_record::senders_key(day);
  const rocksdb::Slice upper = slice(end);
  rocksdb::ReadOptions options;
  options.iterate_upper_bound = &upper;
  const std::unique_ptr<rocksdb::Iterator> sums(database_.handles().db->NewIterator(options, database_.handles().meta));
  for (sums->Seek(slice(inbox_record::senders_key(0))); sums->Valid(); sums->Next()) {
    const auto sender = inbox_record::sender_of(view(sums->key()));
    if (sender && sums->value().size() == 8) take(*sender, read_u64(sums->value().data()));
    batch.Delete(database_.handles().meta, sums->key());
  }
}

uint64_t SharedBodies::end(rocksdb::WriteBatch& batch) {
  uint64_t bytes = 0;
  for (const Ref& ref : released_) {
    const auto known = known_.find(ref);
    if (known == known_.end() || !known->second.counted || known->second.entries != 0) continue;
    batch.Delete(database_.handles().bodies, slice(inbox_record::body_key(ref.day, ref.number)));
    add(ref.day, known->second.sender, -int64_t{known->second.bytes});
    bytes += known->second.bytes;
    known_.erase(known);
  }
  released_.clear();
  // Not before: a body of this very batch is not found on disk.
  while (known_.size() > kKnownMax) known_.erase(known_.begin());
  put_sums(batch);
  return bytes;
}

void SharedBodies::put_sums(rocksdb::WriteBatch& batch) {
  rocksdb::ColumnFamilyHandle* const meta = database_.handles().meta;
  for (const uint32_t day : changed_days_) {
    const auto sum = days_.find(day);
    if (sum == days_.end()) continue;
    if (sum->second != 0) {
      put(batch, meta, inbox_record::bodies_key(day), sum->second);
    } else {
      batch.Delete(meta, slice(inbox_record::bodies_key(day)));
      days_.erase(sum);
    }
  }
  changed_days_.clear();
  for (const auto& [of, bytes] : added_) {
    if (bytes == 0) continue;
    const Bytes key = inbox_record::sender_key(of.first, of.second);
    std::string stored;
    const bool is_known = database_.handles().db->Get({}, meta, slice(key), &stored).ok() && stored.size() == 8;
    const int64_t sum = (is_known ? static_cast<int64_t>(read_u64(stored.data())) : 0) + bytes;
    if (sum > 0) {
      put(batch, meta, key, static_cast<uint64_t>(sum));
    } else {
      batch.Delete(meta, slice(key));
    }
  }
  added_.clear();
}

void SharedBodies::written() { note_first_day(); }

void SharedBodies::failed() { read_sums(); }

}  // namespace kith
