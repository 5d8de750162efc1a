// SPDX-License-Identifier: AGPL-3.0-or-later

#include <gmock/gmock.h>
#include <signal.h>
#include <unistd.h>

#include "cli/testing/commands_fixture.h"

namespace kith::cli {
namespace {

using client_api::Event;
using client_api::Failure;
using client_api::Message;
using client_api::Request;
using client_api::State;
using testing::connection_event;
using ::testing::HasSubstr;
using testing::text_message;

Event tick_event(const std::string& id, Message::Tick tick) { return testing::changed(text_message(id, tick), tick); }

class SendAndReceive : public testing::Commands {
 protected:
  SendOptions to_send(const std::string& wait = "") {
    return {.to = "+491700000002", .also_to = {}, .text = "hi", .wait = wait, .timeout_s = 5, .reply_to = ""};
  }
};

TEST_F(SendAndReceive, SendPrintsTheIdAloneOnALine) {
  host.events = {connection_event(State::kOnline), tick_event("m1", Message::kSent)};
  EXPECT_EQ(run_send(context, to_send()), ExitCode::kOk);
  EXPECT_EQ(output.data(), "m1\n");
  EXPECT_EQ(output.words(), "");
}

TEST_F(SendAndReceive, SendRefusesABlankText) {
  for (const char* text : {"", " ", "\n\t \r\n"}) {
    SendOptions options = to_send();
    options.text = text;
    EXPECT_EQ(run_send(context, options), ExitCode::kUsage);
  }
  EXPECT_TRUE(host.requests.empty());
  EXPECT_THAT(output.words(), HasSubstr("blank"));
}

TEST_F(SendAndReceive, SendGoesToSeveralAndGoesOnWhenOneCanNotBeWrittenTo) {
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

TEST_F(SendAndReceive, SendAsJsonPrintsTheMessage) {
  host.events = {connection_event(State::kOnline), tick_event("m1", Message::kSent)};
  SendOptions options = to_send();
  options.json = true;
  EXPECT_EQ(run_send(context, options), ExitCode::kOk);
  EXPECT_THAT(output.data(), HasSubstr(R"("id":"m1")"));
  EXPECT_THAT(output.data(), HasSubstr(R"("tick":"pending")"));
}

TEST_F(SendAndReceive, ReceiveNamesAStrangerWhoseNumberAloneIsKnown) {
  host.publish(connection_event(State::kOnline));
  auto& stranger = conversations.emplace_back();
  stranger.set_id("c");
  stranger.set_title("+491700000002");
  stranger.mutable_direct()->mutable_partner()->add_handles()->set_text("+491700000002");
  stranger.mutable_direct()->mutable_partner()->set_name("+491700000002");
  profile.set_name("Eva");
  backlog = {text_message("a", Message::kNone)};
  host.events = {connection_event(State::kOnline)};
  EXPECT_EQ(run_receive(context, {}), ExitCode::kOk);
  EXPECT_THAT(output.data(), HasSubstr("Eva: "));
}

TEST_F(SendAndReceive, SendOfflineKeepsTheMessageAndSaysSo) {  // [F2]
  host.events = {connection_event(State::kWaiting)};
  EXPECT_EQ(run_send(context, to_send()), ExitCode::kOk);
  EXPECT_EQ(output.data(), "m1\n");
  EXPECT_THAT(output.words(), HasSubstr("offline"));
}

TEST_F(SendAndReceive, SendWaitsForTheTickItWasAskedFor) {  // [F12]
  host.events = {tick_event("m1", Message::kSent), tick_event("other", Message::kRead),
                 tick_event("m1", Message::kDelivered)};
  EXPECT_EQ(run_send(context, to_send("delivered")), ExitCode::kOk);
  EXPECT_TRUE(host.events.empty());
}

TEST_F(SendAndReceive, SendIsDoneWithANoteThatWasReadAsItWasWritten) {  // [F12]
  Event added;
  *added.mutable_message_added() = text_message("m1", Message::kRead);
  host.events = {added};
  EXPECT_EQ(run_send(context, to_send("read")), ExitCode::kOk);
  host.events = {added};
  EXPECT_EQ(run_send(context, to_send()), ExitCode::kOk);
  EXPECT_EQ(output.words(), "");
}

TEST_F(SendAndReceive, SendThatWaitsInVainSaysHowFarItCame) {
  host.events = {tick_event("m1", Message::kSent)};
  EXPECT_EQ(run_send(context, to_send("read")), ExitCode::kTimedOut);
  EXPECT_THAT(output.words(), HasSubstr("sent, not read"));
}

TEST_F(SendAndReceive, SendToSeveralNamesTheOneThatFailedLater) {
  host.events = {tick_event("m1", Message::kFailed)};
  SendOptions options = to_send("sent");
  EXPECT_EQ(run_send(context, options), ExitCode::kFailed);
  EXPECT_THAT(output.words(), HasSubstr("not sent: "));
  host.events = {tick_event("m1", Message::kFailed)};
  options.also_to = {"+491700000003"};
  EXPECT_EQ(run_send(context, options), ExitCode::kFailed);
  EXPECT_THAT(output.words(), HasSubstr("not sent to +49"));
}

TEST_F(SendAndReceive, SendOfWhatIsRefusedLaterFails) {
  host.events = {tick_event("m1", Message::kFailed)};
  EXPECT_EQ(run_send(context, to_send("sent")), ExitCode::kFailed);
}

TEST_F(SendAndReceive, SendTellsFailuresByExitCode) {
  failure = Failure::kNoSuchAccount;
  EXPECT_EQ(run_send(context, to_send()), ExitCode::kFailed);
  failure = Failure::kOffline;
  EXPECT_EQ(run_send(context, to_send()), ExitCode::kOffline);
  failure = Failure::kInvalidHandle;
  EXPECT_EQ(run_send(context, to_send()), ExitCode::kUsage);
  EXPECT_EQ(output.data(), "");
}

TEST_F(SendAndReceive, ReceivePrintsTheWholeBacklogOnceItIsIn) {
  backlog = {text_message("a", Message::kNone), text_message("b", Message::kNone), text_message("c", Message::kNone)};
  host.events = {connection_event(State::kCatchingUp), connection_event(State::kOnline)};
  EXPECT_EQ(run_receive(context, {.json = true}), ExitCode::kOk);
  EXPECT_EQ(lines(), 3);
  EXPECT_THAT(output.data(), HasSubstr(R"("id":"c")"));
}

TEST_F(SendAndReceive, ReceiveOfflinePrintsWhatHadComeBefore) {
  backlog = {text_message("a", Message::kNone)};
  host.events = {connection_event(State::kWaiting)};
  EXPECT_EQ(run_receive(context, {.json = true}), ExitCode::kOffline);
  EXPECT_THAT(output.data(), HasSubstr(R"("id":"a")"));
}

TEST_F(SendAndReceive, ADiskThatIsFullIsNotCalledOffline) {
  backlog = {text_message("a", Message::kNone)};
  Event full = connection_event(State::kWaiting);
  full.mutable_state_changed()->set_storage_failure(Failure::kDiskFull);
  host.events = {connection_event(State::kConnecting), full};
  EXPECT_EQ(run_receive(context, {.json = true}), ExitCode::kStorage);
  host.events = {connection_event(State::kConnecting), full};
  EXPECT_EQ(run_receive(context, {.json = true, .timeout_s = 1}), ExitCode::kStorage);
  host.events = {connection_event(State::kConnecting), full};
  EXPECT_EQ(run_status(context, {}), ExitCode::kStorage);
  EXPECT_THAT(output.words(), HasSubstr("the disk is full"));
  EXPECT_THAT(output.words(), ::testing::Not(HasSubstr("offline")));
}

TEST_F(SendAndReceive, ReceiveThatWaitsReturnsWithTheFirstNews) {
  Event added;
  *added.mutable_message_added() = text_message("a", Message::kNone);
  host.events = {connection_event(State::kOnline), connection_event(State::kOnline), added, added};
  backlog = {};
  host.listen([this](const Event& event) {
    if (event.has_message_added()) backlog.push_back(event.message_added());
  });
  EXPECT_EQ(run_receive(context, {.json = true, .timeout_s = 5}), ExitCode::kOk);
  EXPECT_EQ(lines(), 1);
  EXPECT_EQ(host.events.size(), 1u);
}

TEST_F(SendAndReceive, ReceiveWithoutNewsIsNoFailure) {
  host.events = {connection_event(State::kOnline)};
  EXPECT_EQ(run_receive(context, {.json = true, .timeout_s = 1}), ExitCode::kOk);
  EXPECT_EQ(output.data(), "");
}

TEST_F(SendAndReceive, FollowingEndsWellWhenStoppedAndTakesNothingItCanNotPrint) {
  host.events = {connection_event(State::kOnline)};
  host.stop_when_idle = true;
  EXPECT_EQ(run_receive(context, {.follow = true, .json = true}), ExitCode::kOk);
  EXPECT_EQ(std::count_if(host.requests.begin(), host.requests.end(),
                          [](const Request& request) { return request.has_take_events(); }),
            1);
}

TEST_F(SendAndReceive, FollowingTakesNothingOnceTheReaderIsGone) {
  ::signal(SIGPIPE, SIG_IGN);
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  Output out(ends[1], ends[1]);
  ::close(ends[0]);
  backlog = {text_message("a", Message::kNone)};
  host.events = {connection_event(State::kOnline)};
  EXPECT_EQ(run_receive({host, out}, {.json = true}), ExitCode::kFailed);
  EXPECT_EQ(backlog.size(), 1u);
  ::close(ends[1]);
}

TEST_F(SendAndReceive, ReceiveMarksReadUpToTheLastOneOfEachConversation) {
  backlog = {text_message("a", Message::kNone), text_message("b", Message::kNone)};
  host.events = {connection_event(State::kOnline)};
  EXPECT_EQ(run_receive(context, {.json = true, .mark_read = true}), ExitCode::kOk);
  ASSERT_TRUE(host.requests.back().has_mark_read());
  EXPECT_EQ(host.requests.back().mark_read().up_to_message_id(), "b");
}

}  // namespace
}  // namespace kith::cli
