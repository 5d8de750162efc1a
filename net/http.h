// SPDX-License-Identifier: AGPL-3.0-or-later

// HTTP/1.1 requests and responses as the server sees them, without I/O.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

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
  // Instead of body: bytes that are shared and live as long as needed.
  std::shared_ptr<const Bytes> shared_body;
  // HEAD: the length is told, the body is not sent.
  bool head_only = false;
  bool close = false;

  HttpResponse& set(std::string name, std::string value) {
    fields.emplace_back(std::move(name), std::move(value));
    return *this;
  }
  [[nodiscard]] const Bytes& content() const { return shared_body ? *shared_body : body; }
};

// "404" → "Not Found".
std::string_view http_reason(int status);

// Appends status line and fields, with Content-Length (but for 1xx, 204, 304) and Connection; then the body follows,
// unless head_only. `unix_seconds`: for Date.
void append_http_head(Bytes& out, const HttpResponse& response, bool keep_alive, uint64_t unix_seconds);

bool equal_without_case(std::string_view a, std::string_view b);

}  // namespace kith::net
