// SPDX-License-Identifier: AGPL-3.0-or-later

// kith group, and how other commands take a group and tell of one.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>

#include "cli/testing/groups_fixture.h"
#include "cli/time_text.h"
#include "cli/whom.h"

namespace kith::cli {
namespace {

using client_api::Event;
using client_api::Failure;
using client_api::Group;
using client_api::GroupEvent;
using client_api::Message;
using client_api::Request;
using client_api::State;
using testing::connection_event;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::person;
using testing::text_message;

class Groups : public testing::GroupCommands {
 protected:
  size_t count(Request::MethodCase method) const {
    return static_cast<size_t>(std::ranges::count(host.requests, method, &Request::method_case));
  }
  Message written_by(const client_api::Person& sender, const std::string& text) {
    Message message = text_message(std::string(32, '9'), Message::kNone);
    message.set_conversation(kConversation);
    *message.mutable_sender() = sender;
    message.mutable_text()->set_text(text);
    return message;
  }
  Message event_of(const client_api::Person& sender, GroupEvent::Kind kind) {
    Message message = written_by(sender, "");
    message.mutable_group_event()->set_kind(kind);
    return message;
  }
};

TEST_F(Groups, AreMadeOfWhomTheUserNamesAndTheIdIsAloneOnALine) {
  EXPECT_EQ(run_group_create(context, {.title = "Book club",
                                       .members = {"Ben", kWithBen, "+491700000009"},
                                       .description = "Novels",
                                       .announce = true}),
            ExitCode::kOk);
  EXPECT_EQ(output.data(), kGroup + "\n");
  EXPECT_EQ(output.words(), "");
  const auto& made = asked().create_group();
  EXPECT_EQ(made.title(), "Book club");
  EXPECT_EQ(made.description(), "Novels");
  ASSERT_EQ(made.members_size(), 3);
  EXPECT_EQ(made.members(0).handle(), "+491700000002");
  EXPECT_EQ(made.members(1).account_id(), kBen);
  EXPECT_EQ(made.members(1).handle(), "");
  EXPECT_EQ(made.members(2).handle(), "+491700000009");
  EXPECT_FALSE(made.permissions().send());
  EXPECT_TRUE(made.permissions().edit_info() && made.permissions().add_members());
  EXPECT_EQ(run_group_create(context, {.title = "Alone", .members = {}}), ExitCode::kOk);
  EXPECT_TRUE(asked().create_group().permissions().send());
}

TEST_F(Groups, TakeNeitherGroupsNorOneself) {
  EXPECT_EQ(run_group_create(context, {.title = "x", .members = {"Book club"}}), ExitCode::kUsage);
  EXPECT_THAT(output.words(), HasSubstr("Book club is nobody who can be added: it is a group"));
  EXPECT_EQ(run_group_add(context, kGroup, {"group:" + kGroup}), ExitCode::kUsage);
  auto& notes = conversations.emplace_back();
  notes.set_id(std::string(32, '4'));
  notes.mutable_self();
  EXPECT_EQ(run_group_add(context, kGroup, {"Note to self"}), ExitCode::kUsage);
  EXPECT_THAT(output.words(), HasSubstr("you are a member of your groups yourself"));
  EXPECT_EQ(count(Request::kCreateGroup) + count(Request::kAddMembers), 0u);
}

TEST_F(Groups, AreNamedByIdByConversationAndByTitle) {
  for (const std::string& name : {"group:" + kGroup, kGroup, kConversation, std::string("BOOK club")}) {
    EXPECT_EQ(run_group_rename(context, name, "Readers"), ExitCode::kOk) << name;
    EXPECT_EQ(asked().set_group().conversation(), kConversation) << name;
    EXPECT_EQ(asked().set_group().title(), "Readers");
    EXPECT_FALSE(asked().set_group().has_description());
  }
  const size_t changes = count(Request::kSetGroup);
  EXPECT_EQ(run_group_rename(context, "Bok club", "x"), ExitCode::kUsage);
  EXPECT_THAT(output.words(), HasSubstr("no group here is called Bok club; did you mean Book club?"));
  EXPECT_EQ(run_group_rename(context, "Ben", "x"), ExitCode::kUsage) << "is nobody's title";
  EXPECT_EQ(run_group_rename(context, kWithBen, "x"), ExitCode::kUsage);
  EXPECT_THAT(output.words(), HasSubstr("is the conversation with Ben, and no group"));
  EXPECT_EQ(run_group_rename(context, std::string(32, '7'), "x"), ExitCode::kFailed);
  EXPECT_EQ(run_group_rename(context, "group:" + kConversation, "x"), ExitCode::kFailed);
  EXPECT_THAT(output.words(), HasSubstr("there is no group " + kConversation + " here"));
  auto another = group();
  another.set_id(std::string(32, '5'));
  another.mutable_group()->set_group_id(std::string(32, '6'));
  conversations.push_back(another);
  EXPECT_EQ(run_group_rename(context, "Book club", "x"), ExitCode::kUsage);
  EXPECT_THAT(output.words(),
              HasSubstr("Book club (group:" + kGroup + "), Book club (group:" + std::string(32, '6') + ")"));
  EXPECT_EQ(count(Request::kSetGroup), changes);
}

TEST_F(Groups, AreDescribedAndTheirPermissionsChangedOneAtATime) {
  EXPECT_EQ(run_group_describe(context, kGroup, ""), ExitCode::kOk);
  EXPECT_TRUE(asked().set_group().has_description());
  EXPECT_FALSE(asked().set_group().has_title());
  EXPECT_FALSE(asked().set_group().has_permissions());
  EXPECT_EQ(run_group_permissions(context, {.group = kGroup, .send = "admins"}), ExitCode::kOk);
  EXPECT_FALSE(asked().set_group().permissions().send());
  EXPECT_TRUE(asked().set_group().permissions().edit_info()) << "stays";
  EXPECT_FALSE(asked().set_group().permissions().add_members()) << "stays";
  EXPECT_EQ(run_group_permissions(context, {.group = kGroup, .edit = "admins", .add = "all"}), ExitCode::kOk);
  EXPECT_TRUE(asked().set_group().permissions().send());
  EXPECT_FALSE(asked().set_group().permissions().edit_info());
  EXPECT_TRUE(asked().set_group().permissions().add_members());
  EXPECT_EQ(output.data(), "");
  EXPECT_EQ(run_group_permissions(context, {.group = kGroup}), ExitCode::kOk);
  EXPECT_EQ(output.data(), "send  all\nedit  all\nadd   admins\n");
  EXPECT_EQ(run_group_permissions(context, {.group = kGroup, .json = true}), ExitCode::kOk);
  EXPECT_THAT(output.data(), EndsWith("{\"send\":\"all\",\"edit\":\"all\",\"add\":\"admins\"}\n"));
}

TEST_F(Groups, AreListedAndNobodyElse) {
  group().mutable_group()->set_applicants(1);
  EXPECT_EQ(run_group_list(context, false), ExitCode::kOk);
  EXPECT_EQ(output.data(), "Book club  group:" + kGroup + ", 4 members, you are an admin, 1 to be let in\n");
  group().mutable_group()->set_role(Group::kNone);
  EXPECT_EQ(run_group_list(context, true), ExitCode::kOk);
  EXPECT_THAT(output.data(),
              EndsWith(R"({"title":"Book club","conversation":")" + kConversation + R"(","group":")" + kGroup +
                       R"(","description":"","members":4,"role":"none","send":"all","edit":"all","add":"admins",)"
                       R"("applicants":1,"has_link":false,"incomplete":false})"
                       "\n"));
}

TEST_F(Groups, MembersAreListedWithTheirRolesAndWhoAsksToBeOne) {
  EXPECT_EQ(run_group_members(context, "Book club", false), ExitCode::kOk);
  EXPECT_EQ(output.data(),
            "Ana  +491700000001  [admin]  (you)\nBen  +491700000002\nCleo  @cleo\nCleo\n"
            "Dan  dan@example.org  [asks to be let in]\n");
  EXPECT_EQ(run_group_requests(context, "Book club", true), ExitCode::kOk);
  EXPECT_THAT(output.data(), EndsWith(R"({"account":")" + kDan +
                                      R"(","name":"Dan","handle":"dan@example.org","role":"applicant","you":false})"
                                      "\n"));
  EXPECT_EQ(lines(), 6);
  EXPECT_EQ(run_group_members(context, "Book club", true), ExitCode::kOk);
  EXPECT_THAT(output.data(), HasSubstr(R"("name":"Ana","handle":"+491700000001","role":"admin","you":true})"));
  EXPECT_EQ(count(Request::kConnect), 0u) << "is known here";
}

TEST_F(Groups, MembersAreRemovedByNameNumberUsernameAndId) {
  EXPECT_EQ(run_group_remove(context, kGroup, {"ben", "@cleo", kOtherCleo, "+49 170 0000002", kWithBen}),
            ExitCode::kOk);
  EXPECT_EQ(asked().remove_members().conversation(), kConversation);
  EXPECT_THAT(asked().remove_members().account_ids(), ElementsAre(kBen, kCleo, kOtherCleo)) << "each once";
  const size_t before = count(Request::kRemoveMembers);
  EXPECT_EQ(run_group_remove(context, kGroup, {"Ben", "Cleo"}), ExitCode::kUsage);
  EXPECT_THAT(output.words(), HasSubstr("Cleo (@cleo), Cleo (" + kOtherCleo + "): say it by number"));
  EXPECT_EQ(run_group_remove(context, kGroup, {"Dan"}), ExitCode::kUsage) << "only asks to be one";
  EXPECT_THAT(output.words(), HasSubstr("nobody in Book club is called Dan"));
  EXPECT_EQ(run_group_remove(context, kGroup, {"+491700000009"}), ExitCode::kFailed);
  EXPECT_THAT(output.words(), HasSubstr("nobody in Book club is +491700000009"));
  EXPECT_EQ(run_group_remove(context, kGroup, {"+49"}), ExitCode::kUsage);
  EXPECT_EQ(count(Request::kRemoveMembers), before);
}

TEST_F(Groups, AMemberIsFoundByTheNumberOfAContactThatTheGroupDoesNotTell) {
  members.mutable_members(1)->mutable_person()->clear_handles();
  EXPECT_EQ(run_group_remove(context, kGroup, {"+491700000002"}), ExitCode::kOk);
  EXPECT_THAT(asked().remove_members().account_ids(), ElementsAre(kBen));
}

TEST_F(Groups, ANameThatTheUserGaveCountsBeforeThatOfAStranger) {
  members.mutable_members(3)->mutable_person()->set_name("BEN");
  EXPECT_EQ(run_group_set_admin(context, kGroup, "Ben", true), ExitCode::kOk);
  EXPECT_EQ(asked().set_member().account_id(), kBen);
  EXPECT_TRUE(asked().set_member().admin());
  EXPECT_EQ(run_group_set_admin(context, kGroup, "Ana", false), ExitCode::kOk);
  EXPECT_EQ(asked().set_member().account_id(), kAna);
  EXPECT_FALSE(asked().set_member().admin());
}

TEST_F(Groups, WhoAsksIsLetInOrTurnedAwayAndNobodyElse) {
  EXPECT_EQ(run_group_answer(context, kGroup, {"Dan"}, true), ExitCode::kOk);
  EXPECT_THAT(asked().answer_applicants().let_in(), ElementsAre(kDan));
  EXPECT_EQ(asked().answer_applicants().turned_away_size(), 0);
  EXPECT_EQ(run_group_answer(context, kGroup, {"dan@example.org"}, false), ExitCode::kOk);
  EXPECT_THAT(asked().answer_applicants().turned_away(), ElementsAre(kDan));
  EXPECT_EQ(run_group_answer(context, kGroup, {"Ben"}, true), ExitCode::kUsage);
  EXPECT_THAT(output.words(), HasSubstr("nobody who asks to be let in to Book club is called Ben"));
}

TEST_F(Groups, WhoCanNotBeAddedIsToldByName) {
  failure = Failure::kCannotBeAdded;
  failure_detail = kBen + " " + kCleo + " " + kOtherCleo;
  fails = Request::kAddMembers;
  profile.set_name("Cleo");
  EXPECT_EQ(run_group_add(context, kGroup, {"+491700000009"}), ExitCode::kFailed);
  EXPECT_THAT(output.words(), HasSubstr("Ben, Cleo, Cleo: they can't be added by you: give them a link"));
  EXPECT_THAT(output.words(), Not(HasSubstr(kBen)));
  failure = Failure::kNoSuchAccount;
  failure_detail = "handle: nobody on this server has +491700000009";
  EXPECT_EQ(run_group_add(context, kGroup, {"+491700000008", "+491700000009"}), ExitCode::kFailed);
  EXPECT_THAT(output.words(), HasSubstr("kith: +491700000009: nobody with this number"));
}

TEST_F(Groups, ChangesConnectFirstAndEndAsRefusalsDo) {
  fails = Request::kSetGroup;
  const std::pair<Failure::Code, const char*> refusals[] = {{Failure::kNotAllowed, "only the group's admins"},
                                                            {Failure::kNoSuchGroup, "you are no member of it"},
                                                            {Failure::kGroupBusy, "try again"}};
  for (const auto& [code, words] : refusals) {
    failure = code;
    EXPECT_EQ(run_group_rename(context, kGroup, "x"), ExitCode::kFailed);
    EXPECT_THAT(output.words(), HasSubstr(words));
  }
  failure = Failure::kOffline;
  EXPECT_EQ(run_group_rename(context, kGroup, "x"), ExitCode::kOffline);
  EXPECT_TRUE(host.requests.front().has_connect());
}

TEST_F(Groups, AreLeftWithoutAQuestionWhereNobodyCanBeAsked) {
  EXPECT_EQ(run_group_leave(context, "Book club"), ExitCode::kOk);
  EXPECT_EQ(asked().leave_group().conversation(), kConversation);
  EXPECT_THAT(output.words(), HasSubstr("you are no member of Book club any more"));
}

TEST_F(Groups, ALinkIsMadeOnlyWhenItIsAskedFor) {
  EXPECT_EQ(run_group_link(context, {.group = kGroup}), ExitCode::kFailed);
  EXPECT_THAT(output.words(), HasSubstr("there is no link to Book club: --new makes one"));
  EXPECT_EQ(count(Request::kSetGroupLink), 0u);
  EXPECT_EQ(run_group_link(context, {.group = kGroup, .make = true}), ExitCode::kOk);
  EXPECT_EQ(output.data(), "https://kith.example/group#made\n");
  EXPECT_FALSE(asked().set_group_link().approval());
  EXPECT_EQ(asked().set_group_link().expires_us(), 0u);
  EXPECT_EQ(run_group_link(context, {.group = kGroup}), ExitCode::kOk);
  EXPECT_EQ(count(Request::kSetGroupLink), 1u) << "it is there";
  EXPECT_EQ(lines(), 2);
}

TEST_F(Groups, ALinkCanWantApprovalAndCanExpire) {
  EXPECT_EQ(run_group_link(context, {.group = kGroup, .approval = true, .expires_hours = 2.0, .json = true}),
            ExitCode::kOk);
  EXPECT_TRUE(asked().set_group_link().approval());
  const uint64_t expires = asked().set_group_link().expires_us();
  EXPECT_GT(expires, unix_now_us() + uint64_t{1} * 3600 * 1'000'000);
  EXPECT_LT(expires, unix_now_us() + uint64_t{3} * 3600 * 1'000'000);
  EXPECT_EQ(output.data(),
            R"({"link":"https://kith.example/group#made","approval":true,"expires_at":")" + rfc3339(expires) + "\"}\n");
  EXPECT_EQ(run_group_link(context, {.group = kGroup}), ExitCode::kOk);
  EXPECT_THAT(output.words(), HasSubstr("an admin has to let in who comes by it"));
  EXPECT_THAT(output.words(), HasSubstr("it leads in until " + local_minute(expires)));
  EXPECT_EQ(run_group_link(context, {.group = kGroup, .end = true}), ExitCode::kOk);
  EXPECT_TRUE(asked().set_group_link().remove());
  EXPECT_EQ(lines(), 2) << "nothing is printed of one that is over";
  group().mutable_group()->mutable_link()->clear_link();
  EXPECT_EQ(run_group_link(context, {.group = kGroup}), ExitCode::kFailed);
  EXPECT_THAT(output.words(), HasSubstr("which this device does not know: --new makes another one instead"));
}

TEST_F(Groups, AreJoinedByTheirLink) {
  preview.set_title("Book club");
  EXPECT_EQ(run_group_join(context, "https://kith.example/group#made"), ExitCode::kOk);
  EXPECT_EQ(asked().join_group().link(), "https://kith.example/group#made");
  EXPECT_EQ(output.data(), kGroup + "\n");
  lets_in = false;
  EXPECT_EQ(run_group_join(context, "https://kith.example/group#made"), ExitCode::kOk);
  EXPECT_EQ(lines(), 1) << "is no member yet";
  EXPECT_THAT(output.words(), HasSubstr("asked to be let in to Book club: one of its admins has to"));
  preview.set_member(true);
  preview.set_conversation(kConversation);
  const size_t joined = count(Request::kJoinGroup);
  EXPECT_EQ(run_group_join(context, "https://kith.example/group#made"), ExitCode::kOk);
  EXPECT_EQ(count(Request::kJoinGroup), joined);
  EXPECT_EQ(lines(), 2);
  EXPECT_THAT(output.words(), HasSubstr("you are a member of Book club already"));
}

// ---------------------------------------------------------------- other commands

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
    const int screen = ::posix_openpt(O_RDWR | O_NOCTTY);
    EXPECT_EQ(::grantpt(screen) + ::unlockpt(screen), 0);
    const int terminal = ::open(::ptsname(screen), O_RDWR | O_NOCTTY);
    const winsize size{.ws_row = 50, .ws_col = 100, .ws_xpixel = 0, .ws_ypixel = 0};
    EXPECT_EQ(::ioctl(terminal, TIOCSWINSZ, &size), 0);
    std::fflush(stdout);
    const int before[] = {::dup(STDIN_FILENO), ::dup(STDOUT_FILENO)};
    for (const int standard : {STDIN_FILENO, STDOUT_FILENO}) ::dup2(terminal, standard);
    EXPECT_EQ(run_chat(context, {"Book club"}), ExitCode::kOk);
    std::fflush(stdout);
    for (const int standard : {STDIN_FILENO, STDOUT_FILENO}) {
      ::dup2(before[standard], standard);
      ::close(before[standard]);
    }
    ::close(terminal);
    std::string seen;
    char part[4096];
    for (ssize_t read; (read = ::read(screen, part, sizeof part)) > 0;) seen.append(part, static_cast<size_t>(read));
    ::close(screen);
    return seen;
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
