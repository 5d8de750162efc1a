// SPDX-License-Identifier: AGPL-3.0-or-later

// Ed25519 signatures by libsodium, over a domain ("kith device list v1"), a zero byte, and the message: one that was
// made for one purpose stands for no other.
#pragma once

#include <string_view>

#include "base/bytes.h"
#include "base/random.h"

namespace kith::crypto {

struct Ed25519KeyPair {
  Bytes public_key;   // 32 bytes
  Bytes private_key;  // 64 bytes, libsodium's form
};

Ed25519KeyPair make_ed25519_key(RandomSource& random);

// 64 bytes; empty when the private key is none. The domain holds no zero byte.
[[nodiscard]] Bytes sign_ed25519(BytesView private_key, std::string_view domain, BytesView message);
// False for anything malformed.
[[nodiscard]] bool verify_ed25519(BytesView public_key, std::string_view domain, BytesView message,
                                  BytesView signature);

}  // namespace kith::crypto
