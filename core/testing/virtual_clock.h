// SPDX-License-Identifier: AGPL-3.0-or-later

// A clock that stands still until the test moves it.
#pragma once

#include "base/clock.h"

namespace kith::core::testing {

class VirtualClock : public Clock {
 public:
  [[nodiscard]] UnixMicros now() const override { return {unix_us}; }
  [[nodiscard]] MonotonicMs monotonic() const override { return {monotonic_ms}; }
  uint64_t unix_us = 1'700'000'000'000'000;
  uint64_t monotonic_ms = 1'000;
};

}  // namespace kith::core::testing
