// SPDX-License-Identifier: AGPL-3.0-or-later

// What every LeaseStore promises, as tests.
#pragma once

#include <gtest/gtest.h>

#include <memory>

#include "server/ports/contract_runner.h"
#include "server/ports/lease_store.h"

namespace kith {

// A backend under test: the stores of two processes on the same data, which is empty and of its own for each test.
class LeaseStoreBackend {
 public:
  virtual ~LeaseStoreBackend() = default;
  virtual LeaseStore& leases() = 0;
  virtual LeaseStore& other_leases() = 0;
};

using LeaseStoreCase = ContractCase<LeaseStoreBackend>;

class LeaseStoreContract : public ::testing::TestWithParam<LeaseStoreCase> {
 protected:
  static constexpr uint64_t kLife = 100;
  bool take(LeaseStore& store, uint64_t now, const char* name = "sweep") {
    const auto taken = runner_.run(store.take(name, {now}, kLife));
    EXPECT_TRUE(taken);
    return taken.value_or(false);
  }

  ContractRunner runner_;
  std::unique_ptr<LeaseStoreBackend> backend_ = GetParam().make();
  LeaseStore& one_ = backend_->leases();
  LeaseStore& other_ = backend_->other_leases();
};

TEST_P(LeaseStoreContract, OneProcessHoldsItAndTheOtherDoesNot) {
  EXPECT_TRUE(take(one_, 1000));
  EXPECT_FALSE(take(other_, 1000));
  EXPECT_TRUE(take(one_, 1000)) << "asked again in the same moment";
  EXPECT_FALSE(take(other_, 1099));
}

TEST_P(LeaseStoreContract, WhoHoldsItKeepsItForAsLongAsItAsks) {
  for (uint64_t now = 1000; now < 2000; now += 60) {
    EXPECT_TRUE(take(one_, now));
    EXPECT_FALSE(take(other_, now + 59));
  }
}

TEST_P(LeaseStoreContract, AnotherTakesOverWhenTheTimeIsOverAndTheFirstLearnsIt) {
  EXPECT_TRUE(take(one_, 1000));
  EXPECT_TRUE(take(other_, 1100));
  EXPECT_FALSE(take(one_, 1100));
}

TEST_P(LeaseStoreContract, WhatAWrongClockHasTakenIsNobodys) {
  EXPECT_TRUE(take(one_, 1'000'000));
  EXPECT_TRUE(take(other_, 1000));
  EXPECT_FALSE(take(one_, 1000));
}

TEST_P(LeaseStoreContract, LeasesOfOtherNamesAreOthers) {
  EXPECT_TRUE(take(one_, 1000));
  EXPECT_TRUE(take(other_, 1000, "another"));
  EXPECT_FALSE(take(one_, 1000, "another"));
}

TEST_P(LeaseStoreContract, OfManyWhoAskAtOnceOneProcessGetsIt) {
  std::vector<Task<Result<bool, StoreError>>> calls;
  for (int i = 0; i < 40; ++i) calls.push_back((i % 2 == 0 ? one_ : other_).take("sweep", {1000}, kLife));
  const auto outcomes = runner_.run_all(std::move(calls));
  for (size_t i = 0; i < outcomes.size(); ++i) {
    ASSERT_TRUE(outcomes[i]);
    EXPECT_EQ(*outcomes[i], *outcomes[i % 2]);
  }
  EXPECT_NE(*outcomes[0], *outcomes[1]);
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(LeaseStoreContract);

}  // namespace kith
