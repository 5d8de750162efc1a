// SPDX-License-Identifier: AGPL-3.0-or-later

// The server's side of one connection that was upgraded to a WebSocket: what it says, takes and refuses, and when it
// ends. No sockets and no threads: connection.h has it over a socket, the simulator and the fuzzers in memory
// (testing/virtual_connection.h), so that what they run is what ships.
//
//   kAwaitingHello   the first message must be Hello
//   kStarting        nothing is read; the connection moves to the loop that owns the account, waits for its turn, and
//                    handlers::hello runs there
//   kOpen            frames go to dispatch.cc; the shard sends through Session
//   kClosing         Error and Close are on their way out, input is dropped; the shard is told to forget the session
//
// Slow readers: what the device does not take waits in output(). Entries of the inbox are windowed by the shard, so
// only answers, presence and typing can pile up: beyond settings.output_ephemeral_max presence and typing are dropped,
// beyond settings.output_max the connection is closed with kRateLimited (1013).
// Limits: frames of a connection (each of several sends counts as one, SEND-5), sends of an account (rates); sends and
//         other frames without an answer; bytes of a message; times for Hello and without a frame. See GatewaySettings
//         and dispatch.h.
// Source: frames.proto; RFC 6455.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "base/ids.h"
#include "base/task.h"
#include "server/delivery/session.h"
#include "server/gateway/session_home.h"
#include "server/gateway/token_bucket.h"
#include "wire/frames.pb.h"
#include "wire/websocket.h"

namespace kith {
struct Refusal;
struct Services;
}  // namespace kith

namespace kith::gateway {

// Calls: on the loop of session_home(). It lives until its tasks have ended.
class SessionProtocol : public Session {
 public:
  enum class Deadline : uint8_t { kHandshake, kIdle };

  // ---- Session
  void send(const wire::ServerFrame& frame) override;
  void deliver(std::span<const InboxEntry* const> entries) override;
  void close(EndReason reason, ShownList list) override;

  // ---- for dispatch.cc
  // Sends Error, then closes.
  void refuse(const Refusal& refusal);
  [[nodiscard]] DeviceAddress device() const { return device_; }
  [[nodiscard]] Services& services() { return session_home().shared().services; }
  [[nodiscard]] virtual SessionHome& session_home() = 0;
  [[nodiscard]] virtual TaskScope& session_tasks() = 0;
  uint16_t sends_in_flight = 0;

 protected:
  explicit SessionProtocol(SessionHome& home);
  ~SessionProtocol() override;

  // ---- what the connection tells it

  // Bytes that arrived; they are unmasked in place. None while reading is paused, or after linger().
  void take_input(std::span<char> bytes);
  // It is on the loop that move_to() was called for.
  void arrived();
  // Instead of that, in or after move_to(): turn_ended() asks again; or that loop has no room for it, and it ends.
  void move_again();
  void no_room();
  // The turn has ended and its output has left, as far as it could. Not inside a call of the shard.
  void turn_ended();
  // The time that was set last, or that of a lingering connection, is over.
  void time_is_over();
  // The other side is gone: is_open() is false from now on. Not inside a call of the shard.
  void gone();
  // The server drains: the device is told.
  void begin_drain();
  // The server drains: ends, unless something is under way; asked again until it has ended.
  void end_if_idle();

  // ---- what it needs of the connection

  // What is to be sent, appended to; leaves at the end of the turn, which turn_ended() then tells.
  [[nodiscard]] virtual Bytes& session_output() = 0;
  virtual void ask_session_turn_end() = 0;  // with or without output
  [[nodiscard]] virtual bool can_send() const = 0;
  virtual void set_reading(bool on) = 0;
  virtual void set_deadline(Deadline deadline) = 0;
  virtual void restart_idle_time() = 0;
  // Moves to the loop that owns the account, then arrived() there, or at once when this is the loop.
  virtual void move_to(const AccountId& account) = 0;
  // Sends what waits, ends the output and drops input, until the other side closes or has had its time.
  virtual void end_output() = 0;
  virtual void close_at_once() = 0;

  // A frame of an open session, one for each of several sends. The simulator puts its mistakes in here.
  virtual void on_frame(wire::ClientFrame& frame);
  [[nodiscard]] bool is_attached() const { return attached_; }

 private:
  enum class State : uint8_t { kAwaitingHello, kStarting, kOpen, kClosing };
  // What is needed until the session is open.
  struct Handshake {
    wire::Hello hello;
    AccountId account;
    Bytes unread;  // what came behind Hello
    bool moved = false;
  };

  void on_event(const wire::WebSocketEvent& event);
  void on_message(BytesView message);
  // Counts one; false: there were too many, and the connection ends.
  bool take_frame();
  // Each as if it had come in a frame of its own.
  void on_sends(wire::Sends sends);
  void on_hello(wire::Hello& hello);
  Task<void> start();
  Task<void> say_hello();
  void detach();

  // Sends Error, if any, and Close.
  void end(wire::CloseCode code, std::string_view reason, const wire::Error* error = nullptr);
  void check_output_bound();

  wire::WebSocketReader reader_;
  std::unique_ptr<Handshake> handshake_;
  DeviceAddress device_;
  TokenBucket frames_;
  State state_ = State::kAwaitingHello;
  bool attached_ = false;  // the shard knows the session
};

}  // namespace kith::gateway
