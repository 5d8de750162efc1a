// SPDX-License-Identifier: AGPL-3.0-or-later

// At most so many at once of something; whoever comes beyond that waits, in order of arrival.
//
//   co_await semaphore.acquire();
//   …
//   semaphore.release();
#pragma once

#include <coroutine>
#include <cstddef>

#include "base/executor.h"
#include "server/delivery/queue.h"

namespace kith::gateway {

// Calls:  on one executor.
// Limits: as many wait as come: whoever calls has a bound on that.
class Semaphore {
 public:
  explicit Semaphore(size_t count) : free_(count) {}
  Semaphore(const Semaphore&) = delete;
  Semaphore& operator=(const Semaphore&) = delete;

  [[nodiscard]] auto acquire() {
    struct Awaiter {
      Semaphore& semaphore;
      [[nodiscard]] bool await_ready() const {
        if (semaphore.free_ == 0) return false;
        --semaphore.free_;
        return true;
      }
      void await_suspend(std::coroutine_handle<> waiter) const { semaphore.waiters_.push(waiter); }
      void await_resume() const {}
    };
    return Awaiter{*this};
  }

  // The next in line goes on from the executor's queue, not inside this call.
  void release() {
    if (waiters_.empty()) {
      ++free_;
      return;
    }
    Executor::current()->post(waiters_.front());
    waiters_.pop_front();
  }

 private:
  size_t free_;
  Queue<std::coroutine_handle<>> waiters_;
};

}  // namespace kith::gateway
