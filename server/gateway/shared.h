// SPDX-License-Identifier: AGPL-3.0-or-later

// What all loops of one gateway share. Everything here is immutable after start() or safe from any thread.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

#include "base/ids.h"
#include "server/gateway/connection_limits.h"
#include "server/gateway/gateway.h"
#include "server/gateway/settings.h"

namespace kith {
class Shards;
}
namespace kith::net {
class DescriptorTables;
class StaticFiles;
class TlsContext;
}  // namespace kith::net

namespace kith::gateway {

class GatewayLoop;

// Says whether a warning is due: at most once a minute. Any thread.
class RareWarning {
 public:
  [[nodiscard]] bool is_due(uint64_t now_ms) {
    uint64_t next_ms = next_ms_.load(std::memory_order_relaxed);
    return now_ms >= next_ms && next_ms_.compare_exchange_strong(next_ms, now_ms + 60'000);
  }

 private:
  std::atomic<uint64_t> next_ms_{0};
};

class Shared {
 public:
  Shared(Services& services, GatewaySettings settings, GatewayHooks hooks, net::DescriptorTables* tables = nullptr);
  ~Shared();

  Services& services;
  const GatewaySettings settings;
  const GatewayHooks hooks;             // with the routes of files
  net::DescriptorTables* const tables;  // null: the loops share one
  ConnectionLimits connections;
  std::atomic<bool> draining{false};
  RareWarning memory_warning;
  RareWarning connections_warning;
  RareWarning descriptors_warning;
  std::vector<std::unique_ptr<GatewayLoop>> loops;

  // The loop of the gateway on the executor that owns the account.
  [[nodiscard]] GatewayLoop& owner_of(const AccountId& account) const;

  // Whether somebody who has a right to a connection finds no room: as many are open as there may be, or a loop's table
  // of descriptors is full.
  [[nodiscard]] bool is_full() const;

  [[nodiscard]] bool trusts(const net::PeerAddress& proxy) const;

  // Certificate and web app, null when there is none; replaced by reload.
  [[nodiscard]] std::shared_ptr<net::TlsContext> tls() const;
  [[nodiscard]] std::shared_ptr<const net::StaticFiles> web() const;
  // Reads both. On an error both stay.
  Result<void, std::string> load();

 private:
  std::vector<net::PeerAddress> trusted_proxies_;
  mutable std::mutex mutex_;
  std::shared_ptr<net::TlsContext> tls_;         // guarded by mutex_
  std::shared_ptr<const net::StaticFiles> web_;  // guarded by mutex_
};

}  // namespace kith::gateway
