// SPDX-License-Identifier: AGPL-3.0-or-later

// What has happened on a shard since its start, for metrics. Counted and read on the shard's executor.
#pragma once

#include <cstdint>

namespace kith {

struct ShardCounters {
  uint64_t sessions = 0;           // now
  uint64_t available = 0;          // now: devices whose user is looking
  uint64_t messages_appended = 0;  // device entries
  uint64_t messages_repeated = 0;
  uint64_t entries_delivered = 0;
  uint64_t entries_confirmed = 0;
  uint64_t confirmed_before_commit = 0;  // entries that never touched the disk
  uint64_t entries_committed = 0;
  uint64_t commits = 0;          // batches of which at least one device's entries are written
  uint64_t commit_failures = 0;  // batches of which something is not
  uint64_t inbox_full = 0;
  uint64_t receipts_appended = 0;
  uint64_t receipts_coalesced = 0;
  uint64_t notices_dropped = 0;
  uint64_t group_messages_delivered = 0;  // in all members' inboxes
  uint64_t group_messages_lost = 0;       // of a group whose record is damaged
  uint64_t group_entries_dropped = 0;     // device entries for which there was no room
  uint64_t group_receipts_appended = 0;   // device entries
  uint64_t entries_expired = 0;
};

}  // namespace kith
