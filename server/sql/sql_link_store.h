// SPDX-License-Identifier: AGPL-3.0-or-later

// Mailboxes for linking devices in the SQL database: tables links, link_count (sql_schema.cc).
#pragma once

#include "server/ports/link_store.h"
#include "server/sql/sql_database.h"

namespace kith {

class SqlLinkStore final : public LinkStore {
 public:
  // The database outlives the store.
  explicit SqlLinkStore(SqlDatabase& database) : database_(database) {}

  Task<Result<void, StoreError>> put(LinkId link, LinkSlot slot, Bytes payload, UnixMicros now,
                                     size_t links_max) override;
  Task<Result<std::vector<Message>, StoreError>> read(LinkId link, UnixMicros now) override;
  Task<Result<void, StoreError>> remove(LinkId link) override;
  Task<Result<size_t, StoreError>> expire(UnixMicros now, size_t count_max) override;

 private:
  SqlDatabase& database_;
};

}  // namespace kith
