// SPDX-License-Identifier: AGPL-3.0-or-later

// Lists of one's own account that a server gives out, and revisions that there can't be (docs/protocol.md, IDENTITY-3,
// IDENTITY-4).
#include "base/limits.h"
#include "core/connection.h"
#include "core/testing/lying_server.h"
#include "core/testing/two_people.h"
#include "crypto/account_key.h"

namespace kith::core::testing {
namespace {

using client_api::Message;
using ::testing::ElementsAre;

class OwnListTest : public TwoPeopleOn<LyingServer> {
 protected:
  OwnListTest() : random_(99), mallory_(crypto::make_account_key(random_)) { warm_up(); }
  // The server gives out another list for Ana's account.
  void forge(const std::function<void(wire::DeviceList&)>& change, const crypto::AccountKeyPair& key) {
    server().change_list = [change, key](const LoopbackServer::Account& account, wire::SignedDeviceList& signed_list) {
      if (account.handle() != kAna) return;
      wire::DeviceList list;
      list.ParseFromString(signed_list.device_list());
      list.set_revision(list.revision() + 1);
      change(list);
      signed_list.set_device_list(list.SerializeAsString());
      signed_list.set_signature(crypto::sign_device_list(key, signed_list.device_list()));
    };
    wire::Entry entry;
    entry.mutable_account_changed()->set_account_id(world_.server->account_of(kAna)->id.bytes());
    entry.mutable_account_changed()->set_device_list_revision(world_.server->account_of(kAna)->revision + ++forged_);
    server().plant(kAna, entry);
    world_.advance(5000);
  }
  // As Ana's own device signs: such a list is the account's.
  crypto::AccountKeyPair anas_key() {
    auto row = ana_.database().prepare("SELECT account_public, account_private FROM registration");
    EXPECT_TRUE(row.step());
    return {row.blob(0), row.blob(1)};
  }
  static void leave_this_device_out(wire::DeviceList& list) {
    list.mutable_devices(0)->set_device_id(list.devices(0).device_id() + 1);
  }
  uint64_t forged_ = 0;  // lists: each is announced as newer than the one before
  crypto::SeededRandom random_;
  crypto::AccountKeyPair mallory_;
};

TEST_F(OwnListTest, AListOfTheOwnAccountUnderAnotherKeyIsNotTakenAndEndsTheConnection_IDENTITY_4) {
  forge(
      [this](wire::DeviceList& list) {
        list.set_account_key(mallory_.public_key);
        *list.add_devices() = list.devices(0);
        list.mutable_devices(1)->set_device_id(list.devices(0).device_id() + 1);
      },
      mallory_);
  EXPECT_EQ(state(ana_).connection(), client_api::State::kIdentityConflict);
  say(ana_, open_chat(ana_, kAna), "a note to myself");
  world_.advance(600'000);
  for (const wire::Send& send : server().sends)
    EXPECT_NE(send.account().account_id(), world_.server->account_of(kAna)->id.bytes()) << "encrypted for nobody else";
  EXPECT_EQ(state(ana_).connection(), client_api::State::kIdentityConflict);
  server().change_list = {};
  world_.advance(Connection::kRefusedMaxMs);
  EXPECT_EQ(state(ana_).connection(), client_api::State::kOnline) << "once the server is honest again";
}

TEST_F(OwnListTest, ADeviceThatRegistersAnewLeavesTheConflict_IDENTITY_4) {
  forge([this](wire::DeviceList& list) { list.set_account_key(mallory_.public_key); }, mallory_);
  ASSERT_EQ(state(ana_).connection(), client_api::State::kIdentityConflict);
  server().change_list = {};
  sign_up(ana_, kAna, "Ana");
  world_.advance(5000);
  EXPECT_EQ(state(ana_).connection(), client_api::State::kOnline);
  EXPECT_THAT(texts(ana_, chat_), ElementsAre("ping", "pong"));
}

TEST_F(OwnListTest, AListUnderTheOwnKeyWithoutThisDeviceEndsItAndIsAskedForAgainMoreAndMoreRarely_IDENTITY_4) {
  std::vector<uint64_t> attempts;
  ana_.before_step = [this, &attempts](const client_api::Action& action) {
    if (action.has_open_socket()) attempts.push_back(world_.clock.monotonic_ms);
  };
  attempts.push_back(world_.clock.monotonic_ms);
  forge(leave_this_device_out, anas_key());
  EXPECT_EQ(state(ana_).connection(), client_api::State::kEnded);
  world_.advance(uint64_t{3} * 24 * 3600 * 1000);
  EXPECT_EQ(state(ana_).connection(), client_api::State::kEnded);
  ASSERT_GE(attempts.size(), 12u);
  EXPECT_LE(attempts.size(), 40u);
  EXPECT_GE(attempts[1] - attempts[0], Connection::kRefusedMinMs / 2);
  EXPECT_LE(attempts[1] - attempts[0], Connection::kRefusedMinMs + 5000);
  EXPECT_GE(attempts.back() - attempts[attempts.size() - 2], Connection::kRefusedMaxMs / 2);
  EXPECT_LE(attempts.back() - attempts[attempts.size() - 2], Connection::kRefusedMaxMs + 5000);
  ana_.crash();
  ana_.reopen();
  EXPECT_EQ(state(ana_).connection(), client_api::State::kEnded) << "it is told also after a new start";
  EXPECT_THAT(texts(ana_, chat_), ElementsAre("ping", "pong"));
  connect(ana_);
  world_.advance(2000);
  EXPECT_EQ(state(ana_).connection(), client_api::State::kEnded) << "asked at Connect, and said again";
  server().change_list = {};
  connect(ana_);
  world_.advance(2000);
  EXPECT_EQ(state(ana_).connection(), client_api::State::kOnline) << "once the server is honest again";
}

TEST_F(OwnListTest, AnOlderListUnderTheOwnKeyIsIgnored_IDENTITY_4) {
  const auto revision = [this] {
    return query(ana_, "SELECT l.revision FROM device_lists l JOIN registration r ON r.account = l.account");
  };
  const auto devices = [this] {
    return query(ana_, "SELECT count(*) FROM devices d JOIN registration r ON r.account = d.account");
  };
  forge([](wire::DeviceList&) {}, anas_key());
  const int64_t newest = revision();
  ASSERT_EQ(newest, 2) << "a newer one is taken";
  const auto add_device = [](wire::DeviceList& list) {
    *list.add_devices() = list.devices(0);
    list.mutable_devices(1)->set_device_id(list.devices(0).device_id() + 1);
  };
  for (const uint64_t old : {1, 2}) {  // older; and another one of the same revision
    for (const std::function<void(wire::DeviceList&)>& lie : {std::function(leave_this_device_out), {add_device}}) {
      forge(
          [&lie, old](wire::DeviceList& list) {
            lie(list);
            list.set_revision(old);
          },
          anas_key());
      world_.advance(60'000);
      EXPECT_EQ(state(ana_).connection(), client_api::State::kOnline);
      EXPECT_EQ(revision(), newest);
      EXPECT_EQ(devices(), 1);
    }
  }
}

// ---- revisions

TEST_F(OwnListTest, ARevisionBeyondAllNumbersIsNeitherBelievedNorWaitedFor_IDENTITY_3) {
  const AccountId ben = world_.server->account_of(kBen)->id;
  server().change_list = [this](const LoopbackServer::Account& account, wire::SignedDeviceList& signed_list) {
    if (account.handle() != kBen) return;
    wire::DeviceList list;
    list.ParseFromString(signed_list.device_list());
    list.set_account_key(mallory_.public_key);
    list.set_revision(UINT64_MAX);
    signed_list.set_device_list(list.SerializeAsString());
    signed_list.set_signature(crypto::sign_device_list(mallory_, signed_list.device_list()));
  };
  for (const uint64_t revision : {uint64_t{50}, uint64_t{1} << 53, uint64_t{1} << 63, UINT64_MAX}) {
    wire::Entry entry;
    entry.mutable_account_changed()->set_account_id(ben.bytes());
    entry.mutable_account_changed()->set_device_list_revision(revision);
    server().plant(kAna, entry);
    world_.advance(60'000);
  }
  EXPECT_EQ(history(ana_, chat_).back().body_case(), Message::kText) << "the list was not taken";
  server().change_list = {};
  Host& new_ben = world_.add("new ben");
  sign_up(new_ben, kBen, "Ben");
  world_.advance(120'000);
  EXPECT_EQ(history(ana_, chat_).back().body_case(), Message::kIdentityChanged) << "the next one is";
}

}  // namespace
}  // namespace kith::core::testing
