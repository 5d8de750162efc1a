// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/store/database.h"

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cstdio>

#include "core/store/testing/faulty_vfs.h"

namespace kith::core {
namespace {

class Disk : public ::testing::Test {
 protected:
  std::unique_ptr<Database> open() {
    auto database = Database::open("kith.db", vfs_.name());
    EXPECT_TRUE(database.has_value());
    return database ? std::move(*database) : nullptr;
  }
  static int64_t count(Database& database) {
    auto row = database.prepare("SELECT count(*) FROM t");
    return row.step() ? row.integer(0) : -1;
  }
  static bool add(Database& database, int64_t number) {
    Transaction transaction(database);
    database.prepare("INSERT INTO t (a) VALUES (?)").bind(number).run();
    return transaction.commit().has_value();
  }

  testing::FaultyVfs vfs_{"database_test"};
};

TEST_F(Disk, BindsAndReadsEveryKindOfValue) {
  const auto database = open();
  ASSERT_TRUE(database->execute("CREATE TABLE v (i, t, b, n)"));
  const Bytes blob("\0\xFFx", 3);
  const std::string text("a\0ü", 4);
  {
    Transaction transaction(*database);
    database->prepare("INSERT INTO v VALUES (?, ?, ?, ?)")
        .bind(INT64_MIN)
        .bind_text(text)
        .bind_blob(blob)
        .bind_null()
        .run();
    database->prepare("INSERT INTO v VALUES (?, ?, ?, ?)").bind(0).bind_text({}).bind_blob({}).bind_null().run();
    ASSERT_TRUE(transaction.commit());
  }
  auto row = database->prepare("SELECT i, t, b, n FROM v ORDER BY rowid");
  ASSERT_TRUE(row.step());
  EXPECT_EQ(row.integer(0), INT64_MIN);
  EXPECT_EQ(row.text(1), text);
  EXPECT_EQ(row.blob(2), blob);
  EXPECT_TRUE(row.is_null(3));
  ASSERT_TRUE(row.step());
  EXPECT_FALSE(row.is_null(1)) << "an empty text is a text";
  EXPECT_FALSE(row.is_null(2)) << "an empty blob is a blob";
  EXPECT_FALSE(row.step());
}

TEST_F(Disk, ATransactionWithoutCommitChangesNothing) {
  const auto database = open();
  ASSERT_TRUE(database->execute("CREATE TABLE t (a)"));
  {
    Transaction transaction(*database);
    database->prepare("INSERT INTO t (a) VALUES (1)").run();
  }
  EXPECT_EQ(count(*database), 0);
  EXPECT_TRUE(add(*database, 2)) << "the next transaction works";
}

TEST_F(Disk, AnErrorSticksUntilTheCommitAndNothingAfterItIsDone) {
  const auto database = open();
  ASSERT_TRUE(database->execute("CREATE TABLE t (a UNIQUE)"));
  {
    Transaction transaction(*database);
    database->prepare("INSERT INTO t (a) VALUES (?)").bind(1).run();
    database->prepare("INSERT INTO t (a) VALUES (?)").bind(1).run();  // a constraint
    EXPECT_TRUE(database->failed());
    auto row = database->prepare("SELECT 1");
    EXPECT_FALSE(row.step());
    const auto committed = transaction.commit();
    ASSERT_FALSE(committed);
    EXPECT_EQ(committed.error(), StoreError::kFailed);
  }
  EXPECT_FALSE(database->failed());
  EXPECT_EQ(count(*database), 0);
}

TEST_F(Disk, AReadOutsideATransactionThatFailedIsAnsweredByTakeError) {
  auto database = open();
  ASSERT_TRUE(database->execute("CREATE TABLE t (a)"));
  ASSERT_TRUE(add(*database, 1));
  database = nullptr;
  database = open();  // with nothing in its cache
  vfs_.crash();
  EXPECT_EQ(count(*database), -1);
  EXPECT_EQ(database->take_error(), StoreError::kFailed);
  EXPECT_EQ(database->take_error(), std::nullopt);
}

TEST_F(Disk, WhatIsCommittedSurvivesAPowerCutAndWhatIsNotDoesNot) {  // INBOX-2
  auto database = open();
  ASSERT_TRUE(database->execute("CREATE TABLE t (a)"));
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(add(*database, i));
  {
    Transaction transaction(*database);
    database->prepare("INSERT INTO t (a) VALUES (99)").run();
    vfs_.crash();
  }
  database = nullptr;
  database = open();
  EXPECT_EQ(count(*database), 10);
}

// Breaks every single operation of a run in turn, by every kind of error, and cuts the power after it.
TEST_F(Disk, AfterAnyFailedOperationAndPowerCutEveryAnsweredCommitIsThere) {
  uint64_t operations = 0;
  {
    testing::FaultyVfs clean("clean");
    auto database = Database::open("kith.db", clean.name());
    ASSERT_TRUE((*database)->execute("CREATE TABLE t (a)"));
    operations = clean.operations();
    for (int i = 0; i < 5; ++i) ASSERT_TRUE(add(**database, i));
    operations = clean.operations() - operations;
  }
  ASSERT_GT(operations, 10u);
  for (const int code : {SQLITE_FULL, SQLITE_IOERR_WRITE, SQLITE_IOERR_FSYNC}) {
    for (uint64_t at = 0; at < operations; ++at) {
      testing::FaultyVfs vfs("faulty");
      auto database = Database::open("kith.db", vfs.name());
      ASSERT_TRUE((*database)->execute("CREATE TABLE t (a)"));
      vfs.fail_after(at, code);
      int64_t answered = 0;
      bool unknown = false;
      for (int i = 0; i < 5; ++i) {
        if (add(**database, i)) {
          ++answered;
          unknown = false;
        } else {
          unknown = true;  // the commit record may have been written though its sync failed
        }
      }
      EXPECT_GE(answered, 4) << "one failure fails one transaction";
      vfs.crash();
      database->reset();
      database = Database::open("kith.db", vfs.name());
      ASSERT_TRUE(database.has_value());
      const int64_t found = count(**database);
      EXPECT_GE(found, answered) << "code " << code << ", operation " << at;
      EXPECT_LE(found, answered + (unknown ? 1 : 0)) << "code " << code << ", operation " << at;
    }
  }
}

TEST_F(Disk, APowerCutThatTearsWritesLosesNothingCommitted) {
  for (uint64_t seed = 1; seed <= 40; ++seed) {
    testing::FaultyVfs vfs("torn");
    auto database = Database::open("kith.db", vfs.name());
    ASSERT_TRUE((*database)->execute("CREATE TABLE t (a, b)"));
    int64_t answered = 0;
    for (uint64_t i = 0; i < 3 + seed; ++i) {
      Transaction transaction(**database);
      (*database)->prepare("INSERT INTO t VALUES (?, zeroblob(9000))").bind(static_cast<int64_t>(i)).run();
      if (i == 2 + seed) break;  // under way when the power goes
      if (transaction.commit()) ++answered;
    }
    uint64_t state = seed;
    vfs.crash([&](size_t size) {
      state = state * 6364136223846793005u + 1442695040888963407u;
      return static_cast<size_t>((state >> 33) % (size + 1));
    });
    database->reset();
    database = Database::open("kith.db", vfs.name());
    ASSERT_TRUE(database.has_value());
    EXPECT_EQ(count(**database), answered) << "seed " << seed;
    auto check = (*database)->prepare("PRAGMA integrity_check");
    ASSERT_TRUE(check.step());
    EXPECT_EQ(check.text(0), "ok") << "seed " << seed;
  }
}

TEST_F(Disk, AFullDiskIsNamedAndGoesAwayWithTheCause) {
  const auto database = open();
  ASSERT_TRUE(database->execute("CREATE TABLE t (a)"));
  vfs_.set_capacity(64 * 1024);
  std::optional<StoreError> error;
  for (int i = 0; i < 1000 && !error; ++i) {
    Transaction transaction(*database);
    database->prepare("INSERT INTO t (a) VALUES (zeroblob(1000))").run();
    if (const auto committed = transaction.commit(); !committed) error = committed.error();
  }
  EXPECT_EQ(error, StoreError::kFull);
  const int64_t before = count(*database);
  EXPECT_GT(before, 0) << "reading goes on";
  vfs_.set_capacity(1 << 30);
  EXPECT_TRUE(add(*database, 1));
  EXPECT_EQ(count(*database), before + 1);
}

TEST_F(Disk, DamagedPagesAreCorruptAndNotACrash) {
  auto database = open();
  ASSERT_TRUE(database->execute("CREATE TABLE t (a)"));
  for (int i = 0; i < 500; ++i) {
    ASSERT_TRUE(database->execute("INSERT INTO t (a) VALUES (hex(randomblob(200)))"));
  }
  database = nullptr;  // checkpoints
  std::string& bytes = *vfs_.contents("kith.db");
  ASSERT_GT(bytes.size(), 40960u);
  std::fill(bytes.begin() + 4096, bytes.end(), '\x5A');
  vfs_.sync("kith.db");
  database = open();
  EXPECT_EQ(count(*database), -1);
  EXPECT_EQ(database->take_error(), StoreError::kCorrupt);
}

TEST_F(Disk, AFileThatIsNoDatabaseIsCorrupt) {
  open().reset();
  vfs_.contents("kith.db")->assign(20000, 'x');
  vfs_.sync("kith.db");
  const auto database = Database::open("kith.db", vfs_.name());
  ASSERT_FALSE(database);
  EXPECT_EQ(database.error(), StoreError::kCorrupt);
}

TEST(DatabaseFile, IsRefusedToASecondProcessWhileItIsOpen) {
  const std::string path = ::testing::TempDir() + "/kith_busy_" + std::to_string(getpid()) + ".db";
  {
    const auto first = Database::open(path);
    ASSERT_TRUE(first);
    const auto second = Database::open(path);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error(), StoreError::kBusy);
  }
  EXPECT_TRUE(Database::open(path)) << "and free again afterwards";
  std::remove(path.c_str());
}

TEST(DatabaseFile, ThatCanNotBeMadeIsAnError) {
  const auto database = Database::open("/nonexistent/directory/kith.db");
  ASSERT_FALSE(database);
  EXPECT_EQ(database.error(), StoreError::kFailed);
}

TEST(DatabaseFile, SyncsEveryCommit) {  // SEND-1 and INBOX-2 rest on it
  const auto database = Database::open(":memory:");
  auto row = (*database)->prepare("PRAGMA synchronous");
  ASSERT_TRUE(row.step());
  EXPECT_EQ(row.integer(0), 2) << "FULL";
}

}  // namespace
}  // namespace kith::core
