// SPDX-License-Identifier: AGPL-3.0-or-later

// The ledger can fail: what each of its rules sees.
#include "sim/ledger.h"

#include <gmock/gmock.h>

#include "sim/words.h"

namespace kith::sim {
namespace {

client_api::Message text(const std::string& id, const std::string& body, bool outgoing, uint64_t order,
                         client_api::Message::Tick tick) {
  client_api::Message message;
  message.set_id(id);
  message.mutable_text()->set_text(body);
  message.set_outgoing(outgoing);
  message.set_order_us(order);
  message.set_tick(tick);
  return message;
}

class LedgerTest : public ::testing::Test {
 protected:
  LedgerTest() {
    ledger_.owns("ana", "ana-1", 0);
    ledger_.owns("ben", "ben-1", 0);
    ana_.person = "ana";
    ana_.device = "ana-1";
    ben_.person = "ben";
    ben_.device = "ben-1";
    for (FinalView* view : {&ana_, &ben_}) view->state.set_connection(client_api::State::kOnline);
  }
  void say(const std::string& id, uint64_t order) {
    ledger_.wrote("ana-1", "ben", text(id, "ana-1 ben " + id, true, order, client_api::Message::kPending), 10);
    ledger_.sent("ana-1", id);
    ana_.conversations["ben"].push_back(text(id, "ana-1 ben " + id, true, order, client_api::Message::kRead));
  }
  void read(const std::string& id, uint64_t order) {
    client_api::Event event;
    *event.mutable_message_changed() = text(id, "ana-1 ben " + id, true, order, client_api::Message::kRead);
    ledger_.event("ana-1", event, 20);
  }
  void hear(const std::string& id, uint64_t order) {
    client_api::Event event;
    *event.mutable_message_added() = text(id, "ana-1 ben " + id, false, order, client_api::Message::kNone);
    ledger_.event("ben-1", event, 15);
    ben_.conversations["ana"].push_back(event.message_added());
    ledger_.reads("ben-1", "ana", 20);
  }
  void move(const std::string& id, uint64_t order) {
    client_api::Event event;
    *event.mutable_message_changed() = text(id, "ana-1 ben " + id, false, order, client_api::Message::kNone);
    ledger_.event("ben-1", event, 25);
  }
  std::vector<std::string> check() {
    ledger_.check({ana_, ben_});
    return ledger_.violations();
  }
  Ledger ledger_;
  FinalView ana_;
  FinalView ben_;
};

TEST_F(LedgerTest, IsContentWhenEverythingArrived) {
  say("11111111", 1);
  say("22222222", 2);
  hear("11111111", 1);
  hear("22222222", 2);
  EXPECT_EQ(check(), std::vector<std::string>{});
}
TEST_F(LedgerTest, SeesALoss) {
  say("11111111", 1);
  EXPECT_FALSE(check().empty());
}
TEST_F(LedgerTest, SeesARepetition) {
  say("11111111", 1);
  hear("11111111", 1);
  hear("11111111", 1);
  EXPECT_FALSE(check().empty());
}
TEST_F(LedgerTest, SeesAnotherOrderOfArrival) {
  say("11111111", 1);
  say("22222222", 2);
  hear("22222222", 2);
  hear("11111111", 1);
  std::swap(ben_.conversations["ana"][0], ben_.conversations["ana"][1]);
  EXPECT_EQ(check().size(), 1u);
}
TEST_F(LedgerTest, SeesAnotherOrderOfTheConversation) {
  say("11111111", 1);
  say("22222222", 2);
  hear("11111111", 1);
  hear("22222222", 2);
  std::swap(ben_.conversations["ana"][0], ben_.conversations["ana"][1]);
  EXPECT_EQ(check().size(), 1u);
}
TEST_F(LedgerTest, SeesWhatWasReadAtAnotherPlace) {  // [ORDER-1]
  say("11111111", 1);
  hear("11111111", 1);
  move("11111111", 2);
  EXPECT_EQ(check(), std::vector<std::string>{});
  ledger_.has_read("ben-1", "ana");
  move("11111111", 3);
  EXPECT_EQ(check().size(), 1u);
}
TEST_F(LedgerTest, OnlyWhatCameAgainMayBeListedElsewhere) {  // [ORDER-1]
  say("11111111", 1);
  say("22222222", 2);
  hear("22222222", 2);
  hear("11111111", 3);
  ledger_.reads("ben-1", "ana", 11);
  ledger_.sent("ana-1", "11111111");
  EXPECT_EQ(check(), std::vector<std::string>{});
}
TEST_F(LedgerTest, SeesATickThatStays) {
  say("11111111", 1);
  hear("11111111", 1);
  ana_.conversations["ben"][0].set_tick(client_api::Message::kDelivered);
  EXPECT_EQ(check().size(), 1u);
}

TEST_F(LedgerTest, SeesASecondTickAtWhatNobodyHas) {  // [TICK-1] though it may have been dropped
  ledger_.blocks("ben", "ana");
  say("11111111", 1);
  EXPECT_EQ(check().size(), 1u);
}
TEST_F(LedgerTest, SeesABlueTickAtWhatNobodyHasRead) {  // [TICK-1]
  say("11111111", 1);
  hear("11111111", 1);
  ledger_.reads("ben-1", "ana", 9);  // it was written at 10
  read("11111111", 1);
  EXPECT_EQ(ledger_.violations().size(), 1u);
  EXPECT_EQ(check().size(), 2u) << "in the end, too";
}
TEST_F(LedgerTest, SeesABlueTickAtWhatWasReadBeforeItWasShown) {  // [TICK-1]
  say("11111111", 1);
  ledger_.reads("ben-1", "ana", 1'000'000);  // it is shown a second later
  client_api::Event event;
  *event.mutable_message_added() = text("11111111", "ana-1 ben 11111111", false, 1, client_api::Message::kNone);
  ledger_.event("ben-1", event, 2'000'000);
  read("11111111", 1);
  EXPECT_EQ(ledger_.violations().size(), 1u);
}
TEST_F(LedgerTest, SeesABlueTickAtWhatOnlyAnotherDeviceHasShown) {  // [TICK-1]
  say("11111111", 1);
  hear("11111111", 1);
  ledger_.owns("ben", "ben-2", 1'000'000);
  ledger_.reads("ben-1", "ana", 9);
  ledger_.reads("ben-2", "eva", 2'000'000);
  read("11111111", 1);
  EXPECT_EQ(ledger_.violations().size(), 1u);
}
TEST_F(LedgerTest, SeesAFirstTickAtWhatNeverLeft) {  // [TICK-1]
  ledger_.wrote("ana-1", "ben", text("11111111", "ana-1 ben 1", true, 1, client_api::Message::kPending), 10);
  client_api::Event event;
  *event.mutable_message_changed() = text("11111111", "ana-1 ben 1", true, 1, client_api::Message::kSent);
  ledger_.event("ana-1", event, 20);
  EXPECT_EQ(ledger_.violations().size(), 1u);
}
TEST_F(LedgerTest, SeesATextUnderAnotherId) {  // [TICK-1]
  say("11111111", 1);
  hear("11111111", 1);
  ben_.conversations["ana"][0].set_id("99999999");
  EXPECT_EQ(check().size(), 1u);
}
TEST_F(LedgerTest, OfAHomePutBackItLooksAtTicksOnly) {  // [TICK-1]
  ledger_.copied("ana");
  say("11111111", 1);
  ana_.conversations["ben"][0].set_tick(client_api::Message::kSent);
  EXPECT_EQ(check(), std::vector<std::string>{});
  ana_.conversations["ben"][0].set_tick(client_api::Message::kDelivered);
  EXPECT_EQ(check().size(), 1u);
}

class ImpostorTest : public LedgerTest {
 protected:
  ImpostorTest() {
    ledger_.identities_are_taken();
    ledger_.is_account("bens account", "ben", "+491700000002");
  }
  void notice() {
    client_api::Event event;
    client_api::Message& message = *event.mutable_message_added();
    message.mutable_sender()->set_account_id("bens account");
    message.mutable_identity_changed();
    ledger_.event("ana-1", event, 20);
  }
};

TEST_F(ImpostorTest, WhatWasWrittenBeforeTheNoticeIsForNobodyElse_IDENTITY_5) {
  say("11111111", 1);
  notice();
  ledger_.read_by_an_impostor("bens account", "ana-1 ben 11111111");
  EXPECT_EQ(ledger_.violations().size(), 1u);
}
TEST_F(ImpostorTest, WhatIsWrittenBelowTheNoticeMayLeave_IDENTITY_6) {
  notice();
  say("11111111", 1);
  ledger_.read_by_an_impostor("bens account", "ana-1 ben 11111111");
  EXPECT_EQ(ledger_.violations(), std::vector<std::string>{});
}
TEST_F(ImpostorTest, NothingLeavesForWhoeverIsNotWhoWasVerified_IDENTITY_6) {
  ledger_.verified("ana", "ben");
  notice();
  say("11111111", 1);
  ledger_.read_by_an_impostor("bens account", "ana-1 ben 11111111");
  EXPECT_EQ(ledger_.violations().size(), 1u);
}
TEST_F(ImpostorTest, ANoteIsForItsWriterOnly_IDENTITY_4) {
  ledger_.wrote("ana-1", "ana", text("11111111", "ana-1 ana 1", true, 1, client_api::Message::kPending), 10);
  ledger_.read_by_an_impostor("anas account", "ana-1 ana 1");
  EXPECT_EQ(ledger_.violations().size(), 1u);
}
TEST_F(ImpostorTest, NothingIsForWhoeverTheServerGivesANumberTo_IDENTITY_1) {
  notice();
  say("11111111", 1);
  ledger_.read_by_an_impostor("another account", "ana-1 ben 11111111");
  EXPECT_EQ(ledger_.violations().size(), 1u);
}
TEST_F(ImpostorTest, SeesAConversationThatIsWithAnotherAccount_IDENTITY_1) {
  ana_.partners["ben"] = {"bens account", "+491700000002"};
  EXPECT_EQ(check(), std::vector<std::string>{});
  ana_.partners["ben"].account = "another account";
  EXPECT_EQ(check().size(), 1u);
}
TEST_F(ImpostorTest, SeesANumberThatLeadsElsewhere_IDENTITY_1) {
  ana_.partners["ben"] = {"bens account", ""};
  EXPECT_EQ(check().size(), 1u);
  ana_.strangers.push_back({"another account", "+491700000002"});
  EXPECT_EQ(check().size(), 3u) << "what it had said before, and both";
}
TEST_F(ImpostorTest, SeesADeviceThatIsEndedForGood_IDENTITY_4) {
  ana_.state.set_connection(client_api::State::kEnded);
  EXPECT_EQ(check().size(), 1u);
}
TEST_F(LedgerTest, SeesANoticeOfAChangeThatWasNone_IDENTITY_2) {
  client_api::Event event;
  event.mutable_message_added()->mutable_identity_changed();
  ledger_.event("ana-1", event, 20);
  EXPECT_EQ(check().size(), 1u);
}
TEST_F(LedgerTest, WhatHasExpiredMayBeMissingButHasNoSecondTick) {  // [INBOX-1] [TICK-1]
  ledger_.entries_expire();
  say("11111111", 1);
  ana_.conversations["ben"][0].set_tick(client_api::Message::kSent);
  EXPECT_EQ(check(), std::vector<std::string>{});
  ana_.conversations["ben"][0].set_tick(client_api::Message::kDelivered);
  EXPECT_EQ(check().size(), 1u);
}

// ---------------------------------------------------------------- linked devices

class LinkedLedgerTest : public LedgerTest {
 protected:
  LinkedLedgerTest() {
    anas_web_ = add("ana", "ana-2", 5);
    bens_web_ = add("ben", "ben-2", 5);
  }
  FinalView add(const std::string& person, const std::string& device, uint64_t since_us, bool gets_all = false) {
    ledger_.is_device_of(person, device, since_us - 2);
    ledger_.joins(device, gets_all, since_us);
    FinalView view;
    view.person = person;
    view.device = device;
    view.state.set_connection(client_api::State::kOnline);
    return view;
  }
  // On all devices, and read.
  void say_and_hear(const std::string& id, uint64_t order) {
    say(id, order);
    hear(id, order);
    anas_web_.conversations["ben"].push_back(ana_.conversations["ben"].back());
    bens_web_.conversations["ana"].push_back(ben_.conversations["ana"].back());
  }
  size_t check_all() {
    ledger_.check({ana_, anas_web_, ben_, bens_web_});
    return ledger_.violations().size();
  }
  FinalView anas_web_;
  FinalView bens_web_;
};

TEST_F(LinkedLedgerTest, IsContentWhenEverythingIsOnAllDevices) {
  say_and_hear("11111111", 1);
  say_and_hear("22222222", 2);
  EXPECT_EQ(check_all(), 0u) << ledger_.violations().front();
}
TEST_F(LinkedLedgerTest, SeesATextThatOneDeviceOfTheAddresseesLacks) {  // [DEVICE-1]
  say_and_hear("11111111", 1);
  bens_web_.conversations.clear();
  EXPECT_EQ(check_all(), 1u);
}
TEST_F(LinkedLedgerTest, SeesACopyThatIsMissing) {  // [COPY-1]
  say_and_hear("11111111", 1);
  anas_web_.conversations.clear();
  EXPECT_EQ(check_all(), 1u);
}
TEST_F(LinkedLedgerTest, OfADeviceThatCameLaterNothingIsWanted) {
  say_and_hear("11111111", 1);
  ledger_.joins("ana-2", false, 11);
  ledger_.joins("ben-2", false, 11);
  anas_web_.conversations.clear();
  bens_web_.conversations.clear();
  EXPECT_EQ(check_all(), 0u);
}
TEST_F(LinkedLedgerTest, SeesAHistoryThatIsMissing) {  // [HISTORY-1]
  say_and_hear("11111111", 1);
  const FinalView promised = add("ben", "ben-3", 30, true);
  ledger_.check({ana_, anas_web_, ben_, bens_web_, promised});
  EXPECT_EQ(ledger_.violations().size(), 1u);
}
TEST_F(LinkedLedgerTest, SeesACopyWithALowerTick) {  // [COPY-1] [RECEIPT-1]
  say_and_hear("11111111", 1);
  anas_web_.conversations["ben"][0].set_tick(client_api::Message::kDelivered);
  EXPECT_EQ(check_all(), 1u);
}
TEST_F(LinkedLedgerTest, SeesTwoDevicesThatListDifferently) {  // [ORDER-1]
  say_and_hear("11111111", 1);
  say_and_hear("22222222", 2);
  std::swap(anas_web_.conversations["ben"][0], anas_web_.conversations["ben"][1]);
  EXPECT_EQ(check_all(), 3u) << "than ana's other device, and than both of ben's";
}
TEST_F(LinkedLedgerTest, SeesWhatIsUnreadThoughAnotherDeviceHasReadIt) {  // [COPY-2]
  say_and_hear("11111111", 1);
  bens_web_.unread = 1;
  ledger_.check_read(ben_, bens_web_);
  EXPECT_EQ(ledger_.violations().size(), 1u);
  ben_.conversations.clear();  // it has not read what it does not have
  ledger_.check_read(ben_, bens_web_);
  EXPECT_EQ(ledger_.violations().size(), 1u);
}
TEST_F(LinkedLedgerTest, SeesWhatADeviceShowsAfterItsRemoval) {  // [DEVICE-8]
  ledger_.leaves("ben-2", 9);
  say("11111111", 1);
  client_api::Event event;
  *event.mutable_message_added() = text("11111111", "ana-1 ben 11111111", false, 1, client_api::Message::kNone);
  ledger_.event("ben-2", event, 15);
  EXPECT_EQ(ledger_.violations().size(), 1u);
}
TEST_F(LinkedLedgerTest, SeesAnOlderListOfDevices) {  // [IDENTITY-3]
  ledger_.addressed("ana-1", "bens account", 2);
  ledger_.addressed("ana-2", "bens account", 1);
  EXPECT_EQ(ledger_.violations().size(), 0u) << "another device";
  ledger_.addressed("ana-1", "bens account", 1);
  EXPECT_EQ(ledger_.violations().size(), 1u);
}

// ---------------------------------------------------------------- what other ledgers know

TEST_F(LedgerTest, SeesASenderWhoIsToldOfNobodyOrOfSomebodyWhoNeverAsked_MEDIA_7) {
  ledger_.is_account("acc0", "ben", "+491700000002");
  client_api::Message photo;
  photo.set_id("11111111");
  photo.mutable_media()->set_view_once(true);
  client_api::ListReceiptsResponse receipts;
  client_api::Receipt& receipt = *receipts.add_receipts();
  receipt.mutable_member()->set_account_id("acc0");
  const auto check = [&](bool all = true) {
    ledger_.check_openers("ana-1", all, photo, receipts);
    return ledger_.violations().size();
  };
  EXPECT_EQ(check(), 0u);
  receipt.set_opened_us(5);
  EXPECT_EQ(check(), 1u) << "who never asked";
  const bool known = ledger_.once().asks("ben-1", photo);
  EXPECT_EQ(check(), 1u);
  ledger_.once().opened("ben-1", photo, known, [](const std::string&) {});
  receipt.set_opened_us(0);
  EXPECT_EQ(check(false), 1u) << "it may have been what could not be read";
  EXPECT_EQ(check(), 2u) << "nobody";
}

TEST_F(LedgerTest, SeesADeviceThatHasNotThePhotoThatIsThere_PHOTO_2) {
  ledger_.check_photo("ana", "ben-1", "one", "one");
  EXPECT_EQ(ledger_.violations().size(), 0u);
  ledger_.check_photo("ana", "ben-1", "", "one");
  ledger_.check_photo("ana", "ben-1", "one", "two");
  EXPECT_EQ(ledger_.violations().size(), 2u);
  ledger_.photos().asks_for("ana", client_api::Settings::kContacts);
  ledger_.check_photo("ana", "ben-1", "", "one");
  EXPECT_EQ(ledger_.violations().size(), 2u) << "who may not be meant to see it";
  ledger_.check_photo("ana", "ana-1", "", "one");
  EXPECT_EQ(ledger_.violations().size(), 3u) << "a device of her own is";
}

// ---------------------------------------------------------------- edits and deletions

TEST_F(LedgerTest, SeesDevicesThatShowOtherTextsOfAMessage_EDIT_1) {
  say("11111111", 1);
  hear("11111111", 1);
  for (FinalView* const view : {&ana_, &ben_}) {
    client_api::Message& message = view->conversations.begin()->second.front();
    message.mutable_text()->set_text(edited(words_of(message), 7));
    EXPECT_EQ(words_of(message), "ana-1 ben 11111111");
  }
  EXPECT_THAT(check(), ::testing::IsEmpty());
  client_api::Message& message = ben_.conversations["ana"].front();
  message.mutable_text()->set_text(edited(words_of(message), 8));
  EXPECT_THAT(check(), ::testing::ElementsAre(::testing::StartsWith("EDIT-1: ")));
}

TEST_F(LedgerTest, SeesADeviceThatKeepsWhatWasDeletedForEverybody_EDIT_2) {
  say("11111111", 1);
  hear("11111111", 1);
  ledger_.may_delete(ana_.conversations["ben"].front());
  ana_.conversations["ben"].front().mutable_deleted()->mutable_by()->set_account_id("acc0");
  EXPECT_THAT(check(), ::testing::ElementsAre(::testing::StartsWith("EDIT-2: ")));
  ben_.conversations["ana"].front().mutable_deleted()->mutable_by()->set_account_id("acc1");
  EXPECT_EQ(check().size(), 2u) << "by another";
  ben_.conversations["ana"].front().mutable_deleted()->mutable_by()->set_account_id("acc0");
  EXPECT_EQ(check().size(), 2u);
}

TEST_F(LedgerTest, SeesADeviceThatHasWhatItsPersonHasRemoved_EDIT_3) {
  say("11111111", 1);
  hear("11111111", 1);
  ledger_.may_delete(ben_.conversations["ana"].front());
  ledger_.removed("ben", "11111111", "EDIT-3");
  EXPECT_THAT(check(), ::testing::ElementsAre(::testing::StartsWith("EDIT-3: ")));
  ben_.conversations["ana"].clear();
  EXPECT_EQ(check().size(), 1u) << "others keep it";
}

}  // namespace
}  // namespace kith::sim
