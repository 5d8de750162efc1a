// SPDX-License-Identifier: AGPL-3.0-or-later

// Accounts in the SQL database: tables server, accounts, devices, codes (sql_schema.cc).
#pragma once

#include "server/ports/account_store.h"
#include "server/sql/sql_database.h"

namespace kith {

// Limits: registration codes that expired more than a day before a newer one does are dropped when that one comes, so
//         that numbers that never register don't pile up.
class SqlAccountStore final : public AccountStore {
 public:
  // The database outlives the store.
  explicit SqlAccountStore(SqlDatabase& database) : database_(database) {}

  Task<Result<ServerId, StoreError>> server_id(ServerId proposed) override;
  Task<Result<AccountRecord, StoreError>> load(AccountId account) override;
  Task<Result<AccountRecord, StoreError>> find_by_phone(std::string phone) override;
  Task<Result<std::vector<PhoneAccount>, StoreError>> find_phones(std::vector<std::string> phones) override;
  Task<Result<AccountRecord, StoreError>> add_device(std::string phone, AccountId new_account, Bytes token_hash,
                                                     UnixMicros now) override;
  Task<Result<AccountRecord, StoreError>> set_device_list(AccountId account, DeviceList list) override;
  Task<Result<void, StoreError>> set_pin_hash(AccountId account, std::string pin_hash) override;
  Task<Result<Try, StoreError>> take_pin_try(AccountId account, UnixMicros now, TryBudget budget) override;
  Task<Result<void, StoreError>> return_pin_try(AccountId account, TryBudget budget) override;
  Task<Result<void, StoreError>> put_code(std::string phone, PendingCode code) override;
  Task<Result<PendingCode, StoreError>> try_code(std::string phone, UnixMicros now, uint32_t attempts_max) override;
  Task<Result<void, StoreError>> return_code_attempt(std::string phone, Bytes code_hash) override;
  Task<Result<void, StoreError>> remove_code(std::string phone) override;

 private:
  SqlDatabase& database_;
};

}  // namespace kith
