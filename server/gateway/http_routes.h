// SPDX-License-Identifier: AGPL-3.0-or-later

// Every path that the server answers over HTTP, but for the WebSocket endpoint.
//
//   /healthz    the process lives
//   /readyz     it should get traffic: 503 with the reason while it drains, a store is away, or connections or memory
//               ran out
//   /metrics    for Prometheus; only to loopback addresses, and not through a proxy, unless
//               settings.metrics_only_loopback is off
//   /v1/…       the API: api_routes.cc has the table
//   else        the web app, if there is one
#pragma once

#include "base/task.h"
#include "net/http.h"
#include "net/socket.h"

namespace kith::gateway {

class Shared;

struct HttpContext {
  Shared& shared;
  net::IncomingRequest request;
  net::PeerAddress address;
  bool tls = false;
};

// Whether the path tells of the server itself: the first three.
bool is_of_health(std::string_view path);
// Whether a proxy writes a field of this name: who asks is then not the peer itself.
bool is_field_of_proxies(std::string_view name);

// Runs on the loop that got the request, and completes there. The context outlives it.
Task<net::HttpResponse> route_request(HttpContext& context);

}  // namespace kith::gateway
