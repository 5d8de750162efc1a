// SPDX-License-Identifier: AGPL-3.0-or-later

// Accounts in the SQL database: tables server, accounts, handles, devices, codes (sql_schema.cc).
#pragma once

#include "server/ports/account_store.h"
#include "server/sql/sql_database.h"

namespace kith {

// Limits: registration codes that expired more than a day before a newer one does are dropped when that one comes, so
//         that handles that never register don't pile up.
class SqlAccountStore final : public AccountStore {
 public:
  // The database outlives the store.
  explicit SqlAccountStore(SqlDatabase& database) : database_(database) {}

  Task<Result<ServerId, StoreError>> server_id(ServerId proposed) override;
  Task<Result<AccountRecord, StoreError>> load(AccountId account) override;
  Task<Result<AccountRecord, StoreError>> find_by_handle(Handle handle) override;
  Task<Result<std::vector<HandleAccount>, StoreError>> find_handles(std::vector<Handle> handles) override;
  Task<Result<std::vector<AccountId>, StoreError>> find_active(std::vector<AccountId> accounts) override;
  Task<Result<std::vector<ListRevision>, StoreError>> list_revisions(std::vector<AccountId> accounts) override;
  Task<Result<AccountRecord, StoreError>> add_handle(AccountId account, Handle handle, Place place) override;
  Task<Result<AccountRecord, StoreError>> remove_handle(AccountId account, Handle handle) override;
  Task<Result<AccountRecord, StoreError>> add_device(Handle handle, AccountId new_account, Bytes token_hash,
                                                     UnixMicros now) override;
  Task<Result<AccountRecord, StoreError>> link_device(AccountId account, Bytes token_hash, UnixMicros now) override;
  Task<Result<AccountRecord, StoreError>> set_device_list(AccountId account, DeviceList list) override;
  Task<Result<void, StoreError>> set_pin_hash(AccountId account, std::string pin_hash) override;
  Task<Result<Try, StoreError>> take_pin_try(AccountId account, UnixMicros now, TryBudget budget) override;
  Task<Result<void, StoreError>> return_pin_try(AccountId account, TryBudget budget) override;
  Task<Result<void, StoreError>> put_code(Handle handle, PendingCode code) override;
  Task<Result<PendingCode, StoreError>> try_code(Handle handle, Bytes request, UnixMicros now,
                                                 uint32_t attempts_max) override;
  Task<Result<void, StoreError>> return_code_attempt(Handle handle, Bytes code_hash) override;
  Task<Result<void, StoreError>> use_code(Handle handle, Bytes code_hash, Bytes request) override;
  Task<Result<void, StoreError>> remove_used_code(Handle handle) override;

 private:
  SqlDatabase& database_;
};

}  // namespace kith
