// SPDX-License-Identifier: AGPL-3.0-or-later

// Numbers in protobuf's variable length: seven bits a byte, the lowest first, the top bit set on all bytes but the
// last. For what is written without protobuf's own objects; reading is protobuf's.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"

namespace kith {

inline constexpr size_t kVarintBytesMax = 10;  // of the largest number

// How many bytes append_varint() adds: 1 to kVarintBytesMax.
[[nodiscard]] constexpr size_t varint_size(uint64_t value) {
  size_t size = 1;
  for (; value >= 0x80; value >>= 7) ++size;
  return size;
}
static_assert(varint_size(UINT64_MAX) == kVarintBytesMax);

constexpr void append_varint(Bytes& out, uint64_t value) {
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<char>(value | 0x80));
  out.push_back(static_cast<char>(value));
}

}  // namespace kith
