// SPDX-License-Identifier: AGPL-3.0-or-later

// SQLite for the SQL stores: how its file is opened, and what it writes differently from other databases.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "server/sql/sql_database.h"

namespace kith {

class SqliteDialect final : public SqlDialect {
 public:
  // The file is made when it is not there.
  explicit SqliteDialect(std::string path) : path_(std::move(path)) {}

  [[nodiscard]] std::unique_ptr<soci::session> connect_to_write() const override;
  [[nodiscard]] std::unique_ptr<soci::session> connect_to_read() const override;
  [[nodiscard]] const char* begin_write() const override;
  [[nodiscard]] const char* begin_read() const override;
  [[nodiscard]] std::string upsert(const SqlRow& row) const override;
  [[nodiscard]] std::string insert_if_absent(const SqlRow& row) const override;
  [[nodiscard]] bool is_full(const soci::soci_error& error) const override;
  [[nodiscard]] std::string explain(const soci::soci_error& error) const override;
  [[nodiscard]] std::string name() const override { return path_; }

 private:
  std::string path_;
};

// The error is a sentence for the operator.
inline Result<std::unique_ptr<SqlDatabase>, std::string> open_sqlite(const std::string& path) {
  return SqlDatabase::open(std::make_unique<SqliteDialect>(path));
}

}  // namespace kith
