// SPDX-License-Identifier: AGPL-3.0-or-later

// The opening handshake of a WebSocket, the server's side (RFC 6455, section 4.2).
#pragma once

#include <string>
#include <string_view>

#include "net/http.h"

namespace kith::net {

// The value of Sec-WebSocket-Accept for a Sec-WebSocket-Key.
std::string websocket_accept_value(std::string_view key);

// The answer to a request for an upgrade: 101, or 400, 405, 426 with a reason in the body when it is no proper one.
// `subprotocol` must be among those offered. Origin is not checked: the connection is authenticated by a token in its
// first frame, never by a cookie.
HttpResponse answer_upgrade(const IncomingRequest& request, std::string_view subprotocol);

}  // namespace kith::net
