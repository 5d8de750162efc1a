// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/search_index.h"

#include <algorithm>
#include <utility>

#include "core/store/messages_table.h"

namespace kith::core {
namespace {

constexpr uint64_t kPauseMs = 20;  // between one stretch and the next, for whatever else comes

}  // namespace

SearchIndex::SearchIndex(MessagesTable& messages, Timers& timers, Clock& clock)
    : messages_(messages), clock_(clock), timer_(timers) {}

void SearchIndex::pump() {
  if (!std::exchange(look_, false) || working_) return;
  const uint64_t now = clock_.monotonic().value;
  if (!timer_.is_set()) latest_ms_ = now + kLatestMs;
  timer_.set({std::min(now + kQuietMs, latest_ms_)}, [this] { index_some(); });
}

void SearchIndex::index_some() {
  working_ = messages_.index(kAtOnce);
  if (working_) timer_.set({clock_.monotonic().value + kPauseMs}, [this] { index_some(); });
}

}  // namespace kith::core
