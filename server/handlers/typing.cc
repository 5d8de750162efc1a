// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/handlers/checks.h"
#include "server/handlers/handlers.h"

namespace kith::handlers {

// EPHEMERAL-1: to whoever is connected now, else to nobody. Between accounts of which one blocks the other nothing is
// shown.
Task<void> typing(Services& services, DeviceAddress from, wire::Typing typing) {
  const auto to = AccountId::from_bytes(typing.account());
  if (!to || *to == from.account) co_return;
  if (services.rate_limits.take(Limit::kTyping, limit_key(from)) != 0) co_return;
  Task<void> showing = services.home.show_typing(from.account, *to, typing.active());
  co_await std::move(showing);
}

}  // namespace kith::handlers
