// SPDX-License-Identifier: AGPL-3.0-or-later

// The groups' log's part in what the inbox writer's thread writes (inbox_writer.h): appends share a WriteBatch and its
// sync with whatever else waits, so that the log needs no thread and no sync of its own, and a full disk is handled
// once. group_log_record.h has the layout.
//
// Calls: of the writer's thread, unless said otherwise: begin(), any number of stage(), end(), then written() or
//        failed().
#pragma once

#include <array>
#include <atomic>
#include <unordered_map>
#include <utility>
#include <vector>

#include "server/embedded/inbox_database.h"
#include "server/embedded/shared_bodies.h"
#include "server/ports/group_log.h"

namespace rocksdb {
class WriteBatch;
}

namespace kith {

class GroupLogWrites {
 public:
  struct Bounds {
    uint64_t bytes_max = 0;             // of records held
    uint64_t bytes_of_account_max = 0;  // of those of one sender, and of the shared bodies made of them
  };
  // What is borrowed outlives it.
  GroupLogWrites(InboxDatabase& database, const SharedBodies& bodies, Bounds bounds);

  // A batch in the making; `now` by the clock.
  void begin(UnixMicros now);
  // Adds the record; or answers what it repeats, and adds nothing. `is_full`: the disk is at its bound. Errors: kFull,
  // kOverShare, kUnavailable.
  Result<GroupLog::Appended, StoreError> stage(rocksdb::WriteBatch& batch, const GroupLogRecord& record, bool is_full);
  // Adds what was let go, what is over, and the counts, if there is anything. True: something was let go.
  bool end(rocksdb::WriteBatch& batch);
  void written();
  // Nobody knows what of the batch was written.
  void failed();
  // The database was opened again.
  void reopened();

  // Any thread.
  void settled(Slot slot, uint64_t up_to);
  [[nodiscard]] bool has_settled() const { return has_settled_.load(std::memory_order_relaxed); }
  [[nodiscard]] uint64_t bytes_held() const { return held_.load(std::memory_order_relaxed); }

 private:
  struct Slots {
    std::array<uint64_t, kSlots> up_to{};
  };
  [[nodiscard]] uint64_t stored_number(const char* key) const;
  void read_shares();
  void add_to_share(const AccountId& sender, int64_t bytes);
  // What was appended before under this sender and id.
  [[nodiscard]] Result<std::optional<GroupLog::Appended>, StoreError> find(const GroupLogRecord& record) const;
  void let_go(rocksdb::WriteBatch& batch, Slot slot, uint64_t up_to);
  void forget_days(rocksdb::WriteBatch& batch);

  InboxDatabase& database_;
  const SharedBodies& bodies_;
  const Bounds bounds_;
  std::array<std::atomic<uint64_t>, kSlots> settled_{};
  std::atomic<bool> has_settled_{false};
  std::atomic<uint64_t> held_;
  std::unordered_map<AccountId, uint64_t> shares_;  // bytes of records, by sender, with the batch in the making
  uint64_t last_;                                   // number given out, also in batches that failed
  Slots let_go_;                                    // of each slot, what is deleted
  uint32_t forgotten_ = 0;                          // days before this one are deleted

  // Of the batch in the making.
  uint32_t day_ = 0;
  uint64_t staged_held_ = 0;
  Slots staged_let_go_;
  uint32_t staged_forgotten_ = 0;
  bool has_changes_ = false;
  std::vector<std::pair<AccountId, int64_t>> staged_shares_;       // added to shares_
  std::unordered_map<Bytes, GroupLog::Appended> staged_messages_;  // by their keys without the day
};

}  // namespace kith
