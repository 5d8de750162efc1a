// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/embedded/sql_connection.h"

#include <soci/sqlite3/soci-sqlite3.h>

#include <cassert>

namespace kith {

SqlQuery::~SqlQuery() {
  try {
    while (has_row_) has_row_ = statement_.fetch();  // to the end: a statement left in the middle keeps its snapshot
  } catch (const soci::soci_error&) {}
  statement_.bind_clean_up();
}

SqlQuery& SqlQuery::in(std::string text) {
  assert(values_count_ < kPlaceholdersMax);
  auto& value = values_[values_count_++].emplace<std::string>(std::move(text));
  statement_.exchange(soci::use(value));
  return *this;
}

SqlQuery& SqlQuery::in_number(long long number) {
  assert(values_count_ < kPlaceholdersMax);
  auto& value = values_[values_count_++].emplace<long long>(number);
  statement_.exchange(soci::use(value));
  return *this;
}

SqlQuery& SqlQuery::out(std::string& place) {
  statement_.exchange(soci::into(place));
  return *this;
}

SqlQuery& SqlQuery::out(long long& place) {
  statement_.exchange(soci::into(place));
  return *this;
}

void SqlQuery::run() { fetch(); }

long long SqlQuery::run_counted() {
  fetch();
  return statement_.get_affected_rows();
}

bool SqlQuery::fetch() {
  if (executed_) {
    has_row_ = has_row_ && statement_.fetch();
  } else {
    executed_ = true;
    statement_.define_and_bind();
    has_row_ = statement_.execute(true);
  }
  return has_row_;
}

SqlConnection::SqlConnection(const std::string& path)
    : session_(*soci::factory_sqlite3(), "timeout=5 db=\"" + path + "\"") {
  execute("PRAGMA journal_mode = WAL");
  execute("PRAGMA synchronous = FULL");
  execute("PRAGMA wal_autocheckpoint = 4000");
  execute("PRAGMA journal_size_limit = 67108864");
  execute("PRAGMA cache_size = -16384");
}

void SqlConnection::execute(const std::string& sql) { session_ << sql; }

void SqlConnection::roll_back() {
  try {
    execute("ROLLBACK");
  } catch (const soci::soci_error&) {}
}

soci::statement& SqlConnection::prepared(const char* sql) {
  auto& statement = statements_[sql];
  if (!statement) {
    auto made = std::make_unique<soci::statement>(session_);
    made->alloc();
    made->prepare(sql);
    statement = std::move(made);
  }
  return *statement;
}

}  // namespace kith
