// SPDX-License-Identifier: AGPL-3.0-or-later

// The send path: form, devices, blocks, repetitions, rooms.
#include <gtest/gtest.h>

#include "base/limits.h"
#include "server/handlers/testing/handlers_world.h"

namespace kith::testing {
namespace {

class SendMessageTest : public ::testing::Test {
 protected:
  HandlersWorld world{{2, 5, {}, {}, {}, nullptr}};
  const AccountId ana = world.add_account();
  const AccountId ben = world.add_account(2);
  const DeviceAddress from{ana, {1}};
  const DeviceAddress ben_1{ben, {1}};
  const DeviceAddress ben_2{ben, {2}};
  const MessageId id = world.random.id<MessageId>();

  wire::ErrorCode refused(wire::Send send, const std::string& detail = "") {
    const wire::ServerFrame answer = world.send(from, std::move(send));
    EXPECT_TRUE(answer.has_refused());
    EXPECT_EQ(answer.refused().detail(), detail);
    return answer.refused().code();
  }
};

TEST_F(SendMessageTest, IsAcceptedWhenEveryDeviceHasItDurable) {  // [SEND-2] [F3]
  const auto answer = world.send(from, world.send_of(id, ben, {1, 2}));
  ASSERT_TRUE(answer.has_accepted());
  EXPECT_EQ(answer.accepted().message_id(), id.bytes());
  EXPECT_GT(answer.accepted().server_time_us(), 0u);
  EXPECT_EQ(world.ports().inboxes.stored(ben_1).size(), 1u);
  EXPECT_EQ(world.ports().inboxes.stored(ben_2).size(), 1u);
}

TEST_F(SendMessageTest, IsNotAcceptedBeforeTheLastDeviceIsSafe) {  // [SEND-2]
  RecordingSession session;
  world.hello(ben_1, session);
  world.ports().inboxes.write_faults.hold();
  std::optional<wire::ServerFrame> answer;
  world.begin_send(from, world.send_of(id, ben, {1, 2}), answer);
  world.loops.pass(100);
  world.confirm(ben_1, session.last());
  world.loops.pass(100);
  EXPECT_FALSE(answer);
  world.ports().inboxes.write_faults.release();
  world.loops.pass(10);
  ASSERT_TRUE(answer);
  EXPECT_TRUE(answer->has_accepted());
}

TEST_F(SendMessageTest, NamesTheExactSetOfDevicesOrIsRefusedWithTheDifference) {  // [DEVICE-1]
  const auto answer = world.send(from, world.send_of(id, ben, {2, 7}));
  ASSERT_TRUE(answer.has_refused());
  EXPECT_EQ(answer.refused().code(), wire::kStaleDevices);
  const wire::StaleDevices& stale = answer.refused().stale_devices();
  EXPECT_EQ(stale.device_list_revision(), 1u);
  ASSERT_EQ(stale.missing_size(), 1);
  EXPECT_EQ(stale.missing(0), 1u);
  ASSERT_EQ(stale.extra_size(), 1);
  EXPECT_EQ(stale.extra(0), 7u);
  world.loops.pass(10);
  EXPECT_EQ(world.ports().inboxes.stored_count(), 0u);
  EXPECT_TRUE(world.send(from, world.send_of(id, ben, {2, 1})).has_accepted());  // the order does not matter
}

TEST_F(SendMessageTest, ToTheOwnAccountLeavesTheSendingDeviceOut) {  // [DEVICE-1] [F36]
  EXPECT_TRUE(world.send(ben_1, world.send_of(id, ben, {2})).has_accepted());
  EXPECT_EQ(world.ports().inboxes.stored(ben_2).size(), 1u);
  EXPECT_TRUE(world.ports().inboxes.stored(ben_1).empty());
  const auto answer = world.send(ben_1, world.send_of(world.random.id<MessageId>(), ben, {1, 2}));
  EXPECT_EQ(answer.refused().code(), wire::kStaleDevices);
  EXPECT_EQ(answer.refused().stale_devices().extra(0), 1u);
}

TEST_F(SendMessageTest, ChecksItsForm) {  // [LIMIT-1]
  wire::Send send = world.send_of(id, ben, {1, 2});
  send.set_message_id("short");
  EXPECT_EQ(refused(send, "message_id"), wire::kInvalidArgument);
  send = world.send_of(MessageId{}, ben, {1, 2});
  EXPECT_EQ(refused(send, "message_id"), wire::kInvalidArgument);
  send = world.send_of(id, ben, {1, 2});
  send.mutable_account()->set_account_id("");
  EXPECT_EQ(refused(send, "account_id"), wire::kInvalidArgument);
  EXPECT_EQ(refused(world.send_of(id, ben, {1, 1}), "envelopes.device_id"), wire::kInvalidArgument);
  EXPECT_EQ(refused(world.send_of(id, ben, {1, 2}, ""), "envelopes.payload"), wire::kInvalidArgument);
  EXPECT_EQ(refused(world.send_of(id, ben, {1, 2}, Bytes(kEnvelopeBytesMax + 1, 'x')), "envelopes.payload"),
            wire::kTooLarge);
  EXPECT_EQ(refused(world.send_of(id, ben, {1, 2, 3, 4, 5, 6}), "envelopes"), wire::kTooLarge);
  EXPECT_EQ(refused(world.send_of(id, world.random.id<AccountId>(), {1}), "account_id"), wire::kNoSuchAccount);
}

TEST_F(SendMessageTest, TakesTheLargestEnvelopeForEachOfFiveDevices) {  // [LIMIT-1]
  const AccountId five = world.add_account(kDevicesMax);
  const Bytes largest(kEnvelopeBytesMax, 'x');
  EXPECT_TRUE(world.send(from, world.send_of(id, five, {1, 2, 3, 4, 5}, largest)).has_accepted());
  for (uint32_t device = 1; device <= kDevicesMax; ++device)
    EXPECT_EQ(world.ports().inboxes.stored({five, {device}}).size(), 1u);
}

TEST_F(SendMessageTest, NamesForWhomItIsAcceptedOrRefused) {  // an own copy has the same message id
  EXPECT_EQ(world.send(from, world.send_of(id, ben, {1, 2})).accepted().account(), ben.bytes());
  EXPECT_EQ(world.send(from, world.send_of(id, ben, {1})).refused().account(), ben.bytes());
}

TEST_F(SendMessageTest, ItsLifeGoesWithItIntoTheInbox) {  // [INBOX-1]
  wire::Send send = world.send_of(id, ben, {1, 2});
  send.set_life_ms(60'000);
  EXPECT_TRUE(world.send(from, send).has_accepted());
  const UnixMicros expires_at = world.ports().inboxes.stored(ben_1).at(0).expires_at;
  EXPECT_LE(expires_at.value, world.loops.clock.unix_us + 60'000'000);
  EXPECT_GT(expires_at.value, world.loops.clock.unix_us + 59'000'000);
}

TEST_F(SendMessageTest, TargetsOfALaterVersionAreRefusedByName) {  // [LIMIT-1]
  wire::Send send;
  ASSERT_TRUE(send.ParseFromString(std::string("\x52\x00", 2)));  // an empty message in field 10
  send.set_message_id(id.bytes());
  EXPECT_EQ(refused(send, "to"), wire::kUnsupportedTarget);
}

TEST_F(SendMessageTest, ABlockedMessageIsUnderNoReceiptOfALaterOne) {  // [TICK-1] [F28]
  RecordingSession at_ana;
  RecordingSession at_ben;
  world.hello(from, at_ana);
  world.hello(ben_1, at_ben);
  PrivacyRecord privacy{Scope::kEveryone, Scope::kEveryone, {}, {ana}};
  world.loop_of(ben).run([&] { world.of(ben).apply(ben, privacy); });
  EXPECT_TRUE(world.send(from, world.send_of(id, ben, {1, 2}, "dropped", 1)).has_accepted());
  privacy.blocked.clear();
  world.loop_of(ben).run([&] { world.of(ben).apply(ben, privacy); });
  EXPECT_TRUE(world.send(from, world.send_of(world.random.id<MessageId>(), ben, {1, 2}, "kept", 2)).has_accepted());
  world.confirm(ben_1, at_ben.last());
  world.loops.settle();
  ASSERT_EQ(at_ana.receipts().size(), 1u);
  EXPECT_EQ(at_ana.receipts()[0].first_number(), 2u);
}

TEST_F(SendMessageTest, ABlockedSenderIsAcceptedWhenAnyOtherWouldBeAndNothingArrives) {  // [SEND-4] [F28]
  world.run(world.ports().profiles.change_privacy(ben, {{}, {}, {}, {{ana}}}));
  RecordingSession session;
  RecordingSession at_ana;
  world.hello(ben_1, session);
  world.hello(from, at_ana);
  world.ports().inboxes.write_faults.hold();
  std::optional<wire::ServerFrame> answer;
  world.begin_send(from, world.send_of(id, ben, {1, 2}), answer);
  world.loops.pass(100);
  ASSERT_EQ(session.entries.size(), 1u);
  EXPECT_EQ(session.entries[0].kind_case(), wire::Entry::KIND_NOT_SET);
  world.confirm(ben_1, session.last());
  world.loops.pass(100);
  EXPECT_FALSE(answer) << "the other device's copy is not safe yet";
  world.ports().inboxes.write_faults.release();
  world.loops.pass(3000);
  ASSERT_TRUE(answer);
  EXPECT_TRUE(answer->has_accepted());
  for (const InboxEntry& entry : world.ports().inboxes.stored(ben_2))
    EXPECT_EQ(entry.body->find("ciphertext"), Bytes::npos);
  EXPECT_TRUE(at_ana.receipts().empty());
  RecordingSession later;
  world.hello(ben_2, later);
  world.confirm(ben_2, later.last());
  world.loops.pass(3000);
  EXPECT_TRUE(later.messages().empty());
  EXPECT_TRUE(at_ana.receipts().empty());
  // An answer depends on the store as any other's.
  world.ports().inboxes.write_faults.fail(StoreError::kFull);
  const auto refusal = world.send(from, world.send_of(world.random.id<MessageId>(), ben, {1, 2}));
  EXPECT_EQ(refusal.refused().code(), wire::kServerFull);
  world.ports().inboxes.write_faults.fail(std::nullopt);
  // The set of devices is compared all the same: the block can't be told from it.
  EXPECT_EQ(world.send(from, world.send_of(id, ben, {1})).refused().code(), wire::kStaleDevices);
}

TEST_F(SendMessageTest, RepeatedItChangesNothingAndGetsTheFirstServerTime) {  // [SEND-1]
  const auto first = world.send(from, world.send_of(id, ben, {1, 2}));
  world.loops.pass(50);
  const auto second = world.send(from, world.send_of(id, ben, {1, 2}));
  ASSERT_TRUE(second.has_accepted());
  EXPECT_EQ(second.accepted().server_time_us(), first.accepted().server_time_us());
  EXPECT_EQ(world.ports().inboxes.stored(ben_1).size(), 1u);
}

TEST_F(SendMessageTest, RepeatedWhileTheFirstWaitsBothAreAnsweredTogether) {  // [SEND-1] [SEND-2]
  world.ports().inboxes.write_faults.hold();
  std::optional<wire::ServerFrame> first;
  std::optional<wire::ServerFrame> second;
  world.begin_send(from, world.send_of(id, ben, {1, 2}), first);
  world.loops.pass(5);
  world.begin_send(from, world.send_of(id, ben, {1, 2}), second);
  world.loops.pass(50);
  EXPECT_FALSE(first || second);
  world.ports().inboxes.write_faults.release();
  world.loops.pass(10);
  ASSERT_TRUE(first && second);
  EXPECT_TRUE(first->has_accepted() && second->has_accepted());
  EXPECT_EQ(first->accepted().server_time_us(), second->accepted().server_time_us());
  EXPECT_EQ(world.ports().inboxes.stored(ben_1).size(), 1u);
}

TEST_F(SendMessageTest, RepeatedAfterARestartItIsFoundInTheStore) {  // [SEND-1]
  const auto first = world.send(from, world.send_of(id, ben, {1, 2}));
  for (int i = 0; i < 5; ++i) world.send(from, world.send_of(world.random.id<MessageId>(), ben, {1, 2}));
  world.restart();
  world.loops.pass(1000);
  const auto second = world.send(from, world.send_of(id, ben, {1, 2}));
  ASSERT_TRUE(second.has_accepted());
  EXPECT_EQ(second.accepted().server_time_us(), first.accepted().server_time_us());
  EXPECT_EQ(world.ports().inboxes.stored(ben_1).size(), 6u);
}

TEST_F(SendMessageTest, RepeatedAfterTheClockWasSetBackItKeepsTheFirstServerTime) {  // [SEND-1] [ORDER-1]
  const auto first = world.send(from, world.send_of(id, ben, {1, 2}));
  world.restart();
  world.loops.clock.unix_us -= 3'600'000'000;
  const auto second = world.send(from, world.send_of(id, ben, {1, 2}));
  ASSERT_TRUE(second.has_accepted());
  EXPECT_EQ(second.accepted().server_time_us(), first.accepted().server_time_us());
}

TEST_F(SendMessageTest, TheIdOfAnotherSenderIsNoRepetition) {  // [SEND-1]
  const AccountId cleo = world.add_account();
  world.send(from, world.send_of(id, ben, {1, 2}));
  world.send({cleo, {1}}, world.send_of(id, ben, {1, 2}));
  EXPECT_EQ(world.ports().inboxes.stored(ben_1).size(), 2u);
  world.restart();
  world.send({cleo, {1}}, world.send_of(id, ben, {1, 2}));
  world.send(from, world.send_of(id, ben, {1, 2}));
  EXPECT_EQ(world.ports().inboxes.stored(ben_1).size(), 2u);
}

TEST_F(SendMessageTest, AFailedCommitIsRefusedWithANamedRetryableError) {  // [SEND-2] [LIMIT-1]
  world.ports().inboxes.write_faults.fail(StoreError::kFull);
  auto answer = world.send(from, world.send_of(id, ben, {1, 2}));
  EXPECT_EQ(answer.refused().code(), wire::kServerFull);
  EXPECT_GT(answer.refused().retry_after_ms(), 0u);
  world.ports().inboxes.write_faults.fail(StoreError::kUnavailable);
  answer = world.send(from, world.send_of(id, ben, {1, 2}));
  EXPECT_EQ(answer.refused().code(), wire::kUnavailable);
  world.ports().inboxes.write_faults.fail(std::nullopt);
  EXPECT_TRUE(world.send(from, world.send_of(id, ben, {1, 2})).has_accepted());
  EXPECT_EQ(world.ports().inboxes.stored(ben_1).size(), 1u);
  EXPECT_EQ(world.ports().inboxes.stored(ben_2).size(), 1u);
}

// A person writes from a device that is connected; what a device sends by itself has no receipt number.
void write_message(HandlersWorld& world, DeviceAddress from, AccountId to, std::vector<uint32_t> devices = {1}) {
  RecordingSession session;
  ASSERT_TRUE(world.hello(from, session));
  const wire::Send send = HandlersWorld::send_of(world.random.id<MessageId>(), to, std::move(devices), "text", 1);
  ASSERT_TRUE(world.send(from, send).has_accepted());
  world.loops.settle();
  world.detach(from, session);
}
// Strangers write until nobody is let in; answers how much they got in.
size_t fill_by_strangers(HandlersWorld& world, AccountId addressee) {
  size_t sent = 0;
  for (int i = 0; i < 40; ++i) {
    const AccountId stranger = world.add_account();
    while (world.send({stranger, {1}}, addressee).has_accepted()) ++sent;
  }
  return sent;
}

TEST_F(SendMessageTest, AFriendFindsRoomInAFullInboxAlsoAfterARestart) {  // [LIMIT-2]
  HandlersWorld::Options options;
  options.delivery.inbox_entries_max = 400;
  HandlersWorld small(options);
  const AccountId addressee = small.add_account();
  const AccountId friend_of_hers = small.add_account();
  write_message(small, {addressee, {1}}, friend_of_hers);
  small.restart();
  EXPECT_LE(fill_by_strangers(small, addressee), 300u);
  EXPECT_TRUE(small.send({friend_of_hers, {1}}, addressee).has_accepted());
  small.restart();
  EXPECT_TRUE(small.send({friend_of_hers, {1}}, addressee).has_accepted());
}

TEST_F(SendMessageTest, WhomSomebodyWroteToIsStoredOnceAndNotForWhatADeviceSendsByItself) {  // [LIMIT-2]
  RecordingSession session;
  world.hello(from, session);
  ASSERT_TRUE(world.send(from, world.send_of(id, ben, {1, 2})).has_accepted());
  world.loops.settle();
  EXPECT_EQ(world.ports().pairs.puts(), 0u) << "a stranger could make a device answer";
  const wire::Send to_nobody = world.send_of(id, world.random.id<AccountId>(), {1}, "text", 1);
  EXPECT_TRUE(world.send(from, to_nobody).has_refused());
  world.loops.settle();
  EXPECT_EQ(world.ports().pairs.puts(), 0u);
  world.detach(from, session);
  for (int i = 0; i < 5; ++i) write_message(world, from, ben, {1, 2});
  EXPECT_EQ(world.ports().pairs.puts(), 1u);
  world.restart();
  write_message(world, from, ben, {1, 2});
  EXPECT_EQ(world.ports().pairs.puts(), 1u);
}

TEST_F(SendMessageTest, AStoreThatIsAwayLosesNoPairOnceItIsBack) {               // [LIMIT-2]
  ASSERT_TRUE(world.send(from, world.send_of(id, ben, {1, 2})).has_accepted());  // both accounts are loaded
  RecordingSession session;
  world.hello(from, session);
  world.detach(from, session);
  world.ports().pairs.faults.fail(StoreError::kUnavailable);
  write_message(world, from, ben, {1, 2});
  world.ports().pairs.faults.fail(std::nullopt);
  EXPECT_TRUE(world.run(world.ports().pairs.load(ana))->empty());
  write_message(world, from, ben, {1, 2});
  EXPECT_EQ(world.run(world.ports().pairs.load(ana)), std::vector<PeerMark>{peer_mark(ben)});
}

TEST_F(SendMessageTest, StrangersDoNotFillAnInboxSoThatFriendsAreRefused) {  // [LIMIT-2]
  HandlersWorld::Options options;
  options.delivery.inbox_entries_max = 400;
  HandlersWorld small(options);
  const AccountId addressee = small.add_account();
  const AccountId friend_of_hers = small.add_account();
  const AccountId contact = small.add_account();
  const auto fill = [&](AccountId sender) {
    size_t sent = 0;
    while (small.send({sender, {1}}, addressee).has_accepted()) ++sent;
    return sent;
  };
  small.run(small.ports().profiles.change_privacy(addressee, {Scope::kContacts, {}, {{contact}}, {}}));
  write_message(small, {addressee, {1}}, friend_of_hers);
  const size_t of_strangers = fill_by_strangers(small, addressee);
  EXPECT_GE(of_strangers, 200u);
  EXPECT_LE(of_strangers, 300u);
  EXPECT_TRUE(small.send({contact, {1}}, addressee).has_accepted());
  EXPECT_GE(fill(friend_of_hers), 90u);
  EXPECT_TRUE(small.send({contact, {1}}, addressee).has_refused()) << "the bound is the bound";
}

TEST_F(SendMessageTest, OneFullInboxRefusesTheMessageForAllDevices) {  // [LIMIT-1]
  HandlersWorld::Options options;
  options.delivery.inbox_entries_max = 3;
  HandlersWorld small(options);
  const AccountId one = small.add_account();
  const AccountId two = small.add_account(2);
  RecordingSession session;
  small.hello({two, {1}}, session);
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(small.send({one, {1}}, small.send_of(small.random.id<MessageId>(), two, {1, 2})).has_accepted());
    small.confirm({two, {1}}, session.last());
  }
  const auto answer = small.send({one, {1}}, small.send_of(small.random.id<MessageId>(), two, {1, 2}));
  EXPECT_EQ(answer.refused().code(), wire::kInboxFull);
  EXPECT_EQ(session.messages().size(), 3u);
}

TEST_F(SendMessageTest, ADeviceThatEndsWhileItsCopyWaitsIsToldAsStale) {  // [DEVICE-1]
  world.ports().inboxes.write_faults.hold();
  std::optional<wire::ServerFrame> answer;
  world.begin_send(from, world.send_of(id, ben, {1, 2}), answer);
  world.loops.pass(10);
  AccountRecord record;
  record.id = ben;
  record.device_list_revision = {4};
  record.devices = {{DeviceId{1}, {}, true, {}}};
  world.loop_of(ben).run([&] { world.of(ben).apply(record); });
  world.ports().inboxes.write_faults.release();
  world.loops.pass(10);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->refused().code(), wire::kStaleDevices);
  EXPECT_EQ(answer->refused().stale_devices().device_list_revision(), 4u);
  EXPECT_EQ(answer->refused().stale_devices().extra(0), 2u);
}

TEST_F(SendMessageTest, AnAccountStoreThatIsAwayRefusesAndLosesNothing) {
  world.ports().accounts.faults.fail_next(StoreError::kUnavailable);
  EXPECT_EQ(world.send(from, world.send_of(id, ben, {1, 2})).refused().code(), wire::kUnavailable);
  EXPECT_TRUE(world.send(from, world.send_of(id, ben, {1, 2})).has_accepted());
}

}  // namespace
}  // namespace kith::testing
