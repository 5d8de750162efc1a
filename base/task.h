// SPDX-License-Identifier: AGPL-3.0-or-later

// Coroutines of the server. No exceptions pass through them: one that escapes ends the program.
//
//   Task<T>      a function that can wait. Starts when awaited; awaited once.
//   OneShot<T>   a value that somebody sets and one coroutine waits for, on one executor.
//   TaskScope    background tasks that shutdown waits for.
//
// Rules (docs/decisions/0003): parameters by value or references to what outlives the task; no coroutine lambda with
// captures; no lock and no borrowed reference across co_await; pass temporaries to an awaited call by name first (g++
// 12 destroys some of them twice).
#pragma once

#include <cassert>
#include <coroutine>
#include <cstddef>
#include <exception>
#include <optional>
#include <utility>

#include "base/executor.h"

namespace kith {

template <class T = void>
class Task;

namespace task_detail {

struct FinalAwaiter {
  [[nodiscard]] bool await_ready() const noexcept { return false; }
  template <class Promise>
  std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> finished) const noexcept {
    const std::coroutine_handle<> continuation = finished.promise().continuation;
    return continuation ? continuation : std::noop_coroutine();
  }
  void await_resume() const noexcept {}
};

struct PromiseBase {
  std::coroutine_handle<> continuation;
  [[nodiscard]] std::suspend_always initial_suspend() const noexcept { return {}; }
  [[nodiscard]] FinalAwaiter final_suspend() const noexcept { return {}; }
  [[noreturn]] void unhandled_exception() const noexcept { std::terminate(); }
};

template <class T>
struct Promise : PromiseBase {
  std::optional<T> value;
  Task<T> get_return_object() noexcept;
  template <class U>
  void return_value(U&& result) {
    value.emplace(std::forward<U>(result));
  }
  T take() { return std::move(*value); }
};

template <>
struct Promise<void> : PromiseBase {
  Task<void> get_return_object() noexcept;
  void return_void() const noexcept {}
  void take() const noexcept {}
};

}  // namespace task_detail

template <class T>
class [[nodiscard]] Task {
 public:
  using promise_type = task_detail::Promise<T>;

  explicit Task(std::coroutine_handle<promise_type> coroutine) : coroutine_(coroutine) {}
  Task(Task&& other) noexcept : coroutine_(std::exchange(other.coroutine_, nullptr)) {}
  Task& operator=(Task&&) = delete;
  ~Task() {
    if (coroutine_) coroutine_.destroy();
  }

  auto operator co_await() && noexcept {
    struct Awaiter {
      std::coroutine_handle<promise_type> coroutine;
      [[nodiscard]] bool await_ready() const noexcept { return false; }
      std::coroutine_handle<> await_suspend(std::coroutine_handle<> continuation) const noexcept {
        coroutine.promise().continuation = continuation;
        return coroutine;
      }
      T await_resume() const { return coroutine.promise().take(); }
    };
    return Awaiter{coroutine_};
  }

 private:
  std::coroutine_handle<promise_type> coroutine_;
};

namespace task_detail {
template <class T>
Task<T> Promise<T>::get_return_object() noexcept {
  return Task<T>(std::coroutine_handle<Promise<T>>::from_promise(*this));
}
inline Task<void> Promise<void>::get_return_object() noexcept {
  return Task<void>(std::coroutine_handle<Promise<void>>::from_promise(*this));
}
}  // namespace task_detail

// A value set once and awaited once, in either order, both on the executor that made it.
template <class T>
class OneShot {
 public:
  OneShot() = default;
  OneShot(const OneShot&) = delete;
  OneShot& operator=(const OneShot&) = delete;

  // Resumes the waiter, if there is one, from the executor's queue and not inside this call.
  void set(T value) {
    assert(!value_);
    value_.emplace(std::move(value));
    if (waiter_) Executor::current()->post(std::exchange(waiter_, nullptr));
  }
  [[nodiscard]] bool is_set() const { return value_.has_value(); }

  [[nodiscard]] bool await_ready() const noexcept { return value_.has_value(); }
  void await_suspend(std::coroutine_handle<> continuation) noexcept { waiter_ = continuation; }
  T await_resume() { return std::move(*value_); }

 private:
  std::optional<T> value_;
  std::coroutine_handle<> waiter_;
};

// Owns background tasks. Belongs to one executor; everything is called there.
class TaskScope {
 public:
  TaskScope() = default;
  TaskScope(const TaskScope&) = delete;
  TaskScope& operator=(const TaskScope&) = delete;
  // All tasks have ended: the owner has awaited `join` or knows it.
  ~TaskScope() { assert(running_ == 0); }

  // Starts the task now, inside this call, up to its first wait. It must end on the executor it began on.
  void spawn(Task<void> task) {
    ++running_;
    run(std::move(task));
  }
  [[nodiscard]] size_t running() const { return running_; }

  // Completes when no task runs. At most one waiter.
  [[nodiscard]] auto join() {
    struct Awaiter {
      TaskScope& scope;
      [[nodiscard]] bool await_ready() const noexcept { return scope.running_ == 0; }
      void await_suspend(std::coroutine_handle<> continuation) const noexcept { scope.joiner_ = continuation; }
      void await_resume() const noexcept {}
    };
    return Awaiter{*this};
  }

 private:
  struct Detached {
    struct promise_type {
      [[nodiscard]] Detached get_return_object() const noexcept { return {}; }
      [[nodiscard]] std::suspend_never initial_suspend() const noexcept { return {}; }
      [[nodiscard]] std::suspend_never final_suspend() const noexcept { return {}; }
      void return_void() const noexcept {}
      [[noreturn]] void unhandled_exception() const noexcept { std::terminate(); }
    };
  };
  Detached run(Task<void> task) {
    co_await std::move(task);
    if (--running_ == 0 && joiner_) Executor::current()->post(std::exchange(joiner_, nullptr));
  }

  size_t running_ = 0;
  std::coroutine_handle<> joiner_;
};

}  // namespace kith
