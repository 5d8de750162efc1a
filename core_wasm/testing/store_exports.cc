// SPDX-License-Identifier: AGPL-3.0-or-later

// A module with nothing but the database over the module's file layer: web/core-client tests end it between any two
// calls of the host.
#include <memory>

#include "core/store/database.h"
#include "core_wasm/opfs_vfs.h"

#define KITH_EXPORT(name) extern "C" __attribute__((export_name(#name)))

namespace kith::core_wasm {
namespace {

std::unique_ptr<core::Database>& database() {
  static std::unique_ptr<core::Database> instance;
  return instance;
}

int64_t integer(const char* sql) {
  core::Statement statement = database()->prepare(sql);
  return statement.step() ? statement.integer(0) : -1;
}

}  // namespace

// 0, or 1 + core::StoreError.
KITH_EXPORT(store_open) int store_open() {
  auto opened = core::Database::open("kith.db", kVfsName);
  if (!opened) return 1 + int(opened.error());
  database() = std::move(*opened);
  const auto made =
      database()->execute("CREATE TABLE IF NOT EXISTS rows (number INTEGER PRIMARY KEY, payload BLOB NOT NULL)");
  return made ? 0 : 1 + int(made.error());
}

// Adds `count` rows of `bytes` bytes in one transaction, numbered on from the last; commits, or rolls back. 0, or 1 +
// core::StoreError.
KITH_EXPORT(store_add) int store_add(int count, int bytes, int commit) {
  core::Transaction transaction(*database());
  const int64_t first = integer("SELECT coalesce(max(number), 0) + 1 FROM rows");
  for (int64_t number = first; number < first + count; ++number) {
    const Bytes blob(size_t(bytes), char('a' + number % 26));
    database()->prepare("INSERT INTO rows VALUES (?, ?)").bind(number).bind_blob(blob).run();
  }
  if (commit == 0) return 0;
  const auto result = transaction.commit();
  return result ? 0 : 1 + int(result.error());
}

// Overwrites every row's payload in one transaction, twice, so that pages which a small cache has spilled are replaced
// in the log.
KITH_EXPORT(store_rewrite) int store_rewrite(int bytes) {
  if (!database()->execute("PRAGMA cache_size=5")) return 1;
  core::Transaction transaction(*database());
  for (int round = 0; round < 2; ++round)
    database()->prepare("UPDATE rows SET payload = zeroblob(?)").bind(bytes + round).run();
  const auto result = transaction.commit();
  return result ? 0 : 1 + int(result.error());
}

KITH_EXPORT(store_count) int store_count() { return int(integer("SELECT count(*) FROM rows")); }
KITH_EXPORT(store_payload_bytes) int store_payload_bytes() {
  return int(integer("SELECT coalesce(max(length(payload)), 0) FROM rows"));
}
KITH_EXPORT(store_checkpoint) int store_checkpoint() {
  return database()->execute("PRAGMA wal_checkpoint(TRUNCATE)") ? 0 : 1;
}

// 1 when the file is sound.
KITH_EXPORT(store_is_sound) int store_is_sound() {
  core::Statement statement = database()->prepare("PRAGMA integrity_check");
  return statement.step() && statement.text(0) == "ok" ? 1 : 0;
}

KITH_EXPORT(store_close) void store_close() { database().reset(); }

}  // namespace kith::core_wasm
