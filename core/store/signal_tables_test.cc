// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/store/signal_tables.h"

#include "core/store/testing/store_fixture.h"

namespace kith::core {
namespace {

using testing::kPeer;
using testing::kSelf;

class SignalTablesTest : public testing::StoreTest {};

TEST_F(SignalTablesTest, GiveTheIdentityOfTheRegistration) {
  EXPECT_TRUE(store_.signal.identity().public_key.empty());
  store_.account.set_registration(testing::registration());
  EXPECT_EQ(store_.signal.identity().public_key, Bytes(33, 'I')) << "what was not there before is not remembered";
  EXPECT_EQ(store_.signal.registration_id(), 4711u);

  Registration other = testing::registration();
  other.identity = {Bytes(33, 'J'), Bytes(32, 'j')};
  store_.account.set_registration(other);
  store_.signal.forget_identity();
  EXPECT_EQ(store_.signal.identity().private_key, Bytes(32, 'j'));
}

TEST_F(SignalTablesTest, KeepOneSessionForEachDevice) {
  const DeviceAddress first{kPeer, DeviceId{1}};
  const DeviceAddress second{kPeer, DeviceId{2}};
  EXPECT_FALSE(store_.signal.load_session(first));
  EXPECT_TRUE(store_.signal.store_session(first, "one"));
  EXPECT_TRUE(store_.signal.store_session(second, "two"));
  EXPECT_TRUE(store_.signal.store_session(first, "three"));
  EXPECT_EQ(store_.signal.load_session(first), "three");
  store_.signal.remove_session(first);
  EXPECT_FALSE(store_.signal.load_session(first));
  EXPECT_EQ(store_.signal.load_session(second), "two");
}

TEST_F(SignalTablesTest, KeepPrekeysUntilTheyAreUsed) {
  EXPECT_TRUE(store_.signal.store_prekey(16777215, "last"));
  EXPECT_TRUE(store_.signal.store_prekey(1, "first"));
  EXPECT_EQ(store_.signal.load_prekey(16777215), "last");
  store_.signal.remove_prekey(16777215);
  EXPECT_FALSE(store_.signal.load_prekey(16777215));
  EXPECT_EQ(store_.signal.load_prekey(1), "first");
  EXPECT_TRUE(store_.signal.store_prekey(900, "newer"));
  EXPECT_TRUE(store_.signal.store_prekey(30, "newest, of a lower id"));
  store_.signal.keep_newest_prekeys(3);
  EXPECT_TRUE(store_.signal.load_prekey(1));
  store_.signal.keep_newest_prekeys(1);
  EXPECT_FALSE(store_.signal.load_prekey(900));
  EXPECT_TRUE(store_.signal.load_prekey(30));

  EXPECT_TRUE(store_.signal.store_signed_prekey(2, "b"));
  EXPECT_TRUE(store_.signal.store_signed_prekey(1, "a"));
  EXPECT_EQ(store_.signal.signed_prekey_ids(), (std::vector<uint32_t>{1, 2}));
  EXPECT_EQ(store_.signal.load_signed_prekey(1), "a");
  store_.signal.remove_signed_prekey(1);
  EXPECT_FALSE(store_.signal.load_signed_prekey(1));
}

TEST_F(SignalTablesTest, TrustTheIdentityThatTheDeviceListNames) {  // DEVICE-1
  EXPECT_FALSE(store_.signal.trusted_identity({kPeer, DeviceId{1}}));
  DeviceListRow list;
  list.account = kPeer;
  list.revision = Revision{1};
  list.devices = {{DeviceId{1}, Bytes(33, 'p'), "Web"}};
  store_.device_lists.set(list);
  EXPECT_EQ(store_.signal.trusted_identity({kPeer, DeviceId{1}}), Bytes(33, 'p'));
  EXPECT_FALSE(store_.signal.trusted_identity({kPeer, DeviceId{2}}));
  EXPECT_FALSE(store_.signal.trusted_identity({kSelf, DeviceId{1}}));
}

TEST_F(SignalTablesTest, ForgetEverythingForANewRegistration) {
  store_.account.set_registration(testing::registration());
  store_.signal.store_session({kPeer, DeviceId{1}}, "s");
  store_.signal.store_prekey(1, "p");
  store_.signal.store_signed_prekey(1, "q");
  store_.signal.remove_everything();
  EXPECT_FALSE(store_.signal.load_session({kPeer, DeviceId{1}}));
  EXPECT_FALSE(store_.signal.load_prekey(1));
  EXPECT_TRUE(store_.signal.signed_prekey_ids().empty());
}

TEST(SignalTablesRollback, ARatchetIsRolledBackWithItsTransaction) {  // INBOX-2
  auto database = Database::open(":memory:");
  ASSERT_TRUE(migrate(**database));
  Store store(**database);
  const DeviceAddress peer{kPeer, DeviceId{1}};
  {
    Transaction transaction(**database);
    store.signal.store_session(peer, "before");
    ASSERT_TRUE(transaction.commit());
  }
  {
    Transaction transaction(**database);
    store.signal.store_session(peer, "after");
  }
  EXPECT_EQ(store.signal.load_session(peer), "before");
}

}  // namespace
}  // namespace kith::core
