// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/gateway/api_routes.h"

#include <algorithm>
#include <array>
#include <type_traits>

#include "server/gateway/api_bodies.h"
#include "server/gateway/http_routes.h"
#include "server/gateway/shared.h"
#include "server/handlers/handlers.h"

namespace kith::gateway {
namespace {

using net::HttpResponse;
using net::IncomingRequest;

struct ApiCall {
  Services& services;
  const IncomingRequest& request;
  std::string address;   // of the peer, as limits count it
  DeviceAddress caller;  // of authenticated calls
  Bytes id;              // of paths with a parameter, 16 bytes

  [[nodiscard]] AccountId account() const { return *AccountId::from_bytes(id); }
  [[nodiscard]] LinkId link() const { return *LinkId::from_bytes(id); }
  [[nodiscard]] GroupId group() const { return *GroupId::from_bytes(id); }
};

// A route's work: decode, call, encode. Handlers come in these shapes (handlers.h).
template <class T>
HttpResponse respond(const ApiCall& call, const Outcome<T>& outcome) {
  return outcome ? message_response(call.request, 200, *outcome) : error_response(call.request, outcome.error());
}
HttpResponse respond(const ApiCall& call, const BodyError& error) {
  return error_response(call.request, error.status, error.refusal);
}

template <class Request, auto kHandler>
Task<HttpResponse> anonymous(ApiCall& call) {
  Request message;
  if (const auto error = read_body(call.request, message)) co_return respond(call, *error);
  auto outcome = co_await kHandler(call.services, call.address, std::move(message));
  co_return respond(call, outcome);
}
template <class Request, auto kHandler>
Task<HttpResponse> with_body(ApiCall& call) {
  Request message;
  if (const auto error = read_body(call.request, message)) co_return respond(call, *error);
  auto outcome = co_await kHandler(call.services, call.caller, std::move(message));
  co_return respond(call, outcome);
}
template <auto kHandler>
Task<HttpResponse> without_body(ApiCall& call) {
  auto outcome = co_await kHandler(call.services, call.caller);
  co_return respond(call, outcome);
}
template <auto kHandler>
Task<HttpResponse> of_account(ApiCall& call) {
  auto outcome = co_await kHandler(call.services, call.caller, call.account());
  co_return respond(call, outcome);
}

template <auto kHandler>
Task<HttpResponse> of_link(ApiCall& call) {
  auto outcome = co_await kHandler(call.services, call.address, call.link());
  co_return respond(call, outcome);
}

template <class Request, auto kHandler>
Task<HttpResponse> of_group(ApiCall& call) {
  Request message;
  if (const auto error = read_body(call.request, message)) co_return respond(call, *error);
  auto outcome = co_await kHandler(call.services, call.caller, call.group(), std::move(message));
  co_return respond(call, outcome);
}

Task<HttpResponse> own_profile(ApiCall& call) {
  auto outcome = co_await handlers::get_profile(call.services, call.caller, call.caller.account);
  co_return respond(call, outcome);
}
Task<HttpResponse> remove_pin(ApiCall& call) {
  wire::PinRequest none;
  auto outcome = co_await handlers::set_pin(call.services, call.caller, std::move(none));
  co_return respond(call, outcome);
}
Task<HttpResponse> take_prekeys(ApiCall& call) {
  wire::PrekeyBundlesRequest message;
  if (const auto error = read_body(call.request, message)) co_return respond(call, *error);
  auto outcome = co_await handlers::take_prekeys(call.services, call.caller, call.account(), std::move(message));
  co_return respond(call, outcome);
}
Task<HttpResponse> put_link(ApiCall& call) {
  wire::LinkMessage message;
  if (const auto error = read_body(call.request, message)) co_return respond(call, *error);
  auto outcome = co_await handlers::put_link(call.services, call.address, call.link(), std::move(message));
  co_return respond(call, outcome);
}

enum class Caller : uint8_t {
  kAnybody,
  kDevice,        // a device, active or not
  kActiveDevice,  // one that has published its keys
};

struct Route {
  std::string_view method;
  // With at most one parameter in braces, an id of 16 bytes: 32 hexadecimal digits, or 22 characters of base64url
  std::string_view pattern;
  Caller caller;
  Task<HttpResponse> (*work)(ApiCall&);
};

constexpr Route kRoutes[] = {
    {"POST", "/v1/registration/code", Caller::kAnybody, anonymous<wire::CodeRequest, handlers::request_code>},
    {"POST", "/v1/registration", Caller::kAnybody, anonymous<wire::RegistrationRequest, handlers::register_device>},
    {"POST", "/v1/links/{link_id}", Caller::kAnybody, put_link},
    {"GET", "/v1/links/{link_id}", Caller::kAnybody, of_link<handlers::read_link>},
    {"DELETE", "/v1/links/{link_id}", Caller::kAnybody, of_link<handlers::remove_link>},
    {"POST", "/v1/links/fetch", Caller::kActiveDevice, with_body<wire::FetchLinkRequest, handlers::fetch_link>},
    {"PUT", "/v1/registration/pin", Caller::kActiveDevice, with_body<wire::PinRequest, handlers::set_pin>},
    {"DELETE", "/v1/registration/pin", Caller::kActiveDevice, remove_pin},
    {"PUT", "/v1/keys", Caller::kDevice, with_body<wire::PublishKeysRequest, handlers::publish_keys>},
    {"POST", "/v1/devices", Caller::kActiveDevice, with_body<wire::NewDeviceRequest, handlers::new_device>},
    {"GET", "/v1/devices", Caller::kActiveDevice, without_body<handlers::own_devices>},
    {"POST", "/v1/accounts/lookup", Caller::kActiveDevice, with_body<wire::LookupRequest, handlers::lookup_accounts>},
    {"GET", "/v1/accounts/{account_id}/devices", Caller::kActiveDevice, of_account<handlers::get_devices>},
    {"POST", "/v1/accounts/{account_id}/prekeys", Caller::kActiveDevice, take_prekeys},
    {"GET", "/v1/accounts/{account_id}/profile", Caller::kActiveDevice, of_account<handlers::get_profile>},
    {"GET", "/v1/groups", Caller::kActiveDevice, without_body<handlers::own_groups>},
    {"POST", "/v1/groups/{group_id}", Caller::kActiveDevice, of_group<wire::SignedGroupChange, handlers::change_group>},
    {"POST", "/v1/groups/{group_id}/read", Caller::kActiveDevice,
     of_group<wire::ReadGroupRequest, handlers::read_group>},
    {"GET", "/v1/profile", Caller::kActiveDevice, own_profile},
    {"PUT", "/v1/profile", Caller::kActiveDevice, with_body<wire::Profile, handlers::put_profile>},
    {"DELETE", "/v1/profile", Caller::kActiveDevice, without_body<handlers::delete_profile>},
    {"GET", "/v1/privacy", Caller::kActiveDevice, without_body<handlers::get_privacy>},
    {"PUT", "/v1/privacy", Caller::kActiveDevice, with_body<wire::Privacy, handlers::put_privacy>},
};

std::optional<Bytes> parse_id(std::string_view text) {
  auto bytes = text.size() == 32 ? from_hex(text) : from_base64url(text);
  return bytes && bytes->size() == AccountId::kBytes ? std::move(bytes) : std::nullopt;
}

// Whether the path has the form of the pattern; takes the id out of it.
bool matches(std::string_view pattern, std::string_view path, Bytes& id) {
  const size_t at = pattern.find('{');
  if (at == std::string_view::npos) return pattern == path;
  const std::string_view suffix = pattern.substr(pattern.find('}', at) + 1);
  if (path.size() < at + suffix.size() || path.substr(0, at) != pattern.substr(0, at) || !path.ends_with(suffix))
    return false;
  auto parsed = parse_id(path.substr(at, path.size() - at - suffix.size()));
  if (!parsed) return false;
  id = std::move(*parsed);
  return true;
}

struct Match {
  const Route* route = nullptr;
  Bytes id;
  std::string allowed;  // methods of the path, as append_method makes it; empty: no such path
};

Match find_route(const IncomingRequest& request) {
  Match match;
  for (const Route& route : kRoutes) {
    Bytes id;
    if (!matches(route.pattern, request.path(), id)) continue;
    if (takes_method(route.method, request)) {
      match.route = &route;
      match.id = std::move(id);
    }
    append_method(match.allowed, route.method);
  }
  return match;
}

Task<HttpResponse> answer_call(HttpContext& context, const Match& match) {
  ApiCall call{context.shared.services, context.request, context.address.limit_key(), {}, match.id};
  if (context.shared.draining) co_return error_response(call.request, {wire::kUnavailable, "the node drains", 1000});
  if (match.route->caller != Caller::kAnybody) {
    Bytes token = bearer_token(context.request);
    const bool needs_active = match.route->caller == Caller::kActiveDevice;
    auto caller = co_await handlers::authenticate(call.services, std::move(token), needs_active);
    if (!caller) co_return error_response(call.request, caller.error());
    call.caller = *caller;
    const auto kibibytes = static_cast<uint32_t>(1 + context.request.body.size() / 1024);
    // Before the body is parsed, which costs more than most of what is asked.
    if (const uint32_t wait_ms = call.services.rate_limits.take(Limit::kRequest, caller->account.view(), kibibytes);
        wait_ms != 0) {
      co_return error_response(call.request, {wire::kRateLimited, "", wait_ms});
    }
  }
  co_return co_await match.route->work(call);
}

}  // namespace

bool needs_device(const IncomingRequest& request) {
  const Match match = find_route(request);
  return match.route != nullptr && match.route->caller != Caller::kAnybody;
}

Bytes bearer_token(const IncomingRequest& request) {
  std::string_view field = request.find("Authorization");
  constexpr std::string_view kScheme = "Bearer ";
  if (field.size() < kScheme.size() || !net::equal_without_case(field.substr(0, kScheme.size()), kScheme)) return {};
  return from_base64url(field.substr(kScheme.size())).value_or("");
}

Task<HttpResponse> route_api(HttpContext& context) {
  const IncomingRequest& request = context.request;
  const Match match = find_route(request);
  HttpResponse response;
  if (match.allowed.empty()) {
    response = error_response(request, {wire::kNotFound, "no such path", 0});
  } else if (match.route == nullptr) {
    response = methods_response(request, match.allowed);
  } else {
    response = co_await answer_call(context, match);
  }
  set_api_fields(response);
  co_return response;
}

bool takes_method(std::string_view method, const IncomingRequest& request) {
  return request.method == method || (method == "GET" && request.method == "HEAD");
}

void append_method(std::string& allowed, std::string_view method) {
  allowed.append(allowed.empty() ? "" : ", ").append(method).append(method == "GET" ? ", HEAD" : "");
}

HttpResponse methods_response(const IncomingRequest& request, const std::string& allowed, std::string_view fields) {
  const std::string methods = allowed + ", OPTIONS";
  HttpResponse response;
  if (request.method == "OPTIONS") {
    response.status = 204;
    response.set("Access-Control-Allow-Methods", methods)
        .set("Access-Control-Allow-Headers", "Authorization, Content-Type" + std::string(fields))
        .set("Access-Control-Max-Age", "86400");
  } else {
    response = error_response(request, 405, {wire::kInvalidArgument, "the path does not take this method", 0});
  }
  response.set("Allow", methods);
  return response;
}

void set_api_fields(HttpResponse& response, std::string_view exposed) {
  const auto add = [&response](const char* name, std::string value) {
    if (std::ranges::none_of(response.fields, [name](const auto& field) { return field.first == name; }))
      response.set(name, std::move(value));
  };
  add("Access-Control-Allow-Origin", "*");
  add("Access-Control-Expose-Headers", "Retry-After" + std::string(exposed));
  add("Cache-Control", "no-store");
  add("X-Content-Type-Options", "nosniff");
  add("Cross-Origin-Resource-Policy", "cross-origin");
}

}  // namespace kith::gateway
