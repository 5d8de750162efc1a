// SPDX-License-Identifier: AGPL-3.0-or-later

#include <map>

#include "server/handlers/checks.h"
#include "server/handlers/handlers.h"

namespace kith::handlers {
namespace {

// Numbers that can't exist have no account: they are left out like others without one, so that a whole address book can
// be asked for.
Task<Outcome<wire::LookupResponse>> look_up(Services& services, DeviceAddress caller, wire::LookupRequest request) {
  if (static_cast<size_t>(request.phones_size()) > kLookupMax) co_return refuse(wire::kTooLarge, "phones");
  const auto cost = static_cast<uint32_t>(request.phones_size());
  if (const uint32_t wait_ms = services.rate_limits.take(Limit::kLookup, caller.account.view(), cost); wait_ms != 0)
    co_return refuse_rate(wait_ms);
  std::map<std::string, std::string> asked;  // by what the store knows, what the caller wrote
  std::vector<std::string> phones;
  for (const std::string& phone : request.phones()) {
    const auto normalized = normalize_phone(phone);
    if (normalized && asked.emplace(*normalized, phone).second) phones.push_back(*normalized);
  }
  wire::LookupResponse response;
  if (phones.empty()) co_return response;
  const auto found = co_await services.accounts.find_phones(std::move(phones));
  if (!found) co_return refuse_store(found.error());
  for (const AccountStore::PhoneAccount& one : *found) {
    wire::LookupResponse::Found& entry = *response.add_found();
    entry.set_phone(asked[one.phone]);
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
