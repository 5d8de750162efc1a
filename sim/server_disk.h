// SPDX-License-Identifier: AGPL-3.0-or-later

// What outlives a process of the server: its disk. And the stores through which one process uses it.
//
// Inboxes: a write is in the journal at once and durable when it is synced. A crash keeps what was synced, and of the
//          journal behind it a beginning that chance decides. Writes can be slow and overtake one another, fail for all
//          or some of their devices, or find the disk full.
// Slots:   their epochs are durable at once; that one was taken may not be answered.
// Others:  accounts, keys, profiles, last seen, pairs, leases, links, groups, the log of their messages, and files (the
//          memory stores of server/handlers/testing) take effect durably at one moment, some time after the call and
//          some time before its answer: a crash in between leaves either, and the caller knows neither.
// Death:   stores of a process that was killed answer kUnavailable and touch nothing.
#pragma once

#include <array>
#include <deque>
#include <map>
#include <memory>

#include "server/delivery/testing/virtual_time.h"
#include "server/handlers/testing/memory_ports.h"
#include "sim/dice.h"
#include "sim/mutations.h"

namespace kith::sim {

// Inboxes as a set of entries, and what batches do to it.
class InboxImage {
 public:
  void apply(const InboxStore::Batch& batch);
  size_t expire(UnixMicros now, size_t count_max);
  [[nodiscard]] std::vector<InboxEntry> read(const DeviceAddress& device, Position after, size_t count_max,
                                             size_t bytes_max) const;
  [[nodiscard]] InboxStore::Summary summarize(const DeviceAddress& device) const;
  [[nodiscard]] uint64_t bytes() const;
  [[nodiscard]] size_t count(const DeviceAddress& device) const;

 private:
  std::map<DeviceAddress, std::map<Position, InboxEntry>> inboxes_;
};

struct DiskTrouble {
  uint64_t slow_percent = 0;  // of calls that wait long
  uint64_t fail_percent = 0;  // of writes that fail once
  bool inbox_full = false;    // until told otherwise
  bool inbox_away = false;
  bool accounts_away = false;
};

class ServerDisk {
 public:
  Dice dice;
  DiskTrouble trouble;
  Mutation mutation = Mutation::kNone;
  bool settled_early = false;   // of the mutation kSettleEarly, since somebody has looked
  testing::MemoryPorts others;  // all but the inboxes

  InboxImage written;  // what reads see
  InboxImage synced;
  std::deque<InboxStore::Batch> journal;  // written and not synced
  std::array<SlotRecord, kSlots> slots{};
  uint64_t starts = 0;  // of processes on this disk

  void sync(size_t batches);
  // The process is gone, or the machine.
  void crash();
};

// One process's way to the disk.
class ProcessStores {
 public:
  virtual ~ProcessStores() = default;
  [[nodiscard]] virtual StorePorts ports() = 0;
  bool alive = true;
};
std::unique_ptr<ProcessStores> open_stores(ServerDisk& disk);

}  // namespace kith::sim
