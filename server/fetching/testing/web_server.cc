// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/fetching/testing/web_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>

namespace kith::fetching::testing {

namespace {

constexpr int kStepMs = 20;

bool is_ready(int socket, short events) {
  pollfd one{socket, events, 0};
  return poll(&one, 1, kStepMs) > 0;
}

}  // namespace

std::string WebServer::Visitor::path() const {
  const size_t begin = request.find(' ');
  return begin == std::string::npos ? "" : request.substr(begin + 1, request.find(' ', begin + 1) - begin - 1);
}

bool WebServer::Visitor::send(std::string_view bytes) const {
  while (!bytes.empty()) {
    if (server_.stopping_) return false;
    if (!is_ready(socket_, POLLOUT)) continue;
    const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
  return true;
}

void WebServer::Visitor::wait_ms(int ms) const {
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(ms);
  while (!server_.stopping_ && std::chrono::steady_clock::now() < until)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
}

WebServer::WebServer(Answer answer) : answer_(std::move(answer)) {
  listener_ = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int off = 0;
  setsockopt(listener_, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
  sockaddr_in6 any{};
  any.sin6_family = AF_INET6;
  socklen_t size = sizeof any;
  if (bind(listener_, reinterpret_cast<sockaddr*>(&any), size) != 0 || listen(listener_, 64) != 0 ||
      getsockname(listener_, reinterpret_cast<sockaddr*>(&any), &size) != 0)
    std::abort();
  port_ = ntohs(any.sin6_port);
  thread_ = std::thread([this] { serve(); });
}

WebServer::~WebServer() {
  stopping_ = true;
  thread_.join();
  for (std::thread& visitor : visitors_) visitor.join();
  close(listener_);
}

std::vector<std::string> WebServer::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}
std::vector<std::string> WebServer::visited() const {
  const std::lock_guard lock(mutex_);
  return visited_;
}

void WebServer::serve() {
  while (!stopping_) {
    if (!is_ready(listener_, POLLIN)) continue;
    const int socket = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) continue;
    sockaddr_in6 here{};
    socklen_t size = sizeof here;
    getsockname(socket, reinterpret_cast<sockaddr*>(&here), &size);
    char text[INET6_ADDRSTRLEN] = "";
    if (IN6_IS_ADDR_V4MAPPED(&here.sin6_addr)) {
      inet_ntop(AF_INET, here.sin6_addr.s6_addr + 12, text, sizeof text);
    } else {
      inet_ntop(AF_INET6, &here.sin6_addr, text, sizeof text);
    }
    {
      const std::lock_guard lock(mutex_);
      visited_.emplace_back(text);
    }
    visitors_.emplace_back([this, socket] { meet(socket); });
  }
}

void WebServer::meet(int socket) {
  Visitor visitor(*this, socket);
  while (!stopping_ && visitor.request.find("\r\n\r\n") == std::string::npos) {
    if (!is_ready(socket, POLLIN)) continue;
    char bytes[4096];
    const ssize_t got = recv(socket, bytes, sizeof bytes, 0);
    if (got <= 0) break;
    visitor.request.append(bytes, static_cast<size_t>(got));
  }
  {
    const std::lock_guard lock(mutex_);
    requests_.push_back(visitor.request);
  }
  answer_(visitor);
  close(socket);
}

std::string page(std::string_view body, std::string_view type, std::string_view more) {
  return "HTTP/1.1 200 OK\r\nContent-Type: " + std::string(type) + "\r\n" + std::string(more) +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

std::string redirect(const std::string& to, std::string_view more) {
  return "HTTP/1.1 302 Found\r\nLocation: " + to + "\r\n" + std::string(more) + "Content-Length: 0\r\n\r\n";
}

}  // namespace kith::fetching::testing
