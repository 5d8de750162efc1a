// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/store/testing/store_fixture.h"

namespace kith::core {
namespace {

using testing::incoming;
using testing::kChat;
using testing::kPeer;
using testing::message_id;
using testing::outgoing;

class MessageTicksTest : public testing::StoreTest {
 protected:
  MessageTicksTest() { open(kPeer); }
  Tick tick(uint32_t id) { return store_.messages.find(message_id(id))->tick; }
  Tick accept(const MessageId& id, UnixMicros server_time) {
    const auto accepted = store_.messages.accept(id, server_time);
    EXPECT_TRUE(accepted && accepted->conversation == kChat);
    return accepted ? accepted->tick : Tick::kNone;
  }
};

TEST_F(MessageTicksTest, AnAcceptedMessageGetsTheServersTimeAndOneTick) {  // F14
  store_.messages.add(outgoing(1, 5000));
  EXPECT_EQ(accept(message_id(1), UnixMicros{1000}), Tick::kSent);
  EXPECT_EQ(tick(1), Tick::kSent);
  EXPECT_EQ(store_.messages.find(message_id(1))->order, UnixMicros{1000});
  EXPECT_EQ(activity(), UnixMicros{1000}) << "a clock that runs ahead does not stay on top";
}

TEST_F(MessageTicksTest, ASecondAcknowledgementChangesNothing) {  // SEND-1
  store_.messages.add(outgoing(1, 5000));
  store_.messages.accept(message_id(1), UnixMicros{1000});
  EXPECT_FALSE(store_.messages.accept(message_id(1), UnixMicros{2000}));
  EXPECT_EQ(store_.messages.find(message_id(1))->order, UnixMicros{1000});
  EXPECT_FALSE(store_.messages.accept(message_id(9), UnixMicros{2000}));
  store_.messages.add(incoming(2, 100));
  EXPECT_FALSE(store_.messages.accept(message_id(2), UnixMicros{2000})) << "only what this account wrote";
}

TEST_F(MessageTicksTest, AReceiptRaisesWhatIsSentOrDelivered) {  // RECEIPT-2
  store_.messages.add(outgoing(1, 10, Tick::kSent));
  EXPECT_FALSE(
      store_.messages.raise_in(testing::conversation_with(testing::kSelf), message_id(1), SentState::kDelivered));
  EXPECT_TRUE(store_.messages.raise_in(kChat, message_id(1), SentState::kDelivered));
  EXPECT_EQ(tick(1), Tick::kDelivered);
  EXPECT_FALSE(store_.messages.raise(message_id(1), SentState::kDelivered)) << "nothing changes twice";
  EXPECT_TRUE(store_.messages.raise(message_id(1), SentState::kRead));
  EXPECT_FALSE(store_.messages.raise(message_id(1), SentState::kDelivered)) << "blue stays blue";
  EXPECT_EQ(tick(1), Tick::kRead);
  store_.messages.add(outgoing(5, 15, Tick::kPending));
  store_.messages.add(outgoing(6, 15, Tick::kFailed));
  store_.messages.add(incoming(7, 15));
  for (const uint32_t id : {5u, 6u, 7u, 8u})
    EXPECT_FALSE(store_.messages.raise(message_id(id), SentState::kRead)) << id;
  EXPECT_EQ(tick(5), Tick::kPending);
  EXPECT_EQ(tick(6), Tick::kFailed);
}

TEST_F(MessageTicksTest, AReceiptThatCameBeforeTheAcknowledgementCounts) {  // TICK-1
  const auto came = [&](uint32_t id, SentState state) {
    const uint64_t number = store_.sent.add(testing::kPeer, DeviceId{1}, message_id(id), message_id(id));
    store_.sent.raise(testing::kPeer, testing::kPeer, DeviceId{1}, wire::ReceiptRun::of(number, message_id(id)), state);
  };
  store_.messages.add(outgoing(1, 5000));
  store_.messages.add(outgoing(2, 5001));
  came(1, SentState::kDelivered);
  EXPECT_EQ(accept(message_id(1), UnixMicros{100}), Tick::kDelivered);
  EXPECT_EQ(accept(message_id(2), UnixMicros{101}), Tick::kSent);
  came(3, SentState::kRead);
  store_.messages.add(outgoing(3, 200, Tick::kSent));
  EXPECT_EQ(tick(3), Tick::kRead);
}

TEST_F(MessageTicksTest, AFailedMessageIsOneThatWaited) {
  store_.messages.add(outgoing(1, 10));
  EXPECT_TRUE(store_.messages.fail(message_id(1), FailureReason::kMessageTooLarge));
  EXPECT_EQ(tick(1), Tick::kFailed);
  EXPECT_EQ(store_.messages.find(message_id(1))->failure, FailureReason::kMessageTooLarge);
  EXPECT_FALSE(store_.messages.fail(message_id(1), FailureReason::kMessageTooLarge));
  EXPECT_EQ(accept(message_id(1), UnixMicros{99}), Tick::kSent) << "the server had it after all";
  EXPECT_EQ(store_.messages.find(message_id(1))->failure, FailureReason::kNone);
}

TEST_F(MessageTicksTest, ReadingFindsTheUnreadByIndex) {
  auto unread = database_->prepare(
      "EXPLAIN QUERY PLAN UPDATE messages SET unread = 0 WHERE conversation = ? AND unread = 1 AND (order_us, id) <= "
      "(?, ?)");
  ASSERT_TRUE(unread.step());
  EXPECT_NE(unread.text(3).find("messages_unread (conversation=? AND order_us<?)"), std::string::npos)
      << unread.text(3);
}

}  // namespace
}  // namespace kith::core
