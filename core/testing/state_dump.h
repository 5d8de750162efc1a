// SPDX-License-Identifier: AGPL-3.0-or-later

// What a device of a World has of the account's state.
#pragma once

#include <string>

#include "core/testing/state_text.h"
#include "core/testing/world.h"

namespace kith::core::testing {

inline std::string state_dump(Host& host) { return state_text(host.database()); }

}  // namespace kith::core::testing
