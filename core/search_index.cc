// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/search_index.h"

#include "core/store/messages_table.h"

namespace kith::core {
namespace {

constexpr uint64_t kQuietMs = 1'000;
constexpr uint64_t kPauseMs = 20;  // between one stretch and the next, for whatever else comes
constexpr int64_t kAtOnce = 256;

}  // namespace

SearchIndex::SearchIndex(MessagesTable& messages, Timers& timers, Clock& clock)
    : messages_(messages), clock_(clock), timer_(timers) {}

void SearchIndex::pump() {
  if (!look_) return;
  look_ = false;
  timer_.set({clock_.monotonic().value + kQuietMs}, [this] { index_some(); });
}

void SearchIndex::index_some() {
  if (messages_.index(kAtOnce)) timer_.set({clock_.monotonic().value + kPauseMs}, [this] { index_some(); });
}

}  // namespace kith::core
