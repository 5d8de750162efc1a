// SPDX-License-Identifier: AGPL-3.0-or-later

// The stores at GET /metrics.
#pragma once

#include <prometheus/collectable.h>

namespace kith::node {

class Stores;

class StoreMetrics final : public prometheus::Collectable {
 public:
  // The stores outlive it. Any thread may collect.
  explicit StoreMetrics(Stores& stores) : stores_(stores) {}
  [[nodiscard]] std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  Stores& stores_;
};

}  // namespace kith::node
