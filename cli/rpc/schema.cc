// SPDX-License-Identifier: AGPL-3.0-or-later

#include "cli/rpc/schema.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <google/protobuf/util/json_util.h>

#include <memory>

namespace kith::cli::rpc {
namespace {

namespace protobuf = google::protobuf;

const protobuf::OneofDescriptor& methods() { return *client_api::Request::descriptor()->FindOneofByName("method"); }
const protobuf::OneofDescriptor& results() { return *client_api::Response::descriptor()->FindOneofByName("result"); }
const protobuf::OneofDescriptor& events() { return *client_api::Event::descriptor()->FindOneofByName("kind"); }

const protobuf::FieldDescriptor* find(const protobuf::OneofDescriptor& oneof, const std::string& name) {
  for (int i = 0; i < oneof.field_count(); ++i) {
    if (oneof.field(i)->name() == name) return oneof.field(i);
  }
  return nullptr;
}

std::vector<std::string> names(const protobuf::OneofDescriptor& oneof) {
  std::vector<std::string> all;
  for (int i = 0; i < oneof.field_count(); ++i) all.push_back(oneof.field(i)->name());
  return all;
}

std::string to_json(const protobuf::Message& message) {
  protobuf::util::JsonPrintOptions options;
  options.always_print_primitive_fields = true;
  options.preserve_proto_field_names = true;
  std::string json;
  // Fails only for well-known types with values out of range, which the schema does not use.
  if (!protobuf::util::MessageToJsonString(message, &json, options).ok()) return "{}";
  return json;
}

bool read_json(std::string_view json, protobuf::Message& message) {
  protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;  // a newer kith may have written them
  return protobuf::util::JsonStringToMessage(protobuf::StringPiece(json.data(), json.size()), &message, options).ok();
}

// Protobuf reads no text that is not UTF-8.
bool is_utf8_throughout(const protobuf::Message& message) {
  const std::unique_ptr<protobuf::Message> copy(message.New());
  return copy->ParseFromString(message.SerializeAsString());
}

// The message of the set field of the oneof as JSON; "{}" when none is set.
std::string set_field_json(const protobuf::Message& message, const protobuf::OneofDescriptor& oneof) {
  const protobuf::FieldDescriptor* const field = message.GetReflection()->GetOneofFieldDescriptor(message, &oneof);
  return field ? to_json(message.GetReflection()->GetMessage(message, field)) : "{}";
}

}  // namespace

Result<client_api::Request, CallFailure> make_request(const std::string& method, std::string_view params) {
  const protobuf::FieldDescriptor* const field = find(methods(), method);
  if (!field) return Fail(CallFailure{CallError::kNoSuchMethod, "there is no method " + method});
  client_api::Request request;
  protobuf::Message* const call = request.GetReflection()->MutableMessage(&request, field);
  const auto parsed = protobuf::util::JsonStringToMessage(protobuf::StringPiece(params.data(), params.size()), call);
  if (!parsed.ok()) return Fail(CallFailure{CallError::kInvalidParams, std::string(parsed.message())});
  return request;
}

std::string result_json(const client_api::Response& response) { return set_field_json(response, results()); }

Notification notification_of(const client_api::Event& event) {
  const protobuf::FieldDescriptor* const field = event.GetReflection()->GetOneofFieldDescriptor(event, &events());
  if (!field) return {"resync", "{}"};  // an event that this program does not know: the state is to be read again
  return {field->name(), set_field_json(event, events())};
}

std::optional<MethodCall> method_call_of(const client_api::Request& request) {
  const protobuf::FieldDescriptor* const field = request.GetReflection()->GetOneofFieldDescriptor(request, &methods());
  if (!field) return std::nullopt;
  protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  MethodCall call{field->name(), ""};
  const protobuf::Message& params = request.GetReflection()->GetMessage(request, field);
  if (!is_utf8_throughout(params) || !protobuf::util::MessageToJsonString(params, &call.params, options).ok())
    return std::nullopt;
  return call;
}

std::optional<client_api::Response> response_of(const std::string& method, std::string_view result) {
  const protobuf::FieldDescriptor* const field = find(results(), method);
  client_api::Response response;
  if (!field || !read_json(result, *response.GetReflection()->MutableMessage(&response, field))) return std::nullopt;
  return response;
}

std::optional<client_api::Event> event_of(const std::string& method, std::string_view params) {
  const protobuf::FieldDescriptor* const field = find(events(), method);
  client_api::Event event;
  if (!field || !read_json(params, *event.GetReflection()->MutableMessage(&event, field))) return std::nullopt;
  return event;
}

client_api::Failure failure_of(std::string_view data) {
  client_api::Failure failure;
  if (!read_json(data, failure)) failure.Clear();
  return failure;
}

std::vector<std::string> method_names() { return names(methods()); }

std::vector<std::string> notification_names() { return names(events()); }

}  // namespace kith::cli::rpc
