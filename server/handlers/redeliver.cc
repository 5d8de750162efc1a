// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/handlers/checks.h"
#include "server/handlers/handlers.h"

namespace kith::handlers {

// INBOX-3: the device saw a gap. A few bytes ask for a whole window, so whoever asks without end is closed.
void redeliver(Services& services, DeviceAddress from, const wire::Redeliver& redeliver) {
  Shard& shard = services.shards.of(from.account);
  if (services.rate_limits.take(Limit::kRedeliver, limit_key(from)) != 0)
    return shard.close_session(from, EndReason::kAsksTooOften);
  shard.redeliver(from, Position{redeliver.after_position()});
}

}  // namespace kith::handlers
