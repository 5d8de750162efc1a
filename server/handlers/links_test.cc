// SPDX-License-Identifier: AGPL-3.0-or-later

// Mailboxes through which devices are linked.
#include <gtest/gtest.h>

#include "server/handlers/testing/handlers_world.h"

namespace kith::testing {
namespace {

class LinksTest : public ::testing::Test {
 protected:
  static constexpr const char* kNew = "192.0.2.1";
  static constexpr const char* kFirst = "192.0.2.2";

  HandlersWorld world;
  const LinkId link = world.random.id<LinkId>();

  static wire::LinkMessage message(uint32_t slot, Bytes payload) {
    wire::LinkMessage message;
    message.set_slot(slot);
    message.set_payload(std::move(payload));
    return message;
  }
  Outcome<wire::Empty> put(LinkId to, uint32_t slot, Bytes payload, const char* address = kFirst) {
    return world.run(handlers::put_link(world.services(), address, to, message(slot, std::move(payload))));
  }
  void refuses(uint32_t slot, Bytes payload, wire::ErrorCode code, const std::string& detail) {
    const auto outcome = put(link, slot, std::move(payload));
    ASSERT_FALSE(outcome) << detail;
    EXPECT_EQ(outcome.error().code, code);
    EXPECT_EQ(outcome.error().detail, detail);
  }
  wire::LinkMessages read(LinkId of) {
    const auto outcome = world.run(handlers::read_link(world.services(), kNew, of));
    EXPECT_TRUE(outcome);
    return outcome.value_or(wire::LinkMessages());
  }
};

TEST_F(LinksTest, TwoDevicesThatKnowTheIdReadWhatTheyWroteToOneAnother_LINK_1) {
  EXPECT_EQ(read(link).messages_size(), 0) << "the new device asks before the first one has written";
  ASSERT_TRUE(put(link, 1, "commitment", kFirst));
  ASSERT_TRUE(put(link, 2, "nonce", kNew));
  const wire::LinkMessages messages = read(link);
  ASSERT_EQ(messages.messages_size(), 2);
  EXPECT_EQ(messages.messages(0).slot(), 1u);
  EXPECT_EQ(messages.messages(0).payload(), "commitment");
  EXPECT_EQ(messages.messages(1).slot(), 2u);
  EXPECT_EQ(messages.messages(1).payload(), "nonce");
  EXPECT_EQ(read(world.random.id<LinkId>()).messages_size(), 0);
  ASSERT_TRUE(world.run(handlers::remove_link(world.services(), kNew, link)));
  EXPECT_EQ(read(link).messages_size(), 0);
  EXPECT_TRUE(world.run(handlers::remove_link(world.services(), kNew, link))) << "given up by the other one, too";
}

TEST_F(LinksTest, ASlotIsWrittenOnceAndAgainWithTheSameBytes_LINK_2) {
  ASSERT_TRUE(put(link, 5, "sealed"));
  EXPECT_TRUE(put(link, 5, "sealed", kNew)) << "an answer was lost";
  refuses(5, "sealed otherwise", wire::kLinkSlotTaken, "slot");
  ASSERT_EQ(read(link).messages_size(), 1);
  EXPECT_EQ(read(link).messages(0).payload(), "sealed");
}

TEST_F(LinksTest, SlotsAndSizesHaveBounds_LINK_1) {
  refuses(0, "x", wire::kInvalidArgument, "slot");
  refuses(9, "x", wire::kInvalidArgument, "slot");
  refuses(1, "", wire::kInvalidArgument, "payload");
  refuses(1, Bytes(kLinkPayloadBytesMax + 1, 'x'), wire::kTooLarge, "payload");
  EXPECT_EQ(world.ports().links.count(), 0u);
  EXPECT_TRUE(put(link, 8, Bytes(kLinkPayloadBytesMax, 'x')));
}

TEST_F(LinksTest, AMailboxIsThereForTenMinutesAndIsThenSweptAway_LINK_1) {
  ASSERT_TRUE(put(link, 1, "x"));
  world.loops.pass(uint64_t{kLinkLifeSeconds} * 1000 - 1);
  EXPECT_EQ(read(link).messages_size(), 1);
  world.loops.pass(1);
  EXPECT_EQ(read(link).messages_size(), 0);
  world.loops.pass(uint64_t{DeliverySettings().expiry_interval_s} * 1000);
  EXPECT_EQ(world.ports().links.count(), 0u);
}

TEST_F(LinksTest, ThereIsRoomForSoManyMailboxes_LINK_3) {
  HandlersWorldOptions options;
  options.handlers.links_max = 2;
  HandlersWorld small(options);
  const auto make = [&small] {
    return small.run(handlers::put_link(small.services(), kNew, small.random.id<LinkId>(), message(1, "x")));
  };
  ASSERT_TRUE(make() && make());
  const auto third = make();
  ASSERT_FALSE(third);
  EXPECT_EQ(third.error().code, wire::kServerFull);
  EXPECT_GT(third.error().retry_after_ms, 0u);
  small.loops.pass(uint64_t{kLinkLifeSeconds} * 1000);
  EXPECT_TRUE(make());
  EXPECT_EQ(HandlerSettings().links_max, 10'000u);
}

TEST_F(LinksTest, OneAddressWritesAndReadsSoOften_LINK_3) {  // [LIMIT-1]
  const auto until_refused = [](const auto& call) {
    uint32_t count = 0;
    for (; count < 10'000; ++count) {
      const auto outcome = call();
      if (outcome) continue;
      EXPECT_EQ(outcome.error().code, wire::kRateLimited);
      EXPECT_GT(outcome.error().retry_after_ms, 0u);
      break;
    }
    return count;
  };
  const auto make = [this] { return put(world.random.id<LinkId>(), 1, "x"); };
  EXPECT_EQ(until_refused(make), RateSettings().link_write_from_address.burst);
  EXPECT_EQ(world.run(handlers::remove_link(world.services(), kFirst, link)).error().code, wire::kRateLimited);
  EXPECT_TRUE(put(link, 1, "x", kNew)) << "another address";
  EXPECT_TRUE(world.run(handlers::read_link(world.services(), kFirst, link))) << "who reads is counted apart";
  const auto poll = [this] { return world.run(handlers::read_link(world.services(), kNew, link)); };
  EXPECT_EQ(until_refused(poll), RateSettings().link_read_from_address.burst);
}

TEST_F(LinksTest, AStoreThatIsAwayIsANamedRetryableError) {
  world.ports().links.faults.fail(StoreError::kUnavailable);
  EXPECT_EQ(put(link, 1, "x").error().code, wire::kUnavailable);
  EXPECT_EQ(world.run(handlers::read_link(world.services(), kNew, link)).error().code, wire::kUnavailable);
  EXPECT_EQ(world.run(handlers::remove_link(world.services(), kNew, link)).error().code, wire::kUnavailable);
}

}  // namespace
}  // namespace kith::testing
