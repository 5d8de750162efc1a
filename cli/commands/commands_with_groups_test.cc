// SPDX-License-Identifier: AGPL-3.0-or-later

// How commands that are not about groups take one, and tell of one.
#include <gmock/gmock.h>
#include <unistd.h>

#include <cstdio>

#include "cli/testing/groups_fixture.h"
#include "cli/testing/seen_on.h"
#include "cli/whom.h"

namespace kith::cli {
namespace {

using client_api::Event;
using client_api::Group;
using client_api::GroupEvent;
using client_api::Message;
using client_api::Request;
using client_api::State;
using testing::connection_event;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::person;
using testing::text_message;

using Groups = testing::GroupCommands;

TEST_F(Groups, StandForWhomByTheirTitleAfterNamesThatTheUserGave) {
  EXPECT_EQ(find_whom(context, "book club")->id, kConversation);
  EXPECT_EQ(find_whom(context, "group:" + kGroup)->id, kConversation);
  EXPECT_EQ(find_whom(context, "group:" + kWithBen).error(), ExitCode::kFailed);
  EXPECT_EQ(find_whom(context, "group:x").error(), ExitCode::kUsage) << "nobody's name";
  group().set_title("Ben");
  const auto named = find_whom(context, "Ben");
  ASSERT_TRUE(named) << "the user gave that name to a person";
  EXPECT_EQ(named->handle, "+491700000002");
  conversations[1].set_title("Stranger");
  contacts.clear();
  auto stranger = conversations[1];
  stranger.set_id(std::string(32, '8'));
  stranger.set_title("ben");
  stranger.mutable_direct()->mutable_partner()->set_account_id(std::string(32, '8'));
  conversations.push_back(stranger);
  EXPECT_EQ(find_whom(context, "Ben").error(), ExitCode::kUsage);
  EXPECT_THAT(output.words(), HasSubstr("Ben (group:" + kGroup + ")"));
}

TEST_F(Groups, AreNobodyToVerifyBlockOrShow) {
  for (const std::string& whom : {"group:" + kGroup, kConversation, std::string("Book club")}) {
    EXPECT_EQ(run_verify(context, {.with = whom}), ExitCode::kUsage);
    EXPECT_EQ(run_accept(context, whom), ExitCode::kUsage);
    EXPECT_EQ(run_block(context, whom, true), ExitCode::kUsage);
    EXPECT_EQ(run_profile_show(context, {.of = whom}), ExitCode::kUsage);
    EXPECT_EQ(run_contacts_remove(context, whom), ExitCode::kUsage);
  }
  for (const char* command : {"verify", "accept", "block", "profile show", "contacts remove"})
    EXPECT_THAT(output.words(), HasSubstr(std::string("Book club is a group: kith ") + command + " is about one"));
  EXPECT_EQ(count(Request::kSetBlocked) + count(Request::kGetProfile) + count(Request::kGetSafetyNumber), 0u);
  EXPECT_EQ(run_block(context, kWithBen, true), ExitCode::kOk);
}

class SendToGroup : public Groups {
 protected:
  SendOptions to_send(const std::string& text, const std::string& wait = "") {
    return {.to = "group:" + kGroup, .also_to = {}, .text = text, .wait = wait, .timeout_s = 5, .reply_to = ""};
  }
  const client_api::SendMessageRequest& sent() {
    const auto found = std::ranges::find_if(host.requests.rbegin(), host.requests.rend(),
                                            [](const Request& request) { return request.has_send_message(); });
    return found->send_message();
  }
};

TEST_F(SendToGroup, NamesItsConversationAndTheMembersThatTheTextNames) {
  EXPECT_EQ(run_send(context, to_send("Hello")), ExitCode::kOk);
  EXPECT_EQ(sent().conversation(), kConversation);
  EXPECT_EQ(count(Request::kListMembers), 0u) << "there is no @ in it";
  EXPECT_EQ(run_send(context, to_send("Is @Ben there?")), ExitCode::kOk);
  ASSERT_EQ(sent().mentions_size(), 1);
  EXPECT_EQ(sent().mentions(0).account_id(), kBen);
  EXPECT_EQ(sent().mentions(0).start(), 3u);
  EXPECT_EQ(sent().mentions(0).length(), 4u);
  EXPECT_EQ(sent().text(), "Is @Ben there?");
  EXPECT_EQ(run_send(context, to_send("@Cleo!")), ExitCode::kOk);
  EXPECT_EQ(sent().mentions_size(), 0);
  EXPECT_THAT(output.words(), HasSubstr("@Cleo is more than one member: nobody is named by it"));
  SendOptions to_ben = to_send("@Ben");
  to_ben.to = kWithBen;
  EXPECT_EQ(run_send(context, to_ben), ExitCode::kOk);
  EXPECT_EQ(sent().mentions_size(), 0) << "is no group";
}

TEST_F(SendToGroup, PrintsTheGroupAsJson) {
  SendOptions options = to_send("Hello");
  options.json = true;
  EXPECT_EQ(run_send(context, options), ExitCode::kOk);
  EXPECT_THAT(output.data(), HasSubstr(R"("group":")" + kGroup + R"(","group_title":"Book club")"));
}

TEST_F(SendToGroup, GivesItTheTimeThatTheKeysTake) {
  // The time is over after each of the host's runs, and the message leaves in the last one.
  const auto progress = [](uint32_t done) {
    Event event;
    event.mutable_group_progress()->set_conversation(kConversation);
    event.mutable_group_progress()->set_done(done);
    event.mutable_group_progress()->set_total(1000);
    return event;
  };
  host.events = {connection_event(State::kOnline), progress(10)};
  host.more_events = {{progress(700)},
                      {progress(1000), testing::changed(text_message("m1", Message::kPending), Message::kSent)}};
  EXPECT_EQ(run_send(context, to_send("Hello")), ExitCode::kOk);
  EXPECT_EQ(output.words(), "") << "no terminal is here";
  EXPECT_TRUE(host.more_events.empty());
  host.events = {connection_event(State::kOnline)};
  EXPECT_EQ(run_send(context, to_send("Hello")), ExitCode::kOk);
  EXPECT_THAT(output.words(), HasSubstr("not sent yet"));
}

TEST_F(Groups, ReceivedMessagesSayWhereTheyWereWrittenAndByWhom) {
  backlog = {written_by(person('b', "Ben", "+491700000002"), "Hello")};
  EXPECT_EQ(run_receive(context, {}), ExitCode::kOk);
  EXPECT_THAT(output.data(), HasSubstr(" Book club: Ben: Hello\n"));
  Message naming = written_by(person('b', "Ben", "+491700000002"), "@Ana");
  auto& mention = *naming.mutable_text()->add_mentions();
  *mention.mutable_who() = person('a', "Ana", "+491700000001");
  mention.set_length(4);
  backlog = {naming};
  host.events = {connection_event(State::kOnline)};
  EXPECT_EQ(run_receive(context, {.json = true}), ExitCode::kOk);
  EXPECT_THAT(output.data(), HasSubstr(R"("from":"+491700000002","from_account":")" + kBen));
  EXPECT_THAT(output.data(), HasSubstr(R"("group":")" + kGroup +
                                       R"(","group_title":"Book club","from_name":"Ben",)"
                                       R"("mentions":[{"account":")" +
                                       kAna +
                                       R"(","name":"Ana","handle":"+491700000001","start":0,"length":4}],)"
                                       R"("outgoing":false})"));
}

TEST_F(Groups, AMessageOfNoGroupHasNothingOfOne) {
  Message message = written_by(person('b', "Ben", "+491700000002"), "Hello");
  message.set_conversation(kWithBen);
  backlog = {message, message};
  EXPECT_EQ(run_receive(context, {.json = true}), ExitCode::kOk);
  EXPECT_THAT(output.data(), Not(HasSubstr("group")));
}

TEST_F(Groups, WhatHappenedToOneIsToldInWordsAndToPrograms) {
  Message added = event_of(person('a', "Ana", "+491700000001"), GroupEvent::kAdded);
  *added.mutable_group_event()->add_whom() = person('b', "Ben", "+491700000002");
  Message titled = event_of(person('b', "Ben", ""), GroupEvent::kTitle);
  titled.mutable_group_event()->set_title("Readers\nof novels");
  backlog = {added, titled};
  EXPECT_EQ(run_receive(context, {}), ExitCode::kOk);
  EXPECT_THAT(output.data(), HasSubstr(" Book club: you added Ben\n"));
  EXPECT_THAT(output.data(), HasSubstr(" Book club: Ben called the group Readers of novels\n"));
  messages = {added};
  EXPECT_EQ(run_history(context, {.with = "Book club", .before = ""}), ExitCode::kOk);
  EXPECT_THAT(output.data(), HasSubstr(" you added Ben\n"));
  added.set_outgoing(true);
  messages = {added};
  EXPECT_EQ(run_history(context, {.with = "Book club", .before = "", .json = true}), ExitCode::kOk);
  EXPECT_THAT(output.data(), HasSubstr(R"("type":"group_event")"));
  EXPECT_THAT(output.data(), EndsWith(R"("event":"added","whom":[{"account":")" + kBen +
                                      R"(","name":"Ben","handle":"+491700000002"}],"outgoing":true})"
                                      "\n"));
}

TEST_F(Groups, HistoriesNameWhoWroteAndNotTheGroup) {
  messages = {written_by(person('b', "Ben", ""), "Hello"), written_by(person('a', "Ana", ""), "Hi")};
  messages[1].set_outgoing(true);
  EXPECT_EQ(run_history(context, {.with = "Book club", .before = ""}), ExitCode::kOk);
  EXPECT_THAT(output.data(), HasSubstr(" Ben: Hello\n"));
  EXPECT_THAT(output.data(), HasSubstr(" you: Hi"));
  EXPECT_THAT(output.data(), Not(HasSubstr("Book club")));
}

TEST_F(Groups, WhatIsFoundOrFailedInOneIsToldWithItsTitle) {
  messages = {written_by(person('b', "Ben", ""), "walnut"), text_message(std::string(32, '8'), Message::kFailed)};
  messages[1].set_conversation(kConversation);
  messages[1].mutable_text()->set_text("walnuts");
  EXPECT_EQ(run_search(context, {.query = "walnut", .with = ""}), ExitCode::kOk);
  EXPECT_THAT(output.data(), HasSubstr(" Book club: Ben: walnut\n"));
  EXPECT_THAT(output.data(), HasSubstr(" you to Book club: walnuts"));
  EXPECT_EQ(run_search(context, {.query = "walnut", .with = "", .json = true}), ExitCode::kOk);
  EXPECT_THAT(output.data(), HasSubstr(R"("group_title":"Book club","from_name":"Ben")"));
  EXPECT_EQ(run_failed(context, {.with = "group:" + kGroup, .json = true}), ExitCode::kOk);
  EXPECT_THAT(output.data(), EndsWith(R"("group_title":"Book club","from_name":"","outgoing":true,"tick":"failed"})"
                                      "\n"));
}

TEST_F(Groups, AreAmongTheConversations) {
  *group().mutable_last_message() = written_by(person('b', "Ben", ""), "Hello");
  EXPECT_EQ(run_conversations(context, {}), ExitCode::kOk);
  EXPECT_THAT(output.data(), HasSubstr("Book club  group:" + kGroup + ", 4 members, you are an admin\n"));
  EXPECT_THAT(output.data(), HasSubstr(" Ben: Hello\n"));
  EXPECT_EQ(run_conversations(context, {.json = true}), ExitCode::kOk);
  EXPECT_THAT(output.data(), HasSubstr(R"("kind":"group","title":"Book club")"));
  EXPECT_THAT(output.data(), HasSubstr(R"("group":")" + kGroup + R"(","description":"","members":4,"role":"admin")"));
  EXPECT_THAT(output.data(), HasSubstr(R"("group_title":"Book club","from_name":"Ben")"));
  EXPECT_THAT(output.data(), HasSubstr(R"("kind":"direct","title":"Ben")"));
}

TEST_F(Groups, OneWhoseTitleHasNotComeSaysSo) {
  group().clear_title();
  EXPECT_EQ(run_group_list(context, false), ExitCode::kOk);
  EXPECT_THAT(output.data(), HasSubstr("(a group whose title has not come yet)"));
  group().mutable_group()->set_role(Group::kNone);
  group().mutable_group()->set_incomplete(true);
  EXPECT_EQ(run_group_list(context, false), ExitCode::kOk);
  EXPECT_THAT(output.data(), HasSubstr("group:" + kGroup + ", its members have not come yet\n"));
  EXPECT_THAT(output.data(), Not(HasSubstr("no member any more")));
  host.stop_when_idle = true;
  EXPECT_EQ(run_chat(context, {kConversation}), ExitCode::kOk);
  EXPECT_THAT(output.data(), Not(HasSubstr("no member of this group any more")));
}

class ChatWithGroup : public Groups {
 protected:
  ChatWithGroup() { host.stop_when_idle = true; }
  void play(const Message& message) { host.events.emplace_back().mutable_message_added()->CopyFrom(message); }
  void play_typing(const client_api::Person& who, bool typing) {
    auto& change = *host.events.emplace_back().mutable_typing_changed();
    change.set_conversation(kConversation);
    *change.mutable_who() = who;
    change.set_typing(typing);
  }
  void play_keys(uint32_t done) {
    auto& progress = *host.events.emplace_back().mutable_group_progress();
    progress.set_conversation(kConversation);
    progress.set_done(done);
    progress.set_total(7);
  }
  // The chat, on a terminal: what is seen there.
  std::string seen_on_terminal() {
    return testing::seen_on(100, [this](int terminal) {
      std::fflush(stdout);
      const int before[] = {::dup(STDIN_FILENO), ::dup(STDOUT_FILENO)};
      for (const int standard : {STDIN_FILENO, STDOUT_FILENO}) ::dup2(terminal, standard);
      EXPECT_EQ(run_chat(context, {"Book club"}), ExitCode::kOk);
      std::fflush(stdout);
      for (const int standard : {STDIN_FILENO, STDOUT_FILENO}) {
        ::dup2(before[standard], standard);
        ::close(before[standard]);
      }
    });
  }
};

TEST_F(ChatWithGroup, SaysWhoTypesAndHowFarTheKeysAre) {
  play_typing(person('b', "Ben", ""), true);
  play_typing(person('c', "Cleo", ""), true);
  play_typing(person('b', "Ben", ""), false);
  play_typing(person('c', "Cleo", ""), false);
  play_keys(3);
  play_keys(7);
  const std::string seen = seen_on_terminal();
  size_t at = 0;
  for (const char* const status :
       {"Book club > ", "Book club: Ben is typing", "Book club: Ben and Cleo are typing", "Book club: Cleo is typing",
        "Book club > ", "Book club handing out keys: 3 of 7", "Book club > "}) {
    at = seen.find(status, at);
    ASSERT_NE(at, std::string::npos) << status << " in " << seen;
  }
}

TEST_F(ChatWithGroup, NamesWhoWritesAndTellsWhatHappens) {
  messages = {written_by(person('b', "Ben", ""), "Hello")};
  Message left = event_of(person('c', "Cleo", ""), GroupEvent::kLeft);
  left.set_id(std::string(32, '8'));
  play(left);
  EXPECT_EQ(run_chat(context, {"Book club"}), ExitCode::kOk);
  EXPECT_THAT(output.data(), HasSubstr(" Ben: Hello\n"));
  EXPECT_THAT(output.data(), HasSubstr(" Cleo left the group\n"));
  EXPECT_THAT(output.data(), Not(HasSubstr("Only admins")));
  EXPECT_EQ(count(Request::kWatchPresence), 0u);
  EXPECT_EQ(count(Request::kListMembers), 2u) << "at the start, and when they changed";
}

TEST_F(ChatWithGroup, NamesTheMembersThatALineNames) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const int before = ::dup(STDIN_FILENO);
  ::dup2(ends[0], STDIN_FILENO);
  const std::string line = "@cleo and @Cleo\n";
  ASSERT_EQ(::write(ends[1], line.data(), line.size()), static_cast<ssize_t>(line.size()));
  host.reads = 1;
  EXPECT_EQ(run_chat(context, {"Book club"}), ExitCode::kOk);
  ::dup2(before, STDIN_FILENO);
  for (const int descriptor : {before, ends[0], ends[1]}) ::close(descriptor);
  const auto sent = std::ranges::find(host.requests, Request::kSendMessage, &Request::method_case);
  ASSERT_NE(sent, host.requests.end());
  ASSERT_EQ(sent->send_message().mentions_size(), 1);
  EXPECT_EQ(sent->send_message().mentions(0).account_id(), kCleo);
  EXPECT_THAT(output.data(), HasSubstr("@Cleo is more than one member"));
}

TEST_F(ChatWithGroup, SaysThatOneCanOnlyReadAndWhenThatChanges) {
  group().mutable_group()->set_role(Group::kMember);
  group().mutable_group()->mutable_permissions()->set_send(false);
  Event out;
  *out.mutable_conversation_changed() = group();
  out.mutable_conversation_changed()->mutable_group()->set_role(Group::kNone);
  host.events.push_back(out);
  EXPECT_EQ(run_chat(context, {kConversation}), ExitCode::kOk);
  const std::string data = output.data();
  EXPECT_THAT(data, HasSubstr("Only admins write here."));
  EXPECT_THAT(data.substr(data.find("Only admins")), HasSubstr("You are no member of this group any more"));
}

}  // namespace
}  // namespace kith::cli
