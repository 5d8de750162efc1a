// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/delivery/group_cache.h"

#include "server/delivery/testing/group_in_delivery.h"

#include <gtest/gtest.h>

namespace kith::testing {
namespace {

class GroupCacheTest : public GroupInDelivery {
 protected:
  GroupCacheTest() {
    for (int i = 0; i < 5; ++i) people.push_back(world.add_account());
    std::sort(people.begin(), people.end());
    take(group.creating(by(0), {people[1], people[2]}));
  }
  DeviceAddress by(size_t person) { return {people[person], {1}}; }
  GroupCache& cache() { return world.shards().at(0).groups(); }
  GroupCache::Found get() { return world.loops.run(0, cache().get(group.id)); }
  std::vector<AccountId> members_at(uint64_t revision) {
    return *world.loops.run(0, cache().members_at(group.id, {revision}));
  }
  uint64_t loads() { return world.groups().faults.calls(); }
  std::vector<AccountId> some(std::initializer_list<size_t> of) {
    std::vector<AccountId> all;
    for (const size_t each : of) all.push_back(people[each]);
    return all;
  }

  std::vector<AccountId> people;  // ascending
};

TEST_F(GroupCacheTest, AGroupIsReadOnceWithAllItsListsInOneQuestion_GROUP_3) {
  const uint64_t before = world.accounts().faults.calls();
  const auto first = get();
  ASSERT_TRUE(first);
  EXPECT_EQ((*first)->revision.value, 1u);
  EXPECT_EQ((*first)->accounts(), some({0, 1, 2}));
  EXPECT_TRUE((*first)->members_send);
  EXPECT_TRUE((*first)->is_admin(people[0]));
  EXPECT_FALSE((*first)->is_admin(people[1]));
  EXPECT_EQ((*first)->member(people[1])->list.value, 1u);
  EXPECT_EQ((*first)->member(people[3]), nullptr);
  EXPECT_EQ(world.accounts().faults.calls(), before + 1);
  const uint64_t once = loads();
  EXPECT_EQ(get()->get(), first->get());
  EXPECT_EQ(loads(), once);
}

TEST_F(GroupCacheTest, WhatHasChangedIsReadAgainAndAListIsCorrectedInPlace_GROUP_3) {
  ASSERT_TRUE(get());
  take(group.adding(by(0), {people[3]}));
  EXPECT_EQ((*get())->revision.value, 1u) << "nobody has told";
  cache().changed(group.id, {1});
  EXPECT_EQ((*get())->revision.value, 1u) << "that is known";
  cache().changed(group.id, {2});
  const auto anew = get();
  EXPECT_EQ((*anew)->accounts(), some({0, 1, 2, 3}));
  (*anew)->lists_digest = "digest";
  const uint64_t before = loads();
  cache().list_changed(people[4], {9});
  EXPECT_EQ((*get())->lists_digest, "digest");
  cache().list_changed(people[1], {9});
  EXPECT_EQ((*get())->member(people[1])->list.value, 9u);
  EXPECT_EQ((*get())->lists_digest, "");
  cache().list_changed(people[1], {3});
  EXPECT_EQ((*get())->member(people[1])->list.value, 9u) << "late news";
  EXPECT_EQ(loads(), before);
}

TEST_F(GroupCacheTest, OfAChangeWhileItIsReadNothingOldStays_GROUP_3) {
  world.accounts().faults.hold();
  std::optional<GroupCache::Found> found;
  world.loops.begin(0, cache().get(group.id), found);
  world.loops.settle();
  ASSERT_FALSE(found);
  take(group.adding(by(0), {people[3]}));
  cache().changed(group.id, {2});
  world.accounts().faults.release();
  world.loops.settle();
  ASSERT_TRUE(found);
  EXPECT_EQ((**found)->revision.value, 2u);
}

TEST_F(GroupCacheTest, ItIsReadAgainWhenItIsOldAndDroppedWhenNobodyUsesIt) {
  ASSERT_TRUE(get());
  uint64_t before = loads();
  ASSERT_TRUE(world.loops.run(0, cache().get(group.id, GroupCache::kFreshMs)));
  EXPECT_EQ(loads(), before) << "it was read just now";
  world.loops.pass(2'000);
  ASSERT_TRUE(world.loops.run(0, cache().get(group.id, GroupCache::kFreshMs)));
  EXPECT_EQ(loads(), before + 1);
  world.loops.pass(uint64_t{GroupCache::kAgeMaxS} * 1000 + 1);
  before = loads();
  ASSERT_TRUE(get());
  EXPECT_EQ(loads(), before + 1);
  EXPECT_EQ(cache().size(), 1u);
  world.loops.pass(uint64_t{GroupCache::kIdleS} * 1000 + 20'000);
  EXPECT_EQ(cache().size(), 0u);
}

TEST_F(GroupCacheTest, WhatIsNotThereIsAskedSeldomAndKnownAtOnceWhenItComes) {
  FollowedGroup later{world.random.id<GroupId>()};
  const auto find = [&] { return world.loops.run(0, cache().get(later.id, GroupCache::kFreshMs)); };
  const uint64_t before = loads();
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(find().error(), StoreError::kNotFound);
    EXPECT_TRUE(cache().knows(later.id, 0));
    world.loops.pass(200);
  }
  EXPECT_EQ(loads(), before + 1);
  std::swap(group, later);
  take(group.creating(by(0), {people[1]}));
  std::swap(group, later);
  EXPECT_EQ(find().error(), StoreError::kNotFound) << "nobody has told";
  cache().changed(later.id, {1});
  EXPECT_FALSE(cache().knows(later.id, GroupCache::kAgeMaxMs));
  EXPECT_TRUE(find());
  EXPECT_TRUE(cache().knows(later.id, GroupCache::kFreshMs));
  world.loops.pass(1'000);
  EXPECT_FALSE(cache().knows(later.id, GroupCache::kFreshMs));
  EXPECT_TRUE(cache().knows(later.id, GroupCache::kStrangersMs));
}

TEST_F(GroupCacheTest, WhoIsNotThereForLongOrCannotBeAskedIsNotKept) {
  const GroupId none = world.random.id<GroupId>();
  EXPECT_EQ(world.loops.run(0, cache().get(none)).error(), StoreError::kNotFound);
  world.loops.pass(GroupCache::kStrangersMs + 1);
  EXPECT_FALSE(cache().knows(none, GroupCache::kAgeMaxMs));
  world.accounts().faults.fail_next(StoreError::kUnavailable);
  EXPECT_EQ(get().error(), StoreError::kUnavailable);
  EXPECT_TRUE(get());
  for (const size_t person : {0, 1, 2}) take(group.leaving(by(person)));
  cache().changed(group.id, {4});
  EXPECT_EQ(get().error(), StoreError::kNotFound) << "nobody is left";
  EXPECT_EQ(cache().size(), 0u);
}

TEST_F(GroupCacheTest, MembersOfEachRevisionAreFound_GROUP_3) {
  take(group.adding(by(0), {people[3]}));
  take(group.removing(by(0), {people[1]}));
  while (group.state->revision() < GroupStore::kCheckpointEvery + 3)
    take(group.naming(by(0), std::to_string(group.state->revision())));
  take(group.adding(by(0), {people[1]}));
  take(group.leaving(by(2)));
  EXPECT_EQ(members_at(1), some({0, 1, 2}));
  EXPECT_EQ(members_at(2), some({0, 1, 2, 3}));
  EXPECT_EQ(members_at(3), some({0, 2, 3}));
  const uint64_t last = group.state->revision();
  EXPECT_EQ(members_at(last), some({0, 1, 3}));
  EXPECT_EQ(members_at(last - 1), some({0, 1, 2, 3}));
  EXPECT_EQ(members_at(last - 2), some({0, 2, 3}));
  EXPECT_TRUE(world.loops.run(0, cache().members_at(world.random.id<GroupId>(), {1}))->empty());
}

TEST_F(GroupCacheTest, WhatIsDamagedIsSaidOfThatGroupOrMadeFromItsChanges_GROUP_3) {
  take(group.adding(by(0), {people[3]}));
  world.groups().damage_state(group.id, false);
  EXPECT_EQ(get().error(), StoreError::kDamaged);
  EXPECT_EQ(members_at(2), some({0, 1, 2, 3})) << "its changes are there";
  const uint64_t before = loads();
  EXPECT_EQ(get().error(), StoreError::kDamaged);
  EXPECT_EQ(loads(), before) << "it is asked seldom";
  world.groups().damage_state(group.id, true);
  EXPECT_EQ(world.loops.run(0, cache().members_at(group.id, {2})).error(), StoreError::kDamaged);
}

}  // namespace
}  // namespace kith::testing
