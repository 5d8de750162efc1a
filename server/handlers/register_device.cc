// SPDX-License-Identifier: AGPL-3.0-or-later

// Proves a number by its code, and makes a device in its account. The device is active only when it has published its
// keys (publish_keys.cc).
//
// Guessing: a code takes code_attempts_max wrong tries, then a new one must be asked for, and those are limited by
// number; one try at a time for a number, so that tries side by side do not share an attempt. A PIN takes
// pin_attempts_max wrong tries a day: each counts before it is tried, on the disk, so that no restart forgives it, and
// a right one is taken back. A wrong PIN leaves the code.
#include <algorithm>

#include "crypto/hash.h"
#include "crypto/pin_hash.h"
#include "server/handlers/checks.h"
#include "server/handlers/handlers.h"

namespace kith::handlers {
namespace {

constexpr uint64_t kDayMicros = 86'400'000'000;
constexpr uint32_t kRetryMs = 500;
constexpr size_t kCodeBytesMax = 16;

struct Verification {
  std::string hash;
  std::string pin;
  bool operator()() {
    const bool right = crypto::verify_pin(hash, pin);
    wipe(pin);
    return right;
  }
};

// A token bucket, as the time at which it will be full again: a try takes its share of a day.
Task<Outcome<void>> try_pin(Services& services, AccountRecord account, std::string pin) {
  const uint64_t now = services.clock.now().value;
  // Whatever the clock was then
  const uint64_t before = std::clamp(account.pin_tries_forgiven_at.value, now, now + kDayMicros);
  const uint64_t after = before + kDayMicros / std::max(1u, services.settings.pin_attempts_max);
  if (after > now + kDayMicros) {
    co_return refuse(wire::kTooManyAttempts, "pin", static_cast<uint32_t>((after - now - kDayMicros) / 1000 + 1));
  }
  const auto counted = co_await services.accounts.set_pin_tries_forgiven_at(account.id, UnixMicros{after});
  if (!counted) co_return refuse_store(counted.error());
  Verification verification{account.pin_hash, std::move(pin)};
  Task<std::optional<bool>> check = services.heavy_work.run(HeavyWork::Line::kVerify, std::move(verification));
  const std::optional<bool> right = co_await std::move(check);
  if (right && !*right) co_return refuse(wire::kWrongPin, "pin");
  (void)co_await services.accounts.set_pin_tries_forgiven_at(account.id, UnixMicros{before});
  if (!right) co_return refuse(wire::kUnavailable, "too many PINs wait to be tried", kRetryMs);
  co_return Outcome<void>();
}

// Counts a wrong try on the code.
Task<Outcome<wire::RegistrationResponse>> wrong(Services& services, std::string phone, PendingCode pending,
                                                wire::ErrorCode code) {
  ++pending.attempts;
  const bool last = pending.attempts >= services.settings.code_attempts_max;
  const auto stored = co_await services.accounts.put_code(phone, std::move(pending));
  if (!stored) co_return refuse_store(stored.error());
  if (last && code == wire::kWrongCode) code = wire::kTooManyAttempts;
  co_return refuse(code, code == wire::kWrongPin ? "pin" : "code",
                   last ? services.rate_limits.peek(Limit::kCodeForNumber, phone) : 0);
}

Task<Outcome<wire::RegistrationResponse>> try_code(Services& services, std::string address,
                                                   wire::RegistrationRequest request) {
  RateLimits& limits = services.rate_limits;
  if (const uint32_t wait_ms = limits.take_address(Limit::kRegisterFromAddress, address); wait_ms != 0)
    co_return refuse_rate(wait_ms);
  const auto phone = normalize_phone(request.phone());
  if (!phone) co_return refuse(wire::kInvalidPhone, "phone");
  if (request.code().empty() || request.code().size() > kCodeBytesMax) co_return refuse(wire::kInvalidArgument, "code");
  if (request.pin().size() > kPinBytesMax) co_return refuse(wire::kInvalidArgument, "pin");
  const OneAtATime turn(limits, "register " + *phone);
  if (!turn.alone()) co_return refuse_rate(kRetryMs);

  const auto code = co_await services.accounts.get_code(*phone);
  if (!code && code.error() != StoreError::kNotFound) co_return refuse_store(code.error());
  if (!code || code->expires_at <= services.clock.now()) co_return refuse(wire::kCodeExpired, "code");
  if (code->attempts >= services.settings.code_attempts_max) {
    co_return refuse(wire::kTooManyAttempts, "code", limits.peek(Limit::kCodeForNumber, *phone));
  }
  if (!equal_in_constant_time(code->code_hash, crypto::digest("kith code v1", *phone + request.code()))) {
    Task<Outcome<wire::RegistrationResponse>> refusal = wrong(services, *phone, *code, wire::kWrongCode);
    co_return co_await std::move(refusal);
  }

  const auto known = co_await services.accounts.find_by_phone(*phone);
  if (!known && known.error() != StoreError::kNotFound) co_return refuse_store(known.error());
  if (known && !known->pin_hash.empty()) {
    if (request.pin().empty()) co_return refuse(wire::kPinRequired, "pin");
    Task<Outcome<void>> pin = try_pin(services, *known, request.pin());
    const auto tried = co_await std::move(pin);
    if (!tried && tried.error().code == wire::kWrongPin) {
      Task<Outcome<wire::RegistrationResponse>> refusal = wrong(services, *phone, *code, wire::kWrongPin);
      co_return co_await std::move(refusal);
    }
    if (!tried) co_return std::unexpected<Refusal>(tried.error());
  }

  const AccountId new_account = services.random.id<AccountId>();
  const Bytes secret = services.random.bytes(32);
  const auto record = co_await services.accounts.add_device(
      *phone, new_account, crypto::digest("kith token v1", secret), services.clock.now());
  if (!record) co_return refuse_store(record.error());
  AccountRecord current = *record;
  co_await services.home.set_devices(std::move(current), false);
  // A code that could not be removed expires; it let one device in, and may let in one more of the same person.
  (void)co_await services.accounts.remove_code(*phone);

  wire::RegistrationResponse response;
  const DeviceId device = record->devices.back().id;
  response.set_account_id(record->id.bytes());
  response.set_device_id(device.value);
  Bytes token = record->id.bytes();
  append_u32(token, device.value);
  token.append(secret);
  response.set_token(token);
  response.set_device_list_revision(record->device_list_revision.value + 1);
  response.set_server_id(services.settings.server_id.bytes());
  co_return response;
}

}  // namespace

Task<Outcome<wire::RegistrationResponse>> register_device(Services& services, std::string address,
                                                          wire::RegistrationRequest request) {
  return come_back(try_code(services, std::move(address), std::move(request)));
}

}  // namespace kith::handlers
