// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/node/store_metrics.h"

#include <prometheus/metric_family.h>

#include "server/node/stores.h"
#include "server/ports/group_log.h"

namespace kith::node {

namespace {

prometheus::ClientMetric gauge(double value, const char* store = nullptr) {
  prometheus::ClientMetric metric;
  metric.gauge.value = value;
  if (store != nullptr) metric.label.push_back({"store", store});
  return metric;
}

}  // namespace

std::vector<prometheus::MetricFamily> StoreMetrics::Collect() const {
  prometheus::MetricFamily writable;
  writable.name = "kith_store_writable";
  writable.help = "1 while the store takes writes; 0 when it is full or failed.";
  writable.type = prometheus::MetricType::Gauge;
  for (const Stores::Watched& watched : stores_.watched())
    writable.metric.push_back(gauge(watched.health.health() == StoreHealth::kOk, watched.name));
  std::vector<prometheus::MetricFamily> families{std::move(writable)};
  if (const auto held = stores_.ports().group_log.bytes_held()) {
    prometheus::MetricFamily log;
    log.name = "kith_group_log_bytes";
    log.help = "Bytes of messages to groups that are accepted and not yet in every member's inbox.";
    log.type = prometheus::MetricType::Gauge;
    log.metric = {gauge(static_cast<double>(*held))};
    families.push_back(std::move(log));
  }
  prometheus::MetricFamily damaged;
  damaged.name = "kith_group_log_damaged_total";
  damaged.help = "Messages to groups that were accepted and can't be read any more, because the disk has damaged them.";
  damaged.type = prometheus::MetricType::Counter;
  damaged.metric.emplace_back().counter.value = static_cast<double>(stores_.ports().group_log.damaged());
  families.push_back(std::move(damaged));
  const auto free_bytes = stores_.free_bytes();
  if (!free_bytes) return families;
  prometheus::MetricFamily free;
  free.name = "kith_disk_free_bytes";
  free.help = "Free bytes where the data directory lies.";
  free.type = prometheus::MetricType::Gauge;
  free.metric = {gauge(static_cast<double>(*free_bytes))};
  families.push_back(std::move(free));
  return families;
}

}  // namespace kith::node
