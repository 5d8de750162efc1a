// SPDX-License-Identifier: AGPL-3.0-or-later

// Who may do what with a group, who comes into it, and who only thinks so.
#include "server/handlers/testing/groups_fixture.h"

namespace kith::testing {
namespace {

using wire::GroupChange;
using wire::GroupState;
using wire::SignedGroupChange;

using GroupMembersTest = GroupsFixture;

// ---- who may what

TEST_F(GroupMembersTest, AdminsMayEverythingAndMembersNothingOfIt) {
  FollowedGroup group = made();
  ASSERT_TRUE(make(group, ana, group.linking(ana.address, link.public_key, true)));
  ASSERT_TRUE(make(group, cleo, joining(group, cleo, link)));
  const auto changes = [&](const TestDevice& author, const TestDevice& other) {
    const DeviceAddress by = author.address;
    return std::vector<GroupChange>{
        group.adding(by, {of(dora)}),
        group.naming(by, "sealed"),
        group.permitting(by, true, true, true),
        group.linking(by, Bytes(32, 'k')),
        group.unlinking(by),
        group.answering(by, {of(cleo)}),
        group.answering(by, {}, {of(cleo)}),
        group.giving(by, of(other), is_admin(*group.state, of(other)) ? wire::kGroupMember : wire::kGroupAdmin),
        group.removing(by, {of(other)})};
  };
  for (const GroupChange& change : changes(ben, ana))
    EXPECT_EQ(refusal(group, ben, change), wire::kNotAllowed) << change.action_case();
  // Each of these as the next change, one after the other.
  const size_t count = changes(ana, ben).size();
  for (size_t i = 0; i < count; ++i) {
    const GroupChange change = changes(ana, ben)[i];
    EXPECT_TRUE(make(group, ana, change)) << change.action_case();
    if (change.has_set_link()) {
      ASSERT_TRUE(make(group, ana, group.linking(ana.address, link.public_key, true)));
    }
    if (change.has_answer() && change.answer().let_in_size() > 0) {
      ASSERT_TRUE(make(group, ana, group.removing(ana.address, {of(cleo)})));
      ASSERT_TRUE(make(group, cleo, joining(group, cleo, link)));
    }
  }
}

TEST_F(GroupMembersTest, MembersMayWhatThePermissionsSay) {
  FollowedGroup group = made();
  ASSERT_TRUE(make(group, ana, group.permitting(ana.address, true, true, false)));
  EXPECT_TRUE(make(group, ben, group.naming(ben.address, "by a member")));
  EXPECT_EQ(refusal(group, ben, group.adding(ben.address, {of(cleo)})), wire::kNotAllowed);
  ASSERT_TRUE(make(group, ana, group.permitting(ana.address, true, false, true)));
  EXPECT_EQ(refusal(group, ben, group.naming(ben.address, "again")), wire::kNotAllowed);
  EXPECT_TRUE(make(group, ben, group.adding(ben.address, {of(cleo)})));
  EXPECT_EQ(refusal(group, ben, group.permitting(ben.address, true, true, true)), wire::kNotAllowed);
}

TEST_F(GroupMembersTest, AdminsAreMadeAndUnmadeAndOneIsAlwaysLeft) {
  FollowedGroup group = made();
  EXPECT_EQ(refusal(group, ana, group.giving(ana.address, of(ana), wire::kGroupMember)), wire::kNotAllowed);
  ASSERT_TRUE(make(group, ana, group.giving(ana.address, of(ben), wire::kGroupAdmin)));
  ASSERT_TRUE(make(group, ben, group.giving(ben.address, of(ana), wire::kGroupMember)));
  EXPECT_EQ(refusal(group, ana, group.naming(ana.address, "sealed")), wire::kNotAllowed);
  ASSERT_TRUE(make(group, ben, group.leaving(ben.address)));
  EXPECT_TRUE(make(group, ana, group.naming(ana.address, "sealed"))) << "nobody else was there to be one";
}

TEST_F(GroupMembersTest, AChangeIsAboutWhoIsThere) {
  FollowedGroup group = made();
  EXPECT_EQ(refusal(group, ana, group.removing(ana.address, {of(cleo)})), wire::kNoSuchMember);
  EXPECT_EQ(refusal(group, ana, group.giving(ana.address, of(cleo), wire::kGroupAdmin)), wire::kNoSuchMember);
  EXPECT_EQ(refusal(group, ana, group.answering(ana.address, {of(cleo)})), wire::kNoSuchMember);
  EXPECT_EQ(refusal(group, ana, group.adding(ana.address, {of(ben)})), wire::kAlreadyMember);
  EXPECT_EQ(refusal(group, ana, group.unlinking(ana.address)), wire::kInvalidArgument) << "there is none";
  const AccountId nobody = world.random.id<AccountId>();
  TestDevice half(world, "+491700000005");  // registered, without keys
  ASSERT_TRUE(half.register_number());
  std::vector<AccountId> missing{nobody, of(half)};
  std::ranges::sort(missing);
  const auto refused =
      send(group, ana, sign(group, ana, group.adding(ana.address, {missing[1], of(cleo), missing[0]})));
  EXPECT_EQ(code_of(refused), wire::kNoSuchAccount);
  EXPECT_EQ(accounts_of(refused), missing);
}

// ---- strangers

TEST_F(GroupMembersTest, AStrangerCanNotTellAGroupFromNone) {
  FollowedGroup group = made();
  ASSERT_TRUE(make(group, ana, group.linking(ana.address, link.public_key)));
  ASSERT_TRUE(make(group, ana, group.removing(ana.address, {of(ben)})));
  FollowedGroup none = group;
  none.id = world.random.id<GroupId>();
  const auto expect_nothing = [](const auto& outcome, const char* what) {
    ASSERT_FALSE(outcome) << what;
    EXPECT_EQ(outcome.error().code, wire::kNoSuchGroup) << what;
    EXPECT_EQ(outcome.error().detail, "group_id") << what;
    EXPECT_EQ(outcome.error().retry_after_ms, 0u) << what;
    EXPECT_FALSE(outcome.error().group) << what;
  };
  for (FollowedGroup known : {group, none}) {
    for (const uint64_t revision : {uint64_t{1}, uint64_t{3}, uint64_t{8}}) {
      known.state->set_revision(revision);
      world.loops.pass(60'000);  // so that no rate refuses
      const DeviceAddress by = cleo.address;
      for (GroupChange change :
           {known.adding(by, {of(cleo)}), known.adding(by, {world.random.id<AccountId>()}),
            known.removing(by, {of(ana)}), known.leaving(by), known.naming(by, "x"),
            known.permitting(by, true, true, true), known.unlinking(by), known.giving(by, of(cleo), wire::kGroupAdmin),
            known.answering(by, {of(cleo)}), known.joining(by),
            joining(known, cleo, crypto::make_group_link_key(world.random)), known.by(by)}) {
        expect_nothing(send(known, cleo, sign(known, cleo, change)), "a change");
        change.set_previous(Bytes(32, 'x'));
        expect_nothing(send(known, cleo, sign(known, cleo, change)), "one that follows something else");
      }
    }
    expect_nothing(read(known, cleo), "reading");
    expect_nothing(read(known, cleo, 1), "reading on");
    expect_nothing(read(known, cleo, 0, 0, Bytes(64, 'x')), "reading with a link");
    expect_nothing(read(known, cleo, 0, 0, shown_by(known, dora)), "reading with the link of another");
  }
  const FollowedGroup again{group.id};
  expect_nothing(send(again, cleo, sign(again, cleo, again.creating(cleo.address))), "making it anew");
  EXPECT_EQ(refusal(group, ben, group.naming(ben.address, "x")), wire::kNoSuchGroup) << "nor does who was removed";
}

TEST_F(GroupMembersTest, WhatIsWrongWithANewGroupIsToldWhetherItIsThereOrNot) {
  const FollowedGroup there{made().id};
  const FollowedGroup none = new_group();
  const AccountId nobody = world.random.id<AccountId>();
  for (const FollowedGroup& group : {there, none}) {
    EXPECT_EQ(refusal(group, cleo, group.creating(cleo.address, {nobody})), wire::kNoSuchAccount);
    EXPECT_EQ(refusal(group, cleo, group.creating(cleo.address, {of(cleo)})), wire::kAlreadyMember);
    GroupChange large = group.creating(cleo.address);
    large.mutable_create()->set_sealed_info(Bytes(kGroupInfoBytesMax + 1, 'x'));
    EXPECT_EQ(refusal(group, cleo, large), wire::kInvalidArgument);
  }
}

// ---- links and applicants

TEST_F(GroupMembersTest, WhoHasTheLinkReadsAndJoinsAndNobodyElseDoes) {
  FollowedGroup group = made();
  ASSERT_TRUE(make(group, ana, group.linking(ana.address, link.public_key)));
  EXPECT_EQ(read(group, dora, 0, 0, shown_by(group, cleo)).error().code, wire::kNoSuchGroup) << "it names who shows it";
  EXPECT_EQ(read(group, cleo, 0, 0, shown_by(group, cleo))->revision(), 2u);
  GroupChange join = group.joining(cleo.address);
  join.mutable_join()->set_link_signature(Bytes(64, 'x'));
  EXPECT_EQ(refusal(group, cleo, join), wire::kNoSuchGroup);
  join = joining(group, cleo, link);
  join.set_author(of(dora).bytes());
  EXPECT_EQ(refusal(group, dora, join), wire::kNoSuchGroup) << "it is of who signs it with the link";
  ASSERT_TRUE(make(group, cleo, joining(group, cleo, link)));
  EXPECT_EQ(read(group, cleo)->revision(), 3u);
  EXPECT_EQ(refusal(group, cleo, joining(group, cleo, link)), wire::kAlreadyMember);
  ASSERT_TRUE(make(group, ana, group.unlinking(ana.address)));
  EXPECT_EQ(refusal(group, dora, joining(group, dora, link)), wire::kNoSuchGroup);
}

TEST_F(GroupMembersTest, WhoJoinsLateLearnsWhatCameFirst) {
  FollowedGroup group = made();
  ASSERT_TRUE(make(group, ana, group.linking(ana.address, link.public_key)));
  const SignedGroupChange late = sign(group, cleo, joining(group, cleo, link));
  ASSERT_TRUE(make(group, ana, group.naming(ana.address, "sealed")));
  const auto refused = send(group, cleo, late);
  ASSERT_EQ(code_of(refused), wire::kInvalidRevision);
  EXPECT_EQ(digest_of(refused.error().group->newer().changes(0)), group.last);
  EXPECT_TRUE(make(group, cleo, joining(group, cleo, link)));
}

TEST_F(GroupMembersTest, ALinkIsOverWhenItsTimeIsOrAnotherTakesItsPlace) {
  FollowedGroup group = made();
  const uint64_t end = world.loops.clock.now().value + 60'000'000;
  ASSERT_TRUE(make(group, ana, group.linking(ana.address, link.public_key, false, end)));
  ASSERT_TRUE(make(group, cleo, joining(group, cleo, link)));
  world.loops.pass(60'000);
  EXPECT_EQ(refusal(group, dora, joining(group, dora, link)), wire::kNoSuchGroup);
  EXPECT_EQ(read(group, dora, 0, 0, shown_by(group, dora)).error().code, wire::kNoSuchGroup);
  const crypto::GroupLinkKeyPair next = crypto::make_group_link_key(world.random);
  ASSERT_TRUE(make(group, ana, group.linking(ana.address, next.public_key)));
  EXPECT_EQ(refusal(group, dora, joining(group, dora, link)), wire::kNoSuchGroup) << "the link was reset";
  EXPECT_EQ(read(group, dora, 0, 0, shown_by(group, dora)).error().code, wire::kNoSuchGroup);
  EXPECT_TRUE(make(group, dora, joining(group, dora, next)));
}

TEST_F(GroupMembersTest, ApplicantsWaitForAnAdminAndReadWithTheLinkOnly) {
  FollowedGroup group = made();
  ASSERT_TRUE(make(group, ana, group.linking(ana.address, link.public_key, true)));
  ASSERT_TRUE(make(group, cleo, joining(group, cleo, link)));
  ASSERT_TRUE(make(group, dora, joining(group, dora, link)));
  EXPECT_TRUE(groups_of(cleo).empty());
  EXPECT_EQ(read(group, cleo).error().code, wire::kNoSuchGroup);
  EXPECT_TRUE(read(group, cleo, 0, 0, shown_by(group, cleo)));
  EXPECT_EQ(refusal(group, cleo, joining(group, cleo, link)), wire::kInvalidArgument) << "asked already";
  EXPECT_EQ(refusal(group, cleo, group.answering(cleo.address, {of(cleo)})), wire::kNoSuchGroup);
  EXPECT_EQ(refusal(group, ben, group.answering(ben.address, {of(cleo)})), wire::kNotAllowed);
  ASSERT_TRUE(make(group, ana, group.answering(ana.address, {of(cleo)}, {of(dora)})));
  EXPECT_EQ(groups_of(cleo).size(), 1u);
  EXPECT_TRUE(read(group, cleo));
  EXPECT_TRUE(groups_of(dora).empty());
  EXPECT_EQ(read(group, dora).error().code, wire::kNoSuchGroup);
}

// ---- people who did not ask

TEST_F(GroupMembersTest, WhoHasBlockedTheAuthorIsNotAddedAndMayComeByItself) {
  block(cleo, ana);
  FollowedGroup group = new_group();
  const GroupChange creates = group.creating(ana.address, {of(ben), of(cleo), of(dora)});
  const auto refused = send(group, ana, sign(group, ana, creates));
  EXPECT_EQ(code_of(refused), wire::kCannotBeAdded);
  EXPECT_EQ(accounts_of(refused), std::vector{of(cleo)});
  ASSERT_TRUE(make(group, ana, group.creating(ana.address, {of(ben)})));
  EXPECT_EQ(refusal(group, ana, group.adding(ana.address, {of(cleo)})), wire::kCannotBeAdded);
  ASSERT_TRUE(make(group, ana, group.permitting(ana.address, true, true, true)));
  EXPECT_TRUE(make(group, ben, group.adding(ben.address, {of(cleo)}))) << "another may";
  ASSERT_TRUE(make(group, cleo, group.leaving(cleo.address)));
  ASSERT_TRUE(make(group, ana, group.linking(ana.address, link.public_key, true)));
  ASSERT_TRUE(make(group, cleo, joining(group, cleo, link)));
  EXPECT_TRUE(make(group, ana, group.answering(ana.address, {of(cleo)}))) << "it has asked";
}

TEST_F(GroupMembersTest, ManyAreAddedWithOneQuestionToEachStore) {
  std::vector<AccountId> many;
  for (size_t i = 0; i < kGroupMembersMax - 1; ++i) many.push_back(world.add_account());
  FollowedGroup group = new_group();
  const uint64_t before = world.ports().accounts.faults.calls() + world.ports().profiles.faults.calls() +
                          world.ports().groups.faults.calls();
  ASSERT_TRUE(make(group, ana, group.creating(ana.address, many)));
  const uint64_t after = world.ports().accounts.faults.calls() + world.ports().profiles.faults.calls() +
                         world.ports().groups.faults.calls();
  EXPECT_LE(after - before, 4u);
  EXPECT_EQ(refusal(group, ana, group.adding(ana.address, {of(ben)})), wire::kTooManyMembers);
  EXPECT_EQ(read_group_state(read(group, ana)->state())->members_size(), static_cast<int>(kGroupMembersMax));
}

// ---- the end of a group

TEST_F(GroupMembersTest, AnAbandonedGroupTakesNobodyInAndIsForgottenLater) {
  FollowedGroup group = made();
  ASSERT_TRUE(make(group, ana, group.linking(ana.address, link.public_key)));
  ASSERT_TRUE(make(group, ben, group.leaving(ben.address)));
  ASSERT_TRUE(make(group, ana, group.leaving(ana.address)));
  EXPECT_EQ(refusal(group, cleo, joining(group, cleo, link)), wire::kNoSuchGroup);
  EXPECT_EQ(refusal(group, ana, joining(group, ana, link)), wire::kNoSuchGroup);
  EXPECT_EQ(read(group, cleo, 0, 0, shown_by(group, cleo)).error().code, wire::kNoSuchGroup);
  EXPECT_EQ(read(group, ana, 1)->revision(), 4u) << "each of their devices may learn how it ended";
  EXPECT_EQ(read(group, ben, 1)->revision(), 3u);
  world.loops.pass(GroupStore::kAbandonedLifeMicros / 1000 - 60'000);
  EXPECT_TRUE(read(group, ana, 1));
  world.loops.pass(120'000);
  EXPECT_EQ(read(group, ana, 1).error().code, wire::kNoSuchGroup);
  world.loops.pass(2 * 3600 * 1000);
  EXPECT_EQ(world.run(world.ports().groups.load(group.id)).error(), StoreError::kNotFound) << "swept";
}

// ---- bounds

class SmallGroupsTest : public GroupsFixture {
 protected:
  static HandlersWorldOptions small() {
    HandlersWorldOptions options;
    options.handlers.group_members_max = 3;
    options.handlers.groups_max = 2;
    return options;
  }
  SmallGroupsTest() : GroupsFixture(small()) {}
};

TEST_F(SmallGroupsTest, MembersAndGroupsAreLimited_LIMIT_1) {
  FollowedGroup group = new_group();
  ASSERT_TRUE(make(group, ana, group.creating(ana.address, {of(ben)})));
  ASSERT_TRUE(make(group, ana, group.adding(ana.address, {of(cleo)})));
  EXPECT_EQ(refusal(group, ana, group.adding(ana.address, {of(dora)})), wire::kTooManyMembers);
  FollowedGroup second = new_group();
  ASSERT_TRUE(make(second, ana, second.creating(ana.address)));
  const FollowedGroup third = new_group();
  EXPECT_EQ(refusal(third, ana, third.creating(ana.address)), wire::kTooManyGroups);
}

TEST_F(SmallGroupsTest, OthersFillHalfOfWhatOneHasRoomForAndNotTheRest_LIMIT_1) {
  FollowedGroup first = new_group();
  ASSERT_TRUE(make(first, ana, first.creating(ana.address, {of(ben)})));
  FollowedGroup second = new_group();
  const auto refused = send(second, ana, sign(second, ana, second.creating(ana.address, {of(ben), of(cleo)})));
  EXPECT_EQ(code_of(refused), wire::kCannotBeAdded);
  EXPECT_EQ(accounts_of(refused), std::vector{of(ben)});
  ASSERT_TRUE(make(second, ana, second.creating(ana.address)));
  ASSERT_TRUE(make(second, ana, second.linking(ana.address, link.public_key)));
  EXPECT_TRUE(make(second, ben, joining(second, ben, link))) << "it comes by itself";
  FollowedGroup own = new_group();
  EXPECT_EQ(refusal(own, ben, own.creating(ben.address)), wire::kTooManyGroups);
  ASSERT_TRUE(make(first, ben, first.leaving(ben.address)));
  EXPECT_TRUE(make(own, ben, own.creating(ben.address)));
}

TEST_F(GroupMembersTest, ChangesAreRatedAndOnesThatAddManyMore_LIMIT_1) {
  FollowedGroup group = made();
  int taken = 0;
  for (int i = 0; i < 1000; ++i) {
    const auto outcome = make(group, ana, group.naming(ana.address, std::to_string(i)));
    if (!outcome) {
      EXPECT_EQ(outcome.error().code, wire::kRateLimited);
      EXPECT_GT(outcome.error().retry_after_ms, 0u);
      break;
    }
    ++taken;
  }
  EXPECT_EQ(taken, 119) << "of 120 the first has made the group";
  world.loops.pass(2'000);
  EXPECT_TRUE(make(group, ana, group.naming(ana.address, "one more")));
  world.loops.pass(2'000);
  const std::vector<AccountId> many(64, of(cleo));
  EXPECT_EQ(refusal(group, ana, group.adding(ana.address, many)), wire::kRateLimited) << "it costs two";
  EXPECT_TRUE(make(group, ana, group.naming(ana.address, "and one more")));
}

}  // namespace
}  // namespace kith::testing
