// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/handlers/checks.h"
#include "server/handlers/handlers.h"

namespace kith::handlers {
namespace {

void answer_error(Shard& shard, DeviceAddress to, wire::ErrorCode code, uint32_t retry_after_ms) {
  wire::ServerFrame frame;
  frame.mutable_error()->set_code(code);
  frame.mutable_error()->set_detail("subscribe.accounts");
  frame.mutable_error()->set_retry_after_ms(retry_after_ms);
  shard.send_to_session(to, frame);
}

}  // namespace

// A set that is refused leaves the one before as it was.
Task<void> subscribe(Services& services, DeviceAddress from, wire::Subscribe subscribe) {
  Shard& shard = services.shards.of(from.account);
  const auto count = static_cast<uint32_t>(subscribe.accounts_size());
  if (count > services.settings.limits.subscriptions_max()) {
    answer_error(shard, from, wire::kTooLarge, 0);
    co_return;
  }
  if (const uint32_t wait_ms = services.rate_limits.take(Limit::kSubscribe, limit_key(from), count + 1); wait_ms != 0) {
    answer_error(shard, from, wire::kRateLimited, wait_ms);
    co_return;
  }
  std::vector<AccountId> accounts;
  accounts.reserve(count);
  for (const Bytes& bytes : subscribe.accounts()) {
    const auto account = AccountId::from_bytes(bytes);
    if (!account) {
      answer_error(shard, from, wire::kInvalidArgument, 0);
      co_return;
    }
    accounts.push_back(*account);
  }
  shard.subscribe(from, std::move(accounts));
}

}  // namespace kith::handlers
