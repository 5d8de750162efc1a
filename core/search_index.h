// SPDX-License-Identifier: AGPL-3.0-or-later

// Brings new messages into the full-text index in quiet moments: what that costs, some 45 us a message, is not paid
// while a backlog comes in. Searches read what is not in it yet (MessagesTable::search), so they find it at any time.
#pragma once

#include "core/timers.h"

namespace kith::core {

class MessagesTable;

class SearchIndex {
 public:
  static constexpr uint64_t kQuietMs = 1'000;
  static constexpr uint64_t kLatestMs = 30'000;
  static constexpr int64_t kAtOnce = 256;

  // Borrows all three.
  SearchIndex(MessagesTable& messages, Timers& timers, Clock& clock);

  // Messages were stored: they are indexed after kQuietMs without further ones, or kLatestMs, kAtOnce at a time until
  // all are. A table that has very many of them does so by itself.
  void look_again() { look_ = true; }
  void pump();

 private:
  void index_some();

  MessagesTable& messages_;
  Clock& clock_;
  bool look_ = true;      // an earlier run of the program may have left some
  bool working_ = false;  // it goes on until all are indexed
  uint64_t latest_ms_ = 0;
  Timer timer_;
};

}  // namespace kith::core
