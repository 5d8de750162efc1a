// SPDX-License-Identifier: AGPL-3.0-or-later

// What one kind of database does differently from another: everything else in this folder is portable SQL through SOCI.
//
// Isolation: between begin_write() and COMMIT a statement sees what other writers have committed before it ("read
//            committed" or stricter), and a changed row is the writer's until then.
#pragma once

#include <memory>
#include <string>
#include <vector>

namespace soci {
class session;
class soci_error;
}  // namespace soci

namespace kith {

// A row of a table, for the statements that no two databases write alike. Kept by its address: a constant.
struct SqlRow {
  const char* table;
  std::vector<const char*> keys;    // columns of the primary key, in order
  std::vector<const char*> values;  // the others
};

class SqlDialect {
 public:
  virtual ~SqlDialect() = default;

  // One connection more, ready to use. Throws soci_error.
  [[nodiscard]] virtual std::unique_ptr<soci::session> connect_to_write() const = 0;
  // One that never writes, and whose transactions see one snapshot.
  [[nodiscard]] virtual std::unique_ptr<soci::session> connect_to_read() const = 0;

  [[nodiscard]] virtual const char* begin_write() const = 0;
  [[nodiscard]] virtual const char* begin_read() const = 0;
  // Statements with a placeholder for each column, keys first: put the row in place of one with the same key; insert it
  // unless there is one with the same value of any unique key (and count the rows inserted).
  [[nodiscard]] virtual std::string upsert(const SqlRow& row) const = 0;
  [[nodiscard]] virtual std::string insert_if_absent(const SqlRow& row) const = 0;

  // Whether it failed for want of space.
  [[nodiscard]] virtual bool is_full(const soci::soci_error& error) const = 0;
  // Why it could not be opened, and what can be done: a sentence for the operator.
  [[nodiscard]] virtual std::string explain(const soci::soci_error& error) const = 0;
  // Names it in such sentences.
  [[nodiscard]] virtual std::string name() const = 0;
};

}  // namespace kith
