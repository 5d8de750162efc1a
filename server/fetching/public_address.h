// SPDX-License-Identifier: AGPL-3.0-or-later

// Which addresses a server fetches links from: those that anybody on the internet could reach (PREVIEW-2). What is only
// reachable from where the server stands is nobody's business who writes a link.
//
// Source: IANA's registries of special-purpose addresses for IPv4 and IPv6.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace kith::fetching {

using Ipv4 = std::array<uint8_t, 4>;
using Ipv6 = std::array<uint8_t, 16>;

// Global unicast, and not set aside for anything else.
[[nodiscard]] bool is_public(const Ipv4& address);
// The same; of the addresses that hold one of IPv4 only those of NAT64 (64:ff9b::/96) with a public one: a network
// without IPv4 reaches the web so. Mapped, 6to4 and Teredo addresses are none.
[[nodiscard]] bool is_public(const Ipv6& address);

// A network and a port that an operator allows besides: "127.0.0.0/8:8080", "[fd00::]/8:8080".
class AllowedNetwork {
 public:
  // Absent: it has no such form, or bits behind its prefix.
  static std::optional<AllowedNetwork> parse(std::string_view text);
  [[nodiscard]] bool has(const sockaddr& address) const;

 private:
  Ipv6 network_{};  // of IPv4: the first four bytes
  int family_ = 0;
  unsigned bits_ = 0;
  uint16_t port_ = 0;
};

// Whether a link may lead to this address: public, on port 80 or 443. Of other families: no.
[[nodiscard]] bool is_on_the_web(const sockaddr& address);

}  // namespace kith::fetching
