// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/fetching/public_address.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>

#include <string>

namespace kith::fetching {
namespace {

sockaddr_storage address(const std::string& text, uint16_t port) {
  sockaddr_storage storage{};
  auto& in4 = reinterpret_cast<sockaddr_in&>(storage);
  auto& in6 = reinterpret_cast<sockaddr_in6&>(storage);
  if (inet_pton(AF_INET, text.c_str(), &in4.sin_addr) == 1) {
    in4.sin_family = AF_INET;
    in4.sin_port = htons(port);
  } else {
    EXPECT_EQ(inet_pton(AF_INET6, text.c_str(), &in6.sin6_addr), 1) << text;
    in6.sin6_family = AF_INET6;
    in6.sin6_port = htons(port);
  }
  return storage;
}
bool on_the_web(const std::string& text, uint16_t port = 443) {
  const sockaddr_storage storage = address(text, port);
  return is_on_the_web(reinterpret_cast<const sockaddr&>(storage));
}
bool has(const std::string& network, const std::string& text, uint16_t port) {
  const auto allowed = AllowedNetwork::parse(network);
  const sockaddr_storage storage = address(text, port);
  EXPECT_TRUE(allowed) << network;
  return allowed && allowed->has(reinterpret_cast<const sockaddr&>(storage));
}

TEST(PublicAddress, IsOneThatAnybodyCouldReach_PREVIEW_2) {
  for (const char* text :
       {"1.1.1.1",         "9.255.255.255", "11.0.0.0",        "100.63.255.255",  "100.128.0.0",
        "126.255.255.255", "128.0.0.1",     "169.253.255.255", "169.255.0.0",     "172.15.255.255",
        "172.32.0.0",      "192.0.1.0",     "192.167.255.255", "192.169.0.0",     "198.17.255.255",
        "198.20.0.0",      "203.0.112.255", "223.255.255.255", "2001:200::1",     "2001:4860:4860::8888",
        "2003::1",         "2a00:1450::1",  "3ffe:ffff::1",    "64:ff9b::1.1.1.1"})
    EXPECT_TRUE(on_the_web(text)) << text;
  for (const char* text :
       {"0.0.0.0",         "0.255.255.255",   "10.0.0.1",        "10.255.255.255", "100.64.0.0",
        "100.127.255.255", "127.0.0.1",       "127.255.255.255", "169.254.0.0",    "169.254.169.254",
        "172.16.0.0",      "172.31.255.255",  "192.0.0.1",       "192.0.2.1",      "192.88.99.1",
        "192.168.0.0",     "192.168.255.255", "198.18.0.0",      "198.19.255.255", "198.51.100.1",
        "203.0.113.255",   "224.0.0.1",       "239.255.255.255", "240.0.0.0",      "255.255.255.255"})
    EXPECT_FALSE(on_the_web(text)) << text;
  for (const char* text : {"::",
                           "::1",
                           "::ffff:1.1.1.1",
                           "::ffff:127.0.0.1",
                           "::1.1.1.1",
                           "64:ff9b::127.0.0.1",
                           "64:ff9b::10.0.0.1",
                           "64:ff9b:1::1.1.1.1",
                           "100::1",
                           "2001::1",
                           "2001:0:1:2:3:4:5:6",
                           "2001:2::1",
                           "2001:10::1",
                           "2001:20::1",
                           "2001:db8::1",
                           "2002:101:101::1",
                           "2002:7f00:1::1",
                           "2620:4f:8000::1",
                           "3fff::1",
                           "4000::1",
                           "5f00::1",
                           "fc00::1",
                           "fd12:3456::1",
                           "fe80::1",
                           "fec0::1",
                           "ff02::1"})
    EXPECT_FALSE(on_the_web(text)) << text;
}

TEST(PublicAddress, HasTheWebOnTwoPorts_PREVIEW_2) {
  EXPECT_TRUE(on_the_web("1.1.1.1", 80));
  for (const uint16_t port : {0, 22, 25, 81, 444, 6379, 8080, 65535}) EXPECT_FALSE(on_the_web("1.1.1.1", port)) << port;
  const sockaddr unix_socket{.sa_family = AF_UNIX, .sa_data = {}};
  EXPECT_FALSE(is_on_the_web(unix_socket));
}

TEST(AllowedNetwork, IsThatNetworkOnThatPort) {
  EXPECT_TRUE(has("127.0.0.0/8:8080", "127.1.2.3", 8080));
  EXPECT_FALSE(has("127.0.0.0/8:8080", "127.1.2.3", 8081));
  EXPECT_FALSE(has("127.0.0.0/8:8080", "128.0.0.1", 8080));
  EXPECT_FALSE(has("127.0.0.0/8:8080", "::ffff:127.0.0.1", 8080));
  EXPECT_TRUE(has("10.16.0.0/12:80", "10.31.255.255", 80));
  EXPECT_FALSE(has("10.16.0.0/12:80", "10.32.0.0", 80));
  EXPECT_TRUE(has("192.168.1.9/32:80", "192.168.1.9", 80));
  EXPECT_FALSE(has("192.168.1.9/32:80", "192.168.1.8", 80));
  EXPECT_TRUE(has("[fd00:1::]/32:443", "fd00:1:ffff::1", 443));
  EXPECT_FALSE(has("[fd00:1::]/32:443", "fd00:2::1", 443));
  EXPECT_TRUE(has("0.0.0.0/0:80", "10.1.1.1", 80));
  EXPECT_FALSE(has("0.0.0.0/0:80", "fd00::1", 80));
}

TEST(AllowedNetwork, HasOneForm) {
  for (const char* text :
       {"", "10.0.0.0", "10.0.0.0/8", "10.0.0.0:80", "10.0.0.0/8:", "10.0.0.0/8:0", "10.0.0.0/8:65536",
        "10.0.0.0/33:80", "10.0.0.1/8:80", "10.0.0/8:80", "10.0.0.0/8:80x", "10.0.0.0/-1:80", "fd00::/8:80",
        "[fd00::/8]:80", "[fd00::1]/8:80", "[fd00::]/129:80", "[10.0.0.0]/8:80", "localhost/8:80"})
    EXPECT_FALSE(AllowedNetwork::parse(text)) << text;
}

}  // namespace
}  // namespace kith::fetching
