// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/gateway/session_protocol.h"

#include <spdlog/spdlog.h>

#include <array>

#include "base/limits.h"
#include "server/delivery/shard.h"
#include "server/gateway/dispatch.h"
#include "server/gateway/wire_error.h"
#include "server/handlers/handlers.h"
#include "wire/frame_codec.h"
#include "wire/versions.h"

namespace kith::gateway {
namespace {

using wire::CloseCode;
using Kind = wire::WebSocketEvent::Kind;

constexpr wire::WebSocketRules kRules{.masked = true, .text_allowed = false, .message_bytes_max = kFrameBytesMax};

// Before Hello, which is short, nobody may make the server keep more.
constexpr wire::WebSocketRules kRulesBeforeHello{.masked = true, .text_allowed = false, .message_bytes_max = 4096};

BucketRate frame_rate(const GatewaySettings& settings) { return {settings.frames_per_second, settings.frames_burst}; }

bool is_ephemeral(const wire::ServerFrame& frame) {
  return frame.kind_case() == wire::ServerFrame::kTyping || frame.kind_case() == wire::ServerFrame::kPresence;
}

}  // namespace

SessionProtocol::SessionProtocol(SessionHome& home) : frames_(frame_rate(home.shared().settings), home.now_ms()) {}

SessionProtocol::~SessionProtocol() = default;

// ---------------------------------------------------------------- bytes in

void SessionProtocol::take_input(std::span<char> bytes) {
  while (state_ == State::kAwaitingHello || state_ == State::kOpen) {
    const wire::WebSocketEvent event = reader_.next(bytes, state_ == State::kOpen ? kRules : kRulesBeforeHello);
    if (event.kind == Kind::kNeedMore) return;
    on_event(event);
  }
  if (state_ == State::kStarting) handshake_->unread.append(bytes.data(), bytes.size());
}

void SessionProtocol::on_event(const wire::WebSocketEvent& event) {
  SessionHome& home = session_home();
  if (event.kind == Kind::kError) {
    home.metrics().malformed_closed.add();
    spdlog::debug("connection closed: framing, code {}", static_cast<int>(event.code));
    return end(event.code, "");
  }
  home.metrics().frames_received.add();
  if (!take_frame()) return;
  if (state_ == State::kOpen) restart_idle_time();
  switch (event.kind) {
    case Kind::kMessage: return on_message(event.payload);
    case Kind::kPing:
      wire::append_frame(session_output(), wire::Opcode::kPong, event.payload);
      return check_output_bound();
    case Kind::kClose: return end(event.code == CloseCode::kNoStatus ? CloseCode::kNormal : event.code, "");
    case Kind::kPong:
    case Kind::kNeedMore:
    case Kind::kError: return;
  }
}

void SessionProtocol::on_message(BytesView message) {
  SessionHome& home = session_home();
  wire::ClientFrame& frame = home.frame();
  if (!wire::parse_client_frame(message, frame)) {
    home.metrics().malformed_closed.add();
    spdlog::debug("connection closed: {} bytes that are no frame", message.size());
    return refuse({wire::kMalformed, "no ClientFrame", 0});
  }
  if (state_ == State::kOpen) return frame.has_sends() ? on_sends(std::move(*frame.mutable_sends())) : on_frame(frame);
  if (frame.kind_case() != wire::ClientFrame::kHello) {
    home.metrics().malformed_closed.add();
    wire::Error error;
    error.set_code(wire::kMalformed);
    error.set_detail("the first frame must be Hello");
    return end(CloseCode::kPolicyViolation, error.detail(), &error);
  }
  on_hello(*frame.mutable_hello());
}

bool SessionProtocol::take_frame() {
  SessionHome& home = session_home();
  if (frames_.take(frame_rate(home.shared().settings), home.now_ms()) == 0) return true;
  refuse({wire::kRateLimited, "too many frames", 1000});
  return false;
}

void SessionProtocol::on_sends(wire::Sends sends) {
  if (static_cast<size_t>(sends.sends_size()) > kSendsMax) return refuse({wire::kTooLarge, "sends", 0});
  wire::ClientFrame frame;
  bool is_first = true;  // that one was counted when it came
  for (wire::Send& send : *sends.mutable_sends()) {
    if (!std::exchange(is_first, false) && !take_frame()) return;
    frame.mutable_send()->Swap(&send);
    on_frame(frame);
    if (state_ != State::kOpen) return;
  }
}

void SessionProtocol::on_frame(wire::ClientFrame& frame) { dispatch(*this, frame); }

// ---------------------------------------------------------------- from Hello to the session

void SessionProtocol::on_hello(wire::Hello& hello) {
  if (session_home().shared().draining) return refuse({wire::kUnavailable, "the node drains", 1000});
  const auto address = handlers::token_address(hello.token());
  if (!address) return refuse({wire::kUnauthenticated, "the token has no valid form", 0});
  handshake_ = std::make_unique<Handshake>(Handshake{std::move(hello), address->account, {}});
  state_ = State::kStarting;
  set_reading(false);
  ask_session_turn_end();
}

void SessionProtocol::arrived() { session_tasks().spawn(start()); }

void SessionProtocol::move_again() {
  if (state_ != State::kStarting) return;
  handshake_->moved = false;
  ask_session_turn_end();
}

void SessionProtocol::no_room() {
  session_home().metrics().connections_refused.add();
  refuse({wire::kTooManyConnections, "the server has as many connections as it may", 5000});
}

Task<void> SessionProtocol::start() {
  SessionHome& home = session_home();
  home.metrics().sessions_starting.add();
  co_await home.starting().acquire();
  if (state_ == State::kStarting && can_send()) co_await say_hello();
  home.starting().release();
  home.metrics().sessions_starting.subtract();
}

Task<void> SessionProtocol::say_hello() {
  wire::Hello hello = std::move(handshake_->hello);
  Outcome<DeviceAddress> outcome = co_await handlers::hello(services(), std::move(hello), *this);
  if (!outcome) {
    refuse(outcome.error());
    co_return;
  }
  device_ = *outcome;
  attached_ = true;
  session_home().metrics().sessions.add();
  if (state_ != State::kStarting || !can_send()) {  // it ended meanwhile
    detach();
    co_return;
  }
  state_ = State::kOpen;
  set_deadline(Deadline::kIdle);
  const std::unique_ptr<Handshake> handshake = std::move(handshake_);
  set_reading(true);
  if (session_home().shared().draining) begin_drain();
  if (!handshake->unread.empty()) take_input(handshake->unread);
}

void SessionProtocol::detach() {
  attached_ = false;
  session_home().metrics().sessions.subtract();
  services().shards.of(device_.account).detach(device_, *this);
}

// ---------------------------------------------------------------- bytes out

void SessionProtocol::send(const wire::ServerFrame& frame) {
  if (state_ == State::kClosing || !can_send()) return;
  if (is_ephemeral(frame) && bytes_waiting() > session_home().shared().settings.output_ephemeral_max) {
    session_home().metrics().ephemeral_dropped.add();
    return;
  }
  wire::append_server_frame(session_output(), frame);
  check_output_bound();
}

void SessionProtocol::deliver(std::span<const InboxEntry* const> entries) {
  if (state_ == State::kClosing || !can_send()) return;
  session_home().metrics().entries_delivered.add(entries.size());
  constexpr size_t kTogether = 64;
  std::array<wire::EntryParts, kTogether> parts;
  while (!entries.empty()) {
    const size_t count = std::min(entries.size(), kTogether);
    for (size_t i = 0; i < count; ++i) parts[i] = {entries[i]->position.value, *entries[i]->body};
    wire::append_deliver(session_output(), std::span(parts).first(count));
    entries = entries.subspan(count);
  }
  check_output_bound();
}

void SessionProtocol::check_output_bound() {
  SessionHome& home = session_home();
  if (bytes_waiting() <= home.shared().settings.output_max) return;
  home.metrics().slow_readers_closed.add();
  spdlog::debug("connection closed: {} bytes wait for a slow reader", bytes_waiting());
  wire::Error error;
  error.set_code(wire::kRateLimited);
  error.set_detail("the device reads too slowly");
  error.set_retry_after_ms(1000);
  end(CloseCode::kTryAgainLater, error.detail(), &error);
}

// ---------------------------------------------------------------- the end

void SessionProtocol::close(EndReason reason, ShownList list) {
  Refusal refusal = refusal_of(reason);
  refusal.device_list = std::move(list);
  refuse(refusal);
}

void SessionProtocol::refuse(const Refusal& refusal) {
  wire::Error error;
  error.set_code(refusal.code);
  error.set_detail(refusal.detail);
  error.set_retry_after_ms(refusal.retry_after_ms);
  if (refusal.device_list) *error.mutable_device_list() = *refusal.device_list;
  if (refusal.group) *error.mutable_group() = *refusal.group;
  end(close_code_of(refusal.code), wire::ErrorCode_Name(refusal.code), &error);
}

void SessionProtocol::end(CloseCode code, std::string_view reason, const wire::Error* error) {
  if (state_ == State::kClosing || !can_send()) return;
  state_ = State::kClosing;
  if (error != nullptr) {
    wire::ServerFrame frame;
    *frame.mutable_error() = *error;
    wire::append_server_frame(session_output(), frame);
  }
  wire::append_close(session_output(), code, reason);
  end_output();
}

void SessionProtocol::turn_ended() {
  if (state_ == State::kClosing && attached_) detach();
  if (state_ == State::kStarting && !std::exchange(handshake_->moved, true)) move_to(handshake_->account);
}

void SessionProtocol::gone() {
  state_ = State::kClosing;
  if (attached_) detach();
}

void SessionProtocol::time_is_over() {
  switch (state_) {
    case State::kClosing: return close_at_once();
    case State::kOpen: session_home().metrics().idle_closed.add(); return end(CloseCode::kGoingAway, "idle");
    case State::kAwaitingHello:
      session_home().metrics().idle_closed.add();
      return end(CloseCode::kPolicyViolation, "no Hello in time");
    case State::kStarting: return refuse({wire::kUnavailable, "the session takes too long to start", 1000});
  }
}

void SessionProtocol::begin_drain() {
  if (state_ == State::kAwaitingHello) return end(CloseCode::kServiceRestart, "draining");
  if (state_ != State::kOpen) return;
  wire::ServerFrame frame;
  frame.mutable_draining()->set_reconnect_within_ms(session_home().shared().settings.reconnect_within_ms);
  send(frame);
}

void SessionProtocol::end_if_idle() {
  if (session_tasks().running() == 0 && state_ != State::kStarting) end(CloseCode::kServiceRestart, "draining");
}

}  // namespace kith::gateway
