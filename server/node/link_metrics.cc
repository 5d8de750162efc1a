// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/node/link_metrics.h"

#include <prometheus/metric_family.h>

#include <array>

#include "server/fetching/curl_link_fetcher.h"

namespace kith::node {

namespace {

// By LinkError.
constexpr std::array<const char*, 5> kFailures = {"refused", "unreachable", "wrong_type", "too_large", "busy"};
static_assert(static_cast<size_t>(LinkError::kBusy) + 1 == kFailures.size());

prometheus::ClientMetric ended(const char* how, uint64_t times) {
  prometheus::ClientMetric metric;
  metric.counter.value = static_cast<double>(times);
  metric.label.push_back({"result", how});
  return metric;
}

prometheus::MetricFamily family(const char* name, const char* help, prometheus::MetricType type) {
  prometheus::MetricFamily family;
  family.name = name;
  family.help = help;
  family.type = type;
  return family;
}

}  // namespace

std::vector<prometheus::MetricFamily> LinkMetrics::Collect() const {
  const auto counts = fetcher_.counts();
  using prometheus::MetricType;
  auto links = family("kith_link_fetches_total", "Links fetched for previews, by how it ended.", MetricType::Counter);
  links.metric.push_back(ended("fetched", counts.fetched));
  for (size_t i = 0; i < kFailures.size(); ++i) links.metric.push_back(ended(kFailures[i], counts.failed[i]));
  auto bytes = family("kith_link_bytes_total", "Bytes of what was fetched, decoded.", MetricType::Counter);
  bytes.metric.emplace_back().counter.value = static_cast<double>(counts.bytes);
  auto under_way = family("kith_link_fetches_under_way", "Links that are being fetched.", MetricType::Gauge);
  under_way.metric.emplace_back().gauge.value = counts.under_way;
  return {std::move(links), std::move(bytes), std::move(under_way)};
}

}  // namespace kith::node
