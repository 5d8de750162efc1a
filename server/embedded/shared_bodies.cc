// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/embedded/shared_bodies.h"

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include <memory>

#include "server/embedded/inbox_record.h"

namespace kith {

namespace {

rocksdb::Slice slice(BytesView bytes) { return {bytes.data(), bytes.size()}; }

}  // namespace

SharedBodies::SharedBodies(InboxDatabase& database) : database_(database) { read_days(); }

void SharedBodies::read_days() {
  days_.clear();
  known_.clear();
  if (!database_.handles().db) return;
  const rocksdb::Slice prefix = inbox_record::kBodiesPrefix;
  const std::unique_ptr<rocksdb::Iterator> days(database_.handles().db->NewIterator({}, database_.handles().meta));
  for (days->Seek(prefix); days->Valid() && days->key().starts_with(prefix); days->Next()) {
    if (days->value().size() != 8 || days->key().size() != prefix.size() + 4) continue;
    days_[inbox_record::day_of_bodies_key({days->key().data(), days->key().size()})] = read_u64(days->value().data());
  }
  note_first_day();
}

void SharedBodies::note_first_day() { first_day_.store(days_.empty() ? UINT32_MAX : days_.begin()->first); }

void SharedBodies::put_day(rocksdb::WriteBatch& batch, uint32_t day, uint64_t bytes) {
  Bytes value;
  append_u64(value, bytes);
  batch.Put(database_.handles().meta, slice(inbox_record::bodies_key(day)), slice(value));
}

uint64_t SharedBodies::stage(rocksdb::WriteBatch& batch, const InboxEntry& entry) {
  const uint32_t day = inbox_record::day_of(entry.expires_at);
  const auto known = known_.find(entry.shared);
  if (known != known_.end() && known->second == day) return 0;
  if (known_.size() >= kKnownMax) known_.clear();
  known_[entry.shared] = day;
  const Bytes key = inbox_record::body_key(day, entry.shared);
  rocksdb::PinnableSlice there;
  if (database_.handles().db->Get({}, database_.handles().bodies, slice(key), &there).ok()) return 0;
  const uint64_t bytes = key.size() + entry.body->size();
  batch.Put(database_.handles().bodies, slice(key), slice(*entry.body));
  put_day(batch, day, days_[day] += bytes);
  return bytes;
}

uint64_t SharedBodies::forget_before(rocksdb::WriteBatch& batch, uint32_t day) {
  uint64_t bytes = 0;
  while (!days_.empty() && days_.begin()->first < day) {
    bytes += days_.begin()->second;
    batch.Delete(database_.handles().meta, slice(inbox_record::bodies_key(days_.begin()->first)));
    days_.erase(days_.begin());
  }
  if (bytes == 0) return 0;
  batch.DeleteRange(database_.handles().bodies, slice(inbox_record::body_key(0, 0)),
                    slice(inbox_record::body_key(day, 0)));
  std::erase_if(known_, [day](const auto& one) { return one.second < day; });
  return bytes;
}

void SharedBodies::written() { note_first_day(); }

void SharedBodies::failed() { read_days(); }

}  // namespace kith
