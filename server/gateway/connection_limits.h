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
class ConnectionLimits {
 public:
  explicit ConnectionLimits(const GatewaySettings& settings)
      : total_max_(settings.connections_max),
        per_address_max_(settings.connections_per_address_max),
        rate_{settings.connects_per_second, settings.connects_burst} {}

  // Counts one connection in; false when a bound is reached: then it is not counted.
  [[nodiscard]] bool enter(const net::PeerAddress& address, uint64_t now_ms);
  // Counts out one that was let in.
  void leave(const net::PeerAddress& address, uint64_t now_ms);
  [[nodiscard]] uint64_t total() const { return total_.load(std::memory_order_relaxed); }

 private:
  struct Network {
    uint32_t connections = 0;
    TokenBucket opened;
  };
  [[nodiscard]] bool enter_network(const net::PeerAddress& network, uint64_t now_ms);
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
