// SPDX-License-Identifier: AGPL-3.0-or-later

// What the contract suites of ports share: the backends they run on, and an executor on the test's own thread.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <ostream>
#include <utility>
#include <vector>

#include "base/executor.h"
#include "base/task.h"

namespace kith {

// What a contract suite is run on: each of its tests makes a backend, which has the stores under test.
template <class Backend>
struct ContractCase {
  const char* name;
  std::function<std::unique_ptr<Backend>()> make;
  friend void PrintTo(const ContractCase& backend, std::ostream* out) { *out << backend.name; }
};

// Everything is called by the thread that made it; post() by any.
class ContractRunner final : public Executor {
 public:
  ContractRunner() : current_(*this) {}

  void post(std::coroutine_handle<> continuation) override {
    post(std::move_only_function<void()>([continuation] { continuation.resume(); }));
  }
  void post(std::move_only_function<void()> function) override {
    const std::lock_guard lock(mutex_);
    queue_.push_back(std::move(function));
    wake_.notify_one();
  }

  // Completes the task, whatever other threads it needs.
  template <class T>
  T run(Task<T> task) {
    std::optional<T> value;
    TaskScope scope;
    scope.spawn(keep(std::move(task), value));
    while (scope.running() > 0) step();
    return std::move(*value);
  }
  // Starts all of them, then completes them; values in the order of the tasks.
  template <class T>
  std::vector<T> run_all(std::vector<Task<T>> tasks) {
    std::vector<std::optional<T>> values(tasks.size());
    TaskScope scope;
    for (size_t i = 0; i < tasks.size(); ++i) scope.spawn(keep(std::move(tasks[i]), values[i]));
    while (scope.running() > 0) step();
    std::vector<T> out;
    for (auto& value : values) out.push_back(std::move(*value));
    return out;
  }

 private:
  template <class T>
  static Task<void> keep(Task<T> task, std::optional<T>& value) {
    value.emplace(co_await std::move(task));
  }
  void step() {
    std::move_only_function<void()> next;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return !queue_.empty(); });
      next = std::move(queue_.front());
      queue_.pop_front();
    }
    next();
  }

  CurrentExecutor current_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::move_only_function<void()>> queue_;
};

}  // namespace kith
