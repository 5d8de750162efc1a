// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/embedded/sqlite_dialect.h"

#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>
#include <sqlite3.h>

namespace kith {

namespace {

// Written ahead and synced at each commit; a second writer waits for as long as `timeout` says, in seconds.
std::unique_ptr<soci::session> connect(const std::string& path) {
  auto session = std::make_unique<soci::session>(*soci::factory_sqlite3(), "timeout=5 db=\"" + path + "\"");
  *session << "PRAGMA journal_mode = WAL";
  *session << "PRAGMA synchronous = FULL";
  *session << "PRAGMA wal_autocheckpoint = 4000";
  *session << "PRAGMA journal_size_limit = 67108864";
  return session;
}

int code_of(const soci::soci_error& error) {
  const auto* sqlite = dynamic_cast<const soci::sqlite3_soci_error*>(&error);
  return sqlite ? sqlite->result() & 0xFF : SQLITE_ERROR;
}

std::string insert(const char* how, const SqlRow& row) {
  std::string columns, places;
  const auto add = [&](const char* column) {
    const char* const comma = columns.empty() ? "" : ", ";
    columns.append(comma).append(column);
    places.append(comma).append(":").append(column);
  };
  for (const char* const key : row.keys) add(key);
  for (const char* const value : row.values) add(value);
  return std::string(how) + " INTO " + row.table + " (" + columns + ") VALUES (" + places + ")";
}

}  // namespace

std::unique_ptr<soci::session> SqliteDialect::connect_to_write() const {
  auto session = connect(path_);
  *session << "PRAGMA cache_size = -16384";
  return session;
}

std::unique_ptr<soci::session> SqliteDialect::connect_to_read() const {
  auto session = connect(path_);
  *session << "PRAGMA query_only = 1";
  *session << "PRAGMA cache_size = -2048";  // accounts are read once and then kept by their shard
  return session;
}

// Takes the file's one write lock at once, so that nothing it has seen is changed by others.
const char* SqliteDialect::begin_write() const { return "BEGIN IMMEDIATE"; }
const char* SqliteDialect::begin_read() const { return "BEGIN"; }

std::string SqliteDialect::upsert(const SqlRow& row) const { return insert("REPLACE", row); }
std::string SqliteDialect::insert_if_absent(const SqlRow& row) const { return insert("INSERT OR IGNORE", row); }

bool SqliteDialect::is_full(const soci::soci_error& error) const { return code_of(error) == SQLITE_FULL; }

std::string SqliteDialect::explain(const soci::soci_error& error) const {
  switch (code_of(error)) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return "It is damaged: restore it, with its -wal file, from a backup";
    case SQLITE_FULL: return "The disk is full: make room and start again";
    case SQLITE_BUSY: return "Another process has it open";
    default: return "Check that the directory can be read and written";
  }
}

}  // namespace kith
