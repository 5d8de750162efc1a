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
  Bytes hash = crypto::digest("kith token v1", BytesView(token).substr(AccountId::kBytes + 4));
  wipe(token);
  const auto standing = co_await services.home.standing(*address, std::move(hash));
  if (!standing) co_return refuse_store(standing.error());
  if (*standing == AccountHome::Standing::kNeverHere) co_return refuse(wire::kUnknownDevice, "token");
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

Task<Outcome<DeviceAddress>> authenticate(Services& services, Bytes token, bool needs_active) {
  return come_back(check(services, std::move(token), needs_active));
}

}  // namespace kith::handlers
