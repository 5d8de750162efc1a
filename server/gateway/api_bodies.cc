// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/gateway/api_bodies.h"

#include <google/protobuf/util/json_util.h>

#include <new>

#include "server/gateway/wire_error.h"
#include "wire/api.pb.h"

namespace kith::gateway {
namespace {

constexpr std::string_view kProtobuf = "application/x-protobuf";
constexpr std::string_view kJson = "application/json";

enum class Form { kNone, kProtobuf, kJson, kOther };

std::string_view media_type(std::string_view field) {
  std::string_view type = field.substr(0, field.find(';'));
  while (!type.empty() && type.back() == ' ') type.remove_suffix(1);
  return type;
}

Form form_of(std::string_view type) {
  if (type.empty()) return Form::kNone;
  if (net::equal_without_case(type, kProtobuf) || net::equal_without_case(type, "application/protobuf"))
    return Form::kProtobuf;
  if (net::equal_without_case(type, kJson)) return Form::kJson;
  return Form::kOther;
}

bool answers_protobuf(const net::IncomingRequest& request) {
  std::string_view rest = request.find("Accept");
  while (!rest.empty()) {
    const size_t comma = rest.find(',');
    std::string_view item = rest.substr(0, comma);
    while (item.starts_with(' ')) item.remove_prefix(1);
    const Form form = form_of(media_type(item));
    if (form == Form::kProtobuf) return true;
    if (form == Form::kJson) return false;
    if (comma == std::string_view::npos) break;
    rest.remove_prefix(comma + 1);
  }
  return form_of(media_type(request.find("Content-Type"))) == Form::kProtobuf;
}

}  // namespace

std::optional<BodyError> read_body(const net::IncomingRequest& request, google::protobuf::Message& message) try {
  const Form form = form_of(media_type(request.find("Content-Type")));
  if (request.body.empty() && form != Form::kOther) return std::nullopt;
  if (form == Form::kProtobuf) {
    if (message.ParseFromString(request.body)) return std::nullopt;
    return BodyError{400, {wire::kMalformed, "the body is no " + message.GetDescriptor()->name(), 0}};
  }
  if (form == Form::kJson) {
    const auto status = google::protobuf::util::JsonStringToMessage(request.body, &message);
    if (status.ok()) return std::nullopt;
    return BodyError{400, {wire::kMalformed, "the body is no " + message.GetDescriptor()->name() + " in JSON", 0}};
  }
  return BodyError{415, {wire::kMalformed, "Content-Type must be application/x-protobuf or application/json", 0}};
} catch (const std::bad_alloc&) {
  return BodyError{503, {wire::kUnavailable, "memory has run out", 1000}};
}

net::HttpResponse message_response(const net::IncomingRequest& request, int status,
                                   const google::protobuf::Message& message) {
  net::HttpResponse response;
  response.status = status;
  if (answers_protobuf(request)) {
    response.set("Content-Type", std::string(kProtobuf));
    message.SerializeToString(&response.body);
  } else {
    response.set("Content-Type", std::string(kJson));
    if (!google::protobuf::util::MessageToJsonString(message, &response.body).ok()) response.body = "{}";
  }
  return response;
}

net::HttpResponse error_response(const net::IncomingRequest& request, const Refusal& refusal) {
  return error_response(request, http_status_of(refusal.code), refusal);
}

net::HttpResponse error_response(const net::IncomingRequest& request, int status, const Refusal& refusal) {
  wire::ApiError error;
  error.set_code(refusal.code);
  error.set_detail(refusal.detail);
  error.set_retry_after_ms(refusal.retry_after_ms);
  if (refusal.device_list) *error.mutable_device_list() = *refusal.device_list;
  if (refusal.group) *error.mutable_group() = *refusal.group;
  net::HttpResponse response = message_response(request, status, error);
  if (refusal.retry_after_ms != 0) response.set("Retry-After", std::to_string((refusal.retry_after_ms + 999) / 1000));
  if (status == 401) response.set("WWW-Authenticate", "Bearer");
  return response;
}

}  // namespace kith::gateway
