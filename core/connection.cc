// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/connection.h"

#include <algorithm>

#include "base/limits.h"
#include "core/engine.h"
#include "core/server_time.h"
#include "wire/versions.h"

namespace kith::core {

namespace {
constexpr uint64_t kIdleTimeoutMs = 60000;  // when the server names none

std::string socket_url(const std::string& server) {
  // http → ws, https → wss
  return "ws" + server.substr(4) + std::string(wire::kSocketPath);
}
}  // namespace

Connection::Connection(Engine& engine)
    : engine_(engine),
      attempt_(engine.timers),
      stable_(engine.timers),
      ping_(engine.timers),
      pong_(engine.timers),
      drain_(engine.timers) {}

void Connection::start() {
  wanted_ = true;
  if (phase_ == Phase::kOffline || (phase_ == Phase::kWaiting && refused())) open();
}

void Connection::stop() {
  wanted_ = false;
  leave();
}

void Connection::leave() {
  close_socket();
  attempt_.cancel();
  phase_ = Phase::kOffline;
}

void Connection::resume(uint32_t last_socket, uint32_t failures, bool wanted) {
  socket_ = last_socket;
  failures_ = failures;
  wanted_ = wanted;
  if (wanted_ && engine_.registered()) wait(0);
}

void Connection::lose(uint64_t retry_after_ms) {
  if (phase_ == Phase::kOffline) return;
  close_socket();
  if (wanted_) wait(retry_after_ms);
}

void Connection::turned_away(Standing standing) {
  stand(standing);
  lose();
}

void Connection::stand(Standing standing) {
  if (engine_.progress.standing == standing) return;
  engine_.progress.standing = standing;
  engine_.store.account.set_progress(engine_.progress);
}

void Connection::own_list_differs(OwnList how) {
  own_list_ = how;
  if (how == OwnList::kWithoutThisDevice) stand(Standing::kEnded);
  lose();
}

void Connection::own_list_agrees() {
  if (own_list_ == OwnList::kWithoutThisDevice) stand(Standing::kKnown);
  own_list_ = OwnList::kAgrees;
}

bool Connection::refused() const { return engine_.progress.standing != Standing::kKnown || doubts_own_list(); }

void Connection::open() {
  ++socket_;
  phase_ = Phase::kConnecting;
  client_api::OpenSocket& action = *engine_.output.add().mutable_open_socket();
  action.set_socket(socket_);
  action.set_url(socket_url(engine_.registration->server));
  attempt_.set(engine_.in_ms(kOpenMs), [this] { lose(); });
}

void Connection::close_socket() {
  if (has_socket()) {
    engine_.output.add().mutable_close_socket()->set_socket(socket_);
    drop_socket();
  }
}

void Connection::wait(uint64_t at_least_ms) {
  phase_ = Phase::kWaiting;
  const uint64_t full = refused() ? std::min(kRefusedMaxMs, kRefusedMinMs << std::min(refusals_++, 10u))
                                  : std::min(kDelayMaxMs, kDelayMinMs << std::min(failures_, 10u));
  ++failures_;
  const uint64_t delay = full / 2 + engine_.random.below(full / 2 + 1);
  attempt_.set(engine_.in_ms(std::max(delay, at_least_ms)), [this] { open(); });
}

void Connection::on_closed(uint32_t socket) {
  if (!has_socket() || socket != socket_) return;
  drop_socket();
  if (wanted_) wait(0);
}

void Connection::drop_socket() {
  const bool was_ready = ready();
  phase_ = Phase::kOffline;
  attempt_.cancel();
  stable_.cancel();
  ping_.cancel();
  pong_.cancel();
  drain_.cancel();
  if (was_ready) engine_.connection_gone();
}

void Connection::on_opened(uint32_t socket) {
  if (phase_ != Phase::kConnecting || socket != socket_) return;
  greet();
}

void Connection::greet() {
  phase_ = Phase::kGreeting;
  wire::ClientFrame frame;
  wire::Hello& hello = *frame.mutable_hello();
  hello.set_version_min(wire::kVersionMin);
  hello.set_version_max(wire::kVersionMax);
  hello.set_token(engine_.registration->token);
  if (const ServerId& server = engine_.registration->server_id; !server.is_none()) hello.set_server_id(server.bytes());
  hello.set_confirmed_position(engine_.progress.confirmed_position.value);
  hello.set_client("kith-core/0.1");
  hello.set_available(available_);
  for (const Position position : engine_.store.receipts.withheld()) hello.add_withheld(position.value);
  put(frame);
  engine_.connection_greets();
  attempt_.set(engine_.in_ms(kOpenMs), [this] { lose(); });
}

void Connection::on_frame(uint32_t socket, const std::string& bytes) {
  if (!has_socket() || socket != socket_ || phase_ == Phase::kConnecting) return;
  wire::ServerFrame frame;
  if (bytes.size() > kFrameBytesMax || !frame.ParseFromString(bytes)) return lose();
  pong_.cancel();  // any frame shows that the other side lives
  if (frame.kind_case() == wire::ServerFrame::kError) return on_error(frame.error());
  if (phase_ == Phase::kGreeting) {
    if (frame.kind_case() == wire::ServerFrame::kWelcome) on_welcome(frame.welcome());
    return;
  }
  switch (frame.kind_case()) {
    case wire::ServerFrame::kDraining: return on_draining(frame.draining());
    case wire::ServerFrame::kPong: return hear_time(frame.pong().server_time_us());
    default: return engine_.frame_came(frame);
  }
}

void Connection::on_welcome(const wire::Welcome& welcome) {
  if (!wire::common_version(welcome.version(), welcome.version())) return lose();
  if (!is_right_server(welcome.server_id())) return turned_away(Standing::kOtherServer);
  phase_ = Phase::kCatchingUp;
  limits_ = welcome.limits();
  attempt_.cancel();
  stable_.set(engine_.in_ms(kStableMs), [this] { failures_ = 0; });
  if (own_list_ != OwnList::kWithoutThisDevice) stand(Standing::kKnown);
  if (!doubts_own_list()) refusals_ = 0;
  hear_time(welcome.server_time_us());
  ping_later();
  engine_.connection_ready(welcome);
}

bool Connection::is_right_server(const std::string& server_id) {
  Registration& own = *engine_.registration;
  if (!own.server_id.is_none()) return server_id == own.server_id.view();
  // It was lost with a damaged database: whoever knows the token's secret is the one.
  if (const auto server = ServerId::from_bytes(server_id)) {
    own.server_id = *server;
    engine_.store.account.set_registration(own);
  }
  return true;
}

void Connection::caught_up() {
  if (phase_ == Phase::kCatchingUp) phase_ = Phase::kOnline;
}

void Connection::on_error(const wire::Error& error) {
  switch (error.code()) {
    case wire::kUnauthenticated:
      // What the account's own key says of it is more than the server's word.
      if (error.has_device_list()) engine_.own_list_shown(error.device_list());
      return turned_away(Standing::kEnded);
    case wire::kUnknownDevice: return turned_away(Standing::kUnknown);
    case wire::kOtherServer: return turned_away(Standing::kOtherServer);
    case wire::kReplaced:  // two processes of one device: the newer one goes on
    case wire::kUnsupportedVersion: return stop();
    default: return lose(error.retry_after_ms());
  }
}

void Connection::on_draining(const wire::Draining& draining) {
  const uint64_t delay = engine_.random.below(uint64_t{draining.reconnect_within_ms()} + 1);
  drain_.set(engine_.in_ms(delay), [this] {
    close_socket();
    attempt_.cancel();
    failures_ = 0;
    if (wanted_) open();
  });
}

void Connection::on_network_changed(bool online) {
  if (ready()) {
    if (!online) pong_.cancel();              // it was set for longer
    ping(online ? kPongMs : kPongOfflineMs);  // the address may have changed under the socket: find out now
  } else if (phase_ == Phase::kWaiting && online) {
    failures_ = 0;
    attempt_.cancel();
    open();
  }
}

void Connection::ping_later() {
  const uint64_t idle_ms = limits_.idle_timeout_ms() == 0 ? kIdleTimeoutMs : limits_.idle_timeout_ms();
  ping_.set(engine_.in_ms(std::max<uint64_t>(idle_ms / 3, 100)), [this] { ping(); });
}

void Connection::ping(uint64_t pong_ms) {
  wire::ClientFrame frame;
  frame.mutable_ping()->set_nonce(++pings_);
  put(frame);
  if (!pong_.is_set()) pong_.set(engine_.in_ms(pong_ms), [this] { lose(); });
  ping_later();
}

void Connection::hear_time(uint64_t server_time_us) {
  heard_us_ = bounded_time(server_time_us).value;
  heard_at_ms_ = engine_.clock.monotonic().value;
}

UnixMicros Connection::server_now() const {
  if (heard_us_ == 0) return engine_.clock.now();
  return {heard_us_ + (engine_.clock.monotonic().value - heard_at_ms_) * 1000};
}

void Connection::set_available(bool available) {
  if (available_ == available) return;
  available_ = available;
  wire::ClientFrame frame;
  frame.mutable_availability()->set_available(available);
  send(frame);
}

void Connection::send(const wire::ClientFrame& frame) {
  if (ready()) put(frame);
}

void Connection::put(const wire::ClientFrame& frame) {
  client_api::SendFrame& action = *engine_.output.add().mutable_send_frame();
  action.set_socket(socket_);
  action.set_frame(frame.SerializeAsString());
}

client_api::State::Connection Connection::state() const {
  if (refused()) {
    if (has_socket()) return client_api::State::kConnecting;
    if (own_list_ == OwnList::kOtherKey) return client_api::State::kIdentityConflict;
    switch (engine_.progress.standing) {
      case Standing::kUnknown: return client_api::State::kUnknownDevice;
      case Standing::kOtherServer: return client_api::State::kOtherServer;
      default: return client_api::State::kEnded;
    }
  }
  switch (phase_) {
    case Phase::kOffline: return client_api::State::kOffline;
    case Phase::kConnecting:
    case Phase::kGreeting: return client_api::State::kConnecting;
    case Phase::kCatchingUp: return client_api::State::kCatchingUp;
    case Phase::kOnline: return client_api::State::kOnline;
    case Phase::kWaiting: return client_api::State::kWaiting;
  }
  return client_api::State::kUnspecified;
}

}  // namespace kith::core
