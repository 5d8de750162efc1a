// SPDX-License-Identifier: AGPL-3.0-or-later

#include <map>

#include "server/handlers/checks.h"
#include "server/handlers/handlers.h"
#include "wire/handle.h"

namespace kith::handlers {
namespace {

// What is no handle has no account: it is left out like others without one, so that a whole address book can be asked
// for.
Task<Outcome<wire::LookupResponse>> look_up(Services& services, DeviceAddress caller, wire::LookupRequest request) {
  if (static_cast<size_t>(request.handles_size()) > kLookupMax) co_return refuse(wire::kTooLarge, "handles");
  const auto cost = static_cast<uint32_t>(request.handles_size());
  if (const uint32_t wait_ms = services.rate_limits.take(Limit::kLookup, caller.account.view(), cost); wait_ms != 0)
    co_return refuse_rate(wait_ms);
  std::map<Handle, const wire::Handle*> asked;  // by what the store knows, what the caller wrote
  std::vector<Handle> handles;
  for (const wire::Handle& written : request.handles()) {
    const auto handle = read_handle(written);
    if (handle && asked.emplace(*handle, &written).second) handles.push_back(*handle);
  }
  wire::LookupResponse response;
  if (handles.empty()) co_return response;
  const auto found = co_await services.accounts.find_handles(std::move(handles));
  if (!found) co_return refuse_store(found.error());
  for (const AccountStore::HandleAccount& one : *found) {
    wire::LookupResponse::Found& entry = *response.add_found();
    *entry.mutable_handle() = *asked.at(one.handle);
    entry.set_account_id(one.account.bytes());
  }
  co_return response;
}

}  // namespace

Task<Outcome<wire::LookupResponse>> lookup_accounts(Services& services, DeviceAddress caller,
                                                    wire::LookupRequest request) {
  return come_back(look_up(services, caller, std::move(request)));
}

}  // namespace kith::handlers
