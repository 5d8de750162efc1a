// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/gateway/http_connection.h"

#include <algorithm>
#include <utility>

#include "net/process_memory.h"
#include "net/static_files.h"
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

uint64_t unix_seconds(GatewayLoop& loop) { return loop.shared().services.clock.now().value / 1'000'000; }

}  // namespace

HttpConnection::HttpConnection(GatewayLoop& home, net::Transport transport, const net::PeerAddress& address)
    : Peer(home, std::move(transport), address),
      // Asks about every body: the route says what it may be.
      parser_(std::make_unique<net::HttpParser>(SIZE_MAX, 0)) {}

void HttpConnection::open(GatewayLoop& home, net::Transport transport, const net::PeerAddress& address,
                          bool turned_away) {
  auto* const connection = new HttpConnection(home, std::move(transport), address);
  connection->turned_away_ = turned_away;
  home.deadlines().handshake.add(*connection, home.loop().now_ms());
  if (!connection->watch()) connection->close_now();
}

void HttpConnection::on_bytes(std::span<char> bytes) {
  begin_request_time();
  if (state_ == State::kStreaming) {
    progress_ += bytes.size();
    if (progress_ >= kProgressBytes) {
      progress_ = 0;
      home().deadlines().http_progress.touch(*this, home().loop().now_ms());
    }
  }
  feed({bytes.data(), bytes.size()});
  if (state_ == State::kStreaming) pause_if_full();
}

void HttpConnection::begin_request_time() {
  if (request_timed_) return;
  request_timed_ = true;
  home().deadlines().handshake.add(*this, home().loop().now_ms());
}

void HttpConnection::feed(std::string_view bytes) {
  using Progress = net::HttpParser::Progress;
  Progress progress = parser_->feed(bytes);
  for (; progress == Progress::kPiece; progress = parser_->feed({})) streamed_->put(parser_->take_piece());
  switch (progress) {
    case Progress::kPiece:
    case Progress::kNeedMore: return;
    case Progress::kBody: return on_body();
    case Progress::kContinue: output().append("HTTP/1.1 100 Continue\r\n\r\n"); return;
    case Progress::kRequest: {
      net::IncomingRequest request = parser_->take();
      if (state_ == State::kStreaming) return end_stream(std::nullopt);
      request_ = std::move(request);
      return on_request();
    }
    case Progress::kError:
      if (state_ != State::kStreaming) return fail(parser_->status());
      return end_stream(parser_->status() == 413 ? StreamError::kTooLong : StreamError::kMalformed);
  }
}

// A handler's time begins.
void HttpConnection::work(State state) {
  state_ = state;
  home().deadlines().http_busy.add(*this, home().loop().now_ms());
  pause_reading();
}

// Before anything is kept of it: whose is it?
void HttpConnection::on_body() {
  const net::IncomingRequest& head = parser_->head();
  const std::optional<uint64_t> size = parser_->body_size();
  if (const StreamRoute* const route = find_stream_route(home().shared(), head)) {
    request_ = head;
    awaits_continue_ = parser_->awaits_continue();
    if (size.value_or(0) <= route->body_bytes_max) parser_->stream_body(route->body_bytes_max);
    return begin_stream(*route, size);
  }
  if (net::StaticFiles::is_share(head)) {
    if (const auto web = home().shared().web()) {
      request_ = head;
      home().metrics().http_requests.add();
      net::HttpResponse response = web->serve(head, is_tls());
      response.close = true;  // what was shared is on its way, and not for the server
      return answer(std::move(response));
    }
  }
  const size_t body_max = home().shared().settings.http_body_max;
  if (size.value_or(0) > body_max) return fail(413);
  const bool small = size && *size <= kFreeBodyMax;
  if (!small && (net::memory_is_low() || turned_away_)) return fail(503);
  if (small || !needs_device(head)) {
    parser_->allow_body(std::min(kFreeBodyMax, body_max));
    return feed({});
  }
  net::IncomingRequest asking = head;
  work(State::kHandling);
  tasks().spawn(admit_large_body(std::move(asking)));
}

Task<void> HttpConnection::admit_large_body(net::IncomingRequest head) {
  Services& services = home().shared().services;
  Bytes token = bearer_token(head);
  auto device = co_await handlers::authenticate(services, std::move(token), false);
  if (!is_open()) co_return;
  if (device) {
    if (!take_large_body(large_body_, services.rate_limits, device->account))
      device = refuse(wire::kRateLimited, "too many large requests at once", 500);
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
  if (const StreamRoute* const route = find_stream_route(home().shared(), request_)) return begin_stream(*route, 0);
  home().metrics().http_requests.add();
  if (turned_away_ && !is_of_health(request_.path())) return turn_away();
  if (request_.path() == wire::kSocketPath && request_.method != "OPTIONS") return upgrade();
  work(State::kHandling);
  tasks().spawn(handle());
}

// ---------------------------------------------------------------- a body as a stream

void HttpConnection::begin_stream(const StreamRoute& route, std::optional<uint64_t> body_size) {
  home().metrics().http_requests.add();
  if (turned_away_) return turn_away();
  streamed_ = std::make_unique<StreamedBody>([this] { read_on(); });
  work(State::kStreaming);
  if (body_size == 0) end_stream(std::nullopt);
  tasks().spawn(handle_stream(route, body_size));
}

void HttpConnection::read_on() {
  if (state_ != State::kStreaming || !is_open() || is_reading()) return;
  if (std::exchange(awaits_continue_, false)) output().append("HTTP/1.1 100 Continue\r\n\r\n");
  progress_ = 0;
  home().deadlines().http_progress.add(*this, home().loop().now_ms());
  resume_reading();
  feed({});  // what came with the header
  if (state_ == State::kStreaming) pause_if_full();
}

void HttpConnection::pause_if_full() {
  if (streamed_->is_full()) work(State::kStreaming);
}

void HttpConnection::end_stream(std::optional<StreamError> error) {
  work(State::kHandling);
  if (!error) return streamed_->end();
  close_after_ = true;
  streamed_->fail(*error);
}

Task<void> HttpConnection::handle_stream(const StreamRoute& route, std::optional<uint64_t> body_size) {
  const net::PeerAddress client = client_address();
  HttpContext context{home().shared(), std::move(request_), client, is_tls()};
  const bool keep_alive = context.request.keep_alive;
  const bool http_1_1 = context.request.http_1_1;
  const bool head = context.request.method == "HEAD";
  net::HttpResponse response = co_await route_stream(context, route, body_size, *streamed_);
  if (!is_open()) co_return;
  drop_rest();
  request_.keep_alive = keep_alive;
  request_.http_1_1 = http_1_1;
  response.head_only = response.head_only || head;
  answer(std::move(response));
}

void HttpConnection::drop_rest() {
  if (state_ == State::kStreaming) feed({});
  if (state_ == State::kStreaming) close_after_ = true;
  awaits_continue_ = false;
  streamed_.reset();
}

void HttpConnection::on_closed() {
  if (Executor::current() == nullptr) return;  // the loop does not run any more
  if (streamed_) streamed_->fail(StreamError::kGone);
  if (room_ && !room_->is_set()) room_->set({});
}

// ---------------------------------------------------------------- requests with a whole body

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
  const bool http_1_1 = context.request.http_1_1;
  const bool head = context.request.method == "HEAD";
  net::HttpResponse response = co_await route_request(context);
  if (!is_open()) co_return;
  request_.keep_alive = keep_alive;
  request_.http_1_1 = http_1_1;
  response.head_only = response.head_only || head;
  answer(std::move(response));
}

void HttpConnection::answer(net::HttpResponse response) {
  if (response.status >= 500) home().metrics().http_failures.add();
  const bool http_1_1 = request_.http_1_1;
  const bool has_no_end = response.stream && !response.stream_size && !http_1_1;  // but the connection's
  close_after_ = close_after_ || response.close || has_no_end || !request_.keep_alive || home().shared().draining;
  request_ = {};
  large_body_.reset();
  state_ = State::kWriting;
  pause_reading();
  home().deadlines().http_progress.add(*this, home().loop().now_ms());
  Bytes& out = output();
  net::append_http_head(out, response, !close_after_, unix_seconds(home()), http_1_1);
  if (response.head_only || response.status == 204 || response.status == 304) return;
  if (!response.stream) {
    out.append(response.body);
    return;
  }
  sending_ = true;
  const bool chunked = !response.stream_size && http_1_1;
  tasks().spawn(send(std::move(response.stream), response.stream_size, chunked));
}

Task<void> HttpConnection::send(std::unique_ptr<ByteSource> source, std::optional<uint64_t> size, bool chunked) {
  uint64_t sent = 0;
  if (size.value_or(UINT64_MAX) > kUnsentBytesMax) bound_unsent();
  while (sent != size) {
    home().deadlines().http_busy.add(*this, home().loop().now_ms());
    const auto piece = co_await source->next();
    if (!is_open()) co_return;
    // Cut off, so that the peer does not take it for the whole.
    if (!piece || (size && (piece->empty() || piece->size() > *size - sent))) co_return close_now();
    home().deadlines().http_progress.add(*this, home().loop().now_ms());
    if (chunked) net::append_chunk(output(), *piece);
    if (piece->empty()) break;
    if (!chunked) output().append(*piece);
    sent += piece->size();
    if (sent == size) break;
    OneShot<std::monostate>& room = room_.emplace();
    co_await room;
    room_.reset();
    if (!is_open()) co_return;
  }
  sending_ = false;
  if (output_waiting() == 0) answered();
}

bool HttpConnection::on_output_sent() {
  if (state_ != State::kWriting || is_lingering()) return false;
  if (!sending_ || room_) home().deadlines().http_progress.touch(*this, home().loop().now_ms());
  if (room_ && !room_->is_set()) room_->set({});
  if (!sending_) answered();
  return false;
}

void HttpConnection::answered() {
  next_wanted_ = true;
  ask_turn_end();
}

// The response has left: on to the next request, which may have arrived already.
void HttpConnection::after_flush() {
  if (!next_wanted_) return;
  next_wanted_ = false;
  if (close_after_) return linger();
  state_ = State::kReading;
  home().deadlines().http_idle.add(*this, home().loop().now_ms());
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
  if (state_ == State::kStreaming && is_reading()) return end_stream(StreamError::kStalled);
  if (is_lingering() || state_ != State::kReading || !parser_->has_begun()) return close_now();
  home().metrics().idle_closed.add();
  fail(408);
}

void HttpConnection::finish() {
  if (state_ == State::kReading && !is_lingering() && output_waiting() == 0) close_now();
}

}  // namespace kith::gateway
