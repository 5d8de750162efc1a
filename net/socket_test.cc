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

TEST(PeerAddress, ReadsWhatProxiesWriteAndNothingElse) {
  const auto text = [](std::string_view written) {
    const auto address = PeerAddress::parse_forwarded(written);
    return address ? address->text() : "none";
  };
  for (const char* written : {"203.0.113.3", " 203.0.113.3 ", "203.0.113.3:51234", "\"203.0.113.3\"",
                              "\"203.0.113.3:80\"", "[203.0.113.3]", "\t203.0.113.3:0"})
    EXPECT_EQ(text(written), "203.0.113.3") << written;
  for (const char* written : {"2001:db8::1", "[2001:db8::1]", "[2001:db8::1]:443", "\"[2001:db8::1]:443\""})
    EXPECT_EQ(text(written), "2001:db8::1") << written;
  for (const char* written : {"", "unknown", "_hidden", "203.0.113", "203.0.113.3:", "203.0.113.3:x",
                              "203.0.113.3:70000", "[2001:db8::1", "2001:db8::1]:443", "[2001:db8::1]:x",
                              "for=203.0.113.3", "203.0.113.3, ", "localhost", "203.0.113.3 203.0.113.4"})
    EXPECT_EQ(text(written), "none") << written;
}

TEST(PeerAddress, LimitsCountAnIpv6NetworkOnceAndLoopbackAsItself) {
  EXPECT_EQ(PeerAddress::parse("2001:db8:0:1::7")->limit_key(),
            PeerAddress::parse("2001:db8:0:1:ffff::9")->limit_key());
  EXPECT_NE(PeerAddress::parse("2001:db8:0:1::7")->limit_key(), PeerAddress::parse("2001:db8:0:2::7")->limit_key());
  EXPECT_EQ(PeerAddress::parse("203.0.113.3")->limit_key(), "203.0.113.3");
  EXPECT_EQ(PeerAddress::parse("::1")->limit_key(), "::1");
}

}  // namespace
}  // namespace kith::net
