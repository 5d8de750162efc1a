// SPDX-License-Identifier: AGPL-3.0-or-later

// One WebSocket connection, and the session of a device once its Hello was taken.
//
//   kAwaitingHello   upgraded; the first message must be Hello
//   kStarting        nothing is read; the connection moves to the loop that owns the account, waits for its turn, and
//                    handlers::hello runs there
//   kOpen            frames go to dispatch.cc; the shard sends through Session
//   kClosing         Error and Close are on their way out, input is dropped; the shard is told to forget the session
//
// Slow readers: what the device does not take waits in output(). Entries of the inbox are windowed by the shard, so
// only answers, presence and typing can pile up: beyond settings.output_ephemeral_max presence and typing are dropped,
// beyond settings.output_max the connection is closed with kRateLimited (1013).
// Source: frames.proto; RFC 6455.
#pragma once

#include <memory>
#include <string_view>

#include "base/ids.h"
#include "server/delivery/session.h"
#include "server/gateway/peer.h"
#include "server/gateway/token_bucket.h"
#include "wire/frames.pb.h"
#include "wire/websocket.h"

namespace kith {
struct Refusal;
struct Services;
}  // namespace kith

namespace kith::gateway {

class Connection final : public Peer, public Session {
 public:
  // Takes over a socket that was just upgraded. `rest`: bytes that came behind the request.
  static void open(GatewayLoop& home, net::Transport transport, const net::PeerAddress& address,
                   std::string_view upgrade_answer, std::span<char> rest);
  ~Connection() override;

  // ---- Session
  void send(const wire::ServerFrame& frame) override;
  void deliver(std::span<const InboxEntry* const> entries) override;
  void close(wire::ErrorCode code, const char* detail) override;
  [[nodiscard]] size_t bytes_waiting() const override { return output_waiting(); }

  // ---- Peer
  void on_deadline() override;
  void on_drain() override;
  void finish() override;

  // The loop that owns the account takes the connection.
  void arrive();

  // ---- for dispatch.cc
  [[nodiscard]] DeviceAddress device() const { return device_; }
  [[nodiscard]] Services& services() const;
  uint16_t sends_in_flight = 0;

 private:
  enum class State : uint8_t { kAwaitingHello, kStarting, kOpen, kClosing };
  // What is needed until the session is open.
  struct Handshake {
    wire::Hello hello;
    GatewayLoop* owner;
    Bytes unread;  // frames that came behind Hello
  };

  Connection(GatewayLoop& home, net::Transport transport, const net::PeerAddress& address);

  void on_bytes(std::span<char> bytes) override;
  void after_flush() override;
  void on_closed() override;

  void on_event(const wire::WebSocketEvent& event);
  void on_message(BytesView message);
  void on_hello(wire::Hello& hello);
  void move_to_owner();
  Task<void> start();
  Task<void> say_hello();
  void detach();

  // Sends Error, if any, and Close.
  void end(wire::CloseCode code, std::string_view reason, const wire::Error* error = nullptr);
  void refuse(const Refusal& refusal);
  void check_output_bound();

  wire::WebSocketReader reader_;
  std::unique_ptr<Handshake> handshake_;
  DeviceAddress device_;
  TokenBucket frames_;
  State state_ = State::kAwaitingHello;
  bool attached_ = false;  // the shard knows the session
};

}  // namespace kith::gateway
