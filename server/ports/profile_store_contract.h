// SPDX-License-Identifier: AGPL-3.0-or-later

// What every ProfileStore and LastSeenStore promises, as tests.
#pragma once

#include <gtest/gtest.h>

#include <memory>

#include "server/ports/contract_runner.h"
#include "server/ports/last_seen_store.h"
#include "server/ports/profile_store.h"

namespace kith {

// A backend under test: empty stores of their own for each test.
class ProfileStoreBackend {
 public:
  virtual ~ProfileStoreBackend() = default;
  virtual ProfileStore& profiles() = 0;
  virtual LastSeenStore& last_seen() = 0;
  // A device that there is.
  virtual DeviceAddress a_device() = 0;
  // The same data through a store of another process, which writes as well; this one where there can be none.
  virtual ProfileStore& other_profiles() { return profiles(); }
  // Closes the stores and opens them again, as a restart of the program would. False: nothing survives that (a backend
  // in memory).
  virtual bool reopen() = 0;
};

using ProfileStoreCase = ContractCase<ProfileStoreBackend>;

class ProfileStoreContract : public ::testing::TestWithParam<ProfileStoreCase> {
 protected:
  static AccountId account(uint16_t number) {
    AccountId id;
    id.value[0] = static_cast<uint8_t>(number >> 8);
    id.value[1] = static_cast<uint8_t>(number);
    id.value[15] = 1;
    return id;
  }
  ProfileStore& profiles() { return backend_->profiles(); }
  // The largest photo that a profile has.
  static Bytes all_bytes() {
    Bytes bytes;
    for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
    return bytes;
  }

  ContractRunner runner_;
  std::unique_ptr<ProfileStoreBackend> backend_ = GetParam().make();
};

class LastSeenStoreContract : public ProfileStoreContract {};

TEST_P(ProfileStoreContract, AnAccountThatNeverWroteHasTheEmptyProfileAndDefaultPrivacy) {
  const auto profile = runner_.run(profiles().load_profile(account(1)));
  ASSERT_TRUE(profile);
  EXPECT_EQ(profile->name, "");
  EXPECT_EQ(profile->about, "");
  EXPECT_EQ(profile->photo, "");
  const auto privacy = runner_.run(profiles().load_privacy(account(1)));
  ASSERT_TRUE(privacy);
  EXPECT_EQ(privacy->last_seen, Scope::kEveryone);
  EXPECT_EQ(privacy->about, Scope::kEveryone);
  EXPECT_EQ(privacy->photo, Scope::kEveryone);
  EXPECT_TRUE(privacy->contacts.empty());
  EXPECT_TRUE(privacy->blocked.empty());
  EXPECT_EQ(privacy->revision, 0u);
}

TEST_P(ProfileStoreContract, AProfileIsReplacedAndRemoved) {
  ASSERT_TRUE(runner_.run(profiles().put_profile(account(1), {"Ana", "\xF0\x9F\x98\x80 it's \"me\"", all_bytes()})));
  ASSERT_TRUE(runner_.run(profiles().put_profile(account(2), {"Ben", "", ""})));
  EXPECT_EQ(runner_.run(profiles().load_profile(account(1)))->about, "\xF0\x9F\x98\x80 it's \"me\"");
  EXPECT_EQ(runner_.run(profiles().load_profile(account(1)))->photo, all_bytes());
  ASSERT_TRUE(runner_.run(profiles().put_profile(account(1), {"Anna", "", ""})));
  EXPECT_EQ(runner_.run(profiles().load_profile(account(1)))->name, "Anna");
  EXPECT_EQ(runner_.run(profiles().load_profile(account(1)))->about, "");
  EXPECT_EQ(runner_.run(profiles().load_profile(account(1)))->photo, "");
  ASSERT_TRUE(runner_.run(profiles().remove_profile(account(1))));
  ASSERT_TRUE(runner_.run(profiles().remove_profile(account(1))));
  EXPECT_EQ(runner_.run(profiles().load_profile(account(1)))->name, "");
  EXPECT_EQ(runner_.run(profiles().load_profile(account(2)))->name, "Ben");
}

TEST_P(ProfileStoreContract, PrivacyRoundTripsWithListsOfTheLargestSize) {  // [LIMIT-1]
  std::vector<AccountId> contacts, blocked;
  for (uint16_t i = 1; i <= 5000; ++i) {
    contacts.push_back(account(i));
    blocked.push_back(account(static_cast<uint16_t>(i + 7)));
  }
  ASSERT_TRUE(
      runner_.run(profiles().change_privacy(account(1), {Scope::kContacts, Scope::kNobody, contacts, blocked})));
  auto loaded = runner_.run(profiles().load_privacy(account(1)));
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->last_seen, Scope::kContacts);
  EXPECT_EQ(loaded->about, Scope::kNobody);
  EXPECT_EQ(loaded->contacts, contacts);
  EXPECT_EQ(loaded->blocked, blocked);
  EXPECT_EQ(runner_.run(profiles().load_privacy(account(2)))->last_seen, Scope::kEveryone);
}

TEST_P(ProfileStoreContract, APrivacyChangeKeepsWhatItDoesNotNameAndCounts) {
  const std::vector<AccountId> three{account(3)};
  auto changed = runner_.run(profiles().change_privacy(account(1), {{}, {}, {}, three}));
  ASSERT_TRUE(changed);
  EXPECT_EQ(changed->last_seen, Scope::kEveryone);
  EXPECT_EQ(changed->blocked, three);
  EXPECT_EQ(changed->revision, 1u);
  changed = runner_.run(profiles().change_privacy(account(1), {Scope::kNobody, {}, three, {}}));
  EXPECT_EQ(changed->last_seen, Scope::kNobody);
  EXPECT_EQ(changed->about, Scope::kEveryone);
  EXPECT_EQ(changed->contacts, three);
  EXPECT_EQ(changed->blocked, three);
  EXPECT_EQ(changed->revision, 2u);
  changed = runner_.run(profiles().change_privacy(account(1), {{}, Scope::kContacts, {}, std::vector<AccountId>()}));
  EXPECT_EQ(changed->about, Scope::kContacts);
  EXPECT_TRUE(changed->blocked.empty());
  EXPECT_EQ(changed->photo, Scope::kEveryone);
  PrivacyChange photo;
  photo.photo = Scope::kNobody;
  changed = runner_.run(profiles().change_privacy(account(1), photo));
  EXPECT_EQ(changed->photo, Scope::kNobody);
  EXPECT_EQ(changed->about, Scope::kContacts);
  EXPECT_EQ(runner_.run(profiles().load_privacy(account(1)))->photo, Scope::kNobody);
  EXPECT_EQ(runner_.run(profiles().load_privacy(account(1)))->revision, 4u);
}

TEST_P(ProfileStoreContract, WhoHasBlockedAnAccountIsFoundAmongMany) {
  std::vector<AccountId> many;
  for (uint16_t i = 100; i < 1100; ++i) many.push_back(account(i));
  ASSERT_TRUE(runner_.run(profiles().change_privacy(account(1), {{}, {}, {}, std::vector{account(5), account(9)}})));
  ASSERT_TRUE(runner_.run(profiles().change_privacy(account(2), {{}, {}, std::vector{account(9)}, {}})));
  ASSERT_TRUE(runner_.run(profiles().change_privacy(account(3), {{}, {}, {}, many})));
  const auto blocking = [this](uint16_t other) {
    return *runner_.run(profiles().find_blocking({account(4), account(3), account(2), account(1)}, account(other)));
  };
  EXPECT_EQ(blocking(9), (std::vector{account(1)})) << "a contact is not blocked";
  EXPECT_EQ(blocking(500), (std::vector{account(3)}));
  EXPECT_TRUE(blocking(1).empty());
  EXPECT_TRUE(runner_.run(profiles().find_blocking({}, account(9)))->empty());
}

TEST_P(ProfileStoreContract, PrivacyChangesOfTwoProcessesUndoNothingOfEachOther) {
  std::vector<Task<Result<PrivacyRecord, StoreError>>> calls;
  for (uint16_t i = 1; i <= 20; ++i) {
    calls.push_back(profiles().change_privacy(account(1), {{}, {}, {{account(i)}}, {}}));
    calls.push_back(backend_->other_profiles().change_privacy(account(1), {{}, {}, {}, {{account(i)}}}));
  }
  for (const auto& outcome : runner_.run_all(std::move(calls))) EXPECT_TRUE(outcome);
  const auto loaded = runner_.run(profiles().load_privacy(account(1)));
  EXPECT_EQ(loaded->contacts, std::vector<AccountId>{account(20)});
  EXPECT_EQ(loaded->blocked, std::vector<AccountId>{account(20)});
  EXPECT_EQ(loaded->revision, 40u);
}

TEST_P(ProfileStoreContract, ProfileAndPrivacySurviveReopening) {
  ASSERT_TRUE(runner_.run(profiles().put_profile(account(1), {"Ana", "here", "photo"})));
  ASSERT_TRUE(
      runner_.run(profiles().change_privacy(account(1), {Scope::kNobody, Scope::kContacts, {{account(5)}}, {}})));
  if (!backend_->reopen()) GTEST_SKIP() << "nothing survives";
  EXPECT_EQ(runner_.run(profiles().load_profile(account(1)))->about, "here");
  EXPECT_EQ(runner_.run(profiles().load_privacy(account(1)))->contacts, std::vector<AccountId>{account(5)});
}

TEST_P(LastSeenStoreContract, LastSeenIsSeenAtOnceAndTheLatestReplaces) {
  EXPECT_EQ(runner_.run(backend_->last_seen().get(account(1))), UnixMicros{});
  backend_->last_seen().put(account(1), {1'700'000'000'000'000});
  backend_->last_seen().put(account(2), {5});
  EXPECT_EQ(runner_.run(backend_->last_seen().get(account(1))), UnixMicros{1'700'000'000'000'000});
  ASSERT_TRUE(runner_.run(backend_->last_seen().flush()));
  EXPECT_EQ(runner_.run(backend_->last_seen().get(account(1))), UnixMicros{1'700'000'000'000'000});
  backend_->last_seen().put(account(1), {1'700'000'000'000'001});
  EXPECT_EQ(runner_.run(backend_->last_seen().get(account(1))), UnixMicros{1'700'000'000'000'001});
  EXPECT_EQ(runner_.run(backend_->last_seen().get(account(2))), UnixMicros{5});
}

TEST_P(LastSeenStoreContract, OfADeviceTheLatestTimeStays_DEVICE_9) {
  const DeviceAddress device = backend_->a_device();
  const auto active = [&] { return runner_.run(backend_->last_seen().get_active(device)); };
  EXPECT_EQ(active(), UnixMicros{});
  for (const uint64_t time : {20u, 10u}) {
    backend_->last_seen().put_active(device, {time});
    EXPECT_EQ(active(), UnixMicros{20}) << "also before it is written";
    ASSERT_TRUE(runner_.run(backend_->last_seen().flush()));
    EXPECT_EQ(active(), UnixMicros{20});
  }
  EXPECT_EQ(runner_.run(backend_->last_seen().get(device.account)), UnixMicros{}) << "that is another time";
  EXPECT_EQ(runner_.run(backend_->last_seen().get_active({device.account, {9}})), UnixMicros{});
  if (!backend_->reopen()) return;
  EXPECT_EQ(active(), UnixMicros{20});
}

TEST_P(LastSeenStoreContract, WhatWasFlushedSurvivesReopening) {
  for (uint16_t i = 1; i <= 500; ++i) backend_->last_seen().put(account(i), {i});
  ASSERT_TRUE(runner_.run(backend_->last_seen().flush()));
  if (!backend_->reopen()) GTEST_SKIP() << "nothing survives";
  for (uint16_t i = 1; i <= 500; i += 50) EXPECT_EQ(runner_.run(backend_->last_seen().get(account(i))), UnixMicros{i});
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(ProfileStoreContract);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(LastSeenStoreContract);

}  // namespace kith
