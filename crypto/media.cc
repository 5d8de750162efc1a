// SPDX-License-Identifier: AGPL-3.0-or-later

#include "crypto/media.h"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <bit>

#include "crypto/hash.h"
#include "crypto/signal_handles.h"
#include "crypto/sodium.h"

namespace kith::crypto {

namespace {

constexpr size_t kTag = crypto_aead_xchacha20poly1305_ietf_ABYTES;
static_assert(kMediaKeyBytes == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);
static_assert(kMediaSealedChunkBytes == kMediaChunkBytes + kTag);

using Nonce = std::array<unsigned char, crypto_aead_xchacha20poly1305_ietf_NPUBBYTES>;

Nonce nonce_of(uint64_t chunk, bool last) {
  Nonce nonce{};
  for (size_t i = 0; i < 8; ++i) nonce[i] = static_cast<unsigned char>(chunk >> (8 * i));
  nonce[8] = last ? 1 : 0;
  return nonce;
}

// What the padded file has of this chunk.
uint64_t chunk_size(uint64_t size, uint64_t chunk) {
  const uint64_t padded = padded_size(size);
  const uint64_t at = chunk * kMediaChunkBytes;
  return at >= padded ? 0 : std::min<uint64_t>(kMediaChunkBytes, padded - at);
}

// And the file itself.
uint64_t plain_size(uint64_t size, uint64_t chunk) {
  const uint64_t at = chunk * kMediaChunkBytes;
  return at >= size ? 0 : std::min<uint64_t>(kMediaChunkBytes, size - at);
}

bool is_last(uint64_t size, uint64_t chunk) { return chunk + 1 == media_chunks(size); }

unsigned char* writable(Bytes& bytes, size_t from) { return reinterpret_cast<unsigned char*>(bytes.data()) + from; }

void append_number(uint64_t number, Bytes& bytes) {
  for (int shift = 0; shift < 64; shift += 8) bytes.push_back(static_cast<char>(number >> shift));
}

}  // namespace

bool SealedFile::is_valid() const {
  return !id.is_none() && key.size() == kMediaKeyBytes && size >= 1 && size <= kFileBytesMax &&
         digest.size() == kMediaDigestBytes;
}

FileName SealedFile::name() const {
  Bytes all = id.bytes() + key + digest;
  append_number(size, all);
  return *FileName::from_bytes(BytesView(crypto::digest("kith file name v1", all)).substr(0, FileName::kBytes));
}

uint64_t padded_size(uint64_t size) {
  if (size < 2) return size;
  const int exponent = std::bit_width(size) - 1;
  const int kept = std::bit_width(static_cast<unsigned>(exponent));
  const uint64_t mask = (uint64_t{1} << (exponent - std::min(kept, exponent))) - 1;
  return (size + mask) & ~mask;
}

uint64_t media_chunks(uint64_t size) { return (padded_size(size) + kMediaChunkBytes - 1) / kMediaChunkBytes; }

uint64_t sealed_size(uint64_t size) { return padded_size(size) + media_chunks(size) * kTag; }

void seal_chunk(BytesView key, uint64_t size, uint64_t chunk, BytesView plain, Bytes& sealed) {
  start_sodium();
  const uint64_t whole = chunk_size(size, chunk);
  Bytes padded;
  if (plain.size() < whole) {
    padded = Bytes(plain);
    padded.resize(whole, '\0');
    plain = padded;
  }
  const size_t at = sealed.size();
  sealed.resize(at + whole + kTag);
  const Nonce nonce = nonce_of(chunk, is_last(size, chunk));
  crypto_aead_xchacha20poly1305_ietf_encrypt(writable(sealed, at), nullptr, octets(plain), whole, nullptr, 0, nullptr,
                                             nonce.data(), octets(key));
}

Result<void, MediaError> open_chunk(BytesView key, uint64_t size, uint64_t chunk, BytesView sealed, Bytes& plain) {
  start_sodium();
  const uint64_t whole = chunk_size(size, chunk);
  if (whole == 0 || sealed.size() != whole + kTag) return Fail(MediaError::kCutOff);
  const size_t at = plain.size();
  plain.resize(at + whole);
  const Nonce nonce = nonce_of(chunk, is_last(size, chunk));
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(writable(plain, at), nullptr, nullptr, octets(sealed), sealed.size(),
                                                 nullptr, 0, nonce.data(), octets(key)) != 0) {
    plain.resize(at);
    return Fail(MediaError::kNotAuthentic);
  }
  plain.resize(at + plain_size(size, chunk));
  return {};
}

}  // namespace kith::crypto
