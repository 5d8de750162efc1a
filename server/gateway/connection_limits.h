// SPDX-License-Identifier: AGPL-3.0-or-later

// How many connections the process and each address have, and how fast an address opens them.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <unordered_map>

#include "net/socket.h"
#include "server/gateway/settings.h"
#include "server/gateway/token_bucket.h"

namespace kith::gateway {

// Any thread may call. Addresses count by PeerAddress::network(); those of loopback only towards the total. Remembered
// are addresses that have a connection, or whose rate has not recovered yet.
//
// Beyond the total, kTurnedAwayMax more are let in for a moment: to be told so, and to ask for the server's health.
class ConnectionLimits {
 public:
  static constexpr uint32_t kTurnedAwayMax = 64;
  enum class Entry : uint8_t { kEntered, kTurnedAway, kRefused };

  explicit ConnectionLimits(const GatewaySettings& settings)
      : total_max_(settings.connections_max),
        per_address_max_(settings.connections_per_address_max),
        rate_{settings.connects_per_second, settings.connects_burst} {}

  // Counts one connection in, unless it is kRefused.
  [[nodiscard]] Entry enter(const net::PeerAddress& address, uint64_t now_ms);
  // A connection that was let in counts for another address from now on; false when that one's bound is reached: then
  // nothing has changed.
  [[nodiscard]] bool move(const net::PeerAddress& from, const net::PeerAddress& to, uint64_t now_ms);
  // Counts out one that was let in.
  void leave(const net::PeerAddress& address, uint64_t now_ms);
  [[nodiscard]] uint64_t total() const { return total_.load(std::memory_order_relaxed); }
  // 0: no bound.
  [[nodiscard]] uint32_t total_max() const { return total_max_; }
  [[nodiscard]] bool is_full() const { return total_max_ != 0 && total() >= total_max_; }

 private:
  struct Network {
    uint32_t connections = 0;
    TokenBucket opened;
  };
  [[nodiscard]] bool enter_network(const net::PeerAddress& address, uint64_t now_ms);
  void leave_network(const net::PeerAddress& address, uint64_t now_ms);
  void sweep(uint64_t now_ms);

  const uint32_t total_max_;
  const uint32_t per_address_max_;
  const BucketRate rate_;
  std::atomic<uint64_t> total_{0};
  std::mutex mutex_;
  std::unordered_map<net::PeerAddress, Network> networks_;  // guarded by mutex_
  // Guarded by mutex_: entries at which the next sweep is worth it
  size_t sweep_at_ = 1024;
};

}  // namespace kith::gateway
