// SPDX-License-Identifier: AGPL-3.0-or-later

// The door of the server: accepts connections, serves HTTP (the API, the web app, health, metrics) and WebSocket
// sessions.
//
//   bytes in → session_protocol.cc → wire/ (frames) → dispatch.cc → server/handlers → Session (session_protocol.cc) →
//   bytes out; connection.cc and peer.cc have the socket
//
// Loops: each has its own listening sockets (SO_REUSEPORT) and connections. A session lives on the loop that owns its
//        account (Services::shards), which must be one of `loops`; the connection moves there when its Hello arrives.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "net/event_loop.h"
#include "server/gateway/settings.h"
#include "server/gateway/stream_routes.h"

namespace prometheus {
class Collectable;
}
namespace kith {
struct Services;
}
namespace kith::net {
class DescriptorTables;
}

namespace kith::gateway {

struct GatewayHooks {
  // Why the server should get no traffic ("inbox store is away"); empty when it should. Asked by GET /readyz, from any
  // loop.
  std::function<std::string()> unready_reason;
  // Metrics of others, told at GET /metrics beside the gateway's own; collected from any loop.
  std::vector<std::shared_ptr<prometheus::Collectable>> metrics;
  // Beside the API's own routes.
  std::vector<StreamRoute> streams;
};

class Gateway {
 public:
  // Loops, services and tables outlive the gateway. Nothing is opened yet. `tables`: when the loops' threads have
  // tables of descriptors of their own, in the order of `loops`; null: they share one.
  Gateway(std::vector<net::EventLoop*> loops, Services& services, GatewaySettings settings, GatewayHooks hooks = {},
          net::DescriptorTables* tables = nullptr);
  // No loop runs any more, or start() was never called. Open connections are closed.
  ~Gateway();
  Gateway(const Gateway&) = delete;
  Gateway& operator=(const Gateway&) = delete;

  // Binds, loads certificate and web app, and starts to accept on every loop. Once, from any thread, before or while
  // the loops run. Errors: a sentence for the operator that names what failed.
  Result<void, std::string> start();
  // Ports that are listened on, in the order of settings.listen; after start().
  [[nodiscard]] std::vector<uint16_t> ports() const;

  // Reads the certificate and the web app again; connections go on. On an error everything stays as it was. Any thread.
  Result<void, std::string> reload();

  // Stops accepting, tells every session (Draining), refuses new work, lets handlers finish, closes (1012) and waits
  // for the last bytes to leave: at most settings.drain_ms. Called once, on one of the loops; all of them keep running
  // until it completes, on the loop it began on.
  Task<void> drain();

  // On the thread of a loop that does not run any more, when it has a table of descriptors of its own: closes what the
  // gateway has open there. Whoever comes later would close the descriptors of others.
  void leave_loop(size_t index);

  // Counted over all loops; any thread.
  struct Counts {
    uint64_t connections = 0;
    uint64_t sessions = 0;
  };
  [[nodiscard]] Counts counts() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace kith::gateway
