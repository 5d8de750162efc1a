// SPDX-License-Identifier: AGPL-3.0-or-later

// The inboxes in RocksDB: a directory of its own, one process at a time. inbox_record.h has the layout, inbox_writer.h
// the writing.
//
// Reading and expiring run on threads of the store, so that a slow disk never holds up a loop.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "net/work_thread.h"
#include "server/embedded/inbox_writer.h"
#include "server/embedded/rocksdb_group_log.h"
#include "server/embedded/rocksdb_pair_store.h"

namespace kith {

class RocksDbInboxStore final : public InboxStore, public HealthSource {
 public:
  struct Settings {
    InboxDatabase::Settings database;
    InboxBounds bounds;
    size_t reader_threads = 2;
    std::function<uint64_t()> free_bytes;  // null: statvfs of the directory
  };

  // Opens or makes the store. The error is a sentence for the operator: what is wrong, and what can be done.
  static Result<std::unique_ptr<RocksDbInboxStore>, std::string> open(Settings settings, Clock& clock);
  // Completes what is queued first. No call may come after the destructor began.
  ~RocksDbInboxStore() override;

  Task<Result<std::vector<SlotEpoch>, StoreError>> take_epochs(SlotOwner owner, std::vector<SlotClaim> claims) override;
  Task<Written> write(Batch batch) override;
  Task<Result<std::vector<InboxEntry>, StoreError>> read(DeviceAddress device, Position after, size_t count_max,
                                                         size_t bytes_max) override;
  Task<Result<Summary, StoreError>> summarize(DeviceAddress device) override;
  // One call at a time. Costs as much as the devices that have something that expires on the days that are over; the
  // rest isn't looked at.
  Task<Result<size_t, StoreError>> expire(UnixMicros now, size_t count_max) override;
  [[nodiscard]] bool expires_by_itself() const override { return false; }
  [[nodiscard]] std::optional<uint64_t> bytes_held() const override { return writer_->bytes_held(); }

  // In the same database; lives as long as this.
  [[nodiscard]] PairStore& pairs() { return pairs_; }
  [[nodiscard]] GroupLog& group_log() { return group_log_; }

  [[nodiscard]] StoreHealth health() const override { return writer_->health(); }

 private:
  RocksDbInboxStore(std::unique_ptr<InboxDatabase> database, const Settings& settings, Clock& clock);

  net::WorkThread& reader_of(const DeviceAddress& device);
  Result<std::vector<InboxEntry>, StoreError> read_now(const DeviceAddress& device, Position after, size_t count_max,
                                                       size_t bytes_max) const;
  Result<Summary, StoreError> summarize_now(const DeviceAddress& device) const;
  Result<InboxWriter::Erasure, StoreError> find_expired(UnixMicros now, size_t count_max);
  // Appends what has expired of one device and day; false: stopped at `count_max`.
  static Result<bool, StoreError> find_expired_of(const InboxDatabase::Reading& reading, const DeviceAddress& device,
                                                  uint32_t day, UnixMicros now, size_t count_max,
                                                  std::vector<InboxWriter::Erasure::Record>& found);

  std::unique_ptr<InboxDatabase> database_;
  Bytes expiry_cursor_;  // of expirer_: the key of "days" to go on with
  DiskSpace disk_;
  std::unique_ptr<InboxWriter> writer_;
  std::vector<std::unique_ptr<net::WorkThread>> readers_;
  net::WorkThread expirer_;
  RocksDbPairStore pairs_;
  RocksDbGroupLog group_log_;
};

}  // namespace kith
