// SPDX-License-Identifier: AGPL-3.0-or-later

#include "crypto/account_key.h"

#include <string_view>

#include "crypto/signal_handles.h"

namespace kith::crypto {

namespace {

constexpr std::string_view kDeviceListDomain = "kith device list v1";

}  // namespace

Bytes sign_device_list(const AccountKeyPair& key, BytesView device_list) {
  return sign_ed25519(key.private_key, kDeviceListDomain, device_list);
}

bool verify_device_list(BytesView account_public_key, BytesView device_list, BytesView signature) {
  return verify_ed25519(account_public_key, kDeviceListDomain, device_list, signature);
}

bool verify_prekey_signature(BytesView identity_key, BytesView signed_prekey, BytesView signature) {
  const auto identity = decode_public_key(identity_key, nullptr);
  if (!identity || !decode_public_key(signed_prekey, nullptr) || signature.size() != CURVE_SIGNATURE_LEN) return false;
  return curve_verify_signature(identity.get(), octets(signed_prekey), signed_prekey.size(), octets(signature),
                                signature.size()) == 1;
}

}  // namespace kith::crypto
