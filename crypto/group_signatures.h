// SPDX-License-Identifier: AGPL-3.0-or-later

// Who has made a change to a group (GROUP-2), and who has its link: signatures over a domain and a zero byte each, so
// that none can stand for another.
#pragma once

#include "base/bytes.h"
#include "base/random.h"
#include "crypto/account_key.h"
#include "crypto/signal_store.h"

namespace kith::crypto {

// What the change after this one names. 32 bytes; `signed_change`: a serialized wire.SignedGroupChange.
[[nodiscard]] Bytes group_change_digest(BytesView signed_change);
// 32 bytes.
[[nodiscard]] Bytes group_state_digest(BytesView state);

// XEdDSA by a device's identity key over the change and the digest of the state after it. 64 bytes; empty when the key
// is none.
[[nodiscard]] Bytes sign_group_change(const IdentityKeyPair& identity, RandomSource& random, BytesView change,
                                      BytesView state_digest);
[[nodiscard]] bool verify_group_change(BytesView identity_key, BytesView change, BytesView state_digest,
                                       BytesView signature);

// Ed25519 by the link's key, over a statement of who uses it. 64 bytes; empty when the private key is none.
[[nodiscard]] Bytes sign_with_group_link(const AccountKeyPair& link, BytesView statement);
[[nodiscard]] bool verify_group_link(BytesView link_public_key, BytesView statement, BytesView signature);

}  // namespace kith::crypto
