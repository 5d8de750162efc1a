// SPDX-License-Identifier: AGPL-3.0-or-later

#include "wire/removed_devices.h"

#include <set>

#include "base/limits.h"

namespace kith {

namespace {

constexpr size_t kIdentityKeyBytes = 33;
constexpr char kKeyType = 5;  // X25519

}  // namespace

Result<std::vector<RemovedDevice>, const char*> read_removed(const wire::DeviceList& list) {
  if (list.removed_size() > static_cast<int>(kRemovedDevicesMax)) return Fail("device_list.removed");
  std::set<uint32_t> ids = {0};
  for (const wire::DeviceList::Device& device : list.devices()) ids.insert(device.device_id());
  std::vector<RemovedDevice> devices;
  uint64_t last = 1;
  for (const wire::DeviceList::Removed& removed : list.removed()) {
    const std::string& key = removed.identity_key();
    if (!ids.insert(removed.device_id()).second) return Fail("device_list.removed.device_id");
    if (key.size() != kIdentityKeyBytes || key.front() != kKeyType) return Fail("device_list.removed.identity_key");
    if (removed.revision() < last || removed.revision() > list.revision()) return Fail("device_list.removed.revision");
    last = removed.revision();
    devices.push_back({{removed.device_id()}, key, {removed.removed_us()}, {removed.revision()}});
  }
  return devices;
}

}  // namespace kith
