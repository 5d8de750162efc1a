// SPDX-License-Identifier: AGPL-3.0-or-later

// kith group: making, changing and leaving groups, their members, their link.
#include <gmock/gmock.h>

#include "cli/testing/groups_fixture.h"
#include "cli/time_text.h"

namespace kith::cli {
namespace {

using client_api::Failure;
using client_api::Group;
using client_api::Request;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

using Groups = testing::GroupCommands;

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

TEST_F(Groups, LoseTheirPhotoAndGetNoneThatIsNoPicture) {
  EXPECT_EQ(run_group_photo(context, kGroup, "", true), ExitCode::kOk);
  EXPECT_TRUE(asked().set_group().remove_photo());
  EXPECT_FALSE(asked().set_group().has_photo());
  const size_t changes = count(Request::kSetGroup);
  EXPECT_EQ(run_group_photo(context, kGroup, "", false), ExitCode::kUsage);
  EXPECT_THAT(output.words(), HasSubstr("say which picture, or --remove"));
  EXPECT_EQ(run_group_photo(context, kGroup, "/nowhere/me.jpg", false), ExitCode::kUsage);
  EXPECT_EQ(count(Request::kSetGroup), changes);
}

TEST_F(Groups, AreDescribedAndTheirPermissionsChangedOneAtATime) {
  EXPECT_EQ(run_group_describe(context, kGroup, ""), ExitCode::kOk);
  EXPECT_TRUE(asked().set_group().has_description());
  EXPECT_FALSE(asked().set_group().has_title());
  EXPECT_FALSE(asked().set_group().has_permissions());
  EXPECT_EQ(run_group_permissions(context, {.group = kGroup, .send = "admins"}), ExitCode::kOk);
  EXPECT_TRUE(asked().set_group().permissions().has_send());
  EXPECT_FALSE(asked().set_group().permissions().send());
  EXPECT_FALSE(asked().set_group().permissions().has_edit_info()) << "stays";
  EXPECT_FALSE(asked().set_group().permissions().has_add_members()) << "stays";
  EXPECT_EQ(run_group_permissions(context, {.group = kGroup, .edit = "admins", .add = "all"}), ExitCode::kOk);
  EXPECT_FALSE(asked().set_group().permissions().has_send());
  EXPECT_TRUE(asked().set_group().permissions().has_edit_info());
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
                       R"("applicants":1,"has_link":false,"photo":false,"incomplete":false})"
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

}  // namespace
}  // namespace kith::cli
