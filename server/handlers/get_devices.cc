// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/handlers/checks.h"
#include "server/handlers/device_list.h"
#include "server/handlers/handlers.h"

namespace kith::handlers {
namespace {

Task<Outcome<wire::SignedDeviceList>> load(Services& services, DeviceAddress caller, AccountId account) {
  if (const uint32_t wait_ms = services.rate_limits.take(Limit::kProfileRead, caller.account.view()); wait_ms != 0)
    co_return refuse_rate(wait_ms);
  const auto record = co_await services.accounts.load(account);
  if (!record && record.error() != StoreError::kNotFound) co_return refuse_store(record.error());
  if (!record || record->device_list_revision.value == 0) co_return refuse(wire::kNoSuchAccount, "account_id");
  wire::SignedDeviceList list;
  list.set_device_list(record->device_list);
  list.set_signature(record->device_list_signature);
  tell_handle(*record, list);
  co_return list;
}

}  // namespace

Task<Outcome<wire::SignedDeviceList>> get_devices(Services& services, DeviceAddress caller, AccountId account) {
  return come_back(load(services, caller, account));
}

}  // namespace kith::handlers
