// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/testing/world.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/limits.h"

namespace kith::core::testing {

namespace {
std::string unique_name(const std::string& name) {
  static int count = 0;
  return name + "-" + std::to_string(++count);
}
std::string path_of(const std::string& url) { return url.substr(url.find('/', url.find("://") + 3)); }
}  // namespace

Host::Host(World& world, std::string name) : world_(world), name_(std::move(name)), disk_(unique_name(name_)) {
  reopen();
}

void Host::reopen() { ASSERT_FALSE(try_reopen().has_value()); }

std::optional<OpenError> Host::try_reopen() {
  auto device = open_device("kith.db", disk_.name(), world_.clock, world_.random);
  if (!device) return device.error();
  device_ = std::move(*device);
  return std::nullopt;
}

void Host::forget_world() {
  if (link_ != 0) world_.server->close_link(link_);
  link_ = 0;
  socket_ = 0;
  wake_at_ = 0;
  actions_.clear();
  responses_.clear();
  device_.client.reset();
}

void Host::close() {
  forget_world();
  device_.database.reset();
}

void Host::crash() {
  forget_world();
  disk_.crash();
  device_.database.reset();
}

void Host::set_network(bool network) {
  network_ = network;
  if (!network && link_ != 0) {
    world_.server->close_link(link_);
    link_ = 0;
    client_api::Input closed;
    closed.mutable_socket_closed()->set_socket(socket_);
    input(closed);
  }
  client_api::Input changed;
  changed.mutable_network_changed()->set_online(network);
  input(changed);
}

void Host::input(const client_api::Input& input) {
  if (!is_open() || device_.client->damaged()) return;  // a program ends then
  std::vector<client_api::Action> actions;
  device_.client->handle(input, actions);
  for (client_api::Action& action : actions) actions_.push_back(std::move(action));
}

bool Host::step() {
  if (actions_.empty()) return false;
  if (before_step) before_step(actions_.front());
  if (actions_.empty()) return true;  // the host went down
  const client_api::Action action = std::move(actions_.front());
  actions_.pop_front();
  ++steps;
  carry_out(action);
  return true;
}

void Host::carry_out(const client_api::Action& action) {
  switch (action.kind_case()) {
    case client_api::Action::kResponse:
      EXPECT_TRUE(responses_.emplace(action.response().id(), action.response()).second) << "a second response";
      return;
    case client_api::Action::kEvent: events.push_back(action.event()); return;
    case client_api::Action::kOpenSocket: {
      EXPECT_EQ(action.open_socket().url(), "ws://server:1/v1/socket");
      client_api::Input answer;
      if (network_) {
        socket_ = action.open_socket().socket();
        link_ = world_.server->open_link();
        answer.mutable_socket_opened()->set_socket(socket_);
      } else {
        answer.mutable_socket_closed()->set_socket(action.open_socket().socket());
      }
      return input(answer);
    }
    case client_api::Action::kSendFrame:
      if (link_ != 0 && action.send_frame().socket() == socket_ && !silent_)
        world_.server->take_frame(link_, action.send_frame().frame());
      return;
    case client_api::Action::kCloseSocket:
      if (link_ != 0 && action.close_socket().socket() == socket_) {
        world_.server->close_link(link_);
        link_ = 0;
      }
      return;
    case client_api::Action::kHttpCall: {
      const client_api::HttpCall& call = action.http_call();
      if (silent_) return;
      client_api::Input answer;
      answer.mutable_http_response()->set_call(call.call());
      if (network_) {
        LoopbackServer::HttpReply reply =
            world_.server->http(call.method(), path_of(call.url()), call.body(), call.bearer());
        answer.mutable_http_response()->set_status(reply.status);
        answer.mutable_http_response()->set_body(std::move(reply.body));
      }
      return input(answer);
    }
    case client_api::Action::kWakeAt: wake_at_ = action.wake_at().monotonic_ms(); return;
    case client_api::Action::KIND_NOT_SET: return;
  }
}

void Host::tick_if_due() {
  if (wake_at_ == 0 || wake_at_ > world_.clock.monotonic_ms) return;
  wake_at_ = 0;
  client_api::Input tick;
  tick.mutable_tick();
  input(tick);
}

uint32_t Host::post(client_api::Request request) {
  request.set_id(++last_request_);
  client_api::Input in;
  *in.mutable_request() = std::move(request);
  input(in);
  return last_request_;
}

std::optional<client_api::Response> Host::response(uint32_t id) {
  const auto found = responses_.find(id);
  return found == responses_.end() ? std::nullopt : std::optional(found->second);
}

client_api::Response Host::request(client_api::Request request) {
  const uint32_t id = post(std::move(request));
  world_.run();
  for (int i = 0; i < 300 && !response(id); ++i) world_.advance(100);
  const auto answer = response(id);
  EXPECT_TRUE(answer.has_value()) << name_ << ": no response";
  return answer.value_or(client_api::Response());
}

World::World(uint64_t seed, std::function<std::unique_ptr<LoopbackServer>(Clock&, RandomSource&)> make_server)
    : random(seed), server(make_server ? make_server(clock, random) : std::make_unique<LoopbackServer>(clock, random)) {
  server->limits.set_frame_bytes_max(kFrameBytesMax);
  server->limits.set_envelope_bytes_max(kEnvelopeBytesMax);
  server->limits.set_in_flight_sends_max(64);
  server->limits.set_idle_timeout_ms(60000);
  server->limits.set_subscriptions_max(100);
}

Host& World::add(const std::string& name) { return *hosts.emplace_back(std::make_unique<Host>(*this, name)); }

bool World::deliver_one() {
  if (server->outgoing.empty()) return false;
  LoopbackServer::Outgoing outgoing = std::move(server->outgoing.front());
  server->outgoing.pop_front();
  for (const auto& host : hosts) {
    if (host->link_ != outgoing.link || outgoing.link == 0) continue;
    if (host->silent_) break;
    client_api::Input in;
    if (outgoing.frame) {
      in.mutable_socket_frame()->set_socket(host->socket_);
      in.mutable_socket_frame()->add_frames(outgoing.frame->SerializeAsString());
    } else {
      host->link_ = 0;
      in.mutable_socket_closed()->set_socket(host->socket_);
    }
    host->input(in);
    break;
  }
  return true;
}

bool World::step() {
  bool busy = deliver_one();
  for (size_t i = 0; i < hosts.size(); ++i) {
    hosts[i]->tick_if_due();
    busy = hosts[i]->step() || busy;
  }
  return busy;
}

void World::run() {
  for (int rounds = 0; rounds < 1'000'000; ++rounds) {
    if (!step()) return;
  }
  FAIL() << "the world does not come to rest";
}

void World::advance(uint64_t ms) {
  run();
  const uint64_t end = clock.monotonic_ms + ms;
  while (clock.monotonic_ms < end) {
    uint64_t next = end;
    for (const auto& host : hosts) {
      if (host->wake_at() != 0) next = std::min(next, std::max(host->wake_at(), clock.monotonic_ms + 1));
    }
    clock.unix_us += (next - clock.monotonic_ms) * 1000;
    clock.monotonic_ms = next;
    run();
  }
}

void connect(Host& host) {
  client_api::Request request;
  request.mutable_connect();
  EXPECT_FALSE(host.request(std::move(request)).has_failure());
}

void sign_up(Host& host, const std::string& handle, const std::string& name) {
  client_api::Request request;
  client_api::RegisterRequest& what = *request.mutable_register_();
  what.set_server("http://server:1/");
  what.set_handle(handle);
  what.set_code(LoopbackServer::kCode);
  what.set_name(name);
  what.set_device_name("Test");
  const client_api::Response response = host.request(std::move(request));
  EXPECT_FALSE(response.has_failure()) << response.failure().code() << " " << response.failure().detail();
  EXPECT_TRUE(response.register_().registered());
  connect(host);
}

std::string open_chat(Host& host, const std::string& handle) {
  client_api::Request request;
  request.mutable_open_conversation()->set_handle(handle);
  const client_api::Response response = host.request(std::move(request));
  EXPECT_FALSE(response.has_failure()) << response.failure().code() << " " << response.failure().detail();
  return response.open_conversation().id();
}

std::string say(Host& host, const std::string& conversation, const std::string& text) {
  client_api::Request request;
  request.mutable_send_message()->set_conversation(conversation);
  request.mutable_send_message()->set_text(text);
  const client_api::Response response = host.request(std::move(request));
  EXPECT_FALSE(response.has_failure()) << response.failure().code() << " " << response.failure().detail();
  return response.send_message().message().id();
}

std::vector<client_api::Message> history(Host& host, const std::string& conversation) {
  client_api::Request request;
  request.mutable_list_messages()->set_conversation(conversation);
  request.mutable_list_messages()->set_limit(500);
  const client_api::Response response = host.request(std::move(request));
  return {response.list_messages().messages().begin(), response.list_messages().messages().end()};
}

std::vector<std::string> texts(Host& host, const std::string& conversation) {
  std::vector<std::string> texts;
  for (const client_api::Message& message : history(host, conversation)) texts.push_back(message.text().text());
  return texts;
}

client_api::Message message(Host& host, const std::string& id) {
  client_api::Request request;
  request.mutable_get_message()->set_id(id);
  return host.request(std::move(request)).get_message();
}

client_api::State state(Host& host) {
  client_api::Request request;
  request.mutable_get_state();
  return host.request(std::move(request)).get_state();
}

}  // namespace kith::core::testing
