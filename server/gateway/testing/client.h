// SPDX-License-Identifier: AGPL-3.0-or-later

// A small blocking client over loopback: HTTP, and the frames of a WebSocket, well-formed or not.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/ids.h"
#include "net/socket.h"
#include "wire/frames.pb.h"
#include "wire/websocket.h"

struct ssl_st;

namespace kith::gateway::testing {

// Every wait ends after a few seconds with what "nothing" is for the call.
class Client {
 public:
  // Connects to 127.0.0.1; with TLS, trusting whoever answers.
  explicit Client(uint16_t port, bool tls = false);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // ---- bytes
  void send_bytes(BytesView bytes);
  // The end of the stream, or an error, has been reached, with nothing unread before it.
  [[nodiscard]] bool is_closed_by_server();
  // Whether bytes have come that were not read.
  [[nodiscard]] bool has_something() const;
  // Everything up to there.
  Bytes read_to_end();
  // So many bytes, or what comes of them; they are dropped.
  void read_some(size_t bytes);
  // How much of `bytes` is taken before nothing more is for a while.
  size_t send_what_is_taken(BytesView bytes);
  void shut_down_output();
  void close();
  // A small receive window, before anything is read: a slow reader.
  void read_nothing_more();

  // ---- HTTP
  struct Response {
    int status = 0;
    std::vector<std::pair<std::string, std::string>> fields;
    Bytes body;
    [[nodiscard]] std::string field(std::string_view name) const;
  };
  using Fields = std::vector<std::pair<std::string, std::string>>;
  Response request(std::string_view method, std::string_view target, const Fields& fields = {}, BytesView body = {});
  // One response of what has been sent. `head`: it has no body.
  Response read_response(bool head = false);

  // ---- WebSocket
  // True when upgraded.
  bool open_socket();
  void send_frame(const wire::ClientFrame& frame);
  // A masked frame, first byte as given (FIN and opcode).
  void send_raw(uint8_t first, BytesView payload);
  // The next ServerFrame, absent when a Close, the end or nothing comes. Answers of ping and pong are skipped.
  std::optional<wire::ServerFrame> receive();
  // Skips frames until one of that kind.
  std::optional<wire::ServerFrame> receive(wire::ServerFrame::KindCase kind);
  // The code of the Close that comes, skipping everything before it; 0 when none does, 1005 when it has no code.
  uint16_t receive_close();
  // Payload of the Pong that comes.
  std::optional<Bytes> receive_pong();
  [[nodiscard]] uint16_t close_code() const { return close_code_; }

  // Says Hello; true when Welcome came.
  bool hello(const Bytes& token, uint64_t confirmed_position = 0);

 private:
  struct Message {
    wire::WebSocketEvent::Kind kind;
    Bytes payload;
  };
  std::optional<Message> next_message();
  bool fill();

  net::Descriptor socket_;
  ssl_st* tls_ = nullptr;
  Bytes buffer_;
  wire::WebSocketReader reader_;
  bool ended_ = false;
  uint16_t close_code_ = 0;
};

}  // namespace kith::gateway::testing
