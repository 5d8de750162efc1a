// SPDX-License-Identifier: AGPL-3.0-or-later

// What a client program needs of the outside: WebSockets, HTTP calls, timers, readable descriptors and signals, in the
// caller's thread.
//
// Callbacks run only inside run_until(), one at a time, and never inside the call that gave them. A callback may call
// everything here but run_until().
//
// TLS:    certificates are verified against the system's authorities (SSL_CERT_FILE and SSL_CERT_DIR name others) and
//         the host's name.
// Limits: a connection must be up within 10 s, an HTTP call done within 15 s; addresses of a host are tried in turn.
// Source: RFC 6455; the subprotocol is kith.v1 (proto/wire/frames.proto).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/limits.h"

namespace kith::net {

struct HttpRequest {
  std::string method;
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;  // besides Host, User-Agent and Content-Length
  Bytes body;
};
struct HttpAnswer {
  uint32_t status = 0;  // 0: no answer
  Bytes body;
  std::string failure;  // with status 0: why, for people
};

struct SocketEvents {
  std::function<void()> opened;
  std::function<void(Bytes frame)> frame;
  // The last callback; also when the connection never opened. `code` is the peer's close code, an HTTP status
  // (400..599) when the handshake was refused, or 1006 when the connection could not be made or broke. `reason` is for
  // people.
  std::function<void(uint32_t code, std::string reason)> closed;
};

class ClientNetwork {
 public:
  // A message to the server waits in a queue of at most this many bytes; beyond it the connection is given up
  // (LIMIT-1).
  static constexpr size_t kSendQueueBytesMax = size_t{8} << 20;
  // A larger message of the server closes the connection with 1009.
  static constexpr size_t kMessageBytesMax = kFrameBytesMax;
  static constexpr size_t kHttpBodyBytesMax = size_t{8} << 20;

  ClientNetwork();
  // Breaks off everything still open. Does not wait for a name lookup under way.
  ~ClientNetwork();
  ClientNetwork(const ClientNetwork&) = delete;
  ClientNetwork& operator=(const ClientNetwork&) = delete;

  // The clock of timers and deadlines.
  [[nodiscard]] static MonotonicMs now();

  // `id` is the caller's, free again after `closed` or close_socket().
  void open_socket(uint32_t id, const std::string& url, SocketEvents events);
  // One binary message. Unknown ids are ignored: the socket may have closed already.
  void send(uint32_t id, Bytes frame);
  // Sends what is queued, says goodbye, and calls none of the events any more.
  void close_socket(uint32_t id);

  void http_call(HttpRequest request, std::function<void(HttpAnswer)> answered);

  // Calls `fire` once at `at`. A timer of the same id is replaced.
  void set_timer(uint32_t id, MonotonicMs at, std::function<void()> fire);
  void cancel_timer(uint32_t id);

  // Calls `readable` once, when a read would not block (data, end of file or an error). The descriptor stays the
  // caller's, and its flags as they are. One watch per descriptor.
  void when_readable(int descriptor, std::function<void()> readable);
  // The same for a write. Apart from the watch for reading.
  void when_writable(int descriptor, std::function<void()> writable);
  // Both watches.
  void stop_watching(int descriptor);

  // From now on SIGINT, SIGTERM and SIGHUP call `stopped` instead of ending the program.
  void on_stop_signal(std::function<void(int signal)> stopped);

  // Runs callbacks until `done` says true (asked before and after each) or the deadline has passed. Answers what `done`
  // said last.
  bool run_until(const std::function<bool()>& done, std::optional<MonotonicMs> deadline = std::nullopt);

  // No socket is closing and no HTTP call under way: what was given for sending has left.
  [[nodiscard]] bool is_quiet() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace kith::net
