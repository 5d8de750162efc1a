// SPDX-License-Identifier: AGPL-3.0-or-later

// Bodies that entries of several inboxes share (InboxEntry::shared), in what the inbox writer's thread writes: each is
// written once for each day of expiry, and goes with it. Nobody counts who refers to it: that would be a read before
// each deletion (decision 0033). inbox_record.h has the layout.
//
// Calls: of the writer's thread, unless said otherwise: for each batch any number of stage() and forget_before(), then
//        written() or failed().
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <unordered_map>

#include "server/embedded/inbox_database.h"
#include "server/ports/inbox_store.h"

namespace rocksdb {
class WriteBatch;
}

namespace kith {

class SharedBodies {
 public:
  static constexpr size_t kKnownMax = 65'536;  // beyond, all are forgotten and looked up again

  // The database outlives it.
  explicit SharedBodies(InboxDatabase& database);

  // Adds the entry's body, if it is not there. Answers how many bytes more are held by it.
  uint64_t stage(rocksdb::WriteBatch& batch, const InboxEntry& entry);
  // Removes the bodies of all days before this one. Answers how many bytes fewer are held.
  uint64_t forget_before(rocksdb::WriteBatch& batch, uint32_t day);
  void written();
  // Nobody knows what of the batch was written; or the database was opened again.
  void failed();

  // The first day of which there are bodies; UINT32_MAX: there are none. Any thread.
  [[nodiscard]] uint32_t first_day() const { return first_day_.load(std::memory_order_relaxed); }

 private:
  void read_days();
  void put_day(rocksdb::WriteBatch& batch, uint32_t day, uint64_t bytes);
  void note_first_day();

  InboxDatabase& database_;
  std::map<uint32_t, uint64_t> days_;             // the bytes of each, with the batch in the making
  std::unordered_map<uint64_t, uint32_t> known_;  // numbers that are there, with their latest day
  std::atomic<uint32_t> first_day_{UINT32_MAX};
};

}  // namespace kith
