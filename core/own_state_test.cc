// SPDX-License-Identifier: AGPL-3.0-or-later

// Every device of an account comes to the same state (STATE-1 to STATE-7). What a person makes of conversations is in
// conversation_state_test.cc.

#include "core/own_state.h"

#include <gmock/gmock.h>

#include "core/contents.h"
#include "core/testing/much_history.h"
#include "core/testing/two_own_devices.h"

namespace kith::core::testing {
namespace {

using ::testing::ElementsAre;

constexpr const char* kEva = "+491700000003";
constexpr int64_t kYearUs = 365 * 24 * kHourUs;

class OwnStateTest : public TwoOwnDevices {
 protected:
  static std::vector<std::string> contacts(Host& host) {
    client_api::Request request;
    request.mutable_list_contacts();
    std::vector<std::string> names;
    const client_api::Response response = host.request(std::move(request));
    for (const auto& each : response.list_contacts().contacts()) names.push_back(each.name());
    return names;
  }
  static void remove_contact(Host& host, const std::string& handle) {
    client_api::Request request;
    request.mutable_set_contact()->set_handle(handle);
    request.mutable_set_contact()->set_remove(true);
    EXPECT_FALSE(host.request(std::move(request)).has_failure());
  }
  template <class Set>
  static void set_settings(Host& host, const Set& set) {
    client_api::Request request;
    set(*request.mutable_set_settings());
    EXPECT_FALSE(host.request(std::move(request)).has_failure());
  }
  static void set_profile(Host& host, const std::string& name, const std::string& about) {
    client_api::Request request;
    request.mutable_set_profile()->set_name(name);
    request.mutable_set_profile()->set_about(about);
    EXPECT_FALSE(host.request(std::move(request)).has_failure());
  }
  static std::string about(Host& host) {
    client_api::Request request;
    request.mutable_get_profile();
    return host.request(std::move(request)).get_profile().about();
  }
  static client_api::Settings settings(Host& host) {
    client_api::Request request;
    request.mutable_get_settings();
    return host.request(std::move(request)).get_settings();
  }
};

TEST_F(OwnStateTest, AContactIsCalledTheSameOnAllDevices_STATE_1) {
  set_contact(ana_, kBen, "Benjamin");
  set_contact(web_, kEva, "Eva");
  settle();
  EXPECT_THAT(contacts(ana_), ElementsAre("Benjamin", "Eva"));
  EXPECT_THAT(contacts(web_), ElementsAre("Benjamin", "Eva"));
  EXPECT_EQ(conversation(web_, webs_).title(), "Benjamin");
  set_contact(web_, kBen, "Benny");
  remove_contact(ana_, kEva);
  settle();
  EXPECT_THAT(contacts(ana_), ElementsAre("Benny"));
  EXPECT_THAT(contacts(web_), ElementsAre("Benny"));
  expect_same();
}

TEST_F(OwnStateTest, OfTwoChangesTheLaterOneHoldsAlsoWhenNeitherKnewOfTheOther_STATE_2) {
  disconnect(ana_);
  disconnect(web_);
  set_contact(ana_, kBen, "first");
  world_.advance(1000);
  set_contact(web_, kBen, "second");
  world_.advance(1000);
  connect(web_);
  settle();
  connect(ana_);
  settle();
  EXPECT_THAT(contacts(ana_), ElementsAre("second"));
  EXPECT_THAT(contacts(web_), ElementsAre("second"));
  expect_same();
}

TEST_F(OwnStateTest, WhatIsChangedAfterItWasSeenHoldsAlsoOnADeviceWhoseClockIsBehind_STATE_2) {
  web_.set_clock_off(-5 * kHourUs);
  set_contact(ana_, kBen, "by a right clock");
  settle();
  set_contact(web_, kBen, "five hours behind");
  settle();
  EXPECT_THAT(contacts(ana_), ElementsAre("five hours behind"));
  // Another register too: what was heard has moved the clock that is behind.
  set_contact(web_, kEva, "heard of");
  EXPECT_EQ(query(web_,
                  "SELECT stamp_us >= (SELECT min(stamp_us) FROM registers WHERE instr(key, '0002') > 0) FROM "
                  "registers WHERE instr(key, '0003') > 0"),
            1);
  settle();
  expect_same();
}

TEST_F(OwnStateTest, ADeviceWhoseClockIsYearsAheadFreezesNothing_STATE_2) {
  web_.set_clock_off(7 * kYearUs);
  set_contact(web_, kBen, "from the future");
  settle();
  EXPECT_THAT(contacts(ana_), ElementsAre("from the future"));
  set_contact(ana_, kBen, "now");
  set_contact(ana_, kEva, "by the right clock");
  settle();
  EXPECT_THAT(contacts(web_), ElementsAre("by the right clock", "now"));
  EXPECT_LT(query(ana_, "SELECT stamp_us FROM registers WHERE instr(key, '0003') > 0"),
            static_cast<int64_t>(world_.clock.unix_us) + 24 * kHourUs)
      << "nobody else's clock has moved";
  web_.set_clock_off(0);
  set_contact(web_, kEva, "set right");
  settle();
  EXPECT_THAT(contacts(ana_), ElementsAre("now", "set right"));
  expect_same();
}

TEST_F(OwnStateTest, WhoWasComparedOnOneDeviceIsVerifiedOnAllForThatKeyAlone_STATE_6) {
  say(web_, webs_, "so that Ben's list is known");
  verify(ana_, chat_);
  settle();
  EXPECT_TRUE(conversation(web_, webs_).direct().verified());
  // Ben registers anew: each device sees it for itself, and no device makes it verified again.
  Host& again = world_.add("ben's new device");
  sign_up(again, kBen, "Ben");
  say(again, open_chat(again, kAna), "hello");
  settle();
  EXPECT_FALSE(conversation(ana_, chat_).direct().verified());
  EXPECT_FALSE(conversation(web_, webs_).direct().verified());
  EXPECT_TRUE(conversation(web_, webs_).direct().identity_pending());
  verify(ana_, chat_);
  settle();
  EXPECT_TRUE(conversation(web_, webs_).direct().verified());
  EXPECT_FALSE(conversation(web_, webs_).direct().identity_pending()) << "who compared it has agreed to it";
  expect_same();
}

TEST_F(OwnStateTest, AKeyThatWasComparedCountsOnceThisDeviceSeesIt_STATE_6) {
  disconnect(web_);
  Host& again = world_.add("ben's new device");
  sign_up(again, kBen, "Ben");
  say(again, open_chat(again, kAna), "hello");
  settle();
  verify(ana_, chat_);
  settle();
  connect(web_);
  settle();
  EXPECT_TRUE(conversation(web_, webs_).direct().verified());
  expect_same();
}

TEST_F(OwnStateTest, BlocksAndSettingsAreTheSameOnAllDevicesAndOnTheServer_STATE_7) {
  sign_up(world_.add("eva"), kEva, "Eva");
  open_chat(ana_, kEva);
  open_chat(web_, kEva);
  disconnect(ana_);
  disconnect(web_);
  set_blocked(ana_, kBen, true);
  set_settings(ana_, [](auto& what) { what.set_last_seen(client_api::Settings::kNobody); });
  set_blocked(web_, kEva, true);
  set_settings(web_, [](auto& what) { what.set_read_receipts(false); });
  connect(ana_);
  settle();
  connect(web_);
  world_.advance(60'000);
  for (Host* host : {&ana_, &web_}) {
    EXPECT_EQ(query(*host, "SELECT count(*) FROM blocked"), 2);
    EXPECT_FALSE(settings(*host).read_receipts());
    EXPECT_EQ(settings(*host).last_seen(), client_api::Settings::kNobody);
  }
  const LoopbackServer::Account& account = *world_.server->account_of(kAna);
  EXPECT_EQ(account.blocked.size(), 2u);
  EXPECT_EQ(account.privacy.last_seen(), wire::Privacy::kNobody);
  set_blocked(web_, kBen, false);
  settle();
  EXPECT_EQ(query(ana_, "SELECT count(*) FROM blocked"), 1);
  EXPECT_EQ(account.blocked.size(), 1u);
  expect_same();
}

TEST_F(OwnStateTest, ADeviceThatHasJustJoinedLetsNobodyIn_STATE_7) {
  set_blocked(ana_, kBen, true);
  settle();
  Host& desk = world_.add("desk");
  const std::string text = start_linking(desk, "Desk");
  ASSERT_FALSE(open_link(ana_, text).has_failure());
  ASSERT_FALSE(confirm_link(ana_).has_failure());
  disconnect(ana_);
  disconnect(web_);
  // Nobody gets to tell it.
  LoopbackServer::Device& device = world_.server->account_of(kAna)->devices.rbegin()->second;
  ASSERT_EQ(device.id, state(desk).device_id());
  for (wire::Entry& entry : device.inbox) entry.mutable_expired();
  connect(desk);
  set_settings(desk, [](auto& what) { what.set_about(client_api::Settings::kNobody); });
  settle();
  EXPECT_EQ(world_.server->account_of(kAna)->blocked.size(), 1u);
  EXPECT_EQ(world_.server->account_of(kAna)->privacy.about(), wire::Privacy::kNobody);
  EXPECT_EQ(query(desk, "SELECT count(*) FROM blocked"), 1);
}

TEST_F(OwnStateTest, TheOwnProfileIsTheSameOnAllDevicesAndOnTheServer_STATE_7) {
  disconnect(ana_);
  disconnect(web_);
  set_profile(ana_, "Ana Maria", "");
  set_profile(web_, "", "on the road");
  connect(ana_);
  settle();
  connect(web_);
  world_.advance(60'000);
  for (Host* host : {&ana_, &web_}) {
    EXPECT_EQ(state(*host).name(), "Ana Maria");
    EXPECT_EQ(about(*host), "on the road");
  }
  EXPECT_EQ(world_.server->account_of(kAna)->profile.name(), "Ana Maria");
  EXPECT_EQ(world_.server->account_of(kAna)->profile.about(), "on the road");
  expect_same();
}

TEST_F(OwnStateTest, AProfileThatIsNoneIsNotTakenFromAnotherDevice_STATE_1) {
  // What the other device's client would never write; it leaves with something else.
  const auto say_profile = [this](const char* subject, const std::string& text) {
    content::StateValue value;
    value.set_text(text);
    const std::string key = to_hex(RegisterRow::key_of(content::OwnState::kProfile, subject));
    const std::string said = to_hex(value.SerializeAsString());
    execute_text(web_,
                 "INSERT OR REPLACE INTO registers (key, value, stamp_us, stamp_counter, stamp_device, due) "
                 "SELECT x'" +
                     key + "', x'" + said + "', 1 + max(stamp_us), 0, 2, 1 FROM registers");
    set_contact(web_, kEva, subject);
    settle();
    EXPECT_EQ(query_text(ana_, "SELECT count(*) FROM registers WHERE key = x'" + key + "' AND value = x'" + said + "'"),
              1)
        << "it was told";
  };
  open_chat(ana_, kAna);  // what tells of it
  settle();
  ana_.events.clear();
  say_profile("name", std::string(65, 'n'));
  EXPECT_EQ(state(ana_).name(), "Ana");
  EXPECT_EQ(count_events(ana_, client_api::Event::kConversationChanged), 0);
  say_profile("about", std::string(150, 'a'));
  EXPECT_EQ(about(ana_), std::string(140, 'a')) << "as of anybody's profile";
  EXPECT_GT(count_events(ana_, client_api::Event::kConversationChanged), 0);
}

TEST_F(OwnStateTest, ANewDeviceIsToldEverything_STATE_4) {
  say(web_, webs_, "so that Ben's list is known");
  std::string cards;
  for (int i = 0; i < 3000; ++i) {
    cards += "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Person number " + std::to_string(i) + "\r\nTEL:+4917100" +
             std::to_string(10000 + i) + "\r\nEND:VCARD\r\n";
  }
  client_api::Request request;
  request.mutable_import_contacts()->set_vcard(cards);
  ASSERT_EQ(ana_.request(std::move(request)).import_contacts().imported(), 3000u);
  set_draft(web_, webs_, "a draft");
  verify(ana_, chat_);
  pin(ana_, chat_);
  world_.advance(60'000);
  expect_same();
  Host& desk = world_.add("desk");
  link(world_, ana_, desk, "Desk");
  world_.advance(60'000);
  EXPECT_FALSE(conversation(desk, open_chat(desk, kBen)).direct().verified()) << "Ben's list is not known yet";
  client_api::Request number;
  number.mutable_get_safety_number()->set_handle(kBen);
  EXPECT_TRUE(desk.request(std::move(number)).get_safety_number().verified());
  EXPECT_EQ(query(desk, "SELECT count(*) FROM contacts"), 3000);
  EXPECT_EQ(state_dump(ana_), state_dump(desk));
  EXPECT_EQ(query(ana_, "SELECT count(*) FROM register_tellings"), 0);
}

TEST_F(OwnStateTest, ADeviceThatMissedSomethingIsToldAgain_STATE_4) {
  execute(web_, "DELETE FROM sessions");
  set_contact(ana_, kBen, "Benjamin");
  world_.advance(300'000);
  EXPECT_THAT(contacts(web_), ElementsAre("Benjamin"));
  expect_same();
}

TEST_F(OwnStateTest, ADeviceWhoseEntriesHaveExpiredAsksForAll_STATE_4) {
  disconnect(web_);
  set_contact(ana_, kBen, "Benjamin");
  settle();
  LoopbackServer::Device* device = nullptr;
  for (auto& [id, each] : world_.server->account_of(kAna)->devices) {
    if (id == state(web_).device_id()) device = &each;
  }
  ASSERT_NE(device, nullptr);
  ASSERT_FALSE(device->inbox.empty());
  for (wire::Entry& entry : device->inbox) entry.mutable_expired();
  connect(web_);
  settle();
  EXPECT_THAT(contacts(web_), ElementsAre("Benjamin"));
  expect_same();
}

TEST_F(OwnStateTest, ADeviceThatWasRebuiltAsksForAllAndTellsAll_STATE_4) {
  set_contact(ana_, kBen, "Benjamin");
  settle();
  execute(web_, "DELETE FROM contacts");
  execute(web_, "DELETE FROM registers");
  set_contact(web_, kEva, "Eva");
  web_.database().mark_damaged();
  web_.close();
  web_.reopen();
  ASSERT_TRUE(state(web_).has_rebuilt());
  connect(web_);
  settle();
  EXPECT_THAT(contacts(web_), ElementsAre("Benjamin", "Eva"));
  expect_same();
}

TEST_F(OwnStateTest, ADeviceThatDamageHasTakenTheListFromLeavesNoOtherOut_STATE_4) {
  execute(web_, "DELETE FROM device_lists WHERE account = (SELECT account FROM registration)");
  web_.database().mark_damaged();
  web_.close();
  web_.reopen();
  ASSERT_TRUE(state(web_).has_rebuilt());
  set_contact(web_, kEva, "Eva");
  client_api::Request send;
  send.mutable_send_message()->set_conversation(webs_);
  send.mutable_send_message()->set_text("while nobody knew whom to tell");
  EXPECT_FALSE(web_.request(std::move(send)).has_failure());
  connect(web_);
  settle();
  EXPECT_EQ(list_devices(web_).size(), 2u);
  EXPECT_THAT(contacts(ana_), ElementsAre("Eva"));
  EXPECT_THAT(texts(ana_, chat_), ElementsAre("before", "while nobody knew whom to tell"));
  EXPECT_EQ(query(web_, "SELECT count(*) FROM outbox"), 0);
  expect_same();
}

TEST_F(OwnStateTest, RegistersOfAKindThatIsNotKnownAreKeptAndPassedOn_STATE_1) {
  execute(ana_,
          "INSERT INTO registers (key, value, stamp_us, stamp_counter, stamp_device, due) VALUES (x'c80102', "
          "x'0304', 1000, 0, 1, 1)");
  ana_.close();
  ana_.reopen();
  connect(ana_);
  settle();
  EXPECT_EQ(query(web_, "SELECT count(*) FROM registers WHERE key = x'c80102' AND value = x'0304'"), 1);
}

TEST_F(OwnStateTest, AVersionThatKnowsMoreKindsAppliesWhatWasKept_STATE_1) {
  set_contact(ana_, kBen, "Benjamin");
  settle();
  // As a version would have left it that knew of no contacts.
  execute(web_, "DELETE FROM contacts");
  execute(web_, "UPDATE settings SET value = 0 WHERE name = 'states_known'");
  web_.close();
  web_.reopen();
  EXPECT_THAT(contacts(web_), ElementsAre("Benjamin"));
}

TEST_F(OwnStateTest, NobodyElseSaysWhatTheStateIs_STATE_1) {
  // Ben's client claims that Ana calls him otherwise.
  content::StateValue value;
  value.mutable_contact()->set_name("as if Ana had said so");
  value.mutable_contact()->set_by_hand(true);
  const RegisterRow forged{Bytes(1, '\1') + kBen, value.SerializeAsString(), {world_.clock.unix_us, 0, DeviceId{1}}};
  const Bytes content = contents::own_state(world_.clock.now(), {forged}, true);
  execute(ben_, ("INSERT INTO outbox (message_id, target_kind, target, kind, content, revision, only_device, "
                 "receipt_number) VALUES (x'77777777777777777777777777777777', 1, x'" +
                 ana().hex() + "', 1, x'" + to_hex(content) + "', 0, 0, 0)")
                    .c_str());
  ben_.close();
  ben_.reopen();
  world_.server->sends.clear();
  connect(ben_);
  settle();
  const auto is_forged = [](const wire::Send& send) { return send.message_id() == std::string(16, '\x77'); };
  ASSERT_TRUE(std::any_of(world_.server->sends.begin(), world_.server->sends.end(), is_forged)) << "it was sent";
  EXPECT_TRUE(contacts(ana_).empty());
  EXPECT_TRUE(contacts(web_).empty());
  // Of a device of hers the same is taken.
  execute(web_, ("INSERT INTO outbox (message_id, target_kind, target, kind, content, revision, only_device, "
                 "receipt_number) VALUES (x'88888888888888888888888888888888', 1, x'" +
                 ana().hex() + "', 9, x'" + to_hex(content) + "', 0, 0, 0)")
                    .c_str());
  web_.close();
  web_.reopen();
  connect(web_);
  settle();
  EXPECT_THAT(contacts(ana_), ElementsAre("as if Ana had said so"));
}

TEST_F(OwnStateTest, OfThoseThatWereRemovedTheOldestAreForgotten_STATE_5) {
  execute(ana_,
          "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) INSERT INTO registers "
          "(key, value, stamp_us, stamp_counter, stamp_device, due) SELECT CAST(char(1) || '+49' || (1700100000 + i) "
          "AS BLOB), x'', 1000 + i, 0, 1, 0 FROM n");
  ana_.close();
  ana_.reopen();
  const auto expect_oldest = [this](int64_t count, int64_t stamp_us) {
    EXPECT_EQ(query(ana_, "SELECT count(*) FROM registers WHERE value = x''"), count);
    EXPECT_EQ(query(ana_, "SELECT min(stamp_us) FROM registers WHERE value = x''"), stamp_us);
  };
  set_contact(ana_, kEva, "Eva");
  remove_contact(ana_, kEva);
  expect_oldest(OwnState::kRemovedMax, 1002);
  set_contact(ana_, kEva, "Eva again");
  expect_oldest(OwnState::kRemovedMax - 1, 1002);
  remove_contact(ana_, kEva);
  expect_oldest(OwnState::kRemovedMax, 1002);
  set_contact(ana_, kBen, "Ben");
  remove_contact(ana_, kBen);
  expect_oldest(OwnState::kRemovedMax, 1003);
}

TEST_F(OwnStateTest, AnAccountWithOneDeviceTellsNobodyAndKeepsWhatItWouldTell_STATE_4) {
  world_.server->sends.clear();
  set_contact(ben_, kAna, "Ana");
  set_draft(ben_, bens_chat(), "hm");
  settle();
  EXPECT_TRUE(world_.server->sends.empty());
  EXPECT_EQ(query(ben_, "SELECT count(*) FROM registers WHERE due > 0"), 0);
  Host& bens = world_.add("ben's second");
  link(world_, ben_, bens, "Web");
  settle();
  EXPECT_THAT(contacts(bens), ElementsAre("Ana"));
  EXPECT_EQ(conversation(bens, open_chat(bens, kAna)).draft(), "hm");
}

}  // namespace
}  // namespace kith::core::testing
