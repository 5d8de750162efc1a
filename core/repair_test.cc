// SPDX-License-Identifier: AGPL-3.0-or-later

// Messages that can't be decrypted, identities that change, and servers that lie about the inbox.
#include "content/content.pb.h"
#include "core/testing/linked_devices.h"
#include "core/testing/lying_server.h"
#include "core/testing/two_people.h"

namespace kith::core::testing {
namespace {

using client_api::Event;
using client_api::Message;
using ::testing::ElementsAre;

class RepairTest : public TwoPeopleOn<LyingServer> {
 protected:
  // As when it dies: Ben has confirmed what it delivered, so it knows that no more, and Ana was not told.
  void server_forgets() {
    server().change = {};
    server().device_of(kBen)->seen.clear();
  }
  // Withholds the next `count` Deliver frames that carry a message.
  void withhold(int count) {
    server().change = [left = count](wire::ServerFrame& frame) mutable {
      return !(frame.has_deliver() && frame.deliver().entries(0).has_message() && left-- > 0);
    };
  }
};

TEST_F(RepairTest, AMessageThatCantBeDecryptedIsSentAgainAndTakesItsPlace) {
  warm_up();
  execute(ben_, "DELETE FROM sessions");
  const std::string chat = bens_chat();
  const std::string lost = say(ana_, chat_, "read this");
  world_.run();
  EXPECT_EQ(state(ben_).undecryptable(), 1u);
  say(ana_, chat_, "and this");
  world_.advance(20000);
  EXPECT_THAT(texts(ben_, chat), ElementsAre("ping", "pong", "read this", "and this"));
  EXPECT_EQ(texts(ana_, chat_), texts(ben_, chat));
  EXPECT_EQ(message(ben_, lost).body_case(), Message::kText);
  EXPECT_EQ(message(ana_, lost).tick(), Message::kDelivered);
  EXPECT_EQ(conversation(ben_, chat).unread(), 3u) << "ping, and the two";
}

TEST_F(RepairTest, ADeviceIsAnsweredThoughAnotherOneOfItsAccountHasTheMessage) {  // [IDENTITY-5] [INBOX-2]
  warm_up();
  Host& web = world_.add("web");
  link(world_, ben_, web, "Web");
  say(ana_, chat_, "to both");
  world_.advance(2000);
  execute(web, "DELETE FROM sessions");
  const std::string lost = say(ana_, chat_, "read this");
  world_.advance(2000);
  EXPECT_EQ(message(ben_, lost).body_case(), Message::kText);
  EXPECT_EQ(message(ana_, lost).tick(), Message::kDelivered) << "Ben has it on his first device";
  world_.advance(20000);
  EXPECT_EQ(message(web, lost).body_case(), Message::kText);
}

TEST_F(RepairTest, AMessageIsNotLostWhenItsSendersListCantBeHad) {  // [INBOX-2]
  server().list_away = state(ana_).account_id();                    // Ben has never heard of Ana
  say(ana_, chat_, "from a stranger");
  world_.advance(60'000);
  EXPECT_EQ(state(ben_).undecryptable(), 1u);
  server().list_away.clear();
  world_.advance(600'000);
  EXPECT_THAT(texts(ben_, bens_chat()), ElementsAre("from a stranger"));
}

TEST_F(RepairTest, AMessageThatAServerForgotIsOrderedAlikeOnBothSides) {  // [SEND-1] [ORDER-1]
  warm_up();
  const std::string chat = bens_chat();
  server().change = [](wire::ServerFrame& frame) { return !frame.has_accepted(); };
  say(ana_, chat_, "first");
  world_.advance(1000);
  server_forgets();
  say(ben_, chat, "second");
  server().restart();
  world_.advance(120'000);
  EXPECT_THAT(texts(ana_, chat_), ElementsAre("ping", "pong", "second", "first"));
  EXPECT_EQ(texts(ben_, chat), texts(ana_, chat_));
  mark_read(ben_, chat);
  world_.advance(1000);
  for (const Message& each : history(ana_, chat_)) {
    if (each.outgoing()) {
      EXPECT_EQ(each.tick(), Message::kRead) << each.text().text();
    }
  }
}

TEST_F(RepairTest, WhatWasReadStaysWhereItWasReadAndItsSenderIsToldSo) {  // [ORDER-1] [RECEIPT-1]
  warm_up();
  const std::string chat = bens_chat();
  server().change = [](wire::ServerFrame& frame) { return !frame.has_accepted(); };
  const std::string first = say(ana_, chat_, "first");
  mark_read(ben_, chat);
  world_.advance(1000);
  server_forgets();
  say(ben_, chat, "second");
  server().restart();
  world_.advance(120'000);
  EXPECT_THAT(texts(ben_, chat), ElementsAre("ping", "pong", "first", "second"));
  EXPECT_THAT(texts(ana_, chat_), ElementsAre("ping", "pong", "second", "first"));
  EXPECT_EQ(message(ana_, first).tick(), Message::kRead);
}

TEST_F(RepairTest, WhatStoodUnreadForMoreThanADayStays) {  // [ORDER-1]
  warm_up();
  const std::string chat = bens_chat();
  server().change = [](wire::ServerFrame& frame) { return !frame.has_accepted(); };
  say(ana_, chat_, "first");
  world_.advance(1000);
  ana_.set_network(false);
  server_forgets();
  say(ben_, chat, "second");
  world_.clock.unix_us += uint64_t{25} * 3600 * 1'000'000;
  ana_.set_network(true);
  world_.advance(120'000);
  EXPECT_THAT(texts(ben_, chat), ElementsAre("ping", "pong", "first", "second"));
  EXPECT_THAT(texts(ana_, chat_), ElementsAre("ping", "pong", "second", "first"));
}

TEST_F(RepairTest, APlaceholderIsShownUntilTheRepair) {
  warm_up();
  execute(ben_, "DELETE FROM sessions");
  // The message arrives; the request to send it again does not.
  server().change = [first = true](wire::ServerFrame& frame) mutable {
    const bool is_message = frame.has_deliver() && frame.deliver().entries(0).has_message();
    return !is_message || std::exchange(first, false);
  };
  const std::string lost = say(ana_, chat_, "read this");
  world_.run();
  EXPECT_EQ(message(ben_, lost).body_case(), Message::kUndecryptable);
  EXPECT_EQ(message(ben_, lost).text().text(), "");
  EXPECT_TRUE(world_.server->device_of(kBen)->inbox.empty()) << "it is confirmed all the same";
}

TEST_F(RepairTest, WithBothSessionsLostBothSidesRepair) {
  warm_up();
  const std::string chat = bens_chat();
  execute(ana_, "DELETE FROM sessions");
  execute(ben_, "DELETE FROM sessions");
  say(ana_, chat_, "from ana");
  say(ben_, chat, "from ben");
  world_.advance(20000);
  say(ana_, chat_, "again");
  world_.advance(20000);
  EXPECT_EQ(texts(ana_, chat_).size(), 5u);
  EXPECT_EQ(texts(ana_, chat_), texts(ben_, chat));
}

TEST_F(RepairTest, BothMayOpenTheSessionAtTheSameTime) {
  const std::string chat = bens_chat();
  client_api::Request a, b;
  a.mutable_send_message()->set_conversation(chat_);
  a.mutable_send_message()->set_text("from ana");
  b.mutable_send_message()->set_conversation(chat);
  b.mutable_send_message()->set_text("from ben");
  ana_.post(a);
  ben_.post(b);
  world_.advance(1000);
  for (int i = 0; i < 4; ++i) {
    say(ana_, chat_, "a");
    say(ben_, chat, "b");
  }
  world_.advance(2000);
  EXPECT_EQ(texts(ana_, chat_).size(), 10u);
  EXPECT_EQ(texts(ana_, chat_), texts(ben_, chat));
  EXPECT_EQ(state(ana_).undecryptable() + state(ben_).undecryptable(), 0u);
}

TEST_F(RepairTest, AReceiptThatCantBeDecryptedLeavesNothingBehind) {
  warm_up();
  say(ana_, chat_, "hello");
  world_.advance(1000);
  execute(ana_, "DELETE FROM sessions");
  mark_read(ben_, bens_chat());
  world_.advance(20000);
  EXPECT_THAT(texts(ana_, chat_), ElementsAre("ping", "pong", "hello"));
  EXPECT_EQ(state(ana_).undecryptable(), 1u);
  EXPECT_GE(count_events(ana_, Event::kMessageRemoved), 1);
}

TEST_F(RepairTest, AWithheldEntryIsAskedForAgain_INBOX_3) {
  warm_up();
  withhold(1);
  say(ana_, chat_, "one");
  world_.run();
  say(ana_, chat_, "two");
  say(ana_, chat_, "three");
  world_.advance(2000);
  EXPECT_THAT(texts(ben_, bens_chat()), ElementsAre("ping", "pong", "one", "two", "three"));
  EXPECT_EQ(server().redelivers.size(), 1u) << "once for one gap";
}

TEST_F(RepairTest, AWithheldEndOfTheBacklogIsFoundToo_INBOX_3) {
  warm_up();
  ben_.set_network(false);
  say(ana_, chat_, "one");
  withhold(1);
  ben_.set_network(true);
  world_.advance(2000);
  EXPECT_THAT(texts(ben_, bens_chat()), ElementsAre("ping", "pong", "one"));
}

TEST_F(RepairTest, EntriesThatAreGoneForGoodDoNotBlockTheRest_INBOX_3) {
  warm_up();
  const std::string chat = bens_chat();
  const uint64_t bad = world_.server->device_of(kBen)->sequence + 1;
  server().change = [bad](wire::ServerFrame& frame) {
    if (!frame.has_deliver()) return true;
    auto& entries = *frame.mutable_deliver()->mutable_entries();
    for (int i = 0; i < entries.size(); ++i) {
      if (Position{entries[i].position()}.sequence() == bad) entries.DeleteSubrange(i--, 1);
    }
    return !entries.empty();
  };
  say(ana_, chat_, "gone");
  say(ana_, chat_, "there");
  world_.advance(600'000);
  EXPECT_THAT(texts(ben_, chat), ::testing::Contains("there"));
  EXPECT_EQ(state(ben_).connection(), client_api::State::kOnline);
}

TEST_F(RepairTest, RepeatedFramesChangeNothing_SEND_1) {
  server().repeat = 3;
  const std::string id = say(ana_, chat_, "once");
  world_.advance(2000);
  EXPECT_THAT(texts(ben_, bens_chat()), ElementsAre("once"));
  EXPECT_EQ(message(ana_, id).tick(), Message::kDelivered);
  EXPECT_EQ(state(ben_).undecryptable(), 0u);
}

TEST_F(RepairTest, AChangedPayloadIsNoticedAndRepaired) {
  warm_up();
  server().change_next_message(LyingServer::corrupt);
  say(ana_, chat_, "true words");
  world_.advance(20000);
  EXPECT_THAT(texts(ben_, bens_chat()), ElementsAre("ping", "pong", "true words"));
}

// As after a store was put back from a copy: which of its requests has arrived nobody can tell it any more.
TEST_F(RepairTest, AReceiptThatSaysNothingDoesNotEndTheAsking) {  // TICK-1
  warm_up();
  int changed = 0;
  server().change = [&changed, from = world_.server->account_of(kAna)->id.bytes()](wire::ServerFrame& frame) {
    if (!frame.has_deliver()) return true;
    for (wire::Entry& entry : *frame.mutable_deliver()->mutable_entries()) {
      if (entry.has_delivery_receipt()) {
        entry.mutable_delivery_receipt()->set_marks(entry.delivery_receipt().marks() ^ 1);
      } else if (entry.message().from_account() == from && changed < 2) {  // the message, and the first answer
        ++changed;
        LyingServer::corrupt(*entry.mutable_message());
      }
    }
    return true;
  };
  say(ana_, chat_, "true words");
  world_.advance(300'000);
  EXPECT_EQ(changed, 2);
  EXPECT_THAT(texts(ben_, bens_chat()), ElementsAre("ping", "pong", "true words"));
}

TEST_F(RepairTest, ANewRegistrationOfThePeerIsShownAndTheConversationGoesOn) {
  warm_up();
  client_api::Request verify;
  verify.mutable_set_verified()->set_conversation(chat_);
  verify.mutable_set_verified()->set_verified(true);
  EXPECT_FALSE(ana_.request(verify).has_failure());
  EXPECT_TRUE(conversation(ana_, chat_).direct().verified());
  client_api::Request number;
  number.mutable_get_safety_number()->set_conversation(chat_);
  const std::string before = ana_.request(number).get_safety_number().digits();

  ana_.set_network(false);
  say(ana_, chat_, "to whom?");
  Host& new_ben = world_.add("new ben");
  sign_up(new_ben, kBen, "Ben");
  world_.advance(1000);
  EXPECT_EQ(state(ben_).connection(), client_api::State::kEnded);
  ana_.set_network(true);
  world_.advance(5000);

  EXPECT_FALSE(conversation(ana_, chat_).direct().verified());
  EXPECT_THAT(texts(new_ben, open_chat(new_ben, kAna)), ElementsAre());
  accept_identity(ana_, chat_);
  world_.advance(5000);
  int notices = 0;
  for (const Message& each : history(ana_, chat_)) notices += each.body_case() == Message::kIdentityChanged ? 1 : 0;
  EXPECT_EQ(notices, 1);
  const std::string after = ana_.request(number).get_safety_number().digits();
  EXPECT_NE(after, before);
  client_api::Request same;
  same.mutable_get_safety_number()->set_handle(kAna);
  EXPECT_EQ(new_ben.request(same).get_safety_number().digits(), after);
  EXPECT_THAT(texts(new_ben, open_chat(new_ben, kAna)), ElementsAre("to whom?"));
  say(new_ben, open_chat(new_ben, kAna), "me");
  world_.advance(1000);
  EXPECT_EQ(texts(ana_, chat_).back(), "me");
}

TEST_F(RepairTest, AFirstMessageReachesTheNewDeviceOfSomebodyWhoseOldOneWasKnown_DEVICE_1) {
  // The safety number brings Ben's device list, but no session.
  client_api::Request number;
  number.mutable_get_safety_number()->set_conversation(chat_);
  EXPECT_FALSE(ana_.request(number).has_failure());
  ana_.set_network(false);
  Host& new_ben = world_.add("new ben");
  sign_up(new_ben, kBen, "Ben");
  world_.advance(1000);
  ana_.set_network(true);
  const std::string id = say(ana_, chat_, "first");
  world_.advance(5000);
  accept_identity(ana_, chat_);  // it was written before the change was known
  world_.advance(5000);
  EXPECT_THAT(texts(new_ben, open_chat(new_ben, kAna)), ElementsAre("first"));
  EXPECT_GE(message(ana_, id).tick(), Message::kDelivered);
}

TEST_F(RepairTest, ADeviceThatTheListDoesNotNameGetsNoTrust_DEVICE_1) {
  warm_up();
  // The server invents a second device of Ana and sends in its name.
  const std::string chat = bens_chat();
  server().change_next_message([](wire::IncomingMessage& message) { message.set_from_device(7); });
  const std::string id = say(ana_, chat_, "hello");
  world_.advance(1000);
  EXPECT_EQ(message(ben_, id).body_case(), Message::kUndecryptable);
  say(ana_, chat_, "next");
  world_.advance(1000);
  EXPECT_EQ(texts(ben_, chat).back(), "next") << "what follows is not held up";
}

TEST_F(RepairTest, AScannedCodeIsCompared) {
  warm_up();
  client_api::Request mine, theirs;
  mine.mutable_get_safety_number()->set_conversation(chat_);
  theirs.mutable_get_safety_number()->set_conversation(bens_chat());
  const std::string scanned = ben_.request(theirs).get_safety_number().qr_payload();
  client_api::Request verify;
  verify.mutable_set_verified()->set_conversation(chat_);
  verify.mutable_set_verified()->set_scanned_qr_payload(ana_.request(mine).get_safety_number().qr_payload());
  EXPECT_EQ(ana_.request(verify).failure().code(), client_api::Failure::kIdentityInvalid);
  EXPECT_FALSE(conversation(ana_, chat_).direct().verified());
  verify.mutable_set_verified()->set_scanned_qr_payload(scanned);
  EXPECT_FALSE(ana_.request(verify).has_failure());
  EXPECT_TRUE(conversation(ana_, chat_).direct().verified());
}

}  // namespace
}  // namespace kith::core::testing
