// SPDX-License-Identifier: AGPL-3.0-or-later

// Changes of groups as the server takes, keeps and shows them.
#include "server/handlers/testing/groups_fixture.h"

namespace kith::testing {
namespace {

using wire::GroupChange;
using wire::GroupState;
using wire::SignedGroupChange;

using GroupsTest = GroupsFixture;

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
  EXPECT_EQ(without_time(newer.changes(0)).SerializeAsString(), one.SerializeAsString());
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

TEST_F(GroupsTest, AChangeIsShownWithTheTimeAtWhichItWasTaken_ORDER_1) {
  FollowedGroup group = made();
  world.loops.pass(5'000);
  const uint64_t taken_at = world.loops.clock.unix_us;
  SignedGroupChange adds = sign(group, ana, group.adding(ana.address, {of(cleo)}));
  adds.set_server_time_us(1);  // of whatever a device says nothing is kept
  ASSERT_TRUE(send(group, ana, adds));
  world.loops.pass(5'000);
  EXPECT_TRUE(send(group, ana, without_time(adds))) << "the same change, an answer was lost";
  EXPECT_EQ(read(group, ben, 1)->changes(0).server_time_us(), taken_at);
  EXPECT_LT(read(group, ben)->changes(0).server_time_us(), taken_at);
}

// ---- who is told

TEST_F(GroupsTest, WhoIsOrWasAMemberIsToldOfAChangeOnEveryDeviceButTheAuthors_GROUP_1) {
  TestDevice* const devices[] = {&ana, &ben, &cleo, &dora};
  RecordingSession sessions[4];
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(hello(*devices[i], sessions[i]));
  const auto told = [&](int of_whom) {
    world.loops.settle();
    std::vector<uint64_t> revisions;
    for (const wire::Entry& entry : sessions[of_whom].entries) {
      if (entry.has_group_changed()) revisions.push_back(entry.group_changed().revision());
    }
    return revisions;
  };
  using Revisions = std::vector<uint64_t>;
  FollowedGroup group = made();
  EXPECT_EQ(told(0), Revisions{}) << "its own device has made it";
  EXPECT_EQ(told(1), Revisions{1});
  EXPECT_EQ(sessions[1].entries.front().group_changed().group_id(), group.id.bytes());
  ASSERT_TRUE(make(group, ben, group.leaving(ben.address)));
  ASSERT_TRUE(make(group, ana, group.adding(ana.address, {of(ben), of(cleo)})));
  ASSERT_TRUE(make(group, ana, group.removing(ana.address, {of(ben)})));
  EXPECT_EQ(told(0), Revisions{2});
  EXPECT_EQ(told(1), (Revisions{1, 3, 4})) << "also of the change that takes it out";
  ASSERT_TRUE(make(group, ana, group.linking(ana.address, link.public_key, true)));
  ASSERT_TRUE(make(group, dora, joining(group, dora, link)));
  EXPECT_EQ(told(3), Revisions{}) << "it waits, and has made the change itself";
  ASSERT_TRUE(make(group, ana, group.answering(ana.address, {}, {of(dora)})));
  EXPECT_EQ(told(3), Revisions{7}) << "it was answered";
  EXPECT_EQ(told(2), (Revisions{3, 4, 5, 6, 7}));
  EXPECT_EQ(told(1), (Revisions{1, 3, 4}));
}

TEST_F(GroupsTest, OfManyChangesWhoIsAwayIsToldOfTheLast) {
  FollowedGroup group = made();
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(make(group, ana, group.naming(ana.address, "title " + std::to_string(i))));
  world.loops.settle();
  RecordingSession at_ben;
  ASSERT_TRUE(hello(ben, at_ben));
  world.loops.settle();
  ASSERT_EQ(at_ben.entries.size(), 1u);
  EXPECT_EQ(at_ben.entries[0].group_changed().revision(), 6u);
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
  EXPECT_EQ(without_time(read(group, ben, 1)->changes(0)).SerializeAsString(), plain.SerializeAsString());
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

}  // namespace
}  // namespace kith::testing
