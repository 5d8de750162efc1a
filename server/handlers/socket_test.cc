// SPDX-License-Identifier: AGPL-3.0-or-later

// Hello, and what is said over the socket besides messages.
#include <gtest/gtest.h>

#include "server/handlers/testing/handlers_world.h"

namespace kith::testing {
namespace {

class SocketTest : public ::testing::Test {
 protected:
  HandlersWorld world{{2, 9, {}, {}, {}, nullptr}};
  const AccountId ana = world.add_account();
  const AccountId ben = world.add_account(2);
  const DeviceAddress ana_1{ana, {1}};
  const DeviceAddress ben_1{ben, {1}};
  const DeviceAddress ben_2{ben, {2}};
  RecordingSession at_ana;
  RecordingSession at_ben;

  Outcome<DeviceAddress> say(wire::Hello hello, RecordingSession& session) {
    return world.run_on(ana, handlers::hello(world.services(), std::move(hello), session));
  }
  void type(DeviceAddress from, AccountId to, bool active = true) {
    wire::Typing typing;
    typing.set_account(to.bytes());
    typing.set_active(active);
    world.loops.begin(world.index_of(from.account), handlers::typing(world.services(), from, typing));
    world.loops.settle();
  }
  static size_t typing_notices(const RecordingSession& session) {
    return static_cast<size_t>(std::count_if(session.frames.begin(), session.frames.end(),
                                             [](const wire::ServerFrame& frame) { return frame.has_typing(); }));
  }
  void privacy(AccountId account, PrivacyRecord record) {
    PrivacyChange change{record.last_seen, record.about, record.contacts, record.blocked, record.photo};
    record = *world.run(world.ports().profiles.change_privacy(account, std::move(change)));
    world.loop_of(account).run([&] { world.of(account).apply(account, record); });
    world.loops.settle();
  }
};

TEST_F(SocketTest, WelcomeComesFirstThenTheBacklogThenItsEnd) {
  world.send(ben_1, ana);
  world.send(ben_1, ana);
  ASSERT_TRUE(world.hello(ana_1, at_ana));
  ASSERT_GE(at_ana.frames.size(), 3u);
  const wire::Welcome& welcome = at_ana.frames[0].welcome();
  EXPECT_EQ(welcome.version(), 1u);
  EXPECT_EQ(welcome.server_time_us(), world.loops.clock.now().value);
  EXPECT_EQ(welcome.first_position(), at_ana.entries[0].position());
  EXPECT_EQ(welcome.limits().envelope_bytes_max(), kEnvelopeBytesMax);
  EXPECT_TRUE(at_ana.frames[1].has_deliver());
  EXPECT_TRUE(at_ana.frames.back().has_backlog_end());
  EXPECT_EQ(at_ana.backlog_end, at_ana.last());
}

TEST_F(SocketTest, ADeviceOfAnotherServerIsToldSoAndTheRightOneSaysWhichItIs_IDENTITY_7) {
  wire::Hello hello = HandlersWorld::hello_of(ana_1);
  hello.set_server_id(Bytes(16, 'x'));
  EXPECT_EQ(say(hello, at_ana).error().code, wire::kOtherServer);
  hello.mutable_token()->at(3) ^= 1;  // as on an empty data directory: neither server nor account are known
  EXPECT_EQ(say(hello, at_ana).error().code, wire::kOtherServer);
  hello.set_server_id(world.services().settings.server_id.bytes());
  EXPECT_EQ(say(hello, at_ana).error().code, wire::kUnknownDevice);
  hello.mutable_token()->at(3) ^= 1;
  ASSERT_TRUE(say(hello, at_ana));
  EXPECT_EQ(at_ana.frames.at(0).welcome().server_id(), hello.server_id());
}

TEST_F(SocketTest, HelloIsChecked) {
  const wire::Hello good = HandlersWorld::hello_of(ana_1);
  wire::Hello bad = good;
  bad.mutable_token()->at(30) ^= 1;
  EXPECT_EQ(say(bad, at_ana).error().code, wire::kUnauthenticated);
  bad = good;
  bad.set_version_min(2);
  bad.set_version_max(3);
  EXPECT_EQ(say(bad, at_ana).error().code, wire::kUnsupportedVersion);
  bad.set_version_min(4);
  EXPECT_EQ(say(bad, at_ana).error().code, wire::kInvalidArgument);
  bad = good;
  bad.set_client(std::string(65, 'x'));
  EXPECT_EQ(say(bad, at_ana).error().detail, "client");
  bad = good;
  bad.set_confirmed_position(Position::of(9, 1).value);
  EXPECT_EQ(say(bad, at_ana).error().detail, "confirmed_position is ahead of this server");
  world.ports().keys.faults.fail_next(StoreError::kUnavailable);
  EXPECT_EQ(say(good, at_ana).error().code, wire::kUnavailable);
  EXPECT_TRUE(at_ana.frames.empty());
  wire::Hello newer = good;
  newer.set_version_max(7);  // speaks 1, too
  EXPECT_TRUE(say(newer, at_ana));
}

TEST_F(SocketTest, MoreThanTheBoundCanNotBeWithheld) {  // [LIMIT-1] [TICK-1]
  wire::Hello hello = HandlersWorld::hello_of(ana_1);
  for (uint64_t i = 0; i <= 256; ++i) hello.add_withheld(i);
  EXPECT_EQ(say(hello, at_ana).error().code, wire::kTooLarge);
  hello.mutable_withheld()->RemoveLast();
  EXPECT_TRUE(say(hello, at_ana));
}

TEST_F(SocketTest, HelloReplacesTheSessionBefore) {
  ASSERT_TRUE(world.hello(ana_1, at_ana));
  RecordingSession second;
  ASSERT_TRUE(world.hello(ana_1, second));
  EXPECT_EQ(at_ana.closed, EndReason::kReplaced);
  EXPECT_FALSE(second.closed);
}

TEST_F(SocketTest, NothingIsDeliveredBeforeWelcome) {
  world.ports().keys.faults.hold();
  std::optional<Outcome<DeviceAddress>> hello;
  world.loops.begin(world.index_of(ana), handlers::hello(world.services(), HandlersWorld::hello_of(ana_1), at_ana),
                    hello);
  world.loops.settle();
  std::optional<wire::ServerFrame> answer;
  world.begin_send(ben_1, HandlersWorld::send_of(world.random.id<MessageId>(), ana, {1}), answer);
  type(ben_1, ana);
  world.loops.settle();
  EXPECT_TRUE(at_ana.frames.empty());
  world.ports().keys.faults.release();
  world.loops.pass(10);
  ASSERT_TRUE(hello && *hello);
  EXPECT_TRUE(at_ana.frames[0].has_welcome());
  EXPECT_EQ(at_ana.messages().size(), 1u);
}

TEST_F(SocketTest, TypingReachesEveryConnectedDeviceAndNobodyElse) {  // [EPHEMERAL-1]
  RecordingSession second;
  world.hello(ana_1, at_ana);
  world.hello(ben_1, at_ben);
  world.hello(ben_2, second);
  type(ana_1, ben);
  type(ana_1, ben, false);
  EXPECT_EQ(typing_notices(at_ben), 2u);
  EXPECT_EQ(typing_notices(second), 2u);
  EXPECT_EQ(at_ben.frames.back().typing().from_account(), ana.bytes());
  EXPECT_FALSE(at_ben.frames.back().typing().active());
  world.detach(ben_1, at_ben);
  world.detach(ben_2, second);
  type(ana_1, ben);
  world.loops.pass(5000);
  EXPECT_EQ(world.ports().inboxes.stored_count(), 0u);
  RecordingSession later;
  world.hello(ben_1, later);
  EXPECT_EQ(typing_notices(later), 0u);
}

TEST_F(SocketTest, TypingToAnAbsentAccountDoesNotEvenLoadIt) {  // [EPHEMERAL-1]
  world.hello(ana_1, at_ana);
  const size_t loads = world.ports().accounts.loads();
  type(ana_1, ben);
  EXPECT_EQ(world.ports().accounts.loads(), loads);
}

TEST_F(SocketTest, TypingIsSilentBetweenBlockedAccounts) {  // [F28]
  world.hello(ana_1, at_ana);
  world.hello(ben_1, at_ben);
  privacy(ben, {Scope::kEveryone, Scope::kEveryone, {}, {ana}});
  type(ana_1, ben);
  type(ben_1, ana);
  EXPECT_EQ(typing_notices(at_ben), 0u);
  EXPECT_EQ(typing_notices(at_ana), 0u);
}

TEST_F(SocketTest, TypingIsRateLimited) {  // [LIMIT-1]
  world.hello(ana_1, at_ana);
  world.hello(ben_1, at_ben);
  for (int i = 0; i < 50; ++i) type(ana_1, ben);
  EXPECT_EQ(typing_notices(at_ben), 10u);
}

TEST_F(SocketTest, ASubscriptionIsBoundedAndChecked) {  // [LIMIT-1]
  world.hello(ana_1, at_ana);
  const auto subscribe = [&](const wire::Subscribe& frame) {
    world.loops.begin(world.index_of(ana), handlers::subscribe(world.services(), ana_1, frame));
    world.loops.settle();
  };
  wire::Subscribe frame;
  frame.add_accounts("short");
  subscribe(frame);
  EXPECT_EQ(at_ana.frames.back().error().code(), wire::kInvalidArgument);
  frame.Clear();
  for (int i = 0; i < 513; ++i) frame.add_accounts(world.random.id<AccountId>().bytes());
  subscribe(frame);
  EXPECT_EQ(at_ana.frames.back().error().code(), wire::kTooLarge);
  frame.Clear();
  frame.add_accounts(ben.bytes());
  subscribe(frame);
  ASSERT_EQ(at_ana.presence().size(), 1u);
  EXPECT_EQ(at_ana.presence()[0].visibility(), wire::PresenceNotice::kUnknown);
}

TEST_F(SocketTest, WhoSubscribesWithoutEndIsRefusedAndKeepsWhatItHas) {  // [LIMIT-1]
  world.hello(ana_1, at_ana);
  world.hello(ben_1, at_ben);
  const auto subscribe = [&](DeviceAddress from, const wire::Subscribe& frame) {
    world.loops.begin(world.index_of(from.account), handlers::subscribe(world.services(), from, frame));
    world.loops.settle();
  };
  wire::Subscribe frame;
  frame.add_accounts(ben.bytes());
  while (frame.accounts_size() < 499) frame.add_accounts(world.random.id<AccountId>().bytes());
  for (int i = 0; i < 4; ++i) subscribe(ana_1, frame);  // 500 each: the accounts, and the frame itself
  ASSERT_EQ(RateSettings().subscribe.burst, 2000u);
  EXPECT_FALSE(at_ana.frames.back().has_error());
  subscribe(ana_1, {});
  ASSERT_TRUE(at_ana.frames.back().has_error());
  EXPECT_EQ(at_ana.frames.back().error().code(), wire::kRateLimited);
  EXPECT_GT(at_ana.frames.back().error().retry_after_ms(), 0u);
  const size_t before = at_ana.presence().size();
  wire::Availability there;
  there.set_available(true);
  world.loops.begin(world.index_of(ben), handlers::availability(world.services(), ben_1, there));
  world.loops.settle();
  EXPECT_EQ(at_ana.presence().size(), before + 1) << "what it subscribed to before";
  frame.Clear();
  frame.add_accounts(ana.bytes());
  subscribe(ben_1, frame);
  EXPECT_EQ(at_ben.presence().size(), 1u);
}

TEST_F(SocketTest, AvailabilityIsSeenBySubscribers) {  // [F13]
  world.hello(ana_1, at_ana);
  wire::Subscribe frame;
  frame.add_accounts(ben.bytes());
  world.loops.begin(world.index_of(ana), handlers::subscribe(world.services(), ana_1, frame));
  world.hello(ben_1, at_ben, {}, true);
  world.loops.settle();
  EXPECT_EQ(at_ana.presence().back().visibility(), wire::PresenceNotice::kOnline);
  wire::Availability gone;
  world.loops.begin(world.index_of(ben), handlers::availability(world.services(), ben_1, gone));
  world.loops.settle();
  EXPECT_EQ(at_ana.presence().back().visibility(), wire::PresenceNotice::kLastSeen);
}

TEST_F(SocketTest, WhoAsksForItsInboxWithoutEndIsClosed) {  // [LIMIT-1]
  world.send(ben_1, ana);
  ASSERT_TRUE(world.hello(ana_1, at_ana));
  size_t asked = 0;
  for (; asked < 100 && !at_ana.closed; ++asked)
    world.loop_of(ana).run([&] { handlers::redeliver(world.services(), ana_1, {}); });
  EXPECT_EQ(at_ana.closed, EndReason::kAsksTooOften);
  EXPECT_EQ(asked, RateSettings().redeliver.burst + 1);
}

TEST_F(SocketTest, WhoComesAndGoesWithoutEndIsClosed) {  // [LIMIT-1]
  ASSERT_TRUE(world.hello(ana_1, at_ana));
  for (uint32_t i = 0; i <= RateSettings().availability.burst; ++i) {
    EXPECT_FALSE(at_ana.closed);
    wire::Availability availability;
    availability.set_available(i % 2 == 0);
    world.loops.begin(world.index_of(ana), handlers::availability(world.services(), ana_1, availability));
    world.loops.settle();
  }
  EXPECT_EQ(at_ana.closed, EndReason::kChangesTooOften);
}

TEST_F(SocketTest, OneDeviceBeginsSoManySessions) {  // [LIMIT-1]
  for (uint32_t i = 0; i < RateSettings().hello.burst; ++i) {
    RecordingSession session;
    EXPECT_TRUE(world.hello(ana_1, session));
    world.detach(ana_1, session);
  }
  const auto refused = world.hello(ana_1, at_ana);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, wire::kRateLimited);
  EXPECT_GT(refused.error().retry_after_ms, 0u);
  EXPECT_TRUE(world.hello(ben_1, at_ben));
}

}  // namespace
}  // namespace kith::testing
