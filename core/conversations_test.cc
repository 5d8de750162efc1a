// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/conversations.h"

#include "core/store/testing/store_fixture.h"
#include "crypto/testing/seeded_random.h"

namespace kith::core {
namespace {

using client_api::Failure;
using testing::account_id;
using testing::conversation_with;
using testing::incoming;
using testing::kChat;
using testing::kPeer;
using testing::kSelf;
using testing::message_id;
using testing::outgoing;

class ConversationsTest : public testing::StoreTest {
 protected:
  static client_api::MarkReadRequest read(const std::string& up_to = "") {
    client_api::MarkReadRequest request;
    request.set_conversation(kChat.hex());
    request.set_up_to_message_id(up_to);
    return request;
  }
  Conversations conversations_{store_};
};

TEST_F(ConversationsTest, AreTitledByContactElseProfileElseHandleElseId) {
  open(kPeer, UnixMicros{1});
  EXPECT_EQ(conversations_.build(kChat)->title(), kPeer.hex().substr(0, 8));
  store_.handles.set(testing::handle("+491700000002"), kPeer);
  EXPECT_EQ(conversations_.build(kChat)->title(), "+491700000002");
  store_.profiles.set({kPeer, "Ana Profile", "busy", {}});
  EXPECT_EQ(conversations_.build(kChat)->title(), "Ana Profile");
  EXPECT_EQ(conversations_.build(kChat)->direct().about(), "busy");
  EXPECT_EQ(conversations_.build(kChat)->direct().partner().handles(0).text(), "+491700000002");
  store_.contacts.set(testing::handle("+491700000002"), "Ana");
  store_.contacts.set_account(testing::handle("+491700000002"), kPeer, {});
  EXPECT_EQ(conversations_.build(kChat)->title(), "Ana");
}

TEST_F(ConversationsTest, ShowTheNewestMessageAndWhatIsUnread) {
  open(kPeer);
  open(account_id(5));
  store_.messages.add(incoming(1, 10, "one"));
  store_.messages.add(incoming(2, 30, "two"));
  store_.messages.add(outgoing(3, 20, Tick::kSent, "three"));
  store_.messages.add(incoming(4, 40, "other chat", account_id(5)));
  const auto list = conversations_.list();
  ASSERT_EQ(list.conversations_size(), 2);
  EXPECT_EQ(list.conversations(0).last_message().text().text(), "other chat");
  EXPECT_EQ(list.conversations(1).last_message().text().text(), "two");
  EXPECT_EQ(list.conversations(1).unread(), 2u);
  EXPECT_EQ(list.conversations(1).activity_us(), 30u);
  EXPECT_FALSE(conversations_.build(conversation_with(account_id(9))));
}

TEST_F(ConversationsTest, AnEmptyOneHasNoLastMessage) {
  open(kPeer, UnixMicros{7});
  EXPECT_FALSE(conversations_.build(kChat)->has_last_message());
  EXPECT_EQ(conversations_.build(kChat)->activity_us(), 7u);
}

TEST_F(ConversationsTest, AreOneForEachAccountUnderAnIdThatDoesNotNameIt) {
  store_.account.set_registration(testing::registration());
  crypto::SeededRandom random(1);
  const auto made = conversations_.open(kPeer, UnixMicros{7}, random);
  EXPECT_TRUE(made.is_new);
  EXPECT_NE(made.id.value, kPeer.value);
  const auto again = conversations_.open(kPeer, UnixMicros{9}, random);
  EXPECT_FALSE(again.is_new);
  EXPECT_EQ(again.id, made.id);
  EXPECT_EQ(conversations_.build(made.id)->direct().partner().account_id(), kPeer.hex());
  const auto self = conversations_.open(kSelf, UnixMicros{7}, random);
  EXPECT_TRUE(conversations_.build(self.id)->has_self());
}

TEST_F(ConversationsTest, ShowBlockedAndVerified) {
  open(kPeer, UnixMicros{1});
  EXPECT_FALSE(conversations_.build(kChat)->direct().blocked());
  store_.contacts.set_blocked(kPeer, true);
  DeviceListRow list;
  list.account = kPeer;
  list.verified = true;
  store_.device_lists.set(list);
  EXPECT_TRUE(conversations_.build(kChat)->direct().blocked());
  EXPECT_TRUE(conversations_.build(kChat)->direct().verified());
}

TEST_F(ConversationsTest, ReadingMakesAReceiptDueForEachMessageRead) {  // TICK-1, F12
  open(kPeer);
  for (uint32_t i = 1; i <= 3; ++i) store_.messages.add(incoming(i, i * 10));
  const auto marked = conversations_.mark_read(read(message_id(2).hex()));
  ASSERT_TRUE(marked);
  EXPECT_EQ(marked->count, 2);
  EXPECT_EQ(store_.receipts.due(5).size(), 2u);
  EXPECT_EQ(conversations_.build(kChat)->unread(), 1u);
  EXPECT_EQ(conversations_.mark_read(read())->count, 1);
  EXPECT_EQ(store_.receipts.due(5).size(), 3u);
  EXPECT_EQ(conversations_.mark_read(read())->count, 0);
}

TEST_F(ConversationsTest, WithReceiptsOffOrThePartnerBlockedNoReceiptIsDue) {  // F12
  open(kPeer);
  store_.settings.set(setting::kReadReceipts, 0);
  store_.messages.add(incoming(1, 10));
  EXPECT_EQ(conversations_.mark_read(read())->count, 1);
  EXPECT_TRUE(store_.receipts.due(5).empty());
  store_.settings.set(setting::kReadReceipts, 1);
  store_.contacts.set_blocked(kPeer, true);
  store_.messages.add(incoming(2, 20));
  conversations_.mark_read(read());
  EXPECT_TRUE(store_.receipts.due(5).empty());
}

TEST_F(ConversationsTest, RefuseAMarkThatIsNotTheirs) {
  EXPECT_EQ(conversations_.mark_read(read()).error().code, Failure::kNoSuchConversation);
  open(kPeer);
  store_.messages.add(incoming(1, 10));
  store_.messages.add(incoming(2, 10, "elsewhere", account_id(5)));
  EXPECT_EQ(conversations_.mark_read(read(message_id(2).hex())).error().code, Failure::kNoSuchMessage);
  EXPECT_EQ(conversations_.mark_read(read("12")).error().code, Failure::kInvalidArgument);
  EXPECT_EQ(conversations_.build(kChat)->unread(), 1u);
}

TEST_F(ConversationsTest, KeepADraft) {
  client_api::SetDraftRequest request;
  request.set_conversation(kChat.hex());
  request.set_text("not yet");
  EXPECT_EQ(conversations_.set_draft(request).error().code, Failure::kNoSuchConversation);
  open(kPeer, UnixMicros{1});
  ASSERT_TRUE(conversations_.set_draft(request));
  EXPECT_EQ(conversations_.build(kChat)->draft(), "not yet");
  request.set_text(std::string(65537, 'x'));
  EXPECT_EQ(conversations_.set_draft(request).error().code, Failure::kTooLarge);
  request.set_text("");
  ASSERT_TRUE(conversations_.set_draft(request));
  EXPECT_EQ(conversations_.build(kChat)->draft(), "");
}

}  // namespace
}  // namespace kith::core
