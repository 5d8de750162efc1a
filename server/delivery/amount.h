// SPDX-License-Identifier: AGPL-3.0-or-later

// How much lies in an inbox.
#pragma once

#include <cstdint>

namespace kith {

struct Amount {
  uint64_t entries = 0;
  uint64_t bytes = 0;  // of their bodies
};

}  // namespace kith
