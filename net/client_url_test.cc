// SPDX-License-Identifier: AGPL-3.0-or-later

#include "net/client_url.h"

#include <gtest/gtest.h>

namespace kith::net {
namespace {

TEST(ClientUrl, TakesApartAnAddressWithPortAndPath) {
  const auto url = parse_client_url("ws://localhost:8080/v1/socket?x=1#part");
  ASSERT_TRUE(url);
  EXPECT_FALSE(url->secure);
  EXPECT_TRUE(url->web_socket);
  EXPECT_EQ(url->host, "localhost");
  EXPECT_EQ(url->port, "8080");
  EXPECT_EQ(url->target, "/v1/socket?x=1");
  EXPECT_EQ(url->authority, "localhost:8080");
}

TEST(ClientUrl, FillsInTheDefaultPortAndPath) {
  const auto url = parse_client_url("https://kith.example");
  ASSERT_TRUE(url);
  EXPECT_TRUE(url->secure);
  EXPECT_EQ(url->port, "443");
  EXPECT_EQ(url->target, "/");
  EXPECT_EQ(url->authority, "kith.example");
  EXPECT_EQ(parse_client_url("http://kith.example?x")->target, "/?x");
}

TEST(ClientUrl, KeepsTheBracketsOfIPv6OnlyInTheHostHeader) {
  const auto url = parse_client_url("wss://[::1]:8443/");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->host, "::1");
  EXPECT_EQ(url->port, "8443");
  EXPECT_EQ(url->authority, "[::1]:8443");
  EXPECT_EQ(parse_client_url("http://[::1]")->authority, "[::1]");
}

TEST(ClientUrl, RefusesWhatIsNoAddressOfAServer) {
  for (const char* text : {"", "localhost:8080", "ftp://host/", "http://", "http://:80/", "http://host:0/",
                           "http://host:65536/", "http://host:8a/", "http://user@host/", "http://[::1/",
                           "http://[::1]x/", "http://ho st/", "http://host/\r\nX: y", "http://a]b/"}) {
    EXPECT_FALSE(parse_client_url(text)) << text;
  }
}

}  // namespace
}  // namespace kith::net
