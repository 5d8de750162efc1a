// SPDX-License-Identifier: AGPL-3.0-or-later

// Waits on the loop that the coroutine runs on.
#pragma once

#include <coroutine>
#include <cstdint>

#include "net/event_loop.h"

namespace kith::gateway {

//   co_await Pause{loop, 5};
struct Pause {
  net::EventLoop& loop;
  uint64_t delay_ms;
  [[nodiscard]] bool await_ready() const { return false; }
  void await_suspend(std::coroutine_handle<> waiting) const {
    loop.after(delay_ms, [waiting] { waiting.resume(); });
  }
  void await_resume() const {}
};

}  // namespace kith::gateway
