// SPDX-License-Identifier: AGPL-3.0-or-later

#include "cli/mentions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kith::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

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

TEST_F(MentionsIn, ATextAreThoseWhoseExactNameStandsBehindAnAt) {
  EXPECT_THAT(in("@Ben"), ElementsAre("ben 0+4"));
  EXPECT_THAT(in("ask @Ben, and (@Jürgen)!"), ElementsAre("ben 4+4", "jurgen 15+8"));
  EXPECT_THAT(in("ü @Ben"), ElementsAre("ben 3+4")) << "in bytes";
  EXPECT_THAT(in("@Ben @Ben"), ElementsAre("ben 0+4", "ben 5+4"));
  EXPECT_THAT(in("你好 @Ben你好"), ElementsAre("ben 7+4")) << "writing without spaces";
  EXPECT_THAT(in("@b.two"), ElementsAre("ben 0+6")) << "a username";
  for (const char* text : {"Ben", "@ben", "@Benn", "@Ben2", "@Ben_", "@Beńo", "@ Ben", "@", "@@", "@Be", "x@Ben",
                           "a.@Ben", "@Dan", "", "@Ana"})
    EXPECT_THAT(in(text), IsEmpty()) << text;
}

TEST_F(MentionsIn, ATextAreTheLongestThatFit) {
  EXPECT_THAT(in("@Ben Two"), ElementsAre("bent 0+8"));
  EXPECT_THAT(in("@Ben Twos"), ElementsAre("ben 0+4"));
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
