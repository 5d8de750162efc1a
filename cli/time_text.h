// SPDX-License-Identifier: AGPL-3.0-or-later

// Times as text.
#pragma once

#include <cstdint>
#include <string>

namespace kith::cli {

// RFC 3339 in UTC with all six digits of the microseconds, "2026-03-01T12:00:00.123456Z": it sorts as text and loses
// nothing.
std::string rfc3339(uint64_t unix_us);

// For people, in the local time zone: "2026-03-01 12:00".
std::string local_minute(uint64_t unix_us);
// "12:00" on the same local day as `now_us`, else as local_minute().
std::string local_time(uint64_t unix_us, uint64_t now_us);

uint64_t unix_now_us();
// So many hours from now, 0 to 1,000,000.
uint64_t unix_in_hours_us(double hours);

}  // namespace kith::cli
