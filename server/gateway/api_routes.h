// SPDX-License-Identifier: AGPL-3.0-or-later

// The HTTP API: /v1/… (proto/wire/api.proto).
#pragma once

#include "base/task.h"
#include "net/http.h"

namespace kith::gateway {

struct HttpContext;

// Whether the request is for a path that only devices may call.
bool needs_device(const net::IncomingRequest& request);
// The token that the request bears; empty when it has none.
Bytes bearer_token(const net::IncomingRequest& request);

// Finds the route, authenticates, decodes, calls the handler, encodes. Bodies are protobuf or JSON (api_bodies.h);
// errors are ApiError.
//
// CORS: any origin may call, as nothing here is authenticated by a cookie: a web app may be served from elsewhere.
Task<net::HttpResponse> route_api(HttpContext& context);
// The fields that every answer below /v1/ has, but for those that it has already.
void set_api_fields(net::HttpResponse& response);

}  // namespace kith::gateway
