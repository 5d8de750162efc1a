// SPDX-License-Identifier: AGPL-3.0-or-later

// The key directory in the SQL database: tables device_keys, prekeys (sql_schema.cc).
#pragma once

#include "server/ports/key_store.h"
#include "server/sql/sql_database.h"

namespace kith {

class SqlKeyStore final : public KeyStore {
 public:
  // The database outlives the store.
  explicit SqlKeyStore(SqlDatabase& database) : database_(database) {}

  Task<Result<void, StoreError>> put_keys(DeviceAddress device, DeviceKeys keys) override;
  Task<Result<void, StoreError>> put_signed_prekey(DeviceAddress device, PublicSignedPrekey prekey) override;
  Task<Result<uint32_t, StoreError>> add_prekeys(DeviceAddress device, std::vector<PublicPrekey> prekeys) override;
  Task<Result<uint32_t, StoreError>> replace_prekeys(DeviceAddress device, std::vector<PublicPrekey> prekeys) override;
  Task<Result<uint32_t, StoreError>> count_prekeys(DeviceAddress device) override;
  Task<Result<DeviceKeyBundle, StoreError>> take_bundle(DeviceAddress device) override;
  Task<Result<void, StoreError>> remove_device(DeviceAddress device) override;

 private:
  Task<Result<DeviceKeyBundle, StoreError>> take_with_prekey(DeviceAddress device);

  SqlDatabase& database_;
};

}  // namespace kith
