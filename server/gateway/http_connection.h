// SPDX-License-Identifier: AGPL-3.0-or-later

// An accepted connection that speaks HTTP/1.1, until it is upgraded to a WebSocket.
//
// Requests are answered one after the other, in order; while one is handled nothing is read. Limits:
// HttpParser::kHeaderBytesMax, settings.http_body_max; a request must be whole within settings.handshake_timeout_ms.
#pragma once

#include <memory>
#include <optional>

#include "net/http_parser.h"
#include "server/gateway/peer.h"

namespace kith::gateway {

class HttpConnection final : public Peer {
 public:
  // Begins to read. The loop owns it.
  static void open(GatewayLoop& home, net::Transport transport, const net::PeerAddress& address);

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
};

}  // namespace kith::gateway
