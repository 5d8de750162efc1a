// SPDX-License-Identifier: AGPL-3.0-or-later

#include "cli/mentions.h"

#include <gmock/gmock.h>
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace kith::cli {
namespace {

using ::testing::ElementsAre;

class MentionsIn : public ::testing::Test {
 protected:
  MentionsIn() {
    add("own", "Ana", "")->set_this_account(true);
    add("ben", "Ben", "@b.two");
    add("bent", "Ben Two", "");
    add("jurgen", "Jürgen", "");
    add("one", "Cleo", "");
    add("two", "Cleo", "@cleo");
  }
  client_api::ListMembersResponse::Member* add(const char* account, const char* name, const char* handle) {
    auto* const member = members.add_members();
    member->mutable_person()->set_account_id(account);
    member->mutable_person()->set_name(name);
    if (*handle != 0) member->mutable_person()->add_handles()->set_text(handle);
    return member;
  }
  // "ben 0+4": who, where, how long.
  std::vector<std::string> in(const std::string& text) const {
    std::vector<std::string> found;
    for (const auto& one : mentions_in(text, members).of)
      found.push_back(one.account_id() + " " + std::to_string(one.start()) + "+" + std::to_string(one.length()));
    return found;
  }

  client_api::ListMembersResponse members;
};

TEST_F(MentionsIn, ATextAreThoseThatTheVectorsName) {
  std::ifstream file(std::string(KITH_SOURCE_DIR) + "/tests/mention_vectors.json");
  std::ostringstream json;
  json << file.rdbuf();
  google::protobuf::Struct vectors;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(json.str(), &vectors).ok());
  members.clear_members();
  for (const auto& each : vectors.fields().at("members").list_value().values()) {
    const auto& fields = each.struct_value().fields();
    const std::string username = fields.at("username").string_value();
    add(fields.at("account").string_value().c_str(), fields.at("name").string_value().c_str(),
        username.empty() ? "" : ("@" + username).c_str())
        ->set_this_account(fields.at("this_account").bool_value());
  }
  const auto& cases = vectors.fields().at("cases").list_value().values();
  ASSERT_GT(cases.size(), 40);
  for (const auto& each : cases) {
    const auto& fields = each.struct_value().fields();
    std::vector<std::string> named;
    for (const auto& one : fields.at("named").list_value().values()) named.push_back(one.string_value());
    EXPECT_EQ(in(fields.at("text").string_value()), named) << fields.at("text").string_value();
  }
}

TEST_F(MentionsIn, ATextAreNoneWhereANameIsMoreThanOnes) {
  EXPECT_THAT(in("@Cleo @cleo"), ElementsAre("two 6+5"));
  EXPECT_THAT(mentions_in("@Cleo @cleo", members).unclear, ElementsAre("@Cleo"));
}

TEST_F(MentionsIn, ATextAreNoMoreThanCanBeSent) {
  std::string text;
  for (int i = 0; i < 300; ++i) text += "@Ben ";
  EXPECT_EQ(mentions_in(text, members).of.size(), 256u);
}

}  // namespace
}  // namespace kith::cli
