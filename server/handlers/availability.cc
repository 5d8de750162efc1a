// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/handlers/handlers.h"

namespace kith::handlers {

Task<void> availability(Services& services, DeviceAddress from, wire::Availability availability) {
  services.shards.of(from.account).set_available(from, availability.available());
  co_return;
}

}  // namespace kith::handlers
