// SPDX-License-Identifier: AGPL-3.0-or-later

// The one thread that changes the inboxes in RocksDB, and the groups' log beside them (group_log_writes.h).
//
// Group commit: whatever batches wait, from any number of shards, become one WriteBatch with one sync. While it syncs
// the next gather. A batch is written as a whole or not at all, so all its devices have the same answer. Nothing but
// this thread writes, so the count of bytes held is exact, and kept in the same batch.
//
// Forgetting deletes key by key and not by range: inboxes are small and many, and each range tombstone makes every
// later iterator slower until a compaction drops it. Which keys there are is found by an iterator that starts after
// what was forgotten before (DeviceMark), so that it doesn't walk through old tombstones again. What was forgotten
// takes space in the log until a memtable is full; so when nothing was to be written for some seconds, the memtables
// are flushed.
//
// A full disk: appends get kFull while less than free_bytes_min is free, more than bytes_max is held, or RocksDB has
// met ENOSPC and will not write; kUnavailable when it has met any other error, as on a disk that has become read-only.
// Reading goes on. Forgets are then kept in memory, at most kDeferredForgetsMax devices, and answered: they may be
// written lazily. Every second the thread tries whether the disk takes a file, and resumes RocksDB by itself; where
// RocksDB can't (a failed manifest, a write to the log that failed), it closes the database and opens it again. While
// that fails, reading answers kUnavailable.
#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <coroutine>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <vector>

#include "server/embedded/disk_space.h"
#include "server/embedded/group_log_writes.h"
#include "server/embedded/inbox_database.h"
#include "server/embedded/shared_bodies.h"
#include "server/ports/inbox_store.h"
#include "server/ports/store_health.h"

namespace rocksdb {
class Status;
}

namespace kith {

struct InboxBounds {
  uint64_t bytes_max = uint64_t{64} << 30;        // of entries held
  uint64_t free_bytes_min = uint64_t{256} << 20;  // on the disk
  uint64_t group_log_bytes_max = uint64_t{1} << 30;
  uint64_t group_bytes_of_account_max = uint64_t{128} << 20;  // in the log, and of shared bodies
};

class InboxWriter {
 public:
  static constexpr size_t kQueueMax = 8192;  // batches, more than loops have in flight; beyond: kUnavailable
  // Records for the groups' log, of which any number may come: the rest of the queue is for what inboxes write.
  static constexpr size_t kRecordsQueuedMax = kQueueMax / 2;
  static constexpr size_t kRecordBytesQueuedMax = 16 << 20;
  static constexpr size_t kGroupBytesMax = 16 << 20;  // of entries in one WriteBatch
  static constexpr size_t kMarksMax = 1'000'000;      // devices; beyond, all are forgotten and learned again
  static constexpr size_t kDeferredForgetsMax = 1'000'000;

  // What is borrowed outlives the writer.
  InboxWriter(InboxDatabase& database, InboxBounds bounds, DiskSpace& disk, Clock& clock);
  // Writes what is queued, then ends the thread.
  ~InboxWriter();
  InboxWriter(const InboxWriter&) = delete;
  InboxWriter& operator=(const InboxWriter&) = delete;

  // As in InboxStore.
  Task<InboxStore::Written> write(InboxStore::Batch batch);
  Task<Result<std::vector<SlotEpoch>, StoreError>> take_epochs(SlotOwner owner, std::vector<SlotClaim> claims);

  // Removes these entries, these keys of the days, and the bodies of the days before that one; what is not there is
  // skipped. Answers how many entries went.
  struct Erasure {
    struct Record {
      DeviceAddress device;
      Position position;
    };
    std::vector<Record> records;
    std::vector<Bytes> day_keys;
    uint32_t bodies_before = 0;

    [[nodiscard]] bool none() const { return records.empty() && day_keys.empty() && bodies_before == 0; }
  };
  Task<Result<size_t, StoreError>> erase(Erasure erasure);

  // As in GroupLog.
  Task<Result<GroupLog::Appended, StoreError>> append(GroupLogRecord record);
  void settled(Slot slot, uint64_t up_to);
  [[nodiscard]] GroupLogWrites& group_log() { return group_log_; }
  [[nodiscard]] const SharedBodies& bodies() const { return bodies_; }

  [[nodiscard]] uint64_t bytes_held() const { return held_.load(std::memory_order_relaxed); }
  [[nodiscard]] StoreHealth health();

 private:
  // One call, in its caller's coroutine frame.
  struct Item {
    InboxStore::Batch batch;
    Erasure erasure;
    SlotOwner claimant;
    std::vector<SlotClaim> claims;
    std::vector<SlotEpoch> epochs;  // the answers to them
    size_t erased = 0;
    GroupLogRecord* record = nullptr;  // to be appended to the groups' log
    GroupLog::Appended appended;       // the answer to it
    Result<void, StoreError> outcome;
    Executor* executor = nullptr;
    std::coroutine_handle<> waiter;

    [[nodiscard]] bool appends() const { return !batch.appends.empty(); }
    [[nodiscard]] bool only_forgets() const {
      return batch.appends.empty() && claims.empty() && record == nullptr && erasure.none();
    }
  };
  struct Enqueued;
  // What is known of a device since the start: everything stored for it lies in (forgotten, appended].
  struct DeviceMark {
    Position forgotten;
    Position appended;
    uint32_t day = 0;  // of the newest key in "days" known to be there; 0: none known
  };
  // A WriteBatch in the making.
  struct Stage;

  bool enqueue(Item* item);
  [[nodiscard]] bool has_room_for(const Item& item) const;
  void run();
  void process(std::vector<Item*>& group);
  void stage(Stage& stage, Item& item);
  void stage_append(Stage& stage, const InboxStore::Append& append);
  void stage_forget(Stage& stage, const InboxStore::Forget& forget);
  void stage_erasure(Stage& stage, Item& item);
  bool stage_claims(Stage& stage, Item& item);
  void stage_record(Stage& stage, Item& item, bool is_full);
  void lose_marks();
  void finish(const std::vector<Item*>& staged, const rocksdb::Status& status);
  bool defer(const InboxStore::Batch& batch);
  [[nodiscard]] bool is_full();
  void note_failure(const rocksdb::Status& status);
  void try_recover();
  // Of a record that goes: how many bytes; 0: there is none. Its shared body is not counted any more.
  uint64_t bytes_of(BytesView key);

  InboxDatabase& database_;
  const InboxBounds bounds_;
  DiskSpace& disk_;
  Clock& clock_;

  // Of the writer's thread alone.
  SharedBodies bodies_;
  GroupLogWrites group_log_;  // looks at those
  std::unordered_map<DeviceAddress, DeviceMark> marks_;
  // Taken since marks were last lost; 0: none. A device of the slot without a mark has no entry of that epoch.
  std::array<uint32_t, kSlots> fresh_epochs_{};
  std::unordered_map<DeviceAddress, Position> deferred_forgets_;
  MonotonicMs recovery_tried_at_;
  bool has_forgotten_ = false;  // since space was given back

  std::atomic<uint64_t> held_;
  std::atomic<StoreHealth> health_{StoreHealth::kOk};  // of RocksDB itself, bounds apart

  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<Item*> queue_;
  size_t record_bytes_queued_ = 0;
  bool stopping_ = false;
  std::thread thread_;  // last: it uses the others
};

}  // namespace kith
