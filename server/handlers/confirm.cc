// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/handlers/checks.h"
#include "server/handlers/handlers.h"

namespace kith::handlers {

// INBOX-1, INBOX-2: the only thing but age that takes entries away.
Outcome<void> confirm(Services& services, DeviceAddress from, const wire::Confirm& confirm) {
  const auto withheld = withheld_of(confirm.withheld());  // nearly always empty, and then without memory
  if (!withheld) return refuse(wire::kTooLarge, "withheld");
  services.shards.of(from.account).confirm(from, Position{confirm.position()}, *withheld);
  return {};
}

}  // namespace kith::handlers
