// SPDX-License-Identifier: AGPL-3.0-or-later

// Proves a handle by its code, and makes a device in its account. The device is active only when it has published its
// keys (publish_keys.cc).
//
// Guessing: a code takes code_attempts_max wrong tries, then a new one must be asked for, and those are limited by
// handle. A PIN takes pin_attempts_max wrong tries a day. Each try counts in the store before it is made, so that
// neither tries side by side (here or in another process) nor a restart forgive one; a right one is taken back. A wrong
// PIN leaves the code.
//
// Repeating (DEVICE-7): a code lets one request in. Made again, because its answer was lost, that makes another device
// and ends the one before, whose token nobody has: so no token is kept to be told twice. The code goes when the device
// is active, which shows that its answer has arrived (publish_keys.cc), or when it expires.
#include <algorithm>

#include "crypto/hash.h"
#include "crypto/pin_hash.h"
#include "server/handlers/checks.h"
#include "server/handlers/handlers.h"
#include "wire/handle.h"

namespace kith::handlers {
namespace {

constexpr uint64_t kDayMicros = 86'400'000'000;
constexpr uint32_t kRetryMs = 500;
constexpr size_t kCodeBytesMax = 16;
constexpr size_t kRequestIdBytes = 16;

struct Verification {
  std::string hash;
  std::string pin;
  bool operator()() {
    const bool right = crypto::verify_pin(hash, pin);
    wipe(pin);
    return right;
  }
};

Task<Outcome<void>> try_pin(Services& services, AccountRecord account, std::string pin) {
  const TryBudget budget{kDayMicros / std::max(1u, services.settings.pin_attempts_max), kDayMicros};
  const auto counted = co_await services.accounts.take_pin_try(account.id, services.clock.now(), budget);
  if (!counted) co_return refuse_store(counted.error());
  if (!counted->taken)
    co_return refuse(wire::kTooManyAttempts, "pin", static_cast<uint32_t>(counted->wait_us / 1000 + 1));
  Verification verification{account.pin_hash, std::move(pin)};
  Task<std::optional<bool>> check = services.heavy_work.run(HeavyWork::Line::kVerify, std::move(verification));
  const std::optional<bool> right = co_await std::move(check);
  if (right && !*right) co_return refuse(wire::kWrongPin, "pin");
  (void)co_await services.accounts.return_pin_try(account.id, budget);
  if (!right) co_return refuse(wire::kUnavailable, "too many PINs wait to be tried", kRetryMs);
  co_return Outcome<void>();
}

// The code was right. `request`: the digest of its id.
Task<Outcome<wire::RegistrationResponse>> let_in(Services& services, Handle handle, Bytes code_hash, Bytes request,
                                                 std::string pin) {
  const auto known = co_await services.accounts.find_by_handle(handle);
  if (!known && known.error() != StoreError::kNotFound) co_return refuse_store(known.error());
  if (known && !known->pin_hash.empty()) {
    if (pin.empty()) co_return refuse(wire::kPinRequired, "pin");
    Task<Outcome<void>> trial = try_pin(services, *known, std::move(pin));
    const auto tried = co_await std::move(trial);
    if (!tried) co_return std::unexpected<Refusal>(tried.error());
  }
  const auto used = co_await services.accounts.use_code(handle, std::move(code_hash), std::move(request));
  if (!used && used.error() == StoreError::kNotFound) co_return refuse(wire::kCodeExpired, "code");
  if (!used) co_return refuse_store(used.error());
  const AccountId new_account = services.random.id<AccountId>();
  const Bytes secret = services.random.bytes(32);
  // DEVICE-3: the account stays; the device is alone in the list that it will publish.
  const auto record =
      co_await services.accounts.add_device(handle, new_account, token_hash(secret), services.clock.now());
  if (!record) co_return refuse_store(record.error());
  AccountRecord current = *record;
  co_await services.home.set_devices(std::move(current), {});
  // Another account may have the handle by now, or the PIN be another: the one that was tried is not the one that
  // holds. The device stays inactive, and nobody has its token.
  if (record->pin_hash != (known ? known->pin_hash : ""))
    co_return refuse(wire::kUnavailable, "the account has changed meanwhile", kRetryMs);

  wire::RegistrationResponse response;
  const DeviceId device = record->devices.back().id;
  response.set_account_id(record->id.bytes());
  response.set_device_id(device.value);
  response.set_token(make_token({record->id, device}, secret));
  response.set_device_list_revision(record->device_list_revision.value + 1);
  response.set_server_id(services.settings.server_id.bytes());
  co_return response;
}

// A wrong try. Without a further one, it says when a new code can be asked for.
std::unexpected<Refusal> refuse_try(Services& services, const Handle& handle, const PendingCode& code,
                                    wire::ErrorCode error) {
  const bool last = code.attempts >= services.settings.code_attempts_max;
  if (last && error == wire::kWrongCode) error = wire::kTooManyAttempts;
  return refuse(error, error == wire::kWrongPin ? "pin" : "code",
                last ? services.rate_limits.peek(Limit::kCodeForHandle, handle.text()) : 0);
}

Task<Outcome<wire::RegistrationResponse>> try_code(Services& services, std::string address,
                                                   wire::RegistrationRequest request) {
  RateLimits& limits = services.rate_limits;
  if (const uint32_t wait_ms = limits.take_address(Limit::kRegisterFromAddress, address); wait_ms != 0)
    co_return refuse_rate(wait_ms);
  const auto handle = read_handle(request.handle());
  if (!handle || handle->kind() == Handle::Kind::kUsername) co_return refuse(wire::kInvalidHandle, "handle");
  if (request.code().empty() || request.code().size() > kCodeBytesMax) co_return refuse(wire::kInvalidArgument, "code");
  if (request.pin().size() > kPinBytesMax) co_return refuse(wire::kInvalidArgument, "pin");
  if (request.request_id().size() != kRequestIdBytes) co_return refuse(wire::kInvalidArgument, "request_id");

  const Bytes id = crypto::digest("kith registration request v1", request.request_id());
  const auto code =
      co_await services.accounts.try_code(*handle, id, services.clock.now(), services.settings.code_attempts_max);
  if (!code && code.error() == StoreError::kNotFound) co_return refuse(wire::kCodeExpired, "code");
  if (!code && code.error() == StoreError::kConflict)
    co_return refuse(wire::kTooManyAttempts, "code", limits.peek(Limit::kCodeForHandle, handle->text()));
  if (!code) co_return refuse_store(code.error());
  if (!equal_in_constant_time(code->code_hash, crypto::digest("kith code v1", handle->text() + request.code())))
    co_return refuse_try(services, *handle, *code, wire::kWrongCode);

  Task<Outcome<wire::RegistrationResponse>> entering = let_in(services, *handle, code->code_hash, id, request.pin());
  auto outcome = co_await std::move(entering);
  if (!outcome && outcome.error().code == wire::kWrongPin)
    co_return refuse_try(services, *handle, *code, wire::kWrongPin);
  (void)co_await services.accounts.return_code_attempt(*handle, code->code_hash);
  co_return outcome;
}

}  // namespace

Task<Outcome<wire::RegistrationResponse>> register_device(Services& services, std::string address,
                                                          wire::RegistrationRequest request) {
  return come_back(try_code(services, std::move(address), std::move(request)));
}

}  // namespace kith::handlers
