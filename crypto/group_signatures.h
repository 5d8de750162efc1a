// SPDX-License-Identifier: AGPL-3.0-or-later

// Who has made a change to a group (GROUP-2), and who has its link: signatures over a domain and a zero byte each, so
// that none can stand for another. Digests are BLAKE2b with 32 bytes of output, over a domain and a zero byte as well.
#pragma once

#include <span>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/random.h"
#include "crypto/ed25519.h"
#include "crypto/signal_store.h"

namespace kith::crypto {

constexpr size_t kGroupDigestBytes = 32;
constexpr size_t kGroupSignatureBytes = 64;

// What the change after this one names: all that is kept of it. So whoever has the digest has the signature too, and
// nobody can put another one in its place.
//
// Shape: "kith group chain v1", over signature + state_digest + change; the first two are of fixed sizes.
[[nodiscard]] Bytes group_change_digest(BytesView change, BytesView state_digest, BytesView signature);
// "kith group state v1", over a state's bytes (wire/group_state.h).
[[nodiscard]] Bytes group_state_digest(BytesView state);

// Which list of devices a member of a group has.
struct MemberList {
  AccountId account;
  Revision revision;
};
// wire.ToGroup.lists_digest: "kith group lists v1", over account ids and revisions. `members` in ascending order of
// account.
[[nodiscard]] Bytes group_lists_digest(std::span<const MemberList> members);

// XEdDSA by a device's identity key over "kith group change v1", the change and the digest of the state after it.
// 64 bytes; empty when the key is none.
[[nodiscard]] Bytes sign_group_change(const IdentityKeyPair& identity, RandomSource& random, BytesView change,
                                      BytesView state_digest);
// False for anything malformed.
[[nodiscard]] bool verify_group_change(BytesView identity_key, BytesView change, BytesView state_digest,
                                       BytesView signature);

// Of a link by which people come into a group. The private half is what the link has.
using GroupLinkKeyPair = Ed25519KeyPair;
inline GroupLinkKeyPair make_group_link_key(RandomSource& random) { return make_ed25519_key(random); }

// Over "kith group link v1" and a statement of who uses it (wire/group_state.h). 64 bytes; empty when the private key
// is none.
[[nodiscard]] Bytes sign_with_group_link(const GroupLinkKeyPair& link, BytesView statement);
[[nodiscard]] bool verify_group_link(BytesView link_public_key, BytesView statement, BytesView signature);

}  // namespace kith::crypto
