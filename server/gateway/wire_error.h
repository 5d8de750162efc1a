// SPDX-License-Identifier: AGPL-3.0-or-later

// The one table from the protocol's errors to HTTP statuses and WebSocket close codes.
#pragma once

#include "wire/frames.pb.h"
#include "wire/websocket.h"

namespace kith::gateway {

int http_status_of(wire::ErrorCode code);
wire::CloseCode close_code_of(wire::ErrorCode code);

}  // namespace kith::gateway
