// SPDX-License-Identifier: AGPL-3.0-or-later

// The system's time.
#pragma once

#include <time.h>

#include "base/clock.h"

namespace kith::net {

// Any thread may call.
class SystemClock final : public Clock {
 public:
  [[nodiscard]] UnixMicros now() const override { return {read_us(CLOCK_REALTIME)}; }
  [[nodiscard]] MonotonicMs monotonic() const override { return {read_us(CLOCK_MONOTONIC) / 1000}; }

 private:
  static uint64_t read_us(clockid_t clock) {
    timespec time{};
    clock_gettime(clock, &time);
    return static_cast<uint64_t>(time.tv_sec) * 1'000'000 + static_cast<uint64_t>(time.tv_nsec) / 1000;
  }
};

}  // namespace kith::net
