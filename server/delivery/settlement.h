// SPDX-License-Identifier: AGPL-3.0-or-later

// How a send learns that its entries are safe: for each addressed device confirmed or durable (SEND-2).
#pragma once

#include <array>
#include <coroutine>
#include <cstdint>

#include "base/executor.h"
#include "base/limits.h"

namespace kith {

// Ordered from good to bad: a send answers with the worst of its devices.
enum class Settled : uint8_t {
  kSafe,         // the device has confirmed the entry, or it is durable
  kFull,         // the store's disk is at its bound. Retryable
  kUnavailable,  // the store failed, or the shard closes. Retryable
  kEnded,        // the device is no more
};

// Waits for the entries of one send. Lives in the handler's coroutine frame, which waits until all are settled, so that
// entries can point into it. Filled and settled on the addressee's executor; the waiter goes on at `home`.
class Settlement {
 public:
  static constexpr size_t kPartsMax = kDevicesMax;

  // One entry's end of it: a link in the entry's list of who waits. (A repeated send waits for the entry of the first.)
  struct Part {
    Settlement* owner = nullptr;
    Part* next = nullptr;
  };

  explicit Settlement(Executor& home) : home_(home) {}
  Settlement(const Settlement&) = delete;
  Settlement& operator=(const Settlement&) = delete;

  // A new part, not settled. At most kPartsMax.
  Part& add() {
    Part& part = parts_[count_++];
    part.owner = this;
    ++open_;
    return part;
  }
  // Settles every part of a list. Touches no part after its waiter was posted.
  static void settle_all(Part* list, Settled how) {
    while (list != nullptr) {
      Part* const next = list->next;
      list->owner->settle_one(how);
      list = next;
    }
  }

  [[nodiscard]] bool await_ready() const noexcept { return open_ == 0; }
  void await_suspend(std::coroutine_handle<> continuation) noexcept { waiter_ = continuation; }
  [[nodiscard]] Settled await_resume() const noexcept { return worst_; }

 private:
  void settle_one(Settled how) {
    if (how > worst_) worst_ = how;
    if (--open_ == 0 && waiter_) home_.post(waiter_);
  }

  Executor& home_;
  std::array<Part, kPartsMax> parts_;
  uint8_t count_ = 0;
  uint8_t open_ = 0;
  Settled worst_ = Settled::kSafe;
  std::coroutine_handle<> waiter_;
};

}  // namespace kith
