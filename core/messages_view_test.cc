// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/messages_view.h"

#include "base/bytes.h"
#include "content/content.pb.h"
#include "core/store/testing/store_fixture.h"

namespace kith::core {
namespace {

using client_api::Failure;
using testing::incoming;
using testing::kChat;
using testing::kPeer;
using testing::kSelf;
using testing::message_id;
using testing::outgoing;

class MessagesViewTest : public testing::StoreTest {
 protected:
  MessagesViewTest() { open(kPeer); }
  client_api::ListMessagesRequest request(uint32_t limit = 0) {
    client_api::ListMessagesRequest request;
    request.set_conversation(kChat.hex());
    request.set_limit(limit);
    return request;
  }
  MessagesView view_{store_};
};

TEST_F(MessagesViewTest, ShowsAMessageWhole) {
  store_.account.set_registration(testing::registration());
  store_.handles.set(testing::handle("+491700000002"), kPeer);
  MessageRow row = incoming(1, 20, "hi");
  row.sent_at = UnixMicros{10};
  row.quote = QuoteRow{message_id(9), kSelf, "earlier"};
  const auto shown = view_.build(row);
  EXPECT_EQ(shown.id(), message_id(1).hex());
  EXPECT_EQ(shown.conversation(), kChat.hex());
  EXPECT_EQ(shown.sender().account_id(), kPeer.hex());
  EXPECT_EQ(shown.sender().handles(0).text(), "+491700000002");
  EXPECT_FALSE(shown.outgoing());
  EXPECT_EQ(shown.body_case(), client_api::Message::kText);
  EXPECT_EQ(shown.text().text(), "hi");
  EXPECT_EQ(shown.sent_at_us(), 10u);
  EXPECT_EQ(shown.order_us(), 20u);
  EXPECT_EQ(shown.quote().message_id(), message_id(9).hex());
  EXPECT_EQ(shown.quote().author().account_id(), kSelf.hex());
  EXPECT_EQ(shown.quote().excerpt(), "earlier");

  const auto own = view_.build(outgoing(2, 30, Tick::kRead));
  EXPECT_EQ(own.sender().handles(0).text(), "+491700000001");
  EXPECT_EQ(own.tick(), client_api::Message::kRead);
  EXPECT_FALSE(own.has_quote());
}

TEST_F(MessagesViewTest, AQuoteOfAGroupsMessageIsWhatIsThereAndNotWhatIsSaid) {
  store_.account.set_registration(testing::registration());
  const GroupId group = *GroupId::from_bytes(Bytes(16, 'g'));
  const ConversationId chat = *ConversationId::from_bytes(Bytes(16, 'c'));
  ConversationRow row;
  row.id = chat;
  row.kind = ConversationKind::kGroup;
  row.peer = Target(group);
  store_.conversations.add(row);
  MessageRow reply = incoming(1, 20, "yes");
  content::Text rest;
  rest.mutable_quote()->set_group(group.bytes());
  reply.raw = rest.SerializeAsString();
  reply.quote = QuoteRow{message_id(9), kSelf, "I hate you all"};
  const client_api::Quote absent = view_.build(reply).quote();
  EXPECT_TRUE(absent.has_group());
  EXPECT_EQ(absent.group().conversation(), "") << "there is nothing to go to";
  EXPECT_EQ(absent.excerpt(), "I hate you all");

  MessageRow original = outgoing(9, 10, Tick::kRead);
  original.conversation = chat;
  original.text = "who has a tent?";
  ASSERT_TRUE(store_.messages.add(original));
  const client_api::Quote there = view_.build(reply).quote();
  EXPECT_EQ(there.group().conversation(), chat.hex());
  EXPECT_EQ(there.excerpt(), "who has a tent?") << "as it is here";

  MessageRow elsewhere = outgoing(8, 11, Tick::kRead);
  ASSERT_TRUE(store_.messages.add(elsewhere));
  reply.quote->message = message_id(8);
  EXPECT_FALSE(view_.build(reply).quote().has_group()) << "is of another conversation";
  reply.quote = QuoteRow{message_id(9), kPeer, "who has a tent?"};
  EXPECT_FALSE(view_.build(reply).quote().has_group()) << "is by somebody else";
  reply.quote = QuoteRow{message_id(7), kPeer, "mine"};
  EXPECT_FALSE(view_.build(reply).quote().has_group()) << "not the reader's";
}

TEST_F(MessagesViewTest, PagesBackByTheFirstMessageOfThePageBefore) {
  for (uint32_t i = 1; i <= 120; ++i) store_.messages.add(incoming(i, i));
  const auto newest = view_.list(request());
  ASSERT_TRUE(newest);
  EXPECT_EQ(newest->messages_size(), 50) << "the default";
  EXPECT_EQ(newest->messages(49).id(), message_id(120).hex());
  EXPECT_TRUE(newest->more());
  auto older = request(100);
  older.set_before_order_us(newest->messages(0).order_us());
  older.set_before_id(newest->messages(0).id());
  const auto rest = view_.list(older);
  ASSERT_TRUE(rest);
  EXPECT_EQ(rest->messages_size(), 70);
  EXPECT_EQ(rest->messages(69).id(), message_id(70).hex());
  EXPECT_FALSE(rest->more());
}

TEST_F(MessagesViewTest, PagesForwardByTheLastMessageOfThePageBefore) {
  for (uint32_t i = 1; i <= 120; ++i) store_.messages.add(incoming(i, 1 + i / 2));  // two of each time
  auto newer = request(100);
  newer.set_after_order_us(1);
  newer.set_after_id(message_id(1).hex());
  const auto first = view_.list(newer);
  ASSERT_TRUE(first);
  ASSERT_EQ(first->messages_size(), 100);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(first->messages(i).id(), message_id(static_cast<uint32_t>(i) + 2).hex());
  EXPECT_TRUE(first->more());
  newer.set_after_order_us(first->messages(99).order_us());
  newer.set_after_id(first->messages(99).id());
  const auto rest = view_.list(newer);
  ASSERT_EQ(rest->messages_size(), 19);
  EXPECT_EQ(rest->messages(18).id(), message_id(120).hex());
  EXPECT_FALSE(rest->more());
}

TEST_F(MessagesViewTest, RefusesWhatIsNoPage) {
  auto elsewhere = request();
  elsewhere.set_conversation(kPeer.hex());
  EXPECT_EQ(view_.list(elsewhere).error().code, Failure::kNoSuchConversation);
  store_.messages.add(incoming(1, 1));
  EXPECT_EQ(view_.list(request(501)).error().code, Failure::kInvalidArgument);
  auto half = request();
  half.set_before_id(message_id(1).hex());
  EXPECT_EQ(view_.list(half).error().detail, "before_order_us");
  half.clear_before_id();
  half.set_before_order_us(5);
  EXPECT_EQ(view_.list(half).error().detail, "before_id");
  half.set_before_id(message_id(1).hex());
  half.set_after_order_us(5);
  EXPECT_EQ(view_.list(half).error().detail, "after_id");
  half.set_after_id(message_id(1).hex());
  EXPECT_EQ(view_.list(half).error().detail, "after_id: or before_id");
  auto nameless = request();
  nameless.set_conversation("xyz");
  EXPECT_EQ(view_.list(nameless).error().detail, "conversation");
}

TEST_F(MessagesViewTest, GetsOneMessage) {
  store_.messages.add(incoming(1, 1, "this"));
  client_api::GetMessageRequest request;
  request.set_id(message_id(1).hex());
  EXPECT_EQ(view_.get(request)->text().text(), "this");
  request.set_id(message_id(2).hex());
  EXPECT_EQ(view_.get(request).error().code, Failure::kNoSuchMessage);
  request.set_id("");
  EXPECT_EQ(view_.get(request).error().code, Failure::kInvalidArgument);
}

TEST_F(MessagesViewTest, SaysHowFarAMessageHasComeWithWhomItIsFor) {  // TICK-1
  store_.messages.add(outgoing(1, 10));
  client_api::ListReceiptsRequest request;
  request.set_message_id(message_id(1).hex());
  EXPECT_EQ(view_.receipts(request)->receipts_size(), 0) << "it is pending";
  const uint64_t number = store_.sent.add(kPeer, DeviceId{3}, message_id(1), message_id(1));
  store_.messages.accept(message_id(1), UnixMicros{20});
  ASSERT_EQ(view_.receipts(request)->receipts_size(), 1);
  EXPECT_EQ(view_.receipts(request)->receipts(0).member().account_id(), kPeer.hex());
  EXPECT_EQ(view_.receipts(request)->receipts(0).tick(), client_api::Message::kSent);
  store_.sent.raise(kPeer, kPeer, DeviceId{3}, wire::ReceiptRun::of(number, message_id(1)), SentState::kRead);
  EXPECT_EQ(view_.receipts(request)->receipts(0).tick(), client_api::Message::kRead);

  store_.messages.add(incoming(2, 30));
  request.set_message_id(message_id(2).hex());
  EXPECT_EQ(view_.receipts(request).error().code, Failure::kInvalidArgument) << "somebody else's";
  request.set_message_id(message_id(3).hex());
  EXPECT_EQ(view_.receipts(request).error().code, Failure::kNoSuchMessage);
  request.set_message_id("");
  EXPECT_EQ(view_.receipts(request).error().code, Failure::kInvalidArgument);
}

TEST_F(MessagesViewTest, TakesEventsOnce) {
  for (uint32_t i = 1; i <= 3; ++i) store_.messages.add(incoming(i, i));
  client_api::TakeEventsRequest request;
  request.set_limit(2);
  const auto first = view_.take(request);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->messages_size(), 2);
  EXPECT_TRUE(first->more());
  EXPECT_EQ(view_.take(request)->messages_size(), 1);
  EXPECT_EQ(view_.take(request)->messages_size(), 0);
  request.set_limit(1000);
  EXPECT_EQ(view_.take(request).error().code, Failure::kInvalidArgument);
}

TEST_F(MessagesViewTest, AQuoteIsCutBetweenCharacters) {
  std::string text(510, 'a');
  text += "€uro";  // the sign is bytes 510..512
  const QuoteRow quote = quote_of(incoming(1, 1, text));
  EXPECT_EQ(quote.excerpt, std::string(510, 'a'));
  EXPECT_TRUE(is_utf8(quote.excerpt));
  EXPECT_EQ(quote.message, message_id(1));
  EXPECT_EQ(quote.author, kPeer);
  EXPECT_EQ(quote_of(incoming(1, 1, std::string(512, 'b'))).excerpt.size(), 512u);
  // At each place around the end: all of the family, or nothing of it.
  const std::string family = "👩\u200D👩\u200D👧\u200D👦";
  for (size_t before = 512 - family.size() - 1; before <= 513; ++before) {
    const std::string excerpt = quote_of(incoming(1, 1, std::string(before, 'a') + family + "e\u0301nd")).excerpt;
    if (before + family.size() > 512) {
      EXPECT_EQ(excerpt, std::string(std::min<size_t>(before, 512), 'a'));
    } else {
      EXPECT_TRUE(excerpt.starts_with(std::string(before, 'a') + family)) << before;
    }
  }
  EXPECT_EQ(quote_of(incoming(1, 1, std::string(511, 'a') + "e\u0301")).excerpt, std::string(511, 'a'));
  std::string marks = "a";
  for (int i = 0; i < 30'000; ++i) marks += "\u0301";
  EXPECT_EQ(quote_of(incoming(1, 1, marks)).excerpt.size(), 511u) << "one sign without an end";
}

}  // namespace
}  // namespace kith::core
