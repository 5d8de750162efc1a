// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/gateway/testing/server.h"

#include <chrono>
#include <deque>
#include <functional>

#include "crypto/hash.h"
#include "server/delivery/shard.h"

namespace kith::gateway::testing {
namespace {

// Runs a task that never waits.
template <class T>
T run_now(Task<T> task) {
  std::optional<T> value;
  TaskScope scope;
  struct Keep {
    static Task<void> result(Task<T> from, std::optional<T>& to) { to.emplace(co_await std::move(from)); }
  };
  scope.spawn(Keep::result(std::move(task), value));
  return std::move(*value);
}

bool wait_until(const std::function<bool()>& condition) {
  for (int i = 0; i < 5000; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return condition();
}

}  // namespace

Server::Server(GatewaySettings settings, size_t loops, GatewayHooks hooks, RateSettings rates,
               std::vector<uint32_t> tables) {
  std::vector<Shards::Loop> shard_loops;
  std::vector<net::EventLoop*> gateway_loops;
  for (size_t i = 0; i < loops; ++i) {
    net::EventLoop& loop = *loops_.emplace_back(std::make_unique<net::EventLoop>());
    shard_loops.push_back({&loop, &loop});
    gateway_loops.push_back(&loop);
  }
  shards = std::make_unique<Shards>(shard_loops, clock_, delivery_ports(ports.all()), DeliverySettings{},
                                    run_now(take_all_slots(ports.inboxes, random_.id<SlotOwner>())).value());
  rate_limits_ = std::make_unique<LocalRateLimits>(clock_, rates);
  services_.reset(new Services{ports.all(), clock_, random_, *shards, *rate_limits_, *loops_[0], HandlerSettings{}});
  services_->settings.server_id = run_now(ports.accounts.server_id(ServerId{{1}})).value();
  settings.listen = {"127.0.0.1:0"};
  if (!tables.empty()) tables_ = std::make_unique<net::DescriptorTables>(gateway_loops, std::move(tables));
  gateway = std::make_unique<Gateway>(gateway_loops, *services_, std::move(settings), std::move(hooks), tables_.get());
  if (const auto started = gateway->start(); !started) std::abort();
  for (size_t i = 0; i < loops; ++i) {
    loops_[i]->post([this, i] { shards->at(i).start(); });
    threads_.emplace_back([this, i] {
      if (tables_ && !tables_->enter(i)) std::abort();
      loops_[i]->run();
      if (tables_) gateway->leave_loop(i);
    });
  }
}

Server::~Server() {
  if (!drain_begun_) begin_drain();
  if (!wait_until([&] { return drained_.load(); })) std::abort();
  std::atomic<size_t> closed{0};
  std::deque<TaskScope> closings(loops_.size());
  for (size_t i = 0; i < loops_.size(); ++i) {
    loops_[i]->post([this, i, &closed, &closings] { closings[i].spawn(close_shard(shards->at(i), closed)); });
  }
  if (!wait_until([&] { return closed == loops_.size(); })) std::abort();
  for (const auto& loop : loops_) loop->stop();
  for (std::thread& thread : threads_) thread.join();
  gateway.reset();
  shards.reset();
}

Task<void> Server::close_shard(Shard& shard, std::atomic<size_t>& closed) {
  co_await shard.close();
  ++closed;
}

Server::Device Server::add_device(std::string phone, std::optional<size_t> loop) {
  static std::atomic<uint64_t> next{1'000'000};  // far from what random_ begins with
  AccountId account;
  kith::testing::SeededRandom random(next++);
  do {
    account = random.id<AccountId>();
  } while (loop && shards->index_of(account) != *loop);
  const Bytes secret = random.bytes(32);
  const auto record = run_now(ports.accounts.add_device(Handle::from_text(phone).value(), account,
                                                        crypto::digest("kith token v1", secret), clock_.now()))
                          .value();
  Device device;
  device.address = {record.id, record.devices.back().id};
  AccountStore::DeviceList list;
  list.revision = {record.device_list_revision.value + 1};
  list.device_list = "list";
  list.signature = "signature";
  list.devices = {device.address.device};
  if (!run_now(ports.accounts.set_device_list(account, list))) std::abort();
  device.token = account.bytes();
  append_u32(device.token, device.address.device.value);
  device.token += secret;
  return device;
}

std::vector<Server::Device> Server::add_devices(std::string phone, uint32_t count) {
  const AccountId account = random_.id<AccountId>();
  std::vector<Device> devices;
  std::vector<Bytes> hashes;
  for (uint32_t number = 1; number <= count; ++number) {
    const Bytes secret = random_.bytes(32);
    hashes.push_back(crypto::digest("kith token v1", secret));
    Device& device = devices.emplace_back();
    device.address = {account, {number}};
    device.token = account.bytes();
    append_u32(device.token, number);
    device.token += secret;
  }
  ports.accounts.add_account(account, phone, count, hashes);
  return devices;
}

bool Server::wait_for_sessions(uint64_t count) const {
  return wait_until([&] { return sessions() == count; });
}
bool Server::wait_for_connections(uint64_t count) const {
  return wait_until([&] { return gateway->counts().connections == count; });
}

Task<void> Server::run_drain() {
  co_await gateway->drain();
  drained_ = true;
}

void Server::begin_drain() {
  drain_begun_ = true;
  loops_[0]->post([this] { tasks_.spawn(run_drain()); });
}

void Server::drain() {
  begin_drain();
  if (!wait_until([&] { return drained_.load(); })) std::abort();
}

}  // namespace kith::gateway::testing
