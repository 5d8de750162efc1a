// SPDX-License-Identifier: AGPL-3.0-or-later

// Time that passes, for code that runs on one executor: the server's event loops, or virtual time.
#pragma once

#include <cstdint>
#include <functional>

namespace kith {

class Timers {
 public:
  virtual ~Timers() = default;

  // Never zero, so zero can mean "no timer".
  using Handle = uint64_t;

  // Calls `function` once on the executor that the timers belong to, `delay_ms` from now or a little later. Called on
  // that executor.
  virtual Handle after(uint64_t delay_ms, std::move_only_function<void()> function) = 0;
  // The function is not called any more and is destroyed. A handle that has fired or was cancelled is not an error.
  virtual void cancel(Handle handle) = 0;
};

}  // namespace kith
