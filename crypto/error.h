// SPDX-License-Identifier: AGPL-3.0-or-later

// Why encryption or decryption failed.
#pragma once

namespace kith::crypto {

enum class CryptoError {
  kMalformed,          // the bytes are no message, key or list of the expected form
  kNoSession,          // a session message, and no session or key that could read it. Repair
  kBadMessage,         // authentication failed or the message is older than the session remembers. Repair
  kDuplicate,          // this very message was decrypted before. Not an error to the user: confirm it
  kUntrustedIdentity,  // the peer's identity key is not the one its device list names
  kBadSignature,       // a signature does not hold
  kMissingPrekey,      // a prekey message names a prekey that is gone. Repair
  kStorage,            // the store failed or holds what can't be read; nothing may be committed
};

}  // namespace kith::crypto
