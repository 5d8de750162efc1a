// SPDX-License-Identifier: AGPL-3.0-or-later

#include "sim/server.h"

#include <utility>

#include "crypto/group_signatures.h"
#include "net/socket.h"
#include "server/delivery/shard.h"
#include "server/gateway/api_routes.h"
#include "server/gateway/stream_routes.h"
#include "sim/file_liar.h"
#include "sim/liar.h"
#include "sim/server_connection.h"
#include "wire/group_state.h"

namespace kith::sim {
namespace {

constexpr uint64_t kEpochUs = 1'700'000'000'000'000;  // when the run begins, on a clock that is right
constexpr uint64_t kMonotonicUs = 1'000'000'000;
// What a killed process may take until its last coroutine has ended
constexpr uint64_t kLastMs = 60'000;

SlotOwner owner_of_start(uint64_t number) {
  SlotOwner owner;
  for (size_t i = 0; i < sizeof number; ++i) owner.value[i] = static_cast<uint8_t>(number >> 8 * i);
  return owner;
}

// A body of which not all has come.
class BrokenSource final : public ByteSource {
 public:
  explicit BrokenSource(std::shared_ptr<const Bytes> bytes) : rest_(bytes, 0, bytes->size()) {}
  Task<Result<Bytes, StreamError>> next() override {
    Task<Result<Bytes, StreamError>> asking = rest_.next();
    auto piece = co_await std::move(asking);
    if (piece->empty()) co_return Fail(StreamError::kGone);
    co_return piece;
  }

 private:
  SharedBytesSource rest_;
};

std::string path_of(const std::string& url) { return url.substr(url.find('/', url.find("://") + 3)); }

// Of a change to a group.
constexpr std::string_view kGroupPath = "/v1/groups/";

}  // namespace

ServerProcess::ServerProcess(ServerDisk& disk, const ServerOptions& options, uint64_t seed, uint64_t monotonic_us,
                             uint64_t unix_us)
    : loops(options.loops + 1, seed),
      disk_(disk),
      stores_(open_stores(disk)),
      random_(seed),
      mutation_(options.mutation),
      liar_(options.liar) {
  loops.clock.monotonic_us = monotonic_us;
  loops.clock.unix_us = unix_us;
  disk.mutation = options.mutation;
  rate_limits_ = std::make_unique<LocalRateLimits>(loops.clock, RateSettings{});
  std::vector<Shards::Loop> parts;
  for (size_t i = 0; i < options.loops; ++i) parts.push_back({&loops[i], &loops[i]});
  const StorePorts ports = stores_->ports();
  const auto slots = loops.run(0, take_all_slots(ports.inboxes, owner_of_start(++disk.starts)));
  shards_ = std::make_unique<Shards>(parts, loops.clock, delivery_ports(ports), options.delivery, *slots);
  services_.reset(
      new Services{ports, loops.clock, random_, *shards_, *rate_limits_, loops[options.loops], HandlerSettings{}});
  services_->settings.server_id = *loops.run(0, ports.accounts.server_id(ServerId{{1}}));
  shared_ = std::make_unique<gateway::Shared>(*services_, gateway::GatewaySettings{}, gateway::GatewayHooks{});
  homes_ = gateway::testing::virtual_homes(*shared_, loops);
  for (size_t i = 0; i < options.loops; ++i) loops[i].run([&] { shards_->at(i).start(); });
}

ServerProcess::~ServerProcess() = default;

void ServerProcess::accept(const std::shared_ptr<Link>& link) {
  connections_.push_back(std::make_unique<ServerConnection>(*this, link));
}

void ServerProcess::agree_to(wire::ToGroup& to) const {
  const auto group = GroupId::from_bytes(to.group_id());
  const auto states = disk_.others.groups.states();
  const auto known = group ? states.find(*group) : states.end();
  const auto state = known == states.end() ? std::nullopt : read_group_state(known->second.back());
  if (!state) return;
  std::vector<crypto::MemberList> lists;
  for (const auto& member : state->members()) {
    const AccountId account = *AccountId::from_bytes(member.account_id());
    const auto record = disk_.others.accounts.look(account);
    lists.push_back({account, record ? record->device_list_revision : Revision{}});
  }
  to.set_lists_digest(crypto::group_lists_digest(lists));
}

void ServerProcess::make_room_for(const client_api::HttpCall& call) {
  const std::string path = path_of(call.url());
  const auto group = path.starts_with(kGroupPath) && call.method() == "POST"
                         ? GroupId::from_hex(path.substr(kGroupPath.size()))
                         : std::nullopt;
  wire::SignedGroupChange one;
  if (!group || !one.ParseFromString(call.body())) return;
  if (const auto change = read_group_change(one.change()); change && change->revision() > 1)
    disk_.others.groups.take_back(*group, {change->revision() - 1}, change->previous());
}

void ServerProcess::call(const client_api::HttpCall& call, std::function<void(uint32_t, Bytes)> answer) {
  if (mutation_ == Mutation::kTakeStaleChange) make_room_for(call);
  net::IncomingRequest request;
  request.method = call.method();
  request.target = path_of(call.url());
  request.body = call.body();
  for (const client_api::HttpField& field : call.fields()) request.fields.emplace_back(field.name(), field.value());
  if (!request.has("Content-Type")) request.fields.emplace_back("Content-Type", "application/x-protobuf");
  request.fields.emplace_back("Accept", "application/x-protobuf");
  if (!call.bearer().empty()) request.fields.emplace_back("Authorization", "Bearer " + call.bearer());
  auto context = std::unique_ptr<gateway::HttpContext>(
      new gateway::HttpContext{*shared_, std::move(request), *net::PeerAddress::parse("127.0.0.1"), false});
  auto once = std::make_shared<std::function<void(uint32_t, Bytes)>>(std::move(answer));
  http_answers_.push_back(once);
  const uint64_t body_size = std::max<uint64_t>(call.body_size(), call.body().size());
  loops[0].post([this, context = std::move(context), body_size, once]() mutable {
    http_.spawn(serve(*this, std::move(context), body_size, std::move(once)));
  });
}

Task<void> ServerProcess::serve(ServerProcess& process, std::unique_ptr<gateway::HttpContext> context,
                                uint64_t body_size, std::shared_ptr<std::function<void(uint32_t, Bytes)>> answer) {
  net::HttpResponse response;
  if (const gateway::StreamRoute* const route = gateway::find_stream_route(*process.shared_, context->request)) {
    const auto bytes = std::make_shared<const Bytes>(std::exchange(context->request.body, {}));
    std::unique_ptr<ByteSource> body;
    if (bytes->size() < body_size) {
      body = std::make_unique<BrokenSource>(bytes);
    } else {
      body = std::make_unique<SharedBytesSource>(bytes, 0, body_size);
    }
    response = co_await gateway::route_stream(*context, *route, body_size, *body);
    for (bool more = response.stream != nullptr; more;) {
      const auto piece = co_await response.stream->next();
      more = piece && !piece->empty();
      if (more) response.body += *piece;
    }
  } else {
    response = co_await gateway::route_api(*context);
  }
  std::erase(process.http_answers_, answer);
  if (*answer) std::exchange(*answer, nullptr)(static_cast<uint32_t>(response.status), response.body);
}

void ServerProcess::run_at_home(const AccountId& account, Task<void> task) {
  loops[shards_->index_of(account)].post([this, task = std::move(task)]() mutable { http_.spawn(std::move(task)); });
  on_ready();
}

std::optional<uint64_t> ServerProcess::next_timer_ms() const {
  std::optional<uint64_t> next;
  for (size_t i = 0; i < loops.size(); ++i) {
    const auto timer = const_cast<testing::VirtualLoops&>(loops)[i].next_timer_ms();
    if (timer && (!next || *timer < *next)) next = timer;
  }
  return next;
}

void ServerProcess::kill() {
  stores_->alive = false;
  for (const auto& answer : http_answers_) {
    if (*answer) std::exchange(*answer, nullptr)(0, {});
  }
  for (const auto& connection : connections_) connection->abandon(random_.percent(50));
  end();
}

void ServerProcess::stop() {
  shared_->draining = true;
  for (const auto& connection : connections_) connection->drain();
  loops.settle();
  for (const auto& connection : connections_) connection->finish();
  loops.settle();
  for (const auto& connection : connections_) {
    if (connection->is_open()) connection->abandon(false);
  }
  loops.settle();
  end();
  for (const auto& answer : http_answers_) {
    if (*answer) std::exchange(*answer, nullptr)(0, {});
  }
}

void ServerProcess::end() {
  for (size_t i = 0; i < shards_->size(); ++i) loops.begin(i, shards_->at(i).close());
  loops.pass(kLastMs);
}

// ---------------------------------------------------------------- Server

void Server::reseed(uint64_t seed) {
  dice_.reseed(seed, 1);
  disk.dice.reseed(seed, 2);
}

void Server::set_clock() {
  process_->loops.clock.monotonic_us = scheduler_.now() + kMonotonicUs;
  process_->loops.clock.unix_us =
      static_cast<uint64_t>(static_cast<int64_t>(scheduler_.now() + kEpochUs) + wall_offset_us_);
}

void Server::start() {
  if (process_) return;
  trace_.note(scheduler_.now(), "server", "starts");
  process_ = std::make_unique<ServerProcess>(
      disk, options, dice_.below(UINT64_MAX), scheduler_.now() + kMonotonicUs,
      static_cast<uint64_t>(static_cast<int64_t>(scheduler_.now() + kEpochUs) + wall_offset_us_));
  process_->on_ready = [this] { wake(); };
  wake();
}

void Server::crash() {
  if (!process_) return;
  trace_.note(scheduler_.now(), "server", "is killed");
  ++crashes;
  set_clock();
  process_->kill();
  process_.reset();
  disk.crash();
}

void Server::stop() {
  if (!process_) return;
  trace_.note(scheduler_.now(), "server", "stops");
  set_clock();
  process_->stop();
  process_.reset();
  disk.sync(disk.journal.size());
}

void Server::crash_after(uint64_t count, uint64_t down_us) {
  crash_in_ = count;
  down_us_ = down_us;
}

bool Server::accept(const std::shared_ptr<Link>& link) {
  if (!process_) return false;
  set_clock();
  process_->accept(link);
  wake();
  return true;
}

void Server::call(const client_api::HttpCall& call, std::function<void(uint32_t, Bytes)> answer) {
  if (!process_) return answer(0, {});
  process_->call(call, [this, call, answer = std::move(answer)](uint32_t status, Bytes body) {
    if (options.liar != nullptr && status != 0) options.liar->change(call, status, body);
    if (options.file_liar != nullptr && status != 0) options.file_liar->change(call, status, body);
    answer(status, std::move(body));
  });
  wake();
}

void Server::wake() {
  if (!process_ || step_soon_) return;
  step_soon_ = true;
  scheduler_.after(dice_.between(1, 20), [this, ticket = ++ticket_] { take_step(ticket); });
}

void Server::take_step(uint64_t ticket) {
  if (ticket != ticket_) return;
  step_soon_ = false;
  if (!process_) return;
  // Of the mutation: what the log has let go of is for a moment in the inboxes' memory alone.
  if (std::exchange(disk.settled_early, false) && dice_.percent(10)) crash_after(dice_.below(6), 500'000);
  if (crash_in_ && (*crash_in_)-- == 0) {
    crash_in_.reset();
    crash();
    scheduler_.after(down_us_, [this] { start(); });
    return;
  }
  set_clock();
  if (process_->step()) {
    ++steps;
    return wake();
  }
  if (const auto timer = process_->next_timer_ms()) {
    // Asked for again, and earlier, when something becomes ready.
    scheduler_.at(*timer * 1000 - kMonotonicUs, [this, again = ++ticket_] { take_step(again); });
  }
}

}  // namespace kith::sim
