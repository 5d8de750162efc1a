// SPDX-License-Identifier: AGPL-3.0-or-later

// What every AccountStore promises of devices that another device lets in, as tests.
#pragma once

#include "server/ports/account_store_contract.h"

namespace kith {

class LinkDeviceContract : public AccountStoreContract {
 protected:
  Task<Result<AccountRecord, StoreError>> linking(AccountStore& store, const AccountId& id, Bytes hash,
                                                  uint64_t now = 5) {
    return store.link_device(id, std::move(hash), UnixMicros{now});
  }
  Result<AccountRecord, StoreError> link(const AccountId& id, Bytes hash = kHash, uint64_t now = 5) {
    return runner_.run(linking(accounts(), id, std::move(hash), now));
  }
};

TEST_P(LinkDeviceContract, ALinkedDeviceIsInactiveAndHasAnIdNeverUsedBefore_LINK_4) {
  EXPECT_EQ(link(account(1)).error(), StoreError::kNotFound);
  EXPECT_EQ(runner_.run(accounts().load(account(1))).error(), StoreError::kNotFound) << "and none is made";
  add(kPhone, 1);
  ASSERT_TRUE(publish(account(1), 1, {1}));
  const auto made = link(account(1), kHash, 77);
  ASSERT_TRUE(made);
  EXPECT_EQ(devices_of(*made), (Devices{{1, true}, {2, false}}));
  EXPECT_EQ(made->device_list_revision, Revision{1});
  EXPECT_EQ(made->last_device, DeviceId{2});
  const DeviceRecord& device = made->devices.back();
  EXPECT_EQ(device.token_hash, kHash);
  EXPECT_EQ(device.created_at, UnixMicros{77});
  EXPECT_TRUE(device.linked);
  EXPECT_EQ(device.added_at, UnixMicros{});
  EXPECT_FALSE(made->devices.front().linked);
  if (!backend_->reopen()) return;
  EXPECT_TRUE(runner_.run(accounts().load(account(1)))->devices.back().linked);
}

TEST_P(LinkDeviceContract, ASecondOneEndsTheFirstAndNoneThatIsBeingRegistered_LINK_4) {
  add(kPhone, 1);
  ASSERT_TRUE(publish(account(1), 1, {1}));
  add(kPhone, 1);
  ASSERT_TRUE(link(account(1)));
  ASSERT_TRUE(runner_.run(keys().put_keys({account(1), {3}}, {7, "identity", {1, "signed", "signature"}})));
  EXPECT_EQ(devices_of(*link(account(1))), (Devices{{1, true}, {2, false}, {4, false}}));
  EXPECT_EQ(runner_.run(keys().take_bundle({account(1), {3}})).error(), StoreError::kNotFound) << "with its keys";
  EXPECT_EQ(devices_of(add(kPhone, 1)), (Devices{{1, true}, {4, false}, {5, false}})) << "nor the other way round";
}

TEST_P(LinkDeviceContract, AListMakesItActiveBesideTheOthersAndSaysWhenItWasAdded_LINK_4) {
  add(kPhone, 1);
  const auto set = [&](uint64_t revision, std::vector<DeviceId> devices, uint64_t now) {
    return *runner_.run(
        accounts().set_device_list(account(1), {{revision}, "list", "signature", std::move(devices), {now}}));
  };
  set(1, {{1}}, 100);
  ASSERT_TRUE(link(account(1)));
  const AccountRecord record = set(2, {{1}, {2}}, 200);
  EXPECT_EQ(devices_of(record), (Devices{{1, true}, {2, true}}));
  EXPECT_EQ(record.devices[0].added_at, UnixMicros{100}) << "and stays so";
  EXPECT_EQ(record.devices[1].added_at, UnixMicros{200});
  EXPECT_EQ(devices_of(set(3, {{1}}, 300)), (Devices{{1, true}}));
  EXPECT_EQ(devices_of(*link(account(1))), (Devices{{1, true}, {3, false}})) << "an id is never used again";
}

TEST_P(LinkDeviceContract, ThereIsRoomForFiveActiveOnes_DEVICE_8) {
  add(kPhone, 1);
  std::vector<uint32_t> devices;
  for (uint32_t id = 1; id <= kDevicesMax; ++id) {
    devices.push_back(id);
    if (id > 1) {
      ASSERT_TRUE(link(account(1)));
    }
    ASSERT_TRUE(publish(account(1), id, devices));
  }
  EXPECT_EQ(link(account(1)).error(), StoreError::kConflict);
  EXPECT_EQ(runner_.run(accounts().load(account(1)))->last_device, DeviceId{kDevicesMax}) << "no id is used up";
  ASSERT_TRUE(publish(account(1), kDevicesMax + 1, {1, 2, 3, 5}));
  EXPECT_TRUE(link(account(1)));
}

TEST_P(LinkDeviceContract, OfManyWhoLinkAtOnceOneIsLeftWhoeverWrites_LINK_4) {
  add(kPhone, 1);
  ASSERT_TRUE(publish(account(1), 1, {1}));
  std::vector<Task<Result<AccountRecord, StoreError>>> calls;
  for (int i = 0; i < 20; ++i) {
    AccountStore& store = i % 2 == 0 ? accounts() : backend_->other_accounts();
    calls.push_back(linking(store, account(1), "hash " + std::to_string(i)));
  }
  std::set<uint32_t> ids;
  for (const auto& outcome : runner_.run_all(std::move(calls))) {
    ASSERT_TRUE(outcome);
    EXPECT_EQ(outcome->devices.size(), 2u);
    ids.insert(outcome->devices.back().id.value);
  }
  EXPECT_EQ(ids.size(), 20u);
  EXPECT_EQ(runner_.run(accounts().load(account(1)))->devices.back().id.value, *ids.rbegin());
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(LinkDeviceContract);

}  // namespace kith
