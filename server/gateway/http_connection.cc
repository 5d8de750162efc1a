// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/gateway/http_connection.h"

#include "net/process_memory.h"
#include "net/websocket_accept.h"
#include "server/gateway/api_bodies.h"
#include "server/gateway/api_routes.h"
#include "server/gateway/connection.h"
#include "server/gateway/gateway_loop.h"
#include "server/gateway/http_routes.h"
#include "server/handlers/handlers.h"
#include "wire/versions.h"

namespace kith::gateway {
namespace {

constexpr size_t kSliceBytes = 64 * 1024;

uint64_t unix_seconds(GatewayLoop& loop) { return loop.shared().services.clock.now().value / 1'000'000; }

}  // namespace

HttpConnection::HttpConnection(GatewayLoop& home, net::Transport transport, const net::PeerAddress& address)
    : Peer(home, std::move(transport), address),
      parser_(std::make_unique<net::HttpParser>(home.shared().settings.http_body_max, kFreeBodyMax)) {}

void HttpConnection::open(GatewayLoop& home, net::Transport transport, const net::PeerAddress& address,
                          bool turned_away) {
  auto* const connection = new HttpConnection(home, std::move(transport), address);
  connection->turned_away_ = turned_away;
  home.deadlines().handshake.add(*connection, home.loop().now_ms());
  if (!connection->watch()) connection->close_now();
}

void HttpConnection::on_bytes(std::span<char> bytes) {
  begin_request_time();
  feed({bytes.data(), bytes.size()});
}

void HttpConnection::begin_request_time() {
  if (request_timed_) return;
  request_timed_ = true;
  home().deadlines().handshake.add(*this, home().loop().now_ms());
}

void HttpConnection::feed(std::string_view bytes) {
  using Progress = net::HttpParser::Progress;
  switch (parser_->feed(bytes)) {
    case Progress::kNeedMore: return;
    case Progress::kLargeBody: return on_large_body();
    case Progress::kContinue: output().append("HTTP/1.1 100 Continue\r\n\r\n"); return;
    case Progress::kRequest: request_ = parser_->take(); return on_request();
    case Progress::kError: return fail(parser_->status());
  }
}

// Before anything is kept of it: whose is it?
void HttpConnection::on_large_body() {
  if (net::memory_is_low() || turned_away_) return fail(503);
  if (!needs_device(parser_->head())) {
    parser_->allow_body(kFreeBodyMax);
    return feed({});
  }
  state_ = State::kHandling;
  home().deadlines().http_busy.add(*this, home().loop().now_ms());
  pause_reading();
  net::IncomingRequest head = parser_->head();
  tasks().spawn(admit_large_body(std::move(head)));
}

Task<void> HttpConnection::admit_large_body(net::IncomingRequest head) {
  Services& services = home().shared().services;
  Bytes token = bearer_token(head);
  auto device = co_await handlers::authenticate(services, std::move(token), false);
  if (!is_open()) co_return;
  if (device) {
    for (int i = 0; i < kLargeBodiesMax && !(large_body_ && large_body_->alone()); ++i)
      large_body_.emplace(services.rate_limits, "body " + std::to_string(i) + device->account.bytes());
    if (!large_body_->alone()) device = refuse(wire::kRateLimited, "too many large requests at once", 500);
  }
  if (!device) {
    net::HttpResponse response = error_response(head, device.error());
    response.close = true;  // the body is on its way
    answer(std::move(response));
    co_return;
  }
  parser_->allow_body(home().shared().settings.http_body_max);
  state_ = State::kReading;
  home().deadlines().handshake.add(*this, home().loop().now_ms());
  resume_reading();
  feed({});
}

void HttpConnection::on_request() {
  home().metrics().http_requests.add();
  if (turned_away_ && !is_of_health(request_.path())) return turn_away();
  if (request_.path() == wire::kSocketPath && request_.method != "OPTIONS") return upgrade();
  state_ = State::kHandling;
  home().deadlines().http_busy.add(*this, home().loop().now_ms());
  pause_reading();
  tasks().spawn(handle());
}

void HttpConnection::turn_away() {
  net::HttpResponse response =
      error_response(request_, 503, {wire::kTooManyConnections, "the server has as many connections as it may", 5000});
  response.close = true;
  answer(std::move(response));
}

void HttpConnection::upgrade() {
  net::HttpResponse response = net::answer_upgrade(request_, wire::kSubprotocol);
  if (response.status != 101) return answer(std::move(response));
  const net::PeerAddress client = client_address();
  if (client != address()) {
    // From here on the connection counts for the client, not for the proxy.
    if (!home().shared().connections.move(address(), client, home().loop().now_ms())) {
      response = {};
      response.status = 429;
      response.set("Retry-After", "5").set("Cache-Control", "no-store");
      return answer(std::move(response));
    }
  }
  Bytes head;
  net::append_http_head(head, response, true, unix_seconds(home()));
  Bytes rest = parser_->take_rest();
  GatewayLoop& loop = home();
  Connection::open(loop, release_transport(), client, head, rest);
}

net::PeerAddress HttpConnection::client_address() const {
  if (!home().shared().trusts(address())) return address();
  // Only the last address is the proxy's own word; those before it are what it was told.
  std::optional<std::string_view> forwarded;
  bool by_proxy = false;
  for (const auto& [name, value] : request_.fields) {
    by_proxy = by_proxy || is_field_of_proxies(name);
    if (net::equal_without_case(name, "X-Forwarded-For")) forwarded = value;
  }
  if (!by_proxy) return address();  // the proxy's own health check, or a program beside it
  if (!forwarded) return net::PeerAddress::unknown();
  if (const size_t comma = forwarded->rfind(','); comma != std::string_view::npos) forwarded->remove_prefix(comma + 1);
  const net::PeerAddress client = net::PeerAddress::parse_forwarded(*forwarded).value_or(net::PeerAddress::unknown());
  // A proxy that calls its client loopback does not know it either: nothing forwarded is exempt.
  return client.is_loopback() ? net::PeerAddress::unknown() : client;
}

Task<void> HttpConnection::handle() {
  const net::PeerAddress client = client_address();
  HttpContext context{home().shared(), std::move(request_), client, is_tls()};
  const bool keep_alive = context.request.keep_alive;
  const bool head = context.request.method == "HEAD";
  net::HttpResponse response = co_await route_request(context);
  if (!is_open()) co_return;
  request_.keep_alive = keep_alive;
  response.head_only = response.head_only || head;
  answer(std::move(response));
}

void HttpConnection::answer(net::HttpResponse response) {
  if (response.status >= 500) home().metrics().http_failures.add();
  close_after_ = close_after_ || response.close || !request_.keep_alive || home().shared().draining;
  request_ = {};
  large_body_.reset();
  state_ = State::kWriting;
  pause_reading();
  home().deadlines().http_idle.add(*this, home().loop().now_ms());
  Bytes& out = output();
  net::append_http_head(out, response, !close_after_, unix_seconds(home()));
  if (response.head_only || response.status == 204 || response.status == 304) return;
  if (response.shared_body && response.shared_body->size() > kSliceBytes) {
    body_ = std::move(response.shared_body);
    body_sent_ = 0;
  } else {
    out.append(response.content());
  }
}

bool HttpConnection::on_output_sent() {
  home().deadlines().http_idle.touch(*this, home().loop().now_ms());
  if (body_) {
    const size_t size = std::min(kSliceBytes, body_->size() - body_sent_);
    output().append(*body_, body_sent_, size);
    body_sent_ += size;
    if (body_sent_ == body_->size()) body_.reset();
    return true;
  }
  if (state_ == State::kWriting) next_wanted_ = true;
  if (next_wanted_) ask_turn_end();
  return false;
}

// The response has left: on to the next request, which may have arrived already.
void HttpConnection::after_flush() {
  if (!next_wanted_) return;
  next_wanted_ = false;
  if (close_after_) return linger();
  state_ = State::kReading;
  request_timed_ = false;
  resume_reading();
  if (parser_->has_begun()) {
    begin_request_time();
    feed({});
  }
}

void HttpConnection::fail(int status) {
  net::HttpResponse response;
  response.status = status;
  response.close = true;
  response.set("Content-Type", "text/plain; charset=utf-8");
  response.body = std::string(net::http_reason(status));
  answer(std::move(response));
}

void HttpConnection::on_deadline() {
  if (is_lingering() || state_ != State::kReading || !parser_->has_begun()) return close_now();
  home().metrics().idle_closed.add();
  fail(408);
}

void HttpConnection::finish() {
  if (state_ == State::kReading && !is_lingering() && output_waiting() == 0) close_now();
}

}  // namespace kith::gateway
