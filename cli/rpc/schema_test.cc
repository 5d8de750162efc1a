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

TEST(Schema, DocumentationShowsTheExampleThatTheTestsRun) {
  const std::string example = read_source("tests/rpc_example.py");
  ASSERT_FALSE(example.empty());
  EXPECT_NE(read_source("docs/rpc.md").find(example), std::string::npos);
}

}  // namespace
}  // namespace kith::cli::rpc
