// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/store/messages_table.h"

#include "core/store/search_words.h"
#include "core/store/testing/store_fixture.h"

namespace kith::core {
namespace {

using testing::account_id;
using testing::conversation_with;
using testing::incoming;
using testing::kChat;
using testing::kPeer;
using testing::message_id;
using testing::outgoing;

class MessagesTableTest : public testing::StoreTest {
 protected:
  MessagesTableTest() { open(kPeer); }
  uint32_t unread() { return store_.conversations.find(kChat)->unread; }
  static std::vector<MessageId> ids(const std::vector<MessageRow>& messages) {
    std::vector<MessageId> ids;
    for (const MessageRow& message : messages) ids.push_back(message.id);
    return ids;
  }
};

TEST_F(MessagesTableTest, KeepsAMessageWhole) {
  MessageRow written = outgoing(1, 1000, Tick::kFailed, "Grüße 🙂");
  written.sent_at = UnixMicros{999};
  written.quote = QuoteRow{message_id(9), kPeer, "before"};
  written.failure = FailureReason::kAccountGone;
  written.raw = "raw";
  ASSERT_TRUE(store_.messages.add(written));
  const auto read = store_.messages.find(message_id(1));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->conversation, written.conversation);
  EXPECT_EQ(read->from, written.from);
  EXPECT_EQ(read->from_device, written.from_device);
  EXPECT_TRUE(read->outgoing);
  EXPECT_EQ(read->kind, MessageKind::kText);
  EXPECT_EQ(read->text, written.text);
  ASSERT_TRUE(read->quote);
  EXPECT_EQ(read->quote->message, message_id(9));
  EXPECT_EQ(read->quote->author, kPeer);
  EXPECT_EQ(read->quote->excerpt, "before");
  EXPECT_EQ(read->sent_at, written.sent_at);
  EXPECT_EQ(read->order, written.order);
  EXPECT_EQ(read->tick, Tick::kFailed);
  EXPECT_EQ(read->failure, written.failure);
  EXPECT_EQ(read->raw, "raw");
  EXPECT_FALSE(store_.messages.find(message_id(2)));
}

TEST_F(MessagesTableTest, TheSameMessageAgainChangesNothing) {  // SEND-1
  EXPECT_TRUE(store_.messages.add(incoming(1, 1000, "first")));
  EXPECT_FALSE(store_.messages.add(incoming(1, 2000, "again")));
  EXPECT_FALSE(store_.messages.add(incoming(1, 2000, "of another", account_id(5))));
  EXPECT_EQ(store_.messages.find(message_id(1))->text, "first");
  EXPECT_EQ(unread(), 1u);
  EXPECT_EQ(activity(), UnixMicros{1000});
  EXPECT_FALSE(store_.conversations.find(conversation_with(account_id(5))));
}

TEST_F(MessagesTableTest, PagesBackThroughEqualTimesWithoutGapOrRepetition) {  // ORDER-1
  for (uint32_t i = 0; i < 57; ++i) ASSERT_TRUE(store_.messages.add(incoming(1000 - i, 100 + i / 5)));
  ASSERT_TRUE(store_.messages.add(incoming(5000, 105, "elsewhere", account_id(5))));
  std::vector<MessageRow> all;
  std::optional<MessageCursor> cursor;
  for (int pages = 0;; ++pages) {
    ASSERT_LT(pages, 20);
    const MessagePage page = store_.messages.before(kChat, cursor, 7);
    all.insert(all.begin(), page.messages.begin(), page.messages.end());
    if (!page.more) break;
    ASSERT_EQ(page.messages.size(), 7u);
    cursor = MessageCursor{page.messages.front().order, page.messages.front().id};
  }
  ASSERT_EQ(all.size(), 57u);
  for (size_t i = 1; i < all.size(); ++i) {
    EXPECT_TRUE(std::pair(all[i - 1].order, all[i - 1].id) < std::pair(all[i].order, all[i].id));
  }
  EXPECT_EQ(store_.messages.last(kChat)->id, all.back().id);
}

TEST_F(MessagesTableTest, APageThatEndsExactlyHasNoMore) {
  for (uint32_t i = 1; i <= 4; ++i) store_.messages.add(incoming(i, i));
  EXPECT_FALSE(store_.messages.before(kChat, std::nullopt, 4).more);
  EXPECT_TRUE(store_.messages.before(kChat, std::nullopt, 3).more);
  EXPECT_TRUE(store_.messages.before(kChat, MessageCursor{UnixMicros{1}, message_id(1)}, 3).messages.empty());
}

TEST_F(MessagesTableTest, UnreadCountsIncomingMessagesOnly) {
  store_.messages.add(incoming(1, 10));
  store_.messages.add(outgoing(2, 20));
  MessageRow notice = incoming(3, 30);
  notice.kind = MessageKind::kIdentityChanged;
  store_.messages.add(notice);
  MessageRow placeholder = incoming(4, 40, "");
  placeholder.kind = MessageKind::kUndecryptable;
  store_.messages.add(placeholder);
  EXPECT_EQ(unread(), 2u);
  EXPECT_EQ(activity(), UnixMicros{40});
}

TEST_F(MessagesTableTest, ReadingUpToAMessageLeavesLaterOnesUnread) {
  for (uint32_t i = 1; i <= 5; ++i) store_.messages.add(incoming(i, 10 * (i / 2)));  // orders 0 10 10 20 20
  EXPECT_EQ(store_.messages.mark_read(kChat, MessageCursor{UnixMicros{10}, message_id(2)}, true), 2);
  EXPECT_EQ(unread(), 3u) << "a message of the same time but a higher id is later";
  EXPECT_EQ(store_.messages.mark_read(kChat, MessageCursor{UnixMicros{10}, message_id(2)}, true), 0);
  EXPECT_EQ(store_.messages.mark_read(kChat, std::nullopt, true), 3);
  EXPECT_EQ(unread(), 0u);
}

TEST_F(MessagesTableTest, AMessageThatComesLateWithAnEarlierTimeIsUnreadAllTheSame) {
  store_.messages.add(incoming(1, 100));
  store_.messages.mark_read(kChat, std::nullopt, true);
  store_.messages.add(incoming(2, 50));
  EXPECT_EQ(unread(), 1u);
  EXPECT_EQ(activity(), UnixMicros{100});
  EXPECT_EQ(store_.messages.mark_read(kChat, std::nullopt, true), 1);
}

TEST_F(MessagesTableTest, AMessageWrittenNowComesAfterAllOthersWhateverTheClockSays) {
  EXPECT_EQ(store_.messages.pending_order(kChat, UnixMicros{50}), UnixMicros{50});
  store_.messages.add(incoming(1, 1000));
  EXPECT_EQ(store_.messages.pending_order(kChat, UnixMicros{50}), UnixMicros{1001});
  EXPECT_EQ(store_.messages.pending_order(kChat, UnixMicros{5000}), UnixMicros{5000});
}

TEST_F(MessagesTableTest, APlaceholderIsRepairedInItsPlace) {
  MessageRow placeholder = incoming(1, 100, "");
  placeholder.kind = MessageKind::kUndecryptable;
  store_.messages.add(placeholder);
  store_.messages.add(incoming(2, 200));
  MessageRow content = incoming(1, 900, "repaired");
  content.sent_at = UnixMicros{90};
  EXPECT_TRUE(store_.messages.repair(content));
  const auto found = store_.messages.find(message_id(1));
  EXPECT_EQ(found->text, "repaired");
  EXPECT_EQ(found->kind, MessageKind::kText);
  EXPECT_EQ(found->order, UnixMicros{100});
  EXPECT_EQ(found->sent_at, UnixMicros{90});
  EXPECT_EQ(unread(), 2u);
  EXPECT_EQ(store_.messages.mark_read(kChat, std::nullopt, true), 2);
  EXPECT_FALSE(store_.messages.repair(incoming(1, 900, "twice")));
  EXPECT_EQ(store_.messages.search(read_search_words("repaired"), std::nullopt, 5).size(), 1u);
}

TEST_F(MessagesTableTest, WhatWasReadElsewhereIsReadWheneverItComesHere_COPY_2) {
  MessageRow placeholder = incoming(1, 100, "");
  placeholder.kind = MessageKind::kUndecryptable;
  store_.messages.add(placeholder);
  store_.messages.add(incoming(3, 300));
  const auto read_elsewhere = [this](uint64_t order, uint64_t id) {
    return store_.messages.mark_read_elsewhere(kChat, {UnixMicros{order}, message_id(id)}, UnixMicros{350});
  };
  EXPECT_EQ(read_elsewhere(300, 3), 2);
  EXPECT_EQ(read_elsewhere(200, 9), 0) << "it is further already";
  EXPECT_TRUE(store_.messages.repair(incoming(1, 100, "repaired")));
  EXPECT_TRUE(store_.messages.add(incoming(2, 200)));
  EXPECT_EQ(unread(), 0u);
  EXPECT_TRUE(store_.messages.add(incoming(4, 400)));
  EXPECT_EQ(unread(), 1u);
  EXPECT_EQ(read_elsewhere(999, 9), 1) << "dated after now";
  EXPECT_TRUE(store_.messages.add(incoming(5, 500)));
  EXPECT_EQ(unread(), 1u);
}

TEST_F(MessagesTableTest, OnlyTheSenderCanRepairAMessage) {
  MessageRow placeholder = incoming(1, 100, "");
  placeholder.kind = MessageKind::kUndecryptable;
  store_.messages.add(placeholder);
  EXPECT_FALSE(store_.messages.repair(incoming(1, 100, "forged", account_id(5))));
  EXPECT_FALSE(store_.messages.repair(incoming(9, 100, "unknown")));
  EXPECT_EQ(store_.messages.find(message_id(1))->kind, MessageKind::kUndecryptable);
}

TEST_F(MessagesTableTest, AMessageThatTheServerOrderedAgainMoves) {  // [ORDER-1]
  store_.messages.add(incoming(1, 100));
  store_.messages.add(incoming(2, 200));
  const UnixMicros now{1'000};  // they came at 0
  const auto reordered = store_.messages.reorder(message_id(1), kPeer, UnixMicros{300}, now);
  ASSERT_TRUE(reordered.has_value());
  EXPECT_EQ(*reordered, kChat);
  EXPECT_EQ(ids(store_.messages.before(kChat, std::nullopt, 10).messages), (std::vector{message_id(2), message_id(1)}));
  EXPECT_EQ(activity(), UnixMicros{300});
  EXPECT_FALSE(store_.messages.reorder(message_id(1), kPeer, UnixMicros{300}, now)) << "it is there already";
  EXPECT_FALSE(store_.messages.reorder(message_id(1), account_id(9), UnixMicros{400}, now)) << "not by another sender";
  store_.messages.add(outgoing(3, 500, Tick::kSent));
  EXPECT_FALSE(store_.messages.reorder(message_id(3), testing::kSelf, UnixMicros{600}, now))
      << "one's own are ordered by their acknowledgement";
}

TEST_F(MessagesTableTest, AMessageThatWasReadNeverMoves) {  // [ORDER-1]
  store_.messages.add(incoming(1, 100));
  store_.messages.add(incoming(2, 200));
  store_.messages.mark_read(kChat, std::nullopt, true);
  EXPECT_FALSE(store_.messages.reorder(message_id(1), kPeer, UnixMicros{300}, UnixMicros{0}));
  EXPECT_EQ(ids(store_.messages.before(kChat, std::nullopt, 10).messages), (std::vector{message_id(1), message_id(2)}));
}

TEST_F(MessagesTableTest, AMessageThatIsUnreadMovesForADayByThisDevicesClock) {  // [ORDER-1]
  constexpr uint64_t kDayUs = uint64_t{24} * 3600 * 1'000'000;
  MessageRow message = incoming(1, 100);
  message.came = UnixMicros{10 * kDayUs};
  store_.messages.add(message);
  // Whatever the server says the time is.
  EXPECT_TRUE(store_.messages.reorder(message_id(1), kPeer, UnixMicros{90 * kDayUs}, UnixMicros{11 * kDayUs}));
  EXPECT_FALSE(store_.messages.reorder(message_id(1), kPeer, UnixMicros{100}, UnixMicros{11 * kDayUs + 1}));
  EXPECT_FALSE(store_.messages.reorder(message_id(1), kPeer, UnixMicros{100}, UnixMicros{9 * kDayUs - 1}));
}

TEST_F(MessagesTableTest, EventsAreTakenOnceAndInTheOrderTheyCame) {
  store_.messages.add(incoming(3, 300));
  store_.messages.add(outgoing(4, 400));
  store_.messages.add(incoming(1, 100));
  MessageRow notice = incoming(2, 200);
  notice.kind = MessageKind::kIdentityChanged;
  store_.messages.add(notice);

  const MessagePage first = store_.messages.take(2);
  EXPECT_EQ(ids(first.messages), (std::vector{message_id(3), message_id(1)}));
  EXPECT_TRUE(first.more);
  const MessagePage second = store_.messages.take(2);
  EXPECT_EQ(ids(second.messages), std::vector{message_id(2)});
  EXPECT_FALSE(second.more);
  EXPECT_TRUE(store_.messages.take(2).messages.empty());
  store_.messages.add(incoming(5, 1));
  EXPECT_EQ(ids(store_.messages.take(2).messages), std::vector{message_id(5)});
}

TEST_F(MessagesTableTest, AnUndecryptableMessageIsAnEventOnlyWhenItIsRepaired) {
  MessageRow placeholder = incoming(1, 100, "");
  placeholder.kind = MessageKind::kUndecryptable;
  store_.messages.add(placeholder);
  store_.messages.add(incoming(2, 200));
  EXPECT_EQ(ids(store_.messages.take(10).messages), std::vector{message_id(2)});
  ASSERT_TRUE(store_.messages.repair(incoming(1, 100, "repaired")));
  EXPECT_EQ(ids(store_.messages.take(10).messages), std::vector{message_id(1)});
  EXPECT_TRUE(store_.messages.take(10).messages.empty());
}

TEST_F(MessagesTableTest, WhatComesWithTheHistoryIsNoEventAndIsUnreadWhenItWas_HISTORY_3) {
  MessageRow old = incoming(1, 100);
  old.came = {};
  ASSERT_TRUE(store_.messages.add(old, Comes::kAgain, false));
  EXPECT_EQ(unread(), 0u);
  old.id = message_id(2);
  ASSERT_TRUE(store_.messages.add(old, Comes::kAgain, true));
  EXPECT_EQ(unread(), 1u);
  EXPECT_FALSE(store_.messages.add(old, Comes::kAgain, true));
  EXPECT_EQ(unread(), 1u);
  EXPECT_TRUE(store_.messages.take(10).messages.empty());
  store_.messages.add(incoming(3, 300));
  EXPECT_EQ(ids(store_.messages.take(10).messages), std::vector{message_id(3)});
}

TEST_F(MessagesTableTest, TheTickOfAnOldMessageIsTheHighestThatWasSaidOfIt_HISTORY_3) {
  (void)store_.sent.note(kPeer, DeviceId{9}, {1, message_id(1), message_id(1)});
  (void)store_.sent.note(kPeer, DeviceId{9}, {2, message_id(2), message_id(2)});
  ASSERT_TRUE(store_.sent.raise(kPeer, kPeer, DeviceId{9}, wire::ReceiptRun::of(1, message_id(1)), SentState::kRead));
  ASSERT_TRUE(store_.messages.add(outgoing(1, 100, Tick::kSent), Comes::kAgain, false));
  ASSERT_TRUE(store_.messages.add(outgoing(2, 200, Tick::kDelivered), Comes::kAgain, false));
  EXPECT_EQ(store_.messages.find(message_id(1))->tick, Tick::kRead);
  EXPECT_EQ(store_.messages.find(message_id(2))->tick, Tick::kDelivered);
}

TEST_F(MessagesTableTest, AnOwnMessageThatThisVersionKnowsNowIsNotUnread) {
  // Another device of the account has sent it, and had a later version.
  MessageRow kept = outgoing(1, 100, Tick::kSent);
  kept.kind = MessageKind::kUnsupported;
  kept.raw = "what it was";
  ASSERT_TRUE(store_.messages.add(kept));
  MessageRow known = outgoing(1, 100, Tick::kSent);
  known.outgoing = false;  // as contents come; the row says whose it is
  ASSERT_TRUE(store_.messages.remake(known));
  EXPECT_TRUE(store_.messages.find(message_id(1))->outgoing);
  EXPECT_EQ(unread(), 0u);
  EXPECT_FALSE(store_.messages.last_read(conversation_with(kPeer)));
}

TEST_F(MessagesTableTest, EventsThatWereNeverCommittedAreTakenAgain) {
  ASSERT_TRUE(store_.messages.add(incoming(1, 100)));
  ASSERT_TRUE(transaction_.commit());
  {
    Transaction lost(*database_);
    EXPECT_EQ(store_.messages.take(10).messages.size(), 1u);
  }
  EXPECT_EQ(store_.messages.take(10).messages.size(), 1u);
}

TEST_F(MessagesTableTest, ConversationsAreListedByActivity) {
  open(account_id(7), UnixMicros{150});
  open(account_id(5));
  store_.messages.add(incoming(1, 100));
  store_.messages.add(incoming(2, 200, "x", account_id(5)));
  const auto list = store_.conversations.list();
  ASSERT_EQ(list.size(), 3u);
  EXPECT_EQ(list[0].id, conversation_with(account_id(5)));
  EXPECT_EQ(list[1].id, conversation_with(account_id(7)));
  EXPECT_EQ(list[2].id, kChat);
  EXPECT_EQ(store_.conversations.with(kPeer), kChat);
  EXPECT_EQ(store_.conversations.direct_peer(kChat), kPeer);
  EXPECT_FALSE(store_.conversations.with(account_id(77)));
  EXPECT_TRUE(store_.conversations.set_draft(kChat, "half a sen"));
  EXPECT_EQ(store_.conversations.find(kChat)->draft, "half a sen");
  EXPECT_FALSE(store_.conversations.set_draft(conversation_with(account_id(77)), "x"));
}

}  // namespace
}  // namespace kith::core
