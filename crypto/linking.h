// SPDX-License-Identifier: AGPL-3.0-or-later

// The key exchange by which a new device joins an account (LINK-5), over a mailbox that whoever keeps it can read and
// write.
//
// The new device shows an invitation (a QR code, or a link). The device that joined first answers it:
//
//   first → new   commitment   link_commitment() of its opening
//   new → first   nonce        16 random bytes, sent only after the commitment is there
//   first → new   opening      the first device's public key and its nonce
//   both          agree()      X25519, hashed with everything above and the invitation
//
// Whoever knows the invitation can answer it, and nobody else: it holds a secret that the mailbox never sees. So a
// picture taken of the screen authenticates both sides. A link that was passed on may have been exchanged on its way by
// somebody who sits in the mailbox as well; the two exchanges then differ, and so do the codes that people compare. As
// each side is bound to its nonce before it sees the other's, nobody can look for one that makes them equal: one try
// in a million.
#pragma once

#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/random.h"

namespace kith::crypto {

inline constexpr size_t kLinkIdBytes = 16;
inline constexpr size_t kLinkNonceBytes = 16;
inline constexpr size_t kLinkPublicKeyBytes = 32;

struct LinkKeyPair {
  Bytes public_key;   // X25519, 32 bytes
  Bytes private_key;  // 32 bytes

  // Overwrites what is secret of it, which is then empty.
  void forget();
};

// What a new device shows: 65 bytes, of which the first is the version, 1.
struct LinkInvitation {
  Bytes id;          // of the mailbox, 16 bytes
  Bytes public_key;  // of the new device
  Bytes secret;      // 16 bytes

  [[nodiscard]] Bytes encode() const;
  // Absent for anything but 65 bytes of this version.
  static std::optional<LinkInvitation> decode(BytesView bytes);
  // As LinkKeyPair's.
  void forget();
};

// What the first device opens its commitment with.
struct LinkOpening {
  Bytes public_key;  // of the first device
  Bytes nonce;       // 16 bytes

  [[nodiscard]] Bytes encode() const { return public_key + nonce; }
  static std::optional<LinkOpening> decode(BytesView bytes);
};

// What both sides have in the end.
struct LinkKeys {
  Bytes key;         // 32 bytes
  std::string code;  // six digits, to be compared

  // As LinkKeyPair's.
  void forget();
};

LinkKeyPair make_link_key(RandomSource& random);
LinkInvitation make_link_invitation(RandomSource& random, BytesView public_key);
Bytes link_commitment(const LinkOpening& opening);
// `private_key`: one's own; `other`: the other side's public key. Absent when that is none.
std::optional<LinkKeys> agree(const LinkInvitation& invitation, BytesView new_nonce, const LinkOpening& opening,
                              BytesView private_key, BytesView other);

// One message of a linking under its key: XChaCha20-Poly1305, a random nonce first. `slot`: where in the mailbox it
// lies, which it can't be moved from.
Bytes seal_link(const LinkKeys& keys, uint32_t slot, BytesView plain, RandomSource& random);
// Absent for what was not sealed for this slot under this key.
std::optional<Bytes> open_link(const LinkKeys& keys, uint32_t slot, BytesView sealed);

}  // namespace kith::crypto
