// SPDX-License-Identifier: AGPL-3.0-or-later

// Profiles and privacy in the SQL database: tables profiles, privacy (sql_schema.cc).
#pragma once

#include "server/ports/profile_store.h"
#include "server/sql/sql_database.h"

namespace kith {

class SqlProfileStore final : public ProfileStore {
 public:
  // The database outlives the store.
  explicit SqlProfileStore(SqlDatabase& database) : database_(database) {}

  Task<Result<ProfileRecord, StoreError>> load_profile(AccountId account) override;
  Task<Result<void, StoreError>> put_profile(AccountId account, ProfileRecord profile) override;
  Task<Result<void, StoreError>> remove_profile(AccountId account) override;
  Task<Result<PrivacyRecord, StoreError>> load_privacy(AccountId account) override;
  Task<Result<std::vector<AccountId>, StoreError>> find_blocking(std::vector<AccountId> accounts,
                                                                 AccountId other) override;
  Task<Result<PrivacyRecord, StoreError>> change_privacy(AccountId account, PrivacyChange change) override;

 private:
  SqlDatabase& database_;
};

}  // namespace kith
