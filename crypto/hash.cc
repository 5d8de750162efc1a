// SPDX-License-Identifier: AGPL-3.0-or-later

#include "crypto/hash.h"

#include <sodium.h>

#include <bit>

#include "crypto/sodium.h"

namespace kith::crypto {

Bytes digest(std::string_view domain, BytesView input) {
  start_sodium();
  constexpr unsigned char kZero = 0;
  Bytes out(32, '\0');
  crypto_generichash_state state;
  crypto_generichash_init(&state, nullptr, 0, out.size());
  crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>(domain.data()), domain.size());
  crypto_generichash_update(&state, &kZero, 1);
  crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>(input.data()), input.size());
  crypto_generichash_final(&state, reinterpret_cast<unsigned char*>(out.data()), out.size());
  sodium_memzero(&state, sizeof state);
  sodium_stackzero(1024);  // where the library had the last block
  return out;
}

namespace {
crypto_generichash_state& state_of(std::array<unsigned char, 384>& bytes) {
  static_assert(sizeof(crypto_generichash_state) <= sizeof bytes && alignof(crypto_generichash_state) <= 64);
  return *reinterpret_cast<crypto_generichash_state*>(bytes.data());
}
}  // namespace

RunningDigest::RunningDigest() {
  start_sodium();
  crypto_generichash_init(&state_of(state_), nullptr, 0, 32);
}

void RunningDigest::add(BytesView bytes) {
  crypto_generichash_update(&state_of(state_), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
}

Bytes RunningDigest::finish() {
  Bytes out(32, '\0');
  crypto_generichash_final(&state_of(state_), reinterpret_cast<unsigned char*>(out.data()), out.size());
  return out;
}

TableHash::TableHash() {
  start_sodium();
  static_assert(crypto_shorthash_KEYBYTES == sizeof key_ && crypto_shorthash_BYTES == sizeof(uint64_t));
  crypto_shorthash_keygen(key_.data());
}

uint64_t TableHash::operator()(BytesView input) const {
  std::array<unsigned char, sizeof(uint64_t)> hash{};
  crypto_shorthash(hash.data(), reinterpret_cast<const unsigned char*>(input.data()), input.size(), key_.data());
  return std::bit_cast<uint64_t>(hash);
}

SystemRandom::SystemRandom() { start_sodium(); }

void SystemRandom::fill(char* data, size_t size) { randombytes_buf(data, size); }

}  // namespace kith::crypto
