// SPDX-License-Identifier: AGPL-3.0-or-later

#include "crypto/aead.h"

#include <sodium.h>

#include "crypto/signal_handles.h"
#include "crypto/sodium.h"

namespace kith::crypto {

namespace {

constexpr size_t kNonce = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr size_t kTag = crypto_aead_xchacha20poly1305_ietf_ABYTES;
static_assert(kAeadKeyBytes == crypto_aead_xchacha20poly1305_ietf_KEYBYTES && kAeadOverheadBytes == kNonce + kTag);

unsigned char* writable(Bytes& bytes) { return reinterpret_cast<unsigned char*>(bytes.data()); }

}  // namespace

Bytes seal_aead(BytesView key, BytesView bound, BytesView plain, RandomSource& random) {
  start_sodium();
  if (key.size() != kAeadKeyBytes) return {};
  const Bytes nonce = random.bytes(kNonce);
  Bytes box(plain.size() + kTag, '\0');
  crypto_aead_xchacha20poly1305_ietf_encrypt(writable(box), nullptr, octets(plain), plain.size(), octets(bound),
                                             bound.size(), nullptr, octets(nonce), octets(key));
  return nonce + box;
}

std::optional<Bytes> open_aead(BytesView key, BytesView bound, BytesView sealed) {
  start_sodium();
  if (sealed.size() < kAeadOverheadBytes || key.size() != kAeadKeyBytes) return std::nullopt;
  const BytesView nonce = sealed.substr(0, kNonce);
  const BytesView box = sealed.substr(kNonce);
  Bytes plain(box.size() - kTag, '\0');
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(writable(plain), nullptr, nullptr, octets(box), box.size(),
                                                 octets(bound), bound.size(), octets(nonce), octets(key)) != 0)
    return std::nullopt;
  return plain;
}

}  // namespace kith::crypto
