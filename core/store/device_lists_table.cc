// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/store/device_lists_table.h"

#include <algorithm>

#include "crypto/hash.h"
#include "wire/api.pb.h"

namespace kith::core {

namespace {

// Of the signed bytes, which were checked before they came here.
std::vector<RemovedDevice> removed_in(const Bytes& device_list, Revision settled) {
  std::vector<RemovedDevice> devices;
  wire::DeviceList list;
  if (!list.ParseFromString(device_list)) return devices;
  if (auto removed = read_removed(list)) devices = std::move(*removed);
  std::erase_if(devices, [settled](const RemovedDevice& each) { return each.revision <= settled; });
  return devices;
}

}  // namespace

std::vector<DeviceId> DeviceListRow::targets(const Registration& own) const {
  std::vector<DeviceId> targets;
  const bool is_own = account == own.account;
  for (const DeviceRow& row : devices) {
    if (is_own && row.device == own.device) continue;
    targets.push_back(row.device);
  }
  return targets;
}

std::optional<Bytes> DeviceListRow::keys_of(DeviceId device) const {
  for (const DeviceRow& row : devices) {
    if (row.device == device) return crypto::digest("kith addressee v1", account_key + row.identity_key);
  }
  return std::nullopt;
}

const std::optional<DeviceListRow>& DeviceListsTable::look_up(const AccountId& account) {
  if (!last_ || last_->account != account || !database_.in_transaction()) last_ = Read{account, read(account)};
  return last_->list;
}

std::optional<DeviceListRow> DeviceListsTable::find(const AccountId& account) { return look_up(account); }

std::optional<DeviceListRow> DeviceListsTable::read(const AccountId& account) {
  DeviceListRow list;
  {
    auto row = database_.prepare(
        "SELECT revision, account_key, device_list, signature, verified, newest_revision, removals, settled_revision "
        "FROM device_lists WHERE account = ?");
    row.bind_id(account);
    if (!row.step()) return std::nullopt;
    list.account = account;
    list.revision = Revision{static_cast<uint64_t>(row.integer(0))};
    list.account_key = row.blob(1);
    list.device_list = row.blob(2);
    list.signature = row.blob(3);
    list.verified = row.integer(4) != 0;
    list.newest_revision = Revision{static_cast<uint64_t>(row.integer(5))};
    if (row.integer(6) != 0)
      list.removed = removed_in(list.device_list, Revision{static_cast<uint64_t>(row.integer(7))});
  }
  auto row = database_.prepare("SELECT device, identity_key, name FROM devices WHERE account = ? ORDER BY device");
  row.bind_id(account);
  while (row.step())
    list.devices.push_back({DeviceId{static_cast<uint32_t>(row.integer(0))}, row.blob(1), row.text(2)});
  // Every list names a device. Without its row, messages for it would count as sent to all.
  if (list.known() && list.devices.empty()) database_.found_damage();
  return list;
}

void DeviceListsTable::set(const DeviceListRow& list) {
  ++version_;
  forget();
  database_
      .prepare(
          "INSERT INTO device_lists (account, revision, account_key, device_list, signature, verified, "
          "newest_revision) "
          "VALUES (?1, ?2, ?3, ?4, ?5, ?6, max(?7, ?2)) "
          "ON CONFLICT (account) DO UPDATE SET revision = ?2, account_key = ?3, device_list = ?4, signature = ?5, "
          "verified = ?6, "
          "newest_revision = max(newest_revision, ?7, ?2)")
      .bind_id(list.account)
      .bind(static_cast<int64_t>(list.revision.value))
      .bind_blob(list.account_key)
      .bind_blob(list.device_list)
      .bind_blob(list.signature)
      .bind(list.verified ? 1 : 0)
      .bind(static_cast<int64_t>(list.newest_revision.value))
      .run();
  set_removals(list);
  database_.prepare("DELETE FROM devices WHERE account = ?").bind_id(list.account).run();
  for (const DeviceRow& device : list.devices) {
    database_.prepare("INSERT OR REPLACE INTO devices (account, device, identity_key, name) VALUES (?, ?, ?, ?)")
        .bind_id(list.account)
        .bind(device.device.value)
        .bind_blob(device.identity_key)
        .bind_text(device.name)
        .run();
  }
}

void DeviceListsTable::set_removals(const DeviceListRow& list) {
  Revision settled;
  {
    auto row = database_.prepare("SELECT settled_revision FROM device_lists WHERE account = ?");
    row.bind_id(list.account);
    if (row.step()) settled = {static_cast<uint64_t>(row.integer(0))};
  }
  database_.prepare("UPDATE device_lists SET removals = ? WHERE account = ?")
      .bind(removed_in(list.device_list, settled).empty() ? 0 : 1)
      .bind_id(list.account)
      .run();
}

void DeviceListsTable::greets() {
  if (!has_removed()) return;
  forget();
  database_.prepare("UPDATE device_lists SET removals = 2 WHERE removals = 1").run();
}

std::vector<AccountId> DeviceListsTable::quiet(int64_t limit) {
  std::vector<AccountId> accounts;
  auto row = database_.prepare("SELECT account FROM device_lists WHERE removals = 2 LIMIT ?");
  row.bind(limit);
  while (row.step()) accounts.push_back(row.id<AccountId>(0));
  return accounts;
}

void DeviceListsTable::settle(const AccountId& account) {
  forget();
  database_.prepare("UPDATE device_lists SET removals = 0, settled_revision = revision WHERE account = ?")
      .bind_id(account)
      .run();
}

bool DeviceListsTable::has_removed() {
  return database_.prepare("SELECT 1 FROM device_lists WHERE removals > 0 LIMIT 1").step();
}

void DeviceListsTable::note_revision(const AccountId& account, Revision revision) {
  ++version_;
  forget();
  database_
      .prepare(
          "INSERT INTO device_lists (account, newest_revision) VALUES (?1, ?2) "
          "ON CONFLICT (account) DO UPDATE SET newest_revision = ?2 WHERE newest_revision < ?2")
      .bind_id(account)
      .bind(static_cast<int64_t>(revision.value))
      .run();
}

void DeviceListsTable::set_verified(const AccountId& account, bool verified) {
  forget();
  database_.prepare("UPDATE device_lists SET verified = ? WHERE account = ?")
      .bind(verified ? 1 : 0)
      .bind_id(account)
      .run();
}

bool DeviceListsTable::verified(const AccountId& account) {
  auto row = database_.prepare("SELECT verified FROM device_lists WHERE account = ?");
  row.bind_id(account);
  return row.step() && row.integer(0) != 0;
}

void DeviceListsTable::set_must_agree(const AccountId& account, bool must_agree) {
  ++version_;
  forget();
  database_
      .prepare(
          "INSERT INTO device_lists (account, newest_revision, must_agree) VALUES (?1, 0, ?2) "
          "ON CONFLICT (account) DO UPDATE SET must_agree = ?2")
      .bind_id(account)
      .bind(must_agree ? 1 : 0)
      .run();
}

bool DeviceListsTable::must_agree(const AccountId& account) {
  auto row = database_.prepare("SELECT must_agree FROM device_lists WHERE account = ?");
  row.bind_id(account);
  return row.step() && row.integer(0) != 0;
}

std::optional<AccountId> DeviceListsTable::must_agree_in(const GroupId& group) {
  auto row = database_.prepare(
      "SELECT m.account FROM group_members m JOIN device_lists l ON l.account = m.account WHERE m.group_id = ? AND "
      "m.role > 0 AND l.must_agree = 1 LIMIT 1");
  row.bind_id(group);
  return row.step() ? std::optional(row.id<AccountId>(0)) : std::nullopt;
}

std::vector<AccountId> DeviceListsTable::stale(int64_t limit) {
  std::vector<AccountId> accounts;
  auto row = database_.prepare("SELECT account FROM device_lists WHERE newest_revision > revision LIMIT ?");
  row.bind(limit);
  while (row.step()) accounts.push_back(row.id<AccountId>(0));
  return accounts;
}

const Bytes* DeviceListsTable::find_key(const DeviceAddress& device) {
  const std::optional<DeviceListRow>& list = look_up(device.account);
  if (!list) return nullptr;
  for (const DeviceRow& row : list->devices) {
    if (row.device == device.device) return &row.identity_key;
  }
  return nullptr;
}

std::optional<Bytes> DeviceListsTable::identity_key(const DeviceAddress& device) {
  const Bytes* const key = find_key(device);
  return key == nullptr ? std::nullopt : std::optional(*key);
}

std::optional<Bytes> DeviceListsTable::sender_key(const DeviceAddress& device) {
  if (const Bytes* const key = find_key(device); key != nullptr) return *key;
  const RemovedDevice* const removed = find_removed(device);
  return removed == nullptr ? std::nullopt : std::optional(removed->identity_key);
}

bool DeviceListsTable::may_have_sent(const DeviceAddress& device, UnixMicros server_time) {
  if (find_key(device) != nullptr) return true;
  const RemovedDevice* const removed = find_removed(device);
  return removed != nullptr &&
         server_time.value - std::min(server_time.value, kClocksDifferUs) <= removed->removed.value;
}

const RemovedDevice* DeviceListsTable::find_removed(const DeviceAddress& device) {
  const std::optional<DeviceListRow>& list = look_up(device.account);
  if (!list) return nullptr;
  const auto found = std::find_if(list->removed.begin(), list->removed.end(),
                                  [&device](const RemovedDevice& each) { return each.device == device.device; });
  return found == list->removed.end() ? nullptr : &*found;
}

void DeviceListsTable::remove(const AccountId& account) {
  ++version_;
  forget();
  database_.prepare("DELETE FROM device_lists WHERE account = ?").bind_id(account).run();
  database_.prepare("DELETE FROM devices WHERE account = ?").bind_id(account).run();
}

}  // namespace kith::core
