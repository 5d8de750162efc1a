// SPDX-License-Identifier: AGPL-3.0-or-later

// The account's identity: an Ed25519 key that signs the account's device list (DEVICE-1) and that safety numbers show.
#pragma once

#include <string>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/random.h"
#include "crypto/ed25519.h"

namespace kith::crypto {

using AccountKeyPair = Ed25519KeyPair;
inline AccountKeyPair make_account_key(RandomSource& random) { return make_ed25519_key(random); }

// Over "kith device list v1", a zero byte, and the serialized list. 64 bytes; empty when the private key is none.
Bytes sign_device_list(const AccountKeyPair& key, BytesView device_list);
[[nodiscard]] bool verify_device_list(BytesView account_public_key, BytesView device_list, BytesView signature);

// Verifies the XEdDSA signature of a signed prekey by a device's identity key (both 33 bytes). False for anything
// malformed.
[[nodiscard]] bool verify_prekey_signature(BytesView identity_key, BytesView signed_prekey, BytesView signature);

// The numeric fingerprint of two accounts: 60 digits, the same on both sides. Each half is 30 digits of SHA-512
// iterated 5,200 times over a version, the account key and the account id, as Signal's specification has it; the
// smaller half comes first.
std::string safety_number(const AccountId& one, BytesView one_key, const AccountId& other, BytesView other_key);
// What the QR code holds: version 1, then both fingerprints of 32 bytes, one's own first.
Bytes safety_number_qr(const AccountId& self, BytesView self_key, const AccountId& other, BytesView other_key);
// Whether a scanned payload shows the same two keys from the other side.
[[nodiscard]] bool safety_number_qr_matches(BytesView scanned, const AccountId& self, BytesView self_key,
                                            const AccountId& other, BytesView other_key);

}  // namespace kith::crypto
