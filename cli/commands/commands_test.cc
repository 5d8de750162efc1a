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
  EXPECT_THAT(words(Failure::kNoSuchLink, "it is of https://other.example"),
              ::testing::EndsWith("(it is of https://other.example)"));
  EXPECT_EQ(words(Failure::kOffline, "can't connect"), "the server can't be reached (can't connect)");
}

TEST_F(Commands, EveryFailureHasWordsOfItsOwn) {
  const auto* const codes = Failure::Code_descriptor();
  for (int i = 0; i < codes->value_count(); ++i) {
    Failure refused;
    refused.set_code(static_cast<Failure::Code>(codes->value(i)->number()));
    if (refused.code() == Failure::kUnspecified) continue;
    EXPECT_NE(describe(refused), "failed") << codes->value(i)->name();
  }
}

TEST_F(Commands, StatusOfADeviceThatWasEndedSaysWhatToDo) {
  host.publish(connection_event(State::kOffline));
  Event ended = connection_event(State::kEnded);
  ended.mutable_state_changed()->set_first_device(true);
  host.events = {ended};
  EXPECT_EQ(run_status(context, {}), ExitCode::kDeviceEnded);
  EXPECT_THAT(output.words(), HasSubstr("kith register takes the number back"));
}

TEST_F(Commands, StatusOfALinkedDeviceThatWasEndedSaysHowItIsLinkedAgain) {
  host.publish(connection_event(State::kOffline));
  host.events = {connection_event(State::kEnded)};
  EXPECT_EQ(run_status(context, {}), ExitCode::kDeviceEnded);
  EXPECT_THAT(output.words(), HasSubstr("kith devices link"));
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

TEST_F(Commands, AChangeIsSaidToBeKeptByTheCommandThatMadeItAlone) {
  Event offline = connection_event(State::kWaiting);
  offline.mutable_state_changed()->set_changes_unsent(true);
  host.publish(offline);
  failure = Failure::kOffline;
  EXPECT_EQ(run_settings_set(context, "pin", "1234"), ExitCode::kOffline);
  failure = Failure::kUnspecified;
  EXPECT_EQ(run_profile_show(context, {}), ExitCode::kOk);
  EXPECT_EQ(run_verify(context, {.with = "+491700000002"}), ExitCode::kOk);
  host.publish(offline);
  send_leftovers(context);
  EXPECT_THAT(output.words(), ::testing::Not(HasSubstr("the change is kept")));
  Request block;
  block.mutable_set_blocked();
  EXPECT_TRUE(ask(context, std::move(block)));
  send_leftovers(context);
  EXPECT_THAT(output.words(), HasSubstr("offline: the change is kept"));
}

class Accepting : public Commands {
 protected:
  client_api::Conversation before;
  client_api::Conversation after;

  client_api::Response respond(const Request& request) override {
    client_api::Response response;
    if (request.has_accept_identity()) {
      *response.mutable_accept_identity() = before;
      accepted_ = true;
    } else if (request.has_open_conversation()) {
      *response.mutable_open_conversation() = accepted_ ? after : before;
    } else {
      return Commands::respond(request);
    }
    return response;
  }
  // What the user is told; its code is `code`.
  std::string accept(uint32_t held_before, uint32_t held_after, const Event& then) {
    for (client_api::Conversation* const one : {&before, &after}) {
      one->set_id(std::string(32, 'b'));
      one->set_title("Ben");
      one->mutable_direct();
    }
    before.mutable_direct()->set_held_messages(held_before);
    after.mutable_direct()->set_held_messages(held_after);
    accepted_ = false;
    host.events = {then};
    const size_t said = output.words().size();
    code = run_accept(context, "+491700000002");
    return output.words().substr(said);
  }
  ExitCode code = ExitCode::kOk;

 private:
  bool accepted_ = false;
};

TEST_F(Accepting, SaysWhatBecameOfWhatWaited) {
  host.publish(connection_event(State::kOffline));
  EXPECT_THAT(accept(0, 0, connection_event(State::kOnline)), HasSubstr("nothing waits for Ben"));
  EXPECT_EQ(code, ExitCode::kOk);
  EXPECT_THAT(accept(1, 0, connection_event(State::kOnline)), HasSubstr("what waited for Ben is sent"));
  EXPECT_EQ(code, ExitCode::kOk);
  Event offline = connection_event(State::kWaiting);
  offline.mutable_state_changed()->set_unsent_messages(1);
  EXPECT_THAT(accept(1, 0, offline), HasSubstr("offline: what waits for Ben is sent by the next command"));
  EXPECT_EQ(code, ExitCode::kOk);
  EXPECT_THAT(accept(1, 1, connection_event(State::kOnline)), HasSubstr("kith accept again"));
  EXPECT_EQ(code, ExitCode::kFailed);
}

TEST_F(Commands, StatusCountsWhatWaitsForAnAgreement) {
  host.publish(connection_event(State::kOffline));
  for (const auto& [name, held] : {std::pair("Ben Two", 2u), {"Eva", 0u}, {"Cleo", 1u}}) {
    auto& conversation = conversations.emplace_back();
    conversation.set_title(name);
    conversation.mutable_direct()->set_held_messages(held);
  }
  host.events = {connection_event(State::kOnline)};
  EXPECT_EQ(run_status(context, {.json = true}), ExitCode::kOk);
  EXPECT_THAT(output.data(), HasSubstr(R"("held":3)"));
  host.events = {connection_event(State::kOnline)};
  EXPECT_EQ(run_status(context, {}), ExitCode::kOk);
  EXPECT_THAT(output.data(), HasSubstr("held        3, waiting for your agreement\n"));
  EXPECT_THAT(output.words(), HasSubstr("kith accept 'Ben Two'"));
  EXPECT_THAT(output.words(), ::testing::Not(HasSubstr("Eva")));
}

TEST_F(Commands, WithoutLeftoversNothingIsConnected) {
  host.publish(connection_event(State::kOffline));
  send_leftovers(context);
  EXPECT_TRUE(host.requests.empty());
}

}  // namespace
}  // namespace kith::cli
