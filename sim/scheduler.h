// SPDX-License-Identifier: AGPL-3.0-or-later

// Virtual time: what is to happen, in the order of its time; what has the same time, in the order it was asked for.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <utility>

namespace kith::sim {

class Scheduler {
 public:
  // Microseconds since the run began: true time, which no clock of the run shows.
  [[nodiscard]] uint64_t now() const { return now_us_; }
  void at(uint64_t time_us, std::move_only_function<void()> event) {
    events_.emplace(std::make_pair(std::max(time_us, now_us_), ++last_), std::move(event));
  }
  void after(uint64_t delay_us, std::move_only_function<void()> event) { at(now_us_ + delay_us, std::move(event)); }

  // Lets everything happen until then; the time is `end_us` afterwards. Ends earlier when `stop` says so.
  template <class Stop>
  void run_until(uint64_t end_us, Stop stop) {
    while (!events_.empty() && events_.begin()->first.first <= end_us && !stop()) {
      auto event = events_.extract(events_.begin());
      now_us_ = event.key().first;
      event.mapped()();
      ++done_;
    }
    if (!stop()) now_us_ = std::max(now_us_, end_us);
  }
  [[nodiscard]] uint64_t done() const { return done_; }
  void clear() { events_.clear(); }

 private:
  uint64_t now_us_ = 0;
  uint64_t last_ = 0;
  uint64_t done_ = 0;
  std::map<std::pair<uint64_t, uint64_t>, std::move_only_function<void()>> events_;
};

}  // namespace kith::sim
