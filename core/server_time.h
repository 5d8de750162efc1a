// SPDX-License-Identifier: AGPL-3.0-or-later

// Times that come from outside, the server's and other devices': any number may come in.
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/ids.h"

namespace kith::core {

// The end of the year 9999: so that a time always fits the database's signed numbers, with room above for "after
// everything" (INT64_MAX), and a calendar.
inline constexpr uint64_t kTimeMaxUs = 253'402'300'799'999'999;

constexpr UnixMicros bounded_time(uint64_t unix_us) { return {std::min(unix_us, kTimeMaxUs)}; }

}  // namespace kith::core
