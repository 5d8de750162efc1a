// SPDX-License-Identifier: AGPL-3.0-or-later

// How often a message that can't be decrypted is asked for, when a server changes what passes it.
#include <algorithm>

#include "core/repair.h"
#include "core/testing/lying_server.h"
#include "core/testing/two_people.h"

namespace kith::core::testing {
namespace {

using client_api::Message;
using ::testing::Contains;
using ::testing::ElementsAre;

// What a message to a device carries is changed, as long as the server wants.
class CorruptingServerTest : public TwoPeopleOn<LyingServer> {
 protected:
  // Of messages from this account alone; until `corrupts_` is false.
  void corrupt_from(const std::string& phone) {
    server().change_messages([this, from = server().account_of(phone)->id.bytes()](wire::IncomingMessage& message) {
      if (!corrupts_ || message.from_account() != from) return;
      LyingServer::corrupt(message);
      ++corrupted_;
    });
  }
  // Both write to each other for a while, in which all is changed that passes.
  void write_while_corrupted() {
    server().change_messages(LyingServer::corrupt);
    for (int i = 0; i < kWritten; ++i) {
      say(ana_, chat_, "from Ana " + std::to_string(i));
      say(ben_, bens_chat(), "from Ben " + std::to_string(i));
      world_.advance(2000);
    }
    server().change = {};
  }
  void expect_all_written() {
    for (int i = 0; i < kWritten; ++i) {
      EXPECT_THAT(texts(ana_, chat_), Contains("from Ben " + std::to_string(i)));
      EXPECT_THAT(texts(ben_, bens_chat()), Contains("from Ana " + std::to_string(i)));
    }
  }
  static constexpr const char* kNeverAsked = "SELECT count(*) FROM repairs WHERE unanswered = 0 AND asked_us = 0";
  void start_again(Host& host) {
    host.crash();
    host.reopen();
    connect(host);
  }
  // Ana writes, and goes; Ben can't read it, and asks her.
  void lose_while_ana_is_away(const std::string& text) {
    ben_.set_network(false);
    execute(ben_, "DELETE FROM sessions");
    say(ana_, chat_, text);
    ana_.set_network(false);
    ben_.set_network(true);
  }
  int placeholders() {
    int count = 0;
    for (const Message& each : history(ben_, bens_chat())) count += each.has_undecryptable() ? 1 : 0;
    return count;
  }
  // How often Ben has asked, or sent anything else.
  size_t sends_of_ben() {
    const std::string to_ana = world_.server->account_of(kAna)->id.bytes();
    return static_cast<size_t>(
        std::count_if(server().sends.begin(), server().sends.end(),
                      [&to_ana](const wire::Send& send) { return send.account().account_id() == to_ana; }));
  }

  static constexpr int kWritten = 11;
  bool corrupts_ = true;
  int corrupted_ = 0;
};

TEST_F(CorruptingServerTest, AnAnswerThatCantBeReadBelongsToWhatWasAskedFor) {
  warm_up();
  corrupt_from(kAna);
  const std::string lost = say(ana_, chat_, "true words");
  world_.advance(100'000);
  EXPECT_GE(corrupted_, 3) << "the message, and two answers";
  EXPECT_EQ(placeholders(), 1);
  EXPECT_EQ(state(ben_).undecryptable(), 1u);
  corrupts_ = false;
  world_.advance(200'000);
  EXPECT_THAT(texts(ben_, bens_chat()), ElementsAre("ping", "pong", "true words"));
  EXPECT_EQ(message(ana_, lost).tick(), Message::kDelivered);
}

TEST_F(CorruptingServerTest, WhatAStrangerSendsTakesNothingFromOthers) {
  warm_up();
  execute(ben_,
          "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 600) "
          "INSERT INTO repairs (message_id, account, device) "
          "SELECT CAST(char(1) || printf('%015d', i) AS BLOB), x'09000000000000000000000000000007', i FROM n");
  execute(ben_,
          "INSERT INTO repairs (message_id, account, device) SELECT CAST(char(2) || substr(message_id, 2) AS BLOB), "
          "account, 1 FROM repairs WHERE device <> 1");
  execute(ben_, "DELETE FROM sessions");
  say(ana_, chat_, "true words");
  world_.advance(20'000);
  EXPECT_THAT(texts(ben_, bens_chat()), ElementsAre("ping", "pong", "true words"));
}

TEST_F(CorruptingServerTest, ARequestThatTheOutboxDoesNotTakeIsNoTry) {
  warm_up();
  server().bundles_away = true;
  execute(ben_, "DELETE FROM sessions");
  execute(ben_, ("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300) "
                 "INSERT INTO outbox (message_id, target_kind, target, kind, content, revision, only_device, "
                 "receipt_number) SELECT randomblob(16), 1, x'" +
                 state(ana_).account_id() + "', 4, x'', 0, 1, 0 FROM n")
                    .c_str());
  start_again(ben_);
  say(ana_, chat_, "true words");
  world_.advance(10'000);
  EXPECT_EQ(query(ben_, "SELECT count(*) FROM outbox"), 300) << "there is no room for it";
  EXPECT_EQ(query(ben_, kNeverAsked), 1);
  execute(ben_, "DELETE FROM outbox");
  server().bundles_away = false;
  start_again(ben_);
  world_.advance(20'000);
  EXPECT_THAT(texts(ben_, bens_chat()), ElementsAre("ping", "pong", "true words"));
}

TEST_F(CorruptingServerTest, WhatIsMissingIsAskedForOnceThePersonHasAgreedToTheIdentity) {  // IDENTITY-6
  warm_up();
  execute(ben_, ("UPDATE device_lists SET must_agree = 1 WHERE account = x'" + state(ana_).account_id() + "'").c_str());
  execute(ben_, "DELETE FROM sessions");
  say(ana_, chat_, "true words");
  world_.advance(600'000);
  EXPECT_EQ(query(ben_, kNeverAsked), 1);
  accept_identity(ben_, bens_chat());
  world_.advance(20'000);
  EXPECT_THAT(texts(ben_, bens_chat()), ElementsAre("ping", "pong", "true words"));
}

TEST_F(CorruptingServerTest, ARequestThatIsDroppedForAChangeOfIdentityIsNoTry) {  // IDENTITY-6
  warm_up();
  verify(ben_, bens_chat());
  server().bundles_away = true;
  execute(ben_, "DELETE FROM sessions");
  say(ana_, chat_, "true words");
  world_.advance(1000);
  EXPECT_EQ(query(ben_, "SELECT count(*) FROM outbox WHERE kind = 3"), 1) << "it waits for a session";
  sign_up(world_.add("new ana"), kAna, "Ana");
  server().bundles_away = false;
  world_.advance(400'000);
  EXPECT_EQ(query(ben_, "SELECT count(*) FROM device_lists WHERE must_agree = 1"), 1);
  EXPECT_EQ(query(ben_, "SELECT count(*) FROM outbox"), 0);
  EXPECT_EQ(query(ben_, kNeverAsked), 1);
}

TEST_F(CorruptingServerTest, WhoeverIsAwayIsNotWaitedForByWakingAllTheTime) {
  warm_up();
  world_.advance(600'000);
  const auto steps_of_an_hour = [this] {
    const uint64_t before = ben_.steps;
    world_.advance(3'600'000);
    return ben_.steps - before;
  };
  const uint64_t quiet = steps_of_an_hour();
  lose_while_ana_is_away("true words");
  world_.advance(600'000);
  EXPECT_EQ(placeholders(), 1);
  EXPECT_LT(steps_of_an_hour(), quiet + 100);
  ana_.set_network(true);
  world_.advance(2000);
  EXPECT_THAT(texts(ben_, bens_chat()), ElementsAre("ping", "pong", "true words"));
}

TEST_F(CorruptingServerTest, WhatGoesMissingWhileARequestIsOnItsWayIsAskedForAsSoonAsThatHasArrived) {
  warm_up();
  lose_while_ana_is_away("one");
  world_.advance(60'000);
  wire::Entry lost;
  lost.mutable_message()->set_from_account(server().account_of(kAna)->id.bytes());
  lost.mutable_message()->set_from_device(state(ana_).device_id());
  lost.mutable_message()->set_message_id(Bytes(16, 'y'));
  lost.mutable_message()->set_server_time_us(world_.clock.unix_us);
  lost.mutable_message()->set_payload("garbage");
  server().plant(kBen, lost);
  world_.advance(60'000);
  EXPECT_EQ(query(ben_, kNeverAsked), 1);
  ana_.set_network(true);
  world_.advance(Repair::kPeerMs);
  EXPECT_EQ(query(ben_, kNeverAsked), 0);
}

TEST_F(CorruptingServerTest, WhatWasLostIsAskedForAgainOnceADayAlsoAfterANewStart) {
  warm_up();
  corrupt_from(kAna);
  say(ana_, chat_, "true words");
  world_.advance(3'600'000);
  const size_t tries = sends_of_ben();
  EXPECT_EQ(tries, Repair::kTriesMax);
  for (int hour = 0; hour < 3; ++hour) {
    start_again(ben_);
    world_.advance(3'600'000);
  }
  EXPECT_EQ(sends_of_ben(), tries) << "a new start is no new try";
  corrupts_ = false;
  world_.advance(uint64_t{21} * 3600 * 1000);
  EXPECT_EQ(sends_of_ben(), tries + 1);
  EXPECT_THAT(texts(ben_, bens_chat()), ElementsAre("ping", "pong", "true words"));
}

TEST_F(CorruptingServerTest, AndAfterEachNewSessionWithItsSenderOnceAnHour) {
  warm_up();
  corrupt_from(kAna);
  say(ana_, chat_, "true words");
  world_.advance(3'600'000);
  const size_t tries = sends_of_ben();
  corrupts_ = false;
  execute(ana_, "DELETE FROM sessions");
  say(ana_, chat_, "in a new session");
  world_.advance(20'000);
  EXPECT_THAT(texts(ben_, bens_chat()), ElementsAre("ping", "pong", "true words", "in a new session"));
  EXPECT_EQ(sends_of_ben(), tries + 1);
  // A sender that opens sessions without end is not asked without end.
  corrupts_ = true;
  say(ana_, chat_, "more");
  world_.advance(3'600'000);
  const size_t before = sends_of_ben();
  for (int i = 0; i < 20; ++i) {
    corrupts_ = false;
    execute(ana_, "DELETE FROM sessions");
    say(ana_, chat_, std::to_string(i));
    corrupts_ = true;
    world_.advance(10'000);
  }
  EXPECT_LE(sends_of_ben(), before + 1);
}

TEST_F(CorruptingServerTest, AWhileOfCorruptionBothWaysCostsNothingOnceItIsOver) {
  warm_up();
  write_while_corrupted();
  say(ana_, chat_, "afterwards");
  say(ben_, bens_chat(), "afterwards");
  world_.advance(600'000);
  expect_all_written();
  for (const auto& all : {texts(ana_, chat_), texts(ben_, bens_chat())})
    EXPECT_EQ(std::count(all.begin(), all.end(), "afterwards"), 2);
}

TEST_F(CorruptingServerTest, AWhileOfCorruptionCostsNothingEitherWhenNothingIsWrittenAfterIt) {
  warm_up();
  write_while_corrupted();
  for (int hour = 0; hour < 50; ++hour) world_.advance(3'600'000);
  expect_all_written();
}

TEST_F(CorruptingServerTest, WhoeverAsksForMuchIsAnsweredSoOftenAMinute) {  // LIMIT-1
  warm_up();
  constexpr size_t kAsked = 300;
  static_assert(kAsked > Repair::kAnswersMax);
  for (size_t i = 0; i < kAsked; ++i) say(ana_, chat_, "text " + std::to_string(i));
  world_.advance(2000);
  execute(ana_, "DELETE FROM receipts");  // as if the receipts had not come
  server().sends.clear();
  const auto ask = [this](int first, int count) {
    execute(ben_, ("INSERT INTO repairs (message_id, account, device, tries) SELECT id, from_account, from_device, 0 "
                   "FROM messages WHERE outgoing = 0 AND text LIKE 'text %' ORDER BY sequence LIMIT " +
                   std::to_string(count) + " OFFSET " + std::to_string(first))
                      .c_str());
    ben_.set_network(false);
    ben_.set_network(true);
    world_.advance(25'000);
  };
  const auto answers = [this] {
    const std::string ben = world_.server->account_of(kBen)->id.bytes();
    return std::ranges::count_if(server().sends,
                                 [&ben](const wire::Send& send) { return send.account().account_id() == ben; });
  };
  ask(0, 200);
  EXPECT_EQ(answers(), 200);
  ask(200, 100);
  EXPECT_EQ(answers(), Repair::kAnswersMax);
  execute(ben_, "DELETE FROM repairs");
  world_.advance(60'000);
  ask(200, 100);
  EXPECT_EQ(answers(), kAsked) << "the rest in the next minute";
}

}  // namespace
}  // namespace kith::core::testing
