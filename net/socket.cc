// SPDX-License-Identifier: AGPL-3.0-or-later

#include "net/socket.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>

namespace kith::net {
namespace {

constexpr int kBacklog = 4096;
constexpr std::array<uint8_t, 12> kMappedPrefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

bool is_mapped(const PeerAddress& address) {
  return std::equal(kMappedPrefix.begin(), kMappedPrefix.end(), address.bytes.begin());
}

PeerAddress peer_of(const sockaddr_storage& storage) {
  PeerAddress peer;
  if (storage.ss_family == AF_INET) {
    const auto& address = reinterpret_cast<const sockaddr_in&>(storage);
    std::ranges::copy(kMappedPrefix, peer.bytes.begin());
    std::memcpy(peer.bytes.data() + 12, &address.sin_addr, 4);
  } else if (storage.ss_family == AF_INET6) {
    const auto& address = reinterpret_cast<const sockaddr_in6&>(storage);
    std::memcpy(peer.bytes.data(), &address.sin6_addr, 16);
  }
  return peer;
}

}  // namespace

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  if (this != &other) {
    close();
    fd_ = other.release();
  }
  return *this;
}

void Descriptor::close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

std::optional<PeerAddress> PeerAddress::parse(std::string_view text) {
  if (text.size() >= 2 && text.front() == '[' && text.back() == ']') text = text.substr(1, text.size() - 2);
  const std::string terminated(text);
  PeerAddress address;
  if (inet_pton(AF_INET6, terminated.c_str(), address.bytes.data()) == 1) return address;
  std::ranges::copy(kMappedPrefix, address.bytes.begin());
  if (inet_pton(AF_INET, terminated.c_str(), address.bytes.data() + 12) == 1) return address;
  return std::nullopt;
}

std::optional<PeerAddress> PeerAddress::parse_forwarded(std::string_view text) {
  const auto trim = [&text](std::string_view characters) {
    while (!text.empty() && characters.find(text.front()) != std::string_view::npos) text.remove_prefix(1);
    while (!text.empty() && characters.find(text.back()) != std::string_view::npos) text.remove_suffix(1);
  };
  trim(" \t\"");
  if (const auto address = parse(text)) return address;
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  uint16_t port = 0;
  const auto parsed = std::from_chars(text.data() + colon + 1, text.data() + text.size(), port);
  if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size()) return std::nullopt;
  const std::string_view host = text.substr(0, colon);
  // Without brackets a colon belongs to an IPv6 address, and this one has been no address with it.
  if (host.find(':') != std::string_view::npos && !host.starts_with('[')) return std::nullopt;
  return parse(host);
}

bool PeerAddress::is_loopback() const {
  if (is_mapped(*this)) return bytes[12] == 127;
  PeerAddress one;
  one.bytes[15] = 1;
  return *this == one;
}

PeerAddress PeerAddress::network() const {
  if (is_mapped(*this)) return *this;
  PeerAddress network = *this;
  std::fill(network.bytes.begin() + 8, network.bytes.end(), uint8_t{0});
  return network;
}

std::string PeerAddress::text() const {
  char text[INET6_ADDRSTRLEN] = "";
  if (is_mapped(*this)) {
    inet_ntop(AF_INET, bytes.data() + 12, text, sizeof text);
  } else {
    inet_ntop(AF_INET6, bytes.data(), text, sizeof text);
  }
  return text;
}

Result<Descriptor, std::string> listen_on(std::string_view address, uint16_t port) {
  const std::string shown(address);
  bool joins = true;
  const size_t colon = address.rfind(':');
  if (colon == std::string_view::npos) return Fail("listen address \"" + shown + "\" has no port");
  std::string host(address.substr(0, colon));
  if (port == 0) {
    const std::string_view told = address.substr(colon + 1);
    const auto parsed = std::from_chars(told.data(), told.data() + told.size(), port);
    if (parsed.ec != std::errc() || parsed.ptr != told.data() + told.size())
      return Fail("listen address \"" + shown + "\" has no port");
    joins = false;
  }
  const std::string service = std::to_string(port);
  if (host.size() >= 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);

  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  if (const int error = getaddrinfo(host.c_str(), service.c_str(), &hints, &found); error != 0) {
    return Fail("listen address \"" + shown + "\": " + gai_strerror(error));
  }
  const auto bind_new = [&](bool shared) {
    Descriptor socket(::socket(found->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!socket) return socket;
    const int on = 1;
    const int off = 0;
    setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (shared) setsockopt(socket.get(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    if (found->ai_family == AF_INET6) setsockopt(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    if (::bind(socket.get(), found->ai_addr, found->ai_addrlen) != 0) return Descriptor();
    return socket;
  };
  // A socket that shares its port would join those of another server without an error: one that does not share tells.
  bool bound = joins || static_cast<bool>(bind_new(false));
  Descriptor socket;
  if (bound) {
    socket = bind_new(true);
    bound = socket && ::listen(socket.get(), kBacklog) == 0;
  }
  const int error = errno;
  freeaddrinfo(found);
  if (!bound) return Fail("cannot listen on " + shown + ": " + std::strerror(error));
  return socket;
}

uint16_t local_port(int fd) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  if (getsockname(fd, reinterpret_cast<sockaddr*>(&storage), &size) != 0) return 0;
  if (storage.ss_family == AF_INET6) return ntohs(reinterpret_cast<const sockaddr_in6&>(storage).sin6_port);
  return ntohs(reinterpret_cast<const sockaddr_in&>(storage).sin_port);
}

Accepted accept_from(int listener) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  Accepted accepted;
  do {
    size = sizeof storage;
    accepted.socket =
        Descriptor(::accept4(listener, reinterpret_cast<sockaddr*>(&storage), &size, SOCK_NONBLOCK | SOCK_CLOEXEC));
  } while (!accepted.socket && (errno == EINTR || errno == ECONNABORTED));
  if (!accepted.socket) {
    accepted.exhausted = errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM;
    return accepted;
  }
  const int on = 1;
  setsockopt(accepted.socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  accepted.peer = peer_of(storage);
  return accepted;
}

}  // namespace kith::net
