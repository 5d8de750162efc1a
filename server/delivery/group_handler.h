// SPDX-License-Identifier: AGPL-3.0-or-later

// Takes messages from the groups' log to their members' inboxes, and lets go of them there (GROUP-3). Each loop has the
// groups of its slots; group_inboxes.h is what it hands a message to on each loop that owns members.
//
//   appended → read from the log → members at the record's revision → one hop to each loop → all inboxes have it
//            → the slot's records are settled in their order
//
// After a start whatever the log still has is delivered again; inboxes and devices tell repetitions by the id (SEND-1).
//
// Order:  a slot's records are handed out in the log's order (ORDER-1), but for what a store did not answer.
// Limits: at most about kRecordsMax records and kBytesMax bytes of them are on their way; the rest waits in the log.
//         Slots come to it in turn.
// Errors: what a store did not answer is asked again every second, other records go on meanwhile. A message to a group
//         of which what is stored is damaged goes to nobody, and is counted and logged.
// Calls:  on the shard's executor.
#pragma once

#include <array>
#include <deque>
#include <memory>
#include <vector>

#include "base/executor.h"
#include "base/ids.h"
#include "base/task.h"
#include "base/timers.h"
#include "server/delivery/group_cache.h"
#include "server/ports/group_log.h"

namespace kith {

class Shards;
struct ShardCounters;

class GroupHandler {
 public:
  static constexpr size_t kRecordsMax = 256;
  static constexpr size_t kBytesMax = 8 << 20;

  // All outlive it.
  struct Ports {
    Executor& executor;
    Timers& timers;
    TaskScope& scope;
    GroupLog& log;
    GroupCache& cache;
    Shards& shards;
    ShardCounters& counters;
  };
  explicit GroupHandler(const Ports& ports) : ports_(ports) {}

  // Begins with what the log has of this loop's slots. Once.
  void start(const std::vector<Slot>& slots);
  // The log has this record now.
  void appended(Slot slot, uint64_t number);
  // Nothing is read or tried again. What is on its way to inboxes stays in the log.
  void close();

 private:
  struct Record {
    uint64_t number = 0;
    bool done = false;
  };
  struct Progress {
    uint64_t known = 0;    // the log has records up to here, at least
    uint64_t taken = 0;    // read and on their way, or settled, up to here
    bool more = false;     // it may have others behind `known`, of an earlier run
    bool reading = false;  // or in waiting_ or unread_
    std::deque<Record> records;

    [[nodiscard]] bool is_behind() const { return more || taken < known; }
  };
  // What is left of a record once its message is on its way to the loops that own members.
  struct Flight {
    Slot slot;
    uint64_t number = 0;
    size_t bytes = 0;
    size_t loops = 0;  // that have not said that they are done

    static Flight of(const GroupLogRecord& record) {
      return {slot_of(record.group), record.number, record.payload.size(), 0};
    }
  };

  // For what one more read may bring.
  [[nodiscard]] bool has_room() const;
  void go_on(Slot slot);
  void read_on();
  Task<void> read(Slot slot);
  Task<void> find_members(std::shared_ptr<const GroupLogRecord> record);
  void hand_out(const GroupLogRecord& record, const std::vector<AccountId>& members);
  void delivered(const Flight& flight);
  void done(const Flight& flight);
  void try_again();

  const Ports ports_;
  std::array<Progress, kSlots> slots_;
  size_t records_ = 0;  // on their way
  size_t bytes_ = 0;
  size_t reads_ = 0;                                                    // of the log, in flight
  std::deque<Slot> waiting_;                                            // to be read when there is room
  std::vector<Slot> unread_;                                            // the log was away
  std::vector<std::shared_ptr<const GroupLogRecord>> without_members_;  // a store was away
  Timers::Handle timer_ = 0;
  bool closed_ = false;
};

}  // namespace kith
