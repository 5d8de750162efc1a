// SPDX-License-Identifier: AGPL-3.0-or-later

#include "wire/group_state.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <initializer_list>
#include <random>

namespace kith {
namespace {

using ::testing::ElementsAre;
using wire::GroupChange;
using wire::GroupState;

AccountId account(uint8_t number) {
  AccountId id;
  id.value[0] = number;
  return id;
}
const AccountId kAna = account(1);
const AccountId kBen = account(2);
const AccountId kCleo = account(3);
const AccountId kDora = account(4);

class GroupStateTest : public ::testing::Test {
 protected:
  GroupStateTest() {
    GroupChange change = by(kAna);
    for (const AccountId& member : {kCleo, kBen}) change.mutable_create()->add_members(member.bytes());
    change.mutable_create()->mutable_permissions()->set_members_send(true);
    change.mutable_create()->set_sealed_info("sealed");
    change.set_made_us(17);
    EXPECT_TRUE(take(change));
  }

  GroupChange by(const AccountId& author) const {
    GroupChange change;
    change.set_group_id(group_.bytes());
    change.set_revision(state_ ? state_->revision() + 1 : 1);
    change.set_author(author.bytes());
    change.set_author_device(1);
    return change;
  }
  GroupChange adding(const AccountId& author, std::initializer_list<AccountId> accounts) const {
    GroupChange change = by(author);
    change.mutable_add();
    for (const AccountId& each : accounts) change.mutable_add()->add_accounts(each.bytes());
    return change;
  }
  GroupChange removing(const AccountId& author, std::initializer_list<AccountId> accounts) const {
    GroupChange change = by(author);
    change.mutable_remove();
    for (const AccountId& each : accounts) change.mutable_remove()->add_accounts(each.bytes());
    return change;
  }
  GroupChange leaving(const AccountId& author) const {
    GroupChange change = by(author);
    change.mutable_leave();
    return change;
  }
  GroupChange making(const AccountId& author, const AccountId& whom, wire::GroupRole role) const {
    GroupChange change = by(author);
    change.mutable_set_role()->set_account(whom.bytes());
    change.mutable_set_role()->set_role(role);
    return change;
  }
  GroupChange linking(const AccountId& author, bool approval) const {
    GroupChange change = by(author);
    change.mutable_set_link()->mutable_link()->set_public_key(Bytes(32, 'k'));
    change.mutable_set_link()->mutable_link()->set_approval(approval);
    return change;
  }
  GroupChange joining(const AccountId& author) const {
    GroupChange change = by(author);
    change.mutable_join();
    return change;
  }

  bool take(const GroupChange& change) {
    auto after = apply_change(state_, change, limits_);
    if (!after) return false;
    state_ = std::move(*after);
    return true;
  }
  // Why it is refused; the state stays as it was.
  GroupError refusal(const GroupChange& change) const {
    const auto after = apply_change(state_, change, limits_);
    EXPECT_FALSE(after) << "it was taken";
    return after ? GroupError::kMalformed : after.error();
  }
  std::vector<AccountId> members() const {
    std::vector<AccountId> all;
    for (const auto& member : state_->members()) all.push_back(*AccountId::from_bytes(member.account_id()));
    return all;
  }

  GroupId group_ = *GroupId::from_hex("00112233445566778899aabbccddeeff");
  GroupLimits limits_;
  std::optional<GroupState> state_;
};

TEST_F(GroupStateTest, WhoMakesAGroupIsItsAdminAndMembersAreInOrder_GROUP_2) {
  EXPECT_THAT(members(), ElementsAre(kAna, kBen, kCleo));
  EXPECT_TRUE(is_admin(*state_, kAna));
  EXPECT_FALSE(is_admin(*state_, kBen));
  EXPECT_EQ(state_->revision(), 1u);
  EXPECT_EQ(state_->created_us(), 17u);
  EXPECT_EQ(member_of(*state_, kBen)->joined_revision(), 1u);
  EXPECT_EQ(member_of(*state_, kDora), nullptr);
}

TEST_F(GroupStateTest, OnlyTheNextRevisionOfThisGroupIsTaken_GROUP_1) {
  GroupChange change = leaving(kBen);
  for (const uint64_t revision : {uint64_t{0}, uint64_t{1}, uint64_t{3}, kRevisionMax + 1}) {
    change.set_revision(revision);
    EXPECT_EQ(refusal(change), GroupError::kOtherRevision) << revision;
  }
  change = leaving(kBen);
  change.set_group_id(Bytes(16, 'x'));
  EXPECT_EQ(refusal(change), GroupError::kOtherRevision);
  change = by(kAna);
  change.mutable_create();
  EXPECT_EQ(refusal(change), GroupError::kOtherRevision) << "it is made already";
  change.set_revision(1);
  EXPECT_EQ(apply_change(std::nullopt, change)->members_size(), 1);
  change.clear_create();
  change.mutable_leave();
  EXPECT_EQ(apply_change(std::nullopt, change).error(), GroupError::kOtherRevision) << "it is not made yet";
}

TEST_F(GroupStateTest, MembersAddWhenTheyMay) {
  EXPECT_EQ(refusal(adding(kBen, {kDora})), GroupError::kNotAllowed);
  EXPECT_EQ(refusal(adding(kDora, {kDora})), GroupError::kNotMember);
  GroupChange change = by(kAna);
  change.mutable_set_permissions()->mutable_permissions()->set_members_add(true);
  ASSERT_TRUE(take(change));
  ASSERT_TRUE(take(adding(kBen, {kDora})));
  EXPECT_THAT(members(), ElementsAre(kAna, kBen, kCleo, kDora));
  EXPECT_EQ(member_of(*state_, kDora)->joined_revision(), 3u);
  EXPECT_EQ(refusal(adding(kBen, {kDora})), GroupError::kAlreadyMember);
  EXPECT_FALSE(may_send(*state_, kBen)) << "permissions are replaced as a whole";
  EXPECT_TRUE(may_send(*state_, kAna));
}

TEST_F(GroupStateTest, AListOfAccountsHasNoneTwiceAndNothingElse) {
  EXPECT_EQ(refusal(adding(kAna, {kDora, kDora})), GroupError::kMalformed);
  EXPECT_EQ(refusal(adding(kAna, {AccountId{}})), GroupError::kMalformed);
  EXPECT_EQ(refusal(adding(kAna, {})), GroupError::kNothing);
  GroupChange change = by(kAna);
  change.mutable_add()->add_accounts("short");
  EXPECT_EQ(refusal(change), GroupError::kMalformed);
}

TEST_F(GroupStateTest, AdminsRemoveOthersAndNobodyElseDoes) {
  EXPECT_EQ(refusal(removing(kBen, {kCleo})), GroupError::kNotAllowed);
  EXPECT_EQ(refusal(removing(kAna, {kAna})), GroupError::kNotAllowed);
  EXPECT_EQ(refusal(removing(kAna, {kBen, kDora})), GroupError::kNoSuchMember);
  ASSERT_TRUE(take(removing(kAna, {kBen})));
  EXPECT_THAT(members(), ElementsAre(kAna, kCleo));
  EXPECT_EQ(refusal(leaving(kBen)), GroupError::kNotMember);
}

TEST_F(GroupStateTest, WhenTheLastAdminLeavesWhoJoinedFirstIsOne) {
  ASSERT_TRUE(take(adding(kAna, {kDora})));
  ASSERT_TRUE(take(removing(kAna, {kBen})));
  ASSERT_TRUE(take(adding(kAna, {kBen})));  // later than the others
  ASSERT_TRUE(take(leaving(kAna)));
  EXPECT_TRUE(is_admin(*state_, kCleo));
  ASSERT_TRUE(take(leaving(kCleo)));
  EXPECT_TRUE(is_admin(*state_, kDora));
  EXPECT_FALSE(is_admin(*state_, kBen));
  ASSERT_TRUE(take(leaving(kDora)));
  ASSERT_TRUE(take(leaving(kBen)));
  EXPECT_THAT(members(), ElementsAre());
  EXPECT_EQ(refusal(adding(kAna, {kAna})), GroupError::kNotMember) << "a group without members stays so";
}

TEST_F(GroupStateTest, SomebodyIsAnAdminAlways) {
  EXPECT_EQ(refusal(making(kAna, kAna, wire::kGroupMember)), GroupError::kNotAllowed);
  EXPECT_EQ(refusal(making(kBen, kBen, wire::kGroupAdmin)), GroupError::kNotAllowed);
  EXPECT_EQ(refusal(making(kAna, kDora, wire::kGroupAdmin)), GroupError::kNoSuchMember);
  EXPECT_EQ(refusal(making(kAna, kBen, wire::kGroupRoleUnspecified)), GroupError::kMalformed);
  ASSERT_TRUE(take(making(kAna, kBen, wire::kGroupAdmin)));
  EXPECT_EQ(refusal(making(kAna, kBen, wire::kGroupAdmin)), GroupError::kNothing);
  ASSERT_TRUE(take(making(kBen, kAna, wire::kGroupMember)));
  EXPECT_FALSE(is_admin(*state_, kAna));
}

TEST_F(GroupStateTest, WhoHasTheLinkComesInOrAsks) {
  EXPECT_EQ(refusal(joining(kDora)), GroupError::kNoLink);
  EXPECT_EQ(refusal(linking(kBen, false)), GroupError::kNotAllowed);
  ASSERT_TRUE(take(linking(kAna, true)));
  ASSERT_TRUE(take(joining(kDora)));
  EXPECT_EQ(member_of(*state_, kDora), nullptr);
  EXPECT_EQ(refusal(joining(kDora)), GroupError::kNothing) << "asked already";
  EXPECT_EQ(refusal(joining(kBen)), GroupError::kAlreadyMember);
  GroupChange answer = by(kAna);
  answer.mutable_answer()->add_let_in(kDora.bytes());
  ASSERT_TRUE(take(answer));
  EXPECT_NE(member_of(*state_, kDora), nullptr);
  EXPECT_EQ(state_->applicants_size(), 0);
  ASSERT_TRUE(take(removing(kAna, {kDora})));
  ASSERT_TRUE(take(linking(kAna, false)));
  ASSERT_TRUE(take(joining(kDora)));
  EXPECT_NE(member_of(*state_, kDora), nullptr);
  GroupChange ends = by(kAna);
  ends.mutable_set_link();
  ASSERT_TRUE(take(ends));
  EXPECT_EQ(refusal(joining(account(5))), GroupError::kNoLink);
}

TEST_F(GroupStateTest, WhoIsTurnedAwayMayAskAgainAndWhoIsAddedAsksNoMore) {
  ASSERT_TRUE(take(linking(kAna, true)));
  ASSERT_TRUE(take(joining(kDora)));
  GroupChange answer = by(kAna);
  answer.mutable_answer()->add_turned_away(kDora.bytes());
  ASSERT_TRUE(take(answer));
  answer = by(kAna);
  answer.mutable_answer()->add_let_in(kDora.bytes());
  EXPECT_EQ(refusal(answer), GroupError::kNoSuchMember) << "it does not ask any more";
  ASSERT_TRUE(take(joining(kDora)));
  ASSERT_TRUE(take(adding(kAna, {kDora})));
  EXPECT_EQ(state_->applicants_size(), 0);
}

TEST_F(GroupStateTest, MembersAndApplicantsAreBounded) {
  limits_.members_max = 4;
  ASSERT_TRUE(take(adding(kAna, {kDora})));
  EXPECT_EQ(refusal(adding(kAna, {account(5)})), GroupError::kTooManyMembers);
  ASSERT_TRUE(take(linking(kAna, false)));
  EXPECT_EQ(refusal(joining(account(5))), GroupError::kTooManyMembers);
  ASSERT_TRUE(take(linking(kAna, true)));
  for (size_t i = 0; i < kGroupApplicantsMax; ++i) {
    AccountId id = account(9);
    id.value[1] = static_cast<uint8_t>(i);
    id.value[2] = static_cast<uint8_t>(i >> 8);
    ASSERT_TRUE(take(joining(id)));
  }
  EXPECT_EQ(refusal(joining(account(10))), GroupError::kTooManyMembers);
  GroupChange change = by(kAna);
  change.mutable_set_info()->set_sealed_info(Bytes(kGroupInfoBytesMax + 1, 'x'));
  EXPECT_EQ(refusal(change), GroupError::kMalformed);
}

// Whatever comes, in any order: whoever applies what was taken has the same bytes, somebody is an admin, and ids stand
// in order.
TEST_F(GroupStateTest, TheSameChangesMakeTheSameBytes) {
  std::mt19937 random(1);
  GroupState other = *state_;
  int taken = 0;
  for (int i = 0; i < 20'000; ++i) {
    const AccountId author = account(1 + random() % 6);
    const AccountId whom = account(1 + random() % 6);
    GroupChange change;
    switch (random() % 7) {
      case 0: change = adding(author, {whom}); break;
      case 1: change = removing(author, {whom}); break;
      case 2: change = leaving(author); break;
      case 3: change = making(author, whom, random() % 2 == 0 ? wire::kGroupAdmin : wire::kGroupMember); break;
      case 4: change = linking(author, random() % 2 == 0); break;
      case 5: change = joining(author); break;
      default:
        change = by(author);
        change.mutable_answer()->add_let_in(whom.bytes());
        break;
    }
    if (state_->members_size() == 1 && change.has_leave()) continue;  // it would be over
    if (!take(change)) continue;
    ++taken;
    GroupChange received;
    ASSERT_TRUE(received.ParseFromString(change.SerializeAsString()));
    GroupState kept;
    ASSERT_TRUE(kept.ParseFromString(other.SerializeAsString()));
    other = *apply_change(kept, received);
    ASSERT_EQ(other.SerializeAsString(), state_->SerializeAsString());
    const std::vector<AccountId> ids = members();
    ASSERT_TRUE(std::is_sorted(ids.begin(), ids.end()));
    ASSERT_TRUE(std::any_of(ids.begin(), ids.end(), [this](const AccountId& id) { return is_admin(*state_, id); }));
  }
  EXPECT_GT(taken, 1000);
}

}  // namespace
}  // namespace kith
