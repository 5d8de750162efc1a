// SPDX-License-Identifier: AGPL-3.0-or-later

// One connection to the database, with its prepared statements kept. The only header that knows SOCI; for .cc files of
// this folder.
//
// Everything throws soci_error; SqlDatabase catches. Statements are portable SQL: no RETURNING, no ON CONFLICT; REPLACE
// INTO is understood by SQLite and MySQL alike. Text and bytes are both std::string; numbers are 64-bit and signed. No
// column is NULL.
#pragma once

#include <soci/soci.h>

#include <array>
#include <concepts>
#include <memory>
#include <string>
#include <unordered_map>
#include <variant>

#include "base/ids.h"

namespace kith {

class SqlConnection;

// One use of a prepared statement: in() for each placeholder in order, out() for each column, then run() or fetch().
class SqlQuery {
 public:
  explicit SqlQuery(soci::statement& statement) : statement_(statement) {}
  ~SqlQuery();
  SqlQuery(const SqlQuery&) = delete;
  SqlQuery& operator=(const SqlQuery&) = delete;

  SqlQuery& in(std::string text);
  SqlQuery& in(std::integral auto number) { return in_number(static_cast<long long>(number)); }
  SqlQuery& in(const AccountId& account) { return in(account.hex()); }
  // The place is written by each fetch() that answers true, and must live as long as this.
  SqlQuery& out(std::string& place);
  SqlQuery& out(long long& place);

  void run();
  // Runs a change; answers how many rows it has changed.
  long long run_counted();
  // The next row, if there is one.
  bool fetch();

 private:
  static constexpr size_t kPlaceholdersMax = 10;
  SqlQuery& in_number(long long number);

  soci::statement& statement_;
  std::array<std::variant<std::string, long long>, kPlaceholdersMax> values_;
  size_t values_count_ = 0;
  bool executed_ = false;
  bool has_row_ = false;
};

class SqlConnection {
 public:
  explicit SqlConnection(const std::string& path);

  // `sql` is kept by its address: a constant. One SqlQuery of it at a time.
  SqlQuery query(const char* sql) { return SqlQuery(prepared(sql)); }
  void execute(const std::string& sql);

  void begin_write() { execute("BEGIN IMMEDIATE"); }
  void begin_read() { execute("BEGIN"); }
  void commit() { execute("COMMIT"); }
  // Never throws: a transaction that the database has ended by itself is fine.
  void roll_back();

 private:
  soci::statement& prepared(const char* sql);

  soci::session session_;
  std::unordered_map<const char*, std::unique_ptr<soci::statement>> statements_;
};

}  // namespace kith
