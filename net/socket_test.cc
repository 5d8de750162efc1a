// SPDX-License-Identifier: AGPL-3.0-or-later

#include "net/socket.h"

#include <gtest/gtest.h>

namespace kith::net {
namespace {

PeerAddress mapped(uint8_t a, uint8_t b, uint8_t c, uint8_t d) {
  PeerAddress address;
  address.bytes = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, a, b, c, d};
  return address;
}

TEST(Socket, LoopsShareAPortAndAnotherServerIsRefused) {
  auto first = listen_on("127.0.0.1:0");
  ASSERT_TRUE(first);
  const uint16_t port = local_port(first->get());
  EXPECT_NE(port, 0);
  const std::string address = "127.0.0.1:" + std::to_string(port);
  auto second = listen_on("127.0.0.1:0", port);
  ASSERT_TRUE(second);
  EXPECT_EQ(local_port(second->get()), port);
  const auto other = listen_on(address);
  ASSERT_FALSE(other);
  EXPECT_NE(other.error().find(address), std::string::npos) << other.error();
  first->close();
  second->close();
  EXPECT_TRUE(listen_on(address)) << "free again";
}

TEST(Socket, SaysWhatIsWrongWithAnAddress) {
  EXPECT_NE(listen_on("127.0.0.1").error().find("no port"), std::string::npos);
  EXPECT_FALSE(listen_on("127.0.0.1:99999"));
  EXPECT_FALSE(listen_on("192.0.2.1:0")) << "an address this machine does not have";
}

TEST(PeerAddress, KnowsLoopbackAndNetworks) {
  EXPECT_TRUE(mapped(127, 1, 2, 3).is_loopback());
  EXPECT_FALSE(mapped(10, 0, 0, 1).is_loopback());
  PeerAddress six;
  six.bytes[15] = 1;
  EXPECT_TRUE(six.is_loopback());
  EXPECT_EQ(six.text(), "::1");
  EXPECT_EQ(mapped(10, 0, 0, 1).text(), "10.0.0.1");
  EXPECT_EQ(mapped(10, 0, 0, 1).network(), mapped(10, 0, 0, 1));
  EXPECT_EQ(PeerAddress::parse("10.0.0.1"), mapped(10, 0, 0, 1));
  EXPECT_EQ(PeerAddress::parse("[::1]"), six);
  EXPECT_FALSE(PeerAddress::parse("10.0.0.1:80"));
  EXPECT_FALSE(PeerAddress::parse("localhost"));
  EXPECT_FALSE(PeerAddress::parse(""));
  PeerAddress one;
  one.bytes = {0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 1, 1, 2, 3, 4, 5, 6, 7, 8};
  PeerAddress neighbour = one;
  neighbour.bytes[15] = 99;
  EXPECT_EQ(one.network(), neighbour.network());
  EXPECT_EQ(one.network().text(), "2001:db8:0:1::");
}

}  // namespace
}  // namespace kith::net
