// SPDX-License-Identifier: AGPL-3.0-or-later

// The account's devices over time: when each was last there, what a person should know of them, and, on the first one,
// ending those that nobody uses (DEVICE-9, DEVICE-11).
//
// Which devices there are is the signed list's word (own_devices.h). When they were last there is the server's: it is
// kept with when it was said. An account of one device is not asked about.
//
// Idle: kIdleDeviceNoticeDays without being there, by the server's time, become a notice; kIdleDeviceDays, and by this
//       device's clock as many days between the two since the notice, a list without the device. A server that lies can
//       so have a device ended, in a week, and with a notice (docs/threat-model.md). Nobody is judged while a device is
//       being let in: a list made then would take the revision of the one that names it (admitting.h).
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "client_api/client_api.pb.h"
#include "core/http_calls.h"
#include "core/store/own_devices_table.h"
#include "core/timers.h"

namespace kith::core {

struct Engine;

class DeviceWatch {
 public:
  static constexpr uint64_t kAskEveryMs = uint64_t{12} * 3600 * 1000;

  explicit DeviceWatch(Engine& engine);

  // From the database.
  void load();
  // The own list is another one.
  void look_at_list();
  // There is a connection.
  void look_again() { look_ = true; }
  void pump();

  void list(uint32_t request, const client_api::ListDevicesRequest& what);
  void see(uint32_t request);
  // Oldest first.
  [[nodiscard]] const std::vector<DeviceNoticeRow>& notices() const { return notices_; }

 private:
  using Device = client_api::Device;

  void answer(uint32_t request);
  void ask(std::function<void()> done);
  void take(const wire::OwnDevices& answer);
  // On the first device: who is idle, and for how long.
  void judge();
  // Whether it is to be ended.
  bool judge(const Device& device, OwnDeviceRow row);
  void end(const std::vector<Device>& idle);
  void add_notice(client_api::DeviceNotice::Kind kind, const Device& device, UnixMicros time);
  void remove_notice(client_api::DeviceNotice::Kind kind, DeviceId device);
  [[nodiscard]] bool has_notice(client_api::DeviceNotice::Kind kind, DeviceId device) const;

  Engine& engine_;
  bool look_ = false;
  bool ending_ = false;
  std::vector<DeviceNoticeRow> notices_;  // as in the database
  Timer again_;
};

}  // namespace kith::core
