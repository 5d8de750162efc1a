// SPDX-License-Identifier: AGPL-3.0-or-later

#include "crypto/ed25519.h"

#include <sodium.h>

#include "crypto/signal_handles.h"
#include "crypto/sodium.h"

namespace kith::crypto {
namespace {

Bytes signed_part(std::string_view domain, BytesView message) {
  Bytes part(domain);
  part.push_back('\0');
  part += message;
  return part;
}

unsigned char* writable(Bytes& bytes) { return reinterpret_cast<unsigned char*>(bytes.data()); }

}  // namespace

Ed25519KeyPair make_ed25519_key(RandomSource& random) {
  start_sodium();
  Bytes seed = random.bytes(crypto_sign_SEEDBYTES);
  Ed25519KeyPair pair{.public_key = Bytes(crypto_sign_PUBLICKEYBYTES, '\0'),
                      .private_key = Bytes(crypto_sign_SECRETKEYBYTES, '\0')};
  crypto_sign_seed_keypair(writable(pair.public_key), writable(pair.private_key), octets(seed));
  wipe(seed);
  return pair;
}

Bytes sign_ed25519(BytesView private_key, std::string_view domain, BytesView message) {
  start_sodium();
  if (private_key.size() != crypto_sign_SECRETKEYBYTES) return {};
  const Bytes part = signed_part(domain, message);
  Bytes signature(crypto_sign_BYTES, '\0');
  crypto_sign_detached(writable(signature), nullptr, octets(part), part.size(), octets(private_key));
  return signature;
}

bool verify_ed25519(BytesView public_key, std::string_view domain, BytesView message, BytesView signature) {
  start_sodium();
  if (public_key.size() != crypto_sign_PUBLICKEYBYTES || signature.size() != crypto_sign_BYTES) return false;
  const Bytes part = signed_part(domain, message);
  return crypto_sign_verify_detached(octets(signature), octets(part), part.size(), octets(public_key)) == 0;
}

}  // namespace kith::crypto
