// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/sql/sql_account_store.h"

#include <algorithm>
#include <unordered_map>

#include "base/limits.h"
#include "server/sql/sql_connection.h"
#include "server/sql/sql_device_rows.h"

namespace kith {

namespace {

constexpr uint64_t kDayMicros = 86'400'000'000;

const SqlRow kServer{"server", {"only_one"}, {"id"}};
const SqlRow kAccount{
    "accounts",
    {"account"},
    {"pin_hash", "pin_tries_forgiven_at", "next_device", "revision", "device_list", "device_list_signature"}};
const SqlRow kHandle{"handles", {"handle"}, {"account", "ordinal"}};
const SqlRow kCode{"codes", {"handle"}, {"code_hash", "expires_at", "attempts", "used_by"}};

// In their order. With it, how far the order goes.
struct Handles {
  std::vector<Handle> all;
  long long first = 1;
  long long last = 0;
};
Handles load_handles(SqlConnection& connection, const AccountId& account) {
  Handles handles;
  long long ordinal = 0;
  std::string text;
  auto rows = connection.query("SELECT handle, ordinal FROM handles WHERE account = :account ORDER BY ordinal, handle");
  rows.in(account).out(text).out(ordinal);
  while (rows.fetch()) {
    if (handles.all.empty()) handles.first = ordinal;
    handles.last = ordinal;
    if (auto handle = Handle::from_text(text)) handles.all.push_back(std::move(*handle));
  }
  return handles;
}

Result<AccountRecord, StoreError> load_now(SqlConnection& connection, const AccountId& account) {
  AccountRecord record;
  record.id = account;
  long long revision = 0, forgiven_at = 0, next_device = 0;
  if (!connection
           .query("SELECT pin_hash, pin_tries_forgiven_at, next_device, revision, device_list,"
                  " device_list_signature FROM accounts WHERE account = :account")
           .in(account)
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

  record.handles = load_handles(connection, account).all;

  long long device = 0, active = 0, created_at = 0, linked = 0, added_at = 0;
  std::string token_hash;
  auto devices = connection.query(
      "SELECT device, token_hash, active, created_at, linked, added_at FROM devices WHERE account = :account"
      " ORDER BY device");
  devices.in(account).out(device).out(token_hash).out(active).out(created_at).out(linked).out(added_at);
  while (devices.fetch()) {
    record.devices.push_back({DeviceId{static_cast<uint32_t>(device)}, token_hash, active != 0,
                              UnixMicros{static_cast<uint64_t>(created_at)}, linked != 0,
                              UnixMicros{static_cast<uint64_t>(added_at)}});
  }
  return record;
}

std::optional<PendingCode> load_code(SqlConnection& connection, const Handle& handle) {
  PendingCode code;
  long long expires_at = 0, attempts = 0;
  if (!connection.query("SELECT code_hash, expires_at, attempts, used_by FROM codes WHERE handle = :handle")
           .in(handle.text())
           .out(code.code_hash)
           .out(expires_at)
           .out(attempts)
           .out(code.used_by)
           .fetch()) {
    return std::nullopt;
  }
  code.expires_at.value = static_cast<uint64_t>(expires_at);
  code.attempts = static_cast<uint32_t>(attempts);
  return code;
}

std::optional<AccountId> account_of(SqlConnection& connection, const Handle& handle) {
  std::string account;
  if (!connection.query("SELECT account FROM handles WHERE handle = :handle").in(handle.text()).out(account).fetch())
    return std::nullopt;
  return AccountId::from_hex(account);
}

// For a change that changed no row: there was none, or it was so already.
Result<void, StoreError> if_account(SqlConnection& connection, const AccountId& account) {
  long long there = 0;
  if (!connection.query("SELECT 1 FROM accounts WHERE account = :account").in(account).out(there).fetch())
    return Fail(StoreError::kNotFound);
  return {};
}

// Makes the account this writer's alone until its transaction ends.
Result<void, StoreError> lock_account(SqlConnection& connection, const AccountId& account) {
  connection.query("UPDATE accounts SET next_device = next_device WHERE account = :account").in(account).run();
  return if_account(connection, account);
}

void end_device(SqlConnection& connection, const DeviceAddress& device) {
  remove_keys(connection, device);
  connection.query("DELETE FROM devices WHERE account = :account AND device = :device")
      .in(device.account)
      .in(device.device.value)
      .run();
}

// Makes the account this writer's alone until its transaction ends, and counts one device more: its last_device.
Result<AccountRecord, StoreError> count_device(SqlConnection& connection, const AccountId& account) {
  connection.query("UPDATE accounts SET next_device = next_device + 1 WHERE account = :account").in(account).run();
  return load_now(connection, account);
}

// The device that count_device() has counted. An earlier one of its kind that never became active ends.
Result<AccountRecord, StoreError> insert_device(SqlConnection& connection, const AccountRecord& account,
                                                const Bytes& token_hash, bool linked, UnixMicros now) {
  for (const DeviceRecord& old : account.devices) {
    if (!old.active && old.linked == linked) end_device(connection, {account.id, old.id});
  }
  connection
      .query(
          "INSERT INTO devices (account, device, token_hash, active, created_at, linked, added_at, last_active_at)"
          " VALUES (:account, :device, :token_hash, 0, :now, :linked, 0, 0)")
      .in(account.id)
      .in(account.last_device.value)
      .in(token_hash)
      .in(now.value)
      .in(linked ? 1 : 0)
      .run();
  return load_now(connection, account.id);
}

// Whether that very list is the current one.
bool is_current(const AccountRecord& record, const AccountStore::DeviceList& list) {
  return list.revision.value > 0 && record.device_list_revision == list.revision &&
         record.device_list == list.device_list && record.device_list_signature == list.signature;
}

}  // namespace

Task<Result<ServerId, StoreError>> SqlAccountStore::server_id(ServerId proposed) {
  return database_.write([proposed](SqlConnection& connection) -> Result<ServerId, StoreError> {
    connection.insert_if_absent(kServer).in(1).in(proposed.hex()).run();
    std::string known;
    connection.query("SELECT id FROM server").out(known).fetch();
    const auto id = ServerId::from_hex(known);
    if (!id) return Fail(StoreError::kUnavailable);
    return *id;
  });
}

Task<Result<AccountRecord, StoreError>> SqlAccountStore::load(AccountId account) {
  return database_.read([account](SqlConnection& connection) { return load_now(connection, account); });
}

Task<Result<AccountRecord, StoreError>> SqlAccountStore::find_by_handle(Handle handle) {
  return database_.read([handle = std::move(handle)](SqlConnection& connection) -> Result<AccountRecord, StoreError> {
    const auto account = account_of(connection, handle);
    if (!account) return Fail(StoreError::kNotFound);
    return load_now(connection, *account);
  });
}

Task<Result<std::vector<AccountStore::HandleAccount>, StoreError>> SqlAccountStore::find_handles(
    std::vector<Handle> handles) {
  return database_.read(
      [handles = std::move(handles)](SqlConnection& connection) -> Result<std::vector<HandleAccount>, StoreError> {
        std::vector<HandleAccount> found;
        for (const Handle& handle : handles) {
          std::string account;
          if (!connection
                   .query("SELECT account FROM handles WHERE handle = :handle AND EXISTS"
                          " (SELECT 1 FROM devices WHERE devices.account = handles.account AND devices.active = 1)")
                   .in(handle.text())
                   .out(account)
                   .fetch()) {
            continue;
          }
          if (const auto id = AccountId::from_hex(account)) found.push_back({handle, *id});
        }
        return found;
      });
}

Task<Result<std::vector<AccountId>, StoreError>> SqlAccountStore::find_active(std::vector<AccountId> accounts) {
  return database_.read(
      [accounts = std::move(accounts)](SqlConnection& connection) -> Result<std::vector<AccountId>, StoreError> {
        std::vector<AccountId> found;
        for (const AccountId& account : accounts) {
          long long device = 0;
          if (connection.query("SELECT device FROM devices WHERE account = :account AND active = 1 LIMIT 1")
                  .in(account)
                  .out(device)
                  .fetch()) {
            found.push_back(account);
          }
        }
        return found;
      });
}

Task<Result<std::vector<AccountStore::ListRevision>, StoreError>> SqlAccountStore::list_revisions(
    std::vector<AccountId> accounts) {
  return database_.read([accounts = std::move(accounts)](
                            SqlConnection& connection) -> Result<std::vector<ListRevision>, StoreError> {
    constexpr size_t kChunk = 8;
    std::unordered_map<std::string, uint64_t> found;
    for (size_t first = 0; first < accounts.size(); first += kChunk) {
      std::string account;
      long long revision = 0;
      auto rows =
          connection.query("SELECT account, revision FROM accounts WHERE account IN (:a, :b, :c, :d, :e, :f, :g, :h)");
      // What the last of them lacks is its first again
      for (size_t i = 0; i < kChunk; ++i) rows.in(accounts[first + i < accounts.size() ? first + i : first]);
      rows.out(account).out(revision);
      while (rows.fetch()) found[account] = static_cast<uint64_t>(revision);
    }
    std::vector<ListRevision> revisions;
    revisions.reserve(accounts.size());
    for (const AccountId& account : accounts) {
      const auto one = found.find(account.hex());
      if (one != found.end()) revisions.push_back({account, {one->second}});
    }
    return revisions;
  });
}

Task<Result<AccountRecord, StoreError>> SqlAccountStore::add_handle(AccountId account, Handle handle, Place place) {
  return database_.write(
      [account, handle = std::move(handle), place](SqlConnection& connection) -> Result<AccountRecord, StoreError> {
        if (const auto there = lock_account(connection, account); !there) return Fail(there.error());
        const Handles has = load_handles(connection, account);
        const long long ordinal = place == Place::kFirst ? has.first - 1 : has.last + 1;
        if (std::ranges::find(has.all, handle) != has.all.end()) {
          connection.query("UPDATE handles SET ordinal = :ordinal WHERE handle = :handle AND account = :account")
              .in(ordinal)
              .in(handle.text())
              .in(account)
              .run();
          return load_now(connection, account);
        }
        if (has.all.size() >= kHandlesMax) return Fail(StoreError::kConflict);
        connection.insert_if_absent(kHandle).in(handle.text()).in(account).in(ordinal).run();
        if (account_of(connection, handle) != account) return Fail(StoreError::kConflict);
        return load_now(connection, account);
      });
}

Task<Result<AccountRecord, StoreError>> SqlAccountStore::remove_handle(AccountId account, Handle handle) {
  return database_.write(
      [account, handle = std::move(handle)](SqlConnection& connection) -> Result<AccountRecord, StoreError> {
        if (const auto there = lock_account(connection, account); !there) return Fail(there.error());
        connection.query("DELETE FROM handles WHERE handle = :handle AND account = :account")
            .in(handle.text())
            .in(account)
            .run();
        return load_now(connection, account);
      });
}

Task<Result<AccountRecord, StoreError>> SqlAccountStore::add_device(Handle handle, AccountId new_account,
                                                                    Bytes token_hash, UnixMicros now) {
  return database_.write([handle = std::move(handle), new_account, token_hash = std::move(token_hash),
                          now](SqlConnection& connection) -> Result<AccountRecord, StoreError> {
    connection.insert_if_absent(kHandle).in(handle.text()).in(new_account).in(1).run();
    const auto account = account_of(connection, handle);
    if (!account) return Fail(StoreError::kUnavailable);  // taken from its account at this very moment
    if (*account == new_account)
      connection.insert_if_absent(kAccount).in(new_account).in("").in(0).in(1).in(0).in("").in("").run();
    const auto record = count_device(connection, *account);
    if (!record) return record;
    return insert_device(connection, *record, token_hash, false, now);
  });
}

Task<Result<AccountRecord, StoreError>> SqlAccountStore::link_device(AccountId account, Bytes token_hash,
                                                                     UnixMicros now) {
  return database_.write([account, token_hash = std::move(token_hash),
                          now](SqlConnection& connection) -> Result<AccountRecord, StoreError> {
    const auto record = count_device(connection, account);
    if (!record) return record;
    if (static_cast<size_t>(std::ranges::count(record->devices, true, &DeviceRecord::active)) >= kDevicesMax)
      return Fail(StoreError::kConflict);
    return insert_device(connection, *record, token_hash, true, now);
  });
}

Task<Result<AccountRecord, StoreError>> SqlAccountStore::set_device_list(AccountId account, DeviceList list) {
  return database_.write(
      [account, list = std::move(list)](SqlConnection& connection) -> Result<AccountRecord, StoreError> {
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
        // From here on the account is this writer's alone.
        const auto record = load_now(connection, account);
        if (!record) return record;
        if (changed != 1) {
          if (is_current(*record, list)) return record;  // done before; the answer was lost
          return Fail(StoreError::kConflict);
        }
        for (const DeviceId named : list.devices) {
          if (std::ranges::find(record->devices, named, &DeviceRecord::id) == record->devices.end())
            return Fail(StoreError::kNotFound);
        }
        for (const DeviceRecord& device : record->devices) {
          if (std::ranges::find(list.devices, device.id) == list.devices.end())
            end_device(connection, {account, device.id});
        }
        connection.query("UPDATE devices SET active = 1, added_at = :now WHERE account = :account AND active = 0")
            .in(list.now.value)
            .in(account)
            .run();
        return load_now(connection, account);
      });
}

Task<Result<void, StoreError>> SqlAccountStore::set_pin_hash(AccountId account, std::string pin_hash) {
  return database_.write(
      [account, pin_hash = std::move(pin_hash)](SqlConnection& connection) -> Result<void, StoreError> {
        const long long changed = connection.query("UPDATE accounts SET pin_hash = :pin_hash WHERE account = :account")
                                      .in(pin_hash)
                                      .in(account)
                                      .run_counted();
        if (changed == 0) return if_account(connection, account);
        return {};
      });
}

Task<Result<AccountStore::Try, StoreError>> SqlAccountStore::take_pin_try(AccountId account, UnixMicros now,
                                                                          TryBudget budget) {
  return database_.write([account, now, budget](SqlConnection& connection) -> Result<Try, StoreError> {
    const long long taken =
        connection
            .query(
                "UPDATE accounts SET pin_tries_forgiven_at = :share +"
                " CASE WHEN pin_tries_forgiven_at > :now THEN pin_tries_forgiven_at ELSE :from_now END"
                " WHERE account = :account AND pin_tries_forgiven_at <= :latest")
            .in(budget.share_us)
            .in(now.value)
            .in(now.value)
            .in(account)
            .in(now.value + budget.window_us - budget.share_us)
            .run_counted();
    if (taken == 1) return Try{true, 0};
    const auto record = load_now(connection, account);
    if (!record) return Fail(record.error());
    const uint64_t full_at = std::min(record->pin_tries_forgiven_at.value, now.value + budget.window_us);
    return Try{false, full_at + budget.share_us - budget.window_us - now.value};
  });
}

Task<Result<void, StoreError>> SqlAccountStore::return_pin_try(AccountId account, TryBudget budget) {
  return database_.write([account, budget](SqlConnection& connection) -> Result<void, StoreError> {
    const long long returned =
        connection
            .query(
                "UPDATE accounts SET pin_tries_forgiven_at = pin_tries_forgiven_at - :share WHERE account = :account"
                " AND pin_tries_forgiven_at >= :least")
            .in(budget.share_us)
            .in(account)
            .in(budget.share_us)
            .run_counted();
    if (returned == 0) return if_account(connection, account);
    return {};
  });
}

Task<Result<void, StoreError>> SqlAccountStore::put_code(Handle handle, PendingCode code) {
  return database_.write(
      [handle = std::move(handle), code = std::move(code)](SqlConnection& connection) -> Result<void, StoreError> {
        connection.query("DELETE FROM codes WHERE expires_at < :before")
            .in(code.expires_at.value - std::min(code.expires_at.value, kDayMicros))
            .run();
        connection.upsert(kCode)
            .in(handle.text())
            .in(code.code_hash)
            .in(code.expires_at.value)
            .in(code.attempts)
            .in(code.used_by)
            .run();
        return {};
      });
}

Task<Result<PendingCode, StoreError>> SqlAccountStore::try_code(Handle handle, Bytes request, UnixMicros now,
                                                                uint32_t attempts_max) {
  return database_.write([handle = std::move(handle), request = std::move(request), now,
                          attempts_max](SqlConnection& connection) -> Result<PendingCode, StoreError> {
    const long long counted =
        connection
            .query(
                "UPDATE codes SET attempts = attempts + 1 WHERE handle = :handle AND expires_at > :now"
                " AND attempts < :most AND used_by IN ('', :request)")
            .in(handle.text())
            .in(now.value)
            .in(attempts_max)
            .in(request)
            .run_counted();
    const auto code = load_code(connection, handle);
    if (!code || code->expires_at <= now) return Fail(StoreError::kNotFound);
    if (!code->used_by.empty() && code->used_by != request) return Fail(StoreError::kNotFound);
    if (counted != 1) return Fail(StoreError::kConflict);
    return *code;
  });
}

Task<Result<void, StoreError>> SqlAccountStore::return_code_attempt(Handle handle, Bytes code_hash) {
  return database_.write([handle = std::move(handle),
                          code_hash = std::move(code_hash)](SqlConnection& connection) -> Result<void, StoreError> {
    connection
        .query(
            "UPDATE codes SET attempts = attempts - 1 WHERE handle = :handle AND code_hash = :code_hash AND attempts > "
            "0")
        .in(handle.text())
        .in(code_hash)
        .run();
    return {};
  });
}

Task<Result<void, StoreError>> SqlAccountStore::use_code(Handle handle, Bytes code_hash, Bytes request) {
  return database_.write([handle = std::move(handle), code_hash = std::move(code_hash),
                          request = std::move(request)](SqlConnection& connection) -> Result<void, StoreError> {
    connection
        .query("UPDATE codes SET used_by = :request WHERE handle = :handle AND code_hash = :code_hash AND used_by = ''")
        .in(request)
        .in(handle.text())
        .in(code_hash)
        .run();
    const auto code = load_code(connection, handle);
    if (!code || code->code_hash != code_hash || code->used_by != request) return Fail(StoreError::kNotFound);
    return {};
  });
}

Task<Result<void, StoreError>> SqlAccountStore::remove_used_code(Handle handle) {
  return database_.write([handle = std::move(handle)](SqlConnection& connection) -> Result<void, StoreError> {
    connection.query("DELETE FROM codes WHERE handle = :handle AND used_by <> ''").in(handle.text()).run();
    return {};
  });
}

}  // namespace kith
