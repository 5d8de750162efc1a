// SPDX-License-Identifier: AGPL-3.0-or-later

// Bytes for tests of what is moved about in pieces: what is missing, repeated or in another place is seen.
#pragma once

#include "base/bytes.h"

namespace kith {

inline Bytes numbered_bytes(uint64_t size, uint32_t seed = 0) {
  Bytes bytes(size, '\0');
  for (uint64_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(i * 31 + i / 251 + i / 65'536 + seed);
  return bytes;
}

}  // namespace kith
