// SPDX-License-Identifier: AGPL-3.0-or-later

// The devices that a device list names as removed (DEVICE-10): where server and clients take DeviceList.removed apart.
#pragma once

#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"
#include "wire/api.pb.h"

namespace kith {

// From which what it had sent before may still come.
struct RemovedDevice {
  DeviceId device;
  Bytes identity_key;  // 33 bytes, of which the first is 5
  UnixMicros removed;  // as the list says: any number
  Revision revision;   // of the list that removed it
  friend bool operator==(const RemovedDevice&, const RemovedDevice&) = default;
};

// Those of a list, in its order: that of their revisions, which are at most the list's own. No device is among them
// twice, or in the list besides; at most kRemovedDevicesMax.
//
// Errors: the name of the field that is otherwise.
Result<std::vector<RemovedDevice>, const char*> read_removed(const wire::DeviceList& list);

}  // namespace kith
