// SPDX-License-Identifier: AGPL-3.0-or-later

// A table of descriptors for each loop's thread, so that a process holds more sockets than RLIMIT_NOFILE allows one
// table. The first loop's thread keeps the process's own, with the files of everybody else; the others take one that is
// empty but for what loops need of each other.
//
// A descriptor is good on threads of its table only: it crosses by hand_over() and take(), under a ticket that the
// sender chooses (SCM_RIGHTS: no capability, no ptrace, any Linux). Everything else that a loop's thread opens, it
// closes.
// Source: docs/decisions/0015-descriptor-tables.md; unix(7), close_range(2).
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

#include "net/event_loop.h"
#include "net/socket.h"

namespace kith::net {

class DescriptorTables {
 public:
  // Made before the loops' threads start, and before anything that they should not have is opened or not: they leave it
  // behind. `capacity`: descriptors that its owner may put into each table, by loop.
  // Ends the program when the kernel gives no sockets.
  DescriptorTables(std::span<EventLoop* const> loops, std::vector<uint32_t> capacity);
  DescriptorTables(const DescriptorTables&) = delete;
  DescriptorTables& operator=(const DescriptorTables&) = delete;

  // On the thread of loop `index`, before anything else. Nothing happens for the first. False: the kernel refuses
  // (errno is set); the thread has the process's table still.
  [[nodiscard]] bool enter(size_t index);
  // On that thread, last of all: closes what has arrived there and was not taken.
  void leave(size_t index) { tables_[index]->arrived.clear(); }

  // ---- room, counted; any thread
  // Takes a place in the table of loop `index`; false when fewer than `beyond` were left over its capacity.
  [[nodiscard]] bool reserve(size_t index, uint32_t beyond = 0);
  void release(size_t index) { tables_[index]->used.fetch_sub(1, std::memory_order_relaxed); }
  [[nodiscard]] bool is_full(size_t index) const {
    return tables_[index]->used.load(std::memory_order_relaxed) >= tables_[index]->capacity;
  }
  [[nodiscard]] size_t size() const { return tables_.size(); }

  // ---- from table to table
  // Sends it to loop `to` and closes it here. False, and nothing has happened: as many are on their way as fit; try
  // again a moment later.
  [[nodiscard]] bool hand_over(Descriptor& descriptor, size_t to, uint64_t ticket);
  // On loop `index`, after the hand_over() of that ticket. Empty: the table has no room.
  [[nodiscard]] Descriptor take(size_t index, uint64_t ticket);

 private:
  struct Table {
    Descriptor entrance;  // written by every loop
    Descriptor exit;      // read by its own
    uint32_t capacity;
    std::atomic<uint32_t> used{0};
    std::unordered_map<uint64_t, Descriptor> arrived;  // not asked for yet; of its loop's thread
  };
  std::vector<int> needed_;  // in every table: the loops' wakes, the entrances
  std::vector<EventLoop*> loops_;
  std::vector<std::unique_ptr<Table>> tables_;
};

}  // namespace kith::net
