// SPDX-License-Identifier: AGPL-3.0-or-later

// What a server, a stranger, or a device that has lost its mind does to the history (HISTORY-1, HISTORY-4, HISTORY-5).
#include "core/history_taking.h"
#include "core/testing/lying_server.h"
#include "core/testing/much_history.h"
#include "core/testing/two_people.h"

namespace kith::core::testing {
namespace {

class HistoryLiesTest : public TwoPeopleOn<LyingServer> {
 protected:
  HistoryLiesTest() : web_(world_.add("web")) {}

  std::deque<wire::Entry>& webs_inbox() { return server().account_of(kAna)->devices.at(state(web_).device_id()).inbox; }
  // Let in and away, with the first batches in its inbox.
  void let_in_and_wait() {
    fill_history(world_, ana_, 4, 1000, 1000);
    admit(ana_, web_, client_api::kHistoryAll);
    world_.advance(5000);
    ASSERT_GT(batches().size(), 5u);
  }
  // Places of batches in the inbox.
  std::vector<size_t> batches() {
    std::vector<size_t> places;
    for (size_t i = 0; i < webs_inbox().size(); ++i) {
      if (webs_inbox()[i].message().payload().size() > 10'000) places.push_back(i);
    }
    return places;
  }
  void expect_whole() {
    EXPECT_EQ(everything(web_), everything(ana_));
    for (Host* host : {&ana_, &web_}) {
      const client_api::History history = history_of(*host, web_);
      EXPECT_TRUE(history.complete()) << host->name();
      EXPECT_EQ(history.done(), history.total()) << host->name();
    }
  }
  // What the host's client would never write, for all devices of the account.
  static void put_in_outbox(Host& host, const std::string& account, const content::Content& content) {
    static int count = 0;
    char id[33];
    std::snprintf(id, sizeof id, "%032x", 0x700000 + ++count);
    execute_text(host, std::string("INSERT INTO outbox (message_id, target_kind, target, kind, content, revision, "
                                   "only_device, receipt_number) VALUES (x'") +
                           id + "', 1, x'" + account + "', 8, x'" + to_hex(content.SerializeAsString()) +
                           "', 0, 0, 0)");
    host.close();
    host.reopen();
    connect(host);
  }
  // What the web has been promised, as somebody would use it who has learned of it.
  content::Content forged() {
    content::Content content;
    content.set_sent_at_us(1);
    content::History& history = *content.mutable_history();
    history.set_history_id(promised());
    history.set_number(next());
    content::History::Part& part = *history.add_parts();
    part.set_account(AccountId::from_hex(state(ben_).account_id())->bytes());
    add(part, 1, "forged");
    return content;
  }
  static void add(content::History::Part& part, uint32_t number, const std::string& text) {
    content::History::Message& one = *part.add_messages();
    MessageId id;
    id.value[0] = 0x77;
    for (size_t i = 0; i < 4; ++i) id.value[12 + i] = static_cast<uint8_t>(number >> (24 - 8 * i));
    one.set_message_id(id.bytes());
    one.set_order_us(number);
    one.mutable_text()->set_text(text);
  }
  std::string promised() {
    auto row = web_.database().prepare("SELECT history FROM history_taken");
    return row.step() ? row.blob(0) : "";
  }
  uint64_t next() { return static_cast<uint64_t>(query(web_, "SELECT number + 1 FROM history_taken")); }
  int64_t forged_rows(Host& host) { return query_text(host, "SELECT count(*) FROM messages WHERE hex(id) LIKE '77%'"); }

  Host& web_;
};

TEST_F(HistoryLiesTest, BatchesThatComeInAnotherOrderAreTakenInTheirs_HISTORY_4) {
  let_in_and_wait();
  const std::vector<size_t> places = batches();
  std::swap(*webs_inbox()[places[0]].mutable_message(), *webs_inbox()[places[3]].mutable_message());
  std::swap(*webs_inbox()[places[1]].mutable_message(), *webs_inbox()[places[5]].mutable_message());
  connect(web_);
  world_.advance(120'000);
  expect_whole();
}

TEST_F(HistoryLiesTest, BatchesThatAreDroppedComeAgain_HISTORY_4) {
  let_in_and_wait();
  const std::vector<size_t> places = batches();
  for (const size_t place : {places[0], places[2], places[3]}) webs_inbox()[place].clear_message();
  connect(web_);
  world_.advance(120'000);
  expect_whole();
}

TEST_F(HistoryLiesTest, BatchesThatCanNotBeReadComeAgain_HISTORY_4) {
  let_in_and_wait();
  for (const size_t place : batches()) LyingServer::corrupt(*webs_inbox()[place].mutable_message());
  connect(web_);
  world_.advance(300'000);
  expect_whole();
  EXPECT_GT(state(web_).undecryptable(), 0u) << "else nothing was tested";
}

TEST_F(HistoryLiesTest, AnAnswerThatIsDroppedIsGivenAgain_HISTORY_4) {
  let_in_and_wait();
  int dropped = 0;
  const auto is_last = [this] { return query(web_, "SELECT stage FROM history_taken") == 3; };
  // The very last answer, by which the first device learns that it is over.
  server().change = [&](wire::ServerFrame& frame) {
    if (!frame.has_deliver() || !is_last()) return true;
    for (wire::Entry& entry : *frame.mutable_deliver()->mutable_entries()) {
      if (!entry.has_message() || dropped > 0) continue;
      entry.clear_message();
      ++dropped;
    }
    return true;
  };
  connect(web_);
  world_.advance(60'000);
  ASSERT_EQ(dropped, 1);
  EXPECT_FALSE(history_of(ana_, web_).complete());
  world_.advance(1'300'000);
  expect_whole();
}

TEST_F(HistoryLiesTest, WhatIsMissingWhenBothCountIsGivenAgain_HISTORY_5) {
  let_in_and_wait();
  // The first batches are taken, and of these a few messages go, as a damaged database loses them.
  bool lost = false;
  web_.before_step = [&](const client_api::Action&) {
    if (lost || query(web_, "SELECT count(*) FROM messages") < 300) return;
    lost = true;
    execute_text(web_, "DELETE FROM messages WHERE sequence IN (3, 5, 100, 101, 102, 250)");
  };
  connect(web_);
  world_.advance(120'000);
  web_.before_step = nullptr;
  ASSERT_TRUE(lost);
  expect_whole();
  EXPECT_EQ(history_of(web_, web_).done(), 1000u);
}

TEST_F(HistoryLiesTest, WhatNeverArrivesIsCountedAsMissingOnBoth_HISTORY_5) {
  let_in_and_wait();
  // One message is refused by the new device's database whenever it comes.
  execute_text(web_,
               "CREATE TEMP TRIGGER gone AFTER INSERT ON messages WHEN new.text LIKE '500 %' BEGIN DELETE FROM "
               "messages WHERE id = new.id; END");
  connect(web_);
  world_.advance(120'000);
  for (Host* host : {&ana_, &web_}) {
    const client_api::History history = history_of(*host, web_);
    EXPECT_TRUE(history.complete());
    EXPECT_EQ(history.total(), 1000u);
    EXPECT_EQ(history.done(), 999u);
  }
}

TEST_F(HistoryLiesTest, NobodyButTheDeviceThatLetItInGivesHistory_HISTORY_1) {
  warm_up();
  Host& tablet = world_.add("tablet");
  let_in(ana_, tablet, client_api::kHistoryNone);
  fill_history(world_, ana_, 2, 20, 10);
  let_in(ana_, web_, client_api::kHistoryAll);
  world_.advance(5000);
  ASSERT_EQ(promised().size(), 16u);
  put_in_outbox(ben_, state(ana_).account_id(), forged());
  world_.advance(5000);
  put_in_outbox(tablet, state(ana_).account_id(), forged());
  world_.advance(60'000);
  for (Host* host : {&ana_, &web_, &tablet}) EXPECT_EQ(forged_rows(*host), 0) << host->name();
  put_in_outbox(ana_, state(ana_).account_id(), forged());
  world_.advance(5000);
  EXPECT_EQ(forged_rows(web_), 1) << "from the first device it would have been taken";
  EXPECT_EQ(forged_rows(tablet), 0);
}

TEST_F(HistoryLiesTest, WhoeverAnswersInTheDevicesPlaceIsNotHeard_HISTORY_4) {
  let_in_and_wait();
  content::Content content;
  content.set_sent_at_us(1);
  content.mutable_history_taken()->set_history_id(promised());
  content.mutable_history_taken()->set_number(1000);
  put_in_outbox(ben_, state(ana_).account_id(), content);
  world_.advance(5000);
  EXPECT_EQ(query(ana_, "SELECT restarts FROM history_given"), 0);
  EXPECT_EQ(query(ana_, "SELECT taken FROM history_given"), 0);
  put_in_outbox(web_, state(ana_).account_id(), content);
  world_.advance(5000);
  EXPECT_GT(query(ana_, "SELECT restarts FROM history_given"), 0) << "from the device itself it is heard";
}

TEST_F(HistoryLiesTest, AnyBatchIsBoundedAndChangesNothingThatIsThere_HISTORY_3) {
  warm_up();
  let_in(ana_, web_, client_api::kHistoryAll);
  world_.advance(5000);
  const std::vector<std::string> before = everything(web_);
  content::Content content = forged();
  content::History& history = *content.mutable_history();
  history.clear_parts();
  content::History::Part& part = *history.add_parts();
  part.set_account(AccountId::from_hex(state(ben_).account_id())->bytes());
  // One that is there, of which it says something else; and all that makes no sense.
  for (const std::string& each : {std::string("pong"), std::string("ping")}) {
    for (const auto& known : testing::history(web_, open_chat(web_, kBen))) {
      if (known.text().text() != each) continue;
      add(part, 0, "something else");
      part.mutable_messages(part.messages_size() - 1)->set_message_id(MessageId::from_hex(known.id())->bytes());
    }
  }
  ASSERT_EQ(part.messages_size(), 2);
  add(part, 1, "");
  add(part, 2, "no id");
  part.mutable_messages(3)->set_message_id("short");
  part.add_messages();
  put_in_outbox(ana_, state(ana_).account_id(), content);
  world_.advance(5000);
  EXPECT_EQ(everything(web_), before);

  // Numbers of any size, and more than anybody gives.
  history.set_number(next());
  history.set_total(UINT64_MAX);
  history.clear_parts();
  content::History::Part& many = *history.add_parts();
  many.set_account(AccountId::from_hex(state(ben_).account_id())->bytes());
  for (uint32_t i = 0; i < 1700; ++i) add(many, 10 + i, "x");
  for (int i = 0; i < 3; ++i) {
    content::History::Message& wild = *many.mutable_messages(i);
    wild.set_order_us(UINT64_MAX - static_cast<uint64_t>(i));
    wild.set_sent_at_us(UINT64_MAX);
    wild.set_receipt_number(UINT64_MAX);
    wild.set_unread(true);
    wild.set_outgoing(i == 1);
    wild.set_tick(UINT32_MAX);
  }
  many.mutable_whole()->set_given(UINT64_MAX);
  many.mutable_head()->set_fetched_us(UINT64_MAX);
  put_in_outbox(ana_, state(ana_).account_id(), content);
  world_.advance(5000);
  EXPECT_EQ(forged_rows(web_), HistoryTaking::kMessagesMax);
  EXPECT_EQ(query(web_, "SELECT count(*) FROM messages WHERE order_us < 0 OR tick > 4"), 0);
  // Whose profile nobody has, and what is said of it.
  history.set_number(next());
  history.clear_parts();
  content::History::Part& head = *history.add_parts();
  head.set_account("nobody's account");
  head.mutable_head()->set_name("two\nlines");
  head.mutable_head()->set_about(std::string(1000, 'x'));
  put_in_outbox(ana_, state(ana_).account_id(), content);
  world_.advance(2000);
  EXPECT_EQ(query(web_,
                  "SELECT count(*) FROM profiles WHERE account = CAST('nobody''s account' AS BLOB) AND "
                  "instr(name, char(10)) = 0 AND name LIKE 'two%' AND length(about) = 140"),
            1);
  say(ben_, bens_chat(), "goes on");
  world_.advance(2000);
  EXPECT_EQ(query(web_, "SELECT count(*) FROM messages WHERE text = 'goes on'"), 1);
}

}  // namespace
}  // namespace kith::core::testing
