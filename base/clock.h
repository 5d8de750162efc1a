// SPDX-License-Identifier: AGPL-3.0-or-later

// Time as a parameter: nothing in Kith asks the system for it but through a Clock, so a simulation can own it.
#pragma once

#include <cstdint>

#include "base/ids.h"

namespace kith {

// Milliseconds on a clock that never goes back and has no meaning across processes.
using MonotonicMs = Strong<struct MonotonicMsTag, uint64_t>;

class Clock {
 public:
  virtual ~Clock() = default;
  // May jump either way when the system's clock is set.
  [[nodiscard]] virtual UnixMicros now() const = 0;
  [[nodiscard]] virtual MonotonicMs monotonic() const = 0;
};

}  // namespace kith
