// SPDX-License-Identifier: AGPL-3.0-or-later

// What is sealed under a key that some devices share: XChaCha20-Poly1305 (libsodium), with its 24 random bytes of nonce
// in front.
#pragma once

#include <optional>

#include "base/bytes.h"
#include "base/random.h"

namespace kith::crypto {

inline constexpr size_t kAeadKeyBytes = 32;
// So much longer than what is sealed.
inline constexpr size_t kAeadOverheadBytes = 24 + 16;

// `bound`: what opens it has to say the same. Empty when the key is none.
[[nodiscard]] Bytes seal_aead(BytesView key, BytesView bound, BytesView plain, RandomSource& random);
// Absent: it was not sealed with this key and `bound`, or is none at all.
[[nodiscard]] std::optional<Bytes> open_aead(BytesView key, BytesView bound, BytesView sealed);

}  // namespace kith::crypto
