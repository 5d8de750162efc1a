// SPDX-License-Identifier: AGPL-3.0-or-later

#include "cli/whom.h"

#include <gmock/gmock.h>

#include "cli/testing/commands_fixture.h"

namespace kith::cli {
namespace {

using client_api::Event;
using client_api::State;
using testing::connection_event;
using ::testing::HasSubstr;

class FindWhom : public testing::Commands {};

TEST_F(FindWhom, ANameStandsForItsContactUnlessTwoHaveIt) {
  for (const auto& [phone, name] :
       {std::pair("+491700000002", "Ben Müller"), {"+491700000003", "Eva"}, {"+491700000004", "eva"}}) {
    auto& contact = contacts.emplace_back();
    contact.mutable_handle()->set_text(phone);
    contact.set_name(name);
  }
  const auto ben = find_whom(context, "BEN MU\u0308LLER");
  ASSERT_TRUE(ben);
  EXPECT_EQ(ben->handle, "+491700000002");
  EXPECT_EQ(find_whom(context, "Eva").error(), ExitCode::kUsage);
  EXPECT_THAT(output.words(), HasSubstr("Eva (+491700000003), eva (+491700000004)"));
  for (const char* mistyped : {"Ben Mueller", "ben mueller", "BENMÜLLER"}) {
    EXPECT_EQ(find_whom(context, mistyped).error(), ExitCode::kUsage);
    EXPECT_THAT(output.words(), HasSubstr(std::string(mistyped) + "; did you mean Ben Müller?"));
  }
  EXPECT_EQ(find_whom(context, "note to self").error(), ExitCode::kUsage) << "nobody is registered here";
  const size_t asked = host.requests.size();
  EXPECT_EQ(find_whom(context, "+49 170 0000002")->handle, "+49 170 0000002");
  EXPECT_EQ(find_whom(context, std::string(32, 'a'))->id, std::string(32, 'a'));
  for (const char* const handle : {"@eva", "eva@example.org", "@e"})
    EXPECT_EQ(find_whom(context, handle)->handle, handle);
  EXPECT_EQ(host.requests.size(), asked) << "handles and ids need no looking up";
  EXPECT_EQ(find_whom(context, "Eva @ work").error(), ExitCode::kUsage);
  EXPECT_THAT(output.words(), HasSubstr("nobody here is called Eva @ work"));
}

TEST_F(FindWhom, OneselfIsCalledNoteToSelfAndByOnesOwnName) {
  Event registered = connection_event(State::kOffline);
  registered.mutable_state_changed()->add_handles()->set_text("+491700000001");
  registered.mutable_state_changed()->set_name("Ana");
  host.publish(registered);
  auto& notes = conversations.emplace_back();
  notes.set_id(std::string(32, 'a'));
  notes.set_title("Ana");
  notes.mutable_self();
  for (const char* whom : {"Note to self", "note to SELF", "ana"}) {
    const auto found = find_whom(context, whom);
    ASSERT_TRUE(found) << whom;
    EXPECT_EQ(found->id, std::string(32, 'a')) << whom;
  }
  conversations.clear();
  EXPECT_EQ(find_whom(context, "Note to self")->handle, "+491700000001") << "before the first note";
  auto& other = contacts.emplace_back();
  other.mutable_handle()->set_text("+491700000002");
  other.set_name("Ana");
  EXPECT_EQ(find_whom(context, "Ana").error(), ExitCode::kUsage);
  EXPECT_THAT(output.words(), HasSubstr("Note to self (+491700000001), Ana (+491700000002)"));
  auto& self = contacts.emplace_back();
  self.mutable_handle()->set_text("+491700000001");
  self.set_name("Me");
  EXPECT_EQ(find_whom(context, "me")->handle, "+491700000001");
  EXPECT_EQ(find_whom(context, "note to self")->handle, "+491700000001");
}

TEST_F(FindWhom, ANameThatSomebodyGaveThemselvesTakesNoneFromWhomTheUserGaveIt) {
  Event registered = connection_event(State::kOffline);
  registered.mutable_state_changed()->add_handles()->set_text("+491700000001");
  registered.mutable_state_changed()->set_name("Ana");
  host.publish(registered);
  auto& ben = contacts.emplace_back();
  ben.mutable_handle()->set_text("+491700000002");
  ben.set_name("Ben");
  const auto add_stranger = [this](char id, const char* name) {
    auto& stranger = conversations.emplace_back();
    stranger.set_id(std::string(32, id));
    stranger.set_title(name);
    stranger.mutable_direct()->mutable_partner()->set_account_id(std::string(32, id));
  };
  add_stranger('a', "BEN");
  add_stranger('b', "Note to self");
  add_stranger('c', "Ana");
  add_stranger('d', "Eva");
  const auto handle_of_named = [this](const char* name) {
    const auto found = find_whom(context, name);
    return found ? found->handle : output.words();
  };
  EXPECT_EQ(handle_of_named("Ben"), "+491700000002");
  EXPECT_EQ(handle_of_named("BEN"), "+491700000002");
  EXPECT_EQ(handle_of_named("Note to self"), "+491700000001");
  EXPECT_EQ(handle_of_named("Ana"), "+491700000001");
  EXPECT_EQ(find_whom(context, "Eva")->id, std::string(32, 'd')) << "one name is enough where nobody else has it";
  add_stranger('e', "eva");
  EXPECT_EQ(find_whom(context, "Eva").error(), ExitCode::kUsage);
}

TEST_F(FindWhom, APersonWithTwoContactsOfOneNameIsOnePerson) {
  for (const char* handle : {"+491700000002", "ben@example.org"}) {
    auto& contact = contacts.emplace_back();
    contact.mutable_handle()->set_text(handle);
    contact.set_name("Ben");
    contact.set_account_id(std::string(32, 'b'));
  }
  const auto found = find_whom(context, "Ben");
  ASSERT_TRUE(found) << output.words();
  EXPECT_EQ(found->handle, "+491700000002");
}

}  // namespace
}  // namespace kith::cli
