// SPDX-License-Identifier: AGPL-3.0-or-later

// What every PairStore promises, as tests.
#pragma once

#include <gtest/gtest.h>

#include <memory>

#include "server/ports/contract_runner.h"
#include "server/ports/pair_store.h"

namespace kith {

// A backend under test: an empty store of its own for each test.
class PairStoreBackend {
 public:
  virtual ~PairStoreBackend() = default;
  virtual PairStore& pairs() = 0;
  // Closes the store and opens it again, as a restart of the program would. False: nothing survives that (a backend in
  // memory).
  virtual bool reopen() = 0;
};

using PairStoreCase = ContractCase<PairStoreBackend>;

class PairStoreContract : public ::testing::TestWithParam<PairStoreCase> {
 protected:
  static AccountId account(uint8_t fill) {
    AccountId id;
    id.value.fill(fill);
    return id;
  }
  std::vector<PeerMark> load(const AccountId& id) {
    const auto loaded = runner_.run(backend_->pairs().load(id));
    EXPECT_TRUE(loaded);
    return loaded.value_or(std::vector<PeerMark>());
  }
  void put(const AccountId& id, std::vector<PeerMark> peers) {
    EXPECT_TRUE(runner_.run(backend_->pairs().put(id, std::move(peers))));
  }
  using Marks = std::vector<PeerMark>;

  ContractRunner runner_;
  std::unique_ptr<PairStoreBackend> backend_ = GetParam().make();
};

TEST_P(PairStoreContract, AnAccountThatWroteToNobodyHasNone) { EXPECT_EQ(load(account(1)), Marks()); }

TEST_P(PairStoreContract, WhatIsPutReplacesWhatWasThereForThisAccountAlone) {
  put(account(1), {0, 7, 0xFFFF'FFFF});
  put(account(2), {9});
  EXPECT_EQ(load(account(1)), (Marks{0, 7, 0xFFFF'FFFF}));
  put(account(1), {3});
  EXPECT_EQ(load(account(1)), Marks{3});
  EXPECT_EQ(load(account(2)), Marks{9});
}

TEST_P(PairStoreContract, AnAccountWithoutMarksIsForgotten) {
  put(account(1), {7});
  put(account(1), {});
  EXPECT_EQ(load(account(1)), Marks());
  put(account(2), {});
  if (backend_->reopen()) {
    EXPECT_EQ(load(account(1)), Marks());
  }
}

TEST_P(PairStoreContract, TheLargestNumberOfMarksSurvivesReopening) {  // [LIMIT-2]
  Marks marks;
  for (PeerMark i = 0; i < PairStore::kPeersMax; ++i) marks.push_back(i * 4'000'000);
  put(account(1), marks);
  EXPECT_EQ(load(account(1)), marks);
  if (!backend_->reopen()) GTEST_SKIP() << "nothing survives";
  EXPECT_EQ(load(account(1)), marks);
}

TEST_P(PairStoreContract, CallsForOneAccountTakeEffectInTheirOrder) {
  std::vector<Task<Result<void, StoreError>>> calls;
  for (PeerMark i = 1; i <= 50; ++i) calls.push_back(backend_->pairs().put(account(1), {i}));
  for (const auto& outcome : runner_.run_all(std::move(calls))) EXPECT_TRUE(outcome);
  EXPECT_EQ(load(account(1)), Marks{50});
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(PairStoreContract);

}  // namespace kith
