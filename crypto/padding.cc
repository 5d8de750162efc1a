// SPDX-License-Identifier: AGPL-3.0-or-later

#include "crypto/padding.h"

namespace kith::crypto {

namespace {

constexpr char kMark = '\x80';
constexpr size_t kSmallestBucket = 128;
constexpr size_t kStep = 1024;

size_t bucket_of(size_t size) {
  for (size_t bucket = kSmallestBucket; bucket < kStep; bucket *= 2) {
    if (size <= bucket) return bucket;
  }
  return (size + kStep - 1) / kStep * kStep;
}

}  // namespace

Bytes pad(BytesView content) {
  Bytes padded;
  const size_t size = bucket_of(content.size() + 1);
  padded.reserve(size);
  padded += content;
  padded += kMark;
  padded.resize(size, '\0');
  return padded;
}

std::optional<Bytes> unpad(BytesView padded) {
  const size_t mark = padded.find_last_not_of('\0');
  if (mark == BytesView::npos || padded[mark] != kMark) return std::nullopt;
  if (padded.size() != bucket_of(mark + 1)) return std::nullopt;
  return Bytes(padded.substr(0, mark));
}

}  // namespace kith::crypto
