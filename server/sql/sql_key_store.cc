// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/sql/sql_key_store.h"

#include "server/sql/sql_connection.h"
#include "server/sql/sql_device_rows.h"

namespace kith {

namespace {

const SqlRow kKeys{"device_keys",
                   {"account", "device"},
                   {"registration_id", "identity_key", "signed_prekey_id", "signed_prekey", "signed_prekey_signature"}};
const SqlRow kPrekey{"prekeys", {"account", "device", "prekey"}, {"ordinal", "taken", "public_key"}};

uint32_t count_now(SqlConnection& connection, const DeviceAddress& device) {
  long long count = 0;
  connection.query("SELECT COUNT(*) FROM prekeys WHERE account = :account AND device = :device AND taken = 0")
      .in(device.account)
      .in(device.device.value)
      .out(count)
      .fetch();
  return static_cast<uint32_t>(count);
}

// Zero when there is none.
long long last_ordinal(SqlConnection& connection, const DeviceAddress& device) {
  long long ordinal = 0;
  connection.query("SELECT COALESCE(MAX(ordinal), 0) FROM prekeys WHERE account = :account AND device = :device")
      .in(device.account)
      .in(device.device.value)
      .out(ordinal)
      .fetch();
  return ordinal;
}

// The next to be handed out.
std::optional<PublicPrekey> oldest_prekey(SqlConnection& connection, const DeviceAddress& device) {
  long long id = 0;
  PublicPrekey prekey;
  if (!connection
           .query("SELECT prekey, public_key FROM prekeys WHERE account = :account AND device = :device AND taken = 0"
                  " ORDER BY ordinal LIMIT 1")
           .in(device.account)
           .in(device.device.value)
           .out(id)
           .out(prekey.public_key)
           .fetch()) {
    return std::nullopt;
  }
  prekey.id = static_cast<uint32_t>(id);
  return prekey;
}

std::optional<DeviceKeys> load_keys(SqlConnection& connection, const DeviceAddress& device) {
  DeviceKeys keys;
  long long registration_id = 0, signed_prekey_id = 0;
  if (!connection
           .query("SELECT registration_id, identity_key, signed_prekey_id, signed_prekey, signed_prekey_signature"
                  " FROM device_keys WHERE account = :account AND device = :device")
           .in(device.account)
           .in(device.device.value)
           .out(registration_id)
           .out(keys.identity_key)
           .out(signed_prekey_id)
           .out(keys.signed_prekey.public_key)
           .out(keys.signed_prekey.signature)
           .fetch()) {
    return std::nullopt;
  }
  keys.registration_id = static_cast<uint32_t>(registration_id);
  keys.signed_prekey.id = static_cast<uint32_t>(signed_prekey_id);
  return keys;
}

// Makes the device's keys this writer's alone until its transaction ends, so that what it counts of them stays so: a
// count inside the inserting statement would not see what another writer has not committed yet. Errors: kNotFound.
Result<void, StoreError> lock_keys(SqlConnection& connection, const DeviceAddress& device) {
  connection
      .query("UPDATE device_keys SET registration_id = registration_id WHERE account = :account AND device = :device")
      .in(device.account)
      .in(device.device.value)
      .run();
  if (!load_keys(connection, device)) return Fail(StoreError::kNotFound);
  return {};
}

// The keys are locked. Answers how many are held then.
uint32_t add_now(SqlConnection& connection, const DeviceAddress& device, const std::vector<PublicPrekey>& prekeys) {
  uint32_t held = count_now(connection, device);
  long long ordinal = last_ordinal(connection, device);
  for (const PublicPrekey& prekey : prekeys) {
    if (held >= KeyStore::kPrekeysMax) break;
    const long long added = connection.insert_if_absent(kPrekey)
                                .in(device.account)
                                .in(device.device.value)
                                .in(prekey.id)
                                .in(ordinal + 1)
                                .in(0)
                                .in(prekey.public_key)
                                .run_counted();
    if (added == 0) continue;  // known
    ++ordinal;
    ++held;
  }
  connection
      .query("DELETE FROM prekeys WHERE account = :account AND device = :device AND taken = 1 AND ordinal <= :ordinal")
      .in(device.account)
      .in(device.device.value)
      .in(ordinal - static_cast<long long>(KeyStore::kPrekeysRemembered))
      .run();
  return held;
}

bool is_known(SqlConnection& connection, const DeviceAddress& device, uint32_t id) {
  long long count = 0;
  connection.query("SELECT COUNT(*) FROM prekeys WHERE account = :account AND device = :device AND prekey = :prekey")
      .in(device.account)
      .in(device.device.value)
      .in(id)
      .out(count)
      .fetch();
  return count > 0;
}

}  // namespace

void remove_keys(SqlConnection& connection, const DeviceAddress& device) {
  connection.query("DELETE FROM device_keys WHERE account = :account AND device = :device")
      .in(device.account)
      .in(device.device.value)
      .run();
  connection.query("DELETE FROM prekeys WHERE account = :account AND device = :device")
      .in(device.account)
      .in(device.device.value)
      .run();
}

Task<Result<void, StoreError>> SqlKeyStore::put_keys(DeviceAddress device, DeviceKeys keys) {
  return database_.write([device, keys = std::move(keys)](SqlConnection& connection) -> Result<void, StoreError> {
    connection.upsert(kKeys)
        .in(device.account)
        .in(device.device.value)
        .in(keys.registration_id)
        .in(keys.identity_key)
        .in(keys.signed_prekey.id)
        .in(keys.signed_prekey.public_key)
        .in(keys.signed_prekey.signature)
        .run();
    return {};
  });
}

Task<Result<void, StoreError>> SqlKeyStore::put_signed_prekey(DeviceAddress device, PublicSignedPrekey prekey) {
  return database_.write([device, prekey = std::move(prekey)](SqlConnection& connection) -> Result<void, StoreError> {
    const long long changed =
        connection
            .query(
                "UPDATE device_keys SET signed_prekey_id = :id, signed_prekey = :public_key,"
                " signed_prekey_signature = :signature WHERE account = :account AND device = :device")
            .in(prekey.id)
            .in(prekey.public_key)
            .in(prekey.signature)
            .in(device.account)
            .in(device.device.value)
            .run_counted();
    if (changed == 0 && !load_keys(connection, device)) return Fail(StoreError::kNotFound);
    return {};
  });
}

Task<Result<uint32_t, StoreError>> SqlKeyStore::add_prekeys(DeviceAddress device, std::vector<PublicPrekey> prekeys) {
  return database_.write(
      [device, prekeys = std::move(prekeys)](SqlConnection& connection) -> Result<uint32_t, StoreError> {
        if (const auto there = lock_keys(connection, device); !there) return Fail(there.error());
        return add_now(connection, device, prekeys);
      });
}

Task<Result<uint32_t, StoreError>> SqlKeyStore::replace_prekeys(DeviceAddress device,
                                                                std::vector<PublicPrekey> prekeys) {
  return database_.write(
      [device, prekeys = std::move(prekeys)](SqlConnection& connection) -> Result<uint32_t, StoreError> {
        if (const auto there = lock_keys(connection, device); !there) return Fail(there.error());
        if (!prekeys.empty() && !is_known(connection, device, prekeys.front().id)) {
          connection
              .query(
                  "UPDATE prekeys SET taken = 1, public_key = '' WHERE account = :account AND device = :device AND "
                  "taken = 0")
              .in(device.account)
              .in(device.device.value)
              .run();
        }
        return add_now(connection, device, prekeys);
      });
}

Task<Result<uint32_t, StoreError>> SqlKeyStore::count_prekeys(DeviceAddress device) {
  return database_.read(
      [device](SqlConnection& connection) -> Result<uint32_t, StoreError> { return count_now(connection, device); });
}

Task<Result<DeviceKeyBundle, StoreError>> SqlKeyStore::take_bundle(DeviceAddress device) {
  auto taken = co_await take_with_prekey(device);
  if (taken || taken.error() == StoreError::kNotFound) co_return taken;
  // A prekey that can't be marked as taken is not handed out; a session begins without one, as when none are left.
  Task<Result<DeviceKeyBundle, StoreError>> without =
      database_.read([device](SqlConnection& connection) -> Result<DeviceKeyBundle, StoreError> {
        auto keys = load_keys(connection, device);
        if (!keys) return Fail(StoreError::kNotFound);
        DeviceKeyBundle bundle;
        bundle.keys = std::move(*keys);
        return bundle;
      });
  co_return co_await std::move(without);
}

Task<Result<DeviceKeyBundle, StoreError>> SqlKeyStore::take_with_prekey(DeviceAddress device) {
  return database_.write([device](SqlConnection& connection) -> Result<DeviceKeyBundle, StoreError> {
    auto keys = load_keys(connection, device);
    if (!keys) return Fail(StoreError::kNotFound);
    DeviceKeyBundle bundle;
    bundle.keys = std::move(*keys);
    // Who changes `taken` has it. Another writer that was quicker leaves one fewer to look for.
    while (auto prekey = oldest_prekey(connection, device)) {
      const long long taken =
          connection
              .query(
                  "UPDATE prekeys SET taken = 1, public_key = '' WHERE account = :account AND device = :device AND "
                  "prekey = :prekey AND taken = 0")
              .in(device.account)
              .in(device.device.value)
              .in(prekey->id)
              .run_counted();
      if (taken != 1) continue;
      bundle.prekey = std::move(*prekey);
      bundle.prekeys_remaining = count_now(connection, device);
      break;
    }
    return bundle;
  });
}

Task<Result<void, StoreError>> SqlKeyStore::remove_device(DeviceAddress device) {
  return database_.write([device](SqlConnection& connection) -> Result<void, StoreError> {
    remove_keys(connection, device);
    return {};
  });
}

}  // namespace kith
