// SPDX-License-Identifier: AGPL-3.0-or-later

// What one loop of the gateway has counted. One thread writes, any reads.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "wire/frames.pb.h"

namespace kith::gateway {

// Cheaper than fetch_add: there is one writer.
class LoopCounter {
 public:
  void add(uint64_t amount = 1) {
    value_.store(value_.load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
  }
  void subtract(uint64_t amount = 1) {
    value_.store(value_.load(std::memory_order_relaxed) - amount, std::memory_order_relaxed);
  }
  [[nodiscard]] uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<uint64_t> value_{0};
};

struct LoopMetrics {
  LoopCounter connections_accepted;
  LoopCounter connections_refused;  // a bound of connections, or out of descriptors
  LoopCounter sessions;             // now
  LoopCounter sessions_starting;    // now: between Hello and Welcome
  LoopCounter bytes_received;
  LoopCounter bytes_sent;
  LoopCounter frames_received;
  LoopCounter sends_accepted;
  LoopCounter sends_refused[wire::ErrorCode_ARRAYSIZE];
  LoopCounter entries_delivered;
  LoopCounter ephemeral_dropped;  // typing and presence for a slow reader
  LoopCounter slow_readers_closed;
  LoopCounter idle_closed;       // idle, or no Hello in time
  LoopCounter malformed_closed;  // a rule of framing or protocol was broken
  LoopCounter out_of_memory_closed;
  LoopCounter http_requests;
  LoopCounter http_failures;  // answers 5xx
};

}  // namespace kith::gateway
