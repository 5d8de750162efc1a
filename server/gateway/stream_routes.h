// SPDX-License-Identifier: AGPL-3.0-or-later

// Routes whose bodies are streams: a handler takes the request's body piece by piece as it arrives, and may answer with
// one that it makes piece by piece. For what is too large to be held in memory.
//
// A handler that has answered need not have taken the body: what is still on its way is dropped and the connection
// closed. "100 Continue" is said when the first piece is asked for, so a refusal before it costs nobody the body.
//
// Time:   a body and an answer may take as long as they like, so long as they get on: kProgressBytes of a body, or a
//         piece of an answer, within settings.http_progress_ms; what a handler makes or takes within two minutes.
// Memory: StreamedBody::kWaitingMax and a read's bytes of a body; a piece of an answer, and kUnsentBytesMax in the
//         kernel.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/byte_source.h"
#include "base/ids.h"
#include "base/task.h"
#include "net/http.h"
#include "server/handlers/rate_limits.h"

namespace kith::gateway {

class Shared;
struct HttpContext;

struct StreamCall {
  const net::IncomingRequest& request;  // without its body
  DeviceAddress caller;                 // of a route for devices
  std::optional<uint64_t> body_size;    // absent: only the end will tell
  ByteSource& body;
};

// Immutable once the gateway has started.
struct StreamRoute {
  std::string prefix;                // of the path, below /v1/: "/v1/files/"; without the last '/' it is the whole path
  std::vector<std::string> methods;  // that it answers: "GET", which takes HEAD with it; OPTIONS is answered for it
  bool for_devices = true;  // only a device that has published its keys, kLargeBodiesMax bodies of an account at a time
  uint64_t body_bytes_max = 0;  // of one request; more is refused with 413
  // Answers it: the call outlives the task. Runs on the loop that got the request, and completes there.
  std::function<Task<net::HttpResponse>(StreamCall& call)> answer;
  // Fields that OPTIONS is answered with beside the methods; and those of requests and of answers, ", A, B", that web
  // pages of other origins may use beside the API's own.
  std::vector<std::pair<std::string, std::string>> options = {};
  std::string request_fields = "";
  std::string answer_fields = "";
};

// Null: the path is none of them.
const StreamRoute* find_stream_route(const Shared& shared, const net::IncomingRequest& request);

// Runs on the loop that got the request, and completes there. Context, route and body outlive it.
Task<net::HttpResponse> route_stream(HttpContext& context, const StreamRoute& route, std::optional<uint64_t> body_size,
                                     ByteSource& body);

// Large bodies of one account under way at a time.
constexpr int kLargeBodiesMax = 4;
// One of the account's places for a large body. False: all are taken.
bool take_large_body(std::optional<OneAtATime>& place, RateLimits& limits, const AccountId& account);

}  // namespace kith::gateway
