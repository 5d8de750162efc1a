// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/search_index.h"

#include "core/engine.h"

namespace kith::core {
namespace {

constexpr uint64_t kQuietMs = 1'000;
constexpr uint64_t kPauseMs = 20;  // between one stretch and the next, for whatever else comes
constexpr int64_t kAtOnce = 256;

}  // namespace

SearchIndex::SearchIndex(Engine& engine) : engine_(engine), timer_(engine.timers) {}

void SearchIndex::pump() {
  if (!look_) return;
  look_ = false;
  timer_.set(engine_.in_ms(kQuietMs), [this] { index_some(); });
}

void SearchIndex::index_some() {
  if (engine_.store.messages.index(kAtOnce)) timer_.set(engine_.in_ms(kPauseMs), [this] { index_some(); });
}

}  // namespace kith::core
