// SPDX-License-Identifier: AGPL-3.0-or-later

#include "cli/rpc/envelope.h"

#include <nlohmann/json.hpp>

#include "cli/json_line.h"

namespace kith::cli::rpc {
namespace {

using nlohmann::json;

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

std::variant<Call, Error> read_call(const json& object) {
  Error error;
  error.code = kInvalidRequest;
  if (!object.is_object()) {
    error.message = "a request is an object";
    return error;
  }
  Call call;
  if (const auto id = object.find("id"); id != object.end()) {
    if (!id->is_string() && !id->is_number() && !id->is_null()) {
      error.message = "id is a string, a number or null";
      return error;
    }
    call.id = id->dump();
    error.id = call.id;
  }
  const auto version = object.find("jsonrpc");
  if (version == object.end() || *version != "2.0") {
    error.message = "jsonrpc must be \"2.0\"";
    return error;
  }
  const auto method = object.find("method");
  if (method == object.end() || !method->is_string()) {
    error.message = "method must be a string";
    return error;
  }
  call.method = method->get<std::string>();
  if (const auto change = object.find("change"); change != object.end()) {
    if (!change->is_string()) {
      error.message = "change must be a string";
      return error;
    }
    call.change = change->get<std::string>();
  }
  call.params = "{}";
  if (const auto params = object.find("params"); params != object.end()) {
    if (params->is_array()) {
      if (!params->empty()) {
        error.code = kInvalidParams;
        error.message = "params are given by name: an object, not an array";
        return error;
      }
    } else if (params->is_object()) {
      call.params = params->dump();
    } else {
      error.message = "params must be an object";
      return error;
    }
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
  const json value = json::parse(line, nullptr, false);
  if (value.is_discarded()) return only(kParseError, "not JSON");
  if (!value.is_array()) {
    Incoming incoming;
    incoming.calls.push_back(read_call(value));
    return incoming;
  }
  if (value.empty()) return only(kInvalidRequest, "an array of requests can't be empty");
  if (value.size() > kBatchMax) return only(kInvalidRequest, "more than 1000 requests in one array");
  Incoming incoming;
  incoming.is_batch = true;
  for (const json& object : value) incoming.calls.push_back(read_call(object));
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

std::string notification_object(const std::string& method, const std::string& params) {
  return R"({"jsonrpc":"2.0","method":)" + json_string(method) + R"(,"params":)" + params + "}";
}

}  // namespace kith::cli::rpc
