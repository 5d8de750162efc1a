// SPDX-License-Identifier: AGPL-3.0-or-later

// The connection to the server, as the parts see it that send and receive by it (core/connection.h).
#pragma once

#include <cstdint>

#include "base/clock.h"
#include "wire/frames.pb.h"

namespace kith::core {

class ServerLink {
 public:
  // Whether frames can be sent.
  [[nodiscard]] virtual bool ready() const = 0;
  // Sends when ready(); else does nothing.
  virtual void send(const wire::ClientFrame& frame) = 0;
  // It is no use any more, for instance because the server does not answer: another one is made later, not before
  // `retry_after_ms`.
  virtual void lose(uint64_t retry_after_ms) = 0;
  // Of the last Welcome. 0: the server names none.
  [[nodiscard]] virtual const wire::Limits& limits() const = 0;
  // The server's time as this device last heard it, carried on by the monotonic clock; the device's own before that.
  [[nodiscard]] virtual UnixMicros server_now() const = 0;

 protected:
  ~ServerLink() = default;
};

}  // namespace kith::core
