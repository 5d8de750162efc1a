// SPDX-License-Identifier: AGPL-3.0-or-later

// An accepted connection that speaks HTTP/1.1, until it is upgraded to a WebSocket.
//
// Requests are answered one after the other, in order; while one is handled nothing is read but a body that its handler
// takes as a stream (stream_routes.h, where their limits are). An answer that is a stream is asked for piece by piece,
// a piece when the one before has left.
//
// Limits: those of HttpParser. A body may have kFreeBodyMax bytes; only a device that has shown its token may send
// more,
//         up to settings.http_body_max, kLargeBodiesMax at a time. A request whose body is no stream must be whole
//         within settings.handshake_timeout_ms of its first byte (the first request: of the connection), whatever the
//         bytes.
#pragma once

#include <memory>
#include <optional>

#include "net/http_parser.h"
#include "server/gateway/peer.h"
#include "server/gateway/stream_routes.h"
#include "server/gateway/streamed_body.h"
#include "server/handlers/rate_limits.h"

namespace kith::gateway {

class HttpConnection final : public Peer {
 public:
  static constexpr size_t kFreeBodyMax = 8 * 1024;
  // What must arrive of a streamed body within settings.http_progress_ms.
  static constexpr size_t kProgressBytes = 16 * 1024;

  // Begins to read. The loop owns it. `turned_away`: there are too many connections; it may ask for the server's health
  // and metrics, and is told so otherwise.
  static void open(GatewayLoop& home, net::Transport transport, const net::PeerAddress& address, bool turned_away);

  void on_deadline() override;
  void on_drain() override {}
  void finish() override;

 private:
  enum class State : uint8_t {
    kReading,
    kStreaming,  // a handler works, and its body has not come whole
    kHandling,
    kWriting,
  };

  HttpConnection(GatewayLoop& home, net::Transport transport, const net::PeerAddress& address);

  void on_bytes(std::span<char> bytes) override;
  bool on_output_sent() override;
  void after_flush() override;
  void on_closed() override;

  void feed(std::string_view bytes);
  void on_request();
  void on_body();
  void work(State state);
  void turn_away();
  Task<void> admit_large_body(net::IncomingRequest head);
  void begin_request_time();

  // ---- a body as a stream
  void begin_stream(const StreamRoute& route, std::optional<uint64_t> body_size);
  // The handler waits for more of it.
  void read_on();
  void pause_if_full();
  void end_stream(std::optional<StreamError> error);
  Task<void> handle_stream(const StreamRoute& route, std::optional<uint64_t> body_size);
  // The handler has answered: what is here of the rest is dropped; with more on its way the connection can't go on.
  void drop_rest();

  // ---- an answer as a stream
  Task<void> send(std::unique_ptr<ByteSource> source, std::optional<uint64_t> size, bool chunked);

  void upgrade();
  // The peer, or whom a trusted proxy speaks for.
  [[nodiscard]] net::PeerAddress client_address() const;
  Task<void> handle();
  void answer(net::HttpResponse response);
  void answered();
  void fail(int status);

  std::unique_ptr<net::HttpParser> parser_;
  net::IncomingRequest request_;  // while it is handled
  State state_ = State::kReading;
  bool close_after_ = false;
  bool next_wanted_ = false;
  bool turned_away_ = false;
  bool request_timed_ = true;     // the time of the request that is awaited or read has begun
  bool awaits_continue_ = false;  // "100 Continue" is to be said before the streamed body comes
  bool sending_ = false;          // an answer comes piece by piece
  std::optional<OneAtATime> large_body_;
  std::unique_ptr<StreamedBody> streamed_;  // while it is handled; null: the request has none
  size_t progress_ = 0;                     // bytes of it since its time began
  std::optional<OneShot<std::monostate>> room_;
};

}  // namespace kith::gateway
