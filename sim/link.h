// SPDX-License-Identifier: AGPL-3.0-or-later

// One connection between a device and the server: two streams of bytes, each in order, each with its delay.
//
//   open        bytes arrive after their delay, whole or in pieces
//   silenced    bytes of that direction vanish, and so does the news of a close: a half-open connection
//   cut         bytes under way are lost, as is what is sent now; both ends hear of it, not at the same time
#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "base/bytes.h"
#include "sim/dice.h"
#include "sim/scheduler.h"

namespace kith::sim {

enum class End : uint8_t { kDevice, kServer };

struct Delay {
  uint64_t least_us = 1000;
  uint64_t most_us = 1000;
};

class Link : public std::enable_shared_from_this<Link> {
 public:
  Link(Scheduler& scheduler, Dice& dice, Delay delay) : scheduler_(scheduler), dice_(dice), delay_(delay) {}

  // What an end does with what arrives there. An end that has left() hears nothing more.
  struct Ear {
    std::function<void(Bytes)> on_bytes;
    std::function<void()> on_closed;
  };
  void listen(End end, Ear ear) { side(end).ear = std::move(ear); }

  void send(End from, Bytes bytes) {
    if (gone(from)) return;
    if (bytes.size() > 1 && dice_.percent(15)) {
      const size_t cut = dice_.between(1, bytes.size() - 1);
      put(from, bytes.substr(0, cut));
      bytes.erase(0, cut);
    }
    put(from, std::move(bytes));
  }
  // The end closes: what it has sent still arrives, then the other end hears of it.
  void close(End from) {
    if (gone(from)) return;
    leave(from);
    scheduler_.at(arrival(from), [self = shared_from_this(), from] {
      if (!self->side(from).silenced) self->hear_close(other(from));
    });
  }
  // The end is gone without a word, as a machine that lost power.
  void leave(End end) { side(end).ear = {}; }
  // Both hear of it in their own time.
  void cut() {
    broken_ = true;
    for (const End end : {End::kDevice, End::kServer}) {
      scheduler_.after(dice_.between(0, 200'000), [self = shared_from_this(), end] { self->hear_close(end); });
    }
  }
  // Nothing more arrives from this end.
  void silence(End from) { side(from).silenced = true; }
  [[nodiscard]] bool gone(End end) const { return !sides_[static_cast<size_t>(end)].ear.on_bytes; }

 private:
  struct Side {
    Ear ear;
    uint64_t last_arrival = 0;  // of what this side has sent
    bool silenced = false;
  };
  static End other(End end) { return end == End::kDevice ? End::kServer : End::kDevice; }
  Side& side(End end) { return sides_[static_cast<size_t>(end)]; }

  uint64_t arrival(End from) {
    Side& sender = side(from);
    sender.last_arrival =
        std::max(sender.last_arrival, scheduler_.now() + dice_.between(delay_.least_us, delay_.most_us));
    return sender.last_arrival;
  }
  void put(End from, Bytes bytes) {
    scheduler_.at(arrival(from), [self = shared_from_this(), from, bytes = std::move(bytes)]() mutable {
      if (self->side(from).silenced || self->broken_ || self->gone(other(from))) return;
      const auto on_bytes = self->side(other(from)).ear.on_bytes;  // the call may take it away
      on_bytes(std::move(bytes));
    });
  }
  void hear_close(End end) {
    if (gone(end)) return;
    const Ear ear = std::exchange(side(end).ear, {});
    ear.on_closed();
  }

  Scheduler& scheduler_;
  Dice& dice_;
  Delay delay_;
  Side sides_[2];
  bool broken_ = false;  // nothing arrives any more
};

}  // namespace kith::sim
