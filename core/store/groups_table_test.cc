// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/store/groups_table.h"

#include <map>

#include "core/store/testing/store_fixture.h"

namespace kith::core {
namespace {

using testing::account_id;
using testing::make_id;

const GroupId kGroup = make_id<GroupId>(1);
const GroupId kOther = make_id<GroupId>(2);

class GroupsTableTest : public testing::StoreTest {
 protected:
  static wire::GroupState state(const std::map<uint32_t, wire::GroupRole>& members) {
    wire::GroupState state;
    for (const auto& [number, role] : members) {
      wire::GroupState::Member& member = *state.add_members();
      member.set_account_id(account_id(number).bytes());
      member.set_role(role);
      member.set_joined_revision(1);
    }
    return state;
  }
  // The group at this revision, with these.
  void set(Revision revision, const std::map<uint32_t, wire::GroupRole>& members) {
    GroupRow row = store_.groups.find(kGroup).value_or(GroupRow{});
    row.id = kGroup;
    row.revision = revision;
    row.state = "state";
    wire::GroupState of = state(members);
    for (auto& member : *of.mutable_members()) {
      const auto before = store_.groups.member(kGroup, *AccountId::from_bytes(member.account_id()));
      member.set_joined_revision(before && before->role != 0 ? before->joined.value : revision.value);
    }
    store_.groups.set(row, &of);
  }
  std::vector<uint32_t> members() {
    std::vector<uint32_t> found;
    for (const GroupMemberRow& row : store_.groups.members(kGroup)) found.push_back(row.account.value[3]);
    return found;
  }
};

TEST_F(GroupsTableTest, WhoWasAnAdminIsKnownByRevision) {  // EDIT-2
  const auto was_admin = [this](uint32_t account) {
    std::vector<uint64_t> found;
    for (uint64_t at = 0; at <= 12; ++at) {
      if (store_.groups.was_admin(kGroup, account_id(account), {at})) found.push_back(at);
    }
    return found;
  };
  using Revisions = std::vector<uint64_t>;
  set({1}, {{1, wire::kGroupAdmin}, {2, wire::kGroupMember}});
  EXPECT_EQ(was_admin(1).front(), 1u);
  EXPECT_EQ(was_admin(2), Revisions{});
  set({3}, {{1, wire::kGroupAdmin}, {2, wire::kGroupAdmin}, {3, wire::kGroupMember}});
  EXPECT_EQ(was_admin(2).front(), 2u) << "which of both changes made him one is not known here";
  set({4}, {{1, wire::kGroupAdmin}, {2, wire::kGroupAdmin}, {3, wire::kGroupAdmin}});
  set({6}, {{1, wire::kGroupAdmin}, {2, wire::kGroupMember}, {3, wire::kGroupAdmin}});
  EXPECT_EQ(was_admin(2), (Revisions{2, 3, 4, 5}));
  set({7}, {{1, wire::kGroupAdmin}, {2, wire::kGroupMember}});
  EXPECT_EQ(was_admin(3), (Revisions{4, 5, 6})) << "who has left is none";
  set({8}, {{1, wire::kGroupAdmin}, {2, wire::kGroupAdmin}, {3, wire::kGroupMember}});
  EXPECT_EQ(was_admin(2), (Revisions{8, 9, 10, 11, 12})) << "the last time counts";
  EXPECT_EQ(was_admin(3), (Revisions{4, 5, 6}));
  EXPECT_EQ(was_admin(1).size(), 12u);
}

TEST_F(GroupsTableTest, AGroupIsKeptAsItIsSet) {
  GroupRow row;
  row.id = kGroup;
  row.revision = {3};
  row.state = "state";
  row.change_digest = Bytes(32, 'd');
  row.info_key = Bytes(32, 'k');
  row.title = "Boats";
  row.description = "On Sundays";
  row.newest = {5};
  row.shown = "shown";
  row.present = true;
  store_.groups.set(row, nullptr);
  const auto found = store_.groups.find(kGroup);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->revision, Revision{3});
  EXPECT_EQ(found->state, row.state);
  EXPECT_EQ(found->change_digest, row.change_digest);
  EXPECT_EQ(found->info_key, row.info_key);
  EXPECT_EQ(found->title, "Boats");
  EXPECT_EQ(found->description, "On Sundays");
  EXPECT_EQ(found->newest, Revision{5});
  EXPECT_EQ(found->shown, "shown");
  EXPECT_TRUE(found->present && found->known() && found->stale());
  EXPECT_FALSE(store_.groups.find(kOther));
  EXPECT_EQ(store_.groups.revision_of(kGroup), Revision{3});
  EXPECT_EQ(store_.groups.revision_of(kOther), Revision{});
}

TEST_F(GroupsTableTest, ARevisionHeardOfMakesAGroupStaleUntilItIsThere) {
  store_.groups.note_revision(kGroup, {7});
  store_.groups.note_revision(kGroup, {6});
  ASSERT_TRUE(store_.groups.find(kGroup));
  EXPECT_EQ(store_.groups.find(kGroup)->newest, Revision{7}) << "never lowered";
  EXPECT_FALSE(store_.groups.find(kGroup)->known());
  EXPECT_EQ(store_.groups.unknown_count(), 1);
  EXPECT_EQ(store_.groups.stale(10), std::vector{kGroup});
  set({7}, {{1, wire::kGroupAdmin}});
  EXPECT_TRUE(store_.groups.stale(10).empty());
  EXPECT_EQ(store_.groups.unknown_count(), 0);
  set({9}, {{1, wire::kGroupAdmin}});
  EXPECT_EQ(store_.groups.find(kGroup)->newest, Revision{9}) << "at least the state's own";
  store_.groups.note_revision(kOther, {1});
  store_.groups.note_revision(kGroup, {10});
  EXPECT_EQ(store_.groups.stale(1), std::vector{kGroup}) << "no more than asked for";
}

TEST_F(GroupsTableTest, MembersFollowTheState) {
  set({1}, {{1, wire::kGroupAdmin}, {3, wire::kGroupMember}});
  set({2}, {{1, wire::kGroupAdmin}, {2, wire::kGroupMember}, {3, wire::kGroupAdmin}});
  EXPECT_EQ(members(), (std::vector<uint32_t>{1, 2, 3}));
  EXPECT_EQ(store_.groups.member(kGroup, account_id(3))->role, wire::kGroupAdmin);
  EXPECT_EQ(store_.groups.member(kGroup, account_id(3))->joined, Revision{1});
  set({5}, {{2, wire::kGroupMember}});
  EXPECT_EQ(members(), (std::vector<uint32_t>{2}));
  EXPECT_EQ(store_.groups.member(kGroup, account_id(1))->left, Revision{5});
  EXPECT_EQ(store_.groups.with(account_id(2)), std::vector{kGroup});
  EXPECT_TRUE(store_.groups.with(account_id(1)).empty());
  EXPECT_FALSE(store_.groups.member(kGroup, account_id(9)));
}

TEST_F(GroupsTableTest, WhoWasAMemberAtARevisionIsKnownAfterwards) {
  set({1}, {{1, wire::kGroupAdmin}});
  set({4}, {{1, wire::kGroupAdmin}, {2, wire::kGroupMember}});
  set({7}, {{1, wire::kGroupAdmin}});
  EXPECT_FALSE(store_.groups.was_member(kGroup, account_id(2), {3}));
  EXPECT_TRUE(store_.groups.was_member(kGroup, account_id(2), {4}));
  EXPECT_TRUE(store_.groups.was_member(kGroup, account_id(2), {6}));
  EXPECT_FALSE(store_.groups.was_member(kGroup, account_id(2), {7}));
  set({9}, {{1, wire::kGroupAdmin}, {2, wire::kGroupMember}});
  EXPECT_TRUE(store_.groups.was_member(kGroup, account_id(2), {5})) << "what was written before it left";
  EXPECT_TRUE(store_.groups.was_member(kGroup, account_id(2), {9}));
  EXPECT_FALSE(store_.groups.was_member(kGroup, account_id(3), {9}));
}

TEST_F(GroupsTableTest, WithoutAStateTheMembersStay) {
  set({1}, {{1, wire::kGroupAdmin}, {2, wire::kGroupMember}});
  GroupRow row = *store_.groups.find(kGroup);
  row.title = "Boats";
  store_.groups.set(row, nullptr);
  EXPECT_EQ(members(), (std::vector<uint32_t>{1, 2}));
  store_.groups.remove(kGroup);
  EXPECT_FALSE(store_.groups.find(kGroup));
  EXPECT_TRUE(members().empty());
  EXPECT_FALSE(store_.groups.member(kGroup, account_id(1)));
}

TEST_F(GroupsTableTest, AGroupWithTheIdOfAnAccountHasAConversationOfItsOwn) {
  const GroupId group{testing::kPeer.value};
  open(testing::kPeer);
  EXPECT_FALSE(store_.conversations.with(group));
  ConversationRow row;
  row.id = make_id<ConversationId>(9);
  row.kind = ConversationKind::kGroup;
  row.peer = Target(group);
  store_.conversations.add(row);
  EXPECT_FALSE(database_->damaged());
  EXPECT_EQ(store_.conversations.with(group), row.id);
  EXPECT_EQ(store_.conversations.with(testing::kPeer), testing::kChat);
  EXPECT_EQ(store_.conversations.find(row.id)->group(), group);
  EXPECT_FALSE(store_.conversations.find(row.id)->direct_peer());
}

}  // namespace
}  // namespace kith::core
