// SPDX-License-Identifier: AGPL-3.0-or-later

// The client API as JSON-RPC sees it: by reflection over proto/client_api, so that a method added there is here at
// once.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "client_api/client_api.pb.h"

namespace kith::cli::rpc {

enum class CallError {
  kNoSuchMethod,
  kInvalidParams,
};
struct CallFailure {
  CallError error;
  std::string detail;  // for people; names the member at fault
};

// The request that calls `method` with `params`, a JSON object in the protobuf mapping. Unknown members are refused.
Result<client_api::Request, CallFailure> make_request(const std::string& method, std::string_view params);

// The result of a response that is no failure, as a JSON object: members as in the .proto file, those with default
// values too.
std::string result_json(const client_api::Response& response);

struct Notification {
  std::string method;
  std::string params;  // a JSON object
};
Notification notification_of(const client_api::Event& event);

// The other end: what a program that calls makes of its request, and of what comes back.
struct MethodCall {
  std::string method;
  std::string params;  // a JSON object
};
// Absent when a text in it is no UTF-8, or it calls nothing.
std::optional<MethodCall> method_call_of(const client_api::Request& request);
// Absent when the JSON is not what the schema says. Members that it does not know are left out.
std::optional<client_api::Response> response_of(const std::string& method, std::string_view result);
std::optional<client_api::Event> event_of(const std::string& method, std::string_view params);
// From the `data` of an error; unspecified when it is none of Kith's.
client_api::Failure failure_of(std::string_view data);

// Names of all methods and of all notifications, in the schema's order.
std::vector<std::string> method_names();
std::vector<std::string> notification_names();

}  // namespace kith::cli::rpc
