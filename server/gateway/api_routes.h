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

// ---- shared with routes whose bodies are streams

// Whether a route of that method answers the request: that of GET answers HEAD, too.
bool takes_method(std::string_view method, const net::IncomingRequest& request);
// Adds what a route of that method answers to the list of a path's methods.
void append_method(std::string& allowed, std::string_view method);
// What a path that has these methods answers to OPTIONS, and to a method that is none of them (405). `fields`: of
// requests, ", A, B", that web pages of other origins may send beside those of every path.
net::HttpResponse methods_response(const net::IncomingRequest& request, const std::string& allowed,
                                   std::string_view fields = "");
// The fields that every answer below /v1/ has, but for those that it has already. `exposed`: of the answer, ", A, B",
// that web pages of other origins may read beside those of every path.
void set_api_fields(net::HttpResponse& response, std::string_view exposed = "");

}  // namespace kith::gateway
