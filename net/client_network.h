// SPDX-License-Identifier: AGPL-3.0-or-later

// What a client program needs of the outside: WebSockets, HTTP calls, timers, readable descriptors and signals, in the
// caller's thread.
//
// Callbacks run only inside run_until(), one at a time, and never inside the call that gave them. A callback may call
// everything here but run_until().
//
// TLS:    certificates are verified against the system's authorities (SSL_CERT_FILE and SSL_CERT_DIR name others) and
//         the host's name.
// Limits: a connection must be up within 10 s, an HTTP call done within 15 s (a transfer connected); addresses of a
// host are tried in turn. Source: RFC 6455; the subprotocol is kith.v1 (proto/wire/frames.proto).
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
  std::string failure;     // with status 0: why, for people
  bool broke_off = false;  // with status 0: there was a connection, and it ended without an answer in HTTP
};

// A call whose bodies are too large to be held: they come in pieces, each when the one who takes it has room.
struct TransferRequest {
  HttpRequest head;        // without its body
  uint64_t body_size = 0;  // so many bytes come by give()
  bool in_pieces = false;  // an answer that is a success (2xx) comes by take(); else, and any other, whole
};
struct TransferHead {
  uint32_t status = 0;
  std::vector<std::pair<std::string, std::string>> fields;
  std::optional<uint64_t> size;  // of the body; absent: only its end will tell
};
struct TransferEvents {
  std::function<void()> wanted;  // give() may follow, once
  std::function<void(TransferHead head)> began;
  // 1..kTransferPieceBytesMax bytes, for one take(). `last`: the body is whole, perhaps by none; no event follows.
  std::function<void(Bytes bytes, bool last)> piece;
  // A whole answer, or none: it broke off. No event follows. Always set.
  std::function<void(HttpAnswer answer)> answered;
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

  // `id` is the caller's, free again after the last event or cancel_transfer(). There is no deadline once it is
  // connected: who waits too long cancels. It holds a piece each way and what the kernel has, whatever the sizes.
  void begin_transfer(uint32_t id, TransferRequest request, TransferEvents events);
  // The next piece of the body. Without effect when none is wanted (the transfer may have ended), or it does not fit.
  void give(uint32_t id, Bytes bytes);
  // Asks for the next piece of an answer that began.
  void take(uint32_t id);
  // Calls none of its events any more.
  void cancel_transfer(uint32_t id);
  void cancel_transfers();

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
