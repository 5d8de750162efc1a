// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/gateway/testing/client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <charconv>
#include <chrono>
#include <thread>
#include <utility>

#include "net/http.h"

namespace kith::gateway::testing {
namespace {

constexpr wire::WebSocketRules kRules{.masked = false, .text_allowed = true, .message_bytes_max = 8 << 20};
constexpr uint8_t kKey[4] = {0x12, 0x34, 0x56, 0x78};
constexpr int kPatienceSeconds = 5;

}  // namespace

Client::Client(uint16_t port, bool tls) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  const timeval patience{kPatienceSeconds, 0};
  setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  setsockopt(socket_.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  const int on = 1;
  setsockopt(socket_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ended_ = ::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0;
  if (!tls || ended_) return;
  SSL_CTX* const context = SSL_CTX_new(TLS_client_method());
  tls_ = SSL_new(context);
  SSL_CTX_free(context);
  SSL_set_fd(tls_, socket_.get());
  ended_ = SSL_connect(tls_) != 1;
}

Client::~Client() { SSL_free(tls_); }

void Client::send_bytes(BytesView bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = tls_ != nullptr ? SSL_write(tls_, bytes.data(), static_cast<int>(bytes.size()))
                                         : ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
}

bool Client::fill() {
  if (ended_) return false;
  char part[64 * 1024];
  const ssize_t received =
      tls_ != nullptr ? SSL_read(tls_, part, sizeof part) : ::recv(socket_.get(), part, sizeof part, 0);
  if (received <= 0) {
    ended_ = received == 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
    return false;
  }
  buffer_.append(part, static_cast<size_t>(received));
  return true;
}

bool Client::is_closed_by_server() {
  while (fill()) {}
  return ended_ && buffer_.empty();
}

bool Client::has_something() const {
  char byte;
  return !buffer_.empty() || ::recv(socket_.get(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
}

Bytes Client::read_to_end() {
  while (fill()) {}
  return std::exchange(buffer_, {});
}

void Client::read_some(size_t bytes) {
  while (buffer_.size() < bytes && fill()) {}
  buffer_.erase(0, bytes);
}

size_t Client::send_what_is_taken(BytesView bytes) {
  size_t taken = 0;
  for (int waits = 0; waits < 20 && taken < bytes.size();) {
    const ssize_t sent = ::send(socket_.get(), bytes.data() + taken, bytes.size() - taken, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent > 0) {
      taken += static_cast<size_t>(sent);
      waits = 0;
    } else {
      ++waits;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  }
  return taken;
}

void Client::shut_down_output() { ::shutdown(socket_.get(), SHUT_WR); }
void Client::close() { socket_.close(); }

void Client::read_nothing_more() {
  const int small = 4096;
  setsockopt(socket_.get(), SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
}

std::string Client::Response::field(std::string_view name) const {
  for (const auto& [key, value] : fields) {
    if (net::equal_without_case(key, name)) return value;
  }
  return {};
}

Client::Response Client::request(std::string_view method, std::string_view target, const Fields& fields,
                                 BytesView body) {
  Bytes bytes = std::string(method) + " " + std::string(target) + " HTTP/1.1\r\nHost: localhost\r\n";
  for (const auto& [name, value] : fields) bytes += name + ": " + value + "\r\n";
  if (!body.empty()) bytes += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  bytes += "\r\n";
  bytes += body;
  send_bytes(bytes);
  return read_response(method == "HEAD");
}

Client::Response Client::read_response(bool head) {
  size_t end;
  while ((end = buffer_.find("\r\n\r\n")) == Bytes::npos) {
    if (!fill()) return {};
  }
  Response response;
  size_t length = 0;
  std::string_view lines = std::string_view(buffer_).substr(0, end + 2);
  std::from_chars(lines.data() + 9, lines.data() + 12, response.status);
  lines.remove_prefix(lines.find("\r\n") + 2);
  while (!lines.empty()) {
    const std::string_view line = lines.substr(0, lines.find("\r\n"));
    lines.remove_prefix(line.size() + 2);
    const size_t colon = line.find(": ");
    response.fields.emplace_back(line.substr(0, colon), line.substr(colon + 2));
  }
  const std::string told = response.field("Content-Length");
  std::from_chars(told.data(), told.data() + told.size(), length);
  buffer_.erase(0, end + 4);
  if (head) return response;
  while (buffer_.size() < length && fill()) {}
  response.body = buffer_.substr(0, length);
  buffer_.erase(0, length);
  return response;
}

bool Client::open_socket() {
  const auto response = request("GET", "/v1/socket",
                                {{"Upgrade", "websocket"},
                                 {"Connection", "Upgrade"},
                                 {"Sec-WebSocket-Version", "13"},
                                 {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="},
                                 {"Sec-WebSocket-Protocol", "kith.v1"}});
  return response.status == 101 && response.field("Sec-WebSocket-Accept") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" &&
         response.field("Sec-WebSocket-Protocol") == "kith.v1";
}

void Client::send_raw(uint8_t first, BytesView payload) {
  Bytes out;
  wire::append_frame_header(out, wire::Opcode::kBinary, payload.size(), kKey);
  out[0] = static_cast<char>(first);
  const size_t at = out.size();
  out.append(payload);
  wire::apply_mask(std::span(out).subspan(at), kKey);
  send_bytes(out);
}

void Client::send_frame(const wire::ClientFrame& frame) { send_raw(0x82, frame.SerializeAsString()); }

std::optional<Client::Message> Client::next_message() {
  for (;;) {
    std::span<char> input(buffer_);
    const wire::WebSocketEvent event = reader_.next(input, kRules);
    Message message{event.kind, Bytes(event.payload)};
    buffer_.erase(0, buffer_.size() - input.size());
    if (event.kind == wire::WebSocketEvent::Kind::kClose) close_code_ = static_cast<uint16_t>(event.code);
    if (event.kind != wire::WebSocketEvent::Kind::kNeedMore) return message;
    if (!fill()) return std::nullopt;
  }
}

std::optional<wire::ServerFrame> Client::receive() {
  while (auto message = next_message()) {
    if (message->kind == wire::WebSocketEvent::Kind::kClose || message->kind == wire::WebSocketEvent::Kind::kError)
      return std::nullopt;
    if (message->kind != wire::WebSocketEvent::Kind::kMessage) continue;
    wire::ServerFrame frame;
    if (!frame.ParseFromString(message->payload)) return std::nullopt;
    return frame;
  }
  return std::nullopt;
}

std::optional<wire::ServerFrame> Client::receive(wire::ServerFrame::KindCase kind) {
  while (auto frame = receive()) {
    if (frame->kind_case() == kind) return frame;
  }
  return std::nullopt;
}

uint16_t Client::receive_close() {
  while (close_code_ == 0) {
    if (!next_message()) break;
  }
  return close_code_;
}

std::optional<Bytes> Client::receive_pong() {
  while (auto message = next_message()) {
    if (message->kind == wire::WebSocketEvent::Kind::kPong) return message->payload;
  }
  return std::nullopt;
}

bool Client::hello(const Bytes& token, uint64_t confirmed_position) {
  wire::ClientFrame frame;
  frame.mutable_hello()->set_version_min(1);
  frame.mutable_hello()->set_version_max(1);
  frame.mutable_hello()->set_token(token);
  frame.mutable_hello()->set_confirmed_position(confirmed_position);
  frame.mutable_hello()->set_client("test");
  send_frame(frame);
  const auto answer = receive();
  return answer && answer->has_welcome();
}

}  // namespace kith::gateway::testing
