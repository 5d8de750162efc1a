// SPDX-License-Identifier: AGPL-3.0-or-later

// The server: a disk, and at most one process that runs on it: the handlers and the delivery of kithd, and the sessions
// and HTTP routes of its gateway, on virtual loops. Instead of sockets they have Links: server_connection.h.
//
// Steps: a loop of the process runs one function at a time, each some microseconds after the last: between any two of
//        them anything else may happen, also the end of the process.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "client_api/host.pb.h"
#include "server/gateway/http_routes.h"
#include "server/gateway/shared.h"
#include "server/gateway/testing/virtual_connection.h"
#include "server/handlers/handlers.h"
#include "sim/link.h"
#include "sim/server_disk.h"
#include "sim/trace.h"

namespace kith::sim {

class FileLiar;
class Liar;
class ServerConnection;

struct ServerOptions {
  size_t loops = 1;
  DeliverySettings delivery;
  Mutation mutation = Mutation::kNone;
  Liar* liar = nullptr;  // null: an honest server
  FileLiar* file_liar = nullptr;
};

// One run of the program.
class ServerProcess {
 public:
  ServerProcess(ServerDisk& disk, const ServerOptions& options, uint64_t seed, uint64_t monotonic_us, uint64_t unix_us);
  ~ServerProcess();

  void accept(const std::shared_ptr<Link>& link);
  // Answers once, with status 0 when the process ends first. A body of fewer bytes than call.body_size() has broken
  // off.
  void call(const client_api::HttpCall& call, std::function<void(uint32_t status, Bytes body)> answer);
  // Runs on the loop that owns the account.
  void run_at_home(const AccountId& account, Task<void> task);
  // One function of one loop. False: none is ready.
  bool step() { return loops.step(); }
  // When the next timer is due, on the clock of the process; absent: never.
  [[nodiscard]] std::optional<uint64_t> next_timer_ms() const;

  // The process is killed: nothing that it goes on to do is seen by anybody. What runs in it comes to an end, so that
  // its memory can go.
  void kill();
  // Ends in order: drains, refuses what is new, commits what waits.
  void stop();

  testing::VirtualLoops loops;     // the last one does the heavy work
  std::function<void()> on_ready;  // something was posted from outside
  [[nodiscard]] Services& services() { return *services_; }
  [[nodiscard]] Shards& shards() { return *shards_; }
  [[nodiscard]] gateway::testing::VirtualHomes& homes() { return homes_; }
  [[nodiscard]] Mutation mutation() const { return mutation_; }
  [[nodiscard]] Liar* liar() const { return liar_; }
  [[nodiscard]] bool alive() const { return stores_->alive; }
  // Receipt numbers as they came: by the sending device and the account it wrote to.
  std::map<std::pair<DeviceAddress, AccountId>, std::map<uint64_t, MessageId>> numbers;
  // Of the mutation kAnyListsDigest: the message is for the lists that there are.
  void agree_to(wire::ToGroup& to) const;
  bool repeats(const wire::Send& send) { return !sends_.insert(send.message_id()).second; }
  Dice& dice() { return random_; }

 private:
  static Task<void> serve(ServerProcess& process, std::unique_ptr<gateway::HttpContext> context, uint64_t body_size,
                          std::shared_ptr<std::function<void(uint32_t, Bytes)>> answer);
  void end();

  // Of the mutation kTakeStaleChange.
  void make_room_for(const client_api::HttpCall& call);

  ServerDisk& disk_;
  std::unique_ptr<ProcessStores> stores_;
  Dice random_;
  Mutation mutation_;
  Liar* liar_;
  std::unique_ptr<RateLimits> rate_limits_;
  std::unique_ptr<Shards> shards_;
  std::unique_ptr<Services> services_;
  std::unique_ptr<gateway::Shared> shared_;
  gateway::testing::VirtualHomes homes_;
  TaskScope http_;
  std::vector<std::shared_ptr<std::function<void(uint32_t, Bytes)>>> http_answers_;
  std::vector<std::unique_ptr<ServerConnection>> connections_;
  std::set<std::string> sends_;  // of the mutation kForgetDedupe
};

class Server {
 public:
  Server(Scheduler& scheduler, Trace& trace) : scheduler_(scheduler), trace_(trace) {}

  // Everything that comes from chance from now on.
  void reseed(uint64_t seed);
  void start();
  void crash();
  void stop();
  [[nodiscard]] bool runs() const { return process_ != nullptr; }
  [[nodiscard]] ServerProcess* process() { return process_.get(); }
  // Kills it between two of its steps, after `steps` more; and starts it again after `down_us`.
  void crash_after(uint64_t steps, uint64_t down_us);
  void forget_plans() { crash_in_.reset(); }
  void jump_clock(int64_t us) { wall_offset_us_ += us; }

  // From the network.
  bool accept(const std::shared_ptr<Link>& link);
  void call(const client_api::HttpCall& call, std::function<void(uint32_t status, Bytes body)> answer);

  ServerOptions options;
  ServerDisk disk;
  uint64_t steps = 0;
  uint64_t crashes = 0;

 private:
  void set_clock();
  // Something may be ready.
  void wake();
  void take_step(uint64_t ticket);

  Scheduler& scheduler_;
  Trace& trace_;
  Dice dice_;
  std::unique_ptr<ServerProcess> process_;
  int64_t wall_offset_us_ = 0;
  uint64_t ticket_ = 0;  // of the step that is asked for; others are void
  bool step_soon_ = false;
  std::optional<uint64_t> crash_in_;
  uint64_t down_us_ = 0;
};

}  // namespace kith::sim
