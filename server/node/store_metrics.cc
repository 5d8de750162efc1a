// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/node/store_metrics.h"

#include <prometheus/metric_family.h>

#include "server/node/stores.h"
#include "server/ports/blob_store.h"
#include "server/ports/group_log.h"
#include "server/ports/media_index.h"

namespace kith::node {

namespace {

prometheus::ClientMetric of_store(const char* store, double value) {
  prometheus::ClientMetric metric;
  metric.gauge.value = value;
  metric.label.push_back({"store", store});
  return metric;
}

void add(std::vector<prometheus::MetricFamily>& families, const char* name, const char* help, uint64_t value,
         prometheus::MetricType type = prometheus::MetricType::Gauge) {
  prometheus::MetricFamily& family = families.emplace_back();
  family.name = name;
  family.help = help;
  family.type = type;
  prometheus::ClientMetric& metric = family.metric.emplace_back();
  (type == prometheus::MetricType::Counter ? metric.counter.value : metric.gauge.value) = static_cast<double>(value);
}

void add_files(const StorePorts& ports, std::vector<prometheus::MetricFamily>& families) {
  const MediaIndex::Totals totals = ports.media.totals();
  add(families, "kith_files", "Sealed files, those that are being uploaded included.", totals.files);
  add(families, "kith_file_bytes", "Bytes of them, as many as each will have.", totals.bytes);
  add(families, "kith_file_uploads", "Those of them that are not whole.", totals.uploads);
  const BlobStore::Traffic traffic = ports.blobs.traffic();
  add(families, "kith_file_written_bytes_total", "Bytes of files that devices have sent and that were stored.",
      traffic.written, prometheus::MetricType::Counter);
  add(families, "kith_file_read_bytes_total", "Bytes of files that were read, for devices that fetch them.",
      traffic.read, prometheus::MetricType::Counter);
}

}  // namespace

std::vector<prometheus::MetricFamily> StoreMetrics::Collect() const {
  prometheus::MetricFamily writable;
  writable.name = "kith_store_writable";
  writable.help = "1 while the store takes writes; 0 when it is full or failed.";
  writable.type = prometheus::MetricType::Gauge;
  for (const Stores::Watched& watched : stores_.watched())
    writable.metric.push_back(of_store(watched.name, watched.health.health() == StoreHealth::kOk));
  std::vector<prometheus::MetricFamily> families{std::move(writable)};
  if (const auto held = stores_.ports().group_log.bytes_held()) {
    add(families, "kith_group_log_bytes",
        "Bytes of messages to groups that are accepted and not yet in every member's inbox.", *held);
  }
  add(families, "kith_group_log_damaged_total",
      "Messages to groups that were accepted and can't be read any more, because the disk has damaged them.",
      stores_.ports().group_log.damaged(), prometheus::MetricType::Counter);
  add_files(stores_.ports(), families);
  const auto free_bytes = stores_.free_bytes();
  if (free_bytes) add(families, "kith_disk_free_bytes", "Free bytes where the data directory lies.", *free_bytes);
  return families;
}

}  // namespace kith::node
