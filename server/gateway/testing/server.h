// SPDX-License-Identifier: AGPL-3.0-or-later

// A whole server but for its disk, in the test's process: loops on threads, shards, real handlers, a gateway on a free
// port, ports in memory.
#pragma once

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/ids.h"
#include "net/descriptor_tables.h"
#include "net/event_loop.h"
#include "net/system_clock.h"
#include "server/delivery/shards.h"
#include "server/delivery/testing/virtual_time.h"
#include "server/gateway/gateway.h"
#include "server/handlers/services.h"
#include "server/handlers/testing/memory_ports.h"

namespace kith::gateway::testing {

class Server {
 public:
  // `tables`: connections in the table of descriptors of each loop's thread; empty: they share one.
  explicit Server(GatewaySettings settings = {}, size_t loops = 2, GatewayHooks hooks = {}, RateSettings rates = {},
                  std::vector<uint32_t> tables = {});
  // Drains first, unless drain() was called.
  ~Server();

  // A registered account with one active device.
  struct Device {
    DeviceAddress address;
    Bytes token;
    Bytes account() const { return address.account.bytes(); }
    std::string bearer() const { return "Bearer " + to_base64url(token); }
  };
  // `loop`: on which its account lives; any when absent.
  Device add_device(std::string phone, std::optional<size_t> loop = std::nullopt);
  // An account with so many active devices.
  std::vector<Device> add_devices(std::string phone, uint32_t count);

  [[nodiscard]] uint16_t port() const { return gateway->ports().at(0); }
  [[nodiscard]] uint64_t sessions() const { return gateway->counts().sessions; }
  // Waits a few seconds for so many.
  [[nodiscard]] bool wait_for_sessions(uint64_t count) const;
  [[nodiscard]] bool wait_for_connections(uint64_t count) const;

  // Runs the gateway's drain to its end.
  void drain();
  // Begins it.
  void begin_drain();
  [[nodiscard]] bool drained() const { return drained_; }

  kith::testing::MemoryPorts ports;
  std::unique_ptr<Shards> shards;
  std::unique_ptr<Gateway> gateway;

 private:
  Task<void> run_drain();
  static Task<void> close_shard(Shard& shard, std::atomic<size_t>& closed);

  net::SystemClock clock_;
  kith::testing::SeededRandom random_{1};
  std::vector<std::unique_ptr<net::EventLoop>> loops_;
  std::unique_ptr<net::DescriptorTables> tables_;
  std::unique_ptr<RateLimits> rate_limits_;
  std::unique_ptr<Services> services_;
  std::vector<std::thread> threads_;
  TaskScope tasks_;
  bool drain_begun_ = false;
  std::atomic<bool> drained_{false};
};

}  // namespace kith::gateway::testing
