// SPDX-License-Identifier: AGPL-3.0-or-later

#include "crypto/provider.h"

#include <mbedtls/cipher.h>
#include <mbedtls/md.h>
#include <signal/signal_protocol.h>
#include <sodium.h>

#include <climits>
#include <cstdlib>
#include <memory>
#include <new>

namespace kith::crypto {

namespace {

constexpr size_t kAesBlock = 16;

int fill_random(uint8_t* data, size_t size, void* user_data) {
  static_cast<RandomSource*>(user_data)->fill(reinterpret_cast<char*>(data), size);
  return SG_SUCCESS;
}

// ---------------------------------------------------------------- HMAC-SHA256, SHA-512

struct Digest {
  mbedtls_md_context_t state;
  Digest() { mbedtls_md_init(&state); }
  ~Digest() { mbedtls_md_free(&state); }  // wipes what it frees
  Digest(const Digest&) = delete;
  Digest& operator=(const Digest&) = delete;
};

Digest& digest_of(void* context) { return *static_cast<Digest*>(context); }

// The library may free what it was not given.
void free_digest(void* context, void*) { delete static_cast<Digest*>(context); }

// A digest of `type`, ready for mbedtls_md_starts or mbedtls_md_hmac_starts; null when there is no memory.
std::unique_ptr<Digest> set_up_digest(mbedtls_md_type_t type, bool keyed) {
  std::unique_ptr<Digest> digest(new (std::nothrow) Digest);
  if (digest && mbedtls_md_setup(&digest->state, mbedtls_md_info_from_type(type), keyed ? 1 : 0) != 0) digest.reset();
  return digest;
}

int start_hmac(void** context, const uint8_t* key, size_t key_size, void*) {
  *context = nullptr;
  auto digest = set_up_digest(MBEDTLS_MD_SHA256, true);
  if (!digest) return SG_ERR_NOMEM;
  if (mbedtls_md_hmac_starts(&digest->state, key, key_size) != 0) return SG_ERR_UNKNOWN;
  *context = digest.release();
  return SG_SUCCESS;
}

int update_hmac(void* context, const uint8_t* data, size_t size, void*) {
  return mbedtls_md_hmac_update(&digest_of(context).state, data, size) == 0 ? SG_SUCCESS : SG_ERR_UNKNOWN;
}

int start_sha512(void** context, void*) {
  *context = nullptr;
  auto digest = set_up_digest(MBEDTLS_MD_SHA512, false);
  if (!digest) return SG_ERR_NOMEM;
  if (mbedtls_md_starts(&digest->state) != 0) return SG_ERR_UNKNOWN;
  *context = digest.release();
  return SG_SUCCESS;
}

int update_sha512(void* context, const uint8_t* data, size_t size, void*) {
  return mbedtls_md_update(&digest_of(context).state, data, size) == 0 ? SG_SUCCESS : SG_ERR_UNKNOWN;
}

int give(signal_buffer** output, uint8_t* bytes, size_t size) {
  *output = signal_buffer_create(bytes, size);
  sodium_memzero(bytes, size);
  return *output ? SG_SUCCESS : SG_ERR_NOMEM;
}

int finish_hmac(void* context, signal_buffer** output, void*) {
  uint8_t mac[32];
  if (mbedtls_md_hmac_finish(&digest_of(context).state, mac) != 0) return SG_ERR_UNKNOWN;
  return give(output, mac, sizeof mac);
}

// The library goes on using a finished digest for the next one.
int finish_sha512(void* context, signal_buffer** output, void*) {
  uint8_t hash[64];
  auto* state = &digest_of(context).state;
  if (mbedtls_md_finish(state, hash) != 0 || mbedtls_md_starts(state) != 0) return SG_ERR_UNKNOWN;
  return give(output, hash, sizeof hash);
}

// ---------------------------------------------------------------- AES

struct Cipher {
  mbedtls_cipher_context_t state;
  Cipher() { mbedtls_cipher_init(&state); }
  ~Cipher() { mbedtls_cipher_free(&state); }
  Cipher(const Cipher&) = delete;
  Cipher& operator=(const Cipher&) = delete;
};

int run_aes(mbedtls_operation_t operation, signal_buffer** output, int mode, const uint8_t* key, size_t key_size,
            const uint8_t* iv, size_t iv_size, const uint8_t* input, size_t input_size) {
  *output = nullptr;
  const bool cbc = mode == SG_CIPHER_AES_CBC_PKCS5;
  if (!cbc && mode != SG_CIPHER_AES_CTR_NOPADDING) return SG_ERR_INVAL;
  if ((key_size != 16 && key_size != 24 && key_size != 32) || iv_size != kAesBlock ||
      input_size > INT_MAX - kAesBlock) {
    return SG_ERR_INVAL;
  }

  Cipher cipher;
  const auto* kind = mbedtls_cipher_info_from_values(MBEDTLS_CIPHER_ID_AES, static_cast<int>(key_size * 8),
                                                     cbc ? MBEDTLS_MODE_CBC : MBEDTLS_MODE_CTR);
  if (!kind || mbedtls_cipher_setup(&cipher.state, kind) != 0 ||
      mbedtls_cipher_setkey(&cipher.state, key, static_cast<int>(key_size * 8), operation) != 0 ||
      (cbc && mbedtls_cipher_set_padding_mode(&cipher.state, MBEDTLS_PADDING_PKCS7) != 0) ||
      mbedtls_cipher_set_iv(&cipher.state, iv, iv_size) != 0 || mbedtls_cipher_reset(&cipher.state) != 0) {
    return SG_ERR_UNKNOWN;
  }

  // One block more than the input is what either direction may write.
  const size_t room = input_size + kAesBlock;
  std::unique_ptr<uint8_t[]> buffer(new (std::nothrow) uint8_t[room]);
  if (!buffer) return SG_ERR_NOMEM;
  size_t written = 0;
  size_t rest = 0;
  int failure = 0;
  if (input_size > 0) failure = mbedtls_cipher_update(&cipher.state, input, input_size, buffer.get(), &written);
  if (failure == 0) failure = mbedtls_cipher_finish(&cipher.state, buffer.get() + written, &rest);
  if (failure == 0) *output = signal_buffer_create(buffer.get(), written + rest);
  sodium_memzero(buffer.get(), room);
  if (failure != 0) return operation == MBEDTLS_DECRYPT ? SG_ERR_INVALID_MESSAGE : SG_ERR_UNKNOWN;
  return *output ? SG_SUCCESS : SG_ERR_NOMEM;
}

int encrypt_aes(signal_buffer** output, int mode, const uint8_t* key, size_t key_size, const uint8_t* iv,
                size_t iv_size, const uint8_t* plaintext, size_t size, void*) {
  return run_aes(MBEDTLS_ENCRYPT, output, mode, key, key_size, iv, iv_size, plaintext, size);
}

int decrypt_aes(signal_buffer** output, int mode, const uint8_t* key, size_t key_size, const uint8_t* iv,
                size_t iv_size, const uint8_t* ciphertext, size_t size, void*) {
  return run_aes(MBEDTLS_DECRYPT, output, mode, key, key_size, iv, iv_size, ciphertext, size);
}

}  // namespace

signal_crypto_provider make_provider(RandomSource& random) {
  signal_crypto_provider provider{};
  provider.random_func = fill_random;
  provider.hmac_sha256_init_func = start_hmac;
  provider.hmac_sha256_update_func = update_hmac;
  provider.hmac_sha256_final_func = finish_hmac;
  provider.hmac_sha256_cleanup_func = free_digest;
  provider.sha512_digest_init_func = start_sha512;
  provider.sha512_digest_update_func = update_sha512;
  provider.sha512_digest_final_func = finish_sha512;
  provider.sha512_digest_cleanup_func = free_digest;
  provider.encrypt_func = encrypt_aes;
  provider.decrypt_func = decrypt_aes;
  provider.user_data = &random;
  return provider;
}

SignalContext::SignalContext(RandomSource& random) {
  const signal_crypto_provider provider = make_provider(random);
  // Fails only for want of memory, which ends the program elsewhere too.
  if (signal_context_create(&context_, nullptr) != SG_SUCCESS) std::abort();
  if (signal_context_set_crypto_provider(context_, &provider) != SG_SUCCESS) std::abort();
  signal_context_set_log_function(context_, [](int, const char*, size_t, void*) {});
}

SignalContext::~SignalContext() { signal_context_destroy(context_); }

}  // namespace kith::crypto
