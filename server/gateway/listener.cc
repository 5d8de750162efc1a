// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/gateway/listener.h"

#include <spdlog/spdlog.h>
#include <sys/epoll.h>

#include "server/gateway/gateway_loop.h"

namespace kith::gateway {

Listener::Listener(GatewayLoop& home, net::Descriptor socket) : home_(home), socket_(std::move(socket)) {
  if (!home_.loop().add(socket_.get(), EPOLLIN, *this)) spdlog::error("the kernel refuses to watch a listening socket");
}

Listener::~Listener() {
  home_.loop().cancel(resume_timer_);
  home_.loop().remove(socket_.get());
}

void Listener::on_events(uint32_t) {
  for (int i = 0; i < kBatch; ++i) {
    net::Accepted accepted = net::accept_from(socket_.get());
    if (accepted.exhausted) {
      home_.metrics().connections_refused.add();
      if (home_.shared().descriptors_warning.is_due(home_.loop().now_ms()))
        spdlog::warn("out of descriptors or memory: no new connections for {} ms at a time", kPauseMs);
      home_.loop().modify(socket_.get(), 0, *this);
      resume_timer_ = home_.loop().after(kPauseMs, [this] { home_.loop().modify(socket_.get(), EPOLLIN, *this); });
      return;
    }
    if (!accepted.socket) return;
    home_.accept(std::move(accepted.socket), accepted.peer);
  }
}

}  // namespace kith::gateway
