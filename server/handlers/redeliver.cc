// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/handlers/handlers.h"

namespace kith::handlers {

// INBOX-3: the device saw a gap.
void redeliver(Services& services, DeviceAddress from, const wire::Redeliver& redeliver) {
  services.shards.of(from.account).redeliver(from, Position{redeliver.after_position()});
}

}  // namespace kith::handlers
