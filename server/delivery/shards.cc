// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/delivery/shards.h"

#include "server/delivery/shard.h"

namespace kith {

Shards::Shards(std::span<const Loop> loops, Clock& clock, DeliveryPorts ports, DeliverySettings settings,
               const TakenSlots& slots) {
  std::vector<OwnedSlots> owned(loops.size(), OwnedSlots(slots.owner));
  for (size_t slot = 0; slot < kSlots; ++slot) {
    owned[index_of(Slot{static_cast<uint8_t>(slot)}, owned.size())].add(Slot{static_cast<uint8_t>(slot)},
                                                                        slots.epochs[slot], clock.monotonic().value);
  }
  shards_.reserve(loops.size());
  for (size_t i = 0; i < loops.size(); ++i) {
    shards_.push_back(std::make_unique<Shard>(*loops[i].executor, *loops[i].timers, clock, ports, settings, *this,
                                              std::move(owned[i])));
  }
}

Shards::~Shards() = default;

}  // namespace kith
