// SPDX-License-Identifier: AGPL-3.0-or-later

#include <gtest/gtest.h>

#include "server/gateway/connection_limits.h"
#include "server/gateway/token_bucket.h"

namespace kith::gateway {
namespace {

using Entry = ConnectionLimits::Entry;

net::PeerAddress address(uint8_t last) {
  net::PeerAddress address;
  address.bytes = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, last};
  return address;
}
net::PeerAddress loopback() {
  net::PeerAddress address;
  address.bytes[15] = 1;
  return address;
}

TEST(TokenBucket, GivesItsBurstAtOnceAndThenItsRate) {
  const BucketRate rate{10, 3};
  TokenBucket bucket(rate, 1000);
  EXPECT_TRUE(bucket.is_full(rate, 1000));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(bucket.take(rate, 1000), 0u);
  EXPECT_EQ(bucket.take(rate, 1000), 100u) << "milliseconds until the next";
  EXPECT_EQ(bucket.take(rate, 1050), 50u);
  EXPECT_EQ(bucket.take(rate, 1101), 0u);
  EXPECT_NE(bucket.take(rate, 1101), 0u);
  EXPECT_FALSE(bucket.is_full(rate, 1300));
  EXPECT_TRUE(bucket.is_full(rate, 1500));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(bucket.take(rate, 100'000), 0u);
  EXPECT_NE(bucket.take(rate, 100'000), 0u) << "no more than the burst, however long ago";
}

TEST(TokenBucket, WithoutARateEverythingIsAllowed) {
  const BucketRate none{0, 0};
  TokenBucket bucket(none, 0);
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(bucket.take(none, 0), 0u);
}

TEST(TokenBucket, GoesOnWhenTheMillisecondsWrap) {
  const BucketRate rate{1000, 1};
  TokenBucket bucket(rate, 0xffff'ffff);
  EXPECT_EQ(bucket.take(rate, 0xffff'ffff), 0u);
  EXPECT_EQ(bucket.take(rate, 0x1'0000'0001), 0u);
}

TEST(ConnectionLimits, BoundEachAddressAndTheTotal) {
  GatewaySettings settings;
  settings.connections_max = 5;
  settings.connections_per_address_max = 2;
  ConnectionLimits limits(settings);
  EXPECT_EQ(limits.enter(address(1), 0), Entry::kEntered);
  EXPECT_EQ(limits.enter(address(1), 0), Entry::kEntered);
  EXPECT_EQ(limits.enter(address(1), 0), Entry::kRefused);
  EXPECT_EQ(limits.enter(address(2), 0), Entry::kEntered);
  limits.leave(address(1), 0);
  EXPECT_EQ(limits.enter(address(1), 0), Entry::kEntered);
  EXPECT_EQ(limits.enter(loopback(), 0), Entry::kEntered);
  EXPECT_EQ(limits.enter(loopback(), 0), Entry::kEntered) << "loopback has no bound of its own";
  EXPECT_EQ(limits.total(), 5u);
  EXPECT_TRUE(limits.is_full());
  EXPECT_EQ(limits.enter(loopback(), 0), Entry::kTurnedAway) << "but counts towards the total";
  EXPECT_EQ(limits.enter(address(3), 0), Entry::kTurnedAway);
  for (uint32_t i = 2; i < ConnectionLimits::kTurnedAwayMax; ++i)
    EXPECT_EQ(limits.enter(loopback(), 0), Entry::kTurnedAway);
  EXPECT_EQ(limits.enter(loopback(), 0), Entry::kRefused);
  EXPECT_EQ(limits.enter(address(3), 0), Entry::kRefused);
  EXPECT_EQ(limits.total(), 5u + ConnectionLimits::kTurnedAwayMax);
}

TEST(ConnectionLimits, AConnectionThatAProxySpeaksForMovesToItsClient) {
  GatewaySettings settings;
  settings.connections_max = 3;
  settings.connections_per_address_max = 1;
  ConnectionLimits limits(settings);
  ASSERT_EQ(limits.enter(loopback(), 0), Entry::kEntered);
  ASSERT_EQ(limits.enter(loopback(), 0), Entry::kEntered);
  EXPECT_TRUE(limits.move(loopback(), address(1), 0));
  EXPECT_FALSE(limits.move(loopback(), address(1), 0));
  EXPECT_EQ(limits.total(), 2u);
  limits.leave(address(1), 0);
  EXPECT_TRUE(limits.move(loopback(), address(1), 0));
}

TEST(ConnectionLimits, BoundHowFastAnAddressConnectsEvenWhenItLeavesAtOnce) {
  GatewaySettings settings;
  settings.connects_per_second = 1;
  settings.connects_burst = 3;
  ConnectionLimits limits(settings);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(limits.enter(address(1), 0), Entry::kEntered);
    limits.leave(address(1), 0);
  }
  EXPECT_EQ(limits.enter(address(1), 0), Entry::kRefused);
  EXPECT_EQ(limits.enter(address(2), 0), Entry::kEntered);
  EXPECT_EQ(limits.enter(address(1), 1000), Entry::kEntered);
}

}  // namespace
}  // namespace kith::gateway
