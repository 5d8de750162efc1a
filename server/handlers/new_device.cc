// SPDX-License-Identifier: AGPL-3.0-or-later

// Makes a device in the caller's account, for one that the caller is about to let in (LINK-4). What lets it in is the
// list that names it, under the account's key, which the new device publishes with its keys (publish_keys.cc): until
// then it may do nothing else, and it has as long for it as a mailbox is there.
#include "server/handlers/checks.h"
#include "server/handlers/handlers.h"

namespace kith::handlers {
namespace {

Task<Outcome<wire::NewDeviceResponse>> make(Services& services, DeviceAddress caller) {
  if (const uint32_t wait_ms = services.rate_limits.take(Limit::kProfileWrite, caller.account.view()); wait_ms != 0)
    co_return refuse_rate(wait_ms);
  const Bytes secret = services.random.bytes(32);
  auto record = co_await services.accounts.link_device(caller.account, token_hash(secret), services.clock.now());
  if (!record && record.error() == StoreError::kConflict)
    co_return refuse(wire::kTooManyDevices, "the account has as many devices as it may");
  if (!record) co_return refuse_store(record.error());
  const DeviceId device = record->devices.back().id;
  wire::NewDeviceResponse response;
  response.set_device_id(device.value);
  response.set_token(make_token({caller.account, device}, secret));
  response.set_device_list_revision(record->device_list_revision.value + 1);
  co_await services.home.set_devices(std::move(*record), {});
  co_return response;
}

}  // namespace

Task<Outcome<wire::NewDeviceResponse>> new_device(Services& services, DeviceAddress caller, wire::NewDeviceRequest) {
  return come_back(make(services, caller));
}

}  // namespace kith::handlers
