// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/store/group_key_tables.h"

namespace kith::core {

std::optional<Bytes> GroupKeyTables::load_chain(const GroupId& group, const DeviceAddress& sender, uint32_t id) {
  auto row = database_.prepare(
      "SELECT record FROM group_chains WHERE group_id = ? AND account = ? AND device = ? AND chain = ?");
  row.bind_id(group).bind_id(sender.account).bind(sender.device.value).bind(id);
  return row.step() ? std::optional(row.blob(0)) : std::nullopt;
}

bool GroupKeyTables::store_chain(const GroupId& group, const DeviceAddress& sender, uint32_t id, BytesView chain) {
  database_
      .prepare(
          "INSERT INTO group_chains (group_id, account, device, chain, place, record) VALUES (?1, ?2, ?3, ?4, (SELECT "
          "ifnull(max(place), 0) + 1 FROM group_chains WHERE group_id = ?1 AND account = ?2 AND device = ?3), ?5) ON "
          "CONFLICT (group_id, account, device, chain) DO UPDATE SET record = excluded.record")
      .bind_id(group)
      .bind_id(sender.account)
      .bind(sender.device.value)
      .bind(id)
      .bind_blob(chain)
      .run();
  return !database_.failed();
}

void GroupKeyTables::remove_chain(const GroupId& group, const DeviceAddress& sender, uint32_t id) {
  database_.prepare("DELETE FROM group_chains WHERE group_id = ? AND account = ? AND device = ? AND chain = ?")
      .bind_id(group)
      .bind_id(sender.account)
      .bind(sender.device.value)
      .bind(id)
      .run();
}

std::vector<uint32_t> GroupKeyTables::chains(const GroupId& group, const DeviceAddress& sender) {
  auto row = database_.prepare(
      "SELECT chain FROM group_chains WHERE group_id = ? AND account = ? AND device = ? ORDER BY place");
  row.bind_id(group).bind_id(sender.account).bind(sender.device.value);
  std::vector<uint32_t> found;
  while (row.step()) found.push_back(static_cast<uint32_t>(row.integer(0)));
  return found;
}

std::optional<crypto::OwnChain> GroupKeyTables::load_own(const GroupId& group) {
  auto row = database_.prepare("SELECT chain, ready_for FROM group_own WHERE group_id = ?");
  row.bind_id(group);
  if (!row.step()) return std::nullopt;
  return crypto::OwnChain{static_cast<uint32_t>(row.integer(0)), row.blob(1)};
}

bool GroupKeyTables::store_own(const GroupId& group, const crypto::OwnChain& own) {
  database_.prepare("INSERT OR REPLACE INTO group_own (group_id, chain, ready_for) VALUES (?, ?, ?)")
      .bind_id(group)
      .bind(own.id)
      .bind_blob(own.ready_for)
      .run();
  return !database_.failed();
}

void GroupKeyTables::remove_own(const GroupId& group) {
  database_.prepare("DELETE FROM group_own WHERE group_id = ?").bind_id(group).run();
  database_.prepare("UPDATE group_holders SET until_number = ? WHERE group_id = ? AND until_number IS NULL")
      .bind(static_cast<int64_t>(next_number(group)))
      .bind_id(group)
      .run();
}

std::vector<DeviceAddress> GroupKeyTables::holders(const GroupId& group) {
  auto row = database_.prepare(
      "SELECT account, device FROM group_holders WHERE group_id = ? AND until_number IS NULL ORDER BY account, device");
  row.bind_id(group);
  std::vector<DeviceAddress> found;
  while (row.step()) found.push_back({row.id<AccountId>(0), {static_cast<uint32_t>(row.integer(1))}});
  return found;
}

bool GroupKeyTables::add_holder(const GroupId& group, const DeviceAddress& holder) {
  if (holds(group, holder)) return true;
  const auto list = lists_.find(holder.account);
  const Bytes keys = list ? list->keys_of(holder.device).value_or(Bytes()) : Bytes();
  database_
      .prepare(
          "INSERT OR REPLACE INTO group_holders (group_id, account, device, keys, from_number) VALUES (?, ?, ?, ?, ?)")
      .bind_id(group)
      .bind_id(holder.account)
      .bind(holder.device.value)
      .bind_blob(keys)
      .bind(static_cast<int64_t>(next_number(group)))
      .run();
  return !database_.failed();
}

void GroupKeyTables::remove_group(const GroupId& group) {
  remove_own(group);
  database_.prepare("DELETE FROM group_chains WHERE group_id = ?").bind_id(group).run();
}

std::optional<Bytes> GroupKeyTables::keys_of_reader(const GroupId& group, const DeviceAddress& device,
                                                    uint64_t number) {
  auto row = database_.prepare(
      "SELECT keys FROM group_holders WHERE group_id = ? AND account = ? AND device = ? AND from_number <= ?4 AND "
      "(until_number IS NULL OR until_number > ?4)");
  row.bind_id(group).bind_id(device.account).bind(device.device.value).bind(static_cast<int64_t>(number));
  return row.step() ? std::optional(row.blob(0)) : std::nullopt;
}

bool GroupKeyTables::holds(const GroupId& group, const DeviceAddress& device) {
  auto row = database_.prepare(
      "SELECT 1 FROM group_holders WHERE group_id = ? AND account = ? AND device = ? AND until_number IS NULL");
  row.bind_id(group).bind_id(device.account).bind(device.device.value);
  return row.step();
}

std::vector<GroupId> GroupKeyTables::held_by(const AccountId& account) {
  auto row = database_.prepare(
      "SELECT DISTINCT group_id FROM group_holders WHERE account = ? AND until_number IS NULL ORDER BY group_id");
  row.bind_id(account);
  std::vector<GroupId> found;
  while (row.step()) found.push_back(row.id<GroupId>(0));
  return found;
}

int64_t GroupKeyTables::chains_of_unknown() {
  auto row = database_.prepare(
      "SELECT count(*) FROM group_chains c WHERE NOT EXISTS (SELECT 1 FROM groups g WHERE g.group_id = c.group_id AND "
      "g.revision > 0)");
  return row.step() ? row.integer(0) : 0;
}

int64_t GroupKeyTables::chains_of_unknown(const AccountId& sender) {
  auto row = database_.prepare(
      "SELECT count(*) FROM group_chains c WHERE account = ? AND NOT EXISTS (SELECT 1 FROM groups g WHERE g.group_id = "
      "c.group_id AND g.revision > 0)");
  row.bind_id(sender);
  return row.step() ? row.integer(0) : 0;
}

void GroupKeyTables::forget_gone(UnixMicros before) {
  std::vector<GroupId> gone;
  {
    auto row = database_.prepare(
        "SELECT group_id FROM groups WHERE present = 0 AND gone_us > 0 AND gone_us < ? AND (EXISTS (SELECT 1 FROM "
        "group_chains c WHERE c.group_id = groups.group_id) OR EXISTS (SELECT 1 FROM group_holders h WHERE h.group_id "
        "= groups.group_id))");
    row.bind(static_cast<int64_t>(before.value));
    while (row.step()) gone.push_back(row.id<GroupId>(0));
  }
  for (const GroupId& group : gone) {
    remove_group(group);
    database_.prepare("DELETE FROM group_holders WHERE group_id = ?").bind_id(group).run();
  }
}

void GroupKeyTables::reset() {
  database_.prepare("DELETE FROM group_own").run();
  database_.prepare("DELETE FROM group_holders").run();
  database_.prepare("DELETE FROM group_chains").run();
}

// One that was sealed and not accepted may be sealed once more, for others.
uint64_t GroupKeyTables::next_number(const GroupId& group) {
  auto row = database_.prepare(
      "SELECT ifnull((SELECT min(receipt_number) FROM outbox WHERE target_kind = 2 AND target = ?1 AND receipt_number "
      "> "
      "0), (SELECT ifnull(max(number), 0) + 1 FROM sent WHERE target_kind = 2 AND target = ?1 AND device = (SELECT "
      "device FROM registration)))");
  row.bind_id(group);
  return row.step() ? static_cast<uint64_t>(row.integer(0)) : 1;
}

}  // namespace kith::core
