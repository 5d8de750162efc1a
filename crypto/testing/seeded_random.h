// SPDX-License-Identifier: AGPL-3.0-or-later

// Randomness that repeats, for tests: a failure shows again with the same seed. SplitMix64; not secure.
#pragma once

#include "base/random.h"

namespace kith::crypto {

class SeededRandom : public RandomSource {
 public:
  explicit SeededRandom(uint64_t seed) : state_(seed) {}

  void fill(char* data, size_t size) override {
    for (size_t i = 0; i < size; ++i) {
      if (left_ == 0) refill();
      data[i] = static_cast<char>(word_ >> (8 * --left_));
    }
  }

 private:
  void refill() {
    state_ += 0x9E3779B97F4A7C15u;
    word_ = state_;
    word_ = (word_ ^ word_ >> 30) * 0xBF58476D1CE4E5B9u;
    word_ = (word_ ^ word_ >> 27) * 0x94D049BB133111EBu;
    word_ ^= word_ >> 31;
    left_ = 8;
  }

  uint64_t state_;
  uint64_t word_ = 0;
  int left_ = 0;
};

}  // namespace kith::crypto
