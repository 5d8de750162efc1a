// SPDX-License-Identifier: AGPL-3.0-or-later

// An accepted connection that speaks HTTP/1.1, until it is upgraded to a WebSocket.
//
// Requests are answered one after the other, in order; while one is handled nothing is read.
//
// Limits: those of HttpParser. A body may have kFreeBodyMax bytes; only a device that has shown its token may send more,
//         up to settings.http_body_max, kLargeBodiesMax at a time. A request must be whole within
//         settings.handshake_timeout_ms of its first byte (the first request: of the connection), whatever the bytes.
#pragma once

#include <memory>
#include <optional>

#include "net/http_parser.h"
#include "server/gateway/peer.h"
#include "server/handlers/rate_limits.h"

namespace kith::gateway {

class HttpConnection final : public Peer {
 public:
  static constexpr size_t kFreeBodyMax = 4 * 1024;
  static constexpr int kLargeBodiesMax = 4;  // of one account

  // Begins to read. The loop owns it. `turned_away`: there are too many connections; it may ask for the server's health
  // and metrics, and is told so otherwise.
  static void open(GatewayLoop& home, net::Transport transport, const net::PeerAddress& address, bool turned_away);

  void on_deadline() override;
  void on_drain() override {}
  void finish() override;

 private:
  enum class State : uint8_t { kReading, kHandling, kWriting };

  HttpConnection(GatewayLoop& home, net::Transport transport, const net::PeerAddress& address);

  void on_bytes(std::span<char> bytes) override;
  bool on_output_sent() override;
  void after_flush() override;
  void on_closed() override {}

  void feed(std::string_view bytes);
  void on_request();
  void on_large_body();
  void turn_away();
  Task<void> admit_large_body(net::IncomingRequest head);
  void begin_request_time();
  void upgrade();
  // The peer, or whom a trusted proxy speaks for.
  [[nodiscard]] net::PeerAddress client_address() const;
  Task<void> handle();
  void answer(net::HttpResponse response);
  void fail(int status);

  std::unique_ptr<net::HttpParser> parser_;
  net::IncomingRequest request_;       // while it is handled
  std::shared_ptr<const Bytes> body_;  // what is left to send of a large body
  size_t body_sent_ = 0;
  State state_ = State::kReading;
  bool close_after_ = false;
  bool next_wanted_ = false;
  bool turned_away_ = false;
  bool request_timed_ = true;  // the time of the request that is awaited or read has begun
  std::optional<OneAtATime> large_body_;
};

}  // namespace kith::gateway
