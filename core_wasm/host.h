// SPDX-License-Identifier: AGPL-3.0-or-later

// Time and randomness of the browser, as the core takes them.
#pragma once

#include "base/clock.h"
#include "base/random.h"

namespace kith::core_wasm {

class HostClock : public Clock {
 public:
  [[nodiscard]] UnixMicros now() const override;
  [[nodiscard]] MonotonicMs monotonic() const override;
};

class HostRandom : public RandomSource {
 public:
  void fill(char* data, size_t size) override;
};

}  // namespace kith::core_wasm
