// SPDX-License-Identifier: AGPL-3.0-or-later

// What a device had sent before it was removed is read, and nothing that it sends afterwards (DEVICE-10).
#include "base/limits.h"
#include "core/devices.h"
#include "core/store/device_lists_table.h"
#include "core/testing/linked_devices.h"
#include "core/testing/lying_server.h"
#include "core/testing/two_people.h"

namespace kith::core::testing {
namespace {

using client_api::Message;
using ::testing::ElementsAre;

constexpr uint64_t kDayUs = uint64_t{24} * 3600 * 1'000'000;

class RemovedDevicesTest : public TwoPeopleOn<LyingServer> {
 protected:
  RemovedDevicesTest() : web_(world_.add("web")) {
    say(ana_, chat_, "ping");
    link(world_, ana_, web_, "Web");
    webs_ = open_chat(web_, kBen);
    web_id_ = state(web_).device_id();
    EXPECT_EQ(web_id_, 2u);
  }
  // Ana's two devices and Ben know each other's sessions.
  void warm_up() {
    say(web_, webs_, "hello from the web");
    say(ben_, bens_chat(), "pong");
    world_.advance(2000);
    ASSERT_EQ(sessions_with_web(ben_), 1);
  }
  void remove_web() { ASSERT_FALSE(remove_device(ana_, web_id_).has_failure()); }
  static int64_t sessions_with_web(Host& host) { return query(host, "SELECT count(*) FROM sessions WHERE device = 2"); }
  wire::DeviceList list_of_ana() {
    wire::DeviceList list;
    EXPECT_TRUE(list.ParseFromString(world_.server->account_of(kAna)->list.device_list()));
    return list;
  }
  // What lies in Ben's inbox from the second device: is taken out, for the server to give it out later.
  std::deque<wire::Entry> withhold_from_ben() {
    std::deque<wire::Entry> kept;
    for (wire::Entry& entry : server().device_of(kBen)->inbox) {
      if (entry.message().from_device() != web_id_) continue;
      kept.push_back(entry);
      entry.clear_message();
    }
    return kept;
  }
  // How many bodies of Ben's messages can't be read.
  int unreadable(Host& host, const std::string& conversation) {
    int count = 0;
    for (const Message& each : history(host, conversation)) count += each.has_undecryptable() ? 1 : 0;
    return count;
  }
  static void reconnect(Host& host, World& world) {
    disconnect(host);
    connect(host);
    world.advance(2000);
  }

  Host& web_;
  std::string webs_;  // the chat with Ben, on Ana's second device
  uint32_t web_id_ = 0;
};

TEST_F(RemovedDevicesTest, WhatItHadSentBeforeIsReadByWhoFetchesItAfterwards_DEVICE_10) {
  warm_up();
  disconnect(ben_);
  say(web_, webs_, "sent before");
  world_.advance(2000);
  remove_web();
  connect(ben_);
  world_.advance(5000);
  EXPECT_THAT(texts(ben_, bens_chat()), ElementsAre("ping", "hello from the web", "pong", "sent before"));
  EXPECT_EQ(unreadable(ben_, bens_chat()), 0);
}

TEST_F(RemovedDevicesTest, AlsoWhenItsFirstWordToSomebodyIsFetchedAfterwards_DEVICE_10) {
  disconnect(ben_);
  say(web_, webs_, "its first word");
  world_.advance(2000);
  remove_web();
  connect(ben_);
  world_.advance(5000);
  EXPECT_THAT(texts(ben_, bens_chat()), ElementsAre("ping", "its first word"));
}

TEST_F(RemovedDevicesTest, TheAccountsOtherDevicesHaveTheCopiesOfWhatItHadSent_DEVICE_10) {
  Host& tablet = world_.add("tablet");
  link(world_, ana_, tablet, "Tablet");
  disconnect(tablet);
  const std::string id = say(web_, webs_, "sent before");
  world_.advance(2000);
  remove_web();
  connect(tablet);
  world_.advance(5000);
  EXPECT_THAT(texts(tablet, open_chat(tablet, kBen)), ElementsAre("sent before"));
  EXPECT_EQ(message(tablet, id).tick(), message(ana_, id).tick());
  EXPECT_EQ(message(ana_, id).tick(), Message::kDelivered);
}

// The second device can't read a message and asks for it again; its request lies in Ben's inbox. How often he answers.
class RequestOfRemovedTest : public RemovedDevicesTest {
 protected:
  int answers(bool removed) {
    warm_up();
    disconnect(ana_);
    disconnect(web_);
    say(ben_, bens_chat(), "for all devices");
    disconnect(ben_);
    server().change_next_message(LyingServer::corrupt);
    connect(web_);
    world_.advance(2000);
    EXPECT_EQ(query(web_, "SELECT count(*) FROM repairs WHERE asked_us > 0"), 1);
    auto entries = withhold_from_ben();
    EXPECT_EQ(entries.size(), 1u);
    connect(ana_);
    if (removed) remove_web();
    // The first device has the message; what is acknowledged would be answered to nobody.
    server().change = [](wire::ServerFrame& frame) {
      if (!frame.has_deliver()) return true;
      for (wire::Entry& entry : *frame.mutable_deliver()->mutable_entries()) {
        if (entry.has_delivery_receipt()) entry.clear_delivery_receipt();
      }
      return true;
    };
    connect(ben_);
    world_.advance(5000);
    world_.server->sends.clear();
    const int64_t taken = query(ben_, "SELECT count(*) FROM taken");
    server().plant(kBen, entries.front());
    reconnect(ben_, world_);
    EXPECT_EQ(query(ben_, "SELECT count(*) FROM taken"), taken + 1);
    EXPECT_EQ(state(ben_).undecryptable(), 0u) << "it was read";
    int count = 0;
    for (const wire::Send& send : world_.server->sends) {
      if (send.account().account_id() == AccountId::from_hex(state(ana_).account_id())->view()) ++count;
      for (const wire::Envelope& envelope : send.account().envelopes())
        EXPECT_FALSE(removed && envelope.device_id() == web_id_);
    }
    return count;
  }
};

TEST_F(RequestOfRemovedTest, OfADeviceThatIsOneIsAnswered) { EXPECT_EQ(answers(false), 1); }

TEST_F(RequestOfRemovedTest, OfARemovedOneIsNot_DEVICE_10) { EXPECT_EQ(answers(true), 0); }

TEST_F(RemovedDevicesTest, WhatItSendsAfterwardsIsNotBelieved_DEVICE_10) {
  // The server, put back from a backup perhaps, knows of no removal, and its times are right.
  warm_up();
  disconnect(ben_);
  say(web_, webs_, "sent afterwards");
  world_.advance(2000);
  auto entries = withhold_from_ben();
  ASSERT_EQ(entries.size(), 1u);
  remove_web();
  connect(ben_);
  world_.advance(2000);
  entries.front().mutable_message()->set_server_time_us(world_.clock.now().value + DeviceListsTable::kClocksDifferUs +
                                                        1);
  server().plant(kBen, entries.front());
  world_.advance(5000);
  EXPECT_EQ(unreadable(ben_, bens_chat()), 1);
  EXPECT_THAT(texts(ben_, bens_chat()), ElementsAre("ping", "hello from the web", "pong", ""));
}

TEST_F(RemovedDevicesTest, WhoHasTakenInWhatThereWasTakesNothingMoreOfItWhateverTimeTheServerSays_DEVICE_10) {
  warm_up();
  disconnect(ben_);
  say(web_, webs_, "one");
  say(web_, webs_, "two");
  world_.advance(2000);
  auto entries = withhold_from_ben();
  ASSERT_EQ(entries.size(), 2u);
  const uint64_t before = world_.clock.now().value;
  remove_web();
  connect(ben_);
  world_.advance(2000);
  // So long what a thief sends is taken, if the server says that it is old.
  entries.front().mutable_message()->set_server_time_us(before - kDayUs);
  server().plant(kBen, entries.front());
  reconnect(ben_, world_);
  EXPECT_EQ(message(ben_, MessageId::from_bytes(entries.front().message().message_id())->hex()).text().text(), "one");
  EXPECT_EQ(sessions_with_web(ben_), 0) << "all that was there has been taken in";
  entries.back().mutable_message()->set_server_time_us(before - kDayUs);
  server().plant(kBen, entries.back());
  reconnect(ben_, world_);
  EXPECT_EQ(unreadable(ben_, bens_chat()), 1);
}

TEST_F(RemovedDevicesTest, AConnectionThatLastsEndsItToo_DEVICE_10) {
  warm_up();
  remove_web();
  world_.advance(2000);
  EXPECT_EQ(sessions_with_web(ben_), 1);
  world_.advance(2 * Devices::kSettleMs + 60'000);
  EXPECT_EQ(state(ben_).connection(), client_api::State::kOnline);
  EXPECT_EQ(sessions_with_web(ben_), 0);
}

TEST_F(RemovedDevicesTest, WhoseListIsTakenAgainIsNotTakenFromAgain_DEVICE_10) {
  warm_up();
  remove_web();
  world_.advance(2000);
  reconnect(ben_, world_);
  ASSERT_EQ(query(ben_, "SELECT max(removals) FROM device_lists"), 0);
  client_api::Request rename;
  rename.mutable_rename_device()->set_device_id(state(ana_).device_id());
  rename.mutable_rename_device()->set_name("Phone");
  ASSERT_FALSE(ana_.request(rename).has_failure());
  world_.advance(2000);
  ASSERT_EQ(query(ben_, "SELECT max(revision) FROM device_lists"), list_of_ana().revision());
  EXPECT_EQ(list_of_ana().removed_size(), 1);
  EXPECT_EQ(query(ben_, "SELECT max(removals) FROM device_lists"), 0);
}

TEST_F(RemovedDevicesTest, AListNamesItForAsLongAsAnInboxKeepsEntries_DEVICE_10) {
  const Bytes identity = list_of_ana().devices(1).identity_key();
  remove_web();
  ASSERT_EQ(list_of_ana().removed_size(), 1);
  EXPECT_EQ(list_of_ana().removed(0).device_id(), web_id_);
  EXPECT_EQ(list_of_ana().removed(0).identity_key(), identity);
  EXPECT_GE(list_of_ana().removed(0).removed_us(), world_.clock.now().value);
  EXPECT_LE(list_of_ana().removed(0).removed_us(), world_.clock.now().value + 1'000'000);
  EXPECT_EQ(list_of_ana().removed(0).revision(), list_of_ana().revision());
  const auto rename = [this](const char* name) {
    client_api::Request request;
    request.mutable_rename_device()->set_device_id(state(ana_).device_id());
    request.mutable_rename_device()->set_name(name);
    ASSERT_FALSE(ana_.request(request).has_failure());
  };
  world_.clock.unix_us += (kInboxLifeSeconds - 60) * 1'000'000;
  rename("a");
  EXPECT_EQ(list_of_ana().removed_size(), 1);
  world_.clock.unix_us += uint64_t{120} * 1'000'000;
  rename("b");
  EXPECT_EQ(list_of_ana().removed_size(), 0);
}

TEST_F(RemovedDevicesTest, AListNamesTheSixteenThatWereRemovedLast_DEVICE_10) {
  remove_web();
  std::vector<uint32_t> removed = {web_id_};
  for (size_t i = 0; i < kRemovedDevicesMax; ++i) {
    Host& host = world_.add("device " + std::to_string(i));
    link(world_, ana_, host, "Device");
    removed.push_back(state(host).device_id());
    ASSERT_FALSE(remove_device(ana_, removed.back()).has_failure());
    world_.advance(2000);
  }
  ASSERT_EQ(list_of_ana().removed_size(), static_cast<int>(kRemovedDevicesMax));
  EXPECT_EQ(list_of_ana().removed(0).device_id(), removed[1]);
  EXPECT_EQ(list_of_ana().removed(kRemovedDevicesMax - 1).device_id(), removed.back());
}

}  // namespace
}  // namespace kith::core::testing
