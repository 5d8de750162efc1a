// SPDX-License-Identifier: AGPL-3.0-or-later

#include "cli/rpc/envelope.h"

#include <nlohmann/json.hpp>

#include "cli/json_line.h"
#include "cli/rpc/json_parts.h"

namespace kith::cli::rpc {
namespace {

// Deeper input is refused before it is parsed: writing a value out again recurses.
constexpr int kDepthMax = 100;

bool too_deep(std::string_view text) {
  int depth = 0;
  bool in_string = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      if (++depth > kDepthMax) return true;
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
  return false;
}

std::variant<Call, Error> read_call(std::string_view text) {
  Error error;
  error.code = kInvalidRequest;
  if (kind_of(text) != '{') {
    error.message = "a request is an object";
    return error;
  }
  const std::vector<Member> parts = members(text);
  Call call;
  if (const std::string_view id = find(parts, "id"); !id.empty()) {
    if (kind_of(id) != '"' && kind_of(id) != '0' && kind_of(id) != 'n') {
      error.message = "id is a string, a number or null";
      return error;
    }
    call.id = id;
    error.id = call.id;
  }
  const std::string_view version = find(parts, "jsonrpc");
  if (kind_of(version) != '"' || string_of(version) != "2.0") {
    error.message = "jsonrpc must be \"2.0\"";
    return error;
  }
  const std::string_view method = find(parts, "method");
  if (kind_of(method) != '"') {
    error.message = "method must be a string";
    return error;
  }
  call.method = string_of(method);
  if (const std::string_view change = find(parts, "change"); !change.empty()) {
    if (kind_of(change) != '"') {
      error.message = "change must be a string";
      return error;
    }
    call.change = string_of(change);
  }
  call.params = "{}";
  if (const std::string_view params = find(parts, "params"); kind_of(params) == '[') {
    if (!elements(params).empty()) {
      error.code = kInvalidParams;
      error.message = "params are given by name: an object, not an array";
      return error;
    }
  } else if (kind_of(params) == '{') {
    call.params = params;
  } else if (!params.empty()) {
    error.message = "params must be an object";
    return error;
  }
  return call;
}

Incoming only(int code, std::string message) {
  Error error;
  error.code = code;
  error.message = std::move(message);
  Incoming incoming;
  incoming.calls.emplace_back(std::move(error));
  return incoming;
}

}  // namespace

Incoming parse(std::string_view line) {
  if (too_deep(line)) return only(kParseError, "nested more than 100 deep");
  if (!nlohmann::json::accept(line)) return only(kParseError, "not JSON");
  Incoming incoming;
  if (kind_of(line) != '[') {
    incoming.calls.push_back(read_call(line));
    return incoming;
  }
  const std::vector<std::string_view> requests = elements(line);
  if (requests.empty()) return only(kInvalidRequest, "an array of requests can't be empty");
  if (requests.size() > kBatchMax) return only(kInvalidRequest, "more than 1000 requests in one array");
  incoming.is_batch = true;
  for (const std::string_view request : requests) incoming.calls.push_back(read_call(request));
  return incoming;
}

std::string result_object(const std::string& id, const std::string& result) {
  return R"({"jsonrpc":"2.0","id":)" + id + R"(,"result":)" + result + "}";
}

std::string error_object(const Error& error) {
  std::string text = R"({"jsonrpc":"2.0","id":)" + error.id + R"(,"error":{"code":)" + std::to_string(error.code) +
                     R"(,"message":)" + json_string(error.message);
  if (!error.data.empty()) text += R"(,"data":)" + error.data;
  return text + "}}";
}

std::string call_object(const Call& call) {
  std::string text = R"({"jsonrpc":"2.0","id":)" + call.id + R"(,"method":)" + json_string(call.method);
  if (!call.change.empty()) text += R"(,"change":)" + json_string(call.change);
  return text + R"(,"params":)" + call.params + "}";
}

std::string notification_object(const std::string& method, const std::string& params) {
  return R"({"jsonrpc":"2.0","method":)" + json_string(method) + R"(,"params":)" + params + "}";
}

}  // namespace kith::cli::rpc
