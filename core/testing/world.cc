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
}  // namespace

Host::Host(World& world, std::string name)
    : LoopbackHost(*world.server),
      world_(world),
      clock_(world.clock),
      name_(std::move(name)),
      disk_(unique_name(name_)) {
  reopen();
}

void Host::reopen() { ASSERT_FALSE(try_reopen().has_value()); }

std::optional<OpenError> Host::try_reopen() {
  auto device = open_device("kith.db", disk_.name(), clock_, world_.random);
  if (!device) return device.error();
  device_ = std::move(*device);
  return std::nullopt;
}

void Host::forget_world() {
  cut();
  socket_ = 0;
  wake_at_ = 0;
  host_.forget();
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
    cut();
    host_.socket_closed(socket_);
  }
  host_.network_changed(network);
  settle();
}

void Host::input(client_api::Input input) {
  host_.input(std::move(input));
  settle();
}

void Host::settle() {
  while (host_.has_input()) {
    if (!is_open() || device_.client->damaged()) return host_.forget_inputs();  // a program ends then
    host_.hand_in(*device_.client);
  }
}

bool Host::step() {
  if (!host_.has_action()) return false;
  if (before_step) before_step(host_.next_action());
  if (!host_.has_action()) return true;  // the host went down
  ++steps;
  host_.carry_out();
  settle();
  return true;
}

void Host::respond(client_api::Response response) {
  const uint32_t id = response.id();
  EXPECT_TRUE(responses_.emplace(id, std::move(response)).second) << "a second response";
}

void Host::open_socket(uint32_t socket, std::string url) {
  EXPECT_EQ(url, "ws://server:1/v1/socket");
  if (!network_) return host_.socket_closed(socket);
  if (silent_) {  // neither opened nor refused
    socket_ = socket;
    return;
  }
  LoopbackHost::open_socket(socket, std::move(url));
}

void Host::send_frame(uint32_t socket, Bytes frame) {
  if (!silent_) LoopbackHost::send_frame(socket, std::move(frame));
}

void Host::call_http(client_api::HttpCall call) {
  if (silent_) return;
  if (!network_) return host_.http_response(call.call(), 0, "");
  if (holds_http && holds_http(call)) return held_http_.push_back(std::move(call));
  LoopbackHost::call_http(std::move(call));
}

void Host::call_with_file(client_api::HttpCall call) {
  if (silent_) return;
  if (!network_) return host_.http_response(call.call(), 0, "");
  LoopbackHost::call_with_file(std::move(call));
}

void Host::fetch_file(client_api::FetchFile fetch) {
  if (silent_) return;
  if (!network_) return host_.file_fetched(fetch.call(), client_api::FileFetched::kBrokeOff);
  LoopbackHost::fetch_file(std::move(fetch));
}

void Host::release_http() {
  holds_http = nullptr;
  for (client_api::HttpCall& call : std::exchange(held_http_, {})) LoopbackHost::call_http(std::move(call));
  settle();
}

void Host::receive(const LoopbackServer::Outgoing& outgoing) {
  if (silent_) return;
  if (outgoing.frame) {
    host_.socket_frame(socket_, outgoing.frame->SerializeAsString());
  } else {
    link_closed();
  }
  settle();
}

void Host::tick_if_due() {
  LoopbackHost::tick_if_due(world_.clock.monotonic_ms);
  settle();
}

uint32_t Host::post(client_api::Request request) {
  const uint32_t id = host_.request(std::move(request));
  settle();
  return id;
}

std::optional<client_api::Response> Host::response(uint32_t id) {
  const auto found = responses_.find(id);
  return found == responses_.end() ? std::nullopt : std::optional(found->second);
}

client_api::Response Host::request(client_api::Request request) { return await(post(std::move(request)), 30'000); }

client_api::Response Host::await(uint32_t id, uint64_t within_ms) {
  world_.run();
  for (uint64_t passed = 0; passed < within_ms && !response(id); passed += 100) world_.advance(100);
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
    host->receive(outgoing);
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
      if (host->wakes_at() != 0) next = std::min(next, std::max(host->wakes_at(), clock.monotonic_ms + 1));
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

void register_handle(Host& host, const std::string& handle, const std::string& name) {
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
}

void sign_up(Host& host, const std::string& handle, const std::string& name) {
  register_handle(host, handle, name);
  connect(host);
}

Bytes photo_bytes(Host& host, const std::string& photo) {
  if (photo.empty()) return "";
  client_api::Request request;
  request.mutable_open_photo()->set_photo(photo);
  const client_api::Response response = host.request(std::move(request));
  EXPECT_FALSE(response.has_failure()) << response.failure().detail();
  client_api::OpenMediaResponse opened;
  opened.set_file(response.open_photo().file());
  *opened.mutable_sealed() = response.open_photo().sealed();
  return unseal_file(host.files, opened);
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
