// SPDX-License-Identifier: AGPL-3.0-or-later

// The versions of the database's schema, and the way from each to the newest.
//
// A file of Kith has application_id kApplicationId and, as user_version, the number of the last migration it went
// through. Each migration and its new version number are one transaction: a crash in between repeats it as a whole. A
// migration, once released, never changes.
#pragma once

#include <cstdint>
#include <span>

#include "base/result.h"
#include "core/store/database.h"

namespace kith::core {

enum class MigrateError {
  kNewer,    // written by a newer version of Kith: its version number is above all that are known here
  kCorrupt,  // no database of Kith, or damaged
  kStorage,  // the disk failed; the file is as before the migration that failed
  kFull,     // the same of a disk that is full
};

inline constexpr int32_t kApplicationId = 0x4B697468;  // "Kith"

struct Migration {
  int32_t version;  // 1, 2, 3, … without gaps
  const char* sql;
};

// All migrations, oldest first.
std::span<const Migration> migrations();

// Brings the database to the newest version; an empty file gets everything. Not inside a Transaction.
Result<void, MigrateError> migrate(Database& database);
// The same with another list, for tests.
Result<void, MigrateError> migrate(Database& database, std::span<const Migration> list);

}  // namespace kith::core
