// SPDX-License-Identifier: AGPL-3.0-or-later

// Groups in the SQL database: tables group_heads, group_changes, group_checkpoints, group_members, group_counts
// (sql_schema.cc).
#pragma once

#include "server/ports/group_store.h"
#include "server/sql/sql_database.h"

namespace kith {

class SqlGroupStore final : public GroupStore {
 public:
  // The database outlives the store.
  explicit SqlGroupStore(SqlDatabase& database) : database_(database) {}

  Task<Result<GroupRecord, StoreError>> load(GroupId group) override;
  Task<Result<TakeAnswer, StoreError>> take(GroupId group, Change change, Bounds bounds) override;
  Task<Result<std::vector<GroupChangeRecord>, StoreError>> changes(GroupId group, Revision after, Revision until,
                                                                   size_t bytes_max) override;
  Task<Result<Checkpoint, StoreError>> checkpoint(GroupId group, Revision at_most) override;
  Task<Result<Membership, StoreError>> membership(GroupId group, AccountId account) override;
  Task<Result<std::vector<OwnGroup>, StoreError>> groups_of(AccountId account) override;
  Task<Result<size_t, StoreError>> forget_abandoned(UnixMicros now, size_t count_max) override;

 private:
  SqlDatabase& database_;
};

}  // namespace kith
