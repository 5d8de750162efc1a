// SPDX-License-Identifier: AGPL-3.0-or-later

// How often a message that can't be decrypted is asked for, when a server changes what passes it.
#include <algorithm>

#include "core/repair.h"
#include "core/testing/lying_server.h"
#include "core/testing/two_people.h"

namespace kith::core::testing {
namespace {

using client_api::Message;
using ::testing::ElementsAre;

// What a message to a device carries is changed, as long as the server wants.
class CorruptingServerTest : public TwoPeople {
 protected:
  CorruptingServerTest() : TwoPeople(LyingServer::make) {}
  LyingServer& liar() { return static_cast<LyingServer&>(*world_.server); }
  // Of messages from this account alone; until `corrupts_` is false.
  void corrupt_from(const std::string& phone) {
    liar().change = [this, from = world_.server->account_of(phone)->id.bytes()](wire::ServerFrame& frame) {
      if (!frame.has_deliver()) return true;
      for (wire::Entry& entry : *frame.mutable_deliver()->mutable_entries()) {
        if (!corrupts_ || !entry.has_message() || entry.message().from_account() != from) continue;
        std::string& payload = *entry.mutable_message()->mutable_payload();
        payload[payload.size() / 2] = static_cast<char>(payload[payload.size() / 2] ^ 1);
        ++corrupted_;
      }
      return true;
    };
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
        std::count_if(liar().sends.begin(), liar().sends.end(),
                      [&to_ana](const wire::Send& send) { return send.account().account_id() == to_ana; }));
  }

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

TEST_F(CorruptingServerTest, WhatWasLostIsAskedForAgainOnceADayAlsoAfterANewStart) {
  warm_up();
  corrupt_from(kAna);
  say(ana_, chat_, "true words");
  world_.advance(3'600'000);
  const size_t tries = sends_of_ben();
  EXPECT_EQ(tries, Repair::kTriesMax);
  for (int hour = 0; hour < 3; ++hour) {
    ben_.close();
    ben_.reopen();
    connect(ben_);
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
  liar().change = [this](wire::ServerFrame& frame) {
    if (!corrupts_ || !frame.has_deliver()) return true;
    for (wire::Entry& entry : *frame.mutable_deliver()->mutable_entries()) {
      if (!entry.has_message()) continue;
      std::string& payload = *entry.mutable_message()->mutable_payload();
      payload[payload.size() / 2] = static_cast<char>(payload[payload.size() / 2] ^ 1);
    }
    return true;
  };
  for (int i = 0; i < 11; ++i) {
    say(ana_, chat_, "from Ana " + std::to_string(i));
    say(ben_, bens_chat(), "from Ben " + std::to_string(i));
    world_.advance(2000);
  }
  corrupts_ = false;
  say(ana_, chat_, "from Ana 11");
  say(ben_, bens_chat(), "from Ben 11");
  world_.advance(600'000);
  for (int i = 0; i < 12; ++i) {
    EXPECT_THAT(texts(ana_, chat_), ::testing::Contains("from Ben " + std::to_string(i)));
    EXPECT_THAT(texts(ben_, bens_chat()), ::testing::Contains("from Ana " + std::to_string(i)));
  }
}

}  // namespace
}  // namespace kith::core::testing
