// SPDX-License-Identifier: AGPL-3.0-or-later

// HTTP/1.1 requests out of a connection's bytes (the parser is Beast's).
//
// Memory: what is held of a request is bounded at each of its stages: kHeaderBytesMax, then body_free until somebody
//         gives leave for more, and beside the body one chunk's line or the trailers.
// Trailers are read and dropped: they come after everything that could depend on them was decided.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "net/http.h"

namespace kith::net {

class HttpParser {
 public:
  static constexpr size_t kHeaderBytesMax = 16 * 1024;
  static constexpr size_t kFieldsMax = 100;
  static constexpr size_t kChunkLineBytesMax = 4 * 1024;
  static constexpr size_t kTrailerBytesMax = 16 * 1024;  // with the last chunk's line

  // `body_max`: bytes of a body, after chunking is undone. Bodies that are longer than `body_free`, or chunked, so that
  // their length is not known, are asked about (kLargeBody).
  HttpParser(size_t body_max, size_t body_free);
  explicit HttpParser(size_t body_max) : HttpParser(body_max, body_max) {}
  ~HttpParser();
  HttpParser(const HttpParser&) = delete;
  HttpParser& operator=(const HttpParser&) = delete;

  enum class Progress {
    kNeedMore,
    kLargeBody,  // the header is there: head(); the body waits for allow_body(); told once
    kContinue,   // the header is there and the client waits for "100 Continue" before it sends the body; told once
    kRequest,    // take() has a whole request
    kError,      // status() says why; the connection can't go on
  };
  // Takes bytes that follow those given before. At most one request is told a call: with nothing new, call with no
  // bytes until kNeedMore.
  Progress feed(std::string_view bytes);

  // The request whose body has not arrived yet.
  [[nodiscard]] const IncomingRequest& head() const;
  // Answers kLargeBody: the body may have so many bytes, but never more than body_max. Then feed() goes on.
  void allow_body(size_t bytes_max);

  // The request that feed() has told.
  IncomingRequest take();
  // 400 malformed, 413 body too long, 431 header too long, 501 a transfer coding other than chunked, 505 another
  //     version of HTTP.
  [[nodiscard]] int status() const;
  // Whether part of a request has arrived.
  [[nodiscard]] bool has_begun() const;
  // Bytes that follow the last request; for the protocol that the connection is upgraded to.
  Bytes take_rest();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace kith::net
