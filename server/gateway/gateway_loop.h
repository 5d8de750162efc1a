// SPDX-License-Identifier: AGPL-3.0-or-later

// One loop's part of the gateway: what its connections share, and the list of them.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/task.h"
#include "net/buffer_pool.h"
#include "net/deadline_list.h"
#include "net/event_loop.h"
#include "server/gateway/session_home.h"

namespace kith::gateway {

class Connection;
class Listener;
class Peer;

// Calls: on the loop, but metrics() from any thread.
class GatewayLoop final : public SessionHome {
 public:
  // `index`: among Shared::loops.
  GatewayLoop(net::EventLoop& loop, Shared& shared, size_t index);
  // The loop does not run any more. Connections are closed; those whose tasks have not ended are left as they are.
  ~GatewayLoop() override;

  [[nodiscard]] net::EventLoop& loop() { return loop_; }
  [[nodiscard]] uint64_t now_ms() const override { return loop_.now_ms(); }
  [[nodiscard]] size_t index() const { return index_; }
  [[nodiscard]] net::BufferPool& buffers() { return buffers_; }

  // Every connection is in one of these. What expires gets Peer::on_deadline.
  struct Deadlines {
    explicit Deadlines(const GatewaySettings& settings);
    net::DeadlineList handshake;      // until Welcome; until a request is whole
    net::DeadlineList idle;           // sessions
    net::DeadlineList http_idle;      // between requests
    net::DeadlineList http_progress;  // while a response is taken, or a streamed body comes
    net::DeadlineList http_busy;      // while a handler works
    net::DeadlineList closing;
  };
  [[nodiscard]] Deadlines& deadlines() { return deadlines_; }

  // Where input is received. Its content is good until the next read.
  [[nodiscard]] std::span<char> receive_buffer() const { return {receive_buffer_.get(), kReceiveBytes}; }
  // Begins to accept on the socket, and to look at deadlines.
  void listen(net::Descriptor socket);
  // A connection that was accepted here.
  void accept(net::Descriptor socket, const net::PeerAddress& address);
  // One that was let in has closed; its peer's address is this now.
  void forget(const net::PeerAddress& address);
  // Takes a connection whose Hello names an account of this loop; posted by the loop that accepted it.
  void adopt(Connection& connection);

  void stop_listening();
  // Tells every connection, once.
  void begin_drain();
  // Asks every connection to end that has nothing under way; to be repeated.
  void finish();
  void close_all();

  // Destroys it when its tasks have ended, not before the turn ends.
  void destroy_when_idle(Peer& peer);

 private:
  static constexpr size_t kReceiveBytes = 64 * 1024;
  static constexpr uint64_t kTickMs = 250;

  void tick();
  void expire(net::DeadlineList& list);
  template <class Visit>
  void for_each_peer(Visit visit);
  Task<void> destroy_after_tasks(Peer& peer);

  ConnectionLimits::Entry enter(const net::PeerAddress& address);

  net::EventLoop& loop_;
  const size_t index_;
  net::BufferPool buffers_;
  Deadlines deadlines_;
  std::unique_ptr<char[]> receive_buffer_;
  uint64_t buckets_swept_ms_ = 0;
  std::vector<std::unique_ptr<Listener>> listeners_;
  net::EventLoop::Handle tick_timer_ = 0;
  std::unique_ptr<TaskScope> endings_ = std::make_unique<TaskScope>();
};

}  // namespace kith::gateway
