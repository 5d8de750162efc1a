// SPDX-License-Identifier: AGPL-3.0-or-later

// Every request of the user interface, and who answers it.
#pragma once

#include "client_api/client_api.pb.h"

namespace kith::core {

struct Engine;

// Answers now, or later when the server has to be asked. Requests but request_code, register, get_state and disconnect
// need a registered device.
void dispatch(Engine& engine, const client_api::Request& request);

}  // namespace kith::core
