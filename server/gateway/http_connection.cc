// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/gateway/http_connection.h"

#include "net/websocket_accept.h"
#include "server/gateway/connection.h"
#include "server/gateway/gateway_loop.h"
#include "server/gateway/http_routes.h"
#include "server/handlers/services.h"
#include "wire/versions.h"

namespace kith::gateway {
namespace {

constexpr size_t kSliceBytes = 64 * 1024;

uint64_t unix_seconds(GatewayLoop& loop) { return loop.shared().services.clock.now().value / 1'000'000; }

}  // namespace

HttpConnection::HttpConnection(GatewayLoop& home, net::Transport transport, const net::PeerAddress& address)
    : Peer(home, std::move(transport), address),
      parser_(std::make_unique<net::HttpParser>(home.shared().settings.http_body_max)) {}

void HttpConnection::open(GatewayLoop& home, net::Transport transport, const net::PeerAddress& address) {
  auto* const connection = new HttpConnection(home, std::move(transport), address);
  home.deadlines().handshake.add(*connection, home.loop().now_ms());
  if (!connection->watch()) connection->close_now();
}

void HttpConnection::on_bytes(std::span<char> bytes) {
  if (!parser_->has_begun()) home().deadlines().handshake.add(*this, home().loop().now_ms());
  feed({bytes.data(), bytes.size()});
}

void HttpConnection::feed(std::string_view bytes) {
  using Progress = net::HttpParser::Progress;
  switch (parser_->feed(bytes)) {
    case Progress::kNeedMore: return;
    case Progress::kContinue: output().append("HTTP/1.1 100 Continue\r\n\r\n"); return;
    case Progress::kRequest: request_ = parser_->take(); return on_request();
    case Progress::kError: return fail(parser_->status());
  }
}

void HttpConnection::on_request() {
  home().metrics().http_requests.add();
  if (request_.path() == wire::kSocketPath && request_.method != "OPTIONS") return upgrade();
  state_ = State::kHandling;
  home().deadlines().http_busy.add(*this, home().loop().now_ms());
  pause_reading();
  tasks().spawn(handle());
}

void HttpConnection::upgrade() {
  net::HttpResponse response = net::answer_upgrade(request_, wire::kSubprotocol);
  if (response.status != 101) return answer(std::move(response));
  const net::PeerAddress client = client_address();
  if (client != address()) {
    // From here on the connection counts for the client, not for the proxy.
    ConnectionLimits& limits = home().shared().connections;
    const uint64_t now_ms = home().loop().now_ms();
    if (!limits.enter(client, now_ms)) {
      response = {};
      response.status = 429;
      response.set("Retry-After", "5").set("Cache-Control", "no-store");
      return answer(std::move(response));
    }
    limits.leave(address(), now_ms);
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
  std::string_view forwarded;
  for (const auto& [name, value] : request_.fields) {
    if (net::equal_without_case(name, "X-Forwarded-For")) forwarded = value;
  }
  if (const size_t comma = forwarded.rfind(','); comma != std::string_view::npos) forwarded.remove_prefix(comma + 1);
  while (forwarded.starts_with(' ')) forwarded.remove_prefix(1);
  return net::PeerAddress::parse(forwarded).value_or(address());
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
  resume_reading();
  if (parser_->has_begun()) {
    home().deadlines().handshake.add(*this, home().loop().now_ms());
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
