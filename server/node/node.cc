// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/node/node.h"

#include <signal.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>
#include <thread>

#include "crypto/hash.h"
#include "net/descriptor_tables.h"
#include "net/event_loop.h"
#include "net/signals.h"
#include "net/system_clock.h"
#include "net/work_thread.h"
#include "server/delivery/shard.h"
#include "server/fetching/curl_link_fetcher.h"
#include "server/gateway/gateway.h"
#include "server/node/data_directory.h"
#include "server/node/link_metrics.h"
#include "server/node/process.h"
#include "server/node/store_metrics.h"
#include "server/node/stores.h"

namespace kith::node {

namespace {

constexpr uint64_t kStopBeyondDrainMs = 10'000;

// Runs the task on a loop that nobody runs yet.
template <class T>
T complete(net::EventLoop& loop, Task<T> task) {
  struct Keep {
    static Task<void> run(Task<T> task, std::optional<T>& value) { value.emplace(co_await std::move(task)); }
  };
  std::optional<T> value;
  TaskScope scope;
  loop.post([&] { scope.spawn(Keep::run(std::move(task), value)); });
  while (!value || scope.running() > 0) loop.run_turn(100);
  return std::move(*value);
}

}  // namespace

// In the order of making; destroyed in reverse.
struct Node::Parts {
  Parts(Config settings, std::vector<uint32_t> tables_)
      : config(std::move(settings)), table_sizes(std::move(tables_)) {}

  void on_signal(int number);
  Task<void> stop();

  Config config;
  std::vector<uint32_t> table_sizes;
  net::SystemClock clock;
  crypto::SystemRandom random;
  std::vector<std::unique_ptr<net::EventLoop>> loops;
  std::unique_ptr<net::DescriptorTables> tables;  // null: the loops share one
  std::unique_ptr<net::Signals> signals;
  std::optional<DataDirectory> directory;
  std::unique_ptr<Stores> stores;
  std::unique_ptr<RateLimits> rate_limits;
  std::unique_ptr<net::WorkThread> heavy_work;
  std::unique_ptr<fetching::CurlLinkFetcher> link_fetcher;  // null: no links are fetched
  std::unique_ptr<Shards> shards;
  std::unique_ptr<Services> services;
  std::unique_ptr<gateway::Gateway> gateway;
  TaskScope scope;  // of loop 0
  bool stopping = false;
};

Node::Node(Config config, std::vector<uint32_t> tables)
    : parts_(std::make_unique<Parts>(std::move(config), std::move(tables))) {
  std::string& source_url = parts_->config.gateway.source_url;
  if (source_url.empty()) source_url = KITH_SOURCE_URL;
  const size_t count = parts_->config.loops != 0 ? parts_->config.loops : processors();
  for (size_t i = 0; i < count; ++i) parts_->loops.push_back(std::make_unique<net::EventLoop>());
  if (!parts_->table_sizes.empty()) {
    std::vector<net::EventLoop*> loops;
    for (const auto& loop : parts_->loops) loops.push_back(loop.get());
    parts_->tables = std::make_unique<net::DescriptorTables>(loops, parts_->table_sizes);
  }
  parts_->signals =
      std::make_unique<net::Signals>(*parts_->loops[0], std::initializer_list<int>{SIGTERM, SIGINT, SIGHUP},
                                     [parts = parts_.get()](int number) { parts->on_signal(number); });
}

Node::~Node() = default;

Result<void, Node::Failure> Node::start() {
  Parts& parts = *parts_;
  const Config& config = parts.config;
  auto directory = DataDirectory::open(config.data_directory);
  if (!directory) return Fail(Failure{kDirectoryInUse, directory.error()});
  parts.directory.emplace(std::move(*directory));

  auto stores = open_embedded(config, *parts.directory, parts.clock);
  if (!stores) return Fail(Failure{kStoreFailed, stores.error()});
  parts.stores = std::move(*stores);

  net::EventLoop& first = *parts.loops[0];
  const StorePorts ports = parts.stores->ports();
  const auto slots = complete(first, take_all_slots(ports.inboxes, parts.random.id<SlotOwner>()));
  if (!slots) {
    return Fail(Failure{kStoreFailed, slots.error() == StoreError::kFull ? "the disk is full: make room and start again"
                                      : slots.error() == StoreError::kConflict
                                          ? "another kithd takes the same accounts over at this moment"
                                          : "the inbox store can't be written: see above"});
  }

  const auto server_id = complete(first, ports.accounts.server_id(parts.random.id<ServerId>()));
  if (!server_id) return Fail(Failure{kStoreFailed, "the account store can't be read or written: see above"});

  std::vector<net::EventLoop*> loops;
  std::vector<Shards::Loop> shard_loops;
  for (const auto& loop : parts.loops) {
    loops.push_back(loop.get());
    shard_loops.push_back({loop.get(), loop.get()});
  }
  parts.rate_limits = std::make_unique<LocalRateLimits>(parts.clock, config.rates);
  parts.heavy_work = std::make_unique<net::WorkThread>("kith-heavy");
  parts.shards = std::make_unique<Shards>(shard_loops, parts.clock, delivery_ports(ports), config.delivery, *slots);
  parts.services.reset(new Services{ports, parts.clock, parts.random, *parts.shards, *parts.rate_limits,
                                    *parts.heavy_work, handler_settings(config)});
  parts.services->settings.server_id = *server_id;
  if (config.fetch_links) {
    fetching::FetchSettings settings;
    for (const std::string& network : config.links_allowed)
      if (const auto allowed = fetching::AllowedNetwork::parse(network)) settings.allowed.push_back(*allowed);
    settings.at_once_max = config.links_at_once_max;
    parts.link_fetcher = std::make_unique<fetching::CurlLinkFetcher>(std::move(settings));
    parts.services->link_fetcher = parts.link_fetcher.get();
  }
  gateway::GatewayHooks hooks;
  hooks.unready_reason = [stores = parts.stores.get()] { return unready_reason(*stores); };
  hooks.metrics.push_back(std::make_shared<StoreMetrics>(*parts.stores));
  if (parts.link_fetcher) hooks.metrics.push_back(std::make_shared<LinkMetrics>(*parts.link_fetcher));
  parts.gateway =
      std::make_unique<gateway::Gateway>(loops, *parts.services, config.gateway, std::move(hooks), parts.tables.get());
  for (size_t i = 0; i < parts.shards->size(); ++i) {
    Shard& shard = parts.shards->at(i);
    shard.executor().post([&shard] { shard.start(); });
  }
  if (auto started = parts.gateway->start(); !started) return Fail(Failure{kStartFailed, started.error()});
  return {};
}

std::vector<std::string> Node::urls() const {
  const Config& config = parts_->config;
  const std::string scheme = config.gateway.tls_certificate.empty() ? "http://" : "https://";
  const std::vector<uint16_t> ports = parts_->gateway->ports();
  std::vector<std::string> out;
  for (size_t i = 0; i < ports.size(); ++i) {
    const std::string& address = config.gateway.listen[i];
    out.push_back(scheme + address.substr(0, address.rfind(':') + 1) + std::to_string(ports[i]));
  }
  return out;
}

void Node::run() {
  std::vector<std::thread> threads;
  for (size_t i = 1; i < parts_->loops.size(); ++i) {
    threads.emplace_back([parts = parts_.get(), i] {
      pthread_setname_np(pthread_self(), ("kith-loop-" + std::to_string(i)).c_str());
      if (parts->tables && !parts->tables->enter(i)) {
        // Its connections would take the place of the stores' files.
        spdlog::critical("the kernel gives a thread no table of descriptors: {}", std::strerror(errno));
        spdlog::shutdown();
        _exit(kStartFailed);
      }
      parts->loops[i]->run();
      if (parts->tables) parts->gateway->leave_loop(i);
    });
  }
  parts_->loops[0]->run();
  for (std::thread& thread : threads) thread.join();
}

void Node::Parts::on_signal(int number) {
  if (number == SIGHUP) {
    if (auto reloaded = gateway->reload(); !reloaded) {
      spdlog::error("reload: {}", reloaded.error());
    } else {
      spdlog::info("reloaded certificate and web app");
    }
    return;
  }
  if (stopping) {
    spdlog::warn("stopped at once");
    spdlog::shutdown();
    _exit(kForced);
  }
  stopping = true;
  spdlog::info("stopping");
  loops[0]->after(config.gateway.drain_ms + kStopBeyondDrainMs, [] {
    spdlog::error("stopping took too long: ending now; what was acknowledged is safe");
    spdlog::shutdown();
    _exit(kForced);
  });
  scope.spawn(stop());
}

Task<void> Node::Parts::stop() {
  net::EventLoop& first = *loops[0];
  if (link_fetcher) link_fetcher->stop();
  co_await gateway->drain();
  for (size_t i = 0; i < shards->size(); ++i) {
    Shard& shard = shards->at(i);
    co_await enter(shard.executor());
    co_await shard.close();
  }
  co_await enter(first);
  const auto flushed = co_await stores->ports().last_seen.flush();
  if (!flushed) spdlog::warn("last seen could not be written");
  for (const auto& loop : loops) loop->stop();
}

}  // namespace kith::node
