// SPDX-License-Identifier: AGPL-3.0-or-later

// Loops and time that belong to a test: nothing runs and no time passes but when the test says so.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/executor.h"
#include "base/random.h"
#include "base/task.h"
#include "base/timers.h"

namespace kith::testing {

class VirtualClock final : public Clock {
 public:
  [[nodiscard]] UnixMicros now() const override { return {unix_us}; }
  [[nodiscard]] MonotonicMs monotonic() const override { return {monotonic_us / 1000}; }
  void pass(uint64_t ms) {
    unix_us += ms * 1000;
    monotonic_us += ms * 1000;
  }

  uint64_t unix_us = 1'700'000'000'000'000;
  uint64_t monotonic_us = 1'000'000'000;
};

// An executor whose steps the test takes.
class VirtualLoop final : public Executor, public Timers {
 public:
  explicit VirtualLoop(VirtualClock& clock) : clock_(clock) {}
  ~VirtualLoop() override {
    // What never ran is destroyed as if the process had ended; coroutines that still wait are not.
  }

  void post(std::coroutine_handle<> continuation) override {
    post(std::move_only_function<void()>([continuation] { continuation.resume(); }));
  }
  void post(std::move_only_function<void()> function) override { queue_.push_back(std::move(function)); }

  Handle after(uint64_t delay_ms, std::move_only_function<void()> function) override {
    const Handle handle = ++last_handle_;
    timers_.emplace(std::make_pair(clock_.monotonic().value + delay_ms, handle), std::move(function));
    return handle;
  }
  void cancel(Handle handle) override {
    std::erase_if(timers_, [handle](const auto& timer) { return timer.first.second == handle; });
  }

  // Runs one function that is ready. False: there is none.
  bool step() {
    const uint64_t now = clock_.monotonic().value;
    while (!timers_.empty() && timers_.begin()->first.first <= now) {
      queue_.push_back(std::move(timers_.begin()->second));
      timers_.erase(timers_.begin());
    }
    if (queue_.empty()) return false;
    auto function = std::move(queue_.front());
    queue_.pop_front();
    const CurrentExecutor here(*this);
    function();
    return true;
  }
  // Runs the function as if the loop had called it.
  template <class Function>
  auto run(Function function) {
    const CurrentExecutor here(*this);
    return function();
  }
  [[nodiscard]] std::optional<uint64_t> next_timer_ms() const {
    if (timers_.empty()) return std::nullopt;
    return timers_.begin()->first.first;
  }

 private:
  VirtualClock& clock_;
  std::deque<std::move_only_function<void()>> queue_;
  std::map<std::pair<uint64_t, Handle>, std::move_only_function<void()>> timers_;
  Handle last_handle_ = 0;
};

// Some loops under one clock, their steps interleaved at random by a seed.
class VirtualLoops {
 public:
  explicit VirtualLoops(size_t count, uint64_t seed = 1) : random_(seed) {
    for (size_t i = 0; i < count; ++i) loops_.push_back(std::make_unique<VirtualLoop>(clock));
  }
  VirtualClock clock;

  [[nodiscard]] VirtualLoop& operator[](size_t index) { return *loops_[index]; }
  [[nodiscard]] size_t size() const { return loops_.size(); }

  // One step of a random loop that has something to do. False: none has.
  bool step() {
    const size_t first = random_() % loops_.size();
    for (size_t i = 0; i < loops_.size(); ++i) {
      if (loops_[(first + i) % loops_.size()]->step()) return true;
    }
    return false;
  }
  // Until nothing is ready; time stands still.
  void settle() {
    while (step()) {}
  }
  // Lets time pass, timer by timer.
  void pass(uint64_t ms) {
    settle();
    const uint64_t end = clock.monotonic().value + ms;
    for (;;) {
      uint64_t next = end;
      for (const auto& loop : loops_) {
        if (const auto timer = loop->next_timer_ms()) next = std::min(next, *timer);
      }
      const uint64_t now = clock.monotonic().value;
      if (next > now) clock.pass(next - now);
      settle();
      if (clock.monotonic().value >= end) return;
    }
  }

  // Starts the task on the loop and runs all loops until it completes; time passes as needed, at most `patience_ms`.
  template <class T>
  T run(size_t loop, Task<T> task, uint64_t patience_ms = 60'000) {
    std::optional<T> value;
    begin(loop, keep(std::move(task), value));
    for (uint64_t waited = 0; !value && waited <= patience_ms; ++waited) {
      settle();
      if (!value) pass(1);
    }
    return std::move(*value);
  }
  // Starts the task on the loop, as far as it goes at once.
  void begin(size_t loop, Task<void> task) {
    const CurrentExecutor here(*loops_[loop]);
    start(std::move(task));
  }
  template <class T>
  void begin(size_t loop, Task<T> task, std::optional<T>& value) {
    begin(loop, keep(std::move(task), value));
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
  static Detached start(Task<void> task) { co_await std::move(task); }
  template <class T>
  static Task<void> keep(Task<T> task, std::optional<T>& value) {
    value.emplace(co_await std::move(task));
  }

  std::mt19937_64 random_;
  std::vector<std::unique_ptr<VirtualLoop>> loops_;
};

// Randomness from a seed.
class SeededRandom final : public RandomSource {
 public:
  explicit SeededRandom(uint64_t seed) : engine_(seed) {}
  void fill(char* data, size_t size) override {
    for (size_t i = 0; i < size; ++i) data[i] = static_cast<char>(engine_());
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace kith::testing
