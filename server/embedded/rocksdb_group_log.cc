// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/embedded/rocksdb_group_log.h"

#include <rocksdb/db.h>
#include <spdlog/spdlog.h>

#include "server/embedded/group_log_record.h"

namespace kith {

Task<Result<std::vector<GroupLogRecord>, StoreError>> RocksDbGroupLog::read(Slot slot, uint64_t after, size_t count_max,
                                                                            size_t bytes_max) {
  return run_on(
      reader_, [this, slot, after, count_max, bytes_max] { return read_now(slot, after, count_max, bytes_max); },
      StoreError::kUnavailable);
}

Result<std::vector<GroupLogRecord>, StoreError> RocksDbGroupLog::read_now(Slot slot, uint64_t after, size_t count_max,
                                                                          size_t bytes_max) {
  std::vector<GroupLogRecord> records;
  if (after == UINT64_MAX) return records;
  const InboxDatabase::Reading reading(database_);
  if (!reading) return Fail(StoreError::kUnavailable);
  const Bytes first = group_log_record::key(slot, after + 1);
  const Bytes last = group_log_record::key(slot, UINT64_MAX);
  const rocksdb::Slice upper(last.data(), last.size());
  rocksdb::ReadOptions options;
  options.iterate_upper_bound = &upper;
  const std::unique_ptr<rocksdb::Iterator> iterator(reading->db->NewIterator(options, reading->group_log));
  size_t bytes = 0;
  for (iterator->Seek({first.data(), first.size()}); iterator->Valid() && records.size() < count_max;
       iterator->Next()) {
    const BytesView key(iterator->key().data(), iterator->key().size());
    auto record = group_log_record::parse(key, {iterator->value().data(), iterator->value().size()});
    if (!record) {
      note_damaged(slot, key);
      continue;
    }
    bytes += iterator->value().size();
    if (bytes > bytes_max && !records.empty()) break;
    records.push_back(std::move(*record));
  }
  if (!iterator->status().ok()) {
    spdlog::error("group log: a read failed: {}", iterator->status().ToString());
    return Fail(StoreError::kUnavailable);
  }
  return records;
}

void RocksDbGroupLog::note_damaged(Slot slot, BytesView key) {
  if (damaged_keys_.size() >= kDamagedMax || !damaged_keys_.emplace(key).second) return;
  damaged_.fetch_add(1, std::memory_order_relaxed);
  spdlog::error("group log: a damaged record in slot {} is passed over: {}", slot.value, to_hex(key));
}

}  // namespace kith
