// SPDX-License-Identifier: AGPL-3.0-or-later

// What a request may cost, whoever makes it: a program that speaks `kith rpc`, or a page that has been taken over.
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <gtest/gtest.h>

#include "base/testing/little_memory.h"
#include "core/testing/world.h"

namespace kith::core::testing {
namespace {

using client_api::Request;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr size_t kTextBytes = size_t{1} << 20;  // a line of `kith rpc`
constexpr int kEntries = 200'000;               // of a list: what fits into such a line

// Every text as long as may be, every list as full.
void fill(Message& message, const std::string& text, const std::string& part) {
  const auto& reflection = *message.GetReflection();
  const auto& descriptor = *message.GetDescriptor();
  for (int i = 0; i < descriptor.field_count(); ++i) {
    const FieldDescriptor* const field = descriptor.field(i);
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
      if (field->is_repeated()) {
        for (int entry = 0; entry < kEntries; ++entry)
          reflection.AddString(&message, field, std::to_string(entry) + part);
      } else {
        reflection.SetString(&message, field, text);
      }
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && !field->is_repeated()) {
      fill(*reflection.MutableMessage(&message, field), text, part);
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_UINT32 && !field->is_repeated()) {
      reflection.SetUInt32(&message, field, UINT32_MAX);
    }
  }
}

TEST(RequestBounds, TheWorstRequestOfEachMethodTakesLittleTimeAndMemoryAndTheNextIsAnswered_LIMIT_1) {
  World world;
  Host& ana = world.add("ana");
  Host& ben = world.add("ben");
  sign_up(ana, "+491700000001", "Ana");
  sign_up(ben, "+491700000002", "Ben");
  const std::string chat = open_chat(ana, "+491700000002");
  const auto& methods = *Request::descriptor()->FindOneofByName("method");
  for (const std::string part : {"a", "\xF0\x9F\x91\xA9\xE2\x80\x8D", "\xCC\x81", "1 ", "\n"}) {
    std::string text;
    while (text.size() < kTextBytes) text += part;
    for (int i = 0; i < methods.field_count(); ++i) {
      const FieldDescriptor* const method = methods.field(i);
      const int outcome = kith::testing::in_little_memory(size_t{128} << 20, 10, [&] {
        Request request;
        Message& call = *request.GetReflection()->MutableMessage(&request, method);
        fill(call, text, part);
        // The conversation is there, so that more than its id is looked at.
        if (const FieldDescriptor* const field = method->message_type()->FindFieldByName("conversation"))
          call.GetReflection()->SetString(&call, field, chat);
        Request parsed;
        if (!parsed.ParseFromString(request.SerializeAsString())) return 1;
        (void)ana.request(std::move(parsed));
        Request state;
        state.mutable_get_state();
        return ana.request(std::move(state)).has_get_state() ? 0 : 2;
      });
      EXPECT_EQ(outcome, 0) << method->name() << " of " << part;
    }
  }
}

}  // namespace
}  // namespace kith::core::testing
