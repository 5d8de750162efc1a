// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/delivery/shard_time.h"

#include <algorithm>
#include <utility>

namespace kith {

void ShardTime::start() {
  started_ms_ = checked_ms_ = now_ms();
  believed_ = clock_.now();
}

UnixMicros ShardTime::server_time() {
  const UnixMicros now = clock_.now();
  last_ = now > last_ ? now : UnixMicros{last_.value + 1};
  return last_;
}

UnixMicros ShardTime::expiry_of(uint32_t life_ms) { return expiry_of(life_ms, {UINT64_MAX}); }

UnixMicros ShardTime::expiry_of(uint32_t life_ms, UnixMicros since) {
  const uint64_t retention_us = settings_.retention_s * 1'000'000;
  const uint64_t life_us = life_ms == 0 ? retention_us : std::min(uint64_t{life_ms} * 1000, retention_us);
  const UnixMicros now = clock_.now();
  const uint64_t age_us = life_ms == 0 || since > now ? 0 : now.value - since.value;
  // The clock, but never before a server time that was given, nor before what is over by now: a clock that is set back
  // shortens no life.
  return {std::max({now, last_, believed()}).value + life_us - std::min(life_us, age_us)};
}

UnixMicros ShardTime::over_by_from_before() { return is_before_first_sweep() ? UnixMicros{} : believed_from_before(); }

UnixMicros ShardTime::believed() {
  const uint64_t now = now_ms();
  if (now == checked_ms_) return believed_;  // asked for each entry
  const uint64_t passed_us = (now - std::exchange(checked_ms_, now)) * 1100;
  believed_ = std::max(believed_, std::min(clock_.now(), UnixMicros{believed_.value + passed_us}));
  return believed_;
}

UnixMicros ShardTime::believed_from_before() {
  const UnixMicros now = believed();
  if (!ahead_is_known_) {
    ahead_us_ = now.value - std::min(now, clock_.now()).value;
    ahead_is_known_ = !is_before_first_sweep();
  }
  return {now.value - ahead_us_};
}

}  // namespace kith
