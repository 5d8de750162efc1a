// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/store/migrations.h"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <optional>
#include <string>
#include <vector>

#include "core/store/testing/faulty_vfs.h"

namespace kith::core {
namespace {

std::vector<std::string> schema(Database& database) {
  std::vector<std::string> lines;
  auto row = database.prepare("SELECT type || ' ' || name || ' ' || coalesce(sql, '') FROM sqlite_schema ORDER BY 1");
  while (row.step()) lines.push_back(row.text(0));
  return lines;
}

int64_t version_of(Database& database) {
  auto row = database.prepare("PRAGMA user_version");
  return row.step() ? row.integer(0) : -1;
}

std::unique_ptr<Database> memory() { return std::move(*Database::open(":memory:")); }

constexpr Migration kOne{1, "CREATE TABLE a (x); INSERT INTO a VALUES (1);"};
constexpr Migration kTwo{2, "ALTER TABLE a ADD COLUMN y DEFAULT 5; CREATE INDEX a_x ON a (x);"};
constexpr Migration kThree{3, "CREATE TABLE b (z); INSERT INTO b SELECT y FROM a;"};

TEST(Migrations, AreNumberedFromOneWithoutGaps) {
  int32_t expected = 1;
  for (const Migration& migration : migrations()) EXPECT_EQ(migration.version, expected++);
  EXPECT_GT(expected, 1);
}

TEST(Migrations, MakeAnEmptyFileNew) {
  const auto database = memory();
  ASSERT_TRUE(migrate(*database));
  EXPECT_EQ(version_of(*database), migrations().back().version);
  auto row = database->prepare("PRAGMA application_id");
  ASSERT_TRUE(row.step());
  EXPECT_EQ(row.integer(0), kApplicationId);
}

TEST(Migrations, FromEachVersionLeadToTheSameSchemaAsAnew) {
  const auto fresh = memory();
  ASSERT_TRUE(migrate(*fresh));
  for (size_t done = 0; done <= migrations().size(); ++done) {
    const auto database = memory();
    if (done > 0) {
      ASSERT_TRUE(migrate(*database, migrations().first(done)));
    }
    ASSERT_TRUE(migrate(*database)) << "from version " << done;
    EXPECT_EQ(schema(*database), schema(*fresh)) << "from version " << done;
  }
}

TEST(Migrations, RunEachStepOnceAndInOrderFromAnyVersion) {
  const Migration all[] = {kOne, kTwo, kThree};
  for (size_t done = 0; done <= 3; ++done) {
    const auto database = memory();
    if (done > 0) {
      ASSERT_TRUE(migrate(*database, std::span(all).first(done)));
    }
    ASSERT_TRUE(migrate(*database, all));
    ASSERT_TRUE(migrate(*database, all)) << "again changes nothing";
    EXPECT_EQ(version_of(*database), 3);
    auto row = database->prepare("SELECT count(*), sum(z) FROM b");
    ASSERT_TRUE(row.step());
    EXPECT_EQ(row.integer(0), 1);
    EXPECT_EQ(row.integer(1), 5);
  }
}

TEST(Migrations, RefuseAFileOfANewerVersionAndLeaveItAlone) {
  const Migration all[] = {kOne, kTwo, kThree};
  const auto database = memory();
  ASSERT_TRUE(migrate(*database, all));
  const auto result = migrate(*database, std::span(all).first(2));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error(), MigrateError::kNewer);
  EXPECT_EQ(version_of(*database), 3);
}

TEST(Migrations, RefuseADatabaseOfAnotherProgram) {
  const auto foreign = memory();
  ASSERT_TRUE(foreign->execute("CREATE TABLE bookmarks (url)"));
  const auto result = migrate(*foreign);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error(), MigrateError::kCorrupt);

  const auto marked = memory();
  ASSERT_TRUE(marked->execute("PRAGMA application_id = 252006673; PRAGMA user_version = 1"));
  EXPECT_EQ(migrate(*marked).error(), MigrateError::kCorrupt);
}

TEST(Migrations, RefuseAFileThatLacksATable) {
  const auto database = memory();
  ASSERT_TRUE(migrate(*database));
  ASSERT_TRUE(database->execute("DROP TABLE settings"));
  EXPECT_EQ(migrate(*database).error(), MigrateError::kCorrupt);
}

// What migrate() says of a new file whose schema was changed behind SQLite's back.
std::optional<MigrateError> after_rewriting(const char* update) {
  testing::FaultyVfs vfs("migrations_rewritten");
  EXPECT_TRUE(migrate(**Database::open("kith.db", vfs.name())));
  sqlite3* raw = nullptr;
  sqlite3_open_v2("kith.db", &raw, SQLITE_OPEN_READWRITE, vfs.name());
  const std::string sql =
      "PRAGMA locking_mode = EXCLUSIVE; PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = " +
      std::string(update);
  EXPECT_EQ(sqlite3_exec(raw, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK);
  EXPECT_EQ(sqlite3_changes(raw), 1);
  sqlite3_close(raw);
  const auto migrated = migrate(**Database::open("kith.db", vfs.name()));
  return migrated ? std::nullopt : std::optional(migrated.error());
}

TEST(Migrations, RefuseAFileThatLacksAColumn) {
  EXPECT_EQ(after_rewriting("replace(sql, 'provisional', 'prxvisional') WHERE name = 'handles'"),
            MigrateError::kCorrupt);
}

TEST(Migrations, TakeAFullTextIndexThatAnotherVersionOfSQLiteHasMade) {
  EXPECT_EQ(after_rewriting("replace(sql, 'block BLOB', 'block  BLOB') WHERE name = 'messages_fts_data'"),
            std::nullopt);
}

TEST(Migrations, CutOffAnywhereGoOnWhenOpenedAgain) {
  uint64_t operations = 0;
  {
    testing::FaultyVfs clean("migrations_clean");
    auto database = Database::open("kith.db", clean.name());
    operations = clean.operations();
    ASSERT_TRUE(migrate(**database));
    operations = clean.operations() - operations;
  }
  for (uint64_t at = 0; at < operations; ++at) {
    testing::FaultyVfs vfs("migrations_faulty");
    auto database = Database::open("kith.db", vfs.name());
    ASSERT_TRUE(database);
    vfs.fail_after(at, at % 2 == 0 ? SQLITE_IOERR_WRITE : SQLITE_FULL, true);
    const auto result = migrate(**database);
    if (!result) {
      EXPECT_EQ(result.error(), at % 2 == 0 ? MigrateError::kStorage : MigrateError::kFull);
    }
    vfs.crash();
    database->reset();
    database = Database::open("kith.db", vfs.name());
    ASSERT_TRUE(database);
    EXPECT_TRUE(migrate(**database)) << "cut off at operation " << at;
  }
}

}  // namespace
}  // namespace kith::core
