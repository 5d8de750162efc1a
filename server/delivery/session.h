// SPDX-License-Identifier: AGPL-3.0-or-later

// One authenticated connection as the rest of the server sees it. The gateway implements it; a test or the simulator
// may too.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "base/ids.h"
#include "server/ports/inbox_store.h"
#include "wire/frames.pb.h"

namespace kith {

// Why the server ends a session. What its device is told of it is the gateway's (gateway/wire_error.h).
enum class EndReason : uint8_t {
  kReplaced,         // the device has connected again
  kDeviceEnded,      // the device is no more
  kHomeMoved,        // another process has the account now
  kStoreAway,        // what comes next can't be read
  kAsksForTheGone,   // it asks again for what it has confirmed
  kAsksTooOften,     // for its inbox
  kChangesTooOften,  // comes and goes
};

// An account's device list as it is now, shown to a device that it names no more (DEVICE-8); null: none is shown.
using ShownList = std::shared_ptr<const wire::SignedDeviceList>;

class Session {
 public:
  virtual ~Session() = default;

  // All of this is called on the loop that owns the account, and none of it calls back. Frames leave in the order of
  // the calls, gathered until the loop's turn ends.
  virtual void send(const wire::ServerFrame& frame) = 0;
  // One Deliver frame (or several, to keep within the frame limit) of entries, whose bodies go out as they are.
  virtual void deliver(std::span<const InboxEntry* const> entries) = 0;
  // Sends Error, with the list if one is shown, then closes. The session is detached by its owner afterwards, not
  // inside this call.
  virtual void close(EndReason reason, ShownList list) = 0;
  // Bytes accepted by send() and deliver() that the peer's kernel has not taken yet.
  [[nodiscard]] virtual size_t bytes_waiting() const = 0;
};

}  // namespace kith
