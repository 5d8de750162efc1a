// SPDX-License-Identifier: AGPL-3.0-or-later

// Switches for the faults of a store in memory. Any thread may call.
#pragma once

#include <coroutine>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "base/executor.h"
#include "server/ports/store_error.h"

namespace kith::testing {

// What a test can do to a store.
class Faults {
 public:
  // Every call fails with this until told otherwise.
  void fail(std::optional<StoreError> error) {
    const std::lock_guard lock(mutex_);
    failing_ = error;
  }
  // The next `count` calls fail.
  void fail_next(StoreError error, int count = 1) {
    const std::lock_guard lock(mutex_);
    next_error_ = error;
    next_count_ = count;
  }
  // Calls wait (before they take effect) until release().
  void hold() {
    const std::lock_guard lock(mutex_);
    held_ = true;
  }
  // Calls wait for one turn of their loop, so that nothing completes inside the call.
  void answer_later(bool later) {
    const std::lock_guard lock(mutex_);
    later_ = later;
  }
  void release() {
    const std::lock_guard lock(mutex_);
    held_ = false;
    for (auto& [executor, waiter] : waiting_) executor->post(waiter);
    waiting_.clear();
  }
  // Lets one of the calls that wait go on, the oldest if it is not said which.
  void release_one(size_t index = 0) {
    const std::lock_guard lock(mutex_);
    if (index >= waiting_.size()) return;
    waiting_[index].first->post(waiting_[index].second);
    waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(index));
  }
  // How many there were.
  [[nodiscard]] uint64_t calls() const {
    const std::lock_guard lock(mutex_);
    return calls_;
  }
  [[nodiscard]] size_t waiting() const {
    const std::lock_guard lock(mutex_);
    return waiting_.size();
  }

  // For the stores: `co_await enter_call()` at the start of each call answers with what it is to fail with.
  [[nodiscard]] auto enter_call() {
    struct Awaiter {
      Faults& faults;
      [[nodiscard]] bool await_ready() const {
        const std::lock_guard lock(faults.mutex_);
        return !faults.held_ && !faults.later_;
      }
      void await_suspend(std::coroutine_handle<> waiter) const {
        const std::lock_guard lock(faults.mutex_);
        if (faults.held_) {
          faults.waiting_.emplace_back(Executor::current(), waiter);
        } else {
          Executor::current()->post(waiter);
        }
      }
      [[nodiscard]] std::optional<StoreError> await_resume() const { return faults.take_fault(); }
    };
    return Awaiter{*this};
  }
  [[nodiscard]] std::optional<StoreError> take_fault() {
    const std::lock_guard lock(mutex_);
    ++calls_;
    if (next_count_ > 0) {
      --next_count_;
      return next_error_;
    }
    return failing_;
  }

 private:
  mutable std::mutex mutex_;
  bool held_ = false;
  bool later_ = false;
  std::optional<StoreError> failing_;
  StoreError next_error_{};
  int next_count_ = 0;
  uint64_t calls_ = 0;
  std::vector<std::pair<Executor*, std::coroutine_handle<>>> waiting_;
};

}  // namespace kith::testing
