// SPDX-License-Identifier: AGPL-3.0-or-later

// Buffers that a loop lends to its connections while they have bytes under way, so that an idle connection holds none
// and a busy one allocates none.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace kith::net {

// Belongs to one loop.
class BufferPool {
 public:
  using Buffer = std::unique_ptr<std::string>;

  // An empty buffer, with the capacity of an earlier use if there is one.
  Buffer take() {
    if (free_.empty()) return std::make_unique<std::string>();
    Buffer buffer = std::move(free_.back());
    free_.pop_back();
    return buffer;
  }
  // Buffers that have grown large are given back to the system, and so are more than kKept.
  void give_back(Buffer buffer) {
    if (free_.size() >= kKept || buffer->capacity() > kCapacityMax) return;
    wipe(*buffer);
    free_.push_back(std::move(buffer));
  }

 private:
  // Together at most half a MiB.
  static constexpr size_t kKept = 128;
  static constexpr size_t kCapacityMax = 4 * 1024;
  std::vector<Buffer> free_;
};

}  // namespace kith::net
