// SPDX-License-Identifier: AGPL-3.0-or-later

// Signal sessions between devices: X3DH and the Double Ratchet, by libsignal-protocol-c.
//
// Ownership: Sessions borrows store and random; both outlive it. One thread.
// State:     all of it is in the SignalStore; nothing is kept here between calls.
// Source:    Signal's X3DH and Double Ratchet specifications; DEVICE-1 and INBOX-2 in docs/protocol.md.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/ids.h"
#include "base/random.h"
#include "base/result.h"
#include "crypto/error.h"
#include "crypto/signal_store.h"

namespace kith::crypto {

struct PrekeyBundle {
  uint32_t registration_id = 0;
  Bytes identity_key;  // 33 bytes; must equal trusted_identity(peer)
  uint32_t signed_prekey_id = 0;
  Bytes signed_prekey;            // 33 bytes
  Bytes signed_prekey_signature;  // 64 bytes
  std::optional<uint32_t> prekey_id;
  Bytes prekey;  // 33 bytes when prekey_id is there
};

// The content of a content.Sealed.
struct Ciphertext {
  bool opens_session = false;  // a PreKeySignalMessage
  Bytes bytes;
};

// One less than what fits in 24 bits: libsignal never removes a used prekey of the highest id.
inline constexpr uint32_t kPrekeyIdMax = 0xFFFFFE;

struct PublicPrekeyPart {
  uint32_t id = 0;
  Bytes public_key;
  Bytes signature;  // signed prekeys only
};

class Sessions {
 public:
  Sessions(SignalStore& store, RandomSource& random);
  ~Sessions();

  // A new identity and registration id (1..16380) for a device, before there is a store.
  static IdentityKeyPair make_identity(RandomSource& random);
  static uint32_t make_registration_id(RandomSource& random);

  // Makes prekeys first_id..first_id+count-1, stores them, and gives their public halves. Ids wrap within
  // 1..kPrekeyIdMax.
  Result<std::vector<PublicPrekeyPart>, CryptoError> make_prekeys(uint32_t first_id, uint32_t count);
  Result<PublicPrekeyPart, CryptoError> make_signed_prekey(uint32_t id, UnixMicros now);

  // Whether a message can be encrypted to the peer. A session with an identity that is not the trusted one any more
  // counts as none: encrypt and decrypt treat it so too, and the next session to be opened, from either side, replaces
  // it.
  [[nodiscard]] bool has_session(const DeviceAddress& peer);
  // Starts a session from the peer's bundle; an older one is kept as an archived state so that late messages still
  // decrypt. Errors: kMalformed, kUntrustedIdentity, kBadSignature (nothing is stored); kStorage.
  Result<void, CryptoError> open_session(const DeviceAddress& peer, const PrekeyBundle& bundle);

  // Errors: kNoSession; kStorage. Opens the peer's side of the session too, until the peer has answered.
  Result<Ciphertext, CryptoError> encrypt(const DeviceAddress& peer, BytesView plaintext);
  // Any bytes may come in. Stores nothing unless it succeeds. A message whose counter lies behind, and whose key is no
  // longer there, is kDuplicate: the library can't tell a second delivery from one that is older than the 2,000 skipped
  // messages it remembers. `begins_session`, if given: whether it is the first message of a session that the peer has
  // opened; also when it can't be decrypted.
  Result<Bytes, CryptoError> decrypt(const DeviceAddress& peer, const Ciphertext& message,
                                     bool* begins_session = nullptr);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace kith::crypto
