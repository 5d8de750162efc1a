// SPDX-License-Identifier: AGPL-3.0-or-later

// Blocking somebody, and letting them in again.
#pragma once

#include <cstdint>

#include "client_api/client_api.pb.h"

namespace kith::core {

struct Engine;

// Answers when it is stored; the server is told by PrivacySync. One's own account can't be blocked.
void set_blocked(Engine& engine, uint32_t request, const client_api::SetBlockedRequest& what);

}  // namespace kith::core
