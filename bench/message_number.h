// SPDX-License-Identifier: AGPL-3.0-or-later

// Message ids that look random, as those of devices do, and from which the number of the message can be read.
#pragma once

#include <cstdint>
#include <cstring>

#include "base/ids.h"

namespace kith::bench {

inline MessageId id_of(uint64_t run, uint64_t number) {
  uint64_t mixed = run + number * 0x9E3779B97F4A7C15u;
  mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9u;
  mixed ^= mixed >> 31;
  MessageId id;
  std::memcpy(id.value.data(), &mixed, 8);
  std::memcpy(id.value.data() + 8, &number, 8);
  return id;
}

inline uint64_t number_of(const MessageId& id) {
  uint64_t number;
  std::memcpy(&number, id.value.data() + 8, 8);
  return number;
}

}  // namespace kith::bench
