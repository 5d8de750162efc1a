// SPDX-License-Identifier: AGPL-3.0-or-later

// What a member changes in a group, or makes and joins: what is asked for, what is refused, and what has no answer.
#include "core/store/store.h"
#include "core/testing/group_people.h"

namespace kith::core {
namespace {

using testing::connect;
using testing::GroupPeople;
using testing::Host;
using Strings = std::vector<std::string>;

class GroupChangesTest : public GroupPeople {
 protected:
  // Ana begins to make "Ships", which the server does not get yet, and meanwhile asks it which groups there are.
  uint32_t begin_and_list(std::function<bool(const client_api::HttpCall&)> holds) {
    world_.advance(60'000);  // so that there may be a list again
    ana_.holds_http = std::move(holds);
    client_api::Request request;
    request.mutable_create_group()->set_title("Ships");
    request.mutable_create_group()->add_members()->set_handle(kBen);
    const uint32_t asked = ana_.post(std::move(request));
    world_.run();
    const int listed = server().calls["GET /v1/groups"];
    ana_.set_network(false);
    ana_.set_network(true);
    world_.advance(10'000);
    EXPECT_GT(server().calls["GET /v1/groups"], listed);
    EXPECT_EQ(server().groups.size(), 1u);
    return asked;
  }
  void expect_made(uint32_t asked) {
    ana_.release_http();
    const client_api::Response made = ana_.await(asked, 30'000);
    EXPECT_FALSE(made.has_failure()) << made.failure().detail();
    world_.advance(3000);
    EXPECT_EQ(made.create_group().title(), "Ships");
    EXPECT_EQ(group_at(ben_).title(), "Ships");
  }
  static bool is_of_a_group(const client_api::HttpCall& call) {
    return call.method() == "POST" && call.url().find("/v1/groups/") != std::string::npos;
  }
};

TEST_F(GroupChangesTest, WhatATitleMayBeIsSaid) {
  EXPECT_EQ(create(ana_, "  ", {}).failure().code(), Failure::kBlank);
  EXPECT_EQ(create(ana_, std::string(101, 'x'), {}).failure().code(), Failure::kTooLarge);
  EXPECT_EQ(create(ana_, "\xff", {}).failure().code(), Failure::kInvalidArgument);
  EXPECT_EQ(create(ana_, "Boats", {"+491700009999"}).failure().code(), Failure::kNoSuchAccount);
  EXPECT_TRUE(server().groups.empty());
  const std::string chat = create({});
  client_api::Request request;
  request.mutable_set_group()->set_conversation(chat);
  request.mutable_set_group()->set_description(std::string(513, 'x'));
  EXPECT_EQ(ana_.request(std::move(request)).failure().code(), Failure::kTooLarge);
  EXPECT_EQ(set_title(ana_, chat, "").failure().code(), Failure::kBlank);
  EXPECT_FALSE(set_title(ana_, chat, "?").has_failure());
  EXPECT_EQ(events(ana_).back(), "kTitle Ana \"?\"");
  EXPECT_EQ(set_title(ana_, testing::open_chat(ana_, kBen), "x").failure().code(), Failure::kNoSuchConversation);
}

TEST_F(GroupChangesTest, WhatIsRefusedHasItsName) {
  const std::string chat = create({kBen});
  const std::string bens = group_at(ben_).id();
  EXPECT_EQ(add(ana_, chat, {kBen}).failure().code(), Failure::kAlreadyMember);
  EXPECT_EQ(remove(ana_, chat, kCleo).failure().code(), Failure::kNoSuchMember);
  EXPECT_EQ(remove(ben_, bens, kAna).failure().code(), Failure::kNotAllowed);
  EXPECT_EQ(set_admin(ana_, chat, kCleo, true).failure().code(), Failure::kNoSuchMember);
  EXPECT_EQ(set_admin(ana_, chat, kAna, false).failure().code(), Failure::kNotAllowed) << "somebody has to be one";
  EXPECT_EQ(set_link(ben_, bens, false).failure().code(), Failure::kNotAllowed);
  server().account_of(kCleo)->blocked.insert(account_of(kAna));
  const client_api::Response blocked = add(ana_, chat, {kCleo});
  EXPECT_EQ(blocked.failure().code(), Failure::kCannotBeAdded);
  EXPECT_EQ(blocked.failure().detail(), account_of(kCleo).hex());
  ana_.set_network(false);
  EXPECT_EQ(set_title(ana_, chat, "Ships").failure().code(), Failure::kOffline);
}

TEST_F(GroupChangesTest, PermissionsSayWhatMembersMayDo) {
  const std::string chat = create({kBen});
  client_api::Request request;
  request.mutable_set_group()->set_conversation(chat);
  request.mutable_set_group()->set_title("Ships");
  client_api::PermissionChanges& permissions = *request.mutable_set_group()->mutable_permissions();
  permissions.set_edit_info(false);
  permissions.set_add_members(false);
  const client_api::Response response = ana_.request(std::move(request));
  ASSERT_FALSE(response.has_failure());
  EXPECT_EQ(response.set_group().title(), "Ships") << "both at once";
  EXPECT_TRUE(response.set_group().group().permissions().send());
  EXPECT_FALSE(response.set_group().group().permissions().edit_info());
  world_.advance(3000);
  EXPECT_EQ(set_title(ben_, group_at(ben_).id(), "x").failure().code(), Failure::kNotAllowed);
  EXPECT_EQ(add(ben_, group_at(ben_).id(), {kCleo}).failure().code(), Failure::kNotAllowed);
}

TEST_F(GroupChangesTest, WhenTheLastAdminLeavesWhoJoinedFirstIsOne_GROUP_1) {
  create({kBen, kCleo});
  EXPECT_FALSE(leave(ana_, group_at(ana_).id()).has_failure());
  world_.advance(3000);
  const bool ben_is = group_at(ben_).group().role() == GroupRole::kAdmin;
  const bool cleo_is = group_at(cleo_).group().role() == GroupRole::kAdmin;
  EXPECT_NE(ben_is, cleo_is);
}

TEST_F(GroupChangesTest, TwoWhoChangeAtOnceBothGetTheirs_GROUP_1) {
  create({kBen, kCleo});
  const std::string bens = group_at(ben_).id();
  // What Ana changes does not reach Ben before he changes something himself.
  ben_.set_silent(true);
  EXPECT_FALSE(set_title(ana_, group_at(ana_).id(), "Ships").has_failure());
  client_api::Request request;
  request.mutable_set_group()->set_conversation(bens);
  request.mutable_set_group()->set_description("On Sundays");
  ben_.set_silent(false);
  const client_api::Response response = ben_.request(std::move(request));
  ASSERT_FALSE(response.has_failure()) << response.failure().detail();
  EXPECT_EQ(response.set_group().title(), "Ships") << "decided anew";
  EXPECT_EQ(response.set_group().group().description(), "On Sundays");
  world_.advance(3000);
  EXPECT_EQ(event_ids(ana_), event_ids(ben_));
  EXPECT_EQ(group_at(ana_).group().description(), "On Sundays");
}

TEST_F(GroupChangesTest, WhoIsTooSlowTimeAndAgainIsToldSo_GROUP_1) {
  create({kBen});
  int tries = 0;
  // Whatever Ben reads, the server has one more.
  server().refuse_group_change = [&](const AccountId& author) {
    return author == account_of(kBen) && ++tries > 0 ? wire::kInvalidRevision : wire::kErrorUnspecified;
  };
  EXPECT_EQ(set_title(ben_, group_at(ben_).id(), "Mine").failure().code(), Failure::kGroupBusy);
  EXPECT_EQ(tries, 6);
  server().refuse_group_change = nullptr;
  EXPECT_FALSE(set_title(ben_, group_at(ben_).id(), "Mine").has_failure());
}

TEST_F(GroupChangesTest, TwoAdminsWhoChangeDifferentPermissionsUndoNothingOfEachOthers_GROUP_1) {
  const std::string chat = create({kBen});
  ASSERT_FALSE(set_admin(ana_, chat, kBen, true).has_failure());
  world_.advance(3000);
  const auto ask = [](const std::string& conversation) {
    client_api::Request request;
    request.mutable_set_group()->set_conversation(conversation);
    return request;
  };
  client_api::Request none = ask(chat);
  none.mutable_set_group()->mutable_permissions()->set_send(false);
  none.mutable_set_group()->mutable_permissions()->set_edit_info(false);
  none.mutable_set_group()->mutable_permissions()->set_add_members(false);
  ASSERT_FALSE(ana_.request(std::move(none)).has_failure());
  world_.advance(3000);
  const uint64_t before = group_at(ben_).group().revision();
  // Ben has not heard of Ana's when he decides.
  client_api::Request by_ben = ask(group_at(ben_).id());
  by_ben.mutable_set_group()->mutable_permissions()->set_edit_info(true);
  ben_.holds_http = [](const client_api::HttpCall& call) { return is_of_a_group(call); };
  const uint32_t asked = ben_.post(std::move(by_ben));
  world_.run();
  client_api::Request by_ana = ask(chat);
  by_ana.mutable_set_group()->mutable_permissions()->set_send(true);
  ASSERT_FALSE(ana_.request(std::move(by_ana)).has_failure());
  ben_.release_http();
  ASSERT_FALSE(ben_.await(asked, 30'000).has_failure());
  world_.advance(3000);
  for (Host* host : {&ana_, &ben_}) {
    const client_api::Group group = group_at(*host).group();
    EXPECT_TRUE(group.permissions().send()) << host->name();
    EXPECT_TRUE(group.permissions().edit_info()) << host->name();
    EXPECT_EQ(group.revision(), before + 2) << host->name();
  }
  client_api::Request off = ask(chat);
  off.mutable_set_group()->mutable_permissions()->set_send(false);
  const client_api::Response response = ana_.request(std::move(off));
  EXPECT_FALSE(response.set_group().group().permissions().send());
  EXPECT_TRUE(response.set_group().group().permissions().edit_info());
}

// ---- what has no answer

TEST_F(GroupChangesTest, IsMadeThoughTheServerWasAskedWhichThereAreMeanwhile_GROUP_4) {
  create({kCleo});
  expect_made(begin_and_list(
      [](const client_api::HttpCall& call) { return is_of_a_group(call) && !call.url().ends_with("/read"); }));
}

TEST_F(GroupChangesTest, WhatTheServerSaidBeforeAGroupWasMadeSaysNothingOfIt_GROUP_4) {
  create({kCleo});
  const uint32_t asked = begin_and_list(is_of_a_group);
  server().reads_too_early = 1;  // its answer comes after the one to the change
  expect_made(asked);
  EXPECT_EQ(server().reads_too_early, 0);
}

TEST_F(GroupChangesTest, ARequestThatIsMadeAgainMakesNoSecondGroup_GROUP_1) {
  const std::string change(32, 'a');
  // Taken, and the answer is lost.
  server().refuse_http = [](const std::string& path) { return path.ends_with("/read"); };
  EXPECT_TRUE(create(ana_, "Boats", {kBen}, change).has_failure());
  EXPECT_EQ(server().groups.size(), 1u);
  EXPECT_EQ(create(ana_, "Boats", {kBen}, change).failure().code(), Failure::kOffline) << "nobody knows yet";
  server().refuse_http = nullptr;
  const client_api::Response again = create(ana_, "Boats", {kBen}, change);
  ASSERT_FALSE(again.has_failure()) << again.failure().detail();
  EXPECT_EQ(server().groups.size(), 1u);
  EXPECT_EQ(again.create_group().title(), "Boats");
  world_.advance(3000);
  EXPECT_EQ(group_at(ben_).title(), "Boats");
}

TEST_F(GroupChangesTest, AGroupThatWasMadeIsThereAfterACrash_GROUP_4) {
  // The server has taken the change, and the power fails before the answer comes.
  server().change = [this](const wire::ServerFrame& frame) {
    for (const wire::Entry& entry : frame.deliver().entries()) {
      if (entry.has_group_changed() && ana_.is_open()) ana_.crash();
    }
    return true;
  };
  client_api::Request request;
  request.mutable_create_group()->set_title("Boats");
  request.mutable_create_group()->add_members()->set_handle(kBen);
  (void)ana_.post(std::move(request));
  world_.run();
  ASSERT_FALSE(ana_.is_open());
  EXPECT_EQ(server().groups.size(), 1u);
  EXPECT_TRUE(groups(ben_).empty());
  server().change = nullptr;
  ana_.reopen();
  connect(ana_);
  world_.advance(5000);
  EXPECT_EQ(group_at(ana_).title(), "Boats");
  EXPECT_EQ(group_at(ben_).title(), "Boats") << "and who was brought in is told";
}

// Whoever makes it is told that nobody knows; the server has it minutes later.
TEST_F(GroupChangesTest, AGroupThatTheServerTakesLateIsThere_GROUP_4) {
  server().group_changes_late = true;
  EXPECT_TRUE(create(ana_, "Boats", {kBen}).has_failure());
  world_.advance(120'000);
  ana_.close();
  ana_.reopen();  // which it outlives
  connect(ana_);
  world_.advance(60'000);
  EXPECT_TRUE(groups(ana_).empty());
  server().take_late_changes();
  world_.advance(300'000);
  EXPECT_EQ(group_at(ana_).title(), "Boats");
  EXPECT_EQ(group_at(ben_).title(), "Boats") << "and who was brought in is told";
}

TEST_F(GroupChangesTest, WhatNeverComesIsForgottenInTheEnd_GROUP_4) {
  server().group_changes_late = true;
  EXPECT_TRUE(create(ana_, "Boats", {kBen}).has_failure());
  world_.advance(3'600'000);
  EXPECT_EQ(Store(ana_.database()).groups.unknown_count(), 0);
  EXPECT_TRUE(Store(ana_.database()).groups.expected().empty());
  server().calls.clear();
  world_.advance(24 * 3'600'000);
  for (const auto& [call, count] : server().calls) EXPECT_FALSE(call.starts_with("POST /v1/groups/")) << call;
}

// One that is made again is another, with another key: the first to be taken is it.
TEST_F(GroupChangesTest, AGroupThatIsMadeAgainWhileTheFirstIsUnderWayIsThere_GROUP_1) {
  const std::string change(32, 'a');
  server().group_changes_late = true;
  EXPECT_TRUE(create(ana_, "Boats", {kBen}, change).has_failure());
  EXPECT_TRUE(create(ana_, "Ships", {kBen}, change).has_failure());
  server().take_late_changes();  // the first, and the second is refused
  world_.advance(300'000);
  EXPECT_EQ(server().groups.size(), 1u);
  EXPECT_EQ(group_at(ana_).title(), "Boats");
}

TEST_F(GroupChangesTest, AJoinAndAChangeThatTheServerTakesLateAreThere_GROUP_4) {
  const std::string chat = create({kBen});
  const std::string link = set_link(ana_, chat, false).set_group_link().group().link().link();
  server().group_changes_late = true;
  EXPECT_TRUE(join(cleo_, link).has_failure());
  world_.advance(100'000);
  server().take_late_changes();
  world_.advance(300'000);
  EXPECT_EQ(group_at(cleo_).title(), "Boats");
  server().group_changes_late = true;
  EXPECT_TRUE(set_title(ben_, group_at(ben_).id(), "Ships").has_failure());
  world_.advance(100'000);
  server().take_late_changes();
  world_.advance(300'000);
  EXPECT_EQ(group_at(ben_).title(), "Ships") << "of which the server tells everybody but its author";
}

// A member tells of the group while the change by which this device would come in is refused.
TEST_F(GroupChangesTest, ARefusedJoinTakesNothingFromWhatAMemberHasTold_GROUP_4) {
  const std::string chat = create({kBen});
  const std::string link = set_link(ana_, chat, false).set_group_link().group().link().link();
  server().refuse_group_change = [this](const AccountId& author) {
    if (author != account_of(kCleo)) return wire::kErrorUnspecified;
    Store store(cleo_.database());
    EXPECT_EQ(store.groups.expected().size(), 1u);
    Transaction transaction(cleo_.database());
    store.groups.tell({group_id(), account_of(kAna), {group().state->revision()}, group().digest, Bytes(32, 'k')});
    EXPECT_TRUE(transaction.commit().has_value());
    server().refuse_http = [](const std::string& path) { return path.ends_with("/read"); };  // it is to be read now
    return wire::kNotAllowed;
  };
  EXPECT_EQ(join(cleo_, link).failure().code(), Failure::kNotAllowed);
  const auto told = Store(cleo_.database()).groups.told(group_id());
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told.front().teller, account_of(kAna));
}

// ---- links

TEST_F(GroupChangesTest, ByALinkOneSeesWhatItIsAndComesIn_GROUP_4) {
  const std::string chat = create({kBen});
  const client_api::Response made = set_link(ana_, chat, false);
  ASSERT_FALSE(made.has_failure()) << made.failure().detail();
  const std::string text = made.set_group_link().group().link().link();
  EXPECT_TRUE(text.starts_with("http://server:1/join#")) << text;
  world_.advance(3000);
  EXPECT_FALSE(group_at(ben_).group().link().link().empty()) << "members can show it";
  const client_api::Response seen = look(cleo_, text);
  ASSERT_FALSE(seen.has_failure()) << seen.failure().detail();
  EXPECT_EQ(seen.open_group_link().title(), "Boats");
  EXPECT_EQ(seen.open_group_link().members(), 2u);
  EXPECT_FALSE(seen.open_group_link().member());
  EXPECT_TRUE(groups(cleo_).empty()) << "nothing is kept";
  EXPECT_FALSE(set_title(ana_, chat, "Ships").has_failure());
  const client_api::Response response = join(cleo_, text);
  ASSERT_FALSE(response.has_failure()) << response.failure().detail();
  EXPECT_EQ(response.join_group().conversation().title(), "Ships");
  world_.advance(3000);
  EXPECT_EQ(events(cleo_), Strings{"kJoined Cleo"});
  EXPECT_EQ(events(ben_).back(), "kJoined Cleo");
  EXPECT_EQ(members(ana_), (Strings{"Ana (admin)", "Ben", "Cleo"}));
  EXPECT_TRUE(look(cleo_, text).open_group_link().member());
  EXPECT_EQ(join(cleo_, text).join_group().conversation().id(), group_at(cleo_).id()) << "is in already";
  // The link that any member's device shows is as good.
  EXPECT_EQ(look(ben_, group_at(cleo_).group().link().link()).open_group_link().title(), "Ships");
}

TEST_F(GroupChangesTest, ALinkMayNeedAnAdminsWord) {
  const std::string chat = create({kBen});
  const std::string text = set_link(ana_, chat, true).set_group_link().group().link().link();
  EXPECT_TRUE(look(cleo_, text).open_group_link().approval());
  const client_api::Response asked = join(cleo_, text);
  ASSERT_FALSE(asked.has_failure()) << asked.failure().detail();
  EXPECT_FALSE(asked.join_group().has_conversation());
  EXPECT_FALSE(join(cleo_, text).has_failure()) << "asks already";
  world_.advance(3000);
  EXPECT_TRUE(groups(cleo_).empty());
  EXPECT_EQ(group_at(ana_).group().applicants(), 1u);
  EXPECT_EQ(group_at(ben_).group().applicants(), 0u) << "not his to answer";
  EXPECT_EQ(events(ana_).back(), "kAsked Cleo");
  EXPECT_EQ(answer(ana_, chat, kBen, true).failure().code(), Failure::kNoSuchMember);
  ASSERT_FALSE(answer(ana_, chat, kCleo, true).has_failure());
  world_.advance(3000);
  EXPECT_EQ(group_at(cleo_).title(), "Boats");
  EXPECT_EQ(events(cleo_), Strings{"kLetIn Ana: Cleo"});
  EXPECT_EQ(group_at(ana_).group().applicants(), 0u);
}

TEST_F(GroupChangesTest, ALinkThatIsOverLetsNobodyIn) {
  const std::string chat = create({});
  const std::string text = set_link(ana_, chat, false).set_group_link().group().link().link();
  client_api::Request request;
  request.mutable_set_group_link()->set_conversation(chat);
  request.mutable_set_group_link()->set_remove(true);
  EXPECT_FALSE(ana_.request(std::move(request)).has_failure());
  EXPECT_EQ(events(ana_).back(), "kLinkEnded Ana");
  EXPECT_EQ(look(cleo_, text).failure().code(), Failure::kNoSuchGroup);
  EXPECT_EQ(join(cleo_, text).failure().code(), Failure::kNoSuchGroup);
  EXPECT_EQ(look(cleo_, "http://server:1/join#abc").failure().code(), Failure::kInvalidArgument);
  std::string elsewhere = text;
  elsewhere.replace(elsewhere.find("server"), 6, "others");
  EXPECT_EQ(join(cleo_, elsewhere).failure().code(), Failure::kNoSuchGroup);
  EXPECT_TRUE(groups(cleo_).empty());
}

}  // namespace
}  // namespace kith::core
