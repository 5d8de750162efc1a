// SPDX-License-Identifier: AGPL-3.0-or-later

// What every GroupStore promises, as tests.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

#include "server/ports/contract_runner.h"
#include "server/ports/group_store.h"

namespace kith {

// A backend under test: an empty store of its own for each test.
class GroupStoreBackend {
 public:
  virtual ~GroupStoreBackend() = default;
  virtual GroupStore& groups() = 0;
  // The same data through a store of another process, which writes as well; this one where there can be none.
  virtual GroupStore& other_groups() { return groups(); }
  // Closes the stores and opens them again, as a restart of the program would. False: nothing survives that (a backend
  // in memory).
  virtual bool reopen() = 0;
};

using GroupStoreCase = ContractCase<GroupStoreBackend>;

class GroupStoreContract : public ::testing::TestWithParam<GroupStoreCase> {
 protected:
  using Taken = GroupStore::Taken;
  using TakeAnswer = GroupStore::TakeAnswer;
  using Membership = GroupStore::Membership;
  using OwnGroup = GroupStore::OwnGroup;
  using Joined = std::vector<GroupStore::Joined>;

  static GroupId group(uint8_t number) {
    GroupId id;
    id.value.fill(number);
    return id;
  }
  static AccountId account(uint8_t number) {
    AccountId id;
    id.value.fill(number);
    return id;
  }
  static UnixMicros taken_at(uint64_t revision) { return {1'700'000'000'000'000 + revision}; }
  static GroupStore::Change change(uint64_t revision, const Bytes& mark, Joined joined = {},
                                   std::vector<AccountId> left = {}, UnixMicros over_at = {}) {
    const Bytes name = std::to_string(revision) + mark;
    return {{revision},        "change " + name, "digest " + name,   "state " + name,
            std::move(joined), std::move(left),  taken_at(revision), over_at};
  }
  // kConflict, too, when the store did not answer.
  Taken take(uint8_t number, GroupStore::Change change, GroupStore::Bounds bounds = {100, 100}) {
    return take_with_answer(number, std::move(change), bounds).taken;
  }
  TakeAnswer take_with_answer(uint8_t number, GroupStore::Change change, GroupStore::Bounds bounds) {
    const auto answer = runner_.run(groups().take(group(number), std::move(change), bounds));
    EXPECT_TRUE(answer);
    return answer.value_or(TakeAnswer{});
  }
  // Revisions 1..last, account 1 being its member.
  void fill(uint8_t number, uint64_t last) {
    for (uint64_t revision = 1; revision <= last; ++revision)
      ASSERT_EQ(take(number, change(revision, "", revision == 1 ? Joined{{account(1)}} : Joined())), Taken::kTaken);
  }
  std::vector<OwnGroup> groups_of(uint8_t number) {
    return runner_.run(groups().groups_of(account(number))).value_or(std::vector<OwnGroup>{{group(99), {}}});
  }
  Membership membership(uint8_t group_number, uint8_t number) {
    return runner_.run(groups().membership(group(group_number), account(number))).value_or(Membership{true, {99}});
  }
  GroupStore& groups() { return backend_->groups(); }

  ContractRunner runner_;
  std::unique_ptr<GroupStoreBackend> backend_ = GetParam().make();
};

TEST_P(GroupStoreContract, WhatNobodyMadeIsNotThere) {
  EXPECT_EQ(runner_.run(groups().load(group(1))).error(), StoreError::kNotFound);
  EXPECT_EQ(runner_.run(groups().checkpoint(group(1), {9})).error(), StoreError::kNotFound);
  EXPECT_EQ(membership(1, 1), Membership{});
  EXPECT_TRUE(runner_.run(groups().changes(group(1), {0}, {10}, 1000))->empty());
  EXPECT_TRUE(groups_of(1).empty());
  EXPECT_EQ(runner_.run(groups().forget_abandoned({1'000'000}, 10)), 0u);
}

TEST_P(GroupStoreContract, TheNextRevisionIsTakenAndNoOther_GROUP_1) {
  EXPECT_EQ(take(1, change(2, "")), Taken::kConflict) << "it is not made";
  EXPECT_EQ(take(1, change(0, "")), Taken::kConflict);
  ASSERT_EQ(take(1, change(1, "", {{account(1)}, {account(2)}})), Taken::kTaken);
  EXPECT_EQ(take(1, change(1, " of another")), Taken::kConflict) << "it is made";
  EXPECT_EQ(take(1, change(3, "")), Taken::kConflict);
  const Bytes mark("\0\xff'", 3);
  ASSERT_EQ(take(1, change(2, mark)), Taken::kTaken);
  EXPECT_EQ(take(1, change(2, " of another")), Taken::kConflict);
  const auto record = runner_.run(groups().load(group(1)));
  ASSERT_TRUE(record);
  EXPECT_EQ(record->revision.value, 2u);
  EXPECT_EQ(record->state, change(2, mark).state);
  EXPECT_EQ(record->change_digest, change(2, mark).change_digest);
  EXPECT_EQ(record->over_at, UnixMicros{});
  if (!backend_->reopen()) return;
  EXPECT_EQ(runner_.run(groups().load(group(1)))->revision.value, 2u);
  EXPECT_EQ(groups_of(2), (std::vector<OwnGroup>{{group(1), {2}}}));
}

TEST_P(GroupStoreContract, AChangeThatWasTakenBeforeIsKnownAndDoesNothing_GROUP_1) {
  ASSERT_EQ(take(1, change(1, "", {{account(1)}}), {1, 1}), Taken::kTaken);
  EXPECT_EQ(take(1, change(1, "", {{account(1)}}), {1, 1}), Taken::kAlready)
      << "though the account has as many groups as it may";
  ASSERT_EQ(take(1, change(2, "", {}, {account(1)})), Taken::kTaken);
  EXPECT_EQ(take(1, change(2, "", {}, {account(1)})), Taken::kAlready);
  GroupStore::Change later = change(1, "", {{account(1)}});
  later.taken_at = taken_at(99);
  EXPECT_EQ(take(1, later), Taken::kAlready) << "not the last any more";
  EXPECT_EQ(runner_.run(groups().changes(group(1), {0}, {1}, 1000))->front().taken_at, taken_at(1)) << "the first time";
  EXPECT_TRUE(groups_of(1).empty());
  EXPECT_EQ(take(2, change(1, "", {{account(1)}}), {1, 1}), Taken::kTaken) << "it has left once";
  EXPECT_EQ(take(3, change(1, "", {{account(1)}}), {1, 1}), Taken::kTooManyGroups);
}

TEST_P(GroupStoreContract, OfManyChangesAtOnceOneIsTaken_GROUP_1) {
  fill(1, 1);
  std::vector<Task<Result<TakeAnswer, StoreError>>> calls;
  for (int i = 0; i < 40; ++i) {
    GroupStore& store = i % 2 == 0 ? groups() : backend_->other_groups();
    calls.push_back(store.take(
        group(1), change(2, " of " + std::to_string(i), {{account(static_cast<uint8_t>(i + 2))}}), {100, 100}));
  }
  const auto outcomes = runner_.run_all(std::move(calls));
  int taken = 0, winner = -1;
  for (int i = 0; i < 40; ++i) {
    ASSERT_TRUE(outcomes[i]);
    if (outcomes[i]->taken == Taken::kTaken) {
      ++taken;
      winner = i;
    } else {
      EXPECT_EQ(outcomes[i]->taken, Taken::kConflict);
    }
  }
  EXPECT_EQ(taken, 1);
  EXPECT_EQ(runner_.run(groups().load(group(1)))->state, "state 2 of " + std::to_string(winner));
  for (int i = 0; i < 40; ++i) {
    EXPECT_EQ(groups_of(static_cast<uint8_t>(i + 2)).size(), i == winner ? 1u : 0u)
        << "and of the others nothing stays";
  }
}

TEST_P(GroupStoreContract, ChangesAreReadBetweenRevisionsAsManyAsFit) {
  fill(1, 10);
  fill(2, 1);
  const auto read = [this](uint64_t after, uint64_t until, size_t bytes_max) {
    return *runner_.run(groups().changes(group(1), {after}, {until}, bytes_max));
  };
  const size_t each = change(4, "").change.size();
  const auto some = read(3, 99, 4 * each);
  ASSERT_EQ(some.size(), 4u);
  EXPECT_EQ(some.front(), (GroupChangeRecord{{4}, "change 4", taken_at(4)}));
  EXPECT_EQ(some.back(), (GroupChangeRecord{{7}, "change 7", taken_at(7)}));
  EXPECT_EQ(read(3, 99, 4 * each - 1).size(), 3u);
  EXPECT_EQ(read(3, 5, 1000).size(), 2u);
  EXPECT_EQ(read(3, 3, 1000).size(), 0u);
  EXPECT_EQ(read(3, 99, 0).size(), 1u) << "one at least";
  EXPECT_EQ(read(9, 99, 1000).size(), 1u);
  EXPECT_TRUE(read(10, 99, 1000).empty());
}

TEST_P(GroupStoreContract, AStateIsKeptOfEverySoManyRevisions) {
  constexpr uint64_t kEvery = GroupStore::kCheckpointEvery;
  fill(1, kEvery + 2);
  const auto is_at = [this](uint64_t asked, uint64_t revision) {
    const auto checkpoint = runner_.run(groups().checkpoint(group(1), {asked}));
    ASSERT_TRUE(checkpoint);
    EXPECT_EQ(checkpoint->revision.value, revision) << asked;
    EXPECT_EQ(checkpoint->state, "state " + std::to_string(revision)) << asked;
  };
  is_at(1, 1);
  is_at(kEvery, 1);
  is_at(kEvery + 1, kEvery + 1);
  is_at(kEvery * 9, kEvery + 1);
  EXPECT_EQ(runner_.run(groups().checkpoint(group(1), {0})).error(), StoreError::kNotFound);
}

TEST_P(GroupStoreContract, WhoHasLeftIsKnownByTheRevisionAndMayComeAgain) {
  ASSERT_EQ(take(2, change(1, "", {{account(1)}, {account(2)}})), Taken::kTaken);
  ASSERT_EQ(take(1, change(1, "", {{account(1)}})), Taken::kTaken);
  EXPECT_EQ(groups_of(1), (std::vector<OwnGroup>{{group(1), {1}}, {group(2), {1}}}));
  ASSERT_EQ(take(2, change(2, "", {}, {account(1)})), Taken::kTaken);
  EXPECT_EQ(groups_of(1), (std::vector<OwnGroup>{{group(1), {1}}}));
  EXPECT_EQ(groups_of(2), (std::vector<OwnGroup>{{group(2), {2}}}));
  EXPECT_EQ(membership(2, 1), (Membership{false, {2}}));
  EXPECT_EQ(membership(2, 2), (Membership{true, {0}}));
  EXPECT_EQ(membership(2, 3), (Membership{false, {0}}));
  ASSERT_EQ(take(2, change(3, "", {{account(1)}})), Taken::kTaken);
  EXPECT_EQ(membership(2, 1), (Membership{true, {2}}));
}

TEST_P(GroupStoreContract, AnAccountIsInSoManyGroupsAndOfARefusedChangeNothingStays) {
  ASSERT_EQ(take(1, change(1, "", {{account(1)}}), {2, 2}), Taken::kTaken);
  ASSERT_EQ(take(2, change(1, "", {{account(1)}}), {2, 2}), Taken::kTaken);
  const TakeAnswer refused = take_with_answer(3, change(1, "", {{account(2)}, {account(1)}}), {2, 2});
  EXPECT_EQ(refused.taken, Taken::kTooManyGroups);
  EXPECT_EQ(refused.full, (std::vector{account(1)}));
  EXPECT_EQ(runner_.run(groups().load(group(3))).error(), StoreError::kNotFound);
  EXPECT_TRUE(groups_of(2).empty());
  ASSERT_EQ(take(2, change(2, "", {}, {account(1)})), Taken::kTaken);
  EXPECT_EQ(take(3, change(1, "", {{account(2)}, {account(1)}}), {2, 2}), Taken::kTaken);
}

TEST_P(GroupStoreContract, OthersFillAPartOfWhatAnAccountHasRoomFor) {
  constexpr GroupStore::Bounds kBounds{3, 1};
  ASSERT_EQ(take(1, change(1, "", {{account(1), true}, {account(2), false}}), kBounds), Taken::kTaken);
  const TakeAnswer refused =
      take_with_answer(2, change(1, "", {{account(3), false}, {account(2), false}, {account(1), true}}), kBounds);
  EXPECT_EQ(refused.taken, Taken::kTooManyGroups);
  EXPECT_EQ(refused.full, (std::vector{account(2)}));
  EXPECT_EQ(take(2, change(1, "", {{account(2), true}}), kBounds), Taken::kTaken) << "what it does itself";
  EXPECT_EQ(take(3, change(1, "", {{account(2), true}}), kBounds), Taken::kTaken);
  EXPECT_EQ(take(4, change(1, "", {{account(2), true}}), kBounds), Taken::kTooManyGroups) << "as many as it may";
  ASSERT_EQ(take(1, change(2, "", {}, {account(2)}), kBounds), Taken::kTaken);
  EXPECT_EQ(take(1, change(3, "", {{account(2), false}}), kBounds), Taken::kTaken) << "there is room again";
  ASSERT_EQ(take(3, change(2, "", {}, {account(2)}), kBounds), Taken::kTaken);
  EXPECT_EQ(take(5, change(1, "", {{account(2), false}}), kBounds), Taken::kTooManyGroups)
      << "which one it came to by itself makes no room for others";
}

TEST_P(GroupStoreContract, AGroupThatIsOverIsForgottenWithAllThatWasOfIt) {
  fill(1, 5);
  ASSERT_EQ(take(1, change(6, "", {}, {account(1)}, {1'000})), Taken::kTaken);
  fill(2, 3);
  EXPECT_EQ(runner_.run(groups().load(group(1)))->over_at, UnixMicros{1'000});
  EXPECT_EQ(runner_.run(groups().forget_abandoned({999}, 100)), 0u) << "it is not time";
  EXPECT_EQ(membership(1, 1), (Membership{false, {6}}));
  size_t forgotten = 0;
  for (int i = 0; i < 10; ++i) {
    const auto count = runner_.run(groups().forget_abandoned({1'000}, 3));
    ASSERT_TRUE(count);
    forgotten += *count;
    if (*count < 3) break;
  }
  EXPECT_EQ(forgotten, 7u) << "six changes and the group";
  EXPECT_EQ(runner_.run(groups().load(group(1))).error(), StoreError::kNotFound);
  EXPECT_EQ(runner_.run(groups().checkpoint(group(1), {9})).error(), StoreError::kNotFound);
  EXPECT_TRUE(runner_.run(groups().changes(group(1), {0}, {9}, 1000))->empty());
  EXPECT_EQ(membership(1, 1), Membership{});
  EXPECT_EQ(groups_of(1), (std::vector<OwnGroup>{{group(2), {3}}})) << "of others nothing goes";
  EXPECT_EQ(runner_.run(groups().changes(group(2), {0}, {9}, 1000))->size(), 3u);
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(GroupStoreContract);

}  // namespace kith
