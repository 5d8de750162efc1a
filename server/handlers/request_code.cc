// SPDX-License-Identifier: AGPL-3.0-or-later

#include "crypto/hash.h"
#include "server/handlers/checks.h"
#include "server/handlers/handlers.h"
#include "wire/handle.h"

namespace kith::handlers {
namespace {

Task<Outcome<wire::CodeResponse>> make_code(Services& services, std::string address, wire::CodeRequest request) {
  RateLimits& limits = services.rate_limits;
  if (const uint32_t wait_ms = limits.take_address(Limit::kCodeFromAddress, address); wait_ms != 0)
    co_return refuse_rate(wait_ms);
  const auto handle = read_handle(request.handle());
  if (!handle || handle->kind() == Handle::Kind::kUsername) co_return refuse(wire::kInvalidHandle, "handle");
  const std::string& to = handle->text();
  if (const uint32_t wait_ms = limits.peek(Limit::kCodeForHandleHourly, to); wait_ms != 0)
    co_return refuse_rate(wait_ms);
  if (const uint32_t wait_ms = limits.take(Limit::kCodeForHandle, to); wait_ms != 0) co_return refuse_rate(wait_ms);
  if (const uint32_t wait_ms = limits.take(Limit::kCodeForHandleHourly, to); wait_ms != 0)
    co_return refuse_rate(wait_ms);

  const HandlerSettings& settings = services.settings;
  std::string code;
  for (uint32_t i = 0; i < settings.code_digits; ++i)
    code.push_back(static_cast<char>('0' + services.random.below(10)));
  PendingCode pending;
  pending.code_hash = crypto::digest("kith code v1", to + code);
  pending.expires_at = {services.clock.now().value + uint64_t{settings.code_lifetime_s} * 1'000'000};
  const auto stored = co_await services.accounts.put_code(*handle, std::move(pending));
  if (!stored) co_return refuse_store(stored.error());
  const auto sent = co_await services.codes.send(*handle, code);
  if (!sent) co_return refuse_store(sent.error());

  wire::CodeResponse response;
  if (services.codes.echoes()) response.set_code(code);
  response.set_expires_in_s(settings.code_lifetime_s);
  response.set_digits(settings.code_digits);
  co_return response;
}

}  // namespace

Task<Outcome<wire::CodeResponse>> request_code(Services& services, std::string address, wire::CodeRequest request) {
  return come_back(make_code(services, std::move(address), std::move(request)));
}

}  // namespace kith::handlers
