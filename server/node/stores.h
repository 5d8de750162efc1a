// SPDX-License-Identifier: AGPL-3.0-or-later

// Every store of a node, as ports: what wires them (node.cc) and what watches them knows none by its kind.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "server/node/config.h"
#include "server/node/data_directory.h"
#include "server/ports/store_health.h"
#include "server/ports/store_ports.h"

namespace kith::node {

class Stores {
 public:
  virtual ~Stores() = default;

  [[nodiscard]] virtual StorePorts ports() = 0;

  // What can fail by itself. The names are those of metrics: "inbox", "account", "media". Any thread.
  struct Watched {
    const char* name;
    const HealthSource& health;
  };
  [[nodiscard]] virtual std::vector<Watched> watched() const = 0;
  // Where the data lies; absent: not on this machine. Any thread.
  [[nodiscard]] virtual std::optional<uint64_t> free_bytes() = 0;
};

// Those that need no other server. The clock outlives them. The error is a sentence for the operator.
Result<std::unique_ptr<Stores>, std::string> open_embedded(const Config& config, const DataDirectory& directory,
                                                           Clock& clock);

// Why the server should get no traffic; empty when it should. Any thread.
[[nodiscard]] std::string unready_reason(const Stores& stores);

}  // namespace kith::node
