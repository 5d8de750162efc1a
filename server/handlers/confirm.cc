// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/handlers/handlers.h"

namespace kith::handlers {

// INBOX-1, INBOX-2: the only thing but age that takes entries away.
void confirm(Services& services, DeviceAddress from, const wire::Confirm& confirm) {
  services.shards.of(from.account).confirm(from, Position{confirm.position()});
}

}  // namespace kith::handlers
