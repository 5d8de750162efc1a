// SPDX-License-Identifier: AGPL-3.0-or-later

// Randomness of a run. Every part has dice of its own, so that a change in one leaves the others' throws alone.
#pragma once

#include <algorithm>

#include "crypto/testing/seeded_random.h"

namespace kith::sim {

class Dice final : public RandomSource {
 public:
  explicit Dice(uint64_t seed = 0) : random_(seed) {}
  // Begins anew: `stream` tells the parts of one seed apart.
  void reseed(uint64_t seed, uint64_t stream) {
    crypto::SeededRandom mixed(seed * 0x100000001B3u + stream);
    uint64_t start;
    mixed.fill(reinterpret_cast<char*>(&start), sizeof start);
    random_ = crypto::SeededRandom(start);
  }
  void fill(char* data, size_t size) override { random_.fill(data, size); }

  // Uniform in [low, high].
  [[nodiscard]] uint64_t between(uint64_t low, uint64_t high) { return low + below(high - low + 1); }
  [[nodiscard]] bool percent(uint64_t chance) { return below(100) < chance; }
  // Mostly small, sometimes as large as `high`: the order of magnitude is what is uniform.
  [[nodiscard]] uint64_t skewed(uint64_t low, uint64_t high) {
    uint64_t top = low + 1;
    while (top < high && below(4) != 0) top = std::min(high, top * 2);
    return between(low, top);
  }

 private:
  crypto::SeededRandom random_;
};

}  // namespace kith::sim
