// SPDX-License-Identifier: AGPL-3.0-or-later

// Randomness as a parameter, so that a simulation can seed it. Real ones are cryptographically secure.
#pragma once

#include <cstddef>

#include "base/bytes.h"
#include "base/ids.h"

namespace kith {

class RandomSource {
 public:
  virtual ~RandomSource() = default;
  // Fills `size` bytes at `data`. Never fails: a source that can't deliver ends the program.
  virtual void fill(char* data, size_t size) = 0;

  [[nodiscard]] Bytes bytes(size_t size) {
    Bytes out(size, '\0');
    fill(out.data(), size);
    return out;
  }
  template <class Id>
  [[nodiscard]] Id id() {
    Id id;
    fill(reinterpret_cast<char*>(id.value.data()), Id::kBytes);
    return id;
  }
  // Uniform in [0, bound); bound > 0.
  [[nodiscard]] uint64_t below(uint64_t bound) {
    const uint64_t limit = UINT64_MAX - UINT64_MAX % bound;
    for (;;) {
      uint64_t value;
      fill(reinterpret_cast<char*>(&value), sizeof value);
      if (value < limit) return value % bound;
    }
  }
};

}  // namespace kith
