// SPDX-License-Identifier: AGPL-3.0-or-later

// When something was written, on whichever device: a hybrid logical clock (STATE-2).
//
// A stamp is the device's clock, or what follows the greatest stamp that it has seen, if that is later. So what is
// written after something was seen is later than it, also on a device whose clock is hours behind; and two devices that
// have not heard of each other go by their clocks.
//
// A clock that is years ahead: its stamps are compared as all are, or devices would differ. But they move no other
// device's clock (kAheadMaxUs), and who has seen such a register writes above it, so that it is frozen for nobody. Only
// the very last stamp has none above it; no clock writes it.
//
// Shape:  us in microseconds since 1970, 1 to kStampMaxUs; counter for what is written in the same microsecond, or
//         while the clock is behind; device of the account, which decides between equals. In the database three
//         integers (registers_table.h), in a content content.OwnState.Stamp (contents.h).
// Source: Kulkarni et al., "Logical Physical Clocks", 2014; the bound is ours.
#pragma once

#include <algorithm>
#include <compare>
#include <cstdint>

#include "base/ids.h"

namespace kith::core {

struct Stamp {
  uint64_t us = 0;  // 0: none
  uint32_t counter = 0;
  DeviceId device;

  friend auto operator<=>(const Stamp&, const Stamp&) = default;
};

// How far ahead of a device's own clock a stamp may be that moves its hybrid clock: clocks are wrong by a time zone, or
// by hours, and what is years off is no clock.
inline constexpr uint64_t kAheadMaxUs = uint64_t{24} * 3600 * 1'000'000;

// The same as kTimeMaxUs: what is beyond is no stamp for anybody.
inline constexpr uint64_t kStampMaxUs = 253'402'300'799'999'999;

// Whether it is one: what another device says that is none counts for nobody.
constexpr bool is_stamp(const Stamp& stamp) { return stamp.us >= 1 && stamp.us <= kStampMaxUs; }

// The hybrid clock after `seen` came, whose device's clock says `now`.
constexpr Stamp observed(const Stamp& last, const Stamp& seen, UnixMicros now) {
  return seen.us > now.value && seen.us - now.value > kAheadMaxUs ? last : std::max(last, seen);
}

// The stamp of what this device writes now: after `last`, its hybrid clock, and after `present`, which it replaces. A
// `last` that is far ahead, because the device's clock has been set right since, counts for nothing.
constexpr Stamp next_stamp(const Stamp& last, const Stamp& present, UnixMicros now, DeviceId device) {
  const Stamp base = std::max(observed({}, last, now), present);
  const uint64_t clock = std::min(now.value, kStampMaxUs);
  if (clock > base.us) return {clock, 0, device};
  if (base.counter == UINT32_MAX) return {std::min(base.us + 1, kStampMaxUs), 0, device};
  return {base.us, base.counter + 1, device};
}

}  // namespace kith::core
