// SPDX-License-Identifier: AGPL-3.0-or-later

// Groups as the server takes and shows them.
#include <gtest/gtest.h>

#include "crypto/group_signatures.h"
#include "server/handlers/testing/handlers_world.h"
#include "server/handlers/testing/test_device.h"
#include "wire/group_state.h"

namespace kith::testing {
namespace {

using wire::GroupChange;
using wire::GroupState;

class GroupsTest : public ::testing::Test {
 protected:
  explicit GroupsTest(const HandlersWorldOptions& options = {}) : world(options) {
    for (TestDevice* device : {&ana, &ben, &cleo, &dora}) EXPECT_TRUE(device->become_active());
  }

  // What is known of a group here, as a member would know it.
  struct Known {
    GroupId id;
    std::optional<GroupState> state;
    Bytes last;  // digest of the last change
  };

  GroupChange by(const Known& group, const TestDevice& author) const {
    GroupChange change;
    change.set_group_id(group.id.bytes());
    change.set_revision(group.state ? group.state->revision() + 1 : 1);
    change.set_previous(group.last);
    change.set_author(author.address.account.bytes());
    change.set_author_device(author.address.device.value);
    return change;
  }
  wire::SignedGroupChange sign(const Known& group, const TestDevice& author, const GroupChange& change) {
    wire::SignedGroupChange request;
    request.set_change(change.SerializeAsString());
    const auto after = apply_change(group.state, change);
    request.set_state_digest(crypto::group_state_digest(after ? after->SerializeAsString() : ""));
    request.set_signature(
        crypto::sign_group_change(author_of(author), world.random, request.change(), request.state_digest()));
    return request;
  }
  static crypto::IdentityKeyPair author_of(const TestDevice& author) {
    return const_cast<TestDevice&>(author).store.identity();
  }
  Outcome<wire::Empty> send(const Known& group, const TestDevice& author, wire::SignedGroupChange request) {
    return world.run(handlers::change_group(world.services(), author.address, group.id, std::move(request)));
  }
  Outcome<wire::Empty> make(Known& group, const TestDevice& author, const GroupChange& change) {
    const wire::SignedGroupChange request = sign(group, author, change);
    auto outcome = send(group, author, request);
    if (outcome) {
      group.state = *apply_change(group.state, change);
      group.last = crypto::group_change_digest(request.SerializeAsString());
    }
    return outcome;
  }
  void refuses(const Outcome<wire::Empty>& outcome, wire::ErrorCode code) {
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().code, code) << outcome.error().detail;
  }

  GroupChange creating(const Known& group, const TestDevice& author, std::vector<const TestDevice*> members) const {
    GroupChange change = by(group, author);
    change.mutable_create();
    for (const TestDevice* member : members) change.mutable_create()->add_members(member->address.account.bytes());
    return change;
  }
  GroupChange adding(const Known& group, const TestDevice& author, const AccountId& account) const {
    GroupChange change = by(group, author);
    change.mutable_add()->add_accounts(account.bytes());
    return change;
  }
  GroupChange removing(const Known& group, const TestDevice& author, const TestDevice& whom) const {
    GroupChange change = by(group, author);
    change.mutable_remove()->add_accounts(whom.address.account.bytes());
    return change;
  }
  GroupChange linking(const Known& group, const TestDevice& author, uint64_t expires_us = 0) const {
    GroupChange change = by(group, author);
    change.mutable_set_link()->mutable_link()->set_public_key(link.public_key);
    change.mutable_set_link()->mutable_link()->set_expires_us(expires_us);
    return change;
  }
  GroupChange joining(const Known& group, const TestDevice& author) const {
    GroupChange change = by(group, author);
    change.mutable_join()->set_link_signature(crypto::sign_with_group_link(link, join_statement(change)));
    return change;
  }
  // Of Ana, with Ben.
  Known made() {
    Known group{world.random.id<GroupId>(), std::nullopt, ""};
    EXPECT_TRUE(make(group, ana, creating(group, ana, {&ben})));
    return group;
  }

  Outcome<wire::GroupAnswer> read(const Known& group, const TestDevice& reader, uint64_t after = 0,
                                  uint64_t at_most = 0, Bytes link_signature = "") {
    wire::ReadGroupRequest request;
    request.set_after_revision(after);
    request.set_checkpoint_at_most(at_most);
    request.set_link_signature(std::move(link_signature));
    return world.run(handlers::read_group(world.services(), reader.address, group.id, std::move(request)));
  }
  std::vector<std::string> groups_of(const TestDevice& device) {
    const auto groups = world.run(handlers::own_groups(world.services(), device.address));
    EXPECT_TRUE(groups);
    return {groups->group_ids().begin(), groups->group_ids().end()};
  }

  HandlersWorld world;
  TestDevice ana{world, "+491700000001"};
  TestDevice ben{world, "+491700000002"};
  TestDevice cleo{world, "+491700000003"};
  TestDevice dora{world, "+491700000004"};
  const crypto::AccountKeyPair link = crypto::make_account_key(world.random);
};

TEST_F(GroupsTest, AGroupIsMadeReadAndListedByItsMembers_GROUP_1) {
  const Known group = made();
  for (const TestDevice* member : {&ana, &ben}) {
    const auto answer = read(group, *member);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->revision(), 1u);
    EXPECT_EQ(answer->state(), group.state->SerializeAsString());
    ASSERT_EQ(answer->changes_size(), 1);
    EXPECT_EQ(crypto::group_change_digest(answer->changes(0).SerializeAsString()), group.last);
    EXPECT_EQ(groups_of(*member), std::vector{group.id.bytes()});
  }
  EXPECT_TRUE(groups_of(cleo).empty());
}

TEST_F(GroupsTest, AStrangerCanNotTellAGroupFromNone) {
  const Known group = made();
  EXPECT_EQ(read(group, cleo).error().code, wire::kNoSuchGroup);
  EXPECT_EQ(read({world.random.id<GroupId>(), {}, ""}, cleo).error().code, wire::kNoSuchGroup);
  Known seen = group;
  refuses(make(seen, cleo, adding(seen, cleo, cleo.address.account)), wire::kNoSuchGroup);
}

TEST_F(GroupsTest, OfTwoChangesOfOneRevisionOneIsTaken_GROUP_1) {
  Known group = made();
  const wire::SignedGroupChange one = sign(group, ana, adding(group, ana, cleo.address.account));
  const wire::SignedGroupChange other = sign(group, ana, adding(group, ana, dora.address.account));
  ASSERT_TRUE(send(group, ana, one));
  refuses(send(group, ana, other), wire::kInvalidRevision);
  EXPECT_TRUE(send(group, ana, one)) << "an answer was lost";
  EXPECT_EQ(read(group, ben)->revision(), 2u);
  EXPECT_TRUE(groups_of(dora).empty());
}

TEST_F(GroupsTest, AChangeFollowsTheOneThatItNames_GROUP_2) {
  Known group = made();
  Known other = group;
  other.last = crypto::group_change_digest("another history");
  refuses(make(other, ana, adding(other, ana, cleo.address.account)), wire::kInvalidRevision);
  EXPECT_TRUE(make(group, ana, adding(group, ana, cleo.address.account)));
}

TEST_F(GroupsTest, AChangeIsSignedByTheDeviceThatSendsIt_GROUP_2) {
  Known group = made();
  const GroupChange change = adding(group, ana, cleo.address.account);
  refuses(send(group, ben, sign(group, ana, change)), wire::kInvalidArgument);
  refuses(send(group, ana, sign(group, ben, change)), wire::kInvalidSignature);
  wire::SignedGroupChange altered = sign(group, ana, change);
  GroupChange to_dora = adding(group, ana, dora.address.account);
  altered.set_change(to_dora.SerializeAsString());
  refuses(send(group, ana, altered), wire::kInvalidSignature);
  altered = sign(group, ana, change);
  altered.set_state_digest(crypto::group_state_digest("another state"));
  altered.set_signature(
      crypto::sign_group_change(author_of(ana), world.random, altered.change(), altered.state_digest()));
  refuses(send(group, ana, altered), wire::kInvalidArgument);
  EXPECT_EQ(read(group, ana)->revision(), 1u);
}

TEST_F(GroupsTest, OnlyThoseWhoseRoleDoesChangeIt) {
  Known group = made();
  refuses(make(group, ben, adding(group, ben, cleo.address.account)), wire::kNotAllowed);
  refuses(make(group, ben, removing(group, ben, ana)), wire::kNotAllowed);
  refuses(make(group, ana, removing(group, ana, cleo)), wire::kNoSuchMember);
  refuses(make(group, ana, adding(group, ana, ben.address.account)), wire::kAlreadyMember);
  refuses(make(group, ana, adding(group, ana, world.random.id<AccountId>())), wire::kNoSuchAccount);
}

TEST_F(GroupsTest, WhoWasRemovedReadsUpToThat) {
  Known group = made();
  ASSERT_TRUE(make(group, ana, removing(group, ana, ben)));
  const Bytes removal = group.last;
  ASSERT_TRUE(make(group, ana, adding(group, ana, cleo.address.account)));
  const auto answer = read(group, ben, 1);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->revision(), 2u);
  ASSERT_EQ(answer->changes_size(), 1);
  EXPECT_EQ(crypto::group_change_digest(answer->changes(0).SerializeAsString()), removal);
  EXPECT_TRUE(groups_of(ben).empty());
  EXPECT_EQ(read(group, cleo, 1)->changes_size(), 2);
}

TEST_F(GroupsTest, WhoHasTheLinkReadsAndJoinsAndNobodyElseDoes) {
  Known group = made();
  ASSERT_TRUE(make(group, ana, linking(group, ana)));
  const Bytes shown = crypto::sign_with_group_link(link, read_statement(group.id, cleo.address.account));
  EXPECT_EQ(read(group, dora, 0, 0, shown).error().code, wire::kNoSuchGroup) << "it names who shows it";
  EXPECT_EQ(read(group, cleo, 0, 0, shown)->revision(), 2u);
  GroupChange join = joining(group, cleo);
  join.mutable_join()->set_link_signature(Bytes(64, 'x'));
  refuses(make(group, cleo, join), wire::kInvalidSignature);
  ASSERT_TRUE(make(group, cleo, joining(group, cleo)));
  EXPECT_EQ(read(group, cleo)->revision(), 3u);
  GroupChange ends = by(group, ana);
  ends.mutable_set_link();
  ASSERT_TRUE(make(group, ana, ends));
  refuses(make(group, dora, joining(group, dora)), wire::kNoSuchGroup);
}

TEST_F(GroupsTest, ALinkIsOverWhenItsTimeIs) {
  Known group = made();
  const uint64_t end = world.loops.clock.now().value + 60'000'000;
  ASSERT_TRUE(make(group, ana, linking(group, ana, end)));
  Known joined = group;
  ASSERT_TRUE(make(joined, cleo, joining(joined, cleo)));
  world.loops.pass(60'000);
  refuses(make(joined, dora, joining(joined, dora)), wire::kNoSuchGroup);
  const Bytes shown = crypto::sign_with_group_link(link, read_statement(group.id, dora.address.account));
  EXPECT_EQ(read(group, dora, 0, 0, shown).error().code, wire::kNoSuchGroup);
}

TEST_F(GroupsTest, ALongHistoryIsReadInPartsFromAStateThatIsNotTooLate_GROUP_2) {
  Known group = made();
  constexpr uint64_t kLast = GroupStore::kCheckpointEvery + 40;
  while (group.state->revision() < kLast) {
    GroupChange change = by(group, ana);
    change.mutable_set_info()->set_sealed_info("title " + std::to_string(change.revision()));
    ASSERT_TRUE(make(group, ana, change));
    world.loops.pass(2'000);
  }
  // From an early state on, as one does who knows the digest of revision 5.
  auto answer = read(group, ben, 0, 5);
  ASSERT_TRUE(answer);
  GroupState state;
  ASSERT_TRUE(state.ParseFromString(answer->state()));
  EXPECT_EQ(state.revision(), 1u);
  Bytes last;
  int first = 1;  // the first change has made the state
  while (true) {
    for (int i = first; i < answer->changes_size(); ++i) {
      GroupChange change;
      ASSERT_TRUE(change.ParseFromString(answer->changes(i).change()));
      state = *apply_change(state, change);
      last = crypto::group_change_digest(answer->changes(i).SerializeAsString());
    }
    first = 0;
    if (state.revision() == answer->revision()) break;
    answer = read(group, ben, state.revision());
    ASSERT_GT(answer->changes_size(), 0);
  }
  EXPECT_EQ(state.SerializeAsString(), group.state->SerializeAsString());
  EXPECT_EQ(last, group.last);
}

class SmallGroupsTest : public GroupsTest {
 protected:
  static HandlersWorldOptions small() {
    HandlersWorldOptions options;
    options.handlers.group_members_max = 3;
    options.handlers.groups_max = 2;
    return options;
  }
  SmallGroupsTest() : GroupsTest(small()) {}
};

TEST_F(SmallGroupsTest, MembersGroupsAndChangesAreLimited) {
  Known group = made();
  ASSERT_TRUE(make(group, ana, adding(group, ana, cleo.address.account)));
  refuses(make(group, ana, adding(group, ana, dora.address.account)), wire::kTooManyMembers);
  (void)made();
  Known third{world.random.id<GroupId>(), std::nullopt, ""};
  refuses(make(third, ana, creating(third, ana, {})), wire::kTooManyGroups);
  int taken = 0;
  for (int i = 0; i < 1000; ++i) {
    GroupChange change = by(group, ana);
    change.mutable_set_info()->set_sealed_info(std::to_string(i));
    const auto outcome = make(group, ana, change);
    if (!outcome) {
      EXPECT_EQ(outcome.error().code, wire::kRateLimited);
      EXPECT_GT(outcome.error().retry_after_ms, 0u);
      break;
    }
    ++taken;
  }
  EXPECT_GT(taken, 50);
  EXPECT_LT(taken, 130);
}

TEST_F(GroupsTest, WhatIsNoChangeIsRefusedByName) {
  const Known group = made();
  wire::SignedGroupChange request;
  refuses(send(group, ana, request), wire::kInvalidArgument);
  request.set_change("\xff\xff");
  refuses(send(group, ana, request), wire::kInvalidArgument);
  GroupChange change = by(group, ana);
  refuses(send(group, ana, sign(group, ana, change)), wire::kInvalidArgument);
  change = creating({world.random.id<GroupId>(), {}, ""}, ana, {});
  refuses(send(group, ana, sign(group, ana, change)), wire::kInvalidArgument);
}

}  // namespace
}  // namespace kith::testing
