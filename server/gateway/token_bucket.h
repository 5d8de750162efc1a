// SPDX-License-Identifier: AGPL-3.0-or-later

// A rate with a burst, in eight bytes.
#pragma once

#include <algorithm>
#include <cstdint>

namespace kith::gateway {

// `burst` at once, refilled with `per_second`. Without a rate (0) everything is allowed.
struct BucketRate {
  uint32_t per_second = 0;
  uint32_t burst = 0;
};

class TokenBucket {
 public:
  // Begins full. `now_ms` may wrap: only differences count.
  TokenBucket(BucketRate rate, uint64_t now_ms) : tokens_(full(rate)), since_ms_(static_cast<uint32_t>(now_ms)) {}

  // Takes a token. 0: taken; else after so many milliseconds there is one.
  [[nodiscard]] uint32_t take(BucketRate rate, uint64_t now_ms) {
    if (rate.per_second == 0) return 0;
    tokens_ = refilled(rate, now_ms);
    since_ms_ = static_cast<uint32_t>(now_ms);
    if (tokens_ >= 1) {
      tokens_ -= 1;
      return 0;
    }
    return std::max(1u, static_cast<uint32_t>((1 - tokens_) * 1000 / static_cast<float>(rate.per_second)));
  }
  // Whether it is as good as new, so that it need not be remembered.
  [[nodiscard]] bool is_full(BucketRate rate, uint64_t now_ms) const {
    return rate.per_second == 0 || refilled(rate, now_ms) >= full(rate);
  }

 private:
  static float full(BucketRate rate) { return static_cast<float>(std::max(rate.burst, 1u)); }
  [[nodiscard]] float refilled(BucketRate rate, uint64_t now_ms) const {
    const uint32_t passed_ms = static_cast<uint32_t>(now_ms) - since_ms_;
    return std::min(full(rate), tokens_ + static_cast<float>(passed_ms) * static_cast<float>(rate.per_second) / 1000);
  }

  float tokens_;
  uint32_t since_ms_;
};

}  // namespace kith::gateway
