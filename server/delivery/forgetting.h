// SPDX-License-Identifier: AGPL-3.0-or-later

// What one inbox has on disk, and how it goes from there.
//
// How much is stored is counted for the inbox's bounds: an estimate, since sweeps of what has expired are not told
// here. What was confirmed is forgotten some time later, with a batch: an inbox comes up once (the list of the group
// commit), and whatever was confirmed until then goes. What a Hello confirms was sent by an earlier session, which
// nobody remembers: it is read once more for its receipts before it is forgotten (trimmed).
//
//     after, up_to: what is to be trimmed
//       |          |
//   ----+----------+-----------+------------->  positions
//                          confirmed
//
// Rules
//   INBOX-1  only what is confirmed is forgotten.
//   TICK-1   what a Hello has confirmed is not forgotten before its receipts are made; what it withheld makes none.
//
// A part of DeviceInbox, without I/O and clock.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/ids.h"
#include "server/ports/inbox_store.h"

namespace kith {

class Forgetting {
 public:
  // ---- what is stored

  [[nodiscard]] uint64_t stored_count() const { return stored_count_; }
  [[nodiscard]] uint64_t stored_bytes() const { return stored_bytes_; }
  void count_stored(uint64_t count, uint64_t bytes) {
    stored_count_ += count;
    stored_bytes_ += bytes;
  }
  void count_gone(uint64_t count, uint64_t bytes);
  void count_all_gone() { stored_count_ = stored_bytes_ = 0; }

  // ---- forgetting

  // What is confirmed is to be forgotten on disk. True when the inbox is to be put into the list: it is in none yet.
  bool later(Position confirmed);
  [[nodiscard]] bool is_listed() const { return listed_to_.value != 0; }
  struct Answer {
    std::optional<Position> up_to;  // to be forgotten now
    bool list_again = false;        // more was confirmed since it was put into the list
  };
  // The inbox has come up in the list, and left it. While there is something to trim nothing is forgotten: the end of
  // that asks again.
  Answer come_up();
  // The inbox has left the list for nothing: the device is no more.
  void leave_list() { listed_to_ = {}; }

  // ---- trimming

  // Stored entries after `after`, up to `up_to`, were confirmed by a Hello. Whatever is left of an earlier one is done
  // with them. `withheld`, ascending: of which entries no receipt is made.
  void trim(Position after, Position up_to, std::vector<Position> withheld);
  [[nodiscard]] bool has_to_trim() const { return trim_ != nullptr; }
  // One reader at a time: true when it may begin.
  bool begin_trim();
  [[nodiscard]] bool is_trimming() const { return trim_ && trim_->reading; }
  [[nodiscard]] Position trim_after() const { return trim_->after; }
  [[nodiscard]] bool is_trimmed() const { return trim_->after >= trim_->up_to; }
  // What was read after trim_after(), as far as it is confirmed: this is done with, and no longer stored.
  std::span<const InboxEntry> trimmed(std::span<const InboxEntry> read);
  [[nodiscard]] std::span<const Position> withheld() const { return trim_->withheld; }
  // The reader ends, whether everything is trimmed or the store was away.
  void end_trim();

 private:
  // Present only while something is to be trimmed.
  struct Trim {
    Position after;
    Position up_to;
    std::vector<Position> withheld;
    bool reading = false;
  };

  uint64_t stored_count_ = 0;
  uint64_t stored_bytes_ = 0;
  Position listed_to_;  // what was confirmed when the inbox was put into the list; zero: it is not there
  Position confirmed_;  // what may be forgotten
  std::unique_ptr<Trim> trim_;
};

}  // namespace kith
