// SPDX-License-Identifier: AGPL-3.0-or-later

// The one table from the protocol's errors to HTTP statuses and WebSocket close codes, and from why a session ends to
// those errors.
#pragma once

#include "server/delivery/session.h"
#include "server/handlers/refusal.h"
#include "wire/frames.pb.h"
#include "wire/websocket.h"

namespace kith::gateway {

int http_status_of(wire::ErrorCode code);
wire::CloseCode close_code_of(wire::ErrorCode code);
Refusal refusal_of(EndReason reason);

}  // namespace kith::gateway
