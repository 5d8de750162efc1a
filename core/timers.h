// SPDX-License-Identifier: AGPL-3.0-or-later

// The deadlines of the core, on the monotonic clock: setting the system's clock moves none of them.
//
// Ownership: functions are kept until they ran, or were cancelled or cleared. One thread.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <utility>

#include "base/clock.h"

namespace kith::core {

class Timers {
 public:
  // A handle to cancel by; zero is none.
  using Id = uint64_t;

  Id set(MonotonicMs at, std::function<void()> function);
  // Nothing happens when it ran already. Sets the handle to none.
  void cancel(Id& id);
  void clear();

  [[nodiscard]] std::optional<MonotonicMs> next() const;
  // Runs what is due, in order of deadline. What a function sets for now or earlier runs in the same call.
  void run_due(MonotonicMs now);

 private:
  Id last_ = 0;
  std::map<std::pair<uint64_t, Id>, std::function<void()>> queue_;
  std::map<Id, uint64_t> deadlines_;
};

// One deadline of one owner: setting it again replaces the one before.
class Timer {
 public:
  explicit Timer(Timers& timers) : timers_(timers) {}
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  ~Timer() { cancel(); }

  void set(MonotonicMs at, std::function<void()> function);
  void cancel() { timers_.cancel(id_); }
  [[nodiscard]] bool is_set() const { return id_ != 0; }

 private:
  Timers& timers_;
  Timers::Id id_ = 0;
};

}  // namespace kith::core
