// SPDX-License-Identifier: AGPL-3.0-or-later

// Time as a shard gives it to messages, and believes it when something is to expire: whatever is done to the clock, it
// never goes back, and throws nothing away before its time.
//
// Ownership: borrows clock and settings, which outlive it.
// Calls:     on the shard's executor.
#pragma once

#include <cstdint>

#include "base/clock.h"
#include "base/ids.h"
#include "server/delivery/settings.h"

namespace kith {

class ShardTime {
 public:
  ShardTime(Clock& clock, const DeliverySettings& settings) : clock_(clock), settings_(settings) {}

  // The shard begins to serve. Once, before all else.
  void start();

  [[nodiscard]] uint64_t now_ms() const { return clock_.monotonic().value; }

  // As the clock says, wrong or right: for what handlers have dated by it.
  [[nodiscard]] UnixMicros clock_time() const { return clock_.now(); }
  // Microseconds of the clock, but strictly increasing on this shard even when the clock is set back (ORDER-1).
  UnixMicros server_time();
  // When an entry that is appended now expires; `life_ms` 0: when the retention says so, which no life is beyond.
  [[nodiscard]] UnixMicros expiry_of(uint32_t life_ms);
  // The same of a message that was dated `since`, by whatever shard or run of the program, and comes in only now: a
  // life of its own is counted from then. One that is over already expires now. The retention is counted from now.
  [[nodiscard]] UnixMicros expiry_of(uint32_t life_ms, UnixMicros since);
  // What expires by then has expired. A clock that is set ahead throws nothing away: time passes here no faster than
  // the monotonic clock and a tenth, and never back, for what was said to be over stays so. One look at the clocks: ask
  // once for all that is looked at together.
  UnixMicros believed();
  // The same for stored entries of an earlier run of the server that are to be delivered: zero, so that none is, before
  // the first sweep; then the clock as it is by then: a machine may start with one that is ahead, and has time to set
  // it. After one that starts behind and is set right later, things are over later: by what it was behind at first, and
  // less and less until ten times that has passed. The next start ends that; what came before it was set right is over
  // too early from then on, by as much.
  [[nodiscard]] UnixMicros over_by_from_before();
  // The same for what is from before the start, which nobody was told anything of before the first sweep: until then it
  // goes back with a clock that is set right.
  UnixMicros believed_from_before();

 private:
  [[nodiscard]] bool is_before_first_sweep() const {
    return now_ms() < started_ms_ + uint64_t{settings_.expiry_interval_s} * 1000;
  }

  Clock& clock_;
  const DeliverySettings& settings_;
  uint64_t started_ms_ = 0;
  UnixMicros last_;      // of server_time()
  UnixMicros believed_;  // at checked_ms_
  uint64_t checked_ms_ = 0;
  uint64_t ahead_us_ = 0;  // of the clock, as it was when it was first asked for after the first sweep was due
  bool ahead_is_known_ = false;
};

}  // namespace kith
