// SPDX-License-Identifier: AGPL-3.0-or-later

// Requests of the load over HTTP.
#pragma once

#include <cstdio>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "server/gateway/testing/client.h"

namespace kith::bench {

// Absent, with a line on standard error, when the answer is not 200 or no Response.
template <class Response>
std::optional<Response> call(gateway::testing::Client& client, const std::string& method, const std::string& path,
                             const google::protobuf::MessageLite& request, const Bytes& token = {}) {
  gateway::testing::Client::Fields fields = {{"Content-Type", "application/x-protobuf"},
                                             {"Accept", "application/x-protobuf"}};
  if (!token.empty()) fields.emplace_back("Authorization", "Bearer " + to_base64url(token));
  const auto answer = client.request(method, path, fields, request.SerializeAsString());
  Response response;
  if (answer.status != 200 || !response.ParseFromString(answer.body)) {
    std::fprintf(stderr, "%s %s: status %d\n", method.c_str(), path.c_str(), answer.status);
    return std::nullopt;
  }
  return response;
}

// The value of a metric of GET /metrics that has no labels; absent when there is none.
std::optional<double> metric(uint16_t port, const std::string& name);

}  // namespace kith::bench
