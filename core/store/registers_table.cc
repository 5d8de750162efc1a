// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/store/registers_table.h"

#include <utility>

namespace kith::core {
namespace {

#define KITH_REGISTER_COLUMNS "key, value, stamp_us, stamp_counter, stamp_device"

RegisterRow read(const Statement& row) {
  return {row.blob(0),
          row.blob(1),
          {static_cast<uint64_t>(row.integer(2)), static_cast<uint32_t>(row.integer(3)),
           DeviceId{static_cast<uint32_t>(row.integer(4))}}};
}

std::vector<RegisterRow> read_some(Statement& row, size_t bytes_max) {
  std::vector<RegisterRow> rows;
  size_t bytes = 0;
  while (row.step()) {
    RegisterRow next = read(row);
    bytes += next.bytes();
    if (bytes > bytes_max && !rows.empty()) break;
    rows.push_back(std::move(next));
  }
  return rows;
}

}  // namespace

std::optional<RegisterRow> RegistersTable::find(BytesView key) {
  auto row = database_.prepare("SELECT " KITH_REGISTER_COLUMNS " FROM registers WHERE key = ?");
  row.bind_blob(key);
  return row.step() ? std::optional(read(row)) : std::nullopt;
}

void RegistersTable::put(const RegisterRow& row, RegisterDue due) {
  database_
      .prepare(
          "INSERT OR REPLACE INTO registers (key, value, stamp_us, stamp_counter, stamp_device, due) VALUES (?, ?, ?, "
          "?, ?, ?)")
      .bind_blob(row.key)
      .bind_blob(row.value)
      .bind(static_cast<int64_t>(row.stamp.us))
      .bind(static_cast<int64_t>(row.stamp.counter))
      .bind(row.stamp.device.value)
      .bind(static_cast<int64_t>(due))
      .run();
}

void RegistersTable::remove_all() { database_.prepare("DELETE FROM registers").run(); }

int64_t RegistersTable::count() {
  auto row = database_.prepare("SELECT count(*) FROM registers");
  return row.step() ? row.integer(0) : 0;
}

int64_t RegistersTable::removed_count() {
  auto row = database_.prepare("SELECT count(*) FROM registers WHERE value = x''");
  return row.step() ? row.integer(0) : 0;
}

void RegistersTable::forget_oldest_removed() {
  database_
      .prepare(
          "DELETE FROM registers WHERE key = (SELECT key FROM registers WHERE value = x'' ORDER BY stamp_us, "
          "stamp_counter, stamp_device, key LIMIT 1)")
      .run();
}

std::vector<RegisterRow> RegistersTable::due(RegisterDue due, size_t bytes_max) {
  auto row =
      database_.prepare("SELECT " KITH_REGISTER_COLUMNS " FROM registers WHERE due = ? AND due > 0 ORDER BY key");
  row.bind(static_cast<int64_t>(due));
  return read_some(row, bytes_max);
}

bool RegistersTable::has_due(RegisterDue due) {
  auto row = database_.prepare("SELECT 1 FROM registers WHERE due = ? AND due > 0 LIMIT 1");
  row.bind(static_cast<int64_t>(due));
  return row.step();
}

std::vector<RegisterRow> RegistersTable::after(BytesView key, size_t bytes_max) {
  auto row = database_.prepare("SELECT " KITH_REGISTER_COLUMNS " FROM registers WHERE key > ? ORDER BY key");
  row.bind_blob(key);
  return read_some(row, bytes_max);
}

void RegistersTable::set_due(BytesView key, RegisterDue due) {
  database_.prepare("UPDATE registers SET due = ? WHERE key = ?").bind(static_cast<int64_t>(due)).bind_blob(key).run();
}

void RegistersTable::set_all_due() { database_.prepare("UPDATE registers SET due = 1").run(); }

void RegistersTable::clear_due() { database_.prepare("UPDATE registers SET due = 0 WHERE due > 0").run(); }

std::optional<RegistersTable::Telling> RegistersTable::telling() {
  auto row = database_.prepare("SELECT device, after_key FROM register_tellings LIMIT 1");
  if (!row.step()) return std::nullopt;
  return Telling{DeviceId{static_cast<uint32_t>(row.integer(0))}, row.blob(1)};
}

void RegistersTable::set_telling(const Telling& telling) {
  database_.prepare("INSERT OR REPLACE INTO register_tellings (device, after_key) VALUES (?, ?)")
      .bind(telling.device.value)
      .bind_blob(telling.after_key)
      .run();
}

void RegistersTable::remove_telling(DeviceId device) {
  database_.prepare("DELETE FROM register_tellings WHERE device = ?").bind(device.value).run();
}

void RegistersTable::remove_tellings() { database_.prepare("DELETE FROM register_tellings").run(); }

}  // namespace kith::core
