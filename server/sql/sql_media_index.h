// SPDX-License-Identifier: AGPL-3.0-or-later

// What is known of sealed files in the SQL database: tables files, file_holders, file_counts, file_totals
// (sql_schema.cc).
#pragma once

#include <mutex>

#include "server/ports/media_index.h"
#include "server/sql/sql_database.h"

namespace kith {

class SqlMediaIndex final : public MediaIndex {
 public:
  // The database outlives the index. Reads the totals: waits for the database.
  explicit SqlMediaIndex(SqlDatabase& database);

  Task<Result<MakeAnswer, StoreError>> make(FileId file, Wish wish, Bounds bounds) override;
  Task<Result<FileRecord, StoreError>> find(FileId file) override;
  Task<Result<FileRecord, StoreError>> find_held(FileId file, AccountId account) override;
  Task<Result<void, StoreError>> finish(FileId file, UnixMicros expires_at) override;
  Task<Result<void, StoreError>> prolong(FileId file, UnixMicros expires_at) override;
  Task<Result<bool, StoreError>> let_go(FileId file, AccountId account, UnixMicros now) override;
  Task<Result<std::vector<FileId>, StoreError>> take_due(UnixMicros now, size_t count_max) override;
  Task<Result<void, StoreError>> forget(FileId file) override;
  Task<Result<Usage, StoreError>> usage(AccountId account) override;
  [[nodiscard]] Totals totals() const override;

 private:
  // On the writer's thread: what is read there is committed with what was written, or its job is run again.
  void note_totals(SqlConnection& connection);

  SqlDatabase& database_;
  mutable std::mutex mutex_;
  Totals totals_;  // guarded by mutex_
};

}  // namespace kith
