// SPDX-License-Identifier: AGPL-3.0-or-later

// What every HTTP request of a client begins with.
#pragma once

#include <boost/beast/http/message.hpp>
#include <string>
#include <utility>
#include <vector>

#include "net/client_url.h"

namespace kith::net {

template <class Body>
void set_head(boost::beast::http::request<Body>& request, const ClientUrl& url, const std::string& method,
              const std::vector<std::pair<std::string, std::string>>& headers) {
  namespace http = boost::beast::http;
  request.version(11);
  request.method_string(method);
  request.target(url.target);
  request.set(http::field::host, url.authority);
  request.set(http::field::user_agent, "kith");
  request.set(http::field::connection, "close");
  for (const auto& [name, value] : headers) request.set(name, value);
}

// Whether the length is told: also of an empty body, where one is expected.
inline bool tells_length(const std::string& method, uint64_t body_size) {
  return body_size != 0 || method == "POST" || method == "PUT";
}

}  // namespace kith::net
