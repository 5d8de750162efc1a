// SPDX-License-Identifier: AGPL-3.0-or-later

#include "cli/rpc/schema.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace kith::cli::rpc {
namespace {

std::string read_source(const std::string& path) {
  std::ifstream file(std::string(KITH_SOURCE_DIR) + "/" + path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(Schema, EveryMethodCanBeCalledWithEmptyParams) {
  ASSERT_GT(method_names().size(), 20u);
  for (const std::string& method : method_names()) EXPECT_TRUE(make_request(method, "{}")) << method;
}

TEST(Schema, EveryMethodHasAResultOfItsName) {
  const auto* const results = client_api::Response::descriptor()->FindOneofByName("result");
  for (const std::string& method : method_names()) {
    const auto* const field = client_api::Response::descriptor()->FindFieldByName(method);
    EXPECT_TRUE(field && field->containing_oneof() == results) << method;
  }
}

TEST(Schema, ParamsAreReadByTheProtobufMapping) {
  const auto request =
      make_request("list_messages", R"({"conversation":"ab","before_order_us":"1700000000000000","limit":3})");
  ASSERT_TRUE(request);
  EXPECT_EQ(request->list_messages().before_order_us(), 1700000000000000u);
  EXPECT_EQ(request->list_messages().limit(), 3u);
  EXPECT_FALSE(make_request("list_messages", R"({"limit":"many"})"));
  EXPECT_FALSE(make_request("list_messages", R"({"limit":-1})"));
}

TEST(Schema, DocumentationNamesEveryMethodAndNotification) {
  const std::string page = read_source("docs/rpc.md");
  for (const std::string& name : method_names()) EXPECT_NE(page.find("| `" + name + "` |"), std::string::npos) << name;
  for (const std::string& name : notification_names())
    EXPECT_NE(page.find("| `" + name + "` |"), std::string::npos) << name;
}

TEST(Schema, DocumentationNamesEveryFailure) {
  const std::string page = read_source("docs/rpc.md");
  const auto* const codes = client_api::Failure::Code_descriptor();
  for (int i = 0; i < codes->value_count(); ++i) {
    if (codes->value(i)->number() == 0) continue;
    const std::string row =
        "| " + std::to_string(-32000 - codes->value(i)->number()) + " | `" + codes->value(i)->name() + "` |";
    EXPECT_NE(page.find(row), std::string::npos) << row;
  }
}

TEST(Schema, DocumentationShowsTheExamplesThatTheTestsRun) {
  for (const char* const path : {"tests/rpc_example.py", "tests/rpc_groups_example.py"}) {
    const std::string example = read_source(path);
    ASSERT_FALSE(example.empty()) << path;
    EXPECT_NE(read_source("docs/rpc.md").find(example), std::string::npos) << path;
  }
}

TEST(Schema, ACallReadsAsTheRequestItWasMadeOf) {
  client_api::Request request;
  request.mutable_set_settings()->set_read_receipts(false);
  const auto call = method_call_of(request);
  ASSERT_TRUE(call);
  const auto read = make_request(call->method, call->params);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->SerializeAsString(), request.SerializeAsString());
  request.mutable_set_draft()->set_text("\xff");
  EXPECT_FALSE(method_call_of(request)) << "no UTF-8";
  EXPECT_FALSE(method_call_of({}));
}

TEST(Schema, AResultAndANotificationReadAsWhatTheyWereMadeOf) {
  client_api::Response response;
  response.mutable_get_safety_number()->set_qr_payload(std::string("\0\xff\x80", 3));
  response.mutable_get_safety_number()->set_verified(true);
  const auto read = response_of("get_safety_number", result_json(response));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->SerializeAsString(), response.SerializeAsString());
  client_api::Event event;
  event.mutable_message_added()->mutable_text()->set_text("a\nb\xC2\x9B");
  event.mutable_message_added()->set_sent_at_us(UINT64_MAX);
  const Notification notification = notification_of(event);
  EXPECT_EQ(notification.params.find('\xC2'), std::string::npos) << "what a terminal would obey is escaped";
  const auto again = event_of(notification.method, notification.params);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->SerializeAsString(), event.SerializeAsString());
}

TEST(Schema, WhatANewerKithAddedIsLeftOutAndWhatIsNoneIsRefused) {
  EXPECT_TRUE(response_of("get_message", R"({"id":"a","invented":{"later":1}})"));
  EXPECT_FALSE(response_of("get_message", "[]"));
  EXPECT_FALSE(response_of("invented", "{}"));
  EXPECT_FALSE(event_of("invented", "{}"));
  EXPECT_EQ(failure_of(R"({"code":"kOffline","detail":"why","retry_after_ms":5})").retry_after_ms(), 5u);
  EXPECT_EQ(failure_of("").code(), client_api::Failure::kUnspecified);
}

}  // namespace
}  // namespace kith::cli::rpc
