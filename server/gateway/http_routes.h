// SPDX-License-Identifier: AGPL-3.0-or-later

// Every path that the server answers over HTTP, but for the WebSocket endpoint.
//
//   /v1/…       the API: api_routes.cc has the table
//   /healthz    the process lives
//   /readyz     it should get traffic: 503 with the reason while it drains or a store is away
//   /metrics    for Prometheus; only to loopback addresses unless settings.metrics_only_loopback is off
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

// Runs on the loop that got the request, and completes there. The context outlives it.
Task<net::HttpResponse> route_request(HttpContext& context);

}  // namespace kith::gateway
