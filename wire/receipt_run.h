// SPDX-License-Identifier: AGPL-3.0-or-later

// A run of messages that a receipt speaks of (TICK-1): contiguous receipt numbers, and a mark over the ids of exactly
// these messages. Numbers alone are not enough: a device whose store was put back from a copy uses them again.
#pragma once

#include <cstdint>

#include "base/ids.h"

namespace kith::wire {

// What a message adds to the marks of its run: the first eight bytes of its id.
inline uint64_t receipt_mark(const MessageId& id) { return read_u64(id.view().data()); }

struct ReceiptRun {
  uint64_t first = 0;  // 0: no receipt is wanted
  uint64_t last = 0;
  uint64_t marks = 0;  // XOR of their marks

  static ReceiptRun of(uint64_t number, const MessageId& id) {
    return number == 0 ? ReceiptRun{} : ReceiptRun{number, number, receipt_mark(id)};
  }
  [[nodiscard]] bool none() const { return first == 0; }
  // Takes `next` up when it begins right behind this one. False: it is a run of its own.
  bool extend(const ReceiptRun& next) {
    if (next.first != last + 1) return false;
    last = next.last;
    marks ^= next.marks;
    return true;
  }
  friend bool operator==(const ReceiptRun&, const ReceiptRun&) = default;
};

}  // namespace kith::wire
