// SPDX-License-Identifier: AGPL-3.0-or-later

// The groups' log in the RocksDB database of the inboxes: written by the inboxes' writer, in its batches
// (group_log_writes.h); read by a thread of its own.
#pragma once

#include <atomic>
#include <set>

#include "net/work_thread.h"
#include "server/embedded/inbox_writer.h"
#include "server/ports/group_log.h"

namespace kith {

class RocksDbGroupLog final : public GroupLog {
 public:
  // Both outlive the log.
  RocksDbGroupLog(InboxDatabase& database, InboxWriter& writer)
      : database_(database), writer_(writer), reader_("kith-group-log") {}

  Task<Result<Appended, StoreError>> append(GroupLogRecord record) override {
    return writer_.append(std::move(record));
  }
  Task<Result<std::vector<GroupLogRecord>, StoreError>> read(Slot slot, uint64_t after, size_t count_max,
                                                             size_t bytes_max) override;
  void settled(Slot slot, uint64_t up_to) override { writer_.settled(slot, up_to); }
  [[nodiscard]] std::optional<uint64_t> bytes_held() const override { return writer_.group_log().bytes_held(); }
  [[nodiscard]] uint64_t damaged() const override { return damaged_.load(std::memory_order_relaxed); }

 private:
  Result<std::vector<GroupLogRecord>, StoreError> read_now(Slot slot, uint64_t after, size_t count_max,
                                                           size_t bytes_max);
  void note_damaged(Slot slot, BytesView key);

  static constexpr size_t kDamagedMax = 4096;

  InboxDatabase& database_;
  InboxWriter& writer_;
  std::set<Bytes> damaged_keys_;  // of the reader: they are met again until later ones of their slot are settled
  std::atomic<uint64_t> damaged_{0};
  net::WorkThread reader_;
};

}  // namespace kith
