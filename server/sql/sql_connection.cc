// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/sql/sql_connection.h"

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

SqlConnection::SqlConnection(const SqlDialect& dialect, std::unique_ptr<soci::session> session)
    : dialect_(dialect), session_(std::move(session)) {}

SqlQuery SqlConnection::query(const char* sql) {
  auto& statement = queries_[sql];
  if (!statement) statement = prepare(sql);
  return SqlQuery(*statement);
}

SqlQuery SqlConnection::upsert(const SqlRow& row) {
  auto& statement = upserts_[&row];
  if (!statement) statement = prepare(dialect_.upsert(row));
  return SqlQuery(*statement);
}

SqlQuery SqlConnection::insert_if_absent(const SqlRow& row) {
  auto& statement = insertions_[&row];
  if (!statement) statement = prepare(dialect_.insert_if_absent(row));
  return SqlQuery(*statement);
}

void SqlConnection::execute(const std::string& sql) { *session_ << sql; }

void SqlConnection::roll_back() {
  try {
    execute("ROLLBACK");
  } catch (const soci::soci_error&) {}
}

std::unique_ptr<soci::statement> SqlConnection::prepare(const std::string& sql) {
  auto statement = std::make_unique<soci::statement>(*session_);
  statement->alloc();
  statement->prepare(sql);
  return statement;
}

}  // namespace kith
