// SPDX-License-Identifier: AGPL-3.0-or-later

// What every AccountStore and KeyStore promises, as tests: they share accounts, since a device that ends takes its keys
// along.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <set>

#include "base/limits.h"
#include "server/ports/account_store.h"
#include "server/ports/contract_runner.h"
#include "server/ports/key_store.h"

namespace kith {

// A backend under test: empty stores of their own for each test.
class AccountStoreBackend {
 public:
  virtual ~AccountStoreBackend() = default;
  virtual AccountStore& accounts() = 0;
  virtual KeyStore& keys() = 0;
  // The same data through stores of another process, which writes as well; these where there can be none.
  virtual AccountStore& other_accounts() { return accounts(); }
  virtual KeyStore& other_keys() { return keys(); }
  // Closes the stores and opens them again, as a restart of the program would. False: nothing survives that (a backend
  // in memory).
  virtual bool reopen() = 0;
};

using AccountStoreCase = ContractCase<AccountStoreBackend>;

class AccountStoreContract : public ::testing::TestWithParam<AccountStoreCase> {
 protected:
  static Handle handle(std::string_view text) { return Handle::from_text(text).value(); }
  static inline const Handle kPhone = *Handle::from_text("+491700000001");
  static inline const Bytes kHash = Bytes("\0hash\xff\x27of a token, 32 bytes long....", 32);

  static AccountId account(uint8_t fill) {
    AccountId id;
    id.value.fill(fill);
    return id;
  }
  AccountStore& accounts() { return backend_->accounts(); }
  KeyStore& keys() { return backend_->keys(); }

  AccountRecord add(Handle handle, uint8_t new_account, Bytes hash = kHash, uint64_t now = 5) {
    auto record =
        runner_.run(accounts().add_device(std::move(handle), account(new_account), std::move(hash), UnixMicros{now}));
    EXPECT_TRUE(record);
    return record ? std::move(*record) : AccountRecord();
  }
  Result<AccountRecord, StoreError> publish(const AccountId& id, uint64_t revision, std::vector<uint32_t> devices,
                                            Bytes text = Bytes("\0list\xff", 6)) {
    AccountStore::DeviceList list{{revision}, std::move(text), Bytes("\0signature", 10), {}};
    for (const uint32_t device : devices) list.devices.push_back({device});
    return runner_.run(accounts().set_device_list(id, std::move(list)));
  }
  static std::vector<std::pair<uint32_t, bool>> devices_of(const AccountRecord& record) {
    std::vector<std::pair<uint32_t, bool>> out;
    for (const auto& device : record.devices) out.emplace_back(device.id.value, device.active);
    return out;
  }
  using Devices = std::vector<std::pair<uint32_t, bool>>;

  ContractRunner runner_;
  std::unique_ptr<AccountStoreBackend> backend_ = GetParam().make();
};

TEST_P(AccountStoreContract, TheServerIsWhatWasProposedFirst_IDENTITY_7) {
  const ServerId first{{1}}, second{{2}};
  EXPECT_EQ(runner_.run(accounts().server_id(first)), first);
  EXPECT_EQ(runner_.run(accounts().server_id(second)), first);
  EXPECT_EQ(runner_.run(backend_->other_accounts().server_id(second)), first);
  if (!backend_->reopen()) return;
  EXPECT_EQ(runner_.run(accounts().server_id(second)), first);
}

TEST_P(AccountStoreContract, AnUnknownAccountOrHandleIsNotFound) {
  EXPECT_EQ(runner_.run(accounts().load(account(1))).error(), StoreError::kNotFound);
  EXPECT_EQ(runner_.run(accounts().find_by_handle(kPhone)).error(), StoreError::kNotFound);
  EXPECT_EQ(runner_.run(accounts().set_pin_hash(account(1), "pin")).error(), StoreError::kNotFound);
  EXPECT_EQ(publish(account(1), 1, {}).error(), StoreError::kNotFound);
}

TEST_P(AccountStoreContract, AFirstDeviceMakesTheAccountAndIsInactive) {
  const AccountRecord made = add(kPhone, 1, kHash, 77);
  EXPECT_EQ(made.id, account(1));
  EXPECT_EQ(made.handles, std::vector{kPhone});
  EXPECT_EQ(made.pin_hash, "");
  EXPECT_EQ(made.device_list_revision, Revision{});
  ASSERT_EQ(made.devices.size(), 1u);
  EXPECT_EQ(made.devices[0].id, DeviceId{1});
  EXPECT_EQ(made.devices[0].token_hash, kHash);
  EXPECT_EQ(made.devices[0].created_at, UnixMicros{77});
  EXPECT_FALSE(made.devices[0].active);

  const auto loaded = runner_.run(accounts().load(account(1)));
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->devices.at(0).token_hash, kHash);
  EXPECT_EQ(runner_.run(accounts().find_by_handle(kPhone)).value().id, account(1));
}

TEST_P(AccountStoreContract, AHandleKeepsItsAccountAndNeverUsesADeviceIdAgain) {
  add(kPhone, 1);
  ASSERT_TRUE(publish(account(1), 1, {1}));
  EXPECT_EQ(devices_of(add(kPhone, 2)), (Devices{{1, true}, {2, false}}));
  // A second try removes the first, which never became active.
  const AccountRecord again = add(kPhone, 3, "another hash");
  EXPECT_EQ(again.id, account(1));
  EXPECT_EQ(devices_of(again), (Devices{{1, true}, {3, false}}));
  EXPECT_EQ(again.devices.back().token_hash, "another hash");
  EXPECT_EQ(runner_.run(accounts().load(account(2))).error(), StoreError::kNotFound);
  ASSERT_TRUE(publish(account(1), 2, {3}));
  EXPECT_EQ(devices_of(add(kPhone, 4)), (Devices{{3, true}, {4, false}}));
}

TEST_P(AccountStoreContract, ADeviceListActivatesWhomItNamesAndEndsTheOthers) {  // [DEVICE-1]
  add(kPhone, 1);
  const auto first = publish(account(1), 1, {1}, "first");
  ASSERT_TRUE(first);
  EXPECT_EQ(devices_of(*first), (Devices{{1, true}}));
  EXPECT_EQ(first->device_list, "first");
  add(kPhone, 1);
  const auto both = publish(account(1), 2, {1, 2}, Bytes("\0both\xff", 6));
  ASSERT_TRUE(both);
  EXPECT_EQ(devices_of(*both), (Devices{{1, true}, {2, true}}));
  const auto one = publish(account(1), 3, {2}, "one");
  ASSERT_TRUE(one);
  EXPECT_EQ(devices_of(*one), (Devices{{2, true}}));
  const auto loaded = runner_.run(accounts().load(account(1)));
  EXPECT_EQ(loaded->device_list_revision, Revision{3});
  EXPECT_EQ(loaded->device_list, "one");
  EXPECT_EQ(loaded->device_list_signature, Bytes("\0signature", 10));
}

TEST_P(AccountStoreContract, ADeviceListMustBeTheNextOneAndNameDevicesThatExist) {  // [DEVICE-1]
  add(kPhone, 1);
  EXPECT_EQ(publish(account(1), 0, {1}).error(), StoreError::kConflict);
  EXPECT_EQ(publish(account(1), 2, {1}, "skips one").error(), StoreError::kConflict);
  ASSERT_TRUE(publish(account(1), 1, {1}, "before"));
  ASSERT_TRUE(publish(account(1), 2, {1}, "kept"));
  EXPECT_EQ(publish(account(1), 2, {1}, "same").error(), StoreError::kConflict);
  EXPECT_EQ(publish(account(1), 1, {1}, "older").error(), StoreError::kConflict);
  EXPECT_EQ(publish(account(1), 4, {1}, "skips one").error(), StoreError::kConflict);
  EXPECT_EQ(publish(account(1), UINT64_MAX, {1}, "the last").error(), StoreError::kConflict);
  EXPECT_EQ(publish(account(1), uint64_t{1} << 63, {1}, "negative").error(), StoreError::kConflict);
  EXPECT_EQ(publish(account(1), 3, {1, 2}, "unknown device").error(), StoreError::kNotFound);
  const auto record = runner_.run(accounts().load(account(1)));
  EXPECT_EQ(record->device_list, "kept");
  EXPECT_EQ(record->device_list_revision, Revision{2});
  EXPECT_EQ(devices_of(*record), (Devices{{1, true}}));
}

TEST_P(AccountStoreContract, OfDeviceListsPublishedAtOnceOneWins) {  // [DEVICE-1]
  add(kPhone, 1);
  std::vector<Task<Result<AccountRecord, StoreError>>> calls;
  for (int i = 0; i < 6; ++i) {
    AccountStore::DeviceList list{{1}, "list " + std::to_string(i), "signature", {{1}}};
    calls.push_back(accounts().set_device_list(account(1), std::move(list)));
  }
  int won = 0;
  std::string winner;
  for (const auto& outcome : runner_.run_all(std::move(calls))) {
    if (outcome) {
      ++won;
      winner = outcome->device_list;
    } else {
      EXPECT_EQ(outcome.error(), StoreError::kConflict);
    }
  }
  EXPECT_EQ(won, 1);
  EXPECT_EQ(runner_.run(accounts().load(account(1)))->device_list, winner);
}

TEST_P(AccountStoreContract, RegistrationsOfOneHandleAtOnceMakeOneAccount) {
  std::vector<Task<Result<AccountRecord, StoreError>>> calls;
  for (uint8_t i = 1; i <= 8; ++i) calls.push_back(accounts().add_device(kPhone, account(i), kHash, UnixMicros{i}));
  std::set<AccountId> ids;
  std::set<uint32_t> devices;
  for (const auto& outcome : runner_.run_all(std::move(calls))) {
    ASSERT_TRUE(outcome);
    ids.insert(outcome->id);
    devices.insert(outcome->devices.back().id.value);
  }
  EXPECT_EQ(ids.size(), 1u);
  EXPECT_EQ(devices.size(), 8u);
}

TEST_P(AccountStoreContract, FindHandlesNamesAccountsWithAnActiveDevice) {
  add(handle("+491700000001"), 1);
  add(handle("@ben"), 2);
  add(handle("cleo@example.org"), 3);
  ASSERT_TRUE(publish(account(1), 1, {1}));
  ASSERT_TRUE(publish(account(3), 1, {1}));
  add(handle("cleo@example.org"), 9);  // a further inactive device changes nothing
  auto found = runner_.run(accounts().find_handles(
      {handle("cleo@example.org"), handle("@ben"), handle("+491700000001"), handle("+491700000004")}));
  ASSERT_TRUE(found);
  std::ranges::sort(*found, {}, &AccountStore::HandleAccount::account);
  ASSERT_EQ(found->size(), 2u);
  EXPECT_EQ((*found)[0].handle, kPhone);
  EXPECT_EQ((*found)[0].account, account(1));
  EXPECT_EQ((*found)[1].handle, handle("cleo@example.org"));
  EXPECT_EQ((*found)[1].account, account(3));
  EXPECT_TRUE(runner_.run(accounts().find_handles({}))->empty());
}

TEST_P(AccountStoreContract, AccountsWithAnActiveDeviceAreFoundAmongMany) {
  add(handle("+491700000001"), 1);
  add(handle("@ben"), 2);
  add(handle("cleo@example.org"), 3);
  ASSERT_TRUE(publish(account(1), 1, {1}));
  ASSERT_TRUE(publish(account(3), 1, {1}));
  EXPECT_EQ(runner_.run(accounts().find_active({account(4), account(3), account(2), account(1)})),
            (std::vector{account(3), account(1)}));
  EXPECT_TRUE(runner_.run(accounts().find_active({}))->empty());
}

TEST_P(AccountStoreContract, RevisionsOfDeviceListsAreAskedForManyAtOnce) {
  std::vector<AccountId> asked{account(200)};
  std::vector<AccountStore::ListRevision> expected;
  for (uint8_t i = 40; i > 0; --i) {
    add(handle("+49170000" + std::to_string(1000 + i)), i);
    for (uint64_t revision = 1; revision <= i % 4u; ++revision) ASSERT_TRUE(publish(account(i), revision, {1}));
    asked.push_back(account(i));
    expected.push_back({account(i), {i % 4u}});
  }
  EXPECT_EQ(runner_.run(accounts().list_revisions(asked)), expected);
  EXPECT_EQ(runner_.run(accounts().list_revisions({account(9), account(1), account(99)})),
            (std::vector<AccountStore::ListRevision>{{account(9), {1}}, {account(1), {1}}}));
  EXPECT_TRUE(runner_.run(accounts().list_revisions({}))->empty());
}

TEST_P(AccountStoreContract, AnAccountHasSeveralHandlesInAnOrderAndIsFoundByEach) {  // [HANDLE-1] [HANDLE-2]
  add(kPhone, 1);
  ASSERT_TRUE(publish(account(1), 1, {1}));
  using Handles = std::vector<Handle>;
  const Handle email = handle("ana@example.org"), username = handle("@ana");
  EXPECT_EQ(runner_.run(accounts().add_handle(account(1), email, AccountStore::Place::kLast))->handles,
            (Handles{kPhone, email}));
  EXPECT_EQ(runner_.run(accounts().add_handle(account(1), username, AccountStore::Place::kFirst))->handles,
            (Handles{username, kPhone, email}));
  EXPECT_EQ(runner_.run(accounts().add_handle(account(1), email, AccountStore::Place::kFirst))->handles,
            (Handles{email, username, kPhone}))
      << "one that it has gets another place";
  EXPECT_EQ(runner_.run(accounts().find_handles({kPhone, email, username}))->size(), 3u);
  EXPECT_EQ(add(username, 7).id, account(1)) << "whoever proves one of them is let in";
  if (!backend_->reopen()) return;
  EXPECT_EQ(runner_.run(accounts().find_by_handle(kPhone))->handles, (Handles{email, username, kPhone}));
}

TEST_P(AccountStoreContract, AHandleIsOneAccounts) {  // [HANDLE-1]
  const auto last = AccountStore::Place::kLast;
  add(kPhone, 1);
  add(handle("@ben"), 2);
  EXPECT_EQ(runner_.run(accounts().add_handle(account(1), handle("@ben"), last)).error(), StoreError::kConflict);
  EXPECT_EQ(runner_.run(accounts().add_handle(account(9), handle("@eve"), last)).error(), StoreError::kNotFound);
  for (size_t i = 1; i < kHandlesMax; ++i)
    ASSERT_TRUE(runner_.run(accounts().add_handle(account(1), handle("@ana" + std::to_string(i)), last)));
  EXPECT_EQ(runner_.run(accounts().add_handle(account(1), handle("@ana"), last)).error(), StoreError::kConflict);
  EXPECT_TRUE(runner_.run(accounts().add_handle(account(1), handle("@ana1"), last))) << "it has that";
  EXPECT_EQ(runner_.run(accounts().find_by_handle(handle("@ana"))).error(), StoreError::kNotFound);
}

TEST_P(AccountStoreContract, AnAccountWithoutHandlesGoesOnAndNobodyFindsIt) {  // [HANDLE-1]
  add(kPhone, 1);
  ASSERT_TRUE(publish(account(1), 1, {1}, "list"));
  EXPECT_TRUE(runner_.run(accounts().remove_handle(account(1), handle("@ben")))) << "it never had it";
  EXPECT_TRUE(runner_.run(accounts().remove_handle(account(1), kPhone))->handles.empty());
  EXPECT_EQ(runner_.run(accounts().remove_handle(account(9), kPhone)).error(), StoreError::kNotFound);
  EXPECT_EQ(runner_.run(accounts().find_by_handle(kPhone)).error(), StoreError::kNotFound);
  EXPECT_TRUE(runner_.run(accounts().find_handles({kPhone}))->empty());
  const auto record = runner_.run(accounts().load(account(1)));
  ASSERT_TRUE(record);
  EXPECT_EQ(record->device_list, "list");
  EXPECT_EQ(devices_of(*record), (Devices{{1, true}}));
  EXPECT_EQ(add(kPhone, 2).id, account(2)) << "the handle is nobody's, and makes an account of its own";
}

TEST_P(AccountStoreContract, OfTwoProcessesThatGiveAHandleToTwoAccountsOneWins) {  // [HANDLE-1]
  add(kPhone, 1);
  add(handle("@ben"), 2);
  for (int round = 0; round < 10; ++round) {
    const Handle wanted = handle("@wanted" + std::to_string(round));
    std::vector<Task<Result<AccountRecord, StoreError>>> calls;
    for (uint8_t i = 1; i <= 2; ++i) {
      AccountStore& store = i == 1 ? accounts() : backend_->other_accounts();
      calls.push_back(store.add_handle(account(i), wanted, AccountStore::Place::kLast));
    }
    std::vector<AccountId> won;
    for (const auto& outcome : runner_.run_all(std::move(calls))) {
      if (outcome) won.push_back(outcome->id);
    }
    ASSERT_EQ(won.size(), 1u);
    EXPECT_EQ(runner_.run(accounts().find_by_handle(wanted))->id, won[0]);
    ASSERT_TRUE(runner_.run(accounts().remove_handle(won[0], wanted)));
  }
}

TEST_P(AccountStoreContract, ThePinIsKeptUntilItIsRemoved) {
  add(kPhone, 1);
  ASSERT_TRUE(runner_.run(accounts().set_pin_hash(account(1), "$argon2id$hash")));
  EXPECT_EQ(add(kPhone, 2).pin_hash, "$argon2id$hash");  // and by registering again
  ASSERT_TRUE(runner_.run(accounts().set_pin_hash(account(1), "")));
  EXPECT_EQ(runner_.run(accounts().load(account(1)))->pin_hash, "");
}

TEST_P(AccountStoreContract, TriesOfThePinAreCountedWithinTheirBudgetAndForgivenWithTheTime) {  // [LIMIT-1]
  constexpr TryBudget kBudget{100, 300};
  EXPECT_EQ(runner_.run(accounts().take_pin_try(account(1), {1000}, kBudget)).error(), StoreError::kNotFound);
  EXPECT_EQ(runner_.run(accounts().return_pin_try(account(1), kBudget)).error(), StoreError::kNotFound);
  add(kPhone, 1);
  const auto take = [&](uint64_t now) {
    const auto outcome = runner_.run(accounts().take_pin_try(account(1), {now}, kBudget));
    EXPECT_TRUE(outcome);
    return outcome ? std::pair(outcome->taken, outcome->wait_us) : std::pair(false, uint64_t{0});
  };
  using Outcome = std::pair<bool, uint64_t>;
  for (int i = 0; i < 3; ++i) EXPECT_EQ(take(1000), Outcome(true, 0));
  EXPECT_EQ(take(1000), Outcome(false, 100));
  EXPECT_EQ(take(1040), Outcome(false, 60));
  EXPECT_EQ(take(1100), Outcome(true, 0)) << "one is forgiven";
  ASSERT_TRUE(runner_.run(accounts().set_pin_hash(account(1), "another")));
  EXPECT_EQ(take(1100), Outcome(false, 100)) << "another PIN forgives none";
  ASSERT_TRUE(runner_.run(accounts().return_pin_try(account(1), kBudget)));
  EXPECT_EQ(take(1100), Outcome(true, 0)) << "it was taken back";
  EXPECT_EQ(take(500), Outcome(false, 100)) << "the clock was put back";
  EXPECT_EQ(take(9000), Outcome(true, 0));
  EXPECT_EQ(runner_.run(accounts().find_by_handle(kPhone))->pin_tries_forgiven_at, UnixMicros{9100});
}

TEST_P(AccountStoreContract, AHandleHasOneCodeTheNewest) {
  const auto tried = [&](const Handle& of, uint32_t attempts_max = 9) {
    return runner_.run(accounts().try_code(of, "request", {50}, attempts_max));
  };
  EXPECT_EQ(tried(kPhone).error(), StoreError::kNotFound);
  ASSERT_TRUE(runner_.run(accounts().put_code(kPhone, {Bytes("\0one", 4), UnixMicros{100}, 0, ""})));
  ASSERT_TRUE(runner_.run(accounts().put_code(handle("+491700000002"), {"other", UnixMicros{100}, 0, ""})));
  ASSERT_TRUE(runner_.run(accounts().put_code(kPhone, {Bytes("\0two", 4), UnixMicros{200}, 3, ""})));
  const auto code = tried(kPhone);
  ASSERT_TRUE(code);
  EXPECT_EQ(code->code_hash, Bytes("\0two", 4));
  EXPECT_EQ(code->expires_at, UnixMicros{200});
  EXPECT_EQ(code->attempts, 4u);
  EXPECT_EQ(code->used_by, "");
  EXPECT_EQ(tried(handle("+491700000002"))->code_hash, "other");
}

TEST_P(AccountStoreContract, ACodeThatWasUsedIsOfItsRequestAlone) {  // [DEVICE-7]
  const Bytes request("\0request\xff", 9);
  const auto tried = [&](const Bytes& by) { return runner_.run(accounts().try_code(kPhone, by, {50}, 9)); };
  const auto used = [&](const Bytes& hash, const Bytes& by) {
    return runner_.run(accounts().use_code(kPhone, hash, by));
  };
  EXPECT_EQ(used("code", request).error(), StoreError::kNotFound) << "there is none";
  ASSERT_TRUE(runner_.run(accounts().put_code(kPhone, {"code", UnixMicros{100}, 0, ""})));
  ASSERT_TRUE(runner_.run(accounts().remove_used_code(kPhone)));
  EXPECT_EQ(used("an earlier code", request).error(), StoreError::kNotFound);
  EXPECT_EQ(tried("another")->attempts, 1u);
  EXPECT_TRUE(used("code", request));
  EXPECT_TRUE(used("code", request));
  EXPECT_EQ(used("code", "another").error(), StoreError::kNotFound);
  EXPECT_EQ(tried("another").error(), StoreError::kNotFound);
  EXPECT_EQ(tried("").error(), StoreError::kNotFound);
  EXPECT_EQ(tried(request)->attempts, 2u) << "what another tries counts as little as with no code";
  EXPECT_EQ(tried(request)->used_by, request);
  ASSERT_TRUE(runner_.run(accounts().put_code(kPhone, {"newer", UnixMicros{100}, 0, ""})));
  EXPECT_TRUE(tried("another"));
  EXPECT_TRUE(used("newer", "another"));
  ASSERT_TRUE(runner_.run(accounts().remove_used_code(kPhone)));
  EXPECT_EQ(tried("another").error(), StoreError::kNotFound);
}

TEST_P(AccountStoreContract, OfTwoProcessesThatUseACodeForTwoRequestsOneMay) {  // [DEVICE-7]
  ASSERT_TRUE(runner_.run(accounts().put_code(kPhone, {"code", UnixMicros{100}, 0, ""})));
  std::vector<Task<Result<void, StoreError>>> calls;
  for (int i = 0; i < 10; ++i) {
    calls.push_back((i % 2 == 0 ? accounts() : backend_->other_accounts()).use_code(kPhone, "code", std::to_string(i)));
  }
  size_t may = 0;
  for (const auto& outcome : runner_.run_all(std::move(calls))) may += outcome ? 1 : 0;
  EXPECT_EQ(may, 1u);
}

TEST_P(AccountStoreContract, TriesOfACodeAreCountedUpToTheirNumberAndUntilItExpires) {  // [LIMIT-1]
  ASSERT_TRUE(runner_.run(accounts().put_code(kPhone, {"code", UnixMicros{100}, 0, ""})));
  const auto tried = [&](uint64_t now) { return runner_.run(accounts().try_code(kPhone, "request", {now}, 3)); };
  for (uint32_t i = 1; i <= 3; ++i) EXPECT_EQ(tried(99)->attempts, i);
  EXPECT_EQ(tried(99).error(), StoreError::kConflict);
  EXPECT_EQ(tried(100).error(), StoreError::kNotFound) << "expired";
  ASSERT_TRUE(runner_.run(accounts().return_code_attempt(kPhone, "an earlier code")));
  EXPECT_EQ(tried(99).error(), StoreError::kConflict);
  ASSERT_TRUE(runner_.run(accounts().return_code_attempt(kPhone, "code")));
  EXPECT_EQ(tried(99)->attempts, 3u);
  ASSERT_TRUE(runner_.run(accounts().return_code_attempt(handle("+491700000002"), "code")));
}

TEST_P(AccountStoreContract, OfTwoProcessesThatPublishAtOnceOneWins) {  // [DEVICE-1]
  add(kPhone, 1);
  for (uint64_t revision = 1; revision <= 10; ++revision) {
    std::vector<Task<Result<AccountRecord, StoreError>>> calls;
    for (int i = 0; i < 4; ++i) {
      AccountStore::DeviceList list{{revision}, "list " + std::to_string(i), "signature", {{1}}};
      calls.push_back((i % 2 == 0 ? accounts() : backend_->other_accounts()).set_device_list(account(1), list));
    }
    std::vector<std::string> won;
    for (const auto& outcome : runner_.run_all(std::move(calls))) {
      if (outcome) won.push_back(outcome->device_list);
    }
    ASSERT_EQ(won.size(), 1u);
    EXPECT_EQ(runner_.run(accounts().load(account(1)))->device_list, won[0]);
    EXPECT_EQ(runner_.run(backend_->other_accounts().load(account(1)))->device_list, won[0]);
  }
}

TEST_P(AccountStoreContract, AListThatIsPublishedAgainBecauseTheAnswerWasLostIsNoConflict) {  // [DEVICE-1]
  add(kPhone, 1);
  ASSERT_TRUE(publish(account(1), 1, {1}, "list"));
  const auto again = publish(account(1), 1, {1}, "list");
  ASSERT_TRUE(again);
  EXPECT_EQ(again->device_list_revision, Revision{1});
  EXPECT_EQ(publish(account(1), 1, {1}, "another").error(), StoreError::kConflict);
}

TEST_P(AccountStoreContract, TwoProcessesThatRegisterAHandleMakeOneAccountAndNoDeviceTwice) {
  std::vector<Task<Result<AccountRecord, StoreError>>> calls;
  for (uint8_t i = 1; i <= 20; ++i) {
    AccountStore& store = i % 2 == 0 ? accounts() : backend_->other_accounts();
    calls.push_back(store.add_device(kPhone, account(i), kHash, UnixMicros{i}));
  }
  std::set<AccountId> ids;
  std::set<uint32_t> devices;
  for (const auto& outcome : runner_.run_all(std::move(calls))) {
    ASSERT_TRUE(outcome);
    ids.insert(outcome->id);
    EXPECT_EQ(outcome->last_device, outcome->devices.back().id);
    devices.insert(outcome->devices.back().id.value);
  }
  EXPECT_EQ(ids.size(), 1u);
  EXPECT_EQ(devices.size(), 20u);
}

TEST_P(AccountStoreContract, TwoProcessesShareTheTriesOfACodeAndOfAPin) {  // [LIMIT-1]
  add(kPhone, 1);
  ASSERT_TRUE(runner_.run(accounts().put_code(kPhone, {"code", UnixMicros{100}, 0, ""})));
  std::vector<Task<Result<PendingCode, StoreError>>> codes;
  std::vector<Task<Result<AccountStore::Try, StoreError>>> pins;
  for (int i = 0; i < 20; ++i) {
    AccountStore& store = i % 2 == 0 ? accounts() : backend_->other_accounts();
    codes.push_back(store.try_code(kPhone, "request", {50}, 5));
    pins.push_back(store.take_pin_try(account(1), {50}, {10, 30}));
  }
  size_t tried = 0;
  for (const auto& outcome : runner_.run_all(std::move(codes))) tried += outcome ? 1 : 0;
  EXPECT_EQ(tried, 5u);
  tried = 0;
  for (const auto& outcome : runner_.run_all(std::move(pins))) tried += outcome && outcome->taken ? 1 : 0;
  EXPECT_EQ(tried, 3u);
}

TEST_P(AccountStoreContract, EverythingSurvivesReopening) {
  add(kPhone, 1);
  ASSERT_TRUE(publish(account(1), 1, {1}, "list"));
  add(kPhone, 1);
  ASSERT_TRUE(runner_.run(accounts().set_pin_hash(account(1), "pin")));
  ASSERT_TRUE(runner_.run(accounts().take_pin_try(account(1), UnixMicros{3}, {5, 50})));
  ASSERT_TRUE(runner_.run(accounts().put_code(kPhone, {"code", UnixMicros{9}, 2, ""})));
  if (!backend_->reopen()) GTEST_SKIP() << "nothing survives";
  const auto record = runner_.run(accounts().find_by_handle(kPhone));
  ASSERT_TRUE(record);
  EXPECT_EQ(record->id, account(1));
  EXPECT_EQ(record->pin_hash, "pin");
  EXPECT_EQ(record->pin_tries_forgiven_at, UnixMicros{8});
  EXPECT_EQ(record->device_list, "list");
  EXPECT_EQ(record->device_list_revision, Revision{1});
  EXPECT_EQ(devices_of(*record), (Devices{{1, true}, {2, false}}));
  EXPECT_EQ(record->last_device, DeviceId{2});
  EXPECT_EQ(runner_.run(accounts().try_code(kPhone, "request", {1}, 9))->attempts, 3u);
  EXPECT_EQ(add(kPhone, 1).devices.back().id, DeviceId{3});
}

TEST_P(AccountStoreContract, ADeviceThatEndsTakesItsKeysAlong) {  // [DEVICE-1]
  add(kPhone, 1);
  ASSERT_TRUE(publish(account(1), 1, {1}));
  add(kPhone, 1);
  const DeviceKeys some{7, "identity", {1, "signed", "signature"}};
  for (uint32_t id : {1u, 2u}) {
    ASSERT_TRUE(runner_.run(keys().put_keys({account(1), {id}}, some)));
    ASSERT_TRUE(runner_.run(keys().add_prekeys({account(1), {id}}, {{1, "a"}})));
  }
  ASSERT_TRUE(publish(account(1), 2, {2}));
  EXPECT_EQ(runner_.run(keys().take_bundle({account(1), {1}})).error(), StoreError::kNotFound);
  EXPECT_EQ(runner_.run(keys().count_prekeys({account(1), {1}})), 0u);
  EXPECT_TRUE(runner_.run(keys().take_bundle({account(1), {2}}))->prekey);
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(AccountStoreContract);

}  // namespace kith
