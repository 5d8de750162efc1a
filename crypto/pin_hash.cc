// SPDX-License-Identifier: AGPL-3.0-or-later

#include "crypto/pin_hash.h"

#include <sodium.h>

#include "crypto/sodium.h"

namespace kith::crypto {

std::string hash_pin(std::string_view pin) {
  start_sodium();
  char text[crypto_pwhash_STRBYTES];
  if (crypto_pwhash_str_alg(text, pin.data(), pin.size(), crypto_pwhash_OPSLIMIT_INTERACTIVE,
                            crypto_pwhash_MEMLIMIT_INTERACTIVE, crypto_pwhash_ALG_ARGON2ID13) != 0) {
    return {};
  }
  return text;
}

bool verify_pin(std::string_view hash, std::string_view pin) {
  start_sodium();
  const std::string text(hash);
  return crypto_pwhash_str_verify(text.c_str(), pin.data(), pin.size()) == 0;
}

}  // namespace kith::crypto
