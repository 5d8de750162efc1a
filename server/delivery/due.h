// SPDX-License-Identifier: AGPL-3.0-or-later

// When the undurable entries of an inbox are to be written.
#pragma once

#include <cstdint>

namespace kith {

struct Due {
  uint64_t at_ms = UINT64_MAX;  // of the first; UINT64_MAX: nothing is undurable
  bool only_notices = true;     // nobody waits for any of it
};

}  // namespace kith
