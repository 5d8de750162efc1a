// SPDX-License-Identifier: AGPL-3.0-or-later

// The shards of this process, and which one owns an account: the one that owns its slot.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/clock.h"
#include "base/executor.h"
#include "base/ids.h"
#include "base/timers.h"
#include "server/delivery/owned_slots.h"
#include "server/delivery/settings.h"
#include "server/ports/account_store.h"
#include "server/ports/blob_store.h"
#include "server/ports/group_log.h"
#include "server/ports/group_store.h"
#include "server/ports/inbox_store.h"
#include "server/ports/last_seen_store.h"
#include "server/ports/lease_store.h"
#include "server/ports/link_store.h"
#include "server/ports/media_index.h"
#include "server/ports/pair_store.h"
#include "server/ports/profile_store.h"
#include "server/ports/store_ports.h"

namespace kith {

class Shard;

struct DeliveryPorts {
  AccountStore& accounts;
  ProfileStore& profiles;
  LastSeenStore& last_seen;
  PairStore& pairs;
  LeaseStore& leases;
  LinkStore& links;
  GroupStore& groups;
  GroupLog& group_log;
  MediaIndex& media;
  BlobStore& blobs;
  InboxStore& inboxes;
};
inline DeliveryPorts delivery_ports(const StorePorts& all) {
  return {all.accounts, all.profiles,  all.last_seen, all.pairs, all.leases, all.links,
          all.groups,   all.group_log, all.media,     all.blobs, all.inboxes};
}

// Immutable after construction, so any thread may ask. Borrows loops, clock and ports, which outlive it.
class Shards {
 public:
  struct Loop {
    Executor* executor;
    Timers* timers;
  };
  // `slots`: what take_all_slots() has answered at this start of the program. Nothing runs until Shard::start.
  Shards(std::span<const Loop> loops, Clock& clock, DeliveryPorts ports, DeliverySettings settings,
         const TakenSlots& slots);
  ~Shards();
  Shards(const Shards&) = delete;
  Shards& operator=(const Shards&) = delete;

  [[nodiscard]] Shard& of(const AccountId& account) { return *shards_[index_of(account)]; }
  // Of a group's messages (group_handler.h).
  [[nodiscard]] Shard& of(Slot slot) { return *shards_[index_of(slot, shards_.size())]; }
  [[nodiscard]] size_t index_of(const AccountId& account) const { return index_of(slot_of(account), shards_.size()); }
  [[nodiscard]] Shard& at(size_t index) { return *shards_[index]; }
  [[nodiscard]] size_t size() const { return shards_.size(); }

 private:
  // Each shard owns every so many-th slot.
  static size_t index_of(Slot slot, size_t shards) { return slot.value % shards; }

  std::vector<std::unique_ptr<Shard>> shards_;
};

}  // namespace kith
