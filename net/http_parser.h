// SPDX-License-Identifier: AGPL-3.0-or-later

// HTTP/1.1 requests out of a connection's bytes (the parser is Beast's).
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "net/http.h"

namespace kith::net {

class HttpParser {
 public:
  static constexpr size_t kHeaderBytesMax = 16 * 1024;

  // `body_max`: bytes of a body, after chunking is undone. A header may have kHeaderBytesMax bytes.
  explicit HttpParser(size_t body_max);
  ~HttpParser();
  HttpParser(const HttpParser&) = delete;
  HttpParser& operator=(const HttpParser&) = delete;

  enum class Progress {
    kNeedMore,
    kContinue,  // the header is there and the client waits for "100 Continue" before it sends the body; told once
    kRequest,   // take() has a whole request
    kError,     // status() says why; the connection can't go on
  };
  // Takes bytes that follow those given before. At most one request is told a call: with nothing new, call with no
  // bytes until kNeedMore.
  Progress feed(std::string_view bytes);

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
