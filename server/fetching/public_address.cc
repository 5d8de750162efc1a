// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/fetching/public_address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <string>

namespace kith::fetching {

namespace {

template <class Address>
struct Block {
  Address network;
  unsigned bits;
};

// Whether both begin with the same `bits` bits.
bool same_prefix(const uint8_t* a, const uint8_t* b, unsigned bits) {
  if (std::memcmp(a, b, bits / 8) != 0) return false;
  const unsigned rest = bits % 8;
  return rest == 0 || ((a[bits / 8] ^ b[bits / 8]) >> (8 - rest)) == 0;
}
template <class Address>
bool is_in(const Address& address, const Block<Address>& block) {
  return same_prefix(address.data(), block.network.data(), block.bits);
}

constexpr Block<Ipv4> kNotPublic4[] = {
    {{0}, 8},              // "this network"
    {{10}, 8},             // private
    {{100, 64}, 10},       // shared, behind a provider's NAT
    {{127}, 8},            // loopback
    {{169, 254}, 16},      // link-local; metadata services of hosters
    {{172, 16}, 12},       // private
    {{192, 0, 0}, 24},     // protocol assignments
    {{192, 0, 2}, 24},     // documentation
    {{192, 31, 196}, 24},  // AS112
    {{192, 52, 193}, 24},  // AMT
    {{192, 88, 99}, 24},   // relays of 6to4
    {{192, 168}, 16},      // private
    {{192, 175, 48}, 24},  // AS112
    {{198, 18}, 15},       // benchmarks
    {{198, 51, 100}, 24},  // documentation
    {{203, 0, 113}, 24},   // documentation
    {{224}, 3},            // multicast, reserved, broadcast
};

constexpr Block<Ipv6> kGlobalUnicast = {{0x20}, 3};
constexpr Block<Ipv6> kNat64 = {{0x00, 0x64, 0xff, 0x9b}, 96};
constexpr Block<Ipv6> kNotPublic6[] = {
    {{0x20, 0x01, 0x00}, 23},              // protocol assignments: Teredo, benchmarks, ORCHID and others
    {{0x20, 0x01, 0x0d, 0xb8}, 32},        // documentation
    {{0x20, 0x02}, 16},                    // 6to4
    {{0x26, 0x20, 0x00, 0x4f, 0x80}, 48},  // AS112
    {{0x3f, 0xff}, 20},                    // documentation
};

std::optional<unsigned> number(std::string_view text, unsigned max) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size() || value > max) return std::nullopt;
  return value;
}

struct Parts {
  int family;
  const uint8_t* address;
  uint16_t port;
};
std::optional<Parts> parts_of(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    const auto& in = reinterpret_cast<const sockaddr_in&>(address);
    return Parts{AF_INET, reinterpret_cast<const uint8_t*>(&in.sin_addr), ntohs(in.sin_port)};
  }
  if (address.sa_family == AF_INET6) {
    const auto& in = reinterpret_cast<const sockaddr_in6&>(address);
    return Parts{AF_INET6, in.sin6_addr.s6_addr, ntohs(in.sin6_port)};
  }
  return std::nullopt;
}

}  // namespace

bool is_public(const Ipv4& address) {
  return std::ranges::none_of(kNotPublic4, [&address](const auto& block) { return is_in(address, block); });
}

bool is_public(const Ipv6& address) {
  if (is_in(address, kNat64)) return is_public(Ipv4{address[12], address[13], address[14], address[15]});
  return is_in(address, kGlobalUnicast) &&
         std::ranges::none_of(kNotPublic6, [&address](const auto& block) { return is_in(address, block); });
}

std::optional<AllowedNetwork> AllowedNetwork::parse(std::string_view text) {
  const size_t slash = text.rfind('/');
  const size_t colon = text.rfind(':');
  if (slash == std::string_view::npos || colon == std::string_view::npos || colon < slash) return std::nullopt;
  AllowedNetwork allowed;
  std::string address(text.substr(0, slash));
  const bool is_bracketed = address.size() > 2 && address.front() == '[' && address.back() == ']';
  if (is_bracketed) address = address.substr(1, address.size() - 2);
  allowed.family_ = is_bracketed ? AF_INET6 : AF_INET;
  if (inet_pton(allowed.family_, address.c_str(), allowed.network_.data()) != 1) return std::nullopt;
  const auto bits = number(text.substr(slash + 1, colon - slash - 1), is_bracketed ? 128 : 32);
  const auto port = number(text.substr(colon + 1), 65535);
  if (!bits || !port || *port == 0) return std::nullopt;
  allowed.bits_ = *bits;
  allowed.port_ = static_cast<uint16_t>(*port);
  for (unsigned bit = *bits; bit < 128; ++bit) {
    if ((allowed.network_[bit / 8] & (0x80 >> (bit % 8))) != 0) return std::nullopt;
  }
  return allowed;
}

bool AllowedNetwork::has(const sockaddr& address) const {
  const auto parts = parts_of(address);
  return parts && parts->family == family_ && parts->port == port_ &&
         same_prefix(parts->address, network_.data(), bits_);
}

bool is_on_the_web(const sockaddr& address) {
  const auto parts = parts_of(address);
  if (!parts || (parts->port != 80 && parts->port != 443)) return false;
  if (parts->family == AF_INET) {
    Ipv4 bytes;
    std::memcpy(bytes.data(), parts->address, bytes.size());
    return is_public(bytes);
  }
  Ipv6 bytes;
  std::memcpy(bytes.data(), parts->address, bytes.size());
  return is_public(bytes);
}

}  // namespace kith::fetching
