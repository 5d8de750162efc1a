// SPDX-License-Identifier: AGPL-3.0-or-later

// Groups as the server takes and shows them.
#include <gtest/gtest.h>

#include "server/handlers/testing/handlers_world.h"
#include "server/handlers/testing/signed_group_change.h"
#include "server/handlers/testing/test_device.h"

namespace kith::testing {
namespace {

using wire::GroupChange;
using wire::GroupState;
using wire::SignedGroupChange;

class GroupsTest : public ::testing::Test {
 protected:
  explicit GroupsTest(const HandlersWorldOptions& options = {}) : world(options) {
    for (TestDevice* device : {&ana, &ben, &cleo, &dora}) EXPECT_TRUE(device->become_active());
  }

  static AccountId of(const TestDevice& device) { return device.address.account; }
  FollowedGroup new_group() { return FollowedGroup{world.random.id<GroupId>()}; }
  SignedGroupChange sign(const FollowedGroup& group, TestDevice& author, const GroupChange& change) {
    return sign_change(group, change, author.store.identity(), world.random);
  }
  Outcome<wire::Empty> send(const FollowedGroup& group, const TestDevice& author, SignedGroupChange request) {
    return world.run(handlers::change_group(world.services(), author.address, group.id, std::move(request)));
  }
  Outcome<wire::Empty> make(FollowedGroup& group, TestDevice& author, const GroupChange& change) {
    const SignedGroupChange request = sign(group, author, change);
    auto outcome = send(group, author, request);
    if (outcome) follow(group, request);
    return outcome;
  }
  // What the server says to a change that it does not take; kErrorUnspecified: it did.
  wire::ErrorCode refusal(const FollowedGroup& group, TestDevice& author, const GroupChange& change) {
    const auto outcome = send(group, author, sign(group, author, change));
    return outcome ? wire::kErrorUnspecified : outcome.error().code;
  }
  static wire::ErrorCode code_of(const Outcome<wire::Empty>& outcome) {
    return outcome ? wire::kErrorUnspecified : outcome.error().code;
  }
  static std::vector<AccountId> accounts_of(const Outcome<wire::Empty>& outcome) {
    std::vector<AccountId> accounts;
    if (outcome || !outcome.error().group) return accounts;
    for (const Bytes& each : outcome.error().group->accounts()) accounts.push_back(*AccountId::from_bytes(each));
    return accounts;
  }

  GroupChange joining(const FollowedGroup& group, const TestDevice& author, const crypto::GroupLinkKeyPair& with) {
    GroupChange change = group.joining(author.address);
    change.mutable_join()->set_link_signature(crypto::sign_with_group_link(with, join_statement(change)));
    return change;
  }
  Bytes shown_by(const FollowedGroup& group, const TestDevice& reader) {
    return crypto::sign_with_group_link(link, read_statement(group.id, of(reader)));
  }
  // Of Ana, with Ben.
  FollowedGroup made() {
    FollowedGroup group = new_group();
    EXPECT_TRUE(make(group, ana, group.creating(ana.address, {of(ben)})));
    return group;
  }

  Outcome<wire::GroupAnswer> read(const FollowedGroup& group, const TestDevice& reader, uint64_t after = 0,
                                  uint64_t at_most = 0, Bytes link_signature = "") {
    wire::ReadGroupRequest request;
    request.set_after_revision(after);
    request.set_checkpoint_at_most(at_most);
    request.set_link_signature(std::move(link_signature));
    return world.run(handlers::read_group(world.services(), reader.address, group.id, std::move(request)));
  }
  std::vector<std::pair<std::string, uint64_t>> groups_of(const TestDevice& device) {
    const auto groups = world.run(handlers::own_groups(world.services(), device.address));
    EXPECT_TRUE(groups);
    std::vector<std::pair<std::string, uint64_t>> all;
    for (const auto& own : groups->groups()) all.emplace_back(own.group_id(), own.revision());
    return all;
  }
  void block(const TestDevice& who, const TestDevice& whom) {
    wire::Privacy privacy;
    privacy.set_replace_blocked(true);
    privacy.add_blocked(of(whom).bytes());
    ASSERT_TRUE(world.run(handlers::put_privacy(world.services(), who.address, privacy)));
  }

  HandlersWorld world;
  TestDevice ana{world, "+491700000001"};
  TestDevice ben{world, "+491700000002"};
  TestDevice cleo{world, "+491700000003"};
  TestDevice dora{world, "+491700000004"};
  const crypto::GroupLinkKeyPair link = crypto::make_group_link_key(world.random);
};

// ---- making, reading, listing

TEST_F(GroupsTest, AGroupIsMadeReadAndListedByItsMembers_GROUP_1) {
  FollowedGroup group = made();
  ASSERT_TRUE(make(group, ana, group.naming(ana.address, "sealed")));
  for (const TestDevice* member : {&ana, &ben}) {
    const auto answer = read(group, *member, 0, 0);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->revision(), 2u);
    const auto state = read_group_state(answer->state());
    ASSERT_TRUE(state);
    ASSERT_EQ(answer->changes_size(), 2);
    EXPECT_EQ(crypto::group_state_digest(answer->state()), answer->changes(0).state_digest());
    EXPECT_EQ(digest_of(answer->changes(1)), group.last);
    EXPECT_EQ(groups_of(*member), (std::vector<std::pair<std::string, uint64_t>>{{group.id.bytes(), 2}}));
  }
  EXPECT_TRUE(groups_of(cleo).empty());
}

TEST_F(GroupsTest, ALongHistoryIsReadInPartsFromAStateThatIsNotTooLate_GROUP_2) {
  FollowedGroup group = made();
  constexpr uint64_t kLast = GroupStore::kCheckpointEvery + 40;
  while (group.state->revision() < kLast) {
    ASSERT_TRUE(make(group, ana, group.naming(ana.address, Bytes(kGroupInfoBytesMax, 's'))));
    world.loops.pass(2'000);
  }
  EXPECT_EQ(read_group_state(read(group, ben)->state())->revision(), GroupStore::kCheckpointEvery + 1);
  // From an early state on, as one does who knows the digest of revision 5.
  auto answer = read(group, ben, 0, 5);
  ASSERT_TRUE(answer);
  FollowedGroup followed{group.id, read_group_state(answer->state())};
  ASSERT_TRUE(followed.state);
  EXPECT_EQ(followed.state->revision(), 1u);
  int first = 1;  // the first change has made the state
  int answers = 1;
  while (true) {
    EXPECT_LE(answer->ByteSizeLong(), 300u * 1024);
    for (int i = first; i < answer->changes_size(); ++i) follow(followed, answer->changes(i));
    first = 0;
    if (followed.state->revision() == answer->revision()) break;
    answer = read(group, ben, followed.state->revision());
    ++answers;
    ASSERT_GT(answer->changes_size(), 0);
  }
  EXPECT_GT(answers, 2);
  EXPECT_EQ(group_state_bytes(*followed.state), group_state_bytes(*group.state));
  EXPECT_EQ(followed.last, group.last);
}

TEST_F(GroupsTest, WhoWasRemovedReadsUpToThatAndAgainAllWhenItComesBack) {
  FollowedGroup group = made();
  ASSERT_TRUE(make(group, ana, group.removing(ana.address, {of(ben)})));
  const Bytes removal = group.last;
  ASSERT_TRUE(make(group, ana, group.adding(ana.address, {of(cleo)})));
  const auto answer = read(group, ben, 1);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->revision(), 2u);
  ASSERT_EQ(answer->changes_size(), 1);
  EXPECT_EQ(digest_of(answer->changes(0)), removal);
  EXPECT_TRUE(groups_of(ben).empty());
  EXPECT_EQ(read(group, cleo, 1)->changes_size(), 2);
  ASSERT_TRUE(make(group, ana, group.adding(ana.address, {of(ben)})));
  EXPECT_EQ(read(group, ben, 1)->changes_size(), 3);
}

// ---- two at once, and answers that are lost

TEST_F(GroupsTest, OfTwoChangesOfOneRevisionOneIsTakenAndTheOtherLearnsOfIt_GROUP_1) {
  FollowedGroup group = made();
  const SignedGroupChange one = sign(group, ana, group.adding(ana.address, {of(cleo)}));
  const SignedGroupChange other = sign(group, ana, group.adding(ana.address, {of(dora)}));
  ASSERT_TRUE(send(group, ana, one));
  const auto refused = send(group, ana, other);
  ASSERT_EQ(code_of(refused), wire::kInvalidRevision);
  ASSERT_TRUE(refused.error().group);
  const wire::GroupAnswer& newer = refused.error().group->newer();
  EXPECT_EQ(newer.revision(), 2u);
  ASSERT_EQ(newer.changes_size(), 1);
  EXPECT_EQ(newer.changes(0).SerializeAsString(), one.SerializeAsString());
  follow(group, newer.changes(0));
  EXPECT_TRUE(make(group, ana, group.adding(ana.address, {of(dora)}))) << "decided anew";
  EXPECT_EQ(read(group, ben)->revision(), 3u);
}

TEST_F(GroupsTest, ChangesThatMeetInTheStoreEndTheSameWay_GROUP_1) {
  FollowedGroup group = made();
  world.ports().groups.faults.answer_later(true);  // all find the same state, and go on to write
  std::vector<std::optional<Outcome<wire::Empty>>> outcomes(8);
  for (size_t i = 0; i < outcomes.size(); ++i) {
    TestDevice& author = i % 2 == 0 ? ana : ben;
    const GroupChange change =
        i % 2 == 0 ? group.naming(author.address, "title " + std::to_string(i)) : group.leaving(author.address);
    world.loops.begin(0,
                      handlers::change_group(world.services(), author.address, group.id, sign(group, author, change)),
                      outcomes[i]);
  }
  world.loops.settle();
  world.ports().groups.faults.answer_later(false);
  int taken = 0;
  for (const auto& outcome : outcomes) {
    ASSERT_TRUE(outcome);
    taken += *outcome ? 1 : 0;
    if (*outcome) continue;
    const wire::ErrorCode code = outcome->error().code;
    EXPECT_TRUE(code == wire::kInvalidRevision || code == wire::kNoSuchGroup) << code;
    if (code == wire::kInvalidRevision) {
      EXPECT_EQ(outcome->error().group->newer().changes_size(), 1);
    }
  }
  EXPECT_EQ(taken, 1);
  EXPECT_EQ(read(group, ana)->revision(), 2u);
}

TEST_F(GroupsTest, AChangeThatIsSentAgainIsDoneOnce_GROUP_1) {
  FollowedGroup group = made();
  const SignedGroupChange adds = sign(group, ana, group.adding(ana.address, {of(cleo)}));
  ASSERT_TRUE(send(group, ana, adds));
  follow(group, adds);
  EXPECT_TRUE(send(group, ana, adds)) << "an answer was lost";
  const SignedGroupChange leaves = sign(group, ben, group.leaving(ben.address));
  ASSERT_TRUE(send(group, ben, leaves));
  follow(group, leaves);
  EXPECT_TRUE(send(group, ben, leaves)) << "who has left is told so, too";
  ASSERT_TRUE(make(group, ana, group.naming(ana.address, "sealed")));
  EXPECT_TRUE(send(group, ana, adds)) << "also when others came since";
  EXPECT_TRUE(send(group, ben, leaves));
  EXPECT_EQ(read(group, ana)->revision(), 4u);
  FollowedGroup second = new_group();
  const SignedGroupChange makes = sign(second, ana, second.creating(ana.address, {of(ben)}));
  ASSERT_TRUE(send(second, ana, makes));
  EXPECT_TRUE(send(second, ana, makes));
  EXPECT_EQ(read(second, ben)->revision(), 1u);
}

TEST_F(GroupsTest, WhatAStoreDidNotAnswerIsSentAgain) {
  FollowedGroup group = made();
  const SignedGroupChange adds = sign(group, ana, group.adding(ana.address, {of(cleo)}));
  world.ports().groups.faults.fail_next(StoreError::kUnavailable);
  EXPECT_EQ(code_of(send(group, ana, adds)), wire::kUnavailable);
  world.ports().groups.faults.fail_next(StoreError::kFull);
  EXPECT_EQ(code_of(send(group, ana, adds)), wire::kServerFull);
  EXPECT_TRUE(send(group, ana, adds));
}

// ---- who signs, and what is kept

TEST_F(GroupsTest, AChangeFollowsTheOneThatItNames_GROUP_2) {
  FollowedGroup group = made();
  FollowedGroup other = group;
  other.last = crypto::group_state_digest("another history");
  const auto refused = send(other, ana, sign(other, ana, other.adding(ana.address, {of(cleo)})));
  EXPECT_EQ(code_of(refused), wire::kInvalidRevision);
  EXPECT_FALSE(refused.error().group) << "nothing is newer";
  other = group;
  other.state->set_revision(7);
  EXPECT_EQ(refusal(other, ana, other.naming(ana.address, "ahead")), wire::kInvalidRevision);
  EXPECT_TRUE(make(group, ana, group.adding(ana.address, {of(cleo)})));
}

TEST_F(GroupsTest, AChangeIsSignedByTheDeviceThatSendsIt_GROUP_2) {
  FollowedGroup group = made();
  const GroupChange change = group.adding(ana.address, {of(cleo)});
  EXPECT_EQ(code_of(send(group, ben, sign(group, ana, change))), wire::kInvalidArgument);
  EXPECT_EQ(code_of(send(group, ana, sign(group, ben, change))), wire::kInvalidSignature);
  SignedGroupChange altered = sign(group, ana, change);
  altered.set_change(group.adding(ana.address, {of(dora)}).SerializeAsString());
  EXPECT_EQ(code_of(send(group, ana, altered)), wire::kInvalidSignature);
  altered = sign(group, ana, change);
  altered.set_signature("");
  EXPECT_EQ(code_of(send(group, ana, altered)), wire::kInvalidSignature);
  altered = sign(group, ana, change);
  altered.set_state_digest(crypto::group_state_digest("another state"));
  altered.set_signature(
      crypto::sign_group_change(ana.store.identity(), world.random, altered.change(), altered.state_digest()));
  EXPECT_EQ(code_of(send(group, ana, altered)), wire::kInvalidArgument);
  EXPECT_EQ(read(group, ana)->revision(), 1u);
}

TEST_F(GroupsTest, OnlyWhatIsSignedIsKeptAndHandedOn_GROUP_2) {
  FollowedGroup group = made();
  const SignedGroupChange plain = sign(group, ana, group.adding(ana.address, {of(cleo)}));
  SignedGroupChange bloated;
  ASSERT_TRUE(bloated.ParseFromString(plain.SerializeAsString() + Bytes("\xa2\x06\x04text", 7)));
  ASSERT_GT(bloated.ByteSizeLong(), plain.ByteSizeLong());
  ASSERT_TRUE(send(group, ana, bloated));
  follow(group, plain);
  EXPECT_TRUE(send(group, ana, plain)) << "the same change";
  EXPECT_EQ(read(group, ben, 1)->changes(0).SerializeAsString(), plain.SerializeAsString());
  EXPECT_TRUE(make(group, ana, group.naming(ana.address, "sealed"))) << "what it names is of the signed parts";
}

TEST_F(GroupsTest, WhatIsNoChangeIsRefusedByName) {
  const FollowedGroup group = made();
  SignedGroupChange request;
  EXPECT_EQ(code_of(send(group, ana, request)), wire::kInvalidArgument);
  request.set_change("\xff\xff");
  EXPECT_EQ(code_of(send(group, ana, request)), wire::kInvalidArgument);
  request.set_change(Bytes(kGroupChangeBytesMax + 1, '\xff'));
  EXPECT_EQ(code_of(send(group, ana, request)), wire::kTooLarge);
  EXPECT_EQ(refusal(group, ana, group.by(ana.address)), wire::kInvalidArgument) << "it does nothing";
  EXPECT_EQ(refusal(group, ana, new_group().creating(ana.address)), wire::kInvalidArgument) << "of another group";
  GroupChange change = group.naming(ana.address, "sealed");
  change.set_previous("short");
  EXPECT_EQ(refusal(group, ana, change), wire::kInvalidArgument);
  request = sign(group, ana, group.naming(ana.address, "sealed"));
  request.set_state_digest("short");
  EXPECT_EQ(code_of(send(group, ana, request)), wire::kInvalidArgument);
  request = sign(group, ana, group.naming(ana.address, "sealed"));
  request.set_change(request.change() + Bytes("\xa0\x06\x01", 3));
  request.set_signature(
      crypto::sign_group_change(ana.store.identity(), world.random, request.change(), request.state_digest()));
  EXPECT_EQ(code_of(send(group, ana, request)), wire::kInvalidArgument) << "a field that nobody knows";
}

// ---- who may what

TEST_F(GroupsTest, AdminsMayEverythingAndMembersNothingOfIt) {
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

TEST_F(GroupsTest, MembersMayWhatThePermissionsSay) {
  FollowedGroup group = made();
  ASSERT_TRUE(make(group, ana, group.permitting(ana.address, true, true, false)));
  EXPECT_TRUE(make(group, ben, group.naming(ben.address, "by a member")));
  EXPECT_EQ(refusal(group, ben, group.adding(ben.address, {of(cleo)})), wire::kNotAllowed);
  ASSERT_TRUE(make(group, ana, group.permitting(ana.address, true, false, true)));
  EXPECT_EQ(refusal(group, ben, group.naming(ben.address, "again")), wire::kNotAllowed);
  EXPECT_TRUE(make(group, ben, group.adding(ben.address, {of(cleo)})));
  EXPECT_EQ(refusal(group, ben, group.permitting(ben.address, true, true, true)), wire::kNotAllowed);
}

TEST_F(GroupsTest, AdminsAreMadeAndUnmadeAndOneIsAlwaysLeft) {
  FollowedGroup group = made();
  EXPECT_EQ(refusal(group, ana, group.giving(ana.address, of(ana), wire::kGroupMember)), wire::kNotAllowed);
  ASSERT_TRUE(make(group, ana, group.giving(ana.address, of(ben), wire::kGroupAdmin)));
  ASSERT_TRUE(make(group, ben, group.giving(ben.address, of(ana), wire::kGroupMember)));
  EXPECT_EQ(refusal(group, ana, group.naming(ana.address, "sealed")), wire::kNotAllowed);
  ASSERT_TRUE(make(group, ben, group.leaving(ben.address)));
  EXPECT_TRUE(make(group, ana, group.naming(ana.address, "sealed"))) << "nobody else was there to be one";
}

TEST_F(GroupsTest, AChangeIsAboutWhoIsThere) {
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

TEST_F(GroupsTest, AStrangerCanNotTellAGroupFromNone) {
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

TEST_F(GroupsTest, WhatIsWrongWithANewGroupIsToldWhetherItIsThereOrNot) {
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

TEST_F(GroupsTest, WhoHasTheLinkReadsAndJoinsAndNobodyElseDoes) {
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

TEST_F(GroupsTest, WhoJoinsLateLearnsWhatCameFirst) {
  FollowedGroup group = made();
  ASSERT_TRUE(make(group, ana, group.linking(ana.address, link.public_key)));
  const SignedGroupChange late = sign(group, cleo, joining(group, cleo, link));
  ASSERT_TRUE(make(group, ana, group.naming(ana.address, "sealed")));
  const auto refused = send(group, cleo, late);
  ASSERT_EQ(code_of(refused), wire::kInvalidRevision);
  EXPECT_EQ(digest_of(refused.error().group->newer().changes(0)), group.last);
  EXPECT_TRUE(make(group, cleo, joining(group, cleo, link)));
}

TEST_F(GroupsTest, ALinkIsOverWhenItsTimeIsOrAnotherTakesItsPlace) {
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

TEST_F(GroupsTest, ApplicantsWaitForAnAdminAndReadWithTheLinkOnly) {
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

TEST_F(GroupsTest, WhoHasBlockedTheAuthorIsNotAddedAndMayComeByItself) {
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

TEST_F(GroupsTest, ManyAreAddedWithOneQuestionToEachStore) {
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

TEST_F(GroupsTest, AnAbandonedGroupTakesNobodyInAndIsForgottenLater) {
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

TEST_F(GroupsTest, ChangesAreRatedAndOnesThatAddManyMore_LIMIT_1) {
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
