// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/store/own_devices_table.h"

namespace kith::core {

std::vector<OwnDeviceRow> OwnDevicesTable::all() {
  std::vector<OwnDeviceRow> rows;
  auto row = database_.prepare("SELECT device, last_active_us, warned_us FROM own_devices ORDER BY device");
  while (row.step()) {
    rows.push_back({{static_cast<uint32_t>(row.integer(0))},
                    {static_cast<uint64_t>(row.integer(1))},
                    {static_cast<uint64_t>(row.integer(2))}});
  }
  return rows;
}

void OwnDevicesTable::set(const OwnDeviceRow& row) {
  database_.prepare("INSERT OR REPLACE INTO own_devices (device, last_active_us, warned_us) VALUES (?, ?, ?)")
      .bind(static_cast<int64_t>(row.device.value))
      .bind(static_cast<int64_t>(row.last_active.value))
      .bind(static_cast<int64_t>(row.warned_at.value))
      .run();
}

void OwnDevicesTable::remove(DeviceId device) {
  database_.prepare("DELETE FROM own_devices WHERE device = ?").bind(static_cast<int64_t>(device.value)).run();
}

std::vector<DeviceNoticeRow> OwnDevicesTable::notices() {
  std::vector<DeviceNoticeRow> rows;
  auto row = database_.prepare("SELECT kind, device, name, time_us FROM device_notices ORDER BY sequence");
  while (row.step()) {
    rows.push_back({row.integer(0),
                    {static_cast<uint32_t>(row.integer(1))},
                    row.text(2),
                    {static_cast<uint64_t>(row.integer(3))}});
  }
  return rows;
}

void OwnDevicesTable::add_notice(const DeviceNoticeRow& notice) {
  database_.prepare("INSERT OR REPLACE INTO device_notices (kind, device, name, time_us) VALUES (?, ?, ?, ?)")
      .bind(notice.kind)
      .bind(static_cast<int64_t>(notice.device.value))
      .bind_text(notice.name)
      .bind(static_cast<int64_t>(notice.time.value))
      .run();
  database_
      .prepare(
          "DELETE FROM device_notices WHERE sequence NOT IN (SELECT sequence FROM device_notices ORDER BY sequence "
          "DESC "
          "LIMIT ?)")
      .bind(kNoticesMax)
      .run();
}

void OwnDevicesTable::remove_notice(int64_t kind, DeviceId device) {
  database_.prepare("DELETE FROM device_notices WHERE kind = ? AND device = ?")
      .bind(kind)
      .bind(static_cast<int64_t>(device.value))
      .run();
}

void OwnDevicesTable::remove_notices() { database_.prepare("DELETE FROM device_notices").run(); }

}  // namespace kith::core
