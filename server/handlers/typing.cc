// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/handlers/checks.h"
#include "server/handlers/handlers.h"
#include "server/handlers/send_to_group.h"

namespace kith::handlers {

namespace {

// EPHEMERAL-1: to whoever is connected now, else to nobody. Between accounts of which one blocks the other nothing is
// shown.
Task<void> type_to_account(Services& services, DeviceAddress from, wire::Typing typing) {
  const auto to = AccountId::from_bytes(typing.account());
  if (!to || *to == from.account) co_return;
  if (services.rate_limits.take(Limit::kTyping, limit_key(from)) != 0) co_return;
  Task<void> showing = services.home.show_typing(from.account, *to, typing.active());
  co_await std::move(showing);
}

}  // namespace

Task<void> typing(Services& services, DeviceAddress from, wire::Typing typing) {
  if (typing.has_group()) return type_in_group(services, from, std::move(typing));
  return type_to_account(services, from, std::move(typing));
}

}  // namespace kith::handlers
