// SPDX-License-Identifier: AGPL-3.0-or-later

// A listening socket of one loop.
#pragma once

#include "net/event_loop.h"
#include "net/socket.h"

namespace kith::gateway {

class GatewayLoop;

// Accepts a batch per turn. Out of descriptors it pauses for a moment instead of spinning.
class Listener final : public net::EventHandler {
 public:
  Listener(GatewayLoop& home, net::Descriptor socket);
  ~Listener() override;
  void on_events(uint32_t events) override;

 private:
  static constexpr int kBatch = 64;
  static constexpr uint64_t kPauseMs = 100;

  GatewayLoop& home_;
  net::Descriptor socket_;
  net::EventLoop::Handle resume_timer_ = 0;
};

}  // namespace kith::gateway
