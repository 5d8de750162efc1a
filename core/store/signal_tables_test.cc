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

class SignalTablesOverTransactions : public ::testing::Test {
 protected:
  static std::unique_ptr<Database> open_migrated() {
    auto database = Database::open(":memory:");
    EXPECT_TRUE(migrate(**database));
    return std::move(*database);
  }
  int64_t count(const char* sql) {
    auto row = database_->prepare(sql);
    return row.step() ? row.integer(0) : -1;
  }

  const DeviceAddress peer_{kPeer, DeviceId{1}};
  std::unique_ptr<Database> database_ = open_migrated();
  Store store_{*database_};
};

TEST_F(SignalTablesOverTransactions, ARatchetIsRolledBackWithItsTransaction) {  // INBOX-2
  {
    Transaction transaction(*database_);
    store_.signal.store_session(peer_, "before");
    ASSERT_TRUE(transaction.commit());
  }
  {
    Transaction transaction(*database_);
    store_.signal.store_session(peer_, "after");
  }
  EXPECT_EQ(store_.signal.load_session(peer_), "before");
  Transaction transaction(*database_);
  EXPECT_EQ(store_.signal.load_session(peer_), "before") << "nothing of it is kept for the next one";
}

TEST_F(SignalTablesOverTransactions, ASessionIsWrittenOnceWhateverIsSentInATransaction) {
  ASSERT_TRUE(
      database_->execute("CREATE TEMP TABLE writes (n); CREATE TEMP TRIGGER made AFTER INSERT ON main.sessions BEGIN "
                         "INSERT INTO writes VALUES (1); END; CREATE TEMP TRIGGER written AFTER UPDATE ON "
                         "main.sessions BEGIN INSERT INTO writes VALUES (1); END;"));
  for (const char* last : {"first", "second"}) {
    Transaction transaction(*database_);
    for (const char* record : {"a", "b", last}) store_.signal.store_session(peer_, record);
    ASSERT_TRUE(transaction.commit());
    EXPECT_EQ(store_.signal.load_session(peer_), last);
  }
  EXPECT_EQ(count("SELECT count(*) FROM writes"), 2);
  {
    Transaction transaction(*database_);
    EXPECT_EQ(store_.signal.load_session(peer_), "second");
    store_.signal.remove_session(peer_);
    EXPECT_FALSE(store_.signal.load_session(peer_));
    ASSERT_TRUE(transaction.commit());
  }
  EXPECT_EQ(count("SELECT count(*) FROM sessions"), 0);
}

TEST_F(SignalTablesOverTransactions, SessionsWithMoreDevicesThanAreKeptAreAllWritten) {
  const auto peer = [](uint32_t number) { return DeviceAddress{testing::account_id(number), DeviceId{1}}; };
  constexpr uint32_t kPeers = SignalTables::kSessionsKept * 2 + 1;
  {
    Transaction transaction(*database_);
    for (const char* round : {"one ", "two "}) {
      for (uint32_t i = 0; i < kPeers; ++i) store_.signal.store_session(peer(i), round + std::to_string(i));
    }
    for (uint32_t i = 0; i < kPeers; ++i) EXPECT_EQ(store_.signal.load_session(peer(i)), "two " + std::to_string(i));
    ASSERT_TRUE(transaction.commit());
  }
  for (uint32_t i = 0; i < kPeers; ++i) EXPECT_EQ(store_.signal.load_session(peer(i)), "two " + std::to_string(i));
}

}  // namespace
}  // namespace kith::core
