// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/gateway/stream_routes.h"

#include <algorithm>

#include "net/process_memory.h"
#include "server/gateway/api_bodies.h"
#include "server/gateway/api_routes.h"
#include "server/gateway/http_routes.h"
#include "server/gateway/shared.h"
#include "server/handlers/handlers.h"

namespace kith::gateway {
namespace {

using net::HttpResponse;

Task<HttpResponse> answer_stream(HttpContext& context, const StreamRoute& route, StreamCall& call) {
  Services& services = context.shared.services;
  if (context.shared.draining) co_return error_response(call.request, {wire::kUnavailable, "the node drains", 1000});
  std::optional<OneAtATime> place;
  const bool has_body = call.body_size != 0;
  if (route.for_devices) {
    Bytes token = bearer_token(call.request);
    auto caller = co_await handlers::authenticate(services, std::move(token), true);
    if (!caller) co_return error_response(call.request, caller.error());
    call.caller = *caller;
    if (const uint32_t wait_ms = services.rate_limits.take(Limit::kRequest, caller->account.view()); wait_ms != 0)
      co_return error_response(call.request, {wire::kRateLimited, "", wait_ms});
    if (has_body && !take_large_body(place, services.rate_limits, caller->account))
      co_return error_response(call.request, {wire::kRateLimited, "too many large requests at once", 500});
  }
  if (has_body && net::memory_is_low())
    co_return error_response(call.request, {wire::kUnavailable, "memory has run out", 1000});
  if (call.body_size.value_or(0) > route.body_bytes_max)
    co_return error_response(
        call.request, {wire::kTooLarge, "at most " + std::to_string(route.body_bytes_max) + " bytes at a time", 0});
  co_return co_await route.answer(call);
}

}  // namespace

const StreamRoute* find_stream_route(const Shared& shared, const net::IncomingRequest& request) {
  for (const StreamRoute& route : shared.hooks.streams) {
    const bool is_whole = !route.prefix.ends_with('/');
    if (is_whole ? request.path() == route.prefix : request.path().starts_with(route.prefix)) return &route;
  }
  return nullptr;
}

Task<HttpResponse> route_stream(HttpContext& context, const StreamRoute& route, std::optional<uint64_t> body_size,
                                ByteSource& body) {
  const net::IncomingRequest& request = context.request;
  HttpResponse response;
  if (std::ranges::any_of(route.methods, [&](const std::string& method) { return takes_method(method, request); })) {
    StreamCall call{request, {}, body_size, body};
    response = co_await answer_stream(context, route, call);
  } else {
    std::string allowed;
    for (const std::string& method : route.methods) append_method(allowed, method);
    response = methods_response(request, allowed, route.request_fields);
    if (request.method == "OPTIONS")
      response.fields.insert(response.fields.end(), route.options.begin(), route.options.end());
  }
  set_api_fields(response, route.answer_fields);
  co_return response;
}

bool take_large_body(std::optional<OneAtATime>& place, RateLimits& limits, const AccountId& account) {
  for (int i = 0; i < kLargeBodiesMax && !(place && place->alone()); ++i)
    place.emplace(limits, "body " + std::to_string(i) + account.bytes());
  return place->alone();
}

}  // namespace kith::gateway
