// SPDX-License-Identifier: AGPL-3.0-or-later

#include <algorithm>

#include "core/store/testing/store_fixture.h"

namespace kith::core {
namespace {

using testing::account_id;
using testing::incoming;
using testing::kChat;
using testing::message_id;
using testing::outgoing;

class MessageTicksTest : public testing::StoreTest {
 protected:
  Tick tick(uint32_t id) { return store_.messages.find(message_id(id))->tick; }
  static std::vector<MessageId> sorted(std::vector<MessageId> ids) {
    std::ranges::sort(ids);
    return ids;
  }
};

TEST_F(MessageTicksTest, AnAcceptedMessageGetsTheServersTimeAndOneTick) {  // F14
  store_.messages.add(outgoing(1, 5000));
  EXPECT_EQ(store_.messages.accept(message_id(1), UnixMicros{1000}), Tick::kSent);
  EXPECT_EQ(tick(1), Tick::kSent);
  EXPECT_EQ(store_.messages.find(message_id(1))->order, UnixMicros{1000});
  EXPECT_EQ(store_.conversations.find(kChat)->activity, UnixMicros{1000})
      << "a clock that runs ahead does not stay on top";
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

TEST_F(MessageTicksTest, ADeliveryWatermarkRaisesEverythingUpToIt) {  // RECEIPT-1
  for (uint32_t i = 1; i <= 4; ++i) store_.messages.add(outgoing(i, i * 10, Tick::kSent));
  store_.messages.add(outgoing(5, 15, Tick::kPending));
  store_.messages.add(outgoing(6, 15, Tick::kFailed));
  store_.messages.add(outgoing(7, 15, Tick::kSent, "elsewhere", account_id(5)));
  EXPECT_EQ(sorted(store_.messages.raise_delivered(kChat, DeviceId{1}, UnixMicros{20})),
            (std::vector{message_id(1), message_id(2)}));
  EXPECT_EQ(tick(2), Tick::kDelivered);
  EXPECT_EQ(tick(3), Tick::kSent);
  EXPECT_EQ(tick(5), Tick::kPending);
  EXPECT_EQ(tick(6), Tick::kFailed);
  EXPECT_EQ(tick(7), Tick::kSent);
  EXPECT_TRUE(store_.messages.raise_delivered(kChat, DeviceId{1}, UnixMicros{20}).empty()) << "nothing changes twice";
}

TEST_F(MessageTicksTest, DeliveryIsOfOneSendingDevice) {
  MessageRow other = outgoing(1, 10, Tick::kSent);
  other.from_device = DeviceId{2};
  store_.messages.add(other);
  EXPECT_TRUE(store_.messages.raise_delivered(kChat, DeviceId{1}, UnixMicros{20}).empty());
  EXPECT_EQ(store_.messages.raise_delivered(kChat, DeviceId{2}, UnixMicros{20}).size(), 1u);
}

TEST_F(MessageTicksTest, AReadWatermarkMakesSentAndDeliveredMessagesBlue) {
  for (uint32_t i = 1; i <= 4; ++i) store_.messages.add(outgoing(i, i * 10, Tick::kSent));
  store_.messages.raise_delivered(kChat, DeviceId{1}, UnixMicros{20});
  EXPECT_EQ(sorted(store_.messages.raise_read(kChat, UnixMicros{30})),
            (std::vector{message_id(1), message_id(2), message_id(3)}));
  EXPECT_EQ(tick(4), Tick::kSent);
  EXPECT_TRUE(store_.messages.raise_delivered(kChat, DeviceId{1}, UnixMicros{30}).empty()) << "blue stays blue";
  EXPECT_EQ(tick(1), Tick::kRead);
}

TEST_F(MessageTicksTest, AWatermarkThatCameBeforeTheAcknowledgementCounts) {
  store_.receipts.note_delivered(kChat, DeviceId{1}, UnixMicros{100});
  store_.messages.add(outgoing(1, 5000));
  store_.messages.add(outgoing(2, 5001));
  EXPECT_EQ(store_.messages.accept(message_id(1), UnixMicros{100}), Tick::kDelivered);
  EXPECT_EQ(store_.messages.accept(message_id(2), UnixMicros{101}), Tick::kSent);
  store_.receipts.note_read_by_peer(kChat, UnixMicros{200});
  store_.messages.add(outgoing(3, 200, Tick::kSent));
  EXPECT_EQ(tick(3), Tick::kRead);
}

TEST_F(MessageTicksTest, AFailedMessageCanBeSentAgain) {
  store_.messages.add(outgoing(1, 10));
  EXPECT_FALSE(store_.messages.retry(message_id(1)));
  EXPECT_TRUE(store_.messages.fail(message_id(1), FailureReason::kMessageTooLarge));
  EXPECT_EQ(tick(1), Tick::kFailed);
  EXPECT_EQ(store_.messages.find(message_id(1))->failure, FailureReason::kMessageTooLarge);
  EXPECT_FALSE(store_.messages.fail(message_id(1), FailureReason::kMessageTooLarge));
  EXPECT_TRUE(store_.messages.retry(message_id(1)));
  EXPECT_EQ(tick(1), Tick::kPending);
  EXPECT_EQ(store_.messages.find(message_id(1))->failure, FailureReason::kNone);
  store_.messages.fail(message_id(1), FailureReason::kMessageTooLarge);
  EXPECT_EQ(store_.messages.accept(message_id(1), UnixMicros{99}), Tick::kSent) << "the server had it after all";
  EXPECT_EQ(store_.messages.find(message_id(1))->failure, FailureReason::kNone);
}

// The cost of a receipt must not grow with the conversation: the plan of both searches is one by the index of ticks.
TEST_F(MessageTicksTest, ReceiptsFindWhatTheyChangeByIndex) {
  for (const char* sql :
       {"EXPLAIN QUERY PLAN SELECT sequence, id FROM messages WHERE conversation = ? AND tick = 2 AND order_us <= ? "
        "AND from_device = ?",
        "EXPLAIN QUERY PLAN SELECT sequence, id FROM messages WHERE conversation = ? AND tick = 3 AND order_us <= ?"}) {
    auto plan = database_->prepare(sql);
    ASSERT_TRUE(plan.step());
    EXPECT_NE(plan.text(3).find("messages_ticks (conversation=? AND tick=? AND order_us<?)"), std::string::npos)
        << plan.text(3);
  }
  auto unread = database_->prepare(
      "EXPLAIN QUERY PLAN UPDATE messages SET unread = 0 WHERE conversation = ? AND unread = 1 AND (order_us, id) <= "
      "(?, ?)");
  ASSERT_TRUE(unread.step());
  EXPECT_NE(unread.text(3).find("messages_unread (conversation=? AND order_us<?)"), std::string::npos)
      << unread.text(3);
}

}  // namespace
}  // namespace kith::core
