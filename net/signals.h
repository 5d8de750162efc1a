// SPDX-License-Identifier: AGPL-3.0-or-later

// SIGTERM, SIGINT, SIGHUP as events of a loop.
#pragma once

#include <functional>
#include <initializer_list>

#include "net/event_loop.h"

namespace kith::net {

// Blocks the signals in the calling thread and in those it starts afterwards: make it before any other thread. The
// function runs on the loop, with the signal's number. The loop does not run any more when this is destroyed.
class Signals final : public EventHandler {
 public:
  Signals(EventLoop& loop, std::initializer_list<int> signals, std::move_only_function<void(int)> function);
  ~Signals() override;
  void on_events(uint32_t events) override;

 private:
  EventLoop& loop_;
  int fd_ = -1;
  std::move_only_function<void(int)> function_;
};

}  // namespace kith::net
