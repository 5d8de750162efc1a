// SPDX-License-Identifier: AGPL-3.0-or-later

// What a device sends to a group over the socket; send_message.cc and typing.cc hand it over.
#pragma once

#include "base/task.h"
#include "server/handlers/services.h"
#include "wire/frames.pb.h"

namespace kith::handlers {

// Run on the loop that owns the sender's account, and come back to it. The send names a group.
Task<wire::ServerFrame> send_to_group(Services& services, DeviceAddress from, wire::Send send);
Task<wire::ServerFrame> read_in_group(Services& services, DeviceAddress from, wire::Send send);
Task<void> type_in_group(Services& services, DeviceAddress from, wire::Typing typing);

}  // namespace kith::handlers
