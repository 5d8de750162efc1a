// SPDX-License-Identifier: AGPL-3.0-or-later

// Of commands that have no file of tests of their own, and what all share.
#include <gmock/gmock.h>

#include "cli/shell_word.h"
#include "cli/testing/commands_fixture.h"

namespace kith::cli {
namespace {

using client_api::Event;
using client_api::Failure;
using client_api::Request;
using client_api::State;
using testing::Commands;
using testing::connection_event;
using ::testing::HasSubstr;

TEST_F(Commands, ASearchThatFindsNothingSaysSoToPeople) {
  EXPECT_EQ(run_search(context, {.query = "walnut", .with = "", .json = true}), ExitCode::kOk);
  EXPECT_EQ(output.words(), "");
  EXPECT_EQ(run_search(context, {.query = "walnut", .with = ""}), ExitCode::kOk);
  EXPECT_THAT(output.words(), HasSubstr("nothing was found"));
  EXPECT_EQ(output.data(), "");
}

TEST_F(Commands, AProfileCanNotForgeALine) {
  profile.set_name("Eva\nabout  honest");
  profile.set_about("On the road\nhandle  +491700000009");
  profile.add_handles()->set_text("+491700000002");
  EXPECT_EQ(run_profile_show(context, {}), ExitCode::kOk);
  EXPECT_EQ(lines(), 3);
}

TEST_F(Commands, RemovingAContactTakesNamesAndSaysWhoIsNone) {
  auto& contact = contacts.emplace_back();
  contact.mutable_handle()->set_text("+491700000002");
  contact.set_name("Ben Müller");
  for (const char* whom : {"ben müller", "+49 170 0000002"}) {
    EXPECT_EQ(run_contacts_remove(context, whom), ExitCode::kOk) << whom;
    EXPECT_TRUE(host.requests.back().set_contact().remove());
    EXPECT_EQ(host.requests.back().set_contact().handle(), "+491700000002");
  }
  EXPECT_EQ(run_contacts_remove(context, "+491700000009"), ExitCode::kFailed);
  EXPECT_THAT(output.words(), HasSubstr("+491700000009 is not among the contacts"));
  EXPECT_EQ(run_contacts_remove(context, "Eva"), ExitCode::kUsage);
}

TEST_F(Commands, WhatIsToBeTypedNextCanBeTyped) {
  EXPECT_EQ(shell_word("+491700000001"), "+491700000001");
  EXPECT_EQ(shell_word("Cleo Two"), "'Cleo Two'");
  EXPECT_EQ(shell_word("O'Neill; rm"), "'O'\\''Neill; rm'");
  EXPECT_EQ(run_verify(context, {.with = "+491700000002"}), ExitCode::kOk);
  contacts.emplace_back().mutable_handle()->set_text("+491700000003");
  contacts.back().set_name("Cleo Two");
  EXPECT_EQ(run_verify(context, {.with = "Cleo Two"}), ExitCode::kOk);
  EXPECT_THAT(output.words(), HasSubstr("kith verify 'Cleo Two' --mark"));
}

TEST_F(Commands, RefusalsSayThingsOnceAndWithoutNamesOfFields) {
  const auto words = [](Failure::Code code, const char* detail) {
    Failure refused;
    refused.set_code(code);
    refused.set_detail(detail);
    return describe(refused);
  };
  EXPECT_EQ(words(Failure::kInvalidHandle, "handle: must be like +491700000001"),
            "not a phone number with country code, an e-mail address or a username, like +491700000001, "
            "ana@example.org, @ana");
  EXPECT_EQ(words(Failure::kInvalidArgument, "pin: must have 4 to 64 characters"),
            "a value can't be taken (pin: must have 4 to 64 characters)");
  EXPECT_THAT(words(Failure::kNoSuchAccount, "account_id"), ::testing::Not(HasSubstr("account_id")));
  EXPECT_EQ(words(Failure::kNoSuchMessage, "id"), "there is no such message");
  EXPECT_THAT(words(Failure::kIdentityChanged, "conversation: agree"), ::testing::Not(HasSubstr("conversation")));
  EXPECT_EQ(words(Failure::kOffline, "can't connect"), "the server can't be reached (can't connect)");
}

TEST_F(Commands, StatusOfADeviceThatWasEndedSaysWhatToDo) {
  host.publish(connection_event(State::kOffline));
  host.events = {connection_event(State::kEnded)};
  EXPECT_EQ(run_status(context, {}), ExitCode::kDeviceEnded);
  EXPECT_THAT(output.words(), HasSubstr("kith register takes the number back"));
}

TEST_F(Commands, WhatNeedsTheServerConnectsAndIsAskedAgain) {
  host.publish(connection_event(State::kOffline));
  failure = Failure::kOffline;
  Request request;
  request.mutable_set_pin();
  EXPECT_FALSE(ask(context, request));
  ASSERT_EQ(host.requests.size(), 3u);
  EXPECT_TRUE(host.requests[1].has_connect());
  EXPECT_TRUE(host.requests[2].has_set_pin());
  // Once connecting, the answer is believed.
  EXPECT_FALSE(ask(context, request));
  EXPECT_EQ(host.requests.size(), 4u);
}

TEST_F(Commands, LeftoversAreSentByAnyLaterCommand) {  // [F2]
  Event unsent = connection_event(State::kOffline);
  unsent.mutable_state_changed()->set_unsent_messages(2);
  host.publish(unsent);
  Event sent = connection_event(State::kOnline);
  host.events = {connection_event(State::kConnecting), sent};
  host.events[0].mutable_state_changed()->set_unsent_messages(2);
  send_leftovers(context);
  ASSERT_EQ(host.requests.size(), 1u);
  EXPECT_TRUE(host.requests[0].has_connect());
}

TEST_F(Commands, WithoutLeftoversNothingIsConnected) {
  host.publish(connection_event(State::kOffline));
  send_leftovers(context);
  EXPECT_TRUE(host.requests.empty());
}

}  // namespace
}  // namespace kith::cli
