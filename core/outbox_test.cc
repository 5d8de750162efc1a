// SPDX-License-Identifier: AGPL-3.0-or-later

// What happens to a message between "committed" and "acknowledged".
#include "core/outbox.h"
#include "content/content.pb.h"
#include "core/testing/two_people.h"
#include "crypto/account_key.h"
#include "crypto/sessions.h"
#include "crypto/testing/memory_signal_store.h"

namespace kith::core::testing {
namespace {

using client_api::Message;
using ::testing::ElementsAre;

// Refuses sends as the test tells it, and may lose its answers.
class StubbornServer : public LoopbackServer {
 public:
  using LoopbackServer::LoopbackServer;
  std::function<wire::ErrorCode(const wire::Send&)> refuse_with;  // kErrorUnspecified: not
  uint32_t retry_after_ms = 0;
  bool loses_answers = false;

 protected:
  std::optional<wire::Refused> refuse(const DeviceAddress& from, const wire::Send& send) override {
    const wire::ErrorCode code = refuse_with ? refuse_with(send) : wire::kErrorUnspecified;
    if (code == wire::kErrorUnspecified) return LoopbackServer::refuse(from, send);
    wire::Refused refused;
    refused.set_message_id(send.message_id());
    refused.set_account(send.account().account_id());
    refused.set_code(code);
    refused.set_retry_after_ms(retry_after_ms);
    return refused;
  }
  void put(Link link, wire::ServerFrame frame) override {
    if (!loses_answers || !frame.has_accepted()) LoopbackServer::put(link, std::move(frame));
  }
};

class OutboxTest : public TwoPeopleOn<StubbornServer> {
 protected:
  // Nothing to Ben is taken for now.
  void refuse_ben(wire::ErrorCode code) {
    server().refuse_with = [code, ben = world_.server->account_of(kBen)->id.bytes()](const wire::Send& send) {
      return send.account().account_id() == ben ? code : wire::kErrorUnspecified;
    };
  }
  // A second device of Ben, with a list signed by his account key, as linking will make it.
  void add_device_to_ben();
};

TEST_F(OutboxTest, AfterAReconnectTheSameBytesGoOut_SEND_1) {
  warm_up();
  server().loses_answers = true;
  say(ana_, chat_, "once");
  world_.run();
  server().loses_answers = false;
  ana_.set_network(false);
  ana_.set_network(true);
  world_.advance(1000);
  ASSERT_EQ(world_.server->sends.size(), 2u);
  EXPECT_EQ(world_.server->sends[0].SerializeAsString(), world_.server->sends[1].SerializeAsString());
  EXPECT_THAT(texts(ben_, bens_chat()), ElementsAre("ping", "pong", "once"));
  EXPECT_EQ(state(ana_).unsent_messages(), 0u);
}

TEST_F(OutboxTest, AfterACrashTheSameBytesGoOut_SEND_1) {
  warm_up();
  server().loses_answers = true;
  const std::string id = say(ana_, chat_, "once");
  world_.run();
  server().loses_answers = false;
  ana_.crash();
  ana_.reopen();
  EXPECT_EQ(message(ana_, id).tick(), Message::kPending);
  connect(ana_);
  world_.advance(1000);
  ASSERT_EQ(world_.server->sends.size(), 2u);
  EXPECT_EQ(world_.server->sends[0].SerializeAsString(), world_.server->sends[1].SerializeAsString());
  EXPECT_EQ(message(ana_, id).tick(), Message::kDelivered);
}

TEST_F(OutboxTest, AServerThatDoesNotAnswerIsLeftAndTriedAgain) {
  warm_up();
  ana_.set_silent(true);
  const std::string id = say(ana_, chat_, "hello?");
  world_.advance(35'000);
  EXPECT_NE(state(ana_).connection(), client_api::State::kOnline);
  ana_.set_silent(false);
  world_.advance(120'000);
  EXPECT_EQ(message(ana_, id).tick(), Message::kDelivered);
}

TEST_F(OutboxTest, AfterARefusalTheConversationGoesOnInOrder) {
  warm_up();
  ana_.set_network(false);
  for (int i = 0; i < 6; ++i) say(ana_, chat_, std::to_string(i));
  // All of the first round are refused, the second goes through.
  std::set<std::string> refused;
  server().refuse_with = [&refused](const wire::Send& send) {
    return refused.insert(send.message_id()).second ? wire::kRateLimited : wire::kErrorUnspecified;
  };
  server().retry_after_ms = 3000;
  const std::string chat = bens_chat();
  ana_.set_network(true);
  world_.advance(1000);
  EXPECT_EQ(texts(ben_, chat).size(), 2u) << "retry_after_ms is kept to";
  world_.advance(10'000);
  EXPECT_THAT(texts(ben_, chat), ElementsAre("ping", "pong", "0", "1", "2", "3", "4", "5"));
  EXPECT_EQ(texts(ana_, chat_), texts(ben_, chat));
}

TEST_F(OutboxTest, WhatCanNeverBeSentFailsAndSaysWhy) {
  warm_up();
  server().refuse_with = [](const wire::Send&) { return wire::kTooLarge; };
  const std::string id = say(ana_, chat_, "big");
  world_.advance(1000);
  EXPECT_EQ(message(ana_, id).tick(), Message::kFailed);
  EXPECT_EQ(message(ana_, id).failure(), client_api::kMessageTooLarge);
  EXPECT_EQ(state(ana_).unsent_messages(), 0u);
  server().refuse_with = nullptr;
  say(ana_, chat_, "small");
  world_.advance(1000);
  EXPECT_EQ(texts(ben_, bens_chat()).back(), "small");
}

client_api::Request retry(const std::string& id) {
  client_api::Request request;
  request.mutable_retry_message()->set_id(id);
  return request;
}

client_api::Request remove(const std::string& id) {
  client_api::Request request;
  request.mutable_delete_messages()->add_ids(id);
  return request;
}

TEST_F(OutboxTest, WhatFailedIsSentOnceMoreInItsPlaceWithItsQuote_SEND_1) {
  warm_up();
  const std::string quoted = say(ana_, chat_, "shall we meet?");
  world_.advance(1000);
  server().refuse_with = [](const wire::Send&) { return wire::kTooLarge; };
  client_api::Request reply;
  reply.mutable_send_message()->set_conversation(chat_);
  reply.mutable_send_message()->set_text("at six");
  reply.mutable_send_message()->set_quote_message_id(quoted);
  const std::string id = ana_.request(reply).send_message().message().id();
  world_.advance(1000);
  const Message failed = message(ana_, id);
  ASSERT_EQ(failed.tick(), Message::kFailed);

  EXPECT_EQ(ana_.request(retry(quoted)).failure().code(), client_api::Failure::kInvalidArgument) << "it was sent";
  EXPECT_EQ(ana_.request(retry(std::string(32, '0'))).failure().code(), client_api::Failure::kNoSuchMessage);
  EXPECT_EQ(ana_.request(retry("x")).failure().code(), client_api::Failure::kInvalidArgument);

  server().refuse_with = nullptr;
  disconnect(ana_);
  const Message again = ana_.request(retry(id)).retry_message();
  EXPECT_EQ(again.id(), id);
  EXPECT_EQ(again.tick(), Message::kPending);
  EXPECT_EQ(again.failure(), client_api::kNoFailure);
  EXPECT_EQ(again.order_us(), failed.order_us());
  EXPECT_EQ(state(ana_).unsent_messages(), 1u);
  EXPECT_EQ(ana_.request(retry(id)).failure().code(), client_api::Failure::kInvalidArgument) << "it is under way";
  connect(ana_);
  world_.advance(1000);
  EXPECT_EQ(message(ana_, id).tick(), Message::kDelivered);
  EXPECT_THAT(texts(ana_, chat_), ElementsAre("ping", "pong", "shall we meet?", "at six"));
  EXPECT_THAT(texts(ben_, bens_chat()), ElementsAre("ping", "pong", "shall we meet?", "at six"));
  EXPECT_EQ(message(ben_, id).quote().message_id(), quoted);
}

TEST_F(OutboxTest, WhatFailedIsDeleted_UI_1) {
  warm_up();
  const std::string sent = say(ana_, chat_, "small");
  world_.advance(1000);
  server().refuse_with = [](const wire::Send&) { return wire::kTooLarge; };
  const std::string id = say(ana_, chat_, "walnut");
  world_.advance(1000);
  ASSERT_EQ(message(ana_, id).tick(), Message::kFailed);
  ana_.events.clear();
  EXPECT_FALSE(ana_.request(remove(id)).has_failure());
  ASSERT_FALSE(ana_.events.empty());
  EXPECT_EQ(ana_.events.front().message_removed().id(), id);
  EXPECT_EQ(ana_.events.front().message_removed().conversation(), chat_);
  EXPECT_EQ(count_events(ana_, client_api::Event::kConversationChanged), 1);
  EXPECT_EQ(conversation(ana_, chat_).last_message().id(), sent);
  client_api::Request search;
  search.mutable_search()->set_query("walnut");
  EXPECT_EQ(ana_.request(search).search().messages_size(), 0);
  EXPECT_EQ(ana_.request(remove(id)).failure().code(), client_api::Failure::kNoSuchMessage);
}

TEST_F(OutboxTest, WhatFailedIsNotRetriedToSomebodyBlocked) {
  warm_up();
  server().refuse_with = [](const wire::Send&) { return wire::kTooLarge; };
  const std::string id = say(ana_, chat_, "big");
  world_.advance(1000);
  client_api::Request block;
  block.mutable_set_blocked()->set_conversation(chat_);
  block.mutable_set_blocked()->set_blocked(true);
  EXPECT_FALSE(ana_.request(block).has_failure());
  EXPECT_EQ(ana_.request(retry(id)).failure().code(), client_api::Failure::kBlocked);
  EXPECT_EQ(message(ana_, id).tick(), Message::kFailed);
}

TEST_F(OutboxTest, AWindowBoundsWhatIsOnItsWay_LIMIT_1) {
  warm_up();
  server().loses_answers = true;
  ana_.set_network(false);
  for (int i = 0; i < 100; ++i) say(ana_, chat_, std::to_string(i));
  ana_.set_network(true);
  world_.advance(1000);
  EXPECT_EQ(world_.server->sends.size(), Outbox::kInFlightMax);
}

void OutboxTest::add_device_to_ben() {
  LoopbackServer::Account& account = *world_.server->account_of(kBen);
  wire::DeviceList list;
  ASSERT_TRUE(list.ParseFromString(account.list.device_list()));
  list.set_revision(++account.revision);
  wire::DeviceList::Device& device = *list.add_devices();
  device.set_device_id(9);
  const crypto::IdentityKeyPair identity = crypto::Sessions::make_identity(world_.random);
  device.set_identity_key(identity.public_key);
  crypto::AccountKeyPair key;
  auto row = ben_.database().prepare("SELECT account_public, account_private FROM registration");
  ASSERT_TRUE(row.step());
  key = {row.blob(0), row.blob(1)};
  account.list.set_device_list(list.SerializeAsString());
  account.list.set_signature(crypto::sign_device_list(key, account.list.device_list()));
  // Its keys: a store of its own makes a bundle.
  crypto::MemorySignalStore store(identity, 77);
  crypto::Sessions sessions(store, world_.random);
  const auto signed_prekey = sessions.make_signed_prekey(1, world_.clock.now());
  ASSERT_TRUE(signed_prekey.has_value());
  LoopbackServer::Device& added = account.devices[9];
  added.id = 9;
  added.active = true;
  added.token = "none";
  added.keys.set_identity_key(identity.public_key);
  added.keys.set_registration_id(77);
  added.keys.mutable_signed_prekey()->set_id(1);
  added.keys.mutable_signed_prekey()->set_public_key(signed_prekey->public_key);
  added.keys.mutable_signed_prekey()->set_signature(signed_prekey->signature);
}

TEST_F(OutboxTest, AStaleDeviceSetIsRefusedAndEncryptedForExactlyTheMissing_DEVICE_1) {
  warm_up();
  const std::string chat = bens_chat();
  add_device_to_ben();
  say(ana_, chat_, "to both");
  say(ana_, chat_, "and again");
  world_.advance(5000);
  EXPECT_THAT(texts(ben_, chat), ElementsAre("ping", "pong", "to both", "and again"));
  EXPECT_EQ(world_.server->account_of(kBen)->devices.at(9).inbox.size(), 2u);
  const wire::Send& first = world_.server->sends.at(0);
  const wire::Send& fixed = world_.server->sends.at(1);
  ASSERT_EQ(first.account().envelopes_size(), 1);
  ASSERT_EQ(fixed.account().envelopes_size(), 2);
  EXPECT_EQ(first.message_id(), fixed.message_id());
  EXPECT_EQ(first.account().envelopes(0).payload(), fixed.account().envelopes(0).payload())
      << "the ciphertext for the known device stays";
}

TEST_F(OutboxTest, AServerThatAlwaysSaysStaleIsAskedLessAndLess) {
  warm_up();
  server().refuse_with = [](const wire::Send&) { return wire::kStaleDevices; };
  say(ana_, chat_, "never");
  world_.advance(600'000);
  EXPECT_LT(world_.server->sends.size(), 20u);
  EXPECT_EQ(state(ana_).unsent_messages(), 1u);
}

TEST_F(OutboxTest, MessagesOfDifferentConversationsDoNotWaitForEachOther) {
  Host& cleo = world_.add("cleo");
  sign_up(cleo, "+491700000003", "Cleo");
  const std::string with_cleo = open_chat(ana_, "+491700000003");
  warm_up();
  refuse_ben(wire::kInboxFull);
  say(ana_, chat_, "stuck");
  say(ana_, with_cleo, "free");
  world_.advance(1000);
  EXPECT_THAT(texts(cleo, open_chat(cleo, kAna)), ElementsAre("free"));
}

TEST_F(OutboxTest, WhatOthersAskForTakesNoRoomOfWhatIsWritten_LIMIT_1) {
  warm_up();
  say(ben_, bens_chat(), "to be read");
  world_.advance(2000);
  ana_.set_network(false);
  const auto wait_for_room = [this](const std::string& target, size_t count) {
    execute(ana_, "DELETE FROM outbox");
    execute(ana_,
            ("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " + std::to_string(count) +
             ") INSERT INTO outbox (message_id, target_kind, target, kind, content, revision, "
             "only_device, receipt_number) SELECT randomblob(16), 1, " +
             target + ", 4, x'', 0, 1, 0 FROM n")
                .c_str());
    ana_.crash();
    ana_.reopen();
  };
  wait_for_room("x'" + world_.server->account_of(kBen)->id.hex() + "'", 300);
  const auto waiting = [this](const char* sql) { return query(ana_, sql); };
  mark_read(ana_, chat_);
  world_.advance(2000);
  EXPECT_EQ(waiting("SELECT count(*) FROM outbox WHERE kind > 1"), 300) << "no silent item more to one account";
  EXPECT_EQ(waiting("SELECT count(*) FROM read_due"), 2) << "they wait for room";
  wait_for_room("randomblob(16)", 2000);
  mark_read(ana_, chat_);  // whatever is due is looked at
  world_.advance(2000);
  EXPECT_EQ(waiting("SELECT count(*) FROM outbox WHERE kind > 1"), 2000) << "nor to all of them";
  say(ana_, chat_, "written");
  EXPECT_EQ(waiting("SELECT count(*) FROM outbox WHERE kind = 1"), 1);
}

}  // namespace
}  // namespace kith::core::testing
