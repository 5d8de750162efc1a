// SPDX-License-Identifier: AGPL-3.0-or-later

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "cli/commands/commands.h"
#include "cli/shell_word.h"
#include "cli/testing/captured_output.h"
#include "cli/testing/fake_host.h"
#include "cli/whom.h"

namespace kith::cli {
namespace {

using client_api::Event;
using client_api::Failure;
using client_api::Message;
using client_api::Request;
using client_api::Response;
using client_api::State;
using testing::connection_event;
using ::testing::HasSubstr;

Message message(const std::string& id, Message::Tick tick) {
  Message made;
  made.set_id(id);
  made.set_conversation("c");
  made.mutable_text();
  made.set_outgoing(tick != Message::kNone);
  made.set_tick(tick);
  return made;
}

Event tick_event(const std::string& id, Message::Tick tick) {
  Event event;
  *event.mutable_message_changed() = message(id, tick);
  return event;
}

class Commands : public ::testing::Test {
 protected:
  testing::FakeHost host{[this](const Request& request) { return respond(request); }};
  testing::CapturedOutput output;
  Context context{host, output.out};
  std::vector<client_api::Contact> contacts;
  std::vector<client_api::Conversation> conversations;
  client_api::Profile profile;
  std::vector<Message> backlog;  // what take_events gives, two at a time
  Failure::Code failure = Failure::kUnspecified;

  Response respond(const Request& request) {
    Response response;
    if (request.has_connect()) {
      response.mutable_connect()->set_registered(true);
      response.mutable_connect()->set_connection(State::kConnecting);
    } else if (failure != Failure::kUnspecified) {
      response.mutable_failure()->set_code(failure);
    } else if (request.has_request_code()) {
      response.mutable_request_code();
    } else if (request.has_register_()) {
      response.mutable_register_()->set_registered(true);
    } else if (request.has_send_message()) {
      *response.mutable_send_message()->mutable_message() = message("m1", Message::kPending);
    } else if (request.has_take_events()) {
      auto& taken = *response.mutable_take_events();
      for (int i = 0; i < 2 && !backlog.empty(); ++i) {
        *taken.add_messages() = backlog.front();
        backlog.erase(backlog.begin());
      }
      taken.set_more(!backlog.empty());
    } else if (request.has_list_contacts()) {
      *response.mutable_list_contacts()->mutable_contacts() = {contacts.begin(), contacts.end()};
    } else if (request.has_list_conversations()) {
      *response.mutable_list_conversations()->mutable_conversations() = {conversations.begin(), conversations.end()};
    } else if (request.has_open_conversation()) {
      response.mutable_open_conversation()->set_title("Cleo Two");
    } else if (request.has_get_safety_number()) {
      response.mutable_get_safety_number()->set_digits("12345");
    } else if (request.has_set_contact()) {
      response.mutable_set_contact();
    } else if (request.has_get_profile()) {
      *response.mutable_get_profile() = profile;
    } else if (request.has_mark_read()) {
      response.mutable_mark_read();
    }
    return response;
  }
  long lines() {
    const std::string data = output.data();
    return std::count(data.begin(), data.end(), '\n');
  }
  static RegisterOptions to_register(const std::string& phone) {
    return {.server = "http://localhost", .phone = phone, .name = "Ana", .code = "123456", .pin = ""};
  }
  SendOptions to_send(const std::string& wait = "") {
    return {.to = "+491700000002", .also_to = {}, .text = "hi", .wait = wait, .timeout_s = 5, .reply_to = ""};
  }
};

TEST_F(Commands, SendPrintsTheIdAloneOnALine) {
  host.events = {connection_event(State::kOnline), tick_event("m1", Message::kSent)};
  EXPECT_EQ(run_send(context, to_send()), ExitCode::kOk);
  EXPECT_EQ(output.data(), "m1\n");
  EXPECT_EQ(output.words(), "");
}

TEST_F(Commands, SendRefusesABlankText) {
  for (const char* text : {"", " ", "\n\t \r\n"}) {
    SendOptions options = to_send();
    options.text = text;
    EXPECT_EQ(run_send(context, options), ExitCode::kUsage);
  }
  EXPECT_TRUE(host.requests.empty());
  EXPECT_THAT(output.words(), HasSubstr("blank"));
}

TEST_F(Commands, SendGoesToSeveralAndGoesOnWhenOneCanNotBeWrittenTo) {
  host.events = {connection_event(State::kOnline), tick_event("m1", Message::kSent)};
  SendOptions options = to_send();
  options.also_to = {"Nobody", "+491700000003"};
  EXPECT_EQ(run_send(context, options), ExitCode::kUsage);
  EXPECT_EQ(output.data(), "m1\n\nm1\n") << "a line for each, an empty one where it failed";
  EXPECT_THAT(output.words(), HasSubstr("nobody here is called Nobody"));
  options.json = true;
  EXPECT_EQ(run_send(context, options), ExitCode::kUsage);
  EXPECT_THAT(output.data(), HasSubstr(R"({"type":"not_sent","to":"Nobody"})"));
  EXPECT_EQ(host.requests.back().send_message().handle(), "+491700000003");
}

TEST_F(Commands, SendAsJsonPrintsTheMessage) {
  host.events = {connection_event(State::kOnline), tick_event("m1", Message::kSent)};
  SendOptions options = to_send();
  options.json = true;
  EXPECT_EQ(run_send(context, options), ExitCode::kOk);
  EXPECT_THAT(output.data(), HasSubstr(R"("id":"m1")"));
  EXPECT_THAT(output.data(), HasSubstr(R"("tick":"pending")"));
}

TEST_F(Commands, ANameStandsForItsContactUnlessTwoHaveIt) {
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
  EXPECT_EQ(find_whom(context, "Ben Mueller").error(), ExitCode::kUsage);
  EXPECT_THAT(output.words(), HasSubstr("did you mean Ben Müller?"));
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

TEST_F(Commands, OneselfIsCalledNoteToSelfAndByOnesOwnName) {
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

TEST_F(Commands, RegisterRefusesWhatCanNotBeBeforeACodeIsAskedFor) {
  const auto refused = [&](const std::string& server, const std::string& name) {
    EXPECT_EQ(run_register(context, {.server = server, .phone = "+491700000001", .name = name, .code = "", .pin = ""}),
              ExitCode::kUsage);
    EXPECT_TRUE(host.requests.empty());
    return output.words();
  };
  EXPECT_THAT(refused("http://user:pw@localhost", "Ana"), HasSubstr("user name and password"));
  EXPECT_THAT(refused("localhost", "Ana"), HasSubstr("is no address"));
  EXPECT_THAT(refused("http://localhost", " "), HasSubstr("name can't be empty"));
  EXPECT_THAT(refused("http://localhost", std::string(65, 'x')), HasSubstr("longer than 64"));
}

TEST_F(Commands, RegisterTakesTheNumberBackInTheHomeOfADeviceThatWasEnded) {
  Event ended = connection_event(State::kEnded);
  ended.mutable_state_changed()->add_handles()->set_text("+491700000001");
  host.publish(ended);
  EXPECT_EQ(run_register(context, to_register("+49 170 0000001")), ExitCode::kOk);
  ASSERT_EQ(host.requests.size(), 1u);
  EXPECT_TRUE(host.requests[0].has_register_());
  host.publish(ended);
  EXPECT_EQ(run_register(context, to_register("+491700000002")), ExitCode::kFailed);
  EXPECT_THAT(output.words(), HasSubstr("another number needs another --home"));
  EXPECT_EQ(host.requests.size(), 1u);
}

TEST_F(Commands, RegisterAsksTheServerWhetherItStillTakesTheDevice) {
  const auto register_while = [&](State::Connection connection) {
    Event offline = connection_event(State::kOffline);
    offline.mutable_state_changed()->add_handles()->set_text("+491700000001");
    host.publish(offline);
    host.requests.clear();
    host.events = {connection_event(connection)};
    return run_register(context, to_register("+491700000001"));
  };
  EXPECT_EQ(register_while(State::kOnline), ExitCode::kFailed);
  EXPECT_THAT(output.words(), HasSubstr("registered already as +491700000001"));
  EXPECT_EQ(register_while(State::kWaiting), ExitCode::kOffline);
  EXPECT_EQ(host.requests.size(), 1u);
  for (const State::Connection refused : {State::kEnded, State::kIdentityConflict}) {
    EXPECT_EQ(register_while(refused), ExitCode::kOk);
    EXPECT_TRUE(host.requests.back().has_register_());
  }
}

TEST_F(Commands, RegisterSaysWhoHasTheCodeWhereTheServerDoesNotTellIt) {
  RegisterOptions options = to_register("+491700000001");
  options.code.clear();
  options.server = "https://kith.example";
  EXPECT_EQ(run_register(context, options), ExitCode::kFailed);
  EXPECT_THAT(output.words(), HasSubstr("whoever runs kith.example has the code for +491700000001"));
}

TEST_F(Commands, RegisterAtAServerThatDoesNotAnswerWithoutTlsSaysWhatItsAddressMayBe) {
  RegisterOptions options = to_register("+491700000001");
  options.code.clear();
  options.server = "https://kith.example";
  failure = Failure::kOffline;
  EXPECT_EQ(run_register(context, options), ExitCode::kOffline);
  EXPECT_THAT(output.words(), ::testing::Not(HasSubstr("TLS")));
  options.server = "http://kith.example:8443";
  EXPECT_EQ(run_register(context, options), ExitCode::kOffline);
  EXPECT_THAT(output.words(), HasSubstr("should the server use TLS, its address is https://kith.example:8443"));
}

TEST_F(Commands, ReceiveNamesAStrangerWhoseNumberAloneIsKnown) {
  host.publish(connection_event(State::kOnline));
  auto& stranger = conversations.emplace_back();
  stranger.set_id("c");
  stranger.set_title("+491700000002");
  stranger.mutable_direct()->mutable_partner()->add_handles()->set_text("+491700000002");
  stranger.mutable_direct()->mutable_partner()->set_name("+491700000002");
  profile.set_name("Eva");
  backlog = {message("a", Message::kNone)};
  host.events = {connection_event(State::kOnline)};
  EXPECT_EQ(run_receive(context, {}), ExitCode::kOk);
  EXPECT_THAT(output.data(), HasSubstr("Eva: "));
}

TEST_F(Commands, AProfileCanNotForgeALine) {
  profile.set_name("Eva\nabout  honest");
  profile.set_about("On the road\nhandle  +491700000009");
  profile.add_handles()->set_text("+491700000002");
  EXPECT_EQ(run_profile_show(context, {}), ExitCode::kOk);
  EXPECT_EQ(lines(), 3);
}

TEST_F(Commands, SendOfflineKeepsTheMessageAndSaysSo) {  // [F2]
  host.events = {connection_event(State::kWaiting)};
  EXPECT_EQ(run_send(context, to_send()), ExitCode::kOk);
  EXPECT_EQ(output.data(), "m1\n");
  EXPECT_THAT(output.words(), HasSubstr("offline"));
}

TEST_F(Commands, SendWaitsForTheTickItWasAskedFor) {  // [F12]
  host.events = {tick_event("m1", Message::kSent), tick_event("other", Message::kRead),
                 tick_event("m1", Message::kDelivered)};
  EXPECT_EQ(run_send(context, to_send("delivered")), ExitCode::kOk);
  EXPECT_TRUE(host.events.empty());
}

TEST_F(Commands, SendIsDoneWithANoteThatWasReadAsItWasWritten) {  // [F12]
  Event added;
  *added.mutable_message_added() = message("m1", Message::kRead);
  host.events = {added};
  EXPECT_EQ(run_send(context, to_send("read")), ExitCode::kOk);
  host.events = {added};
  EXPECT_EQ(run_send(context, to_send()), ExitCode::kOk);
  EXPECT_EQ(output.words(), "");
}

TEST_F(Commands, SendThatWaitsInVainSaysHowFarItCame) {
  host.events = {tick_event("m1", Message::kSent)};
  EXPECT_EQ(run_send(context, to_send("read")), ExitCode::kTimedOut);
  EXPECT_THAT(output.words(), HasSubstr("sent, not read"));
}

TEST_F(Commands, SendToSeveralNamesTheOneThatFailedLater) {
  host.events = {tick_event("m1", Message::kFailed)};
  SendOptions options = to_send("sent");
  EXPECT_EQ(run_send(context, options), ExitCode::kFailed);
  EXPECT_THAT(output.words(), HasSubstr("not sent: "));
  host.events = {tick_event("m1", Message::kFailed)};
  options.also_to = {"+491700000003"};
  EXPECT_EQ(run_send(context, options), ExitCode::kFailed);
  EXPECT_THAT(output.words(), HasSubstr("not sent to +49"));
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
  EXPECT_EQ(words(Failure::kInvalidArgument, "pin: must have 4 to 64 characters"), "pin: must have 4 to 64 characters");
  EXPECT_EQ(words(Failure::kNoSuchAccount, "handle: nobody on this server has @ana"), "nobody on this server has @ana");
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

TEST_F(Commands, SendOfWhatIsRefusedLaterFails) {
  host.events = {tick_event("m1", Message::kFailed)};
  EXPECT_EQ(run_send(context, to_send("sent")), ExitCode::kFailed);
}

TEST_F(Commands, SendTellsFailuresByExitCode) {
  failure = Failure::kNoSuchAccount;
  EXPECT_EQ(run_send(context, to_send()), ExitCode::kFailed);
  failure = Failure::kOffline;
  EXPECT_EQ(run_send(context, to_send()), ExitCode::kOffline);
  failure = Failure::kInvalidHandle;
  EXPECT_EQ(run_send(context, to_send()), ExitCode::kUsage);
  EXPECT_EQ(output.data(), "");
}

TEST_F(Commands, ReceivePrintsTheWholeBacklogOnceItIsIn) {
  backlog = {message("a", Message::kNone), message("b", Message::kNone), message("c", Message::kNone)};
  host.events = {connection_event(State::kCatchingUp), connection_event(State::kOnline)};
  EXPECT_EQ(run_receive(context, {.json = true}), ExitCode::kOk);
  EXPECT_EQ(lines(), 3);
  EXPECT_THAT(output.data(), HasSubstr(R"("id":"c")"));
}

TEST_F(Commands, ReceiveOfflinePrintsWhatHadComeBefore) {
  backlog = {message("a", Message::kNone)};
  host.events = {connection_event(State::kWaiting)};
  EXPECT_EQ(run_receive(context, {.json = true}), ExitCode::kOffline);
  EXPECT_THAT(output.data(), HasSubstr(R"("id":"a")"));
}

TEST_F(Commands, ReceiveThatWaitsReturnsWithTheFirstNews) {
  Event added;
  *added.mutable_message_added() = message("a", Message::kNone);
  host.events = {connection_event(State::kOnline), connection_event(State::kOnline), added, added};
  backlog = {};
  host.listen([this](const Event& event) {
    if (event.has_message_added()) backlog.push_back(event.message_added());
  });
  EXPECT_EQ(run_receive(context, {.json = true, .timeout_s = 5}), ExitCode::kOk);
  EXPECT_EQ(lines(), 1);
  EXPECT_EQ(host.events.size(), 1u);
}

TEST_F(Commands, ReceiveWithoutNewsIsNoFailure) {
  host.events = {connection_event(State::kOnline)};
  EXPECT_EQ(run_receive(context, {.json = true, .timeout_s = 1}), ExitCode::kOk);
  EXPECT_EQ(output.data(), "");
}

TEST_F(Commands, FollowingEndsWellWhenStoppedAndTakesNothingItCanNotPrint) {
  host.events = {connection_event(State::kOnline)};
  host.stop_when_idle = true;
  EXPECT_EQ(run_receive(context, {.follow = true, .json = true}), ExitCode::kOk);
  EXPECT_EQ(std::count_if(host.requests.begin(), host.requests.end(),
                          [](const Request& request) { return request.has_take_events(); }),
            1);
}

TEST_F(Commands, FollowingTakesNothingOnceTheReaderIsGone) {
  ::signal(SIGPIPE, SIG_IGN);
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  Output out(ends[1], ends[1]);
  ::close(ends[0]);
  backlog = {message("a", Message::kNone)};
  host.events = {connection_event(State::kOnline)};
  EXPECT_EQ(run_receive({host, out}, {.json = true}), ExitCode::kFailed);
  EXPECT_EQ(backlog.size(), 1u);
  ::close(ends[1]);
}

TEST_F(Commands, ReceiveMarksReadUpToTheLastOneOfEachConversation) {
  backlog = {message("a", Message::kNone), message("b", Message::kNone)};
  host.events = {connection_event(State::kOnline)};
  EXPECT_EQ(run_receive(context, {.json = true, .mark_read = true}), ExitCode::kOk);
  ASSERT_TRUE(host.requests.back().has_mark_read());
  EXPECT_EQ(host.requests.back().mark_read().up_to_message_id(), "b");
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
