// SPDX-License-Identifier: AGPL-3.0-or-later

#include "crypto/pin_hash.h"
#include "server/handlers/checks.h"
#include "server/handlers/handlers.h"

namespace kith::handlers {
namespace {

Task<std::string> hash(Services& services, std::string pin) {
  Executor* const home = Executor::current();
  co_await enter(services.heavy_work);
  std::string hash = crypto::hash_pin(pin);
  wipe(pin);
  co_await enter(*home);
  co_return hash;
}

Task<Outcome<wire::Empty>> put(Services& services, DeviceAddress caller, wire::PinRequest request) {
  const std::string& pin = request.pin();
  if (!pin.empty() && !is_text(pin, kPinLengthMin, kPinLengthMax)) co_return refuse(wire::kInvalidArgument, "pin");
  if (const uint32_t wait_ms = services.rate_limits.take(Limit::kProfileWrite, caller.account.view()); wait_ms != 0)
    co_return refuse_rate(wait_ms);
  std::string hashed;
  if (!pin.empty()) {
    Task<std::string> hashing = hash(services, pin);
    hashed = co_await std::move(hashing);
    if (hashed.empty()) co_return refuse(wire::kUnavailable, "memory", 1000);
  }
  const auto stored = co_await services.accounts.set_pin_hash(caller.account, std::move(hashed));
  if (!stored) co_return refuse_store(stored.error());
  co_return wire::Empty();
}

}  // namespace

Task<Outcome<wire::Empty>> set_pin(Services& services, DeviceAddress caller, wire::PinRequest request) {
  return come_back(put(services, caller, std::move(request)));
}

}  // namespace kith::handlers
