// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/delivery/shards.h"

#include "server/delivery/shard.h"

namespace kith {

Shards::Shards(std::span<const Loop> loops, Clock& clock, DeliveryPorts ports, DeliverySettings settings,
               uint32_t epoch) {
  shards_.reserve(loops.size());
  for (const Loop& loop : loops) {
    shards_.push_back(std::make_unique<Shard>(*loop.executor, *loop.timers, clock, ports, settings, *this, epoch));
  }
}

Shards::~Shards() = default;

// The half of the id that std::hash does not use: else all accounts of a shard would fall into a few buckets of its
// map.
size_t Shards::index_of(const AccountId& account) const {
  uint64_t half;
  std::memcpy(&half, account.value.data() + 8, sizeof half);
  return half % shards_.size();
}

}  // namespace kith
