// SPDX-License-Identifier: AGPL-3.0-or-later

#include "bench/figures.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>

namespace kith::bench {

double Latencies::at(double share) {
  if (samples_.empty()) return 0;
  std::sort(samples_.begin(), samples_.end());
  const auto index = static_cast<size_t>(std::ceil(share * static_cast<double>(samples_.size())));
  return samples_[std::clamp<size_t>(index, 1, samples_.size()) - 1] / 1000.0;
}

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

void Report::add(const std::string& name, double value) {
  auto figure = std::ranges::find(figures_, name, &std::pair<std::string, std::vector<double>>::first);
  if (figure == figures_.end()) figure = figures_.insert(figures_.end(), {name, {}});
  figure->second.push_back(value);
}

double Report::median_of(const std::string& name) const {
  const auto figure = std::ranges::find(figures_, name, &std::pair<std::string, std::vector<double>>::first);
  return figure == figures_.end() ? 0 : median(figure->second);
}

void Report::print_table() const {
  std::printf("%-44s %14s %14s %14s %s\n", "figure", "median", "least", "greatest", "rounds");
  for (const auto& [name, rounds] : figures_) {
    const auto [least, greatest] = std::ranges::minmax(rounds);
    std::printf("%-44s %14.3f %14.3f %14.3f %zu\n", name.c_str(), median(rounds), least, greatest, rounds.size());
  }
}

bool Report::write_json(const std::string& file) const {
  std::ofstream out(file);
  out.precision(9);
  out << "{\n";
  for (size_t i = 0; i < figures_.size(); ++i) {
    const auto& [name, rounds] = figures_[i];
    out << "  \"" << name << "\": {\"median\": " << median(rounds) << ", \"rounds\": [";
    for (size_t round = 0; round < rounds.size(); ++round) out << (round == 0 ? "" : ", ") << rounds[round];
    out << "]}" << (i + 1 < figures_.size() ? "," : "") << "\n";
  }
  out << "}\n";
  return out.flush().good();
}

}  // namespace kith::bench
