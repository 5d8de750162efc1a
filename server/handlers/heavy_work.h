// SPDX-License-Identifier: AGPL-3.0-or-later

// Work that takes a tenth of a second of a processor (Argon2id), on an executor of its own, one at a time.
//
// Order:  of two lines, registrations' (a PIN is verified) always comes before the other (a PIN is set); each in order.
// Limits: kWaitingMax wait in each line; whoever comes beyond is told so at once. So a verification waits for at most
//         one setting that has begun, and nobody waits for longer than the line is.
// Calls:  from any executor.
#pragma once

#include <array>
#include <coroutine>
#include <mutex>
#include <optional>
#include <type_traits>

#include "base/executor.h"
#include "base/task.h"
#include "server/delivery/queue.h"

namespace kith {

class HeavyWork {
 public:
  static constexpr size_t kWaitingMax = 32;
  enum class Line : uint8_t { kVerify, kSet };

  // The executor outlives this. Not explicit: Services is made of one.
  HeavyWork(Executor& worker) : worker_(worker) {}  // NOLINT(google-explicit-constructor)
  HeavyWork(const HeavyWork&) = delete;
  HeavyWork& operator=(const HeavyWork&) = delete;

  // Calls the function on the worker and goes on where the caller was. Absent: too many wait, and it was not called.
  template <class Function>
  Task<std::optional<std::invoke_result_t<Function&>>> run(Line line, Function function) {
    Executor& caller = *Executor::current();
    if (!co_await Turn{*this, line}) co_return std::nullopt;
    std::optional<std::invoke_result_t<Function&>> result(function());
    end_turn();
    co_await enter(caller);
    co_return result;
  }

 private:
  struct Turn {
    HeavyWork& work;
    Line line;
    bool taken = true;
    [[nodiscard]] bool await_ready() const { return false; }
    bool await_suspend(std::coroutine_handle<> waiter) { return work.take_turn(line, waiter, taken); }
    [[nodiscard]] bool await_resume() const { return taken; }
  };
  // False: the waiter goes on at once, without a turn.
  bool take_turn(Line line, std::coroutine_handle<> waiter, bool& taken);
  void end_turn();

  Executor& worker_;
  std::mutex mutex_;
  bool busy_ = false;                                      // guarded by mutex_
  std::array<Queue<std::coroutine_handle<>>, 2> waiting_;  // guarded by mutex_; by Line
};

}  // namespace kith
