// SPDX-License-Identifier: AGPL-3.0-or-later

// TCP sockets: addresses, listening, accepting.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace kith::net {

// Owns a descriptor.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(other.release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor() { close(); }

  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] explicit operator bool() const { return fd_ >= 0; }
  int release() {
    const int fd = fd_;
    fd_ = -1;
    return fd;
  }
  void close();

 private:
  int fd_ = -1;
};

// The address of a peer without its port: IPv6, or IPv4 mapped into it.
struct PeerAddress {
  std::array<uint8_t, 16> bytes{};

  // Absent unless the text is an IPv4 or IPv6 address, in brackets or not.
  static std::optional<PeerAddress> parse(std::string_view text);

  // The same as a proxy may write it: with a port ("203.0.113.3:51234", "[2001:db8::1]:443"), in quotes, between
  // blanks.
  static std::optional<PeerAddress> parse_forwarded(std::string_view text);
  // "::", which no peer has: for one whose address is not known.
  static PeerAddress unknown() { return {}; }

  [[nodiscard]] bool is_loopback() const;
  // What limits count: the address, or the /64 network of an IPv6 address, which is what one customer has.
  [[nodiscard]] PeerAddress network() const;
  [[nodiscard]] std::string text() const;
  // Whom a limit by address counts: the text of network(), but of a loopback address its own.
  [[nodiscard]] std::string limit_key() const { return is_loopback() ? text() : network().text(); }
  friend bool operator==(const PeerAddress&, const PeerAddress&) = default;
};

// Listens on "127.0.0.1:8080" or "[::]:8080" (then IPv4 too), non-blocking. Errors: a sentence for the operator.
//
// Several loops may listen on one address (SO_REUSEPORT): the first with `port` 0, which fails when anybody listens
// there already; the others with the port that the first has got, which replaces the one of the text.
Result<Descriptor, std::string> listen_on(std::string_view address, uint16_t port = 0);
// The port of a bound socket.
uint16_t local_port(int fd);

struct Accepted {
  Descriptor socket;  // empty: nothing accepted
  PeerAddress peer;
  // With no socket: whether the process or the system is out of descriptors or memory, so that accepting should pause.
  bool exhausted = false;
};
// Accepts one connection: non-blocking, without Nagle's delay.
Accepted accept_from(int listener);

}  // namespace kith::net

template <>
struct std::hash<kith::net::PeerAddress> {
  size_t operator()(const kith::net::PeerAddress& address) const noexcept {
    return std::hash<std::string_view>()({reinterpret_cast<const char*>(address.bytes.data()), address.bytes.size()});
  }
};
