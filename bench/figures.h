// SPDX-License-Identifier: AGPL-3.0-or-later

// Figures of a run: percentiles, medians over rounds, a table, JSON.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace kith::bench {

// Latencies in microseconds. One sample is four bytes; the workloads bound how many there are.
class Latencies {
 public:
  void add(uint64_t us) { samples_.push_back(static_cast<uint32_t>(us < UINT32_MAX ? us : UINT32_MAX)); }
  [[nodiscard]] size_t count() const { return samples_.size(); }
  // The sample below which `share` (0..1) of all are, in milliseconds; 0 when there is none. Sorts.
  [[nodiscard]] double at(double share);

 private:
  std::vector<uint32_t> samples_;
};

// Of several rounds; the mean of the middle two when their number is even. 0 for none.
double median(std::vector<double> values);

// Named figures in the order they were given; a name given again is one more round of it.
class Report {
 public:
  // `name`: "pairs.cpu_us_per_message"; the unit is its last part.
  void add(const std::string& name, double value);
  [[nodiscard]] double median_of(const std::string& name) const;
  // Name, median, least and greatest of the rounds.
  void print_table() const;
  // {"name": {"median": …, "rounds": [...]}, …}. False when the file can't be written.
  [[nodiscard]] bool write_json(const std::string& file) const;

 private:
  std::vector<std::pair<std::string, std::vector<double>>> figures_;
};

}  // namespace kith::bench
