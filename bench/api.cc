// SPDX-License-Identifier: AGPL-3.0-or-later

#include "bench/api.h"

#include <cstdlib>

namespace kith::bench {

std::optional<double> metric(uint16_t port, const std::string& name) {
  gateway::testing::Client client(port);
  const auto answer = client.request("GET", "/metrics");
  const std::string before = "\n" + name + " ";
  const size_t at = answer.body.find(before);
  if (answer.status != 200 || at == Bytes::npos) return std::nullopt;
  return std::strtod(answer.body.c_str() + at + before.size(), nullptr);
}

}  // namespace kith::bench
