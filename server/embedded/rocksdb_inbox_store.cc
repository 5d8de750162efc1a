// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/embedded/rocksdb_inbox_store.h"

#include <rocksdb/db.h>
#include <spdlog/spdlog.h>

#include <algorithm>

#include "server/embedded/inbox_record.h"

namespace kith {

namespace {

rocksdb::Slice slice(BytesView bytes) { return {bytes.data(), bytes.size()}; }
BytesView view(const rocksdb::Slice& slice) { return {slice.data(), slice.size()}; }

}  // namespace

Result<std::unique_ptr<RocksDbInboxStore>, std::string> RocksDbInboxStore::open(Settings settings, Clock& clock) {
  auto database = InboxDatabase::open(settings.database);
  if (!database) return Fail(database.error());
  return std::unique_ptr<RocksDbInboxStore>(new RocksDbInboxStore(std::move(*database), settings, clock));
}

RocksDbInboxStore::RocksDbInboxStore(std::unique_ptr<InboxDatabase> database, const Settings& settings, Clock& clock)
    : database_(std::move(database)),
      disk_(settings.database.directory, clock, settings.free_bytes),
      writer_(std::make_unique<InboxWriter>(*database_, settings.bounds, disk_, clock)),
      expirer_("kith-expire", 16),
      pairs_(*database_),
      group_log_(*database_, *writer_) {
  for (size_t i = 0; i < settings.reader_threads; ++i)
    readers_.push_back(std::make_unique<net::WorkThread>("kith-read-" + std::to_string(i)));
}

RocksDbInboxStore::~RocksDbInboxStore() = default;

net::WorkThread& RocksDbInboxStore::reader_of(const DeviceAddress& device) {
  return *readers_[std::hash<DeviceAddress>()(device) % readers_.size()];
}

Task<Result<std::vector<SlotEpoch>, StoreError>> RocksDbInboxStore::take_epochs(SlotOwner owner,
                                                                                std::vector<SlotClaim> claims) {
  return writer_->take_epochs(owner, std::move(claims));
}

Task<InboxStore::Written> RocksDbInboxStore::write(Batch batch) { return writer_->write(std::move(batch)); }

Task<Result<std::vector<InboxEntry>, StoreError>> RocksDbInboxStore::read(DeviceAddress device, Position after,
                                                                          size_t count_max, size_t bytes_max) {
  return run_on(
      reader_of(device),
      [this, device, after, count_max, bytes_max] { return read_now(device, after, count_max, bytes_max); },
      StoreError::kUnavailable);
}

Task<Result<InboxStore::Summary, StoreError>> RocksDbInboxStore::summarize(DeviceAddress device) {
  return run_on(reader_of(device), [this, device] { return summarize_now(device); }, StoreError::kUnavailable);
}

Task<Result<size_t, StoreError>> RocksDbInboxStore::expire(UnixMicros now, size_t count_max) {
  auto found = co_await run_on(
      expirer_, [this, now, count_max] { return find_expired(now, count_max); }, StoreError::kUnavailable);
  if (!found) co_return Fail(found.error());
  if (found->none()) co_return size_t{0};
  auto erasure = std::move(*found);
  const size_t count = erasure.records.size();
  auto erased = co_await writer_->erase(std::move(erasure));
  if (!erased) co_return Fail(erased.error());
  // What was confirmed meanwhile is gone all the same: the count must not say "no more" too early.
  co_return count;
}

Result<std::vector<InboxEntry>, StoreError> RocksDbInboxStore::read_now(const DeviceAddress& device, Position after,
                                                                        size_t count_max, size_t bytes_max) const {
  std::vector<InboxEntry> entries;
  if (after.value == UINT64_MAX) return entries;
  const InboxDatabase::Reading reading(*database_);
  if (!reading) return Fail(StoreError::kUnavailable);
  const Bytes first = inbox_record::key(device, Position{after.value + 1});
  const Bytes end = inbox_record::end_key(device);
  const rocksdb::Slice upper = slice(end);
  rocksdb::ReadOptions options;
  options.iterate_upper_bound = &upper;
  const std::unique_ptr<rocksdb::Iterator> iterator(reading->db->NewIterator(options, reading->records));
  BodiesReadTogether bodies;
  for (iterator->Seek(slice(first));
       iterator->Valid() && entries.size() < count_max && (entries.empty() || bodies.bytes() < bytes_max);
       iterator->Next()) {
    auto entry = inbox_record::parse_head(view(iterator->key()), view(iterator->value()));
    if (!entry) {
      spdlog::error("inbox store: a damaged record of device {}/{}", device.account.hex(), device.device.value);
      return Fail(StoreError::kUnavailable);
    }
    if (entry->shared == 0) {
      bodies.add(inbox_record::body_of(view(iterator->value())));
    } else {
      const Bytes body_key = inbox_record::body_key(inbox_record::day_of(entry->expires_at), entry->shared);
      rocksdb::PinnableSlice body;
      const rocksdb::Status status = reading->db->Get({}, reading->bodies, slice(body_key), &body);
      if (status.IsNotFound()) continue;
      if (!status.ok()) return Fail(StoreError::kUnavailable);
      bodies.add(view(body));
      entry->shared = 0;
    }
    entries.push_back(std::move(*entry));
  }
  if (!iterator->status().ok()) {
    spdlog::error("inbox store: a read failed: {}", iterator->status().ToString());
    return Fail(StoreError::kUnavailable);
  }
  bodies.give(entries);
  return entries;
}

Result<InboxStore::Summary, StoreError> RocksDbInboxStore::summarize_now(const DeviceAddress& device) const {
  Summary summary;
  const InboxDatabase::Reading reading(*database_);
  if (!reading) return Fail(StoreError::kUnavailable);
  const Bytes first = inbox_record::key(device, Position{});
  const Bytes end = inbox_record::end_key(device);
  const rocksdb::Slice lower = slice(first);
  const rocksdb::Slice upper = slice(end);
  rocksdb::ReadOptions options;
  options.iterate_lower_bound = &lower;
  options.iterate_upper_bound = &upper;
  const std::unique_ptr<rocksdb::Iterator> iterator(reading->db->NewIterator(options, reading->records));
  for (iterator->Seek(slice(first)); iterator->Valid(); iterator->Next()) {
    ++summary.count;
    summary.bytes += inbox_record::body_bytes_of(view(iterator->value()));
  }
  // The same view of the database, from its end.
  if (summary.count > 0) iterator->SeekToLast();
  for (size_t left = kRecentMax; left > 0 && iterator->Valid(); --left, iterator->Prev()) {
    if (left == kRecentMax) summary.last = inbox_record::position_of(view(iterator->key()));
    const MessageId id = inbox_record::message_id_of(view(iterator->value()));
    if (!id.is_none()) summary.recent.push_back(id);
  }
  std::reverse(summary.recent.begin(), summary.recent.end());
  if (!iterator->status().ok()) {
    spdlog::error("inbox store: a read failed: {}", iterator->status().ToString());
    return Fail(StoreError::kUnavailable);
  }
  return summary;
}

// Sweeps go on where the step before stopped, so that no step walks again through what earlier ones have deleted.
Result<InboxWriter::Erasure, StoreError> RocksDbInboxStore::find_expired(UnixMicros now, size_t count_max) {
  InboxWriter::Erasure found;
  const InboxDatabase::Reading reading(*database_);
  if (!reading) return Fail(StoreError::kUnavailable);
  const uint32_t last_day = inbox_record::day_of(now);
  const Bytes days_end = inbox_record::day_key(last_day + 1, {});
  const rocksdb::Slice days_upper = slice(days_end);
  rocksdb::ReadOptions options;
  options.fill_cache = false;
  options.iterate_upper_bound = &days_upper;
  const std::unique_ptr<rocksdb::Iterator> days(reading->db->NewIterator(options, reading->days));
  for (days->Seek(slice(expiry_cursor_)); days->Valid(); days->Next()) {
    const Bytes day_key(view(days->key()));
    expiry_cursor_ = day_key;
    const DeviceAddress device = inbox_record::device_of_day_key(day_key);
    const uint32_t day = inbox_record::day_of_key(day_key);
    const auto all_seen = find_expired_of(reading, device, day, now, count_max, found.records);
    if (!all_seen) return Fail(all_seen.error());
    if (!*all_seen) return found;
    if (day < last_day) found.day_keys.push_back(day_key);
  }
  if (!days->status().ok()) return Fail(StoreError::kUnavailable);
  expiry_cursor_.clear();
  if (writer_->bodies().first_day() < last_day) found.bodies_before = last_day;
  return found;
}

Result<bool, StoreError> RocksDbInboxStore::find_expired_of(const InboxDatabase::Reading& reading,
                                                            const DeviceAddress& device, uint32_t day, UnixMicros now,
                                                            size_t count_max,
                                                            std::vector<InboxWriter::Erasure::Record>& found) {
  const Bytes end = inbox_record::end_key(device);
  const rocksdb::Slice upper = slice(end);
  rocksdb::ReadOptions options;
  options.fill_cache = false;
  options.iterate_upper_bound = &upper;
  const std::unique_ptr<rocksdb::Iterator> records(reading->db->NewIterator(options, reading->records));
  for (records->Seek(slice(inbox_record::key(device, Position{}))); records->Valid(); records->Next()) {
    const UnixMicros expires_at = inbox_record::expires_at_of(view(records->value()));
    // Of this day only, so that a device with several days' keys is counted once; damaged ones have no time.
    if (expires_at >= now || (inbox_record::day_of(expires_at) != day && expires_at.value != 0)) continue;
    if (found.size() == count_max) return false;
    found.push_back({device, inbox_record::position_of(view(records->key()))});
  }
  if (!records->status().ok()) return Fail(StoreError::kUnavailable);
  return true;
}

}  // namespace kith
