// SPDX-License-Identifier: AGPL-3.0-or-later

// One accepted connection, whatever it speaks: its socket, its deadline, and its output, gathered during a turn and
// written at the end of it.
//
// Subclasses: HttpConnection (http_connection.h) and Connection (connection.h), which takes over at the upgrade.
//
// Memory: an idle one holds no buffers. Input is read into the loop's buffer, output waits in a buffer of the loop's
// pool.
// Life:   made on the heap; ends itself through close_now(), which closes the socket at once and destroys the object
//         when the turn and its tasks have ended.
// Calls:  on the loop it belongs to (home()).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "base/task.h"
#include "net/deadline_list.h"
#include "net/event_loop.h"
#include "net/transport.h"

namespace kith::gateway {

class GatewayLoop;

class Peer : public net::EventHandler, public net::DeadlineMember {
 public:
  static constexpr int kUnsentBytesMax = 128 * 1024;

  void on_events(uint32_t events) final;
  void on_turn_end() final;
  // Its time in the deadline list is over; it is in none now.
  virtual void on_deadline() = 0;
  // The server drains: tell the peer.
  virtual void on_drain() = 0;
  // The server drains: end, unless something is under way; asked again until it has ended.
  virtual void finish() = 0;

  // Closes the socket and lets go of the object: destroyed later, when its tasks have ended. May be called twice.
  void close_now();

  [[nodiscard]] GatewayLoop& home() const { return *home_; }
  [[nodiscard]] const net::PeerAddress& address() const { return address_; }
  [[nodiscard]] TaskScope& tasks() { return tasks_; }

 protected:
  Peer(GatewayLoop& home, net::Transport transport, const net::PeerAddress& address);

  // Bytes that arrived; valid during the call. Not called while reading is paused or once lingering.
  virtual void on_bytes(std::span<char> bytes) = 0;
  // All output was taken by the kernel: append more and answer true, or do what comes after.
  virtual bool on_output_sent() { return false; }
  // At the end of each turn that asked for it, after the output was written.
  virtual void after_flush() {}
  // The socket has just been closed; the object still lives.
  virtual void on_closed() = 0;

  // The output that is to be appended to; written at the end of the turn.
  std::string& output();
  [[nodiscard]] size_t output_waiting() const { return output_ ? output_->size() - output_sent_ : 0; }
  // Asks for on_turn_end, with or without output.
  void ask_turn_end();

  void pause_reading();
  void resume_reading();
  [[nodiscard]] bool is_reading() const { return !paused_; }
  // The kernel holds no more than kUnsentBytesMax that have not left: what waits for a slow reader waits in its source,
  // and what the kernel takes is progress of the reader.
  void bound_unsent();
  // Sends what waits, ends the output, and drops input until the peer closes or the closing timeout is over.
  void linger();
  [[nodiscard]] bool is_open() const { return transport_.is_open(); }
  [[nodiscard]] bool is_lingering() const { return lingering_; }
  [[nodiscard]] bool is_tls() const { return transport_.is_tls(); }

  // Gives the socket to the object that takes over, which registers itself; this one is destroyed later.
  net::Transport release_transport();

  // Watches the socket for this object, on its home loop. False: the kernel refused.
  [[nodiscard]] bool watch();
  void unwatch();
  // For a move to another loop: unwatched there, not watched here yet.
  void set_home(GatewayLoop& home) { home_ = &home; }
  // The same when the loops' threads have tables of descriptors of their own: the socket leaves this one, and is taken
  // there. The first is false when it must be tried again a moment later, or has closed; the second when there is no
  // socket.
  [[nodiscard]] bool hand_socket_over(GatewayLoop& to);
  [[nodiscard]] bool take_socket();
  void flush();

 private:
  // An allocation that fails ends this connection and nothing else.
  template <class Work>
  void guard(Work work);
  void take_events(uint32_t events);
  void read_some();
  void update_interest();
  [[nodiscard]] uint32_t wanted_events() const;

  net::Transport transport_;
  GatewayLoop* home_;
  std::unique_ptr<std::string> output_;  // null: nothing waits
  TaskScope tasks_;
  net::PeerAddress address_;
  uint32_t output_sent_ = 0;  // bytes of output_ that are sent already
  uint8_t interest_ = 0;      // what epoll is told: EPOLLIN, EPOLLOUT
  bool turn_end_asked_ : 1 = false;
  bool blocked_ : 1 = false;  // the kernel takes no more until EPOLLOUT
  bool paused_ : 1 = false;
  bool lingering_ : 1 = false;
  bool output_ended_ : 1 = false;
  bool let_go_ : 1 = false;
};

}  // namespace kith::gateway
