// SPDX-License-Identifier: AGPL-3.0-or-later

#include "crypto/account_key.h"

#include <sodium.h>

#include "crypto/signal_handles.h"
#include "crypto/sodium.h"

namespace kith::crypto {

namespace {

constexpr BytesView kDeviceListDomain("kith device list v1\0", 20);
static_assert(kDeviceListDomain.back() == '\0');

Bytes signed_part(BytesView device_list) {
  Bytes message(kDeviceListDomain);
  message += device_list;
  return message;
}

unsigned char* writable(Bytes& bytes) { return reinterpret_cast<unsigned char*>(bytes.data()); }

}  // namespace

AccountKeyPair make_account_key(RandomSource& random) {
  start_sodium();
  Bytes seed = random.bytes(crypto_sign_SEEDBYTES);
  AccountKeyPair pair{.public_key = Bytes(crypto_sign_PUBLICKEYBYTES, '\0'),
                      .private_key = Bytes(crypto_sign_SECRETKEYBYTES, '\0')};
  crypto_sign_seed_keypair(writable(pair.public_key), writable(pair.private_key), octets(seed));
  wipe(seed);
  return pair;
}

Bytes sign_device_list(const AccountKeyPair& key, BytesView device_list) {
  start_sodium();
  if (key.private_key.size() != crypto_sign_SECRETKEYBYTES) return {};
  const Bytes message = signed_part(device_list);
  Bytes signature(crypto_sign_BYTES, '\0');
  crypto_sign_detached(writable(signature), nullptr, octets(message), message.size(), octets(key.private_key));
  return signature;
}

bool verify_device_list(BytesView account_public_key, BytesView device_list, BytesView signature) {
  start_sodium();
  if (account_public_key.size() != crypto_sign_PUBLICKEYBYTES || signature.size() != crypto_sign_BYTES) return false;
  const Bytes message = signed_part(device_list);
  return crypto_sign_verify_detached(octets(signature), octets(message), message.size(), octets(account_public_key)) ==
         0;
}

bool verify_prekey_signature(BytesView identity_key, BytesView signed_prekey, BytesView signature) {
  const auto identity = decode_public_key(identity_key, nullptr);
  if (!identity || !decode_public_key(signed_prekey, nullptr) || signature.size() != CURVE_SIGNATURE_LEN) return false;
  return curve_verify_signature(identity.get(), octets(signed_prekey), signed_prekey.size(), octets(signature),
                                signature.size()) == 1;
}

}  // namespace kith::crypto
