// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/gateway/http_routes.h"

#include <algorithm>

#include "net/process_memory.h"
#include "net/static_files.h"
#include "server/gateway/api_routes.h"
#include "server/gateway/metrics.h"
#include "server/gateway/shared.h"

namespace kith::gateway {
namespace {

net::HttpResponse text_response(int status, std::string text) {
  net::HttpResponse response;
  response.status = status;
  response.set("Content-Type", "text/plain; charset=utf-8")
      .set("Cache-Control", "no-store")
      .set("X-Content-Type-Options", "nosniff");
  response.body = std::move(text);
  return response;
}

net::HttpResponse answer_ready(const Shared& shared) {
  if (shared.draining) return text_response(503, "draining\n");
  if (net::memory_is_low()) return text_response(503, "memory has run out\n");
  if (shared.is_full()) return text_response(503, "as many connections are open as there may be\n");
  if (shared.hooks.unready_reason) {
    if (const std::string reason = shared.hooks.unready_reason(); !reason.empty())
      return text_response(503, reason + "\n");
  }
  return text_response(200, "ready\n");
}

// What the operator says of it; else what building the web app in a repository has put beside it.
net::HttpResponse answer_source(const Shared& shared) {
  const std::string beside_the_app = "/source.tar.gz";
  const auto web = shared.web();
  const bool is_beside = shared.settings.source_url.empty() && web && web->has(beside_the_app);
  const std::string& url = is_beside ? beside_the_app : shared.settings.source_url;
  if (url.empty()) return text_response(404, "whoever runs this server gives its users its source\n");
  auto response = text_response(302, url + "\n");
  response.set("Location", url);
  return response;
}

// Metrics are for the operator's own programs: on this machine, and not through a proxy on it.
bool may_read_metrics(const HttpContext& context) {
  if (!context.shared.settings.metrics_only_loopback) return true;
  return context.address.is_loopback() && std::ranges::none_of(context.request.fields, [](const auto& field) {
           return is_field_of_proxies(field.first);
         });
}

bool is_read(const net::IncomingRequest& request) { return request.method == "GET" || request.method == "HEAD"; }

}  // namespace

bool is_of_health(std::string_view path) { return path == "/healthz" || path == "/readyz" || path == "/metrics"; }

bool is_field_of_proxies(std::string_view name) {
  constexpr std::string_view kFamily = "X-Forwarded-";
  constexpr std::string_view kNames[] = {
      "Forwarded", "X-Real-IP", "Via", "X-Client-IP", "CF-Connecting-IP", "True-Client-IP", "X-Original-Forwarded-For"};
  return net::equal_without_case(name.substr(0, kFamily.size()), kFamily) ||
         std::ranges::any_of(kNames, [name](std::string_view one) { return net::equal_without_case(name, one); });
}

Task<net::HttpResponse> route_request(HttpContext& context) {
  const net::IncomingRequest& request = context.request;
  const std::string_view path = request.path();
  if (path == "/v1" || path.starts_with("/v1/")) co_return co_await route_api(context);
  if (is_of_health(path)) {
    if (!is_read(request)) {
      auto response = text_response(405, "only GET and HEAD\n");
      response.set("Allow", "GET, HEAD");
      co_return response;
    }
    if (path == "/healthz") co_return text_response(200, "ok\n");
    if (path == "/readyz") co_return answer_ready(context.shared);
    if (!may_read_metrics(context)) co_return text_response(403, "only from loopback\n");
    co_return co_await metrics_response(context.shared);
  }
  if (path == "/source" && is_read(request)) co_return answer_source(context.shared);
  if (const auto web = context.shared.web()) co_return web->serve(request, context.tls);
  co_return text_response(404, "not found\n");
}

}  // namespace kith::gateway
