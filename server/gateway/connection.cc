// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/gateway/connection.h"

#include <spdlog/spdlog.h>

#include <array>

#include "server/delivery/shard.h"
#include "server/gateway/dispatch.h"
#include "server/gateway/gateway_loop.h"
#include "server/gateway/wire_error.h"
#include "server/handlers/handlers.h"
#include "wire/frame_codec.h"
#include "wire/versions.h"

namespace kith::gateway {
namespace {

using wire::CloseCode;
using Kind = wire::WebSocketEvent::Kind;

constexpr wire::WebSocketRules kRules{.masked = true, .text_allowed = false, .message_bytes_max = wire::kFrameBytesMax};

// Before Hello, which is short, nobody may make the server keep more.
constexpr wire::WebSocketRules kRulesBeforeHello{.masked = true, .text_allowed = false, .message_bytes_max = 4096};

// What an idle session costs the gateway: this, and its place in the kernel.
static_assert(sizeof(Connection) <= 192);

BucketRate frame_rate(const GatewaySettings& settings) { return {settings.frames_per_second, settings.frames_burst}; }

bool is_ephemeral(const wire::ServerFrame& frame) {
  return frame.kind_case() == wire::ServerFrame::kTyping || frame.kind_case() == wire::ServerFrame::kPresence;
}

}  // namespace

Connection::Connection(GatewayLoop& home, net::Transport transport, const net::PeerAddress& address)
    : Peer(home, std::move(transport), address), frames_(frame_rate(home.shared().settings), home.loop().now_ms()) {}

Connection::~Connection() = default;

Services& Connection::services() const { return home().shared().services; }

void Connection::open(GatewayLoop& home, net::Transport transport, const net::PeerAddress& address,
                      std::string_view upgrade_answer, std::span<char> rest) {
  auto* const connection = new Connection(home, std::move(transport), address);
  home.deadlines().handshake.add(*connection, home.loop().now_ms());
  if (!connection->watch()) {
    connection->close_now();
    return;
  }
  connection->output().append(upgrade_answer);
  if (!rest.empty()) connection->on_bytes(rest);
}

// ---------------------------------------------------------------- bytes in

void Connection::on_bytes(std::span<char> bytes) {
  while (state_ == State::kAwaitingHello || state_ == State::kOpen) {
    const wire::WebSocketEvent event = reader_.next(bytes, state_ == State::kOpen ? kRules : kRulesBeforeHello);
    if (event.kind == Kind::kNeedMore) return;
    on_event(event);
  }
  if (state_ == State::kStarting) handshake_->unread.append(bytes.data(), bytes.size());
}

void Connection::on_event(const wire::WebSocketEvent& event) {
  GatewayLoop& loop = home();
  if (event.kind == Kind::kError) {
    loop.metrics().malformed_closed.add();
    spdlog::debug("connection closed: framing, code {}", static_cast<int>(event.code));
    return end(event.code, "");
  }
  loop.metrics().frames_received.add();
  const uint64_t now_ms = loop.loop().now_ms();
  if (frames_.take(frame_rate(loop.shared().settings), now_ms) != 0) {
    return refuse({wire::kRateLimited, "too many frames", 1000});
  }
  if (state_ == State::kOpen) loop.deadlines().idle.touch(*this, now_ms);
  switch (event.kind) {
    case Kind::kMessage: return on_message(event.payload);
    case Kind::kPing: wire::append_frame(output(), wire::Opcode::kPong, event.payload); return check_output_bound();
    case Kind::kClose: return end(event.code == CloseCode::kNoStatus ? CloseCode::kNormal : event.code, "");
    case Kind::kPong:
    case Kind::kNeedMore:
    case Kind::kError: return;
  }
}

void Connection::on_message(BytesView message) {
  wire::ClientFrame& frame = home().frame();
  if (!wire::parse_client_frame(message, frame)) {
    home().metrics().malformed_closed.add();
    spdlog::debug("connection closed: {} bytes that are no frame", message.size());
    return refuse({wire::kMalformed, "no ClientFrame", 0});
  }
  if (state_ == State::kOpen) return dispatch(*this, frame);
  if (frame.kind_case() != wire::ClientFrame::kHello) {
    home().metrics().malformed_closed.add();
    wire::Error error;
    error.set_code(wire::kMalformed);
    error.set_detail("the first frame must be Hello");
    return end(CloseCode::kPolicyViolation, error.detail(), &error);
  }
  on_hello(*frame.mutable_hello());
}

// ---------------------------------------------------------------- from Hello to the session

void Connection::on_hello(wire::Hello& hello) {
  if (home().shared().draining) return refuse({wire::kUnavailable, "the node drains", 1000});
  const auto address = handlers::token_address(hello.token());
  if (!address) return refuse({wire::kUnauthenticated, "the token has no valid form", 0});
  handshake_ =
      std::make_unique<Handshake>(Handshake{std::move(hello), &home().shared().owner_of(address->account), {}});
  state_ = State::kStarting;
  pause_reading();
  ask_turn_end();
}

void Connection::move_to_owner() {
  GatewayLoop& owner = *std::exchange(handshake_->owner, nullptr);
  if (&owner == &home()) {
    tasks().spawn(start());
    return;
  }
  unwatch();
  unlink();
  set_home(owner);
  owner.loop().post([this] { home().adopt(*this); });
}

void Connection::arrive() {
  home().deadlines().handshake.add(*this, home().loop().now_ms());
  if (!watch()) return close_now();
  tasks().spawn(start());
}

Task<void> Connection::start() {
  GatewayLoop& loop = home();
  loop.metrics().sessions_starting.add();
  co_await loop.starting().acquire();
  if (state_ == State::kStarting && is_open()) co_await say_hello();
  loop.starting().release();
  loop.metrics().sessions_starting.subtract();
}

Task<void> Connection::say_hello() {
  wire::Hello hello = std::move(handshake_->hello);
  Outcome<DeviceAddress> outcome = co_await handlers::hello(services(), std::move(hello), *this);
  if (!outcome) {
    refuse(outcome.error());
    co_return;
  }
  device_ = *outcome;
  attached_ = true;
  home().metrics().sessions.add();
  if (state_ != State::kStarting || !is_open()) {  // it ended meanwhile
    detach();
    co_return;
  }
  state_ = State::kOpen;
  home().deadlines().idle.add(*this, home().loop().now_ms());
  const std::unique_ptr<Handshake> handshake = std::move(handshake_);
  resume_reading();
  if (home().shared().draining) on_drain();
  if (!handshake->unread.empty()) on_bytes(handshake->unread);
}

void Connection::detach() {
  attached_ = false;
  home().metrics().sessions.subtract();
  services().shards.of(device_.account).detach(device_, *this);
}

// ---------------------------------------------------------------- bytes out

void Connection::send(const wire::ServerFrame& frame) {
  if (state_ == State::kClosing || !is_open()) return;
  if (is_ephemeral(frame) && output_waiting() > home().shared().settings.output_ephemeral_max) {
    home().metrics().ephemeral_dropped.add();
    return;
  }
  wire::append_server_frame(output(), frame);
  check_output_bound();
}

void Connection::deliver(std::span<const InboxEntry* const> entries) {
  if (state_ == State::kClosing || !is_open()) return;
  home().metrics().entries_delivered.add(entries.size());
  constexpr size_t kTogether = 64;
  std::array<BytesView, kTogether> views;
  while (!entries.empty()) {
    const size_t count = std::min(entries.size(), kTogether);
    for (size_t i = 0; i < count; ++i) views[i] = entries[i]->entry;
    wire::append_deliver(output(), std::span(views).first(count));
    entries = entries.subspan(count);
  }
  check_output_bound();
}

void Connection::check_output_bound() {
  if (output_waiting() <= home().shared().settings.output_max) return;
  home().metrics().slow_readers_closed.add();
  spdlog::debug("connection closed: {} bytes wait for a slow reader", output_waiting());
  wire::Error error;
  error.set_code(wire::kRateLimited);
  error.set_detail("the device reads too slowly");
  error.set_retry_after_ms(1000);
  end(CloseCode::kTryAgainLater, error.detail(), &error);
}

// ---------------------------------------------------------------- the end

void Connection::close(wire::ErrorCode code, const char* detail) { refuse({code, detail, 0}); }

void Connection::refuse(const Refusal& refusal) {
  wire::Error error;
  error.set_code(refusal.code);
  error.set_detail(refusal.detail);
  error.set_retry_after_ms(refusal.retry_after_ms);
  end(close_code_of(refusal.code), wire::ErrorCode_Name(refusal.code), &error);
}

void Connection::end(CloseCode code, std::string_view reason, const wire::Error* error) {
  if (state_ == State::kClosing || !is_open()) return;
  state_ = State::kClosing;
  if (error != nullptr) {
    wire::ServerFrame frame;
    *frame.mutable_error() = *error;
    wire::append_server_frame(output(), frame);
  }
  wire::append_close(output(), code, reason);
  linger();
}

// Not inside a call of the shard, so it may be called.
void Connection::after_flush() {
  if (state_ == State::kClosing && attached_) detach();
  if (state_ == State::kStarting && handshake_->owner != nullptr) move_to_owner();
}

void Connection::on_closed() {
  state_ = State::kClosing;
  if (attached_) detach();
}

void Connection::on_deadline() {
  switch (state_) {
    case State::kClosing: return close_now();
    case State::kOpen: home().metrics().idle_closed.add(); return end(CloseCode::kGoingAway, "idle");
    case State::kAwaitingHello:
      home().metrics().idle_closed.add();
      return end(CloseCode::kPolicyViolation, "no Hello in time");
    case State::kStarting: return refuse({wire::kUnavailable, "the session takes too long to start", 1000});
  }
}

void Connection::on_drain() {
  if (state_ == State::kAwaitingHello) return end(CloseCode::kServiceRestart, "draining");
  if (state_ != State::kOpen) return;
  wire::ServerFrame frame;
  frame.mutable_draining()->set_reconnect_within_ms(home().shared().settings.reconnect_within_ms);
  send(frame);
}

void Connection::finish() {
  if (tasks().running() == 0 && state_ != State::kStarting) end(CloseCode::kServiceRestart, "draining");
}

}  // namespace kith::gateway
