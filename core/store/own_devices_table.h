// SPDX-License-Identifier: AGPL-3.0-or-later

// What this device knows of its account's devices beside their signed list (device_lists_table.h), and what nobody has
// seen yet that happened to them.
//
//   own_devices     device INTEGER PRIMARY KEY: the list named it when it was looked at last, last_active_us INTEGER:
//                   the server's word, 0 for none, warned_us INTEGER: when somebody was told here that it is idle, by
//                   this device's clock; 0: nobody was
//   device_notices  sequence INTEGER PRIMARY KEY AUTOINCREMENT: order, kind INTEGER (client_api.DeviceNotice.Kind),
//                   device INTEGER, name TEXT, time_us INTEGER: as DeviceNotice has them; one of a kind for each device
//
// Limits: the newest kNoticesMax notices.
// Calls:  reads anywhere; writes inside the caller's Transaction.
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "core/store/database.h"

namespace kith::core {

struct OwnDeviceRow {
  DeviceId device;
  UnixMicros last_active;
  UnixMicros warned_at;
};

struct DeviceNoticeRow {
  int64_t kind = 0;
  DeviceId device;
  std::string name;
  UnixMicros time;
};

class OwnDevicesTable {
 public:
  static constexpr int64_t kNoticesMax = 16;

  explicit OwnDevicesTable(Database& database) : database_(database) {}

  // Ascending by device.
  std::vector<OwnDeviceRow> all();
  void set(const OwnDeviceRow& row);
  void remove(DeviceId device);

  // Oldest first.
  std::vector<DeviceNoticeRow> notices();
  // In the place of one of its kind about the device.
  void add_notice(const DeviceNoticeRow& notice);
  void remove_notice(int64_t kind, DeviceId device);
  void remove_notices();

 private:
  Database& database_;
};

}  // namespace kith::core
