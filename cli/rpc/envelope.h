// SPDX-License-Identifier: AGPL-3.0-or-later

// JSON-RPC 2.0 envelopes, one a line. No meaning of methods here.
//
// Source: https://www.jsonrpc.org/specification
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace kith::cli::rpc {

constexpr int kParseError = -32700;
constexpr int kInvalidRequest = -32600;
constexpr int kMethodNotFound = -32601;
constexpr int kInvalidParams = -32602;
constexpr int kInternalError = -32603;
constexpr int kFailureBase = -32000;  // minus Failure.code

// More calls in one array are refused with kInvalidRequest (LIMIT-1).
constexpr size_t kBatchMax = 1000;

struct Call {
  std::string id;  // as JSON; "" when absent: no answer is wanted
  std::string method;
  std::string params;  // a JSON object; "{}" when absent
  std::string change;  // Request.change; "" when absent
};
struct Error {
  std::string id = "null";  // as JSON
  int code = 0;
  std::string message;
  std::string data;  // as JSON; "" for none
};
struct Incoming {
  bool is_batch = false;  // the answers are one array
  std::vector<std::variant<Call, Error>> calls;
};

// Never fails: what is wrong comes out as an Error to send back.
Incoming parse(std::string_view line);

// Each one object without line breaks.
std::string result_object(const std::string& id, const std::string& result);
std::string error_object(const Error& error);
std::string call_object(const Call& call);
std::string notification_object(const std::string& method, const std::string& params);

}  // namespace kith::cli::rpc
