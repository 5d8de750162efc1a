// SPDX-License-Identifier: AGPL-3.0-or-later

#include <algorithm>

#include "crypto/hash.h"
#include "server/handlers/checks.h"
#include "server/handlers/handlers.h"

namespace kith::handlers {
namespace {

constexpr size_t kSecretBytes = 32;
constexpr size_t kTokenBytes = AccountId::kBytes + 4 + kSecretBytes;

Task<Outcome<DeviceAddress>> check(Services& services, Bytes token, bool needs_active) {
  const auto address = token_address(token);
  if (!address) co_return refuse(wire::kUnauthenticated, "token");
  Bytes hash = token_hash(BytesView(token).substr(AccountId::kBytes + 4));
  wipe(token);
  const auto standing = co_await services.home.standing(*address, std::move(hash));
  if (!standing) co_return refuse_store(standing.error());
  if (*standing == AccountHome::Standing::kNeverHere) co_return refuse(wire::kUnknownDevice, "token");
  if (*standing == AccountHome::Standing::kEnded) {
    Task<Refusal> ended = refusal_of_ended(services, *address);
    co_return std::unexpected<Refusal>(co_await std::move(ended));
  }
  if (*standing == AccountHome::Standing::kUnknown) co_return refuse(wire::kUnauthenticated, "token");
  if (needs_active && *standing != AccountHome::Standing::kActive)
    co_return refuse(wire::kUnauthenticated, "the device has published no keys yet");
  co_return *address;
}

}  // namespace

std::optional<DeviceAddress> token_address(BytesView token) {
  if (token.size() != kTokenBytes) return std::nullopt;
  const auto account = AccountId::from_bytes(token.substr(0, AccountId::kBytes));
  return DeviceAddress{*account, DeviceId{read_u32(token.data() + AccountId::kBytes)}};
}

Bytes token_hash(BytesView secret) { return crypto::digest("kith token v1", secret); }

Bytes make_token(const DeviceAddress& device, BytesView secret) {
  Bytes token = device.account.bytes();
  append_u32(token, device.device.value);
  token.append(secret);
  return token;
}

// Nobody can show the secret of a device that was ended: it is not kept. So the list is shown to whoever names such a
// device, who has to know its account's id, as often as the device itself might ask.
Task<Refusal> refusal_of_ended(Services& services, DeviceAddress device) {
  Refusal refusal{wire::kUnauthenticated, "the device was ended", 0};
  if (services.rate_limits.take(Limit::kHello, limit_key(device)) != 0) co_return refusal;
  const auto account = co_await services.accounts.load(device.account);
  if (account) refusal.device_list = shown_list(*account);
  co_return refusal;
}

Task<Outcome<DeviceAddress>> authenticate(Services& services, Bytes token, bool needs_active) {
  return come_back(check(services, std::move(token), needs_active));
}

}  // namespace kith::handlers
