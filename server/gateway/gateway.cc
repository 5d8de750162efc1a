// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/gateway/gateway.h"

#include <spdlog/spdlog.h>

#include <cerrno>
#include <cstring>

#include "net/descriptor_tables.h"
#include "net/socket.h"
#include "server/gateway/gateway_loop.h"
#include "server/gateway/pause.h"
#include "server/gateway/shared.h"

namespace kith::gateway {
namespace {

constexpr uint64_t kDrainStepMs = 5;

}  // namespace

struct Gateway::State {
  State(Services& services, GatewaySettings settings, GatewayHooks hooks, net::DescriptorTables* tables)
      : shared(services, std::move(settings), std::move(hooks), tables) {}
  Shared shared;
  std::vector<uint16_t> ports;
};

Gateway::Gateway(std::vector<net::EventLoop*> loops, Services& services, GatewaySettings settings, GatewayHooks hooks,
                 net::DescriptorTables* tables)
    : state_(std::make_unique<State>(services, std::move(settings), std::move(hooks), tables)) {
  for (size_t i = 0; i < loops.size(); ++i)
    state_->shared.loops.push_back(std::make_unique<GatewayLoop>(*loops[i], state_->shared, i));
}

Gateway::~Gateway() = default;

Result<void, std::string> Gateway::start() {
  Shared& shared = state_->shared;
  for (const std::string& proxy : shared.settings.trusted_proxies) {
    if (!net::PeerAddress::parse(proxy)) return Fail("trusted proxy \"" + proxy + "\" is no IP address");
  }
  if (auto loaded = shared.load(); !loaded) return loaded;
  // All are bound before one is used, so that a failure leaves nothing behind.
  std::vector<std::vector<net::Descriptor>> sockets(shared.loops.size());
  for (const std::string& address : shared.settings.listen) {
    uint16_t port = 0;
    for (auto& of_loop : sockets) {
      auto socket = net::listen_on(address, port);
      if (!socket) return Fail(socket.error());
      port = net::local_port(socket->get());
      of_loop.push_back(std::move(*socket));
    }
    state_->ports.push_back(port);
  }
  for (size_t i = 0; i < sockets.size(); ++i) {
    GatewayLoop& loop = *shared.loops[i];
    if (shared.tables == nullptr) {
      loop.loop().post([&loop, of_loop = std::move(sockets[i])]() mutable {
        for (net::Descriptor& socket : of_loop) loop.listen(std::move(socket));
      });
      continue;
    }
    // Small numbers: the tickets of connections are addresses.
    for (size_t k = 0; k < sockets[i].size(); ++k) {
      if (!shared.tables->hand_over(sockets[i][k], i, k))
        return Fail("the kernel takes no socket from thread to thread: " + std::string(std::strerror(errno)));
      loop.loop().post([&loop, &shared, i, k] { loop.listen(shared.tables->take(i, k)); });
    }
  }
  return {};
}

std::vector<uint16_t> Gateway::ports() const { return state_->ports; }

Result<void, std::string> Gateway::reload() { return state_->shared.load(); }

void Gateway::leave_loop(size_t index) {
  GatewayLoop& loop = *state_->shared.loops[index];
  loop.loop().run_turn(0);  // those who are on their way here arrive
  loop.stop_listening();
  loop.close_all();
  loop.loop().run_turn(0);  // the listeners close in it
  state_->shared.tables->leave(index);
}

Gateway::Counts Gateway::counts() const {
  Counts counts;
  counts.connections = state_->shared.connections.total();
  for (const auto& loop : state_->shared.loops) counts.sessions += loop->metrics().sessions.value();
  return counts;
}

Task<void> Gateway::drain() {
  Shared& shared = state_->shared;
  Executor& here = *Executor::current();
  net::EventLoop& clock = static_cast<net::EventLoop&>(here);
  const uint64_t deadline_ms = clock.now_ms() + shared.settings.drain_ms;
  shared.draining = true;
  spdlog::info("draining: {} connections", shared.connections.total());
  for (const auto& loop : shared.loops) {
    co_await enter(loop->loop());
    loop->stop_listening();
    loop->begin_drain();
  }
  for (;;) {
    co_await enter(here);
    if (shared.connections.total() == 0 || clock.now_ms() >= deadline_ms) break;
    co_await Pause{clock, kDrainStepMs};
    for (const auto& loop : shared.loops) {
      co_await enter(loop->loop());
      loop->finish();
    }
  }
  if (const uint64_t left = shared.connections.total(); left != 0) {
    spdlog::warn("draining took too long: {} connections are cut", left);
    for (const auto& loop : shared.loops) {
      co_await enter(loop->loop());
      loop->close_all();
    }
    co_await enter(here);
  }
}

}  // namespace kith::gateway
