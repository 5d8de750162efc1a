// SPDX-License-Identifier: AGPL-3.0-or-later

// Sealed files: what people send each other, encrypted under a key of its own (MEDIA-1).
//
//   the file, and zero bytes up to padded_size(size): of its length the server knows some leading bits
//   cut into chunks of kMediaChunkBytes, of which the last may be shorter
//   each is sealed with XChaCha20-Poly1305: the same bytes, encrypted, and a tag of 16
//   nonce: the chunk's number (8 bytes, little endian), 1 in the last chunk, else 0 (1 byte), 15 zero bytes
//
// A key seals one file once, so a counter does for a nonce. Chunks stand alone: a transfer goes on in the middle of
// one, a player reads from anywhere, and what was cut off, changed, or put in another place is an error and no wrong
// byte. That all who have the key have the same file is for the digest of the sealed file to say: the cipher does not
// bind the key.
//
// Limits: 1..kFileBytesMax bytes of file.
// Source: draft-irtf-cfrg-xchacha-03; STREAM of Hoang, Reyhanitabar, Rogaway and Vizar (2015) for number and mark;
//         Padme of Nikitin and others, "Reducing Metadata Leakage from Encrypted Files and Communication with PURBs"
//         (2019), for the padding: at most 12 %, of 1 MiB at most 3 %.
#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/limits.h"
#include "base/result.h"

namespace kith::crypto {

inline constexpr size_t kMediaKeyBytes = 32;
inline constexpr size_t kMediaDigestBytes = 32;

enum class MediaError : uint8_t {
  kCutOff,       // the chunk has not the length that it must have there
  kNotAuthentic  // it was changed, or is of another place or another file
};

// What is known of a file that was sealed, to whoever may read it.
struct SealedFile {
  FileId id;
  Bytes key;  // kMediaKeyBytes
  uint64_t size = 0;
  Bytes digest;  // of the sealed file: RunningDigest

  // Each of these as it must be.
  [[nodiscard]] bool is_valid() const;
  // What a device calls it: by all of this, so that of two who say different things of the same id neither has the
  // other's.
  [[nodiscard]] FileName name() const;
  friend bool operator==(const SealedFile&, const SealedFile&) = default;
};

[[nodiscard]] uint64_t padded_size(uint64_t size);
[[nodiscard]] uint64_t sealed_size(uint64_t size);
[[nodiscard]] uint64_t media_chunks(uint64_t size);

// Appends the sealed chunk of this number to `sealed`. `plain`: the bytes of a file of `size` bytes that are in it:
// kMediaChunkBytes, or what is left, or none where there is padding alone.
void seal_chunk(BytesView key, uint64_t size, uint64_t chunk, BytesView plain, Bytes& sealed);
// Appends to `plain` what of the file is in that chunk; on an error nothing.
[[nodiscard]] Result<void, MediaError> open_chunk(BytesView key, uint64_t size, uint64_t chunk, BytesView sealed,
                                                  Bytes& plain);

}  // namespace kith::crypto
