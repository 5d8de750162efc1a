// SPDX-License-Identifier: AGPL-3.0-or-later

// Where coroutines run: the server's event loops, or the simulator's.
#pragma once

#include <coroutine>
#include <functional>

namespace kith {

// Runs what is posted to it, one at a time, in the order posted by any one thread.
class Executor {
 public:
  virtual ~Executor() = default;

  // Resumes the coroutine here, later: never inside this call. Any thread may call.
  virtual void post(std::coroutine_handle<> continuation) = 0;
  // The same for a plain function.
  virtual void post(std::move_only_function<void()> function) = 0;

  // The executor that runs the calling code; null on a thread that is none. Set by executors with CurrentExecutor.
  [[nodiscard]] static Executor* current() { return current_; }

 private:
  friend class CurrentExecutor;
  inline static thread_local Executor* current_ = nullptr;
};

// Marks the calling thread as running `executor` while it lives.
class CurrentExecutor {
 public:
  explicit CurrentExecutor(Executor& executor) : previous_(Executor::current_) { Executor::current_ = &executor; }
  ~CurrentExecutor() { Executor::current_ = previous_; }
  CurrentExecutor(const CurrentExecutor&) = delete;
  CurrentExecutor& operator=(const CurrentExecutor&) = delete;

 private:
  Executor* previous_;
};

// `co_await enter(executor)`: the rest of the coroutine runs on `executor`. Goes on at once when it is there already.
// Two coroutines that enter the same executor from the same other one keep their order.
class [[nodiscard]] enter {
 public:
  explicit enter(Executor& executor) : executor_(executor) {}
  [[nodiscard]] bool await_ready() const { return Executor::current() == &executor_; }
  void await_suspend(std::coroutine_handle<> continuation) const { executor_.post(continuation); }
  void await_resume() const {}

 private:
  Executor& executor_;
};

// `co_await later(executor)`: the rest of the coroutine runs on `executor` in a later turn, also when it is there
// already.
class [[nodiscard]] later {
 public:
  explicit later(Executor& executor) : executor_(executor) {}
  [[nodiscard]] bool await_ready() const { return false; }
  void await_suspend(std::coroutine_handle<> continuation) const { executor_.post(continuation); }
  void await_resume() const {}

 private:
  Executor& executor_;
};

}  // namespace kith
