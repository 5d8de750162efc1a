// SPDX-License-Identifier: AGPL-3.0-or-later

// The provider's callbacks and the library's primitives as plain functions, for tests of known answers.
#pragma once

#include <signal/hkdf.h>

#include <initializer_list>
#include <optional>
#include <vector>

#include "crypto/provider.h"
#include "crypto/signal_handles.h"
#include "crypto/testing/seeded_random.h"

namespace kith::crypto {

class ProviderCalls {
 public:
  // The pieces are given one by one, as the library does.
  Bytes hmac_sha256(BytesView key, std::initializer_list<BytesView> pieces) {
    void* state = nullptr;
    Handle<signal_buffer> out;
    bool good = provider_.hmac_sha256_init_func(&state, octets(key), key.size(), provider_.user_data) == SG_SUCCESS;
    for (const BytesView piece : pieces) {
      good = good &&
             provider_.hmac_sha256_update_func(state, octets(piece), piece.size(), provider_.user_data) == SG_SUCCESS;
    }
    good = good && provider_.hmac_sha256_final_func(state, out.out(), provider_.user_data) == SG_SUCCESS;
    provider_.hmac_sha256_cleanup_func(state, provider_.user_data);
    return good ? Bytes(view(out.get())) : Bytes();
  }

  // The digests of the inputs, one after the other, by one context.
  std::vector<Bytes> sha512(std::initializer_list<BytesView> inputs) {
    std::vector<Bytes> hashes;
    void* state = nullptr;
    bool good = provider_.sha512_digest_init_func(&state, provider_.user_data) == SG_SUCCESS;
    for (const BytesView input : inputs) {
      Handle<signal_buffer> out;
      good = good &&
             provider_.sha512_digest_update_func(state, octets(input), input.size(), provider_.user_data) == SG_SUCCESS;
      good = good && provider_.sha512_digest_final_func(state, out.out(), provider_.user_data) == SG_SUCCESS;
      if (good) hashes.emplace_back(view(out.get()));
    }
    provider_.sha512_digest_cleanup_func(state, provider_.user_data);
    return hashes;
  }

  // Absent when refused; `code` says how.
  std::optional<Bytes> encrypt(int mode, BytesView key, BytesView iv, BytesView plaintext) {
    return aes(provider_.encrypt_func, mode, key, iv, plaintext);
  }
  std::optional<Bytes> decrypt(int mode, BytesView key, BytesView iv, BytesView ciphertext) {
    return aes(provider_.decrypt_func, mode, key, iv, ciphertext);
  }
  int code = SG_SUCCESS;

  // Keys of 32 bytes, without the type byte. The library clamps a private key when it makes one and not, as the RFC
  // does, when it uses it.
  std::optional<Bytes> x25519(Bytes private_key, BytesView public_key) {
    if (private_key.size() != 32) return std::nullopt;
    private_key.front() = static_cast<char>(private_key.front() & 248);
    private_key.back() = static_cast<char>((private_key.back() & 127) | 64);
    const auto theirs = decode_public_key('\x05' + Bytes(public_key), context_.get());
    Handle<ec_private_key> ours;
    curve_decode_private_point(ours.out(), octets(private_key), private_key.size(), context_.get());
    uint8_t* shared = nullptr;
    const int size = curve_calculate_agreement(&shared, theirs.get(), ours.get());
    if (size < 0) return std::nullopt;
    const Bytes secret(view(shared, static_cast<size_t>(size)));
    free(shared);
    return secret;
  }

  // At most kHkdfBytesMax.
  std::optional<Bytes> hkdf_sha256(BytesView input, BytesView salt, BytesView info, size_t size) {
    Handle<hkdf_context> hkdf;
    if (hkdf_create(hkdf.out(), 3, context_.get()) != SG_SUCCESS) return std::nullopt;
    uint8_t* output = nullptr;
    const auto derived = hkdf_derive_secrets(hkdf.get(), &output, octets(input), input.size(), octets(salt),
                                             salt.size(), octets(info), info.size(), size);
    if (derived < 0) return std::nullopt;
    const Bytes secret(view(output, static_cast<size_t>(derived)));
    free(output);
    return secret;
  }
  // The library counts blocks in a byte and never ends at 255 of them. It asks itself for 96 bytes at most.
  static constexpr size_t kHkdfBytesMax = 254 * 32;

 private:
  using Aes = decltype(signal_crypto_provider::encrypt_func);
  std::optional<Bytes> aes(Aes function, int mode, BytesView key, BytesView iv, BytesView input) {
    Handle<signal_buffer> out;
    code = function(out.out(), mode, octets(key), key.size(), octets(iv), iv.size(), octets(input), input.size(),
                    provider_.user_data);
    return code == SG_SUCCESS ? std::optional<Bytes>(view(out.get())) : std::nullopt;
  }

  SeededRandom random_{1};
  SignalContext context_{random_};
  signal_crypto_provider provider_ = make_provider(random_);
};

}  // namespace kith::crypto
