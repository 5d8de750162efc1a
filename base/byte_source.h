// SPDX-License-Identifier: AGPL-3.0-or-later

// Bytes that come piece by piece: the body of an HTTP request as it arrives, or of an answer as it is made.
//
// Whoever wants bytes asks for them; a source runs ahead of the asking by no more than it says where it is made. So the
// slower side sets the pace, and what is under way costs a few pieces of memory, however much it is.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>

#include "base/bytes.h"
#include "base/result.h"
#include "base/task.h"

namespace kith {

enum class StreamError : uint8_t {
  kGone,       // who sends has gone away before the end
  kStalled,    // too little came for too long
  kTooLong,    // more came than may
  kMalformed,  // what came breaks its form
  kFailed,     // what the bytes are read from has failed
};

class ByteSource {
 public:
  static constexpr size_t kPieceBytesMax = 64 * 1024;

  // Ends whatever makes the bytes.
  virtual ~ByteSource() = default;
  // The next bytes, 1..kPieceBytesMax of them; "" at the end, and for every call after it. An error is the last thing
  // that is told as well. One call at a time; the source outlives it: who asks can't give up a call, and waits for it
  // even when nobody wants the bytes any more. So each ends by itself, within a time that the source sets.
  virtual Task<Result<Bytes, StreamError>> next() = 0;
};

// Bytes in memory that are shared: `size` of them from `first` on, which are there.
class SharedBytesSource final : public ByteSource {
 public:
  SharedBytesSource(std::shared_ptr<const Bytes> bytes, uint64_t first, uint64_t size)
      : bytes_(std::move(bytes)), at_(first), end_(first + size) {}

  Task<Result<Bytes, StreamError>> next() override {
    const uint64_t size = std::min<uint64_t>(kPieceBytesMax, end_ - at_);
    Bytes piece = bytes_->substr(at_, size);
    at_ += size;
    co_return piece;
  }

 private:
  const std::shared_ptr<const Bytes> bytes_;
  uint64_t at_;
  const uint64_t end_;
};

}  // namespace kith
