// SPDX-License-Identifier: AGPL-3.0-or-later

#include <algorithm>

#include "server/handlers/checks.h"
#include "server/handlers/device_list.h"
#include "server/handlers/handlers.h"

namespace kith::handlers {
namespace {

Task<Outcome<wire::PrekeyBundlesResponse>> take(Services& services, DeviceAddress caller, AccountId target,
                                                wire::PrekeyBundlesRequest request) {
  if (static_cast<size_t>(request.device_ids_size()) > kDevicesMax) co_return refuse(wire::kTooLarge, "device_ids");
  const auto record = co_await services.accounts.load(target);
  if (!record && record.error() != StoreError::kNotFound) co_return refuse_store(record.error());
  if (!record || record->device_list_revision.value == 0) co_return refuse(wire::kNoSuchAccount, "account_id");

  std::vector<DeviceId> devices;
  for (const DeviceRecord& device : record->devices) {
    const bool own = DeviceAddress{target, device.id} == caller;
    if (request.device_ids_size() == 0 && device.active && !own) devices.push_back(device.id);
  }
  for (const uint32_t id : request.device_ids()) {
    const bool active = std::any_of(record->devices.begin(), record->devices.end(), [id](const DeviceRecord& device) {
      return device.id.value == id && device.active;
    });
    if (!active) co_return refuse(wire::kNoSuchDevice, "device_ids");
    if (std::find(devices.begin(), devices.end(), DeviceId{id}) != devices.end())
      co_return refuse(wire::kInvalidArgument, "device_ids");
    devices.push_back({id});
  }

  // One caller must not use up another's prekeys.
  RateLimits& limits = services.rate_limits;
  const auto cost = static_cast<uint32_t>(devices.size());
  const Bytes pair = caller.account.bytes() + target.bytes();
  if (const uint32_t wait_ms = limits.peek(Limit::kTakePrekeysOf, pair, cost); wait_ms != 0)
    co_return refuse_rate(wait_ms);
  if (const uint32_t wait_ms = limits.take(Limit::kTakePrekeys, caller.account.view(), cost); wait_ms != 0)
    co_return refuse_rate(wait_ms);
  if (const uint32_t wait_ms = limits.take(Limit::kTakePrekeysOf, pair, cost); wait_ms != 0)
    co_return refuse_rate(wait_ms);

  wire::PrekeyBundlesResponse response;
  response.mutable_device_list()->set_device_list(record->device_list);
  response.mutable_device_list()->set_signature(record->device_list_signature);
  tell_handle(*record, *response.mutable_device_list());
  for (size_t i = 0; i < devices.size(); ++i) {
    const DeviceAddress device{target, devices[i]};
    const auto taken = co_await services.keys.take_bundle(device);
    if (!taken) {
      if (taken.error() == StoreError::kNotFound) co_return refuse(wire::kNoSuchDevice, "device_ids");
      co_return refuse_store(taken.error());
    }
    wire::PrekeyBundle& bundle = *response.add_bundles();
    bundle.set_device_id(device.device.value);
    bundle.set_registration_id(taken->keys.registration_id);
    bundle.set_identity_key(taken->keys.identity_key);
    bundle.mutable_signed_prekey()->set_id(taken->keys.signed_prekey.id);
    bundle.mutable_signed_prekey()->set_public_key(taken->keys.signed_prekey.public_key);
    bundle.mutable_signed_prekey()->set_signature(taken->keys.signed_prekey.signature);
    if (taken->prekey) {
      bundle.mutable_prekey()->set_id(taken->prekey->id);
      bundle.mutable_prekey()->set_public_key(taken->prekey->public_key);
    }
    if (taken->prekey && taken->prekeys_remaining < services.settings.prekeys_low)
      co_await services.home.tell_prekeys_low(device, taken->prekeys_remaining);
  }
  co_return response;
}

}  // namespace

Task<Outcome<wire::PrekeyBundlesResponse>> take_prekeys(Services& services, DeviceAddress caller, AccountId account,
                                                        wire::PrekeyBundlesRequest request) {
  return come_back(take(services, caller, account, std::move(request)));
}

}  // namespace kith::handlers
