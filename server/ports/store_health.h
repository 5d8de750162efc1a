// SPDX-License-Identifier: AGPL-3.0-or-later

// What a store can do now: for /readyz and metrics.
#pragma once

namespace kith {

enum class StoreHealth { kOk, kFull, kUnavailable };

class HealthSource {
 public:
  virtual ~HealthSource() = default;
  // Any thread; at once.
  [[nodiscard]] virtual StoreHealth health() const = 0;
};

}  // namespace kith
