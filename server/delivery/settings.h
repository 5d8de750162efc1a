// SPDX-License-Identifier: AGPL-3.0-or-later

// What delivery can be told: bounds (LIMIT-1) and delays. The configuration file's section [delivery]
// (server/node/config.h).
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/limits.h"

namespace kith {

struct DeliverySettings {
  // Group commit. An entry for an absent device is written after the first delay; one on its way to a connected device
  // gets the second, which is longer than a round trip over a mobile network: the confirmation usually comes first, and
  // then it never touches the disk.
  uint32_t commit_delay_ms = 2;
  uint32_t commit_delay_connected_ms = 200;
  uint32_t commit_delay_notice_ms = 1000;  // entries nobody waits for: receipts, changed accounts
  // Longer than the notice delay: a crash delivers again rather than lose a receipt
  uint32_t forget_delay_ms = 2000;
  size_t commit_bytes_max = 8 << 20;  // of one batch
  // Batches of one shard in flight. A store with one log gathers what waits by itself, so more of them are only
  // shorter; one with many partitions has a slow one hold up its batch alone.
  uint32_t commit_batches_max = 1;

  // Entries on their way to a device and not confirmed.
  uint32_t window_entries = 256;
  size_t window_bytes = 1 << 20;

  // One device's inbox, in memory and on disk together: kInboxFull beyond. An inbox is summarized as a whole when its
  // account comes into memory, and read as a whole by its device (docs/decisions/0025).
  uint64_t inbox_entries_max = 20'000;
  uint64_t inbox_bytes_max = 64 << 20;
  // All inboxes on disk: kServerFull beyond; 0, or a store that can't count them: as far as it takes them.
  uint64_t store_bytes_max = 0;
  // Entries of one shard that are not durable yet, in memory: kUnavailable beyond.
  size_t undurable_bytes_max = 64 << 20;

  uint64_t retention_s = kInboxLifeSeconds;  // the life of an entry, and the longest there is (INBOX-1)
  uint32_t expiry_interval_s = 600;
  uint32_t expiry_count_max = 10'000;  // a step of a sweep
  // An account without a session, entries or watchers leaves memory after this
  uint32_t idle_account_s = 300;
  // Accounts with traffic leave memory at most so often: it takes a new epoch of positions
  uint32_t epoch_renewal_s = 3600;
  uint32_t idle_window_s = 600;  // the duplicate window of a quiet device leaves memory after this
};

}  // namespace kith
