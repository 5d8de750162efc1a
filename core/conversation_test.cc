// SPDX-License-Identifier: AGPL-3.0-or-later

// Two people talk, through an honest server.
#include "base/limits.h"
#include "content/content.pb.h"
#include "core/receiving.h"
#include "core/testing/two_people.h"

namespace kith::core::testing {
namespace {

using client_api::Event;
using client_api::Message;
using ::testing::ElementsAre;

using ConversationTest = TwoPeople;

TEST_F(ConversationTest, MessagesGoBothWaysAndTicksFollow_F1_F14) {
  const std::string first = say(ana_, chat_, "hello");
  world_.advance(1000);
  EXPECT_THAT(texts(ben_, bens_chat()), ElementsAre("hello"));
  EXPECT_EQ(message(ana_, first).tick(), Message::kDelivered);

  say(ben_, bens_chat(), "hello yourself");
  mark_read(ben_, bens_chat());
  world_.advance(1000);
  EXPECT_THAT(texts(ana_, chat_), ElementsAre("hello", "hello yourself"));
  EXPECT_EQ(message(ana_, first).tick(), Message::kRead);
  EXPECT_EQ(state(ana_).connection(), client_api::State::kOnline);
  EXPECT_EQ(state(ana_).unsent_messages(), 0u);
}

TEST_F(ConversationTest, AContentOfALaterVersionIsKeptAsItCameAndShownAsSuch) {
  disconnect(ana_);
  const std::string id = say(ana_, chat_, "something new");
  // sent_at_us, and a field that no version has yet.
  execute(ana_, "UPDATE outbox SET content = x'0801E203020801'");
  connect(ana_);
  world_.advance(1000);
  const std::vector<Message> bens = history(ben_, bens_chat());
  ASSERT_EQ(bens.size(), 1u);
  EXPECT_EQ(bens[0].body_case(), Message::kUnsupported);
  EXPECT_EQ(conversation(ben_, bens_chat()).unread(), 1u);
  EXPECT_EQ(message(ana_, id).tick(), Message::kDelivered) << "it is shown";
  EXPECT_EQ(query(ben_, "SELECT count(*) FROM messages WHERE substr(raw, 1, 7) = x'0801E203020801'"), 1);
}

// What a device has that was updated: contents that came as of an unknown kind, and are of one that is known.
class AfterAnUpdate : public ConversationTest {
 protected:
  // The message that Ben has came when his version did not know the kind of this content.
  void came_unknown(const std::string& id, const content::Content& content) {
    execute(ben_, ("UPDATE messages SET kind = 4, text = '', raw = x'" + to_hex(content.SerializeAsString()) +
                   "' WHERE id = x'" + id + "'")
                      .c_str());
  }
  void update() {
    execute(ben_, "DELETE FROM settings WHERE name = 'kinds_known'");
    ben_.crash();
    ben_.reopen();
    connect(ben_);
    world_.advance(30'000);
  }
  static content::Content text(const std::string& what) {
    content::Content content;
    content.set_sent_at_us(1);
    content.mutable_text()->set_text(what);
    return content;
  }
};

TEST_F(AfterAnUpdate, WhatCameOfAKindThatIsKnownNowIsShownInItsPlaceAndIsUnread) {
  warm_up();
  const std::string first = say(ana_, chat_, "first");
  say(ana_, chat_, "second");
  world_.advance(1000);
  mark_read(ben_, bens_chat());
  came_unknown(first, text("first"));
  ASSERT_EQ(message(ben_, first).body_case(), Message::kUnsupported);
  ben_.crash();
  ben_.reopen();
  world_.advance(30'000);
  EXPECT_EQ(message(ben_, first).body_case(), Message::kUnsupported) << "the same version does not look again";
  update();
  EXPECT_THAT(texts(ben_, bens_chat()), ElementsAre("ping", "pong", "first", "second"));
  EXPECT_EQ(conversation(ben_, bens_chat()).unread(), 1u) << "nobody has read it";
  client_api::Request take;
  take.mutable_take_events();
  const auto taken = ben_.request(take).take_events();
  EXPECT_EQ(taken.messages(taken.messages_size() - 1).id(), first) << "it is news";
}

TEST_F(AfterAnUpdate, ATextToOnePersonNamesNobody) {
  warm_up();
  const std::string id = say(ana_, chat_, "first");
  world_.advance(1000);
  content::Content content = text("@Ben");
  content::Mention& mention = *content.mutable_text()->add_mentions();
  mention.set_account(world_.server->account_of(kBen)->id.bytes());
  mention.set_length(4);
  came_unknown(id, content);
  update();
  EXPECT_EQ(message(ben_, id).text().text(), "@Ben");
  EXPECT_EQ(message(ben_, id).text().mentions_size(), 0);
}

TEST_F(AfterAnUpdate, WhatIsNotShownIsTakenAndLeavesItsPlace) {
  warm_up();
  mark_read(ben_, bens_chat());
  const std::string id = say(ana_, chat_, "first");
  world_.advance(1000);
  ASSERT_EQ(conversation(ben_, bens_chat()).unread(), 1u);
  content::Content content;
  content.mutable_read_receipt();
  came_unknown(id, content);
  update();
  EXPECT_THAT(texts(ben_, bens_chat()), ElementsAre("ping", "pong"));
  EXPECT_EQ(conversation(ben_, bens_chat()).unread(), 0u);
}

TEST_F(AfterAnUpdate, WhatIsStillUnknownOrCantBeReadStaysAsItIs) {
  warm_up();
  const std::string unknown = say(ana_, chat_, "first");
  const std::string unfit = say(ana_, chat_, "second");
  const std::string unreadable = say(ana_, chat_, "third");
  world_.advance(1000);
  came_unknown(unknown, {});
  came_unknown(unfit, text(std::string(65'537, 'a')));
  execute(ben_, ("UPDATE messages SET kind = 4, text = '', raw = x'0A05' WHERE id = x'" + unreadable + "'").c_str());
  update();
  for (const std::string& id : {unknown, unfit, unreadable})
    EXPECT_EQ(message(ben_, id).body_case(), Message::kUnsupported);
}

TEST_F(AfterAnUpdate, ManyAreTakenALittleAtATime) {
  warm_up();
  mark_read(ben_, bens_chat());
  const int64_t count = 2 * Receiving::kKeptAtOnce + 3;
  for (int64_t i = 0; i < count; ++i) say(ana_, chat_, "all");
  world_.advance(5000);
  execute(ben_, ("UPDATE messages SET kind = 4, text = '', raw = x'" + to_hex(text("all").SerializeAsString()) +
                 "' WHERE text = 'all'")
                    .c_str());
  update();
  EXPECT_EQ(query(ben_, "SELECT count(*) FROM messages WHERE text = 'all'"), count);
  EXPECT_EQ(query(ben_, "SELECT count(*) FROM messages WHERE kind = 4"), 0);
  EXPECT_EQ(conversation(ben_, bens_chat()).unread(), static_cast<uint32_t>(count));
}

TEST_F(ConversationTest, AnUnknownSenderOpensAConversationWithName) {
  say(ana_, chat_, "it is me");
  world_.advance(1000);
  client_api::Request request;
  request.mutable_list_conversations();
  const auto list = ben_.request(request).list_conversations();
  ASSERT_EQ(list.conversations_size(), 1);
  EXPECT_EQ(list.conversations(0).title(), "Ana");
  EXPECT_EQ(list.conversations(0).direct().partner().handles(0).text(), kAna);
  EXPECT_EQ(list.conversations(0).unread(), 1u);
  EXPECT_EQ(list.conversations(0).last_message().text().text(), "it is me");
}

TEST_F(ConversationTest, AMessageWrittenOfflineIsSentInOrderLater_F2) {
  warm_up();
  ana_.set_network(false);
  say(ana_, chat_, "one");
  say(ana_, chat_, "two");
  say(ana_, chat_, "three");
  EXPECT_EQ(state(ana_).unsent_messages(), 3u);
  world_.advance(5000);
  EXPECT_THAT(texts(ben_, bens_chat()), ElementsAre("ping", "pong"));
  ana_.set_network(true);
  world_.advance(2000);
  EXPECT_THAT(texts(ben_, bens_chat()), ElementsAre("ping", "pong", "one", "two", "three"));
  EXPECT_EQ(state(ana_).unsent_messages(), 0u);
}

TEST_F(ConversationTest, TheReceiverMayBeAwayForDays_F3) {
  warm_up();
  const std::string chat = bens_chat();
  ben_.set_network(false);
  const std::string id = say(ana_, chat_, "are you there?");
  world_.advance(uint64_t{3} * 24 * 3600 * 1000);
  EXPECT_EQ(message(ana_, id).tick(), Message::kSent);
  ben_.set_network(true);
  world_.advance(2000);
  EXPECT_THAT(texts(ben_, chat), ElementsAre("ping", "pong", "are you there?"));
  EXPECT_EQ(message(ana_, id).tick(), Message::kDelivered);
}

TEST_F(ConversationTest, EverybodyShowsTheSameOrder_ORDER_1) {
  warm_up();
  const std::string chat = bens_chat();
  for (Host* host : {&ana_, &ben_}) host->set_network(false);
  for (int i = 0; i < 5; ++i) {
    say(ana_, chat_, "a" + std::to_string(i));
    say(ben_, chat, "b" + std::to_string(i));
  }
  for (Host* host : {&ben_, &ana_}) host->set_network(true);
  world_.advance(3000);
  EXPECT_EQ(texts(ana_, chat_).size(), 12u);
  EXPECT_EQ(texts(ana_, chat_), texts(ben_, chat));
}

TEST_F(ConversationTest, SomebodyWhoHadNoNameYetIsCalledByItAsSoonAsTheyWrite) {
  constexpr const char* kCem = "+491700000003";
  Host& cem = world_.add("cem");
  sign_up(cem, kCem, kCem);  // the app asks for the name last
  const std::string with_cem = open_chat(ana_, kCem);
  world_.advance(1000);
  EXPECT_EQ(conversation(ana_, with_cem).title(), kCem);
  client_api::Request named;
  named.mutable_set_profile()->set_name("Cem");
  EXPECT_FALSE(cem.request(named).has_failure());
  world_.advance(1000);
  say(cem, open_chat(cem, kAna), "it is me");
  world_.advance(1000);
  EXPECT_EQ(conversation(ana_, with_cem).title(), "Cem");
}

TEST_F(ConversationTest, ADraftKeepsWhatItAnswers) {
  const std::string original = say(ana_, chat_, "shall we meet?");
  client_api::Request request;
  request.mutable_set_draft()->set_conversation(chat_);
  request.mutable_set_draft()->set_text("at si");
  request.mutable_set_draft()->set_quote_message_id(original);
  EXPECT_FALSE(ana_.request(request).has_failure());
  ana_.crash();
  ana_.reopen();
  const client_api::Quote quote = conversation(ana_, chat_).draft_quote();
  EXPECT_EQ(conversation(ana_, chat_).draft(), "at si");
  EXPECT_EQ(quote.message_id(), original);
  EXPECT_EQ(quote.excerpt(), "shall we meet?");
  EXPECT_EQ(quote.author().account_id(), state(ana_).account_id());

  request.mutable_set_draft()->set_quote_message_id(std::string(32, '0'));
  EXPECT_EQ(ana_.request(request).failure().code(), client_api::Failure::kNoSuchMessage);
  EXPECT_TRUE(conversation(ana_, chat_).has_draft_quote()) << "nothing changed";
  request.mutable_set_draft()->clear_quote_message_id();
  EXPECT_FALSE(ana_.request(request).has_failure());
  EXPECT_FALSE(conversation(ana_, chat_).has_draft_quote());
}

TEST_F(ConversationTest, AReplyCarriesItsQuote_F20) {
  const std::string original = say(ana_, chat_, "shall we meet?");
  world_.advance(1000);
  client_api::Request request;
  request.mutable_send_message()->set_conversation(bens_chat());
  request.mutable_send_message()->set_text("yes");
  request.mutable_send_message()->set_quote_message_id(original);
  const std::string reply = ben_.request(request).send_message().message().id();
  world_.advance(1000);
  EXPECT_EQ(message(ana_, reply).quote().message_id(), original);
  EXPECT_EQ(message(ana_, reply).quote().excerpt(), "shall we meet?");
  EXPECT_EQ(message(ana_, reply).quote().author().account_id(), state(ana_).account_id());

  request.mutable_send_message()->set_quote_message_id(std::string(32, '0'));
  EXPECT_EQ(ben_.request(request).failure().code(), client_api::Failure::kNoSuchMessage);
}

TEST_F(ConversationTest, ReadReceiptsAreCoalescedWhileTheyWait_RECEIPT_1) {
  warm_up();
  for (int i = 0; i < 5; ++i) say(ana_, chat_, std::to_string(i));
  world_.advance(1000);
  const std::string chat = bens_chat();
  ben_.set_network(false);
  for (const Message& each : history(ben_, chat)) {
    if (each.outgoing()) continue;
    client_api::Request request;
    request.mutable_mark_read()->set_conversation(chat);
    request.mutable_mark_read()->set_up_to_message_id(each.id());
    ben_.request(request);
    world_.advance(500);
  }
  EXPECT_EQ(conversation(ben_, chat).unread(), 0u);
  world_.server->sends.clear();
  ben_.set_network(true);
  world_.advance(2000);
  EXPECT_EQ(world_.server->sends.size(), 1u);
  for (const Message& each : history(ana_, chat_)) {
    if (each.outgoing()) {
      EXPECT_EQ(each.tick(), Message::kRead) << each.text().text();
    }
  }
}

TEST_F(ConversationTest, WithoutReadReceiptsNoneIsSentAndNoneIsShown_F12) {
  client_api::Request off;
  off.mutable_set_settings()->set_read_receipts(false);
  EXPECT_FALSE(ben_.request(off).set_settings().read_receipts());
  const std::string to_ben = say(ana_, chat_, "read me");
  world_.advance(1000);
  mark_read(ben_, bens_chat());
  const std::string to_ana = say(ben_, bens_chat(), "read me too");
  world_.advance(1000);
  mark_read(ana_, chat_);
  world_.advance(1000);
  EXPECT_EQ(message(ana_, to_ben).tick(), Message::kDelivered);
  EXPECT_EQ(message(ben_, to_ana).tick(), Message::kDelivered);
}

TEST_F(ConversationTest, TheDeliveredTickMayComeBeforeTheSentOne) {
  warm_up();
  const std::string id = say(ana_, chat_, "quick");
  world_.advance(1000);
  EXPECT_EQ(message(ana_, id).tick(), Message::kDelivered);
  EXPECT_GT(message(ana_, id).order_us(), world_.clock.unix_us - 10'000'000);
}

TEST_F(ConversationTest, ABlockedPersonGetsNothingThrough_F28) {
  warm_up();
  set_blocked(ben_, kAna, true);
  world_.advance(1000);
  EXPECT_TRUE(world_.server->account_of(kBen)->blocked.contains(world_.server->account_of(kAna)->id));
  const std::string id = say(ana_, chat_, "let me in");
  world_.advance(1000);
  EXPECT_EQ(texts(ben_, bens_chat()).size(), 2u);
  EXPECT_EQ(message(ana_, id).tick(), Message::kSent);
  EXPECT_TRUE(conversation(ben_, bens_chat()).direct().blocked());

  client_api::Request send;
  send.mutable_send_message()->set_conversation(bens_chat());
  send.mutable_send_message()->set_text("no");
  EXPECT_EQ(ben_.request(send).failure().code(), client_api::Failure::kBlocked);
}

TEST_F(ConversationTest, ABlockMadeOfflineHoldsAtOnceAndReachesTheServerLater) {
  warm_up();
  ben_.set_network(false);
  say(ana_, chat_, "before");
  client_api::Request block;
  block.mutable_set_blocked()->set_account_id(world_.server->account_of(kAna)->id.hex());
  block.mutable_set_blocked()->set_blocked(true);
  ben_.request(block);
  EXPECT_TRUE(world_.server->account_of(kBen)->blocked.empty());
  ben_.set_network(true);
  world_.advance(1000);
  EXPECT_EQ(world_.server->account_of(kBen)->blocked.size(), 1u);
  EXPECT_EQ(texts(ben_, bens_chat()).size(), 2u) << "the server still had the message, the device drops it";
  EXPECT_TRUE(world_.server->device_of(kBen)->inbox.empty()) << "and confirms it";
}

TEST_F(ConversationTest, ANoteToOneselfStaysOnTheDeviceAndIsReadAsSoonAsItIsKept) {
  const std::string self = open_chat(ana_, kAna);
  for (const bool connected : {true, false}) {
    ana_.set_network(connected);
    client_api::Request request;
    request.mutable_send_message()->set_conversation(self);
    request.mutable_send_message()->set_text("milk, bread");
    const client_api::Response response = ana_.request(request);
    EXPECT_EQ(response.send_message().message().tick(), Message::kRead) << "as its event says";
    EXPECT_EQ(message(ana_, response.send_message().message().id()).tick(), Message::kRead);
  }
  EXPECT_THAT(texts(ana_, self), ElementsAre("milk, bread", "milk, bread"));
  EXPECT_EQ(state(ana_).unsent_messages(), 0u);
  EXPECT_TRUE(conversation(ana_, self).has_self());
  EXPECT_TRUE(conversation(ana_, chat_).has_direct());
}

TEST_F(ConversationTest, WhatCantBeSentIsRefusedBeforeAnythingIsStored_LIMIT_1) {
  client_api::Request request;
  request.mutable_send_message()->set_conversation(chat_);
  EXPECT_EQ(ana_.request(request).failure().code(), client_api::Failure::kBlank);
  request.mutable_send_message()->set_text(std::string(65537, 'a'));
  EXPECT_EQ(ana_.request(request).failure().code(), client_api::Failure::kTooLarge);
  request.mutable_send_message()->set_text("\xC3\x28");
  EXPECT_EQ(ana_.request(request).failure().code(), client_api::Failure::kInvalidArgument);
  for (const char* const blank : {" ", "\n\t", "\u00A0", "\u200B", "\u3164"}) {
    request.mutable_send_message()->set_text(blank);
    EXPECT_EQ(ana_.request(request).failure().code(), client_api::Failure::kBlank);
  }
  request.mutable_send_message()->set_text("ok");
  request.mutable_send_message()->set_conversation(std::string(32, 'f'));
  EXPECT_EQ(ana_.request(request).failure().code(), client_api::Failure::kNoSuchConversation);
  EXPECT_TRUE(texts(ana_, chat_).empty());
}

TEST_F(ConversationTest, TheLongestTextWithTheLongestQuoteFitsForFiveDevicesInANewSession_LIMIT_1) {
  const std::string quoted = say(ana_, chat_, std::string(1000, 'q'));
  world_.advance(1000);
  client_api::Request request;
  request.mutable_send_message()->set_conversation(chat_);
  request.mutable_send_message()->set_text(std::string(65536, 'a'));
  request.mutable_send_message()->set_quote_message_id(quoted);
  EXPECT_FALSE(ana_.request(request).has_failure());
  world_.advance(1000);
  const auto messages = texts(ben_, bens_chat());
  ASSERT_EQ(messages.size(), 2u);
  EXPECT_EQ(messages[1].size(), 65536u);

  wire::ClientFrame frame;
  wire::Send& send = *frame.mutable_send();
  send = world_.server->sends.back();
  ASSERT_EQ(send.account().envelopes_size(), 1);
  const wire::Envelope envelope = send.account().envelopes(0);
  content::Sealed sealed;
  ASSERT_TRUE(sealed.ParseFromString(envelope.payload()));
  EXPECT_EQ(sealed.scheme(), content::Sealed::kSignalPrekey);
  EXPECT_LE(envelope.payload().size(), kEnvelopeBytesMax);
  for (size_t i = 1; i < kDevicesMax; ++i) *send.mutable_account()->add_envelopes() = envelope;
  EXPECT_LE(frame.ByteSizeLong(), kFrameBytesMax);
}

TEST_F(ConversationTest, EventsSayWhatHappenedInOrder_UI_1) {
  warm_up();
  say(ana_, chat_, "news");
  world_.advance(1000);
  uint64_t last = 0;
  for (const Event& event : ben_.events) {
    EXPECT_GT(event.number(), last);
    last = event.number();
  }
  ASSERT_FALSE(ben_.events.empty());
  EXPECT_EQ(ben_.events.front().message_added().text().text(), "news");
  EXPECT_EQ(count_events(ben_, Event::kMessageAdded), 1);
  EXPECT_EQ(count_events(ben_, Event::kConversationChanged), 1);
  EXPECT_EQ(count_events(ana_, Event::kMessageAdded), 1);
  EXPECT_EQ(count_events(ana_, Event::kMessageChanged), 2) << "sent, delivered";
}

TEST_F(ConversationTest, EventsAreTakenOnce) {
  say(ana_, chat_, "print me");
  world_.advance(1000);
  client_api::Request take;
  take.mutable_take_events();
  const auto first = ben_.request(take).take_events();
  ASSERT_EQ(first.messages_size(), 1);
  EXPECT_EQ(first.messages(0).text().text(), "print me");
  EXPECT_EQ(ben_.request(take).take_events().messages_size(), 0);
}

}  // namespace
}  // namespace kith::core::testing
