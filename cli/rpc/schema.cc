// SPDX-License-Identifier: AGPL-3.0-or-later

#include "cli/rpc/schema.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <google/protobuf/util/json_util.h>

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

std::vector<std::string> method_names() { return names(methods()); }

std::vector<std::string> notification_names() { return names(events()); }

}  // namespace kith::cli::rpc
