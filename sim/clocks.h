// SPDX-License-Identifier: AGPL-3.0-or-later

// A device's clocks: the wall clock is set, jumps and runs fast or slow; the monotonic one starts anywhere at each
// start of the device.
#pragma once

#include "base/clock.h"
#include "sim/scheduler.h"

namespace kith::sim {

class DeviceClock final : public Clock {
 public:
  explicit DeviceClock(const Scheduler& scheduler) : scheduler_(scheduler) {}

  [[nodiscard]] UnixMicros now() const override {
    const auto since = static_cast<int64_t>(scheduler_.now() - drift_since_us_);
    return {static_cast<uint64_t>(kBeginUs + static_cast<int64_t>(scheduler_.now()) + offset_us_ +
                                  since * drift_ppm_ / 1'000'000)};
  }
  [[nodiscard]] MonotonicMs monotonic() const override { return {(scheduler_.now() + boot_us_) / 1000}; }
  // When that will be, in the scheduler's time.
  [[nodiscard]] uint64_t time_of(MonotonicMs moment) const {
    const uint64_t us = moment.value * 1000;
    return us > boot_us_ ? us - boot_us_ : 0;
  }

  void jump(int64_t us) { offset_us_ += us; }
  void drift(int64_t ppm) {
    offset_us_ += static_cast<int64_t>(scheduler_.now() - drift_since_us_) * drift_ppm_ / 1'000'000;
    drift_since_us_ = scheduler_.now();
    drift_ppm_ = ppm;
  }
  void boot(uint64_t us) { boot_us_ = us; }

 private:
  static constexpr int64_t kBeginUs = 1'700'000'000'000'000;
  const Scheduler& scheduler_;
  int64_t offset_us_ = 0;
  int64_t drift_ppm_ = 0;
  uint64_t drift_since_us_ = 0;
  uint64_t boot_us_ = 0;
};

}  // namespace kith::sim
