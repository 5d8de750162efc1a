// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/handlers/heavy_work.h"

namespace kith {

bool HeavyWork::take_turn(Line line, std::coroutine_handle<> waiter, bool& taken) {
  {
    const std::lock_guard lock(mutex_);
    Queue<std::coroutine_handle<>>& queue = waiting_[static_cast<size_t>(line)];
    if (queue.size() >= kWaitingMax) {
      taken = false;
      return false;
    }
    if (busy_) {
      queue.push(waiter);
      return true;
    }
    busy_ = true;
  }
  worker_.post(waiter);  // nothing of the waiter is touched any more: it may run already
  return true;
}

void HeavyWork::end_turn() {
  std::coroutine_handle<> next;
  {
    const std::lock_guard lock(mutex_);
    for (Queue<std::coroutine_handle<>>& queue : waiting_) {
      if (next || queue.empty()) continue;
      next = queue.front();
      queue.pop_front();
    }
    busy_ = static_cast<bool>(next);
  }
  if (next) worker_.post(next);
}

}  // namespace kith
