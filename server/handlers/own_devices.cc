// SPDX-License-Identifier: AGPL-3.0-or-later

// The caller's own devices: when each was added, and when it was last there (DEVICE-9).
#include <algorithm>

#include "server/handlers/checks.h"
#include "server/handlers/handlers.h"

namespace kith::handlers {
namespace {

Task<Outcome<wire::OwnDevices>> load(Services& services, DeviceAddress caller) {
  if (const uint32_t wait_ms = services.rate_limits.take(Limit::kProfileRead, caller.account.view()); wait_ms != 0)
    co_return refuse_rate(wait_ms);
  const auto account = co_await services.accounts.load(caller.account);
  if (!account) co_return refuse_store(account.error());
  const auto connected = co_await services.home.connected(caller.account);
  if (!connected) co_return refuse_store(connected.error());
  wire::OwnDevices response;
  for (const DeviceRecord& device : account->devices) {
    if (!device.active) continue;
    wire::OwnDevices::Device& one = *response.add_devices();
    one.set_device_id(device.id.value);
    one.set_added_us(device.added_at.value);
    if (std::ranges::find(*connected, device.id) != connected->end()) {
      one.set_last_active_us(services.clock.now().value);
      continue;
    }
    const auto last_active = co_await services.last_seen.get_active({caller.account, device.id});
    if (!last_active) co_return refuse_store(last_active.error());
    one.set_last_active_us(last_active->value);
  }
  co_return response;
}

}  // namespace

Task<Outcome<wire::OwnDevices>> own_devices(Services& services, DeviceAddress caller) {
  return come_back(load(services, caller));
}

}  // namespace kith::handlers
