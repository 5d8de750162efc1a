// SPDX-License-Identifier: AGPL-3.0-or-later

// The addresses that the client connects to.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace kith::net {

struct ClientUrl {
  bool secure = false;      // https or wss
  bool web_socket = false;  // ws or wss
  std::string host;         // a name, or an address without brackets
  std::string port;         // "443": never empty
  std::string target;       // path and query, at least "/"
  std::string authority;    // for the Host header: brackets around an IPv6 address, no default port
};

// Absent when the text is no http, https, ws or wss URL, has no host, names a user, or has a port outside 1..65535. A
// fragment is dropped.
std::optional<ClientUrl> parse_client_url(std::string_view text);

}  // namespace kith::net
