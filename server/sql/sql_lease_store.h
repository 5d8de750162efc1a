// SPDX-License-Identifier: AGPL-3.0-or-later

// Leases in the SQL database: table leases (sql_schema.cc).
#pragma once

#include <string>

#include "server/ports/lease_store.h"
#include "server/sql/sql_database.h"

namespace kith {

class SqlLeaseStore final : public LeaseStore {
 public:
  // The database outlives the store. `holder`: the process, unlike every other one on this database.
  SqlLeaseStore(SqlDatabase& database, std::string holder) : database_(database), holder_(std::move(holder)) {}

  Task<Result<bool, StoreError>> take(std::string name, UnixMicros now, uint64_t life_us) override;

 private:
  SqlDatabase& database_;
  const std::string holder_;
};

}  // namespace kith
