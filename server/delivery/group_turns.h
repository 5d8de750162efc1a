// SPDX-License-Identifier: AGPL-3.0-or-later

// Of each group one at a time, in the order in which they came:
//
//   co_await turns.take(group);
//   …
//   turns.end(group);
#pragma once

#include <algorithm>
#include <coroutine>
#include <deque>
#include <utility>
#include <vector>

#include "base/executor.h"
#include "base/ids.h"

namespace kith {

// Calls:  on one executor.
// Limits: as many wait as come: whoever calls has a bound on that.
class GroupTurns {
 public:
  GroupTurns() = default;
  GroupTurns(const GroupTurns&) = delete;
  GroupTurns& operator=(const GroupTurns&) = delete;

  [[nodiscard]] auto take(const GroupId& group) {
    struct Awaiter {
      GroupTurns& turns;
      GroupId group;
      [[nodiscard]] bool await_ready() const {
        if (std::ranges::find(turns.taken_, group) != turns.taken_.end()) return false;
        turns.taken_.push_back(group);
        return true;
      }
      void await_suspend(std::coroutine_handle<> waiter) const { turns.waiters_.emplace_back(group, waiter); }
      void await_resume() const {}
    };
    return Awaiter{*this, group};
  }

  // The next in line goes on from the executor's queue, not inside this call.
  void end(const GroupId& group) {
    const auto next = std::ranges::find(waiters_, group, &Waiter::first);
    if (next == waiters_.end()) {
      std::erase(taken_, group);
      return;
    }
    Executor::current()->post(next->second);
    waiters_.erase(next);
  }

 private:
  using Waiter = std::pair<GroupId, std::coroutine_handle<>>;

  std::vector<GroupId> taken_;  // a few: most end before anybody else comes
  std::deque<Waiter> waiters_;
};

}  // namespace kith
