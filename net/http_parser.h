// SPDX-License-Identifier: AGPL-3.0-or-later

// HTTP/1.1 requests out of a connection's bytes (the parser is Beast's).
//
// Bodies: whole with the request, or piece by piece as they arrive: whoever gets kBody decides.
// Memory: what is held of a request is bounded at each of its stages: kHeaderBytesMax, then body_free until somebody
//         gives leave for more, and beside the body one chunk's line or the trailers. Of a streamed body it holds what
//         came with the last bytes.
// Trailers are read and dropped: they come after everything that could depend on them was decided.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
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
  // their length is not known, are asked about (kBody).
  HttpParser(size_t body_max, size_t body_free);
  explicit HttpParser(size_t body_max) : HttpParser(body_max, body_max) {}
  ~HttpParser();
  HttpParser(const HttpParser&) = delete;
  HttpParser& operator=(const HttpParser&) = delete;

  enum class Progress {
    kNeedMore,
    kBody,      // the header is there: head(); the body waits for allow_body() or stream_body(); told once
    kContinue,  // the header is there and the client waits for "100 Continue" before it sends the body; told once, and
                // not of a streamed body
    kPiece,     // take_piece() has more of a streamed body
    kRequest,   // take() has a whole request; a streamed body has been told before
    kError,     // status() says why; the connection can't go on
  };
  // Takes bytes that follow those given before. At most one request is told a call: with nothing new, call with no
  // bytes until kNeedMore.
  Progress feed(std::string_view bytes);

  // The request whose body has not arrived yet.
  [[nodiscard]] const IncomingRequest& head() const;
  // How long that body is; absent when only its end will tell (chunks).
  [[nodiscard]] std::optional<uint64_t> body_size() const;
  // Whether its sender waits for "100 Continue".
  [[nodiscard]] bool awaits_continue() const;
  // Answer kBody; then feed() goes on. The body may have so many bytes, and is kept: never more than body_max.
  void allow_body(size_t bytes_max);
  // The body may have so many bytes, and comes piece by piece.
  void stream_body(uint64_t bytes_max);
  Bytes take_piece();

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
