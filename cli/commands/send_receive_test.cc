// SPDX-License-Identifier: AGPL-3.0-or-later

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "cli/commands/commands.h"
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
      response.mutable_list_conversations();
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
  EXPECT_EQ(lines(), 2);
  EXPECT_THAT(output.words(), HasSubstr("nobody here is called Nobody"));
  EXPECT_EQ(host.requests.back().send_message().phone(), "+491700000003");
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
    contact.set_phone(phone);
    contact.set_name(name);
  }
  const auto ben = find_whom(context, "BEN MU\u0308LLER");
  ASSERT_TRUE(ben);
  EXPECT_EQ(ben->phone, "+491700000002");
  EXPECT_EQ(find_whom(context, "Eva").error(), ExitCode::kUsage);
  EXPECT_THAT(output.words(), HasSubstr("Eva (+491700000003), eva (+491700000004)"));
  EXPECT_EQ(find_whom(context, "Ben Mueller").error(), ExitCode::kUsage);
  EXPECT_THAT(output.words(), HasSubstr("did you mean Ben Müller?"));
  const size_t asked = host.requests.size();
  EXPECT_EQ(find_whom(context, "+49 170 0000002")->phone, "+49 170 0000002");
  EXPECT_EQ(find_whom(context, std::string(32, 'a'))->id, std::string(32, 'a'));
  EXPECT_EQ(host.requests.size(), asked) << "numbers and ids need no looking up";
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

TEST_F(Commands, AProfileCanNotForgeALine) {
  profile.set_name("Eva\nabout  honest");
  profile.set_about("On the road\nphone  +491700000009");
  profile.set_phone("+491700000002");
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

TEST_F(Commands, SendThatWaitsInVainSaysHowFarItCame) {
  host.events = {tick_event("m1", Message::kSent)};
  EXPECT_EQ(run_send(context, to_send("read")), ExitCode::kTimedOut);
  EXPECT_THAT(output.words(), HasSubstr("sent, not read"));
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
  failure = Failure::kInvalidPhone;
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
