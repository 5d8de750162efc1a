// SPDX-License-Identifier: AGPL-3.0-or-later

#include "crypto/linking.h"

#include <sodium.h>

#include "crypto/aead.h"
#include "crypto/hash.h"
#include "crypto/signal_handles.h"
#include "crypto/sodium.h"

namespace kith::crypto {

namespace {

constexpr char kVersion = 1;
constexpr size_t kSecretBytes = 16;
constexpr size_t kInvitationBytes = 1 + kLinkIdBytes + kLinkPublicKeyBytes + kSecretBytes;
constexpr size_t kCodeDigits = 6;
constexpr uint64_t kCodes = 1'000'000;

static_assert(crypto_scalarmult_BYTES == kLinkPublicKeyBytes && crypto_scalarmult_SCALARBYTES == 32);

unsigned char* writable(Bytes& bytes) { return reinterpret_cast<unsigned char*>(bytes.data()); }

Bytes bound_to(uint32_t slot) {
  Bytes bytes;
  append_u32(bytes, slot);
  return bytes;
}

std::string code_of(BytesView root) {
  const Bytes hash = digest("kith link code v1", root);
  const std::string digits = std::to_string(read_u64(hash.data()) % kCodes);
  return std::string(kCodeDigits - digits.size(), '0') + digits;
}

}  // namespace

void LinkKeyPair::forget() { wipe(private_key); }
void LinkInvitation::forget() { wipe(secret); }
void LinkKeys::forget() {
  wipe(key);
  wipe(code);
}

Bytes LinkInvitation::encode() const { return Bytes(1, kVersion) + id + public_key + secret; }

std::optional<LinkInvitation> LinkInvitation::decode(BytesView bytes) {
  if (bytes.size() != kInvitationBytes || bytes[0] != kVersion) return std::nullopt;
  bytes.remove_prefix(1);
  return LinkInvitation{Bytes(bytes.substr(0, kLinkIdBytes)), Bytes(bytes.substr(kLinkIdBytes, kLinkPublicKeyBytes)),
                        Bytes(bytes.substr(kLinkIdBytes + kLinkPublicKeyBytes))};
}

std::optional<LinkOpening> LinkOpening::decode(BytesView bytes) {
  if (bytes.size() != kLinkPublicKeyBytes + kLinkNonceBytes) return std::nullopt;
  return LinkOpening{Bytes(bytes.substr(0, kLinkPublicKeyBytes)), Bytes(bytes.substr(kLinkPublicKeyBytes))};
}

LinkKeyPair make_link_key(RandomSource& random) {
  start_sodium();
  LinkKeyPair pair{Bytes(kLinkPublicKeyBytes, '\0'), random.bytes(crypto_scalarmult_SCALARBYTES)};
  crypto_scalarmult_base(writable(pair.public_key), octets(pair.private_key));
  return pair;
}

LinkInvitation make_link_invitation(RandomSource& random, BytesView public_key) {
  return {random.bytes(kLinkIdBytes), Bytes(public_key), random.bytes(kSecretBytes)};
}

Bytes link_commitment(const LinkOpening& opening) { return digest("kith link commitment v1", opening.encode()); }

std::optional<LinkKeys> agree(const LinkInvitation& invitation, BytesView new_nonce, const LinkOpening& opening,
                              BytesView private_key, BytesView other) {
  start_sodium();
  if (new_nonce.size() != kLinkNonceBytes || private_key.size() != crypto_scalarmult_SCALARBYTES ||
      other.size() != kLinkPublicKeyBytes)
    return std::nullopt;
  Bytes shared(crypto_scalarmult_BYTES, '\0');
  // Fails for a point of small order, with which everybody would have the same secret.
  if (crypto_scalarmult(writable(shared), octets(private_key), octets(other)) != 0) return std::nullopt;
  // Every part has a fixed length.
  Bytes input = shared + invitation.encode() + Bytes(new_nonce) + opening.encode();
  Bytes root = digest("kith link v1", input);
  LinkKeys keys{digest("kith link key v1", root), code_of(root)};
  wipe(shared);
  wipe(input);
  wipe(root);
  return keys;
}

Bytes seal_link(const LinkKeys& keys, uint32_t slot, BytesView plain, RandomSource& random) {
  return seal_aead(keys.key, bound_to(slot), plain, random);
}

std::optional<Bytes> open_link(const LinkKeys& keys, uint32_t slot, BytesView sealed) {
  return open_aead(keys.key, bound_to(slot), sealed);
}

}  // namespace kith::crypto
