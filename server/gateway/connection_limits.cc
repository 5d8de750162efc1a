// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/gateway/connection_limits.h"

namespace kith::gateway {

ConnectionLimits::Entry ConnectionLimits::enter(const net::PeerAddress& address, uint64_t now_ms) {
  const uint64_t before = total_.fetch_add(1, std::memory_order_relaxed);
  const bool fits = total_max_ == 0 || before < total_max_;
  if ((fits || before < uint64_t{total_max_} + kTurnedAwayMax) && enter_network(address, now_ms))
    return fits ? Entry::kEntered : Entry::kTurnedAway;
  total_.fetch_sub(1, std::memory_order_relaxed);
  return Entry::kRefused;
}

bool ConnectionLimits::move(const net::PeerAddress& from, const net::PeerAddress& to, uint64_t now_ms) {
  if (!enter_network(to, now_ms)) return false;
  leave_network(from, now_ms);
  return true;
}

bool ConnectionLimits::enter_network(const net::PeerAddress& address, uint64_t now_ms) {
  if (address.is_loopback()) return true;
  const std::lock_guard lock(mutex_);
  if (networks_.size() >= sweep_at_) sweep(now_ms);
  Network& network = networks_.try_emplace(address.network(), Network{0, TokenBucket(rate_, now_ms)}).first->second;
  if (per_address_max_ != 0 && network.connections >= per_address_max_) return false;
  if (network.opened.take(rate_, now_ms) != 0) return false;
  ++network.connections;
  return true;
}

void ConnectionLimits::leave(const net::PeerAddress& address, uint64_t now_ms) {
  total_.fetch_sub(1, std::memory_order_relaxed);
  leave_network(address, now_ms);
}

void ConnectionLimits::leave_network(const net::PeerAddress& address, uint64_t now_ms) {
  if (address.is_loopback()) return;
  const std::lock_guard lock(mutex_);
  const auto found = networks_.find(address.network());
  if (found == networks_.end()) return;
  Network& network = found->second;
  if (--network.connections == 0 && network.opened.is_full(rate_, now_ms)) networks_.erase(found);
}

void ConnectionLimits::sweep(uint64_t now_ms) {
  std::erase_if(networks_, [&](auto& entry) {
    return entry.second.connections == 0 && entry.second.opened.is_full(rate_, now_ms);
  });
  sweep_at_ = std::max<size_t>(1024, networks_.size() * 2);
}

}  // namespace kith::gateway
