// SPDX-License-Identifier: AGPL-3.0-or-later

// The history of an account comes to a device that is let in (HISTORY-1 to HISTORY-5).
#include "base/limits.h"
#include "core/history_giving.h"
#include "core/history_taking.h"
#include "core/testing/much_history.h"
#include "core/testing/two_people.h"

namespace kith::core::testing {
namespace {

using client_api::Event;
using client_api::Message;
using ::testing::ElementsAre;

class HistoryTest : public TwoPeople {
 protected:
  HistoryTest() : web_(world_.add("web")) {}

  void expect_complete(uint64_t messages) {
    for (Host* host : {&ana_, &web_}) {
      const client_api::History history = history_of(*host, web_);
      EXPECT_TRUE(history.complete()) << host->name();
      EXPECT_EQ(history.done(), messages) << host->name();
      EXPECT_EQ(history.total(), messages) << host->name();
    }
    EXPECT_EQ(query_text(ana_, "SELECT count(*) FROM history_batches"), 0);
    EXPECT_EQ(query_text(ana_, "SELECT count(*) FROM outbox"), 0);
  }
  // Let in and away, with the first batches in its inbox.
  void let_in_and_wait() {
    admit(ana_, web_, client_api::kHistoryAll);
    world_.advance(2000);
    ASSERT_GT(query_text(ana_, "SELECT count(*) FROM history_batches"), 0);
  }
  uint64_t messages_of(Host& host) { return static_cast<uint64_t>(query_text(host, "SELECT count(*) FROM messages")); }

  Host& web_;
};

TEST_F(HistoryTest, AllOfItComesAsItIsAndBothSayHowMuch_HISTORY_1_HISTORY_5) {
  warm_up();
  client_api::Request quote;
  quote.mutable_send_message()->set_conversation(chat_);
  quote.mutable_send_message()->set_text("with a quote");
  quote.mutable_send_message()->set_quote_message_id(history(ana_, chat_).front().id());
  ASSERT_FALSE(ana_.request(quote).has_failure());
  say(ana_, open_chat(ana_, kAna), "to myself");
  say(ana_, chat_, std::string(kTextBytesMax, 'l'));
  say(ana_, chat_, "after the longest");
  say(ben_, bens_chat(), "not read yet");
  world_.advance(2000);
  fill_history(world_, ana_, 30, 3000, 100);
  let_in(ana_, web_, client_api::kHistoryAll);
  web_.events.clear();
  world_.advance(30'000);
  EXPECT_EQ(everything(web_), everything(ana_));
  expect_complete(messages_of(ana_));
  EXPECT_EQ(conversation(web_, open_chat(web_, kBen)).unread(), 2u) << "as on the first device";
  EXPECT_EQ(conversation(web_, open_chat(web_, kBen)).direct().partner().name(), "Ben");
  EXPECT_EQ(query_text(web_, "SELECT count(*) FROM profiles WHERE name LIKE 'Partner %'"), 30);
}

TEST_F(HistoryTest, NothingOfItIsNews_HISTORY_3) {
  warm_up();
  fill_history(world_, ana_, 5, 500, 100);
  let_in(ana_, web_, client_api::kHistoryAll);
  web_.events.clear();
  world_.advance(30'000);
  ASSERT_EQ(messages_of(web_), 502u);
  EXPECT_EQ(count_events(web_, Event::kMessageAdded), 0);
  EXPECT_LE(count_events(web_, Event::kConversationChanged), 40) << "once a batch";
  EXPECT_GE(count_events(web_, Event::kDevicesChanged), 1);
  EXPECT_LE(count_events(web_, Event::kDevicesChanged), 10);
  client_api::Request take;
  take.mutable_take_events()->set_limit(100);
  EXPECT_EQ(web_.request(take).take_events().messages_size(), 0);
  say(ben_, bens_chat(), "news");
  world_.advance(1000);
  EXPECT_EQ(web_.request(take).take_events().messages_size(), 1);
  client_api::Request search;
  search.mutable_search()->set_query("499");
  EXPECT_EQ(web_.request(search).search().messages_size(), 1);
}

TEST_F(HistoryTest, TheNewestOfEachConversationComeFirst_HISTORY_2) {
  fill_history(world_, ana_, 10, 2000, 200);
  let_in(ana_, web_, client_api::kHistoryAll);
  world_.advance(30'000);
  ASSERT_EQ(messages_of(web_), 2000u);
  // The newest message of all is the first, and those of its conversation follow, each older than the one before.
  const int first = static_cast<int>(HistoryGiving::kFirstOfEach);
  const std::string stored =
      "(SELECT row_number() OVER (ORDER BY sequence) AS place, row_number() OVER (PARTITION BY conversation ORDER BY "
      "order_us DESC) AS age, conversation, order_us FROM messages)";
  EXPECT_EQ(
      query_text(web_, "SELECT order_us = (SELECT max(order_us) FROM messages) FROM " + stored + " WHERE place = 1"),
      1);
  EXPECT_EQ(query_text(web_, "SELECT count(DISTINCT conversation) FROM " + stored +
                                 " WHERE place <= " + std::to_string(first)),
            1);
  EXPECT_EQ(query_text(web_, "SELECT count(*) FROM " + stored + " WHERE place <= " + std::to_string(10 * first) +
                                 " AND age > " + std::to_string(first)),
            0)
      << "the rest of one before the beginning of another";
  EXPECT_EQ(query_text(web_, "SELECT count(*) FROM " + stored + " a JOIN " + stored +
                                 " b ON a.conversation = b.conversation AND b.age = a.age + 1 WHERE b.place < a.place"),
            0)
      << "in each the newest first";
}

TEST_F(HistoryTest, AYearIsWhatIsNotOlderAndNoneIsNone_HISTORY_1) {
  fill_history(world_, ana_, 4, 400, 50);
  execute_text(ana_, "UPDATE messages SET order_us = order_us - 366 * 86400000000 WHERE sequence <= 300");
  let_in(ana_, web_, client_api::kHistoryYear);
  world_.advance(30'000);
  EXPECT_EQ(messages_of(web_), 100u);
  expect_complete(100);
  Host& other = world_.add("other");
  let_in(ana_, other, client_api::kHistoryNone);
  world_.advance(30'000);
  EXPECT_EQ(messages_of(other), 0u);
  for (const client_api::Device& each : list_devices(other)) EXPECT_FALSE(each.has_history() && each.this_device());
}

TEST_F(HistoryTest, WhatHappensToItLaterIsTheSameOnBoth_TICK_1_COPY_2) {
  warm_up();
  disconnect(ben_);
  const std::string sent = say(ana_, chat_, "for later");
  let_in(ana_, web_, client_api::kHistoryAll);
  world_.advance(30'000);
  EXPECT_EQ(message(web_, sent).tick(), Message::kSent);
  const std::string webs = open_chat(web_, kBen);
  EXPECT_EQ(conversation(web_, webs).unread(), 1u) << "ping was answered, and the answer not read";
  connect(ben_);
  world_.advance(2000);
  EXPECT_EQ(message(ana_, sent).tick(), Message::kDelivered);
  EXPECT_EQ(message(web_, sent).tick(), Message::kDelivered);
  mark_read(ben_, bens_chat());
  mark_read(web_, webs);
  world_.advance(5000);
  EXPECT_EQ(message(ana_, sent).tick(), Message::kRead);
  EXPECT_EQ(message(web_, sent).tick(), Message::kRead);
  EXPECT_EQ(conversation(ana_, chat_).unread(), 0u);
  EXPECT_EQ(history(ben_, bens_chat()).at(1).text().text(), "pong");
  EXPECT_EQ(history(ben_, bens_chat()).at(1).tick(), Message::kRead) << "under the number that came with the history";
}

TEST_F(HistoryTest, WhatIsHereAlreadyStaysAsItIs_HISTORY_3) {
  warm_up();
  fill_history(world_, ana_, 3, 300, 500);
  // A message comes, and one leaves, before any of the history; and they are in it.
  const std::string text = start_linking(web_, "Web");
  ASSERT_FALSE(open_link(ana_, text).has_failure());
  web_.before_step = [this](const client_api::Action& action) {
    if (action.http_call().method() == "PUT") ana_.set_network(false);  // it publishes its keys
  };
  client_api::Request confirm;
  confirm.mutable_confirm_link()->set_history(client_api::kHistoryAll);
  ana_.post(std::move(confirm));
  world_.advance(5000);
  web_.before_step = nullptr;
  connect(web_);
  const std::string came = say(ben_, bens_chat(), "in between");
  const std::string left = say(web_, open_chat(web_, kBen), "and back");
  world_.advance(2000);
  execute_text(web_, "UPDATE messages SET text = 'as it came' WHERE id = x'" + came + "'");
  ASSERT_EQ(query_text(web_, "SELECT count(*) FROM messages"), 2) << "else nothing is tested";
  ana_.set_network(true);
  world_.advance(60'000);
  EXPECT_EQ(message(web_, came).text().text(), "as it came");
  EXPECT_EQ(message(web_, left).order_us(), message(ana_, left).order_us());
  EXPECT_EQ(conversation(web_, open_chat(web_, kBen)).unread(), 2u) << "pong came with the history";
  EXPECT_EQ(messages_of(web_), messages_of(ana_));
  expect_complete(messages_of(ana_));
}

TEST_F(HistoryTest, WhatCanNotBeGivenIsCountedByNeither_HISTORY_3_HISTORY_5) {
  fill_history(world_, ana_, 3, 300, 1000);
  // Not decrypted, not sent, too large; and all of a conversation.
  execute_text(ana_, "UPDATE messages SET kind = 3, text = '' WHERE sequence = 3");
  execute_text(ana_, "UPDATE messages SET tick = 5, failure = 1, outgoing = 1 WHERE sequence = 4");
  execute_text(ana_, "UPDATE messages SET kind = 4, text = '', raw = zeroblob(66001) WHERE sequence = 6");
  execute_text(ana_, "UPDATE messages SET kind = 3 WHERE conversation = CAST('conversation0003' AS BLOB)");
  let_in_and_wait();
  EXPECT_EQ(history_of(ana_, web_).total(), 197u) << "as it is given";
  connect(web_);
  world_.advance(60'000);
  expect_complete(197);
  EXPECT_EQ(messages_of(web_), 197u);
  EXPECT_EQ(query_text(web_, "SELECT count(*) FROM conversations"), 2);
}

TEST_F(HistoryTest, WhatCouldNotBeDecryptedHereComesWithIt_HISTORY_3) {
  fill_history(world_, ana_, 2, 20, 100);
  admit(ana_, web_, client_api::kHistoryAll);
  // As the inbox leaves it.
  execute_text(web_,
               "INSERT INTO conversations (id, kind, peer, made_us, unread) VALUES (CAST('conversation9999' AS BLOB), "
               "1, CAST('partneraccnt0001' AS BLOB), 1, 1)");
  execute_text(web_,
               "INSERT INTO messages (id, conversation, from_account, from_device, outgoing, kind, text, sent_at, "
               "order_us, tick, failure, unread, receipt_number, came_us) VALUES (CAST('m000000000000020' AS BLOB), "
               "CAST('conversation9999' AS BLOB), CAST('partneraccnt0001' AS BLOB), 1, 0, 3, '', 5, 5, 0, 0, 1, 0, 1)");
  execute_text(web_,
               "INSERT INTO repairs (message_id, account, device) VALUES (CAST('m000000000000020' AS BLOB), "
               "CAST('partneraccnt0001' AS BLOB), 1)");
  connect(web_);
  world_.advance(30'000);
  EXPECT_EQ(everything(web_), everything(ana_));
  expect_complete(20);
  EXPECT_EQ(query_text(web_, "SELECT count(*) FROM repairs"), 0) << "nobody is asked for it any more";
}

TEST_F(HistoryTest, AFirstDeviceThatDamageHasTakenTheListFromGoesOn_HISTORY_4) {
  fill_history(world_, ana_, 4, 1000, 1000);
  let_in_and_wait();
  execute_text(ana_, "DELETE FROM device_lists WHERE account = (SELECT account FROM registration)");
  ana_.database().mark_damaged();
  ana_.close();
  ana_.reopen();
  ASSERT_TRUE(state(ana_).has_rebuilt());
  EXPECT_EQ(remove_all_others(ana_).failure().code(), client_api::Failure::kOffline) << "which they are nobody knows";
  connect(ana_);
  connect(web_);
  world_.advance(900'000);
  EXPECT_EQ(everything(web_), everything(ana_));
  expect_complete(1000);
}

TEST_F(HistoryTest, ADeviceThatIsAwayCostsTheServerAFewBatchesAndThenOneADay_HISTORY_4) {
  fill_history(world_, ana_, 4, 4000, 1000);
  let_in_and_wait();
  for (int day = 0; day < 20; ++day) world_.advance(24 * 3600 * 1000);
  const LoopbackServer::Account& account = *world_.server->account_of(kAna);
  const auto& inbox = account.devices.at(state(web_).device_id()).inbox;
  size_t bytes = 0;
  for (const wire::Entry& entry : inbox) bytes += entry.ByteSizeLong();
  EXPECT_GE(inbox.size(), HistoryGiving::kAheadMax);
  // Ten minutes, doubling to a day: seven times in the first day, and then one each.
  EXPECT_LT(bytes, (HistoryGiving::kAheadMax + 7 + 20) * (HistoryGiving::kBatchBytes + 4096));
  connect(web_);
  world_.advance(60'000);
  EXPECT_EQ(everything(web_), everything(ana_));
  expect_complete(4000);
}

TEST_F(HistoryTest, TheFirstDeviceMayBeAwayForDays_HISTORY_4) {
  fill_history(world_, ana_, 4, 4000, 1000);
  let_in_and_wait();
  ana_.crash();
  connect(web_);
  world_.advance(1000);
  const uint64_t part = messages_of(web_);
  ASSERT_GT(part, 0u);
  ASSERT_LT(part, 4000u);
  for (int day = 0; day < 5; ++day) world_.advance(24 * 3600 * 1000);
  EXPECT_LT(world_.server->device_of(kAna)->inbox.size(), 64u) << "it is asked for ever more rarely";
  ana_.reopen();
  connect(ana_);
  world_.advance(120'000);
  EXPECT_EQ(everything(web_), everything(ana_));
  expect_complete(4000);
}

TEST_F(HistoryTest, MessagesThatGoMeanwhileHoldNothingUp_HISTORY_4) {
  fill_history(world_, ana_, 4, 4000, 1000);
  let_in_and_wait();
  execute_text(ana_, "DELETE FROM messages WHERE sequence % 2 = 0");
  execute_text(ana_, "DELETE FROM messages WHERE conversation = CAST('conversation0002' AS BLOB)");
  execute_text(ana_, "DELETE FROM conversations WHERE id = CAST('conversation0002' AS BLOB)");
  connect(web_);
  world_.advance(60'000);
  const client_api::History given = history_of(ana_, web_);
  EXPECT_TRUE(given.complete());
  EXPECT_EQ(given.done(), given.total());
  EXPECT_LT(given.total(), 4000u);
  EXPECT_EQ(history_of(web_, web_).done(), given.done());
  EXPECT_EQ(query_text(ana_, "SELECT count(*) FROM outbox"), 0);
}

TEST_F(HistoryTest, ADeviceThatIsRemovedMeanwhileLeavesNothing_HISTORY_4) {
  fill_history(world_, ana_, 4, 4000, 1000);
  let_in_and_wait();
  const uint32_t device = state(web_).device_id();
  EXPECT_FALSE(remove_device(ana_, device).has_failure());
  world_.advance(60'000);
  for (const char* table : {"history_given", "history_conversations", "history_batches", "outbox"})
    EXPECT_EQ(query_text(ana_, std::string("SELECT count(*) FROM ") + table), 0) << table;
  connect(web_);
  world_.advance(60'000);
  EXPECT_FALSE(state(web_).registered());
  say(ana_, chat_, "to Ben");
  world_.advance(1000);
  EXPECT_THAT(texts(ben_, bens_chat()), ElementsAre("to Ben"));
  let_in(ana_, web_, client_api::kHistoryAll);
  world_.advance(60'000);
  expect_complete(4001);
}

TEST_F(HistoryTest, ADatabaseThatIsOlderThanWhatItSaidGetsItAnew_HISTORY_4) {
  fill_history(world_, ana_, 4, 4000, 1000);
  let_in(ana_, web_, client_api::kHistoryAll);
  world_.advance(60'000);
  expect_complete(4000);
  // As from a copy: it has had two batches, and the first device has given all.
  execute_text(web_, "DELETE FROM messages WHERE sequence > 100");
  execute_text(web_, "DELETE FROM history_counts");
  execute_text(web_, "UPDATE history_taken SET number = 2, stage = 2");
  web_.close();
  web_.reopen();
  connect(web_);
  world_.advance(180'000);
  EXPECT_EQ(everything(web_), everything(ana_));
  expect_complete(4000);
}

}  // namespace
}  // namespace kith::core::testing
