// SPDX-License-Identifier: AGPL-3.0-or-later

// The exports for sealed files (crypto/media.h), which the host reads and writes: pure functions over one buffer. They
// are a module of their own, kith_media.wasm, which is small, and which a Worker of its own runs: so a large file holds
// nothing else up. Of its imports (host_imports.h) it has random_fill and log.
//
//   kith_media_buffer(n)           a buffer of n bytes for what goes in; 0 when n is over 4 MiB. Valid until its next
//                                  call
//   kith_media_output()            what came out of the last call: its size is what that call returned. Valid until the
//                                  next
//   kith_seal(size, chunk, n)      the buffer holds a key (32 bytes) and n bytes of a file of `size` bytes: its chunks
//                                  from this one on, each whole or to the file's end. The sealed chunks. With n = 0:
//                                  those behind the file, of padding alone, at most 16 of them
//   kith_unseal(size, chunk, n)    the same of n bytes of the sealed file: the file's bytes in them; -1 - MediaError
//   kith_sealed_size(size)         of a file of so many bytes
//   kith_file_name(size)           the buffer holds a file's id (16 bytes), key (32) and digest (32): its name, of 16
//                                  bytes
//   kith_digest_begin()            a number for a digest of bytes that come in pieces; at most 64 at a time, else 0
//   kith_digest_add(number, n)     of n bytes in the buffer
//   kith_digest_finish(number)     the digest, 32 bytes; the number is free again
//
// Sizes and chunk numbers are doubles, exact up to 2^53.
#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

#include "crypto/hash.h"
#include "crypto/media.h"

#define KITH_EXPORT(name) extern "C" __attribute__((export_name(#name)))

namespace kith::core_wasm {
namespace {

constexpr size_t kBufferMax = 4 * 1024 * 1024;
constexpr uint64_t kPaddingChunksMax = 16;

struct Media {
  Bytes buffer;
  Bytes output;
  std::array<std::optional<crypto::RunningDigest>, 64> digests;
};

Media& media() {
  static Media instance;
  return instance;
}

BytesView taken(size_t from, size_t size) { return BytesView(media().buffer).substr(from, size); }
BytesView key() { return taken(0, crypto::kMediaKeyBytes); }

int put(BytesView bytes) {
  media().output = Bytes(bytes);
  return static_cast<int>(bytes.size());
}

bool is_digest(int number) {
  return number >= 1 && number <= int(media().digests.size()) && media().digests[size_t(number) - 1].has_value();
}

}  // namespace

KITH_EXPORT(kith_media_buffer) char* kith_media_buffer(size_t size) {
  if (size > kBufferMax) return nullptr;
  media().buffer.resize(size);
  return media().buffer.data();
}
KITH_EXPORT(kith_media_output) const char* kith_media_output() { return media().output.data(); }

KITH_EXPORT(kith_sealed_size) double kith_sealed_size(double size) {
  return static_cast<double>(crypto::sealed_size(static_cast<uint64_t>(size)));
}

KITH_EXPORT(kith_seal) int kith_seal(double size, double first, size_t count) {
  Media& self = media();
  self.output.clear();
  const auto whole = static_cast<uint64_t>(size);
  auto chunk = static_cast<uint64_t>(first);
  for (size_t at = 0; at < count; at += kMediaChunkBytes, ++chunk) {
    const size_t piece = std::min(kMediaChunkBytes, count - at);
    crypto::seal_chunk(key(), whole, chunk, taken(crypto::kMediaKeyBytes + at, piece), self.output);
  }
  if (count == 0) {
    const uint64_t end = std::min(chunk + kPaddingChunksMax, crypto::media_chunks(whole));
    for (; chunk < end; ++chunk) crypto::seal_chunk(key(), whole, chunk, {}, self.output);
  }
  return static_cast<int>(self.output.size());
}

KITH_EXPORT(kith_unseal) int kith_unseal(double size, double first, size_t count) {
  Media& self = media();
  self.output.clear();
  auto chunk = static_cast<uint64_t>(first);
  for (size_t at = 0; at < count; at += kMediaSealedChunkBytes, ++chunk) {
    const size_t piece = std::min(kMediaSealedChunkBytes, count - at);
    const auto opened = crypto::open_chunk(key(), static_cast<uint64_t>(size), chunk,
                                           taken(crypto::kMediaKeyBytes + at, piece), self.output);
    if (!opened) {
      self.output.clear();
      return -1 - static_cast<int>(opened.error());
    }
  }
  return static_cast<int>(self.output.size());
}

KITH_EXPORT(kith_file_name) int kith_file_name(double size) {
  const crypto::SealedFile file{FileId::from_bytes(taken(0, FileId::kBytes)).value_or(FileId{}),
                                Bytes(taken(FileId::kBytes, crypto::kMediaKeyBytes)), static_cast<uint64_t>(size),
                                Bytes(taken(FileId::kBytes + crypto::kMediaKeyBytes, crypto::kMediaDigestBytes))};
  return put(file.name().view());
}

KITH_EXPORT(kith_digest_begin) int kith_digest_begin() {
  auto& digests = media().digests;
  const auto free = std::ranges::find_if(digests, [](const auto& each) { return !each.has_value(); });
  if (free == digests.end()) return 0;
  free->emplace();
  return static_cast<int>(free - digests.begin()) + 1;
}

KITH_EXPORT(kith_digest_add) void kith_digest_add(int number, size_t count) {
  if (is_digest(number)) media().digests[size_t(number) - 1]->add(taken(0, count));
}

KITH_EXPORT(kith_digest_finish) int kith_digest_finish(int number) {
  if (!is_digest(number)) return 0;
  auto& digest = media().digests[size_t(number) - 1];
  const int size = put(digest->finish());
  digest.reset();
  return size;
}

}  // namespace kith::core_wasm
