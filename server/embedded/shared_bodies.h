// SPDX-License-Identifier: AGPL-3.0-or-later

// Bodies that entries of several inboxes share (InboxEntry::shared), in what the inbox writer's thread writes: each is
// written once for each day of expiry. inbox_record.h has the layout.
//
// When one goes: with the last entry that refers to it, in the same batch, where this run of the program has seen all
//   of those come: their number is in memory alone, is never less than there are on disk, and costs no write (decision
//   0033). One that was there before, or that was forgotten among kKnownMax others, goes with its day.
// Whose it is: what each account's bodies hold is kept by day, so that a start sums it up without looking at them.
//
// Calls: of the writer's thread, unless said otherwise: for each batch any number of stage(), release(), uncount() and
//        forget_before(), then end(), then written() or failed().
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "server/embedded/inbox_database.h"
#include "server/embedded/inbox_record.h"
#include "server/ports/inbox_store.h"

namespace rocksdb {
class WriteBatch;
}

namespace kith {

class SharedBodies {
 public:
  using Ref = inbox_record::BodyRef;

  static constexpr size_t kKnownMax = 262'144;  // of about 100 bytes; beyond, the oldest are forgotten

  // The database outlives it.
  explicit SharedBodies(InboxDatabase& database);

  // An entry comes that refers to a body: adds that, if it is not there. Answers how many bytes more are held by it.
  uint64_t stage(rocksdb::WriteBatch& batch, const InboxEntry& entry);
  // An entry that refers to it goes. Exactly once for each.
  void release(const Ref& ref);
  // Of this body, or of all, it is not known any more how many entries refer to it.
  void uncount(const Ref& ref);
  void uncount_all();
  // Removes the bodies of all days before this one. Answers how many bytes fewer are held.
  uint64_t forget_before(rocksdb::WriteBatch& batch, uint32_t day);
  // Removes what nothing refers to any more, and adds the sums. Answers how many bytes fewer are held.
  uint64_t end(rocksdb::WriteBatch& batch);
  void written();
  // Nobody knows what of the batch was written; or the database was opened again.
  void failed();

  // Bytes of this account's bodies, with the batch in the making.
  [[nodiscard]] uint64_t held_by(const AccountId& account) const;
  // The first day of which there are bodies; UINT32_MAX: there are none. Any thread.
  [[nodiscard]] uint32_t first_day() const { return first_day_.load(std::memory_order_relaxed); }

 private:
  struct Known {
    AccountId sender;
    uint32_t bytes = 0;
    uint32_t entries = 0;  // that refer to it
    bool counted = false;  // false: there may be others, of an earlier run
  };

  void read_sums();
  void add(uint32_t day, const AccountId& sender, int64_t bytes);
  void put_sums(rocksdb::WriteBatch& batch);
  void forget_sums_before(rocksdb::WriteBatch& batch, uint32_t day);
  void note_first_day();

  InboxDatabase& database_;
  // All with the batch in the making.
  std::map<uint32_t, uint64_t> days_;                // the bytes of each
  std::unordered_map<AccountId, uint64_t> senders_;  // the bytes of each, of all days
  std::map<Ref, Known> known_;                       // that are there
  // Of the batch in the making.
  std::vector<Ref> released_;                                // to which nothing referred for a moment
  std::set<uint32_t> changed_days_;                          // with other bytes than are stored
  std::map<std::pair<uint32_t, AccountId>, int64_t> added_;  // to what is stored of a day and sender
  std::atomic<uint32_t> first_day_{UINT32_MAX};
};

}  // namespace kith
