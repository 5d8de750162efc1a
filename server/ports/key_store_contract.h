// SPDX-License-Identifier: AGPL-3.0-or-later

// What every KeyStore promises, as tests. The backend is that of the account store (account_store_contract.h).
#pragma once

#include "server/ports/account_store_contract.h"

namespace kith {

class KeyStoreContract : public ::testing::TestWithParam<AccountStoreCase> {
 protected:
  static DeviceAddress device(uint8_t account, uint32_t id = 1) {
    DeviceAddress address;
    address.account.value.fill(account);
    address.device.value = id;
    return address;
  }
  static DeviceKeys some_keys(uint32_t registration_id = 7) {
    return {registration_id, Bytes("\5identity\0key", 13), {11, Bytes("\5signed\0", 8), Bytes("\0signature\xff", 11)}};
  }
  static std::vector<PublicPrekey> prekeys(uint32_t first, uint32_t count) {
    std::vector<PublicPrekey> out;
    for (uint32_t i = 0; i < count; ++i) out.push_back({first + i, Bytes("\5\0", 2) + std::to_string(first + i)});
    return out;
  }
  KeyStore& keys() { return backend_->keys(); }
  Result<uint32_t, StoreError> add(const DeviceAddress& device, std::vector<PublicPrekey> prekeys) {
    return runner_.run(keys().add_prekeys(device, std::move(prekeys)));
  }
  Result<DeviceKeyBundle, StoreError> take(const DeviceAddress& device) {
    return runner_.run(keys().take_bundle(device));
  }

  ContractRunner runner_;
  std::unique_ptr<AccountStoreBackend> backend_ = GetParam().make();
};

TEST_P(KeyStoreContract, ADeviceWithoutKeysIsNotFound) {
  EXPECT_EQ(take(device(1)).error(), StoreError::kNotFound);
  EXPECT_EQ(runner_.run(keys().put_signed_prekey(device(1), {1, "key", "signature"})).error(), StoreError::kNotFound);
  EXPECT_EQ(add(device(1), prekeys(1, 1)).error(), StoreError::kNotFound);
  EXPECT_EQ(runner_.run(keys().replace_prekeys(device(1), prekeys(1, 1))).error(), StoreError::kNotFound);
  EXPECT_EQ(runner_.run(keys().count_prekeys(device(1))), 0u);
  EXPECT_TRUE(runner_.run(keys().remove_device(device(1))));
  EXPECT_EQ(take(device(1)).error(), StoreError::kNotFound);
}

TEST_P(KeyStoreContract, KeysRoundTripAndAreReplacedWhilePrekeysStay) {
  ASSERT_TRUE(runner_.run(keys().put_keys(device(1), some_keys(7))));
  ASSERT_TRUE(add(device(1), prekeys(1, 2)));
  ASSERT_TRUE(runner_.run(keys().put_keys(device(1), some_keys(8))));
  ASSERT_TRUE(runner_.run(keys().put_keys(device(1, 2), some_keys(9))));
  const auto bundle = take(device(1));
  ASSERT_TRUE(bundle);
  EXPECT_EQ(bundle->keys.registration_id, 8u);
  EXPECT_EQ(bundle->keys.identity_key, some_keys().identity_key);
  EXPECT_EQ(bundle->keys.signed_prekey.id, 11u);
  EXPECT_EQ(bundle->keys.signed_prekey.public_key, some_keys().signed_prekey.public_key);
  EXPECT_EQ(bundle->keys.signed_prekey.signature, some_keys().signed_prekey.signature);
  ASSERT_TRUE(bundle->prekey);
  EXPECT_EQ(bundle->prekey->public_key, prekeys(1, 1)[0].public_key);
  EXPECT_EQ(take(device(1, 2))->keys.registration_id, 9u);
}

TEST_P(KeyStoreContract, TheSignedPrekeyIsReplacedAlone) {
  ASSERT_TRUE(runner_.run(keys().put_keys(device(1), some_keys())));
  ASSERT_TRUE(runner_.run(keys().put_signed_prekey(device(1), {12, "newer", "newer signature"})));
  const auto bundle = take(device(1));
  EXPECT_EQ(bundle->keys.signed_prekey.id, 12u);
  EXPECT_EQ(bundle->keys.signed_prekey.public_key, "newer");
  EXPECT_EQ(bundle->keys.signed_prekey.signature, "newer signature");
  EXPECT_EQ(bundle->keys.registration_id, 7u);
  EXPECT_EQ(bundle->keys.identity_key, some_keys().identity_key);
}

TEST_P(KeyStoreContract, PrekeysAreTakenOldestFirstAndThenThereAreNone) {
  ASSERT_TRUE(runner_.run(keys().put_keys(device(1), some_keys())));
  EXPECT_EQ(add(device(1), prekeys(50, 2)), 2u);
  EXPECT_EQ(add(device(1), prekeys(10, 1)), 3u);  // a lower id, but newer
  for (const uint32_t expected : {50u, 51u, 10u}) {
    const auto bundle = take(device(1));
    ASSERT_TRUE(bundle && bundle->prekey);
    EXPECT_EQ(bundle->prekey->id, expected);
  }
  const auto bundle = take(device(1));
  ASSERT_TRUE(bundle);
  EXPECT_FALSE(bundle->prekey);
  EXPECT_EQ(bundle->prekeys_remaining, 0u);
}

TEST_P(KeyStoreContract, TheBundleSaysHowManyRemain) {
  ASSERT_TRUE(runner_.run(keys().put_keys(device(1), some_keys())));
  ASSERT_TRUE(add(device(1), prekeys(1, 3)));
  EXPECT_EQ(take(device(1))->prekeys_remaining, 2u);
  EXPECT_EQ(take(device(1))->prekeys_remaining, 1u);
  EXPECT_EQ(runner_.run(keys().count_prekeys(device(1))), 1u);
}

TEST_P(KeyStoreContract, KnownPrekeysAreNotAddedAgainNotEvenAfterTheyWereTaken) {
  ASSERT_TRUE(runner_.run(keys().put_keys(device(1), some_keys())));
  EXPECT_EQ(add(device(1), prekeys(1, 10)), 10u);
  EXPECT_EQ(add(device(1), prekeys(5, 10)), 14u);
  EXPECT_EQ(take(device(1))->prekey->id, 1u);
  EXPECT_EQ(add(device(1), prekeys(1, 10)), 13u);  // the upload repeated: key 1 stays used
  EXPECT_EQ(take(device(1))->prekey->id, 2u);
  ASSERT_TRUE(runner_.run(keys().put_keys(device(2), some_keys())));
  EXPECT_EQ(add(device(2), prekeys(1, 10)), 10u);  // another device's ids are its own
}

TEST_P(KeyStoreContract, ReplacedPrekeysAreHandedOutNoMoreAndARepetitionReplacesNothing) {  // [DEVICE-5]
  ASSERT_TRUE(runner_.run(keys().put_keys(device(1), some_keys())));
  EXPECT_EQ(add(device(1), prekeys(1, KeyStore::kPrekeysMax)), KeyStore::kPrekeysMax);
  ASSERT_TRUE(runner_.run(keys().put_keys(device(2), some_keys())));
  EXPECT_EQ(add(device(2), prekeys(1, 5)), 5u);
  EXPECT_EQ(runner_.run(keys().replace_prekeys(device(1), prekeys(500, 10))), 10u);
  EXPECT_EQ(take(device(1))->prekey->id, 500u);
  EXPECT_EQ(runner_.run(keys().replace_prekeys(device(1), prekeys(500, 10))), 9u);
  EXPECT_EQ(take(device(1))->prekey->id, 501u);
  EXPECT_EQ(add(device(1), prekeys(1, 10)), 8u) << "the replaced ones stay known";
  EXPECT_EQ(runner_.run(keys().replace_prekeys(device(1), {})), 8u) << "by nothing";
  EXPECT_EQ(runner_.run(keys().count_prekeys(device(2))), 5u) << "another device's";
}

TEST_P(KeyStoreContract, NoMorePrekeysThanTheMaximumAreHeld) {  // [LIMIT-1]
  ASSERT_TRUE(runner_.run(keys().put_keys(device(1), some_keys())));
  EXPECT_EQ(add(device(1), prekeys(1, KeyStore::kPrekeysMax - 10)), KeyStore::kPrekeysMax - 10);
  EXPECT_EQ(add(device(1), prekeys(1000, 50)), KeyStore::kPrekeysMax);
  EXPECT_EQ(add(device(1), prekeys(2000, 1)), KeyStore::kPrekeysMax);
  EXPECT_EQ(runner_.run(keys().count_prekeys(device(1))), KeyStore::kPrekeysMax);
  EXPECT_EQ(take(device(1))->prekeys_remaining, KeyStore::kPrekeysMax - 1);
  EXPECT_EQ(add(device(1), prekeys(3000, 5)), KeyStore::kPrekeysMax);
}

TEST_P(KeyStoreContract, TwoProcessesThatAddAtOnceKeepToTheMaximumAndToAnOrder) {  // [LIMIT-1]
  ASSERT_TRUE(runner_.run(keys().put_keys(device(1), some_keys())));
  constexpr uint32_t kUploads = 30, kEach = 10;  // more than can be held
  std::vector<Task<Result<uint32_t, StoreError>>> calls;
  for (uint32_t i = 0; i < kUploads; ++i) {
    KeyStore& store = i % 2 == 0 ? keys() : backend_->other_keys();
    calls.push_back(store.add_prekeys(device(1), prekeys(1000 + i * kEach, kEach)));
  }
  for (const auto& held : runner_.run_all(std::move(calls))) {
    ASSERT_TRUE(held);
    EXPECT_LE(*held, KeyStore::kPrekeysMax);
  }
  EXPECT_EQ(runner_.run(keys().count_prekeys(device(1))), KeyStore::kPrekeysMax);
  // An upload stays together: another one between would have had the same places in the order.
  for (uint32_t i = 0; i < KeyStore::kPrekeysMax / kEach; ++i) {
    const uint32_t first = take(device(1))->prekey->id;
    EXPECT_EQ(first % kEach, 0u);
    for (uint32_t next = 1; next < kEach; ++next) EXPECT_EQ(take(device(1))->prekey->id, first + next);
  }
}

TEST_P(KeyStoreContract, TwoProcessesHandOutNoPrekeyTwice) {
  ASSERT_TRUE(runner_.run(keys().put_keys(device(1), some_keys())));
  ASSERT_TRUE(add(device(1), prekeys(1, 40)));
  std::vector<Task<Result<DeviceKeyBundle, StoreError>>> calls;
  for (int i = 0; i < 60; ++i) {
    KeyStore& store = i % 2 == 0 ? keys() : backend_->other_keys();
    calls.push_back(store.take_bundle(device(1)));
  }
  std::set<uint32_t> taken;
  for (const auto& bundle : runner_.run_all(std::move(calls))) {
    ASSERT_TRUE(bundle);
    if (bundle->prekey) {
      EXPECT_TRUE(taken.insert(bundle->prekey->id).second);
    }
  }
  EXPECT_EQ(taken.size(), 40u);
}

TEST_P(KeyStoreContract, APrekeyIsHandedOutOnceHoweverManyAskAtOnce) {
  ASSERT_TRUE(runner_.run(keys().put_keys(device(1), some_keys())));
  ASSERT_TRUE(add(device(1), prekeys(1, 30)));
  std::vector<Task<Result<DeviceKeyBundle, StoreError>>> calls;
  for (int i = 0; i < 50; ++i) calls.push_back(keys().take_bundle(device(1)));
  std::set<uint32_t> taken;
  int without = 0;
  for (const auto& bundle : runner_.run_all(std::move(calls))) {
    ASSERT_TRUE(bundle);
    if (bundle->prekey) {
      EXPECT_TRUE(taken.insert(bundle->prekey->id).second);
    } else {
      ++without;
    }
  }
  EXPECT_EQ(taken.size(), 30u);
  EXPECT_EQ(without, 20);
}

TEST_P(KeyStoreContract, ATakenPrekeyStaysTakenAfterReopening) {
  ASSERT_TRUE(runner_.run(keys().put_keys(device(1), some_keys())));
  ASSERT_TRUE(add(device(1), prekeys(1, 3)));
  EXPECT_EQ(take(device(1))->prekey->id, 1u);
  if (!backend_->reopen()) GTEST_SKIP() << "nothing survives";
  EXPECT_EQ(take(device(1))->prekey->id, 2u);
  EXPECT_EQ(add(device(1), prekeys(1, 3)), 1u);
}

TEST_P(KeyStoreContract, ARemovedDeviceHasNoKeysAndItsPrekeysAreForgotten) {
  ASSERT_TRUE(runner_.run(keys().put_keys(device(1), some_keys())));
  ASSERT_TRUE(runner_.run(keys().put_keys(device(1, 2), some_keys())));
  ASSERT_TRUE(add(device(1), prekeys(1, 3)));
  ASSERT_TRUE(runner_.run(keys().remove_device(device(1))));
  EXPECT_EQ(take(device(1)).error(), StoreError::kNotFound);
  EXPECT_EQ(runner_.run(keys().count_prekeys(device(1))), 0u);
  EXPECT_TRUE(take(device(1, 2)));
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(KeyStoreContract);

}  // namespace kith
