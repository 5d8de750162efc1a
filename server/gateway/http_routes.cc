// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/gateway/http_routes.h"

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
  if (shared.hooks.unready_reason) {
    if (const std::string reason = shared.hooks.unready_reason(); !reason.empty())
      return text_response(503, reason + "\n");
  }
  return text_response(200, "ready\n");
}

// Metrics are for the operator's own programs: on this machine, and not through a proxy on it.
bool may_read_metrics(const HttpContext& context) {
  if (!context.shared.settings.metrics_only_loopback) return true;
  return context.address.is_loopback() && !context.request.has("X-Forwarded-For") && !context.request.has("Forwarded");
}

bool is_read(const net::IncomingRequest& request) { return request.method == "GET" || request.method == "HEAD"; }

}  // namespace

Task<net::HttpResponse> route_request(HttpContext& context) {
  const net::IncomingRequest& request = context.request;
  const std::string_view path = request.path();
  if (path == "/v1" || path.starts_with("/v1/")) co_return co_await route_api(context);
  if (path == "/healthz" || path == "/readyz" || path == "/metrics") {
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
  if (const auto web = context.shared.web()) co_return web->serve(request, context.tls);
  co_return text_response(404, "not found\n");
}

}  // namespace kith::gateway
