// SPDX-License-Identifier: AGPL-3.0-or-later

// Several sends in one frame: each is taken, answered, limited and refused as if it had come in a frame of its own.
#include <gmock/gmock.h>

#include <algorithm>
#include <span>
#include <string>
#include <vector>

#include "base/limits.h"
#include "server/gateway/shared.h"
#include "server/gateway/testing/virtual_connection.h"
#include "server/handlers/testing/handlers_world.h"
#include "wire/websocket.h"

namespace kith::gateway {
namespace {

using kith::testing::HandlersWorld;
using kith::testing::RecordingSession;
using ::testing::ElementsAre;

// A device's connection, with what it was told.
class Link final : public testing::VirtualConnection {
 public:
  explicit Link(testing::VirtualHomes& homes) : VirtualConnection(homes) {}

  void tell(const wire::ClientFrame& frame) {
    static constexpr uint8_t kKey[4] = {1, 2, 3, 4};
    Bytes payload = frame.SerializeAsString();
    Bytes bytes;
    wire::append_frame_header(bytes, wire::Opcode::kBinary, payload.size(), kKey);
    wire::apply_mask(payload, kKey);
    receive(bytes + payload);
  }
  void send(const wire::ServerFrame& frame) override {
    frames.push_back(frame);
    VirtualConnection::send(frame);
  }

  std::vector<wire::ServerFrame> frames;
  bool ended = false;

 private:
  void on_output(Bytes /*bytes*/) override {}
  void on_end() override { ended = true; }
};

class SeveralSendsTest : public ::testing::Test {
 protected:
  explicit SeveralSendsTest(GatewaySettings settings = {})
      : shared(world.services(), settings, {}), homes(testing::virtual_homes(shared, world.loops)), link(homes) {
    wire::ClientFrame hello;
    *hello.mutable_hello() = HandlersWorld::hello_of(from);
    link.tell(hello);
    world.loops.pass(100);
    EXPECT_FALSE(link.frames.empty()) << "welcome";
    link.frames.clear();
  }
  ~SeveralSendsTest() override {
    link.hang_up();
    world.loops.pass(10'000);
  }

  static HandlersWorld::Options options() {
    HandlersWorld::Options options;
    options.delivery.inbox_entries_max = 3;
    options.handlers.limits.set_in_flight_sends_max(8);
    return options;
  }
  void add(wire::Send send) { *frame.mutable_sends()->add_sends() = std::move(send); }
  MessageId add(AccountId to, std::vector<uint32_t> devices = {1}) {
    const MessageId id = world.random.id<MessageId>();
    add(HandlersWorld::send_of(id, to, std::move(devices)));
    return id;
  }
  void tell(uint64_t wait_ms = 3000) {
    link.tell(frame);
    world.loops.pass(wait_ms);
  }
  // "" for accepted, else the code, of the answer that names both; "none" when there is not exactly one.
  std::string answer(MessageId id, AccountId account) const {
    std::string found = "none";
    for (const wire::ServerFrame& each : link.frames) {
      const wire::Accepted& accepted = each.accepted();
      const wire::Refused& refused = each.refused();
      const bool is_accepted = accepted.message_id() == id.view() && accepted.account() == account.view();
      const bool is_refused = refused.message_id() == id.view() && refused.account() == account.view();
      if (!is_accepted && !is_refused) continue;
      if (found != "none") return "two";
      found = is_accepted ? "" : wire::ErrorCode_Name(refused.code());
    }
    return found;
  }
  size_t answers(wire::ErrorCode code) const {
    return static_cast<size_t>(std::ranges::count_if(
        link.frames, [code](const wire::ServerFrame& each) { return each.refused().code() == code; }));
  }
  size_t accepted() const {
    return static_cast<size_t>(
        std::ranges::count_if(link.frames, [](const wire::ServerFrame& each) { return each.has_accepted(); }));
  }
  size_t stored(AccountId account, uint32_t device = 1) {
    return world.ports().inboxes.stored({account, {device}}).size();
  }

  HandlersWorld world{options()};
  const AccountId ana = world.add_account();
  const DeviceAddress from{ana, {1}};
  Shared shared;
  testing::VirtualHomes homes;
  Link link;
  wire::ClientFrame frame;
};

TEST_F(SeveralSendsTest, EachAccountIsAcceptedOrRefusedByItself) {  // [SEND-5] [SEND-2] [DEVICE-1]
  const AccountId ben = world.add_account(2);
  const AccountId full = world.add_account();
  const AccountId blocking = world.add_account();
  const AccountId cleo = world.add_account();
  const AccountId nobody = world.random.id<AccountId>();
  world.run(world.ports().profiles.change_privacy(blocking, {{}, {}, {}, {{ana}}}));
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(world.send(from, full).has_accepted());
  const MessageId stale = add(ben, {1});
  const MessageId unknown = add(nobody);
  const MessageId too_much = add(full);
  const MessageId blocked = add(blocking);
  const MessageId good = add(cleo);
  tell();
  EXPECT_EQ(answer(stale, ben), "kStaleDevices");
  EXPECT_EQ(answer(unknown, nobody), "kNoSuchAccount");
  EXPECT_EQ(answer(too_much, full), "kInboxFull");
  EXPECT_EQ(answer(blocked, blocking), "") << "a block is not told (SEND-4)";
  EXPECT_EQ(answer(good, cleo), "");
  EXPECT_EQ(stored(ben, 1), 0u);
  EXPECT_EQ(stored(cleo), 1u);
  for (const InboxEntry& entry : world.ports().inboxes.stored({blocking, {1}}))
    EXPECT_EQ(entry.body->find("ciphertext"), Bytes::npos);
}

TEST_F(SeveralSendsTest, OneThatWaitsForItsDiskHoldsUpNoOther) {  // [SEND-2]
  const AccountId away = world.add_account();
  const AccountId ben = world.add_account();
  RecordingSession at_ben;
  ASSERT_TRUE(world.hello({ben, {1}}, at_ben));
  world.ports().inboxes.write_faults.hold();
  const MessageId waits = add(away);
  const MessageId confirmed = add(ben);
  tell(50);
  world.confirm({ben, {1}}, at_ben.last());
  world.loops.pass(50);
  EXPECT_EQ(answer(confirmed, ben), "");
  EXPECT_EQ(answer(waits, away), "none");
  world.ports().inboxes.write_faults.release();
  world.loops.pass(3000);
  EXPECT_EQ(answer(waits, away), "");
  world.detach({ben, {1}}, at_ben);
}

TEST_F(SeveralSendsTest, RepeatedTheyChangeNothingAndHaveTheirFirstTimes) {  // [SEND-1]
  const AccountId ben = world.add_account();
  const AccountId cleo = world.add_account();
  const AccountId dan = world.add_account();
  add(ben);
  add(cleo);
  tell();
  const auto times = [this] {
    std::vector<std::pair<std::string, uint64_t>> found;
    for (const wire::ServerFrame& each : link.frames)
      found.emplace_back(each.accepted().account(), each.accepted().server_time_us());
    std::ranges::sort(found);
    return found;
  };
  const auto first = times();
  ASSERT_EQ(first.size(), 2u);
  link.frames.clear();
  const MessageId more = add(dan);  // after a connection that broke what waits goes together otherwise
  std::swap(*frame.mutable_sends()->mutable_sends(0), *frame.mutable_sends()->mutable_sends(2));
  tell();
  EXPECT_EQ(answer(more, dan), "");
  auto second = times();
  std::erase_if(second, [&dan](const auto& each) { return each.first == dan.view(); });
  EXPECT_EQ(second, first);
  for (const AccountId account : {ben, cleo, dan}) EXPECT_EQ(stored(account), 1u);
}

TEST_F(SeveralSendsTest, OneAccountTwiceIsTwoMessagesInTheirOrderAndOneIdTwiceIsOne) {  // [ORDER-1] [SEND-1]
  const AccountId ben = world.add_account();
  RecordingSession at_ben;
  ASSERT_TRUE(world.hello({ben, {1}}, at_ben));
  const MessageId one = add(ben);
  const MessageId two = add(ben);
  add(frame.sends().sends(0));
  tell();
  EXPECT_EQ(accepted(), 3u);
  EXPECT_THAT(at_ben.messages(), ElementsAre(one, two));
  world.detach({ben, {1}}, at_ben);
}

TEST_F(SeveralSendsTest, WhatIsNoSendIsRefusedByItself) {  // [LIMIT-1]
  const AccountId ben = world.add_account();
  const MessageId good = add(ben);
  add(wire::Send());
  wire::Send without_target;
  without_target.set_message_id(world.random.id<MessageId>().bytes());
  add(without_target);
  add(HandlersWorld::send_of(world.random.id<MessageId>(), ben, {1}, ""));
  tell();
  EXPECT_EQ(answer(good, ben), "");
  EXPECT_EQ(answers(wire::kInvalidArgument), 2u);
  EXPECT_EQ(answers(wire::kUnsupportedTarget), 1u);
}

TEST_F(SeveralSendsTest, EachIsCountedAsOneThatIsNotAnswered) {  // [SEND-5] [LIMIT-1]
  world.ports().inboxes.write_faults.hold();
  std::vector<AccountId> others;
  for (int i = 0; i < 10; ++i) add(others.emplace_back(world.add_account()));
  tell(50);
  EXPECT_EQ(answers(wire::kRateLimited), 2u) << "of ten, eight may be in flight";
  EXPECT_EQ(accepted(), 0u);
  world.ports().inboxes.write_faults.release();
  world.loops.pass(3000);
  EXPECT_EQ(accepted(), 8u);
  link.frames.clear();
  tell();
  EXPECT_EQ(accepted(), 10u) << "repetitions are answered at once, and so places are free";
}

TEST_F(SeveralSendsTest, MoreThanTheBoundEndsTheConnection) {  // [LIMIT-1]
  const AccountId ben = world.add_account();
  for (size_t i = 0; i < kSendsMax; ++i) add(ben, {});
  tell();
  EXPECT_EQ(answers(wire::kStaleDevices) + answers(wire::kRateLimited), kSendsMax);
  EXPECT_TRUE(link.is_open());
  add(ben);
  tell();
  EXPECT_TRUE(link.ended);
  EXPECT_EQ(stored(ben), 0u);
}

GatewaySettings slow_sends() {
  GatewaySettings settings;
  settings.sends_per_second = 1;
  settings.sends_burst = 3;
  return settings;
}
class SlowSeveralSendsTest : public SeveralSendsTest {
 protected:
  SlowSeveralSendsTest() : SeveralSendsTest(slow_sends()) {}
};

TEST_F(SlowSeveralSendsTest, EachCountsTowardsTheRateOfSends) {  // [LIMIT-1]
  for (int i = 0; i < 5; ++i) add(world.add_account());
  tell();
  EXPECT_EQ(accepted(), 3u);
  EXPECT_EQ(answers(wire::kRateLimited), 2u);
}

GatewaySettings few_frames() {
  GatewaySettings settings;
  settings.frames_per_second = 1;
  settings.frames_burst = 6;  // one was Hello
  return settings;
}
class FewFramesSeveralSendsTest : public SeveralSendsTest {
 protected:
  FewFramesSeveralSendsTest() : SeveralSendsTest(few_frames()) {}
};

TEST_F(FewFramesSeveralSendsTest, EachCountsAsAFrame) {  // [LIMIT-1]
  for (int i = 0; i < 5; ++i) add(world.add_account());
  tell();
  EXPECT_EQ(accepted(), 5u);
  EXPECT_TRUE(link.is_open());
  tell(1);
  EXPECT_TRUE(link.ended) << "there are no five more";
}

}  // namespace
}  // namespace kith::gateway
