// SPDX-License-Identifier: AGPL-3.0-or-later

// The primitives that libsignal asks for: HMAC-SHA256, SHA-512 and AES (CBC with PKCS#5 padding, CTR) from mbedTLS,
// randomness from us. Internal to crypto/; public to its tests.
//
// A build of mbedTLS of its own needs: MD_C, SHA256_C, SHA512_C, AES_C, CIPHER_C, CIPHER_MODE_CBC, CIPHER_MODE_CTR,
// CIPHER_PADDING_PKCS7.
#pragma once

#include "base/random.h"

struct signal_context;
struct signal_crypto_provider;

namespace kith::crypto {

// Callbacks that draw from `random`, which outlives every context that uses them. Failures of mbedTLS are
// SG_ERR_UNKNOWN, keys and vectors of a wrong length SG_ERR_INVAL, and a ciphertext that has no valid padding
// SG_ERR_INVALID_MESSAGE.
signal_crypto_provider make_provider(RandomSource& random);

// A library context with that provider, no locks (one thread), and a log that drops everything: its lines name
// addresses.
class SignalContext {
 public:
  explicit SignalContext(RandomSource& random);
  ~SignalContext();
  SignalContext(const SignalContext&) = delete;
  SignalContext& operator=(const SignalContext&) = delete;

  [[nodiscard]] signal_context* get() const { return context_; }

 private:
  signal_context* context_ = nullptr;
};

}  // namespace kith::crypto
