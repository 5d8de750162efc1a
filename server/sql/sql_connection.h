// SPDX-License-Identifier: AGPL-3.0-or-later

// One connection to the database, with its prepared statements kept. The only header of this folder that knows SOCI:
// for .cc files.
//
// Everything throws soci_error; SqlDatabase catches. Statements are portable SQL (no RETURNING, no ON CONFLICT); what
// can't be is the dialect's. Text and bytes are both std::string; numbers are 64-bit and signed. No column is NULL.
#pragma once

#include <soci/soci.h>

#include <array>
#include <concepts>
#include <memory>
#include <string>
#include <unordered_map>
#include <variant>

#include "base/ids.h"
#include "server/sql/sql_dialect.h"

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
  // Runs a change; answers how many rows it has changed. An UPDATE that leaves a row as it was need not count it.
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
  // The dialect outlives it.
  SqlConnection(const SqlDialect& dialect, std::unique_ptr<soci::session> session);

  // `sql` and rows are kept by their address: constants. One SqlQuery of each at a time.
  SqlQuery query(const char* sql);
  SqlQuery upsert(const SqlRow& row);
  SqlQuery insert_if_absent(const SqlRow& row);
  void execute(const std::string& sql);

  void begin_write() { execute(dialect_.begin_write()); }
  void begin_read() { execute(dialect_.begin_read()); }
  void commit() { execute("COMMIT"); }
  // Never throws: a transaction that the database has ended by itself is fine.
  void roll_back();

 private:
  using Statements = std::unordered_map<const void*, std::unique_ptr<soci::statement>>;
  std::unique_ptr<soci::statement> prepare(const std::string& sql);

  const SqlDialect& dialect_;
  std::unique_ptr<soci::session> session_;
  Statements queries_;     // by the address of their text
  Statements upserts_;     // by that of their row
  Statements insertions_;  // as well
};

}  // namespace kith
