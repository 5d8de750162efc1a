// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/timers.h"

namespace kith::core {

Timers::Id Timers::set(MonotonicMs at, std::function<void()> function) {
  const Id id = ++last_;
  queue_.emplace(std::pair(at.value, id), std::move(function));
  deadlines_.emplace(id, at.value);
  return id;
}

void Timers::cancel(Id& id) {
  if (const auto found = deadlines_.find(id); found != deadlines_.end()) {
    queue_.erase({found->second, id});
    deadlines_.erase(found);
  }
  id = 0;
}

void Timers::clear() {
  queue_.clear();
  deadlines_.clear();
}

std::optional<MonotonicMs> Timers::next() const {
  if (queue_.empty()) return std::nullopt;
  return MonotonicMs{queue_.begin()->first.first};
}

void Timers::run_due(MonotonicMs now) {
  while (!queue_.empty() && queue_.begin()->first.first <= now.value) {
    const auto first = queue_.begin();
    const std::function<void()> function = std::move(first->second);
    deadlines_.erase(first->first.second);
    queue_.erase(first);
    function();
  }
}

void Timer::set(MonotonicMs at, std::function<void()> function) {
  cancel();
  id_ = timers_.set(at, [this, function = std::move(function)] {
    id_ = 0;
    function();
  });
}

}  // namespace kith::core
