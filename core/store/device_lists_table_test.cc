// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/store/device_lists_table.h"

#include "core/store/testing/store_fixture.h"

namespace kith::core {
namespace {

using testing::kPeer;
using testing::kSelf;

class DeviceListsTableTest : public testing::StoreTest {
 protected:
  static DeviceListRow list(uint64_t revision, std::vector<DeviceRow> devices) {
    DeviceListRow list;
    list.account = kPeer;
    list.revision = Revision{revision};
    list.account_key = Bytes(32, 'k');
    list.device_list = "signed bytes";
    list.signature = Bytes(64, 's');
    list.devices = std::move(devices);
    return list;
  }
};

TEST_F(DeviceListsTableTest, KeepsAListWholeAndItsDevicesInOrder) {
  EXPECT_FALSE(store_.device_lists.find(kPeer));
  store_.device_lists.set(list(7, {{DeviceId{9}, Bytes(33, 'b'), "Web"}, {DeviceId{2}, Bytes(33, 'a'), "Terminal"}}));
  const auto found = store_.device_lists.find(kPeer);
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->known());
  EXPECT_FALSE(found->stale());
  EXPECT_EQ(found->revision, Revision{7});
  EXPECT_EQ(found->account_key, Bytes(32, 'k'));
  EXPECT_EQ(found->device_list, "signed bytes");
  EXPECT_EQ(found->signature, Bytes(64, 's'));
  ASSERT_EQ(found->devices.size(), 2u);
  EXPECT_EQ(found->devices[0].device, DeviceId{2});
  EXPECT_EQ(found->devices[0].name, "Terminal");
  EXPECT_EQ(found->devices[1].identity_key, Bytes(33, 'b'));
}

TEST_F(DeviceListsTableTest, ANewListReplacesTheDevicesOfTheOneBefore) {
  store_.device_lists.set(list(1, {{DeviceId{1}, Bytes(33, 'a'), ""}, {DeviceId{2}, Bytes(33, 'b'), ""}}));
  store_.device_lists.set(list(2, {{DeviceId{2}, Bytes(33, 'c'), ""}}));
  EXPECT_FALSE(store_.device_lists.identity_key({kPeer, DeviceId{1}}));
  EXPECT_EQ(store_.device_lists.identity_key({kPeer, DeviceId{2}}), Bytes(33, 'c'));
}

TEST_F(DeviceListsTableTest, AListThatWasReadIsReadAgainWhenItHasChanged) {
  store_.device_lists.set(list(1, {{DeviceId{1}, Bytes(33, 'a'), ""}}));
  EXPECT_FALSE(store_.device_lists.find(kPeer)->verified);
  store_.device_lists.set_verified(kPeer, true);
  EXPECT_TRUE(store_.device_lists.find(kPeer)->verified);
  store_.device_lists.note_revision(kPeer, Revision{2});
  EXPECT_TRUE(store_.device_lists.find(kPeer)->stale());
  store_.device_lists.set(list(2, {{DeviceId{1}, Bytes(33, 'b'), ""}}));
  EXPECT_EQ(store_.device_lists.identity_key({kPeer, DeviceId{1}}), Bytes(33, 'b'));
  EXPECT_FALSE(store_.device_lists.find(kSelf));
  store_.device_lists.remove(kPeer);
  EXPECT_FALSE(store_.device_lists.find(kPeer));
}

TEST_F(DeviceListsTableTest, NothingOfARolledBackListIsKept) {
  const auto database = open_migrated();
  DeviceListsTable device_lists(*database);
  {
    Transaction transaction(*database);
    device_lists.set(list(1, {{DeviceId{1}, Bytes(33, 'a'), ""}}));
    EXPECT_TRUE(device_lists.find(kPeer));
  }
  Transaction transaction(*database);
  EXPECT_FALSE(device_lists.find(kPeer));
}

TEST_F(DeviceListsTableTest, IsStaleWhileANewerRevisionIsHeardOf) {
  store_.device_lists.note_revision(kPeer, Revision{3});
  auto found = store_.device_lists.find(kPeer);
  ASSERT_TRUE(found);
  EXPECT_FALSE(found->known());
  EXPECT_TRUE(found->stale());
  EXPECT_EQ(store_.device_lists.stale(10), std::vector{kPeer});

  const std::vector<DeviceRow> devices = {{DeviceId{1}, Bytes(33, 'k'), "Phone"}};
  store_.device_lists.set(list(3, devices));
  EXPECT_TRUE(store_.device_lists.stale(10).empty());
  store_.device_lists.note_revision(kPeer, Revision{2});
  EXPECT_TRUE(store_.device_lists.stale(10).empty()) << "an older revision is no news";
  store_.device_lists.note_revision(kPeer, Revision{5});
  EXPECT_TRUE(store_.device_lists.find(kPeer)->stale());
  store_.device_lists.set(list(4, devices));
  EXPECT_TRUE(store_.device_lists.find(kPeer)->stale()) << "a list older than what was heard of";
}

TEST_F(DeviceListsTableTest, VerificationIsSetAndCleared) {
  EXPECT_FALSE(store_.device_lists.verified(kPeer));
  store_.device_lists.set(list(1, {}));
  store_.device_lists.set_verified(kPeer, true);
  EXPECT_TRUE(store_.device_lists.verified(kPeer));
  EXPECT_FALSE(store_.device_lists.verified(kSelf));
  store_.device_lists.set(list(2, {}));
  EXPECT_FALSE(store_.device_lists.verified(kPeer)) << "the row says so";
}

TEST_F(DeviceListsTableTest, ARemovedDeviceIsTakenFromUntilWhatWasThereIsTakenIn) {  // DEVICE-10
  const DeviceAddress gone{kPeer, DeviceId{2}};
  const Bytes key = "\x05" + Bytes(32, 'g');
  const auto naming = [&key](uint64_t revision, uint64_t removed_by) {
    wire::DeviceList signed_list;
    signed_list.set_revision(revision);
    wire::DeviceList::Removed& removed = *signed_list.add_removed();
    removed.set_device_id(2);
    removed.set_identity_key(key);
    removed.set_removed_us(1000);
    removed.set_revision(removed_by);
    DeviceListRow row = list(revision, {{DeviceId{1}, Bytes(33, 'a'), ""}});
    row.device_list = signed_list.SerializeAsString();
    return row;
  };
  DeviceListsTable& lists = store_.device_lists;
  lists.set(naming(2, 2));
  EXPECT_EQ(lists.sender_key(gone), key);
  EXPECT_FALSE(lists.identity_key(gone)) << "nothing is sent there";
  EXPECT_FALSE(lists.find(kPeer)->keys_of(gone.device));
  EXPECT_TRUE(lists.may_have_sent(gone, {1000 + DeviceListsTable::kClocksDifferUs}));
  EXPECT_FALSE(lists.may_have_sent(gone, {1001 + DeviceListsTable::kClocksDifferUs}));
  EXPECT_TRUE(lists.may_have_sent({kPeer, DeviceId{1}}, {UINT64_MAX}));
  EXPECT_TRUE(lists.quiet(10).empty()) << "no Hello was since";
  lists.greets();
  EXPECT_EQ(lists.quiet(10), std::vector{kPeer});
  lists.set(naming(3, 2));
  EXPECT_TRUE(lists.quiet(10).empty()) << "another list, which the Hello did not know";
  lists.greets();
  lists.settle(kPeer);
  EXPECT_FALSE(lists.sender_key(gone));
  EXPECT_FALSE(lists.may_have_sent(gone, {1}));
  EXPECT_FALSE(lists.has_removed());
  lists.set(naming(4, 2));
  EXPECT_FALSE(lists.sender_key(gone)) << "a list that names it still";
  lists.set(naming(5, 5));
  EXPECT_TRUE(lists.sender_key(gone)) << "one that was removed since";
}

TEST_F(DeviceListsTableTest, IsGoneAfterRemoval) {
  store_.device_lists.set(list(1, {{DeviceId{1}, Bytes(33, 'a'), ""}}));
  store_.device_lists.remove(kPeer);
  EXPECT_FALSE(store_.device_lists.find(kPeer));
  EXPECT_FALSE(store_.device_lists.identity_key({kPeer, DeviceId{1}}));
}

}  // namespace
}  // namespace kith::core
