// Hashes for storing what is secret: tokens and codes by BLAKE2b, PINs by Argon2id (both libsodium).
#pragma once

#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/random.h"

namespace kith::crypto {

// BLAKE2b with 32 bytes of output over a domain ("kith token v1"), a zero byte, and the input.
Bytes digest(std::string_view domain, BytesView input);

// Argon2id in libsodium's text form, interactive limits (64 MiB). Takes tens of milliseconds: never on an event loop. Native only.
std::string hash_pin(std::string_view pin);
[[nodiscard]] bool verify_pin(std::string_view hash, std::string_view pin);

// The system's cryptographic randomness (libsodium).
class SystemRandom : public RandomSource {
 public:
  void fill(char* data, size_t size) override;
};

}  // namespace kith::crypto
