// SPDX-License-Identifier: AGPL-3.0-or-later

#include "crypto/group_signatures.h"

#include <sodium.h>

#include "crypto/hash.h"
#include "crypto/provider.h"
#include "crypto/signal_handles.h"
#include "crypto/sodium.h"

namespace kith::crypto {
namespace {

Bytes signed_part(BytesView domain, BytesView first, BytesView second = {}) {
  Bytes message(domain);
  message.push_back('\0');
  message += first;
  message += second;
  return message;
}

}  // namespace

Bytes group_change_digest(BytesView signed_change) { return digest("kith group change v1", signed_change); }
Bytes group_state_digest(BytesView state) { return digest("kith group state v1", state); }

Bytes sign_group_change(const IdentityKeyPair& identity, RandomSource& random, BytesView change,
                        BytesView state_digest) {
  const SignalContext context(random);
  Handle<ec_private_key> key;
  if (curve_decode_private_point(key.out(), octets(identity.private_key), identity.private_key.size(), context.get()) !=
      SG_SUCCESS)
    return {};
  const Bytes message = signed_part("kith group change v1", change, state_digest);
  Handle<signal_buffer> signature;
  if (curve_calculate_signature(context.get(), signature.out(), key.get(), octets(message), message.size()) !=
      SG_SUCCESS)
    return {};
  return Bytes(view(signature.get()));
}

bool verify_group_change(BytesView identity_key, BytesView change, BytesView state_digest, BytesView signature) {
  const auto identity = decode_public_key(identity_key, nullptr);
  if (!identity || signature.size() != CURVE_SIGNATURE_LEN || state_digest.size() != crypto_generichash_BYTES)
    return false;
  const Bytes message = signed_part("kith group change v1", change, state_digest);
  return curve_verify_signature(identity.get(), octets(message), message.size(), octets(signature), signature.size()) ==
         1;
}

Bytes sign_with_group_link(const AccountKeyPair& link, BytesView statement) {
  start_sodium();
  if (link.private_key.size() != crypto_sign_SECRETKEYBYTES) return {};
  const Bytes message = signed_part("kith group link v1", statement);
  Bytes signature(crypto_sign_BYTES, '\0');
  crypto_sign_detached(reinterpret_cast<unsigned char*>(signature.data()), nullptr, octets(message), message.size(),
                       octets(link.private_key));
  return signature;
}

bool verify_group_link(BytesView link_public_key, BytesView statement, BytesView signature) {
  start_sodium();
  if (link_public_key.size() != crypto_sign_PUBLICKEYBYTES || signature.size() != crypto_sign_BYTES) return false;
  const Bytes message = signed_part("kith group link v1", statement);
  return crypto_sign_verify_detached(octets(signature), octets(message), message.size(), octets(link_public_key)) == 0;
}

}  // namespace kith::crypto
