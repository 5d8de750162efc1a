// SPDX-License-Identifier: AGPL-3.0-or-later

// Groups in the SQL database: tables group_heads, group_changes, group_checkpoints, group_members (sql_schema.cc).
#pragma once

#include "server/ports/group_store.h"
#include "server/sql/sql_database.h"

namespace kith {

class SqlGroupStore final : public GroupStore {
 public:
  // The database outlives the store.
  explicit SqlGroupStore(SqlDatabase& database) : database_(database) {}

  Task<Result<GroupRecord, StoreError>> load(GroupId group) override;
  Task<Result<void, StoreError>> take(GroupId group, Change change, size_t groups_max) override;
  Task<Result<std::vector<GroupChangeRecord>, StoreError>> changes(GroupId group, Revision after,
                                                                   size_t count_max) override;
  Task<Result<Bytes, StoreError>> checkpoint(GroupId group, Revision at_most) override;
  Task<Result<Membership, StoreError>> membership(GroupId group, AccountId account) override;
  Task<Result<std::vector<GroupId>, StoreError>> groups_of(AccountId account) override;

 private:
  SqlDatabase& database_;
};

}  // namespace kith
