// SPDX-License-Identifier: AGPL-3.0-or-later

// What a device that has left a group could have kept of it: each sender's key that it ever had, as it came. With that
// it can try what is written afterwards, whatever its core has thrown away (GROUP-6).
#pragma once

#include <vector>

#include "base/bytes.h"
#include "base/ids.h"
#include "core/store/database.h"

namespace kith::sim {

struct KeptKey {
  GroupId group;
  DeviceAddress sender;
  uint32_t chain = 0;
  Bytes record;  // as crypto::GroupKeyStore has it
};

// The database was opened: notes what is stored from now on, beside it and not on its disk.
void begin_keeping(core::Database& database);
// What was noted since; forgets it. Between transactions.
std::vector<KeptKey> take_kept(core::Database& database);

// Whether the payload of a message to the group can be read with this key.
bool opens(const KeptKey& key, BytesView payload);

}  // namespace kith::sim
