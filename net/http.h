// SPDX-License-Identifier: AGPL-3.0-or-later

// HTTP/1.1 requests and responses as the server sees them, without I/O.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/byte_source.h"
#include "base/bytes.h"

namespace kith::net {

struct IncomingRequest {
  std::string method;  // "GET"
  std::string target;  // as sent: path and query
  // In the order received; of names compare without case: find().
  std::vector<std::pair<std::string, std::string>> fields;
  Bytes body;
  bool keep_alive = true;
  bool http_1_1 = true;

  // The first field of that name; empty when there is none.
  [[nodiscard]] std::string_view find(std::string_view name) const;
  [[nodiscard]] bool has(std::string_view name) const;
  // Whether the comma-separated list in the fields of that name holds the token; without case.
  [[nodiscard]] bool list_has(std::string_view name, std::string_view token) const;
  // The target without its query.
  [[nodiscard]] std::string_view path() const { return std::string_view(target).substr(0, target.find('?')); }
};

struct HttpResponse {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> fields;
  Bytes body;
  // Instead of body: comes piece by piece, and is asked for as the peer takes it. When the peer goes it is destroyed at
  // once, or when the piece that it makes is there.
  std::unique_ptr<ByteSource> stream;
  // How long it is: what comes must have exactly that many bytes. Absent: it is sent in chunks, or, to a peer of
  // HTTP/1.0, ends with the connection. An answer to HEAD has the size and needs no stream.
  std::optional<uint64_t> stream_size;
  // HEAD: the length is told, the body is not sent.
  bool head_only = false;
  bool close = false;

  HttpResponse& set(std::string name, std::string value) {
    fields.emplace_back(std::move(name), std::move(value));
    return *this;
  }
};

// "404" → "Not Found".
std::string_view http_reason(int status);

// Appends status line and fields, with Content-Length or Transfer-Encoding (but for 1xx, 204, 304) and Connection; then
// the body follows, unless head_only. `unix_seconds`: for Date. `http_1_1`: the peer understands chunks.
void append_http_head(Bytes& out, const HttpResponse& response, bool keep_alive, uint64_t unix_seconds,
                      bool http_1_1 = true);

// One piece of a body that is sent in chunks; "" is its end.
void append_chunk(Bytes& out, BytesView piece);

// A time as fields have it: "Sun, 06 Nov 1994 08:49:37 GMT" (IMF-fixdate of RFC 9110, section 5.6.7).
std::string http_date(uint64_t unix_seconds);

// What a handler answers when the request's body could not be taken: 408, 413, 400 or 503.
int http_status_of(StreamError error);

bool equal_without_case(std::string_view a, std::string_view b);

}  // namespace kith::net
