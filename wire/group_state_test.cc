// SPDX-License-Identifier: AGPL-3.0-or-later

#include "wire/group_state.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "wire/testing/group_changes.h"

namespace kith {
namespace {

using kith::testing::FollowedGroup;
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

// Why bytes are no change; absent when they are one.
std::optional<GroupError> reading(BytesView bytes) {
  const auto change = read_group_change(bytes);
  return change ? std::nullopt : std::optional(change.error());
}

class GroupStateTest : public ::testing::Test {
 protected:
  GroupStateTest() {
    GroupChange change = group_.creating(kAna, {kCleo, kBen});
    change.mutable_create()->set_sealed_info("sealed");
    change.set_made_us(17);
    EXPECT_TRUE(take(change));
  }

  bool take(const GroupChange& change) {
    auto after = apply_change(group_.state, change, limits_);
    if (!after) return false;
    group_.state = std::move(*after);
    return true;
  }
  // Why it is refused; the state stays as it was.
  GroupError refusal(const GroupChange& change) const {
    const auto after = apply_change(group_.state, change, limits_);
    EXPECT_FALSE(after) << "it was taken";
    return after ? GroupError::kMalformed : after.error();
  }
  [[nodiscard]] const GroupState& state() const { return *group_.state; }

  FollowedGroup group_{*GroupId::from_hex("00112233445566778899aabbccddeeff")};
  GroupLimits limits_;
};

TEST_F(GroupStateTest, WhoMakesAGroupIsItsAdminAndMembersAreInOrder_GROUP_2) {
  EXPECT_THAT(group_.members(), ElementsAre(kAna, kBen, kCleo));
  EXPECT_TRUE(is_admin(state(), kAna));
  EXPECT_FALSE(is_admin(state(), kBen));
  EXPECT_EQ(state().revision(), 1u);
  EXPECT_EQ(state().created_us(), 17u);
  EXPECT_EQ(member_of(state(), kBen)->joined_revision(), 1u);
  EXPECT_EQ(member_of(state(), kDora), nullptr);
}

TEST_F(GroupStateTest, OnlyTheNextRevisionOfThisGroupIsTaken_GROUP_1) {
  GroupChange change = group_.leaving(kBen);
  for (const uint64_t revision : {uint64_t{0}, uint64_t{1}, uint64_t{3}, kRevisionMax + 1}) {
    change.set_revision(revision);
    EXPECT_EQ(refusal(change), GroupError::kOtherRevision) << revision;
  }
  change = group_.leaving(kBen);
  change.set_group_id(Bytes(16, 'x'));
  EXPECT_EQ(refusal(change), GroupError::kOtherRevision);
  change = group_.by(kAna);
  change.mutable_create();
  EXPECT_EQ(refusal(change), GroupError::kOtherRevision) << "it is made already";
  change.set_revision(1);
  EXPECT_EQ(apply_change(std::nullopt, change)->members_size(), 1);
  change.clear_create();
  change.mutable_leave();
  EXPECT_EQ(apply_change(std::nullopt, change).error(), GroupError::kOtherRevision) << "it is not made yet";
}

TEST_F(GroupStateTest, MembersAddWhenTheyMay) {
  EXPECT_EQ(refusal(group_.adding(kBen, {kDora})), GroupError::kNotAllowed);
  EXPECT_EQ(refusal(group_.adding(kDora, {kDora})), GroupError::kNotMember);
  ASSERT_TRUE(take(group_.permitting(kAna, false, false, true)));
  ASSERT_TRUE(take(group_.adding(kBen, {kDora})));
  EXPECT_THAT(group_.members(), ElementsAre(kAna, kBen, kCleo, kDora));
  EXPECT_EQ(member_of(state(), kDora)->joined_revision(), 3u);
  EXPECT_EQ(refusal(group_.adding(kBen, {kDora})), GroupError::kAlreadyMember);
  EXPECT_FALSE(may_send(state(), kBen)) << "permissions are replaced as a whole";
  EXPECT_TRUE(may_send(state(), kAna));
}

TEST_F(GroupStateTest, AListOfAccountsHasNoneTwiceAndNothingElse) {
  EXPECT_EQ(refusal(group_.adding(kAna, {kDora, kDora})), GroupError::kMalformed);
  EXPECT_EQ(refusal(group_.adding(kAna, {AccountId{}})), GroupError::kMalformed);
  EXPECT_EQ(refusal(group_.adding(kAna, {})), GroupError::kNothing);
  GroupChange change = group_.by(kAna);
  change.mutable_add()->add_accounts("short");
  EXPECT_EQ(refusal(change), GroupError::kMalformed);
}

TEST_F(GroupStateTest, AdminsRemoveOthersAndNobodyElseDoes) {
  EXPECT_EQ(refusal(group_.removing(kBen, {kCleo})), GroupError::kNotAllowed);
  EXPECT_EQ(refusal(group_.removing(kAna, {kAna})), GroupError::kNotAllowed);
  EXPECT_EQ(refusal(group_.removing(kAna, {kBen, kDora})), GroupError::kNoSuchMember);
  ASSERT_TRUE(take(group_.removing(kAna, {kBen})));
  EXPECT_THAT(group_.members(), ElementsAre(kAna, kCleo));
  EXPECT_EQ(refusal(group_.leaving(kBen)), GroupError::kNotMember);
}

TEST_F(GroupStateTest, WhenTheLastAdminLeavesWhoJoinedFirstIsOne) {
  ASSERT_TRUE(take(group_.adding(kAna, {kDora})));
  ASSERT_TRUE(take(group_.removing(kAna, {kBen})));
  ASSERT_TRUE(take(group_.adding(kAna, {kBen})));  // later than the others
  ASSERT_TRUE(take(group_.leaving(kAna)));
  EXPECT_TRUE(is_admin(state(), kCleo));
  ASSERT_TRUE(take(group_.leaving(kCleo)));
  EXPECT_TRUE(is_admin(state(), kDora));
  EXPECT_FALSE(is_admin(state(), kBen));
  ASSERT_TRUE(take(group_.leaving(kDora)));
  ASSERT_TRUE(take(group_.leaving(kBen)));
  EXPECT_THAT(group_.members(), ElementsAre());
  EXPECT_EQ(refusal(group_.adding(kAna, {kAna})), GroupError::kNotMember) << "a group without members stays so";
}

TEST_F(GroupStateTest, SomebodyIsAnAdminAlways) {
  EXPECT_EQ(refusal(group_.giving(kAna, kAna, wire::kGroupMember)), GroupError::kNotAllowed);
  EXPECT_EQ(refusal(group_.giving(kBen, kBen, wire::kGroupAdmin)), GroupError::kNotAllowed);
  EXPECT_EQ(refusal(group_.giving(kAna, kDora, wire::kGroupAdmin)), GroupError::kNoSuchMember);
  EXPECT_EQ(refusal(group_.giving(kAna, kBen, wire::kGroupRoleUnspecified)), GroupError::kMalformed);
  ASSERT_TRUE(take(group_.giving(kAna, kBen, wire::kGroupAdmin)));
  EXPECT_EQ(refusal(group_.giving(kAna, kBen, wire::kGroupAdmin)), GroupError::kNothing);
  ASSERT_TRUE(take(group_.giving(kBen, kAna, wire::kGroupMember)));
  EXPECT_FALSE(is_admin(state(), kAna));
}

TEST_F(GroupStateTest, ALinkHasAKeyOfItsSizeAndABoundedSecret_GROUP_2) {
  GroupChange change = group_.linking(kAna, Bytes(31, 'k'));
  EXPECT_EQ(refusal(change), GroupError::kMalformed);
  change = group_.linking(kAna, Bytes(32, 'k'));
  change.mutable_set_link()->mutable_link()->set_sealed_secret(Bytes(129, 's'));
  EXPECT_EQ(refusal(change), GroupError::kMalformed);
  change.mutable_set_link()->mutable_link()->set_sealed_secret(Bytes(128, 's'));
  ASSERT_TRUE(take(change));
  EXPECT_EQ(group_.state->link().sealed_secret(), Bytes(128, 's'));
}

TEST_F(GroupStateTest, WhoHasTheLinkComesInOrAsks) {
  EXPECT_EQ(refusal(group_.joining(kDora)), GroupError::kNoLink);
  EXPECT_EQ(refusal(group_.linking(kBen, Bytes(32, 'k'), false)), GroupError::kNotAllowed);
  ASSERT_TRUE(take(group_.linking(kAna, Bytes(32, 'k'), true)));
  ASSERT_TRUE(take(group_.joining(kDora)));
  EXPECT_EQ(member_of(state(), kDora), nullptr);
  EXPECT_EQ(refusal(group_.joining(kDora)), GroupError::kNothing) << "asked already";
  EXPECT_EQ(refusal(group_.joining(kBen)), GroupError::kAlreadyMember);
  ASSERT_TRUE(take(group_.answering(kAna, {kDora})));
  EXPECT_NE(member_of(state(), kDora), nullptr);
  EXPECT_EQ(state().applicants_size(), 0);
  ASSERT_TRUE(take(group_.removing(kAna, {kDora})));
  ASSERT_TRUE(take(group_.linking(kAna, Bytes(32, 'k'), false)));
  ASSERT_TRUE(take(group_.joining(kDora)));
  EXPECT_NE(member_of(state(), kDora), nullptr);
  ASSERT_TRUE(take(group_.unlinking(kAna)));
  EXPECT_EQ(refusal(group_.joining(account(5))), GroupError::kNoLink);
}

TEST_F(GroupStateTest, WhoIsTurnedAwayMayAskAgainAndWhoIsAddedAsksNoMore) {
  ASSERT_TRUE(take(group_.linking(kAna, Bytes(32, 'k'), true)));
  ASSERT_TRUE(take(group_.joining(kDora)));
  ASSERT_TRUE(take(group_.answering(kAna, {}, {kDora})));
  EXPECT_EQ(refusal(group_.answering(kAna, {kDora})), GroupError::kNoSuchMember) << "it does not ask any more";
  ASSERT_TRUE(take(group_.joining(kDora)));
  ASSERT_TRUE(take(group_.adding(kAna, {kDora})));
  EXPECT_EQ(state().applicants_size(), 0);
}

TEST_F(GroupStateTest, MembersAndApplicantsAreBounded) {
  limits_.members_max = 4;
  ASSERT_TRUE(take(group_.adding(kAna, {kDora})));
  EXPECT_EQ(refusal(group_.adding(kAna, {account(5)})), GroupError::kTooManyMembers);
  ASSERT_TRUE(take(group_.linking(kAna, Bytes(32, 'k'), false)));
  EXPECT_EQ(refusal(group_.joining(account(5))), GroupError::kTooManyMembers);
  ASSERT_TRUE(take(group_.linking(kAna, Bytes(32, 'k'), true)));
  for (size_t i = 0; i < kGroupApplicantsMax; ++i) {
    AccountId id = account(9);
    id.value[1] = static_cast<uint8_t>(i);
    id.value[2] = static_cast<uint8_t>(i >> 8);
    ASSERT_TRUE(take(group_.joining(id)));
  }
  EXPECT_EQ(refusal(group_.joining(account(10))), GroupError::kTooManyMembers);
  EXPECT_EQ(refusal(group_.naming(kAna, Bytes(kGroupInfoBytesMax + 1, 'x'))), GroupError::kMalformed);
}

TEST_F(GroupStateTest, AnAbandonedGroupIsOverAndItsLinkAsWell) {
  ASSERT_TRUE(take(group_.linking(kAna, Bytes(32, 'k'), true)));
  ASSERT_TRUE(take(group_.joining(kDora)));
  ASSERT_TRUE(take(group_.removing(kAna, {kBen, kCleo})));
  ASSERT_TRUE(take(group_.leaving(kAna)));
  EXPECT_FALSE(state().has_link());
  EXPECT_EQ(state().applicants_size(), 0);
  EXPECT_EQ(refusal(group_.joining(kDora)), GroupError::kNoLink);
  EXPECT_EQ(refusal(group_.joining(kAna)), GroupError::kNoLink) << "though it was an admin";
  EXPECT_EQ(refusal(group_.linking(kAna, Bytes(32, 'k'))), GroupError::kNotMember);
  EXPECT_TRUE(read_group_state(group_state_bytes(state())));
}

TEST_F(GroupStateTest, WhoIsAnsweredIsAnsweredOnce) {
  ASSERT_TRUE(take(group_.linking(kAna, Bytes(32, 'k'), true)));
  ASSERT_TRUE(take(group_.joining(kDora)));
  EXPECT_EQ(refusal(group_.answering(kAna, {kDora}, {kDora})), GroupError::kMalformed);
  EXPECT_EQ(refusal(group_.answering(kBen, {kDora})), GroupError::kNotAllowed);
  EXPECT_EQ(refusal(group_.answering(kAna, {})), GroupError::kNothing);
  EXPECT_NE(applicant_of(state(), kDora), nullptr);
  EXPECT_EQ(applicant_of(state(), kBen), nullptr);
}

TEST_F(GroupStateTest, ManyComeAndGoAtOnceAndStandInOrder) {
  std::mt19937 random(7);
  const auto many = [&random] {
    std::vector<AccountId> accounts(kGroupMembersMax - 3);
    for (AccountId& id : accounts) {
      for (uint8_t& byte : id.value) byte = static_cast<uint8_t>(random());
    }
    return accounts;
  };
  const std::vector<AccountId> accounts = many();
  const GroupChange adds = group_.adding(kAna, accounts);
  EXPECT_LE(adds.ByteSizeLong(), kGroupChangeBytesMax);
  ASSERT_TRUE(take(adds));
  EXPECT_EQ(state().members_size(), static_cast<int>(kGroupMembersMax));
  EXPECT_EQ(refusal(group_.adding(kAna, {kDora})), GroupError::kTooManyMembers);
  ASSERT_TRUE(read_group_state(group_state_bytes(state()))) << "in order, none twice";
  for (const AccountId& each : accounts) EXPECT_NE(member_of(state(), each), nullptr);
  ASSERT_TRUE(take(group_.removing(kAna, accounts)));
  EXPECT_THAT(group_.members(), ElementsAre(kAna, kBen, kCleo));
}

// A field 100 that no schema of today has.
constexpr BytesView kUnknown("\xa0\x06\x01", 3);

template <class Message>
Message with_unknown(const Message& message) {
  Message read;
  EXPECT_TRUE(read.ParseFromString(message.SerializeAsString() + Bytes(kUnknown)));
  EXPECT_EQ(read.ByteSizeLong(), message.ByteSizeLong() + kUnknown.size()) << "kept by protobuf";
  return read;
}

TEST_F(GroupStateTest, NothingThatIsNotInTheSchemaComesIntoAState_GROUP_2) {
  const Bytes plain = group_state_bytes(*apply_change(group_.state, group_.linking(kAna, Bytes(32, 'k'))));
  GroupChange change = group_.linking(kAna, Bytes(32, 'k'));
  *change.mutable_set_link()->mutable_link() = with_unknown(change.set_link().link());
  EXPECT_EQ(apply_change(group_.state, change)->SerializeAsString(), plain);
  EXPECT_EQ(apply_change(with_unknown(state()), group_.linking(kAna, Bytes(32, 'k')))->SerializeAsString(), plain);
  GroupState bloated = state();
  *bloated.mutable_members(0) = with_unknown(bloated.members(0));
  *bloated.mutable_permissions() = with_unknown(bloated.permissions());
  EXPECT_EQ(group_state_bytes(bloated), group_state_bytes(state()));
  EXPECT_EQ(apply_change(bloated, group_.linking(kAna, Bytes(32, 'k')))->SerializeAsString(), plain);
  GroupChange permits = group_.permitting(kAna, true, false, true);
  const Bytes permitted = group_state_bytes(*apply_change(group_.state, permits));
  *permits.mutable_set_permissions()->mutable_permissions() = with_unknown(permits.set_permissions().permissions());
  EXPECT_EQ(apply_change(group_.state, permits)->SerializeAsString(), permitted);
  const FollowedGroup other{group_.id};
  GroupChange creates = other.creating(kAna);
  const Bytes created = group_state_bytes(*apply_change(std::nullopt, creates));
  *creates.mutable_create()->mutable_permissions() = with_unknown(creates.create().permissions());
  EXPECT_EQ(apply_change(std::nullopt, creates)->SerializeAsString(), created);
}

TEST_F(GroupStateTest, AChangeIsReadInOneFormOnly_GROUP_2) {
  std::vector<GroupChange> changes{FollowedGroup{group_.id}.creating(kAna, {kBen}),
                                   group_.adding(kAna, {kDora}),
                                   group_.removing(kAna, {kBen}),
                                   group_.leaving(kBen),
                                   group_.giving(kAna, kBen, wire::kGroupAdmin),
                                   group_.naming(kAna, "sealed again"),
                                   group_.permitting(kAna, true, true, true),
                                   group_.linking(kAna, Bytes(32, 'k'), true, 17),
                                   group_.unlinking(kAna),
                                   group_.joining(kDora),
                                   group_.answering(kAna, {kBen}, {kCleo})};
  for (GroupChange& change : changes) {
    change.set_made_us(18);
    change.set_previous(Bytes(32, 'p'));
    if (change.has_join()) change.mutable_join()->set_link_signature(Bytes(64, 's'));
    const Bytes bytes = change.SerializeAsString();
    const auto read = read_group_change(bytes);
    ASSERT_TRUE(read) << change.action_case();
    EXPECT_EQ(read->SerializeAsString(), bytes);
    EXPECT_EQ(reading(bytes + Bytes(kUnknown)), GroupError::kMalformed) << change.action_case();
    // The first field once more: protobuf takes the later one.
    EXPECT_EQ(reading(bytes.substr(0, 18) + bytes), GroupError::kMalformed) << change.action_case();
    EXPECT_EQ(reading(bytes.substr(0, bytes.size() - 1)), GroupError::kMalformed);
  }
  GroupChange& adds = changes[1];
  *adds.mutable_add() = with_unknown(adds.add());
  EXPECT_EQ(reading(adds.SerializeAsString()), GroupError::kMalformed);
  GroupChange& links = changes[7];
  *links.mutable_set_link()->mutable_link() = with_unknown(links.set_link().link());
  EXPECT_EQ(reading(links.SerializeAsString()), GroupError::kMalformed);
}

TEST_F(GroupStateTest, AChangeIsOfBoundedSize_LIMIT_1) {
  GroupChange change = group_.by(kAna);
  change.mutable_join()->set_link_signature(Bytes(kGroupChangeBytesMax, 'x'));
  EXPECT_EQ(reading(change.SerializeAsString()), GroupError::kTooLarge);
  EXPECT_EQ(reading(Bytes(kGroupChangeBytesMax + 1, '\xff')), GroupError::kTooLarge) << "before it is parsed";
  EXPECT_EQ(reading(Bytes(kGroupChangeBytesMax, '\xff')), GroupError::kMalformed);
  // The largest that does something: a group of as many as may be, with all that is sealed of it.
  std::vector<AccountId> accounts(kGroupMembersMax - 1);
  for (size_t i = 0; i < accounts.size(); ++i) {
    accounts[i] = account(9);
    accounts[i].value[14] = static_cast<uint8_t>(i >> 8);
    accounts[i].value[15] = static_cast<uint8_t>(i);
  }
  GroupChange largest = FollowedGroup{group_.id}.creating(kAna, accounts);
  largest.mutable_create()->set_sealed_info(Bytes(kGroupInfoBytesMax, 's'));
  largest.set_made_us(~uint64_t{0});
  ASSERT_TRUE(read_group_change(largest.SerializeAsString()));
  EXPECT_TRUE(apply_change(std::nullopt, largest));
}

TEST_F(GroupStateTest, AStateIsReadIfChangesCanMakeIt_GROUP_2) {
  ASSERT_TRUE(take(group_.linking(kAna, Bytes(32, 'k'), true)));
  ASSERT_TRUE(take(group_.joining(kDora)));
  const GroupState good = state();
  ASSERT_TRUE(read_group_state(group_state_bytes(good)));
  EXPECT_FALSE(read_group_state(group_state_bytes(good) + Bytes(kUnknown)));
  EXPECT_FALSE(read_group_state("\xff"));
  EXPECT_FALSE(read_group_state(""));
  const auto refuses = [&good](const char* what, auto alter) {
    GroupState bad = good;
    alter(bad);
    EXPECT_FALSE(read_group_state(bad.SerializeAsString())) << what;
  };
  refuses("no group", [](GroupState& bad) { bad.set_group_id("x"); });
  refuses("no revision", [](GroupState& bad) { bad.set_revision(0); });
  refuses("a revision beyond all", [](GroupState& bad) { bad.set_revision(kRevisionMax + 1); });
  refuses("not in order", [](GroupState& bad) { bad.mutable_members()->SwapElements(0, 1); });
  refuses("a member twice", [](GroupState& bad) { *bad.mutable_members(0) = bad.members(1); });
  refuses("a member that is none", [](GroupState& bad) { bad.mutable_members(0)->set_account_id("x"); });
  refuses("no role", [](GroupState& bad) { bad.mutable_members(1)->set_role(wire::kGroupRoleUnspecified); });
  refuses("no admin", [](GroupState& bad) { bad.mutable_members(0)->set_role(wire::kGroupMember); });
  refuses("joined later", [](GroupState& bad) { bad.mutable_members(1)->set_joined_revision(4); });
  refuses("asked never", [](GroupState& bad) { bad.mutable_applicants(0)->set_asked_revision(0); });
  refuses("a member that asks", [](GroupState& bad) { bad.mutable_applicants(0)->set_account_id(kBen.bytes()); });
  refuses("no permissions", [](GroupState& bad) { bad.clear_permissions(); });
  refuses("a link without a key", [](GroupState& bad) { bad.mutable_link()->set_public_key("k"); });
  refuses("a link of nobody's", [](GroupState& bad) { bad.clear_members(); });
  refuses("too much of a title", [](GroupState& bad) { bad.set_sealed_info(Bytes(kGroupInfoBytesMax + 1, 's')); });
}

// Whatever comes, in any order: whoever applies what was taken has the same bytes, somebody is an admin, and ids stand
// in order.
TEST_F(GroupStateTest, TheSameChangesMakeTheSameBytes) {
  std::mt19937 random(1);
  GroupState other = state();
  int taken = 0;
  for (int i = 0; i < 20'000; ++i) {
    const AccountId author = account(1 + random() % 6);
    const AccountId whom = account(1 + random() % 6);
    GroupChange change;
    switch (random() % 7) {
      case 0: change = group_.adding(author, {whom}); break;
      case 1: change = group_.removing(author, {whom}); break;
      case 2: change = group_.leaving(author); break;
      case 3: change = group_.giving(author, whom, random() % 2 == 0 ? wire::kGroupAdmin : wire::kGroupMember); break;
      case 4: change = group_.linking(author, Bytes(32, 'k'), random() % 2 == 0); break;
      case 5: change = group_.joining(author); break;
      default:
        change = random() % 2 == 0 ? group_.answering(author, {whom}) : group_.answering(author, {}, {whom});
        break;
    }
    if (state().members_size() == 1 && change.has_leave()) continue;  // it would be over
    if (!take(change)) continue;
    ++taken;
    const auto received = read_group_change(change.SerializeAsString());
    ASSERT_TRUE(received);
    const auto kept = read_group_state(group_state_bytes(other));
    ASSERT_TRUE(kept);
    other = *apply_change(kept, *received);
    ASSERT_EQ(group_state_bytes(other), group_state_bytes(state()));
    const std::vector<AccountId> ids = group_.members();
    ASSERT_TRUE(std::is_sorted(ids.begin(), ids.end()));
    ASSERT_TRUE(std::any_of(ids.begin(), ids.end(), [this](const AccountId& id) { return is_admin(state(), id); }));
  }
  EXPECT_GT(taken, 1000);
}

}  // namespace
}  // namespace kith
