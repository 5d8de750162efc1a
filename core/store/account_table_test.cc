// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/store/account_table.h"

#include "core/store/testing/store_fixture.h"

namespace kith::core {
namespace {

class AccountTableTest : public testing::StoreTest {};

TEST_F(AccountTableTest, HasNoRegistrationAtFirst) {
  EXPECT_FALSE(store_.account.registration());
  EXPECT_TRUE(store_.account.account_id().is_none());
  EXPECT_TRUE(store_.account.handle().is_none());
}

TEST_F(AccountTableTest, KeepsARegistrationWhole) {
  const Registration written = testing::registration();
  store_.account.set_registration(written);
  const auto read = store_.account.registration();
  ASSERT_TRUE(read);
  EXPECT_EQ(read->server, written.server);
  EXPECT_EQ(read->server_id, written.server_id);
  EXPECT_EQ(read->handle, written.handle);
  EXPECT_EQ(read->account, written.account);
  EXPECT_EQ(read->device, written.device);
  EXPECT_EQ(read->token, written.token);
  EXPECT_EQ(read->account_key.public_key, written.account_key.public_key);
  EXPECT_EQ(read->account_key.private_key, written.account_key.private_key);
  EXPECT_EQ(read->identity.public_key, written.identity.public_key);
  EXPECT_EQ(read->identity.private_key, written.identity.private_key);
  EXPECT_EQ(read->registration_id, written.registration_id);
  EXPECT_EQ(read->device_name, written.device_name);
  EXPECT_EQ(store_.account.account_id(), written.account);
  EXPECT_EQ(store_.account.handle(), written.handle);
}

TEST_F(AccountTableTest, HoldsOneRegistration) {
  store_.account.set_registration(testing::registration());
  Registration other = testing::registration();
  other.handle = testing::handle("ana@example.org");
  store_.account.set_registration(other);
  EXPECT_EQ(store_.account.registration()->handle.text(), "ana@example.org");
  other.handle = {};
  store_.account.set_registration(other);
  EXPECT_TRUE(store_.account.registration()->handle.is_none()) << "an account that nobody finds";
}

TEST_F(AccountTableTest, KeepsProgress) {
  EXPECT_EQ(store_.account.progress().next_prekey_id, 1u);
  Progress progress;
  progress.confirmed_position = Position::of(0xFFFFFF, 77);
  progress.undecryptable = 6;
  progress.next_prekey_id = 7;
  progress.next_signed_prekey_id = 8;
  progress.signed_prekey_made_at = UnixMicros{9};
  progress.keys_published = true;
  progress.device_list_revision = Revision{10};
  progress.standing = Standing::kOtherServer;
  progress.registration_request = Bytes("\0request\xff", 9);
  store_.account.set_progress(progress);
  store_.account.count_undecryptable(2);
  const Progress read = store_.account.progress();
  EXPECT_EQ(read.confirmed_position, progress.confirmed_position) << "the highest epoch fits as well";
  EXPECT_EQ(read.undecryptable, 8u);
  EXPECT_EQ(read.next_prekey_id, 7u);
  EXPECT_EQ(read.next_signed_prekey_id, 8u);
  EXPECT_EQ(read.signed_prekey_made_at, UnixMicros{9});
  EXPECT_TRUE(read.keys_published);
  EXPECT_EQ(read.device_list_revision, Revision{10});
  EXPECT_EQ(read.standing, Standing::kOtherServer);
  EXPECT_EQ(read.registration_request, progress.registration_request);
  store_.account.set_confirmed_position(Position{3});
  EXPECT_EQ(store_.account.progress().confirmed_position, Position{3});
}

}  // namespace
}  // namespace kith::core
