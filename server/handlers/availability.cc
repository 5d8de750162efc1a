// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/handlers/checks.h"
#include "server/handlers/handlers.h"

namespace kith::handlers {

// Everybody who watches is told of each change. One that is left out would stand as the last word: beyond the rate the
// session ends instead.
Task<void> availability(Services& services, DeviceAddress from, wire::Availability availability) {
  Shard& shard = services.shards.of(from.account);
  if (services.rate_limits.take(Limit::kAvailability, limit_key(from)) != 0) {
    shard.close_session(from, EndReason::kChangesTooOften);
    co_return;
  }
  shard.set_available(from, availability.available());
}

}  // namespace kith::handlers
