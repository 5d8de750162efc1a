// SPDX-License-Identifier: AGPL-3.0-or-later

// Hashes of secrets that are looked up again, such as tokens and codes, and the system's randomness (both libsodium).
// For PINs see pin_hash.h.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/bytes.h"
#include "base/random.h"

namespace kith::crypto {

// BLAKE2b with 32 bytes of output over a domain ("kith token v1"), a zero byte, and the input. For secrets of high
// entropy only: it is fast. The domain holds no zero byte.
[[nodiscard]] Bytes digest(std::string_view domain, BytesView input);

// BLAKE2b with 32 bytes of output over bytes that come piece by piece, as `b2sum --length 256` has it.
class RunningDigest {
 public:
  RunningDigest();
  void add(BytesView bytes);
  // Of all that was added; the end of its life.
  [[nodiscard]] Bytes finish();

 private:
  alignas(64) std::array<unsigned char, 384> state_;
};

// 64 bits of an input, for tables: SipHash-2-4 under a key of this object alone, so that nobody who chooses inputs can
// choose them to collide.
class TableHash {
 public:
  TableHash();
  [[nodiscard]] uint64_t operator()(BytesView input) const;

 private:
  std::array<unsigned char, 16> key_;
};

// The system's cryptographic randomness. Any thread may call.
class SystemRandom : public RandomSource {
 public:
  SystemRandom();
  void fill(char* data, size_t size) override;
};

}  // namespace kith::crypto
