// SPDX-License-Identifier: AGPL-3.0-or-later

// TICK-1: a tick never says more than happened to that message on that device.
#include <gmock/gmock.h>

#include <algorithm>

#include "base/bytes.h"
#include "core/contents.h"
#include "core/testing/lying_server.h"
#include "core/testing/two_people.h"

namespace kith::core::testing {
namespace {

using client_api::Message;
using ::testing::Contains;
using ::testing::ElementsAre;

class TicksTest : public TwoPeopleOn<LyingServer> {
 protected:
  Message::Tick tick(const std::string& id) { return message(ana_, id).tick(); }
  void block(Host& host, const char* whom, bool blocked) {
    set_blocked(host, whom, blocked);
    world_.advance(1000);
  }
  // Nobody can open a new session, so that nothing is asked for again.
  void withhold_bundles(bool withheld) {
    server().change_bundles = {};
    if (withheld) server().change_bundles = [](wire::PrekeyBundlesResponse& response) { response.clear_bundles(); };
  }
  void hide_presence(client_api::Settings::Scope scope) {
    client_api::Request request;
    request.mutable_set_settings()->set_last_seen(scope);
    EXPECT_FALSE(ben_.request(request).has_failure());
    world_.advance(1000);
  }
};

TEST_F(TicksTest, WhatWasDroppedForABlockStaysAtOneTickForEver) {
  warm_up();
  block(ben_, kAna, true);
  const std::string dropped = say(ana_, chat_, "while blocked");
  world_.advance(1000);
  block(ben_, kAna, false);
  const std::string came = say(ana_, chat_, "afterwards");
  world_.advance(1000);
  EXPECT_EQ(tick(came), Message::kDelivered);
  EXPECT_EQ(tick(dropped), Message::kSent);
  mark_read(ben_, bens_chat());
  world_.advance(2000);
  EXPECT_EQ(tick(came), Message::kRead);
  EXPECT_EQ(tick(dropped), Message::kSent);
}

TEST_F(TicksTest, WhoIsBlockedIsToldNothingOfWhatIsRead) {
  warm_up();
  say(ana_, chat_, "read before the block");
  world_.advance(1000);
  mark_read(ben_, bens_chat());
  const std::string id = say(ana_, chat_, "read after it");
  world_.advance(3000);
  block(ben_, kAna, true);
  world_.server->sends.clear();
  mark_read(ben_, bens_chat());
  world_.advance(3000);
  EXPECT_TRUE(world_.server->sends.empty());
  EXPECT_EQ(tick(id), Message::kDelivered);
}

TEST_F(TicksTest, AReadReceiptThatABlockDroppedIsSaidAgainWithTheNext) {
  warm_up();
  const std::string dropped = say(ana_, chat_, "read during a block");
  world_.advance(1000);
  block(ana_, kBen, true);
  mark_read(ben_, bens_chat());
  world_.advance(3000);
  EXPECT_EQ(tick(dropped), Message::kDelivered);
  block(ana_, kBen, false);
  const std::string next = say(ana_, chat_, "read afterwards");
  world_.advance(1000);
  mark_read(ben_, bens_chat());
  world_.advance(3000);
  EXPECT_EQ(tick(next), Message::kRead);
  EXPECT_EQ(tick(dropped), Message::kRead);
}

TEST_F(TicksTest, WhoTakesTheNumberOverReadsNothingFromBefore) {
  warm_up();
  const std::string id = say(ana_, chat_, "for Ben");
  const auto message = *MessageId::from_hex(id);
  world_.advance(2000);
  int64_t number = 0;
  {
    auto row = ana_.database().prepare("SELECT number FROM sent WHERE shows = ?");
    row.bind_id(message);
    ASSERT_TRUE(row.step());
    number = row.integer(0);
  }
  Host& eve = world_.add("eve");
  sign_up(eve, kBen, "Ben");
  open_chat(eve, kAna);
  world_.advance(5000);
  // A server may have told her number and id.
  const auto run = wire::ReceiptRun::of(static_cast<uint64_t>(number), message);
  const Bytes content = contents::read_receipt({world_.clock.unix_us}, {{DeviceId{1}, run}});
  execute(eve, ("INSERT INTO outbox (message_id, target_kind, target, kind, content, revision, only_device, "
                "receipt_number) VALUES (randomblob(16), 1, x'" +
                state(ana_).account_id() + "', 2, x'" + to_hex(content) + "', 0, 0, 0)")
                   .c_str());
  eve.crash();
  eve.reopen();
  connect(eve);
  world_.advance(5000);
  EXPECT_FALSE(state(eve).changes_unsent()) << "it came";
  EXPECT_EQ(tick(id), Message::kDelivered);
}

TEST_F(TicksTest, WhatWasSealedForADeviceThatIsNoMoreStaysAtOneTick) {
  warm_up();
  ben_.close();
  const std::string lost = say(ana_, chat_, "to the old one");
  world_.advance(1000);
  EXPECT_EQ(tick(lost), Message::kSent);
  Host& anew = world_.add("ben-anew");
  sign_up(anew, kBen, "Ben");
  world_.advance(1000);
  const std::string came = say(ana_, chat_, "to the new one");
  world_.advance(60'000);
  const std::string chat = open_chat(anew, kAna);
  ASSERT_THAT(texts(anew, chat), ElementsAre("to the new one"));
  mark_read(anew, chat);
  world_.advance(2000);
  EXPECT_EQ(tick(came), Message::kRead);
  EXPECT_EQ(tick(lost), Message::kSent);
}

TEST_F(TicksTest, WhatExpiredInTheInboxStaysAtOneTick) {
  warm_up();
  ben_.set_network(false);
  const std::string expired = say(ana_, chat_, "waits too long");
  world_.advance(1000);
  world_.server->device_of(kBen)->inbox.clear();
  ben_.set_network(true);
  const std::string came = say(ana_, chat_, "in time");
  world_.advance(60'000);
  EXPECT_EQ(tick(came), Message::kDelivered);
  EXPECT_EQ(tick(expired), Message::kSent);
}

TEST_F(TicksTest, AStorePutBackFromACopyTellsWhatItSendsFromWhatItSentBefore) {
  warm_up();
  ana_.close();
  const std::string copy = *ana_.disk().contents("kith.db");
  ana_.reopen();
  connect(ana_);
  for (int i = 0; i < 3; ++i) say(ana_, chat_, "before " + std::to_string(i));
  world_.advance(2000);
  ana_.close();
  *ana_.disk().contents("kith.db") = copy;
  ana_.reopen();
  ben_.set_network(false);
  connect(ana_);
  std::vector<std::string> ids;
  for (int i = 0; i < 5; ++i) ids.push_back(say(ana_, chat_, "after " + std::to_string(i)));
  world_.advance(1000);
  for (const std::string& id : ids)
    EXPECT_EQ(tick(id), Message::kSent) << "a receipt for the first three may have come";
  ben_.set_network(true);
  world_.advance(120'000);
  const std::vector<std::string> there = texts(ben_, bens_chat());
  for (const Message& each : history(ana_, chat_)) {
    if (each.outgoing() && each.tick() >= Message::kDelivered) {
      EXPECT_THAT(there, Contains(each.text().text()));
    }
  }
  // Three of them were encrypted with steps that Ben had used already: he asks for them.
  for (int i = 0; i < 5; ++i) EXPECT_THAT(there, Contains("after " + std::to_string(i)));
}

TEST_F(TicksTest, WhatCanNotBeDecryptedHasItsSecondTickWithTheAnswerThatShowsIt) {
  warm_up();
  withhold_bundles(true);
  execute(ben_, "DELETE FROM sessions");
  const std::string lost = say(ana_, chat_, "lost");
  world_.advance(1000);
  EXPECT_EQ(message(ben_, lost).body_case(), Message::kUndecryptable);
  EXPECT_EQ(tick(lost), Message::kSent);
  mark_read(ben_, bens_chat());  // of the placeholder
  world_.advance(1000);
  EXPECT_EQ(tick(lost), Message::kSent);
  withhold_bundles(false);
  world_.advance(60'000);
  EXPECT_EQ(message(ben_, lost).body_case(), Message::kText);
  EXPECT_EQ(tick(lost), Message::kDelivered) << "nobody has read its text";
  EXPECT_EQ(conversation(ben_, bens_chat()).unread(), 1u);
  mark_read(ben_, bens_chat());
  world_.advance(2000);
  EXPECT_EQ(tick(lost), Message::kRead);
}

TEST_F(TicksTest, AWithheldReceiptIsWithheldAgainByHelloWhenTheConfirmWasLost) {
  warm_up();
  withhold_bundles(true);
  execute(ben_, "DELETE FROM sessions");
  bool crashed = false;
  ben_.before_step = [this, &crashed](const client_api::Action& action) {
    wire::ClientFrame frame;
    if (crashed || !action.has_send_frame()) return;
    if (!frame.ParseFromString(action.send_frame().frame()) || !frame.has_confirm()) return;
    crashed = true;
    ben_.crash();
  };
  const std::string lost = say(ana_, chat_, "lost");
  world_.advance(1000);
  ASSERT_TRUE(crashed);
  ben_.reopen();
  connect(ben_);
  world_.advance(1000);
  EXPECT_TRUE(world_.server->device_of(kBen)->inbox.empty());
  EXPECT_EQ(tick(lost), Message::kSent);
}

TEST_F(TicksTest, OnlyWhatSomebodyWaitsForWantsAReceipt) {
  warm_up();
  say(ana_, chat_, "a message");
  world_.advance(1000);
  mark_read(ben_, bens_chat());
  world_.advance(2000);
  client_api::Request profile;
  profile.mutable_set_profile()->set_name("Benedict");
  ben_.request(profile);
  world_.advance(2000);
  ASSERT_GE(world_.server->sends.size(), 3u);
  for (const wire::Send& send : world_.server->sends) {
    EXPECT_EQ(send.account().receipt_number() != 0, send.urgency() == wire::Send::kNormal);
  }
}

TEST_F(TicksTest, WhoeverHidesThePresenceTellsAStrangerNothingByReceipts) {  // PRIVATE-1
  hide_presence(client_api::Settings::kNobody);
  const std::string first = say(ana_, chat_, "are you there?");
  world_.advance(5000);
  EXPECT_THAT(texts(ben_, bens_chat()), ElementsAre("are you there?"));
  EXPECT_EQ(tick(first), Message::kSent);
  say(ben_, bens_chat(), "yes");
  world_.advance(1000);
  const std::string second = say(ana_, chat_, "good");
  world_.advance(1000);
  EXPECT_EQ(tick(second), Message::kDelivered) << "Ben has written to her: she knows";
  mark_read(ben_, bens_chat());
  world_.advance(2000);
  EXPECT_EQ(tick(first), Message::kRead);
}

TEST_F(TicksTest, AReadReceiptThatCanNotBeReadIsSaidAgain) {
  warm_up();
  const std::string id = say(ana_, chat_, "read me");
  world_.advance(1000);
  execute(ana_, "DELETE FROM sessions");
  mark_read(ben_, bens_chat());
  world_.advance(60'000);
  EXPECT_EQ(tick(id), Message::kRead);
  EXPECT_EQ(texts(ana_, chat_).size(), 3u) << "and no placeholder stays";
}

TEST_F(TicksTest, AnEntryThatStandsForWhatHasExpiredIsNoGap) {  // INBOX-3
  warm_up();
  world_.server->device_of(kBen)->sequence += 3;
  wire::Entry entry;
  entry.mutable_expired();
  server().plant(kBen, entry);
  say(ana_, chat_, "after it");
  world_.advance(1000);
  EXPECT_THAT(texts(ben_, bens_chat()), ElementsAre("ping", "pong", "after it"));
  EXPECT_TRUE(world_.server->redelivers.empty());
}

TEST_F(TicksTest, AReadReceiptNamesExactlyWhatWasRead) {
  warm_up();
  server().drop_between(kAna, kBen, true);
  const std::string dropped = say(ana_, chat_, "dropped");
  world_.advance(1000);
  server().drop_between(kAna, kBen, false);
  // No delivery receipt comes: what was read was delivered all the same.
  server().change = [](wire::ServerFrame& frame) {
    if (!frame.has_deliver()) return true;
    for (wire::Entry& entry : *frame.mutable_deliver()->mutable_entries()) entry.clear_delivery_receipt();
    return true;
  };
  const std::string read = say(ana_, chat_, "read");
  world_.advance(1000);
  mark_read(ben_, bens_chat());
  const std::string unread = say(ana_, chat_, "not yet");
  world_.advance(3000);
  EXPECT_EQ(tick(dropped), Message::kSent);
  EXPECT_EQ(tick(read), Message::kRead);
  EXPECT_LT(tick(unread), Message::kRead);
}

}  // namespace
}  // namespace kith::core::testing
