// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/embedded/sql_account_store.h"

#include <algorithm>

#include "server/embedded/sql_connection.h"
#include "server/embedded/sql_device_rows.h"

namespace kith {

namespace {

constexpr uint64_t kDayMicros = 86'400'000'000;

Result<AccountRecord, StoreError> load_now(SqlConnection& connection, const AccountId& account) {
  AccountRecord record;
  record.id = account;
  long long revision = 0, forgiven_at = 0, next_device = 0;
  if (!connection
           .query("SELECT phone, pin_hash, pin_tries_forgiven_at, next_device, revision, device_list,"
                  " device_list_signature FROM accounts WHERE account = :account")
           .in(account)
           .out(record.phone)
           .out(record.pin_hash)
           .out(forgiven_at)
           .out(next_device)
           .out(revision)
           .out(record.device_list)
           .out(record.device_list_signature)
           .fetch()) {
    return Fail(StoreError::kNotFound);
  }
  record.pin_tries_forgiven_at.value = static_cast<uint64_t>(forgiven_at);
  record.last_device.value = static_cast<uint32_t>(next_device - 1);
  record.device_list_revision.value = static_cast<uint64_t>(revision);

  long long device = 0, active = 0, created_at = 0;
  std::string token_hash;
  auto devices = connection.query(
      "SELECT device, token_hash, active, created_at FROM devices WHERE account = :account ORDER BY device");
  devices.in(account).out(device).out(token_hash).out(active).out(created_at);
  while (devices.fetch()) {
    record.devices.push_back({DeviceId{static_cast<uint32_t>(device)}, token_hash, active != 0,
                              UnixMicros{static_cast<uint64_t>(created_at)}});
  }
  return record;
}

std::optional<AccountId> account_of_phone(SqlConnection& connection, const std::string& phone) {
  std::string account;
  if (!connection.query("SELECT account FROM accounts WHERE phone = :phone").in(phone).out(account).fetch())
    return std::nullopt;
  return AccountId::from_hex(account);
}

bool is_account(SqlConnection& connection, const AccountId& account) {
  long long there = 0;
  return connection.query("SELECT 1 FROM accounts WHERE account = :account").in(account).out(there).fetch();
}

void end_device(SqlConnection& connection, const DeviceAddress& device) {
  remove_keys(connection, device);
  connection.query("DELETE FROM devices WHERE account = :account AND device = :device")
      .in(device.account)
      .in(device.device.value)
      .run();
}

}  // namespace

Task<Result<ServerId, StoreError>> SqlAccountStore::server_id(ServerId proposed) {
  return database_.write([proposed](SqlConnection& connection) -> Result<ServerId, StoreError> {
    std::string known;
    if (connection.query("SELECT id FROM server").out(known).fetch()) {
      if (const auto id = ServerId::from_hex(known)) return *id;
    }
    connection.query("INSERT INTO server (only_one, id) VALUES (1, :id)").in(proposed.hex()).run();
    return proposed;
  });
}

Task<Result<AccountRecord, StoreError>> SqlAccountStore::load(AccountId account) {
  return database_.read([account](SqlConnection& connection) { return load_now(connection, account); });
}

Task<Result<AccountRecord, StoreError>> SqlAccountStore::find_by_phone(std::string phone) {
  return database_.read([phone = std::move(phone)](SqlConnection& connection) -> Result<AccountRecord, StoreError> {
    const auto account = account_of_phone(connection, phone);
    if (!account) return Fail(StoreError::kNotFound);
    return load_now(connection, *account);
  });
}

Task<Result<std::vector<AccountStore::PhoneAccount>, StoreError>> SqlAccountStore::find_phones(
    std::vector<std::string> phones) {
  return database_.read(
      [phones = std::move(phones)](SqlConnection& connection) -> Result<std::vector<PhoneAccount>, StoreError> {
        std::vector<PhoneAccount> found;
        for (const std::string& phone : phones) {
          std::string account;
          if (!connection
                   .query("SELECT account FROM accounts WHERE phone = :phone AND EXISTS"
                          " (SELECT 1 FROM devices WHERE devices.account = accounts.account AND devices.active = 1)")
                   .in(phone)
                   .out(account)
                   .fetch()) {
            continue;
          }
          if (const auto id = AccountId::from_hex(account)) found.push_back({phone, *id});
        }
        return found;
      });
}

Task<Result<AccountRecord, StoreError>> SqlAccountStore::add_device(std::string phone, AccountId new_account,
                                                                    Bytes token_hash, UnixMicros now) {
  return database_.write(
      [phone = std::move(phone), new_account, token_hash = std::move(token_hash), now](SqlConnection& connection) {
        const auto known = account_of_phone(connection, phone);
        const AccountId account = known.value_or(new_account);
        long long device = 1;
        if (known) {
          const auto record = load_now(connection, account);
          for (const DeviceRecord& old : record->devices) {
            if (!old.active) end_device(connection, {account, old.id});
          }
          connection.query("SELECT next_device FROM accounts WHERE account = :account").in(account).out(device).fetch();
          connection.query("UPDATE accounts SET next_device = :next WHERE account = :account")
              .in(device + 1)
              .in(account)
              .run();
        } else {
          connection
              .query(
                  "INSERT INTO accounts (account, phone, pin_hash, pin_tries_forgiven_at, next_device, revision,"
                  " device_list, device_list_signature) VALUES (:account, :phone, '', 0, 2, 0, '', '')")
              .in(account)
              .in(phone)
              .run();
        }
        connection
            .query(
                "INSERT INTO devices (account, device, token_hash, active, created_at) VALUES (:account, :device, "
                ":token_hash, 0, :now)")
            .in(account)
            .in(device)
            .in(token_hash)
            .in(now.value)
            .run();
        return load_now(connection, account);
      });
}

Task<Result<AccountRecord, StoreError>> SqlAccountStore::set_device_list(AccountId account, DeviceList list) {
  return database_.write(
      [account, list = std::move(list)](SqlConnection& connection) -> Result<AccountRecord, StoreError> {
        const auto record = load_now(connection, account);
        if (!record) return record;
        for (const DeviceId named : list.devices) {
          if (std::ranges::find(record->devices, named, &DeviceRecord::id) == record->devices.end())
            return Fail(StoreError::kNotFound);
        }
        // The comparison is the statement's own, so that of two writers one wins on any database.
        const long long changed =
            connection
                .query(
                    "UPDATE accounts SET revision = :revision, device_list = :list, device_list_signature = :signature"
                    " WHERE account = :account AND revision = :before")
                .in(list.revision.value)
                .in(list.device_list)
                .in(list.signature)
                .in(account)
                .in(list.revision.value - 1)
                .run_counted();
        if (changed != 1) return Fail(StoreError::kConflict);
        for (const DeviceRecord& device : record->devices) {
          if (std::ranges::find(list.devices, device.id) == list.devices.end())
            end_device(connection, {account, device.id});
        }
        connection.query("UPDATE devices SET active = 1 WHERE account = :account").in(account).run();
        return load_now(connection, account);
      });
}

Task<Result<void, StoreError>> SqlAccountStore::set_pin_hash(AccountId account, std::string pin_hash) {
  return database_.write(
      [account, pin_hash = std::move(pin_hash)](SqlConnection& connection) -> Result<void, StoreError> {
        if (!is_account(connection, account)) return Fail(StoreError::kNotFound);
        connection.query("UPDATE accounts SET pin_hash = :pin_hash WHERE account = :account")
            .in(pin_hash)
            .in(account)
            .run();
        return {};
      });
}

Task<Result<void, StoreError>> SqlAccountStore::set_pin_tries_forgiven_at(AccountId account, UnixMicros at) {
  return database_.write([account, at](SqlConnection& connection) -> Result<void, StoreError> {
    if (!is_account(connection, account)) return Fail(StoreError::kNotFound);
    connection.query("UPDATE accounts SET pin_tries_forgiven_at = :at WHERE account = :account")
        .in(at.value)
        .in(account)
        .run();
    return {};
  });
}

Task<Result<void, StoreError>> SqlAccountStore::put_code(std::string phone, PendingCode code) {
  return database_.write(
      [phone = std::move(phone), code = std::move(code)](SqlConnection& connection) -> Result<void, StoreError> {
        connection.query("DELETE FROM codes WHERE expires_at < :before")
            .in(code.expires_at.value - std::min(code.expires_at.value, kDayMicros))
            .run();
        connection
            .query(
                "REPLACE INTO codes (phone, code_hash, expires_at, attempts) VALUES (:phone, :code_hash, :expires_at, "
                ":attempts)")
            .in(phone)
            .in(code.code_hash)
            .in(code.expires_at.value)
            .in(code.attempts)
            .run();
        return {};
      });
}

Task<Result<PendingCode, StoreError>> SqlAccountStore::get_code(std::string phone) {
  return database_.read([phone = std::move(phone)](SqlConnection& connection) -> Result<PendingCode, StoreError> {
    PendingCode code;
    long long expires_at = 0, attempts = 0;
    if (!connection.query("SELECT code_hash, expires_at, attempts FROM codes WHERE phone = :phone")
             .in(phone)
             .out(code.code_hash)
             .out(expires_at)
             .out(attempts)
             .fetch()) {
      return Fail(StoreError::kNotFound);
    }
    code.expires_at.value = static_cast<uint64_t>(expires_at);
    code.attempts = static_cast<uint32_t>(attempts);
    return code;
  });
}

Task<Result<void, StoreError>> SqlAccountStore::remove_code(std::string phone) {
  return database_.write([phone = std::move(phone)](SqlConnection& connection) -> Result<void, StoreError> {
    connection.query("DELETE FROM codes WHERE phone = :phone").in(phone).run();
    return {};
  });
}

}  // namespace kith
