// SPDX-License-Identifier: AGPL-3.0-or-later

#include "crypto/pin_hash.h"
#include "server/handlers/checks.h"
#include "server/handlers/handlers.h"

namespace kith::handlers {
namespace {

constexpr uint32_t kRetryMs = 1000;

struct Hashing {
  std::string pin;
  std::string operator()() {
    std::string hash = crypto::hash_pin(pin);
    wipe(pin);
    return hash;
  }
};

Task<Outcome<wire::Empty>> put(Services& services, DeviceAddress caller, wire::PinRequest request) {
  const std::string& pin = request.pin();
  if (!pin.empty() && !is_text(pin, kPinCharactersMin, kPinCharactersMax))
    co_return refuse(wire::kInvalidArgument, "pin");
  if (const uint32_t wait_ms = services.rate_limits.take(Limit::kPinWrite, caller.account.view()); wait_ms != 0)
    co_return refuse_rate(wait_ms);
  const OneAtATime turn(services.rate_limits, "pin " + caller.account.bytes());
  if (!turn.alone()) co_return refuse_rate(kRetryMs);
  std::string hashed;
  if (!pin.empty()) {
    Task<std::optional<std::string>> hashing = services.heavy_work.run(HeavyWork::Line::kSet, Hashing{pin});
    auto result = co_await std::move(hashing);
    if (!result) co_return refuse(wire::kUnavailable, "too many PINs wait to be set", kRetryMs);
    if (result->empty()) co_return refuse(wire::kUnavailable, "memory", kRetryMs);
    hashed = std::move(*result);
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
