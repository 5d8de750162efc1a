// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/gateway/gateway_loop.h"

#include <spdlog/spdlog.h>

#include <new>

#include "net/descriptor_tables.h"
#include "net/process_memory.h"
#include "net/tls.h"
#include "server/gateway/connection.h"
#include "server/gateway/http_connection.h"
#include "server/gateway/listener.h"

namespace kith::gateway {
namespace {

constexpr uint64_t kHttpBusyMs = 120'000;
constexpr uint64_t kBucketSweepMs = 10'000;

}  // namespace

GatewayLoop::Deadlines::Deadlines(const GatewaySettings& settings)
    : handshake(settings.handshake_timeout_ms),
      idle(settings.idle_timeout_ms),
      http_idle(settings.http_keepalive_ms),
      http_progress(settings.http_progress_ms),
      http_busy(kHttpBusyMs),
      closing(settings.closing_timeout_ms) {}

GatewayLoop::GatewayLoop(net::EventLoop& loop, Shared& shared, size_t index)
    : SessionHome(shared),
      loop_(loop),
      index_(index),
      deadlines_(shared.settings),
      receive_buffer_(std::make_unique_for_overwrite<char[]>(kReceiveBytes)) {}

GatewayLoop::~GatewayLoop() {
  loop_.cancel(tick_timer_);
  for_each_peer([](Peer& peer) { peer.close_now(); });
  // Handlers that have not ended refer to it and to their connections
  if (endings_->running() != 0) endings_.release();
}

template <class Visit>
void GatewayLoop::for_each_peer(Visit visit) {
  for (net::DeadlineList* list : {&deadlines_.handshake, &deadlines_.idle, &deadlines_.http_idle,
                                  &deadlines_.http_progress, &deadlines_.http_busy, &deadlines_.closing}) {
    list->for_each([&](net::DeadlineMember& member) { visit(static_cast<Peer&>(member)); });
  }
}

void GatewayLoop::listen(net::Descriptor socket) {
  listeners_.push_back(std::make_unique<Listener>(*this, std::move(socket)));
  if (tick_timer_ == 0) tick();
}

ConnectionLimits::Entry GatewayLoop::enter(const net::PeerAddress& address) {
  using Entry = ConnectionLimits::Entry;
  if (shared().draining || net::memory_is_low()) return Entry::kRefused;
  const Entry entry = shared().connections.enter(address, loop_.now_ms());
  net::DescriptorTables* const tables = shared().tables;
  if (entry == Entry::kRefused || tables == nullptr) return entry;
  const bool has_room = !tables->is_full(index_);
  if (tables->reserve(index_, ConnectionLimits::kTurnedAwayMax)) return has_room ? entry : Entry::kTurnedAway;
  shared().connections.leave(address, loop_.now_ms());
  return Entry::kRefused;
}

void GatewayLoop::forget(const net::PeerAddress& address) {
  shared().connections.leave(address, loop_.now_ms());
  if (shared().tables != nullptr) shared().tables->release(index_);
}

void GatewayLoop::accept(net::Descriptor socket, const net::PeerAddress& address) try {
  using Entry = ConnectionLimits::Entry;
  const Entry entry = enter(address);
  if (entry != Entry::kEntered && shared().is_full() && shared().connections_warning.is_due(loop_.now_ms())) {
    spdlog::warn("{} connections are open, as many as there may be: new ones are turned away",
                 shared().connections.total());
  }
  if (entry != Entry::kEntered) metrics().connections_refused.add();
  if (entry == Entry::kRefused) return;  // closes
  metrics().connections_accepted.add();
  ssl_st* tls = nullptr;
  if (const auto context = shared().tls()) {
    tls = context->accept(socket.get());
    if (tls == nullptr) return forget(address);
  }
  HttpConnection::open(*this, net::Transport(std::move(socket), tls), address, entry == Entry::kTurnedAway);
} catch (const std::bad_alloc&) {
  // A connection that was counted and not made stays counted: better one too few than no server.
  metrics().connections_refused.add();
}

void GatewayLoop::adopt(Connection& connection) { connection.arrive(); }

void GatewayLoop::tick() {
  expire(deadlines_.handshake);
  expire(deadlines_.idle);
  expire(deadlines_.http_idle);
  expire(deadlines_.http_progress);
  expire(deadlines_.http_busy);
  expire(deadlines_.closing);
  if (net::memory_is_low()) {
    if (shared().memory_warning.is_due(loop_.now_ms()))
      spdlog::error("memory has run out: new connections are refused until there is some");
    net::restore_memory_reserve();
  }
  const uint64_t now_ms = loop_.now_ms();
  if (now_ms >= buckets_swept_ms_ + kBucketSweepMs) {
    buckets_swept_ms_ = now_ms;
    sweep_send_rates();
  }
  tick_timer_ = loop_.after(kTickMs, [this] { tick(); });
}

void GatewayLoop::expire(net::DeadlineList& list) {
  while (net::DeadlineMember* const member = list.take_expired(loop_.now_ms()))
    static_cast<Peer*>(member)->on_deadline();
}

void GatewayLoop::stop_listening() {
  for (auto& listener : listeners_) loop_.destroy_later(std::move(listener));
  listeners_.clear();
}

void GatewayLoop::begin_drain() {
  for_each_peer([](Peer& peer) { peer.on_drain(); });
}

void GatewayLoop::finish() {
  for_each_peer([](Peer& peer) { peer.finish(); });
}

void GatewayLoop::close_all() {
  for_each_peer([](Peer& peer) { peer.close_now(); });
}

void GatewayLoop::destroy_when_idle(Peer& peer) {
  if (peer.tasks().running() == 0) {
    loop_.destroy_later(std::unique_ptr<net::EventHandler>(&peer));
  } else {
    endings_->spawn(destroy_after_tasks(peer));
  }
}

Task<void> GatewayLoop::destroy_after_tasks(Peer& peer) {
  co_await peer.tasks().join();
  loop_.destroy_later(std::unique_ptr<net::EventHandler>(&peer));
}

}  // namespace kith::gateway
