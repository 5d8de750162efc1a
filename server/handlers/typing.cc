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
  Shard& home = services.shards.of(from.account);
  const Account* const sender = home.in_memory(from.account);
  if (sender == nullptr || sender->blocks(*to)) co_return;
  Shard& shard = services.shards.of(*to);
  co_await enter(shard.executor());
  // An account that is not in memory has no session.
  const Account* const addressee = shard.in_memory(*to);
  if (addressee != nullptr && addressee->connected() && !addressee->blocks(from.account)) {
    wire::ServerFrame frame;
    frame.mutable_typing()->set_from_account(from.account.bytes());
    frame.mutable_typing()->set_active(typing.active());
    shard.send_to_sessions(*to, frame);
  }
  co_await enter(home.executor());
}

}  // namespace kith::handlers
