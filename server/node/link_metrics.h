// SPDX-License-Identifier: AGPL-3.0-or-later

// Links that were fetched for previews, at GET /metrics: how many and how it ended, and nothing of where they lead.
#pragma once

#include <prometheus/collectable.h>

namespace kith::fetching {
class CurlLinkFetcher;
}

namespace kith::node {

class LinkMetrics final : public prometheus::Collectable {
 public:
  // The fetcher outlives it. Any thread may collect.
  explicit LinkMetrics(const fetching::CurlLinkFetcher& fetcher) : fetcher_(fetcher) {}
  [[nodiscard]] std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  const fetching::CurlLinkFetcher& fetcher_;
};

}  // namespace kith::node
