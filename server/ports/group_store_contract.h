// SPDX-License-Identifier: AGPL-3.0-or-later

// What every GroupStore promises, as tests.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <ostream>

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

struct GroupStoreCase {
  const char* name;
  std::function<std::unique_ptr<GroupStoreBackend>()> make;
  friend void PrintTo(const GroupStoreCase& backend, std::ostream* out) { *out << backend.name; }
};

class GroupStoreContract : public ::testing::TestWithParam<GroupStoreCase> {
 protected:
  using Taken = Result<void, StoreError>;
  using Membership = GroupStore::Membership;

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
  static GroupStore::Change change(uint64_t revision, const Bytes& mark, std::vector<AccountId> joined = {},
                                   std::vector<AccountId> left = {}) {
    const Bytes name = std::to_string(revision) + mark;
    return {{revision}, "change " + name, "digest " + name, "state " + name, std::move(joined), std::move(left)};
  }
  Taken take(uint8_t number, GroupStore::Change change, size_t groups_max = 100) {
    return runner_.run(groups().take(group(number), std::move(change), groups_max));
  }
  // Revisions 1..last, account 1 being its member.
  void fill(uint8_t number, uint64_t last) {
    for (uint64_t revision = 1; revision <= last; ++revision) {
      ASSERT_TRUE(
          take(number, change(revision, "", revision == 1 ? std::vector{account(1)} : std::vector<AccountId>())));
    }
  }
  std::vector<GroupId> groups_of(uint8_t number) {
    return runner_.run(groups().groups_of(account(number))).value_or(std::vector{group(99)});
  }
  GroupStore& groups() { return backend_->groups(); }

  ContractRunner runner_;
  std::unique_ptr<GroupStoreBackend> backend_ = GetParam().make();
};

TEST_P(GroupStoreContract, WhatNobodyMadeIsNotThere) {
  EXPECT_EQ(runner_.run(groups().load(group(1))).error(), StoreError::kNotFound);
  EXPECT_EQ(runner_.run(groups().checkpoint(group(1), {9})).error(), StoreError::kNotFound);
  EXPECT_EQ(runner_.run(groups().membership(group(1), account(1))).error(), StoreError::kNotFound);
  EXPECT_TRUE(runner_.run(groups().changes(group(1), {0}, 10))->empty());
  EXPECT_TRUE(groups_of(1).empty());
}

TEST_P(GroupStoreContract, TheNextRevisionIsTakenAndNoOther_GROUP_1) {
  EXPECT_EQ(take(1, change(2, "")).error(), StoreError::kConflict) << "it is not made";
  EXPECT_EQ(take(1, change(0, "")).error(), StoreError::kConflict);
  ASSERT_TRUE(take(1, change(1, "", {account(1), account(2)})));
  EXPECT_EQ(take(1, change(1, " of another")).error(), StoreError::kConflict) << "it is made";
  EXPECT_EQ(take(1, change(3, "")).error(), StoreError::kConflict);
  ASSERT_TRUE(take(1, change(2, "\0\xff'")));
  EXPECT_EQ(take(1, change(2, " of another")).error(), StoreError::kConflict);
  EXPECT_EQ(take(1, change(1, "", {account(1), account(2)})).error(), StoreError::kConflict) << "not the last any more";
  const auto record = runner_.run(groups().load(group(1)));
  ASSERT_TRUE(record);
  EXPECT_EQ(record->revision.value, 2u);
  EXPECT_EQ(record->state, change(2, "\0\xff'").state);
  EXPECT_EQ(record->change_digest, change(2, "\0\xff'").change_digest);
  if (!backend_->reopen()) return;
  EXPECT_EQ(runner_.run(groups().load(group(1)))->revision.value, 2u);
  EXPECT_EQ(groups_of(2), (std::vector{group(1)}));
}

TEST_P(GroupStoreContract, TheLastChangeAgainIsNoErrorAndDoesNothing_GROUP_1) {
  ASSERT_TRUE(take(1, change(1, "", {account(1)}), 1));
  EXPECT_TRUE(take(1, change(1, "", {account(1)}), 1)) << "though the account has as many groups as it may";
  ASSERT_TRUE(take(1, change(2, "", {}, {account(1)})));
  EXPECT_TRUE(take(1, change(2, "", {}, {account(1)})));
  EXPECT_TRUE(take(2, change(1, "", {account(1)}), 1)) << "it has left once";
  EXPECT_EQ(take(3, change(1, "", {account(1)}), 1).error(), StoreError::kFull);
}

TEST_P(GroupStoreContract, OfManyChangesAtOnceOneIsTaken_GROUP_1) {
  fill(1, 1);
  std::vector<Task<Taken>> calls;
  for (int i = 0; i < 40; ++i) {
    GroupStore& store = i % 2 == 0 ? groups() : backend_->other_groups();
    calls.push_back(
        store.take(group(1), change(2, " of " + std::to_string(i), {account(static_cast<uint8_t>(i + 2))}), 100));
  }
  const auto outcomes = runner_.run_all(std::move(calls));
  int taken = 0, winner = -1;
  for (int i = 0; i < 40; ++i) {
    if (outcomes[i]) {
      ++taken;
      winner = i;
    } else {
      EXPECT_EQ(outcomes[i].error(), StoreError::kConflict);
    }
  }
  EXPECT_EQ(taken, 1);
  EXPECT_EQ(runner_.run(groups().load(group(1)))->state, "state 2 of " + std::to_string(winner));
  for (int i = 0; i < 40; ++i) {
    EXPECT_EQ(groups_of(static_cast<uint8_t>(i + 2)).size(), i == winner ? 1u : 0u)
        << "and of the others nothing stays";
  }
}

TEST_P(GroupStoreContract, ChangesAreReadFromARevisionOnInParts) {
  fill(1, 10);
  fill(2, 1);
  const auto some = runner_.run(groups().changes(group(1), {3}, 4));
  ASSERT_TRUE(some);
  ASSERT_EQ(some->size(), 4u);
  EXPECT_EQ(some->front(), (GroupChangeRecord{{4}, "change 4"}));
  EXPECT_EQ(some->back(), (GroupChangeRecord{{7}, "change 7"}));
  EXPECT_EQ(runner_.run(groups().changes(group(1), {9}, 4))->size(), 1u);
  EXPECT_TRUE(runner_.run(groups().changes(group(1), {10}, 4))->empty());
}

TEST_P(GroupStoreContract, AStateIsKeptOfEverySoManyRevisions) {
  constexpr uint64_t kEvery = GroupStore::kCheckpointEvery;
  fill(1, kEvery + 2);
  const auto at = [this](uint64_t revision) { return *runner_.run(groups().checkpoint(group(1), {revision})); };
  EXPECT_EQ(at(1), "state 1");
  EXPECT_EQ(at(kEvery), "state 1");
  EXPECT_EQ(at(kEvery + 1), "state " + std::to_string(kEvery + 1));
  EXPECT_EQ(at(kEvery * 9), "state " + std::to_string(kEvery + 1));
}

TEST_P(GroupStoreContract, WhoHasLeftIsKnownByTheRevisionAndMayComeAgain) {
  ASSERT_TRUE(take(2, change(1, "", {account(1), account(2)})));
  ASSERT_TRUE(take(1, change(1, "", {account(1)})));
  EXPECT_EQ(groups_of(1), (std::vector{group(1), group(2)}));
  ASSERT_TRUE(take(2, change(2, "", {}, {account(1)})));
  EXPECT_EQ(groups_of(1), (std::vector{group(1)}));
  EXPECT_EQ(*runner_.run(groups().membership(group(2), account(1))), (Membership{group(2), {2}}));
  EXPECT_EQ(*runner_.run(groups().membership(group(2), account(2))), (Membership{group(2), {0}}));
  ASSERT_TRUE(take(2, change(3, "", {account(1)})));
  EXPECT_EQ(*runner_.run(groups().membership(group(2), account(1))), (Membership{group(2), {0}}));
}

TEST_P(GroupStoreContract, AnAccountIsInSoManyGroupsAndOfARefusedChangeNothingStays) {
  ASSERT_TRUE(take(1, change(1, "", {account(1)}), 2));
  ASSERT_TRUE(take(2, change(1, "", {account(1)}), 2));
  EXPECT_EQ(take(3, change(1, "", {account(2), account(1)}), 2).error(), StoreError::kFull);
  EXPECT_EQ(runner_.run(groups().load(group(3))).error(), StoreError::kNotFound);
  EXPECT_TRUE(groups_of(2).empty());
  ASSERT_TRUE(take(2, change(2, "", {}, {account(1)})));
  EXPECT_TRUE(take(3, change(1, "", {account(2), account(1)}), 2));
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(GroupStoreContract);

}  // namespace kith
