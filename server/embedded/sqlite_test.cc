// SPDX-License-Identifier: AGPL-3.0-or-later

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>

#include <chrono>
#include <fstream>

#include "server/embedded/sqlite_dialect.h"
#include "server/embedded/testing/test_directory.h"
#include "server/ports/account_store_contract.h"
#include "server/ports/group_store_contract.h"
#include "server/ports/key_store_contract.h"
#include "server/ports/lease_store_contract.h"
#include "server/ports/link_device_contract.h"
#include "server/ports/link_store_contract.h"
#include "server/ports/media_index_contract.h"
#include "server/ports/profile_store_contract.h"
#include "server/sql/sql_account_store.h"
#include "server/sql/sql_connection.h"
#include "server/sql/sql_group_store.h"
#include "server/sql/sql_key_store.h"
#include "server/sql/sql_last_seen_store.h"
#include "server/sql/sql_lease_store.h"
#include "server/sql/sql_link_store.h"
#include "server/sql/sql_media_index.h"
#include "server/sql/sql_profile_store.h"

namespace kith {
namespace {

// All stores of one file, as kithd has them.
struct Stores {
  Stores(std::unique_ptr<SqlDatabase> opened, const char* process)
      : database(std::move(opened)), leases(*database, process) {}
  std::unique_ptr<SqlDatabase> database;
  SqlAccountStore accounts{*database};
  SqlKeyStore keys{*database};
  SqlProfileStore profiles{*database};
  SqlLastSeenStore last_seen{*database};
  SqlLeaseStore leases;
  SqlLinkStore links{*database};
  SqlGroupStore groups{*database};
  SqlMediaIndex media{*database};
};

std::unique_ptr<Stores> open_stores(const std::string& path, const char* process = "one") {
  auto opened = open_sqlite(path);
  EXPECT_TRUE(opened) << opened.error();
  return std::make_unique<Stores>(std::move(*opened), process);
}

class SqlBackend final : public AccountStoreBackend,
                         public ProfileStoreBackend,
                         public LeaseStoreBackend,
                         public LinkStoreBackend,
                         public GroupStoreBackend,
                         public MediaIndexBackend {
 public:
  AccountStore& accounts() override { return stores_->accounts; }
  KeyStore& keys() override { return stores_->keys; }
  ProfileStore& profiles() override { return stores_->profiles; }
  LastSeenStore& last_seen() override { return stores_->last_seen; }
  DeviceAddress a_device() override {
    AccountId account;
    account.value.fill(7);
    const auto made = ContractRunner().run(
        stores_->accounts.add_device(Handle::from_text("+491700000007").value(), account, "hash", {}));
    return {made->id, made->devices.back().id};
  }
  LeaseStore& leases() override { return stores_->leases; }
  LinkStore& links() override { return stores_->links; }
  GroupStore& groups() override { return stores_->groups; }
  MediaIndex& media() override { return stores_->media; }
  AccountStore& other_accounts() override { return other().accounts; }
  KeyStore& other_keys() override { return other().keys; }
  ProfileStore& other_profiles() override { return other().profiles; }
  LeaseStore& other_leases() override { return other().leases; }
  LinkStore& other_links() override { return other().links; }
  GroupStore& other_groups() override { return other().groups; }
  MediaIndex& other_media() override { return other().media; }
  bool reopen() override {
    other_.reset();
    stores_.reset();
    stores_ = open_stores(directory_.file("accounts.db"));
    return true;
  }

 private:
  Stores& other() {
    if (!other_) other_ = open_stores(directory_.file("accounts.db"), "other");
    return *other_;
  }

  TestDirectory directory_;
  std::unique_ptr<Stores> other_;
  std::unique_ptr<Stores> stores_ = open_stores(directory_.file("accounts.db"));
};

const AccountStoreCase kAccounts{"Sql", [] { return std::make_unique<SqlBackend>(); }};
const ProfileStoreCase kProfiles{"Sql", [] { return std::make_unique<SqlBackend>(); }};
INSTANTIATE_TEST_SUITE_P(Sql, AccountStoreContract, testing::Values(kAccounts));
INSTANTIATE_TEST_SUITE_P(Sql, LinkDeviceContract, testing::Values(kAccounts));
INSTANTIATE_TEST_SUITE_P(Sql, KeyStoreContract, testing::Values(kAccounts));
INSTANTIATE_TEST_SUITE_P(Sql, ProfileStoreContract, testing::Values(kProfiles));
INSTANTIATE_TEST_SUITE_P(Sql, LastSeenStoreContract, testing::Values(kProfiles));
INSTANTIATE_TEST_SUITE_P(Sql, LeaseStoreContract,
                         testing::Values(LeaseStoreCase{"Sql", [] { return std::make_unique<SqlBackend>(); }}));
INSTANTIATE_TEST_SUITE_P(Sql, LinkStoreContract,
                         testing::Values(LinkStoreCase{"Sql", [] { return std::make_unique<SqlBackend>(); }}));
INSTANTIATE_TEST_SUITE_P(Sql, GroupStoreContract,
                         testing::Values(GroupStoreCase{"Sql", [] { return std::make_unique<SqlBackend>(); }}));

INSTANTIATE_TEST_SUITE_P(Sql, MediaIndexContract,
                         testing::Values(MediaIndexCase{"Sql", [] { return std::make_unique<SqlBackend>(); }}));

AccountId account(uint8_t number) {
  AccountId id;
  id.value.fill(number);
  return id;
}

TEST(SqlDatabase, AFullDiskIsFullAndWritesComeBack) {
  TestDirectory directory;
  ContractRunner runner;
  auto stores = open_stores(directory.file("accounts.db"));
  ASSERT_TRUE(
      runner.run(stores->accounts.add_device(Handle::from_text("+491700000001").value(), account(1), "hash", {})));
  const auto limit_pages = [&](const char* pages) {
    (void)stores->database->write_and_wait(
        [pages](SqlConnection& connection) { connection.execute(std::string("PRAGMA max_page_count = ") + pages); });
  };
  limit_pages("1");  // no page more than there are
  const ProfileRecord large{Bytes(200'000, 'x'), ""};
  EXPECT_EQ(runner.run(stores->profiles.put_profile(account(1), large)).error(), StoreError::kFull);
  EXPECT_EQ(stores->database->health(), StoreHealth::kFull);
  EXPECT_TRUE(runner.run(stores->accounts.load(account(1))));  // reading goes on
  limit_pages("1000000");
  EXPECT_TRUE(runner.run(stores->profiles.put_profile(account(1), large)));
  EXPECT_EQ(stores->database->health(), StoreHealth::kOk);
}

// What the process writes to files fails while this lives.
class NoFileWrites {
 public:
  NoFileWrites() {
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit none{0, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &none);
  }
  ~NoFileWrites() { setrlimit(RLIMIT_FSIZE, &before_); }
  NoFileWrites(const NoFileWrites&) = delete;
  NoFileWrites& operator=(const NoFileWrites&) = delete;

 private:
  rlimit before_{};
};

TEST(SqlDatabase, ADiskThatTakesNoWritesIsUnavailableUntilItDoesAgainThoughNobodyWrites) {
  TestDirectory directory;
  ContractRunner runner;
  auto stores = open_stores(directory.file("accounts.db"));
  ASSERT_TRUE(
      runner.run(stores->accounts.add_device(Handle::from_text("+491700000001").value(), account(1), "hash", {})));
  const DeviceAddress device{account(1), {1}};
  ASSERT_TRUE(runner.run(stores->keys.put_keys(device, {7, "identity", {1, "signed", "signature"}})));
  ASSERT_TRUE(runner.run(stores->keys.add_prekeys(device, {{1, "prekey"}})));
  std::optional<StoreError> error;
  std::optional<DeviceKeyBundle> bundle;
  bool reads = false;
  {
    const NoFileWrites no_writes;
    const auto written = runner.run(stores->profiles.put_profile(account(1), {"Ana", ""}));
    if (!written) error = written.error();
    reads = runner.run(stores->accounts.load(account(1))).has_value();
    if (const auto taken = runner.run(stores->keys.take_bundle(device))) bundle = *taken;
    std::this_thread::sleep_for(std::chrono::milliseconds(1500));
  }
  EXPECT_EQ(error, StoreError::kUnavailable);
  EXPECT_TRUE(reads);
  ASSERT_TRUE(bundle.has_value()) << "a session can begin all the same [DEVICE-5]";
  EXPECT_FALSE(bundle->prekey.has_value()) << "none can be marked as used";
  EXPECT_EQ(bundle->keys.signed_prekey.public_key, "signed");
  EXPECT_EQ(stores->database->health(), StoreHealth::kUnavailable);
  for (int i = 0; i < 500 && stores->database->health() != StoreHealth::kOk; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_EQ(stores->database->health(), StoreHealth::kOk);
  EXPECT_TRUE(runner.run(stores->profiles.put_profile(account(1), {"Ana", ""})));
  EXPECT_TRUE(runner.run(stores->keys.take_bundle(device))->prekey.has_value());
}

TEST(SqlDatabase, AWriteThatFailsDoesNotTakeTheOthersOfItsTransactionAlong) {
  TestDirectory directory;
  ContractRunner runner;
  auto stores = open_stores(directory.file("accounts.db"));
  std::vector<Task<Result<int, StoreError>>> calls;
  for (int i = 0; i < 20; ++i) {
    calls.push_back(stores->database->write([i](SqlConnection& connection) -> Result<int, StoreError> {
      connection.query("REPLACE INTO profiles (account, name, about, photo) VALUES (:account, '', '', '')")
          .in(account(static_cast<uint8_t>(i)))
          .run();
      if (i == 10) connection.execute("INSERT INTO no_such_table VALUES (1)");
      return i;
    }));
  }
  const auto outcomes = runner.run_all(std::move(calls));
  for (int i = 0; i < 20; ++i) EXPECT_EQ(outcomes[i].has_value(), i != 10) << i;
  const auto count = runner.run(stores->database->read([](SqlConnection& connection) -> Result<long long, StoreError> {
    long long count = 0;
    connection.query("SELECT COUNT(*) FROM profiles").out(count).fetch();
    return count;
  }));
  EXPECT_EQ(count, 19);
}

TEST(SqlDatabase, ADamagedFileIsRefusedWithWhatCanBeDone) {
  TestDirectory directory;
  std::ofstream(directory.file("accounts.db")) << Bytes(8192, 'd');
  const auto opened = open_sqlite(directory.file("accounts.db"));
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().find("from a backup"), std::string::npos) << opened.error();
}

TEST(SqlDatabase, ANewerSchemaIsRefused) {
  TestDirectory directory;
  {
    auto stores = open_stores(directory.file("accounts.db"));
    (void)stores->database->write_and_wait(
        [](SqlConnection& connection) { connection.execute("UPDATE schema_version SET version = 99"); });
  }
  const auto opened = open_sqlite(directory.file("accounts.db"));
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().find("version 99"), std::string::npos) << opened.error();
}

TEST(SqlDatabase, WhatAJobThatAnswersAnErrorHasWrittenIsTakenBack) {
  TestDirectory directory;
  ContractRunner runner;
  auto stores = open_stores(directory.file("accounts.db"));
  const auto outcome = runner.run(stores->database->write([](SqlConnection& connection) -> Result<int, StoreError> {
    connection.execute("INSERT INTO profiles (account, name, about, photo) VALUES ('a', 'Ana', '', '')");
    return Fail(StoreError::kConflict);
  }));
  EXPECT_EQ(outcome.error(), StoreError::kConflict);
  EXPECT_EQ(stores->database->health(), StoreHealth::kOk);
  const auto count = runner.run(stores->database->read([](SqlConnection& connection) -> Result<long long, StoreError> {
    long long count = 0;
    connection.query("SELECT COUNT(*) FROM profiles").out(count).fetch();
    return count;
  }));
  EXPECT_EQ(count, 0);
}

TEST(SqlAccountStore, CodesOfHandlesThatNeverRegisterAreDroppedADayAfterTheyExpired) {
  constexpr uint64_t kHour = 3'600'000'000;
  TestDirectory directory;
  ContractRunner runner;
  auto stores = open_stores(directory.file("accounts.db"));
  const auto handle = [](const char* text) { return Handle::from_text(text).value(); };
  const auto tried = [&](const char* text) {
    return runner.run(stores->accounts.try_code(handle(text), "request", {kHour}, 9));
  };
  ASSERT_TRUE(runner.run(stores->accounts.put_code(handle("+491700000001"), {"old", {100 * kHour}, 0, ""})));
  ASSERT_TRUE(runner.run(stores->accounts.put_code(handle("+491700000002"), {"new", {123 * kHour}, 0, ""})));
  EXPECT_TRUE(tried("+491700000001"));
  ASSERT_TRUE(runner.run(stores->accounts.put_code(handle("+491700000003"), {"newer", {125 * kHour}, 0, ""})));
  EXPECT_EQ(tried("+491700000001").error(), StoreError::kNotFound);
  EXPECT_TRUE(tried("+491700000002"));
}

TEST(SqlLastSeenStore, OfADeviceThatWasEndedNothingIsKept) {
  TestDirectory directory;
  ContractRunner runner;
  auto stores = open_stores(directory.file("accounts.db"));
  ASSERT_TRUE(
      runner.run(stores->accounts.add_device(Handle::from_text("+491700000001").value(), account(1), "hash", {})));
  ASSERT_TRUE(runner.run(stores->accounts.set_device_list(account(1), {{1}, "list", "signature", {{1}}})));
  ASSERT_TRUE(runner.run(stores->accounts.link_device(account(1), "hash", {})));
  stores->last_seen.put_active({account(1), {2}}, {5});
  ASSERT_TRUE(runner.run(stores->last_seen.flush()));
  ASSERT_TRUE(runner.run(stores->accounts.set_device_list(account(1), {{2}, "list", "signature", {{1}}})));
  stores->last_seen.put_active({account(1), {2}}, {6});
  ASSERT_TRUE(runner.run(stores->last_seen.flush()));
  EXPECT_EQ(runner.run(stores->last_seen.get_active({account(1), {2}})), UnixMicros{});
}

TEST(SqlLastSeenStore, TimesAreWrittenByThemselvesAndAtTheEnd) {
  TestDirectory directory;
  ContractRunner runner;
  const auto stored = [&](SqlDatabase& database) {
    return runner.run(database.read([](SqlConnection& connection) -> Result<long long, StoreError> {
      long long count = 0;
      connection.query("SELECT COUNT(*) FROM last_seen").out(count).fetch();
      return count;
    }));
  };
  auto database = open_sqlite(directory.file("accounts.db"));
  ASSERT_TRUE(database);
  {
    SqlLastSeenStore store(**database, 20);
    store.put(account(1), {1});
    for (int i = 0; i < 500 && stored(**database) != 1; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    EXPECT_EQ(stored(**database), 1);
  }
  {
    SqlLastSeenStore store(**database, 3'600'000);
    store.put(account(2), {2});
  }
  EXPECT_EQ(stored(**database), 2);
}

}  // namespace
}  // namespace kith
