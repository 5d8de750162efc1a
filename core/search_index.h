// SPDX-License-Identifier: AGPL-3.0-or-later

// Brings new messages into the full-text index in quiet moments: what that costs, some 40 us a message, is not paid while
// a backlog comes in. Searches read what is not in it yet (MessagesTable::search), so they find everything at any time.
#pragma once

#include "core/timers.h"

namespace kith::core {

class MessagesTable;

class SearchIndex {
 public:
  // Borrows all three.
  SearchIndex(MessagesTable& messages, Timers& timers, Clock& clock);

  // Messages were stored: they are indexed after a second without further ones. A table that has very many of them does
  // so by itself.
  void look_again() { look_ = true; }
  void pump();

 private:
  void index_some();

  MessagesTable& messages_;
  Clock& clock_;
  bool look_ = true;  // an earlier run of the program may have left some
  Timer timer_;
};

}  // namespace kith::core
