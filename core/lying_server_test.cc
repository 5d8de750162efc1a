// SPDX-License-Identifier: AGPL-3.0-or-later

// A server that lies: what clients detect, and what they survive. docs/threat-model.md has the table; repair_test.cc
// has the lies about the inbox that end in a repair.
#include "core/testing/lying_server.h"
#include "core/outbox.h"
#include "core/prekeys.h"
#include "core/testing/two_people.h"
#include "crypto/account_key.h"
#include "crypto/sessions.h"

namespace kith::core::testing {
namespace {

using client_api::Message;
using ::testing::ElementsAre;

constexpr const char* kCarl = "+491700000003";

class LyingServerTest : public TwoPeopleOn<LyingServer> {
 protected:
  uint32_t post_text(Host& host, const std::string& chat, const std::string& text) {
    client_api::Request request;
    request.mutable_send_message()->set_conversation(chat);
    request.mutable_send_message()->set_text(text);
    const uint32_t id = host.post(std::move(request));
    world_.advance(1000);
    return id;
  }
  // What Ana's message of that text shows.
  Message::Tick tick(const std::string& text) {
    for (const Message& each : history(ana_, chat_)) {
      if (each.text().text() == text) return each.tick();
    }
    ADD_FAILURE() << "no such message";
    return Message::kPending;
  }
};

// ---- confirms falsely

TEST_F(LyingServerTest, WhatIsAcceptedAndDroppedNeverHasASecondTick) {
  warm_up();
  server().drop_between(kAna, kBen, true);
  const std::string id = say(ana_, chat_, "dropped");
  world_.advance(60'000);
  EXPECT_EQ(message(ana_, id).tick(), Message::kSent);
  server().drop_between(kAna, kBen, false);
  say(ana_, chat_, "there");
  world_.advance(2000);
  EXPECT_THAT(texts(ben_, bens_chat()), ElementsAre("ping", "pong", "there")) << "and the session goes on";
  EXPECT_EQ(state(ben_).undecryptable(), 0u);
}

TEST_F(LyingServerTest, AForgedDeliveryReceiptNeverTurnsTicksBlue_RECEIPT_1) {
  warm_up();
  server().drop_between(kAna, kBen, true);
  const std::string id = say(ana_, chat_, "dropped");
  wire::Entry entry;
  wire::DeliveryReceipt& receipt = *entry.mutable_delivery_receipt();
  receipt.set_from_account(world_.server->account_of(kBen)->id.bytes());
  receipt.set_from_device(world_.server->device_of(kBen)->id);
  receipt.set_sender_device(world_.server->device_of(kAna)->id);
  const wire::Send& send = world_.server->sends.back();
  receipt.set_first_number(send.account().receipt_number());
  receipt.set_last_number(send.account().receipt_number());
  receipt.set_marks(wire::receipt_mark(*MessageId::from_bytes(send.message_id())));
  server().plant(kAna, entry);
  world_.advance(2000);
  EXPECT_EQ(message(ana_, id).tick(), Message::kDelivered) << "the second tick is the server's word";
}

TEST_F(LyingServerTest, AReadReceiptBeforeTheFirstTickCounts_TICK_1) {
  warm_up();
  bool answers = false;
  server().change = [&](wire::ServerFrame& frame) { return !frame.has_accepted() || answers; };
  const std::string id = say(ana_, chat_, "read before it is accepted");
  world_.advance(1000);
  client_api::Request read;
  read.mutable_mark_read()->set_conversation(bens_chat());
  ben_.request(read);
  world_.advance(2000);
  EXPECT_LT(message(ana_, id).tick(), Message::kSent);
  answers = true;
  world_.advance(120'000);
  EXPECT_EQ(message(ana_, id).tick(), Message::kRead);
}

TEST_F(LyingServerTest, AnswersToWhatWasNeverSentChangeNothing) {
  warm_up();
  const auto before = texts(ana_, chat_);
  server().change = [done = false](wire::ServerFrame& frame) mutable {
    if (done || !frame.has_accepted()) return true;
    done = true;
    frame.mutable_accepted()->set_message_id(Bytes(16, 'x'));
    return true;
  };
  const std::string id = say(ana_, chat_, "real");
  world_.run();
  EXPECT_LT(message(ana_, id).tick(), Message::kSent) << "the answer was for another message";
  world_.advance(120'000);
  EXPECT_GE(message(ana_, id).tick(), Message::kSent) << "sent again under the same id, and answered then";
  EXPECT_THAT(texts(ben_, bens_chat()), ElementsAre("ping", "pong", "real"));
}

// ---- repeats

TEST_F(LyingServerTest, AMessageReplayedLaterIsNotShownAgain_SEND_1) {
  warm_up();
  wire::Entry kept;
  server().change_next_message([&kept](wire::IncomingMessage& message) { *kept.mutable_message() = message; });
  say(ana_, chat_, "once");
  world_.advance(1000);
  ASSERT_TRUE(kept.has_message());
  server().plant(kBen, kept);
  kept.mutable_message()->set_message_id(Bytes(16, 'y'));  // as if it were another one
  kept.mutable_message()->set_server_time_us(world_.clock.unix_us);
  server().plant(kBen, kept);
  world_.advance(20'000);
  EXPECT_THAT(texts(ben_, bens_chat()), ElementsAre("ping", "pong", "once"));
  EXPECT_EQ(state(ben_).undecryptable(), 0u);
}

// ---- reorders

TEST_F(LyingServerTest, MessagesInAnotherOrderAreAllReadAndShownByTheirTime_ORDER_1) {
  warm_up();
  // The first message comes last: its entry is withheld, and then planted where the others have been.
  wire::Entry first;
  server().change = [&first](wire::ServerFrame& frame) {
    if (!frame.has_deliver() || !frame.deliver().entries(0).has_message()) return true;
    wire::Entry& entry = *frame.mutable_deliver()->mutable_entries(0);
    if (first.has_message()) return true;
    first = entry;
    entry.clear_message();  // its position stays taken
    return true;
  };
  say(ana_, chat_, "one");
  say(ana_, chat_, "two");
  say(ana_, chat_, "three");
  EXPECT_THAT(texts(ben_, bens_chat()), ElementsAre("ping", "pong", "two", "three"));
  server().plant(kBen, first);
  world_.advance(2000);
  EXPECT_THAT(texts(ben_, bens_chat()), ElementsAre("ping", "pong", "one", "two", "three"));
  EXPECT_EQ(state(ben_).undecryptable(), 0u);
}

// ---- truncates

TEST_F(LyingServerTest, ATruncatedMessageIsNoticedAndRepaired) {
  warm_up();
  server().change_next_message(
      [](wire::IncomingMessage& message) { message.mutable_payload()->resize(message.payload().size() / 2); });
  say(ana_, chat_, "whole words");
  world_.advance(20'000);
  EXPECT_THAT(texts(ben_, bens_chat()), ElementsAre("ping", "pong", "whole words"));
}

TEST_F(LyingServerTest, ABacklogSaidToHaveExpiredIsMissingAndItsSenderSeesOneTick_INBOX_1) {
  warm_up();
  ben_.set_network(false);
  const std::string id = say(ana_, chat_, "gone");
  world_.server->device_of(kBen)->inbox.clear();
  ben_.set_network(true);
  world_.advance(2000);
  say(ana_, chat_, "there");
  world_.advance(60'000);
  EXPECT_THAT(texts(ben_, bens_chat()), ElementsAre("ping", "pong", "there"));
  EXPECT_EQ(message(ben_, id).id(), "");
}

// ---- swaps names; ids are in binding_test.cc

TEST_F(LyingServerTest, AMessageGivenOutAsSomebodyElsesIsNotBelieved_DEVICE_1) {
  warm_up();
  Host& carl = world_.add("carl");
  sign_up(carl, kCarl, "Carl");
  say(carl, open_chat(carl, kBen), "I am Carl");
  world_.advance(2000);
  const std::string with_carl = open_chat(ben_, kCarl);
  const Bytes carls = world_.server->account_of(kCarl)->id.bytes();
  server().change_next_message([&](wire::IncomingMessage& message) { message.set_from_account(carls); });
  say(ana_, chat_, "words of Ana");
  world_.advance(20'000);
  for (const Message& each : history(ben_, with_carl)) EXPECT_NE(each.text().text(), "words of Ana");
  EXPECT_EQ(state(ben_).undecryptable(), 1u) << "counted; and Carl's device, asked, has nothing like it";
}

// ---- swaps keys

TEST_F(LyingServerTest, ABundleWithAnotherIdentityGetsNoMessage_DEVICE_1) {
  crypto::SeededRandom random(77);
  const Bytes mallory = crypto::Sessions::make_identity(random).public_key;
  server().change_bundles = [&](wire::PrekeyBundlesResponse& response) {
    for (auto& bundle : *response.mutable_bundles()) bundle.set_identity_key(mallory);
  };
  post_text(ana_, chat_, "secret");
  world_.advance(60'000);
  EXPECT_TRUE(server().sends.empty()) << "nothing was encrypted for a key that the list does not name";
  EXPECT_EQ(tick("secret"), Message::kPending);
  server().change_bundles = {};
  world_.advance(300'000);
  EXPECT_THAT(texts(ben_, bens_chat()), ElementsAre("secret"));
}

TEST_F(LyingServerTest, ABundleWithASwappedSignedPrekeyGetsNoMessage) {
  server().change_bundles = [](wire::PrekeyBundlesResponse& response) {
    for (auto& bundle : *response.mutable_bundles()) {
      std::string& key = *bundle.mutable_signed_prekey()->mutable_public_key();
      key[10] = static_cast<char>(key[10] ^ 1);
    }
  };
  post_text(ana_, chat_, "secret");
  world_.advance(60'000);
  EXPECT_TRUE(server().sends.empty());
  EXPECT_EQ(tick("secret"), Message::kPending);
}

TEST_F(LyingServerTest, ASwappedOneTimePrekeyCostsOneMessageARepair) {
  crypto::SeededRandom random(78);
  const Bytes other = crypto::Sessions::make_identity(random).public_key;
  server().change_bundles = [&, done = false](wire::PrekeyBundlesResponse& response) mutable {
    if (std::exchange(done, true)) return;
    for (auto& bundle : *response.mutable_bundles()) bundle.mutable_prekey()->set_public_key(other);
  };
  post_text(ana_, chat_, "secret");
  world_.advance(60'000);
  EXPECT_THAT(texts(ben_, bens_chat()), ElementsAre("secret"));
}

class ReplayedBundleTest : public LyingServerTest {
 protected:
  // Hands the bundle of Ben that was given out first to `lie` with each later one.
  void change_later_bundles(std::function<void(const wire::PrekeyBundle& first, wire::PrekeyBundle& now)> lie) {
    server().change_bundles = [this, lie = std::move(lie)](wire::PrekeyBundlesResponse& response) {
      wire::PrekeyBundle& bundle = *response.mutable_bundles(0);
      if (bundle.identity_key() != world_.server->device_of(kBen)->keys.identity_key()) return;
      if (first_) lie(*first_, bundle);
      if (!first_) first_ = bundle;
    };
  }
  // Ben's signed prekey is replaced so often.
  void rotate(size_t times) {
    for (size_t i = 0; i < times; ++i) {
      world_.clock.unix_us += (Prekeys::kSignedDays + 1) * 24 * 3600 * 1'000'000;
      ben_.set_network(false);
      ben_.set_network(true);
      world_.advance(5000);
    }
    EXPECT_NE(world_.server->device_of(kBen)->keys.signed_prekey().id(), first_->signed_prekey().id());
  }
  // Carl, of whom nobody has heard, writes to Ben.
  void expect_carls_message_arrives(size_t sends) {
    Host& carl = world_.add("carl");
    sign_up(carl, kCarl, "Carl");
    const auto anas = texts(ana_, chat_);
    server().sends.clear();
    const std::string id = say(carl, open_chat(carl, kBen), "secret");
    world_.advance(60'000);
    EXPECT_THAT(texts(ben_, open_chat(ben_, kCarl)), ElementsAre("secret"));
    EXPECT_EQ(message(carl, id).tick(), Message::kDelivered);
    size_t carls = 0;
    for (const wire::Send& send : server().sends) {
      const Bytes& to = send.account().account_id();
      if (to == world_.server->account_of(kBen)->id.bytes()) ++carls;
      EXPECT_NE(to, world_.server->account_of(kAna)->id.bytes()) << "nobody else is sent anything";
    }
    EXPECT_EQ(carls, sends) << "once, and once more for a repair";
    EXPECT_EQ(texts(ana_, chat_), anas);
  }
  std::optional<wire::PrekeyBundle> first_;
};

TEST_F(ReplayedBundleTest, ABundleWhoseOneTimePrekeyIsUsedCostsOneMessageARepair_DEVICE_5) {
  change_later_bundles([](const wire::PrekeyBundle& first, wire::PrekeyBundle& now) { now = first; });
  warm_up();
  expect_carls_message_arrives(2);
}

TEST_F(ReplayedBundleTest, AnOlderSignedPrekeyThatIsKeptCostsNothing_DEVICE_5) {
  change_later_bundles([](const wire::PrekeyBundle& first, wire::PrekeyBundle& now) {
    *now.mutable_signed_prekey() = first.signed_prekey();
  });
  warm_up();
  rotate(1);
  expect_carls_message_arrives(1);
}

TEST_F(ReplayedBundleTest, ASignedPrekeyThatIsNoMoreCostsOneMessageARepair_DEVICE_5) {
  change_later_bundles([](const wire::PrekeyBundle& first, wire::PrekeyBundle& now) {
    *now.mutable_signed_prekey() = first.signed_prekey();
  });
  warm_up();
  rotate(Prekeys::kSignedKept);
  expect_carls_message_arrives(2);
}

TEST_F(LyingServerTest, AFirstMessageLeavesWhenTheServerCanGiveOutNoOneTimePrekey_DEVICE_5) {
  server().change_bundles = [](wire::PrekeyBundlesResponse& response) {
    for (auto& bundle : *response.mutable_bundles()) bundle.clear_prekey();
  };
  post_text(ana_, chat_, "hello");
  world_.advance(2000);
  EXPECT_THAT(texts(ben_, bens_chat()), ElementsAre("hello"));
  EXPECT_EQ(tick("hello"), Message::kDelivered);
}

TEST_F(LyingServerTest, AFirstMessageWaitsForKeysThatCantBeHadAndLeavesByItself) {
  server().bundles_away = true;
  post_text(ana_, chat_, "hello");
  world_.advance(600'000);
  EXPECT_EQ(tick("hello"), Message::kPending);
  server().bundles_away = false;
  world_.advance(2 * Outbox::kPauseMaxMs);
  EXPECT_EQ(tick("hello"), Message::kDelivered);
}

// ---- forges device lists

class ForgedListTest : public LyingServerTest {
 protected:
  ForgedListTest() : mallory_random_(99), mallory_(crypto::make_account_key(mallory_random_)) {}
  void expect_nothing_sent() {
    post_text(ana_, chat_, "secret");
    world_.advance(60'000);
    EXPECT_TRUE(server().sends.empty());
    EXPECT_EQ(tick("secret"), Message::kPending);
    server().change_list = {};
    world_.advance(300'000);
    EXPECT_THAT(texts(ben_, bens_chat()), ElementsAre("secret")) << "once it is honest again";
  }
  static void add_device(wire::DeviceList& list) {
    wire::DeviceList::Device& device = *list.add_devices();
    device = list.devices(0);
    device.set_device_id(list.devices(0).device_id() + 1);
  }
  crypto::SeededRandom mallory_random_;
  crypto::AccountKeyPair mallory_;
};

TEST_F(ForgedListTest, ADeviceAddedUnderTheOldSignatureIsRefused_DEVICE_1) {
  server().change_list = [](const LoopbackServer::Account&, wire::SignedDeviceList& signed_list) {
    wire::DeviceList list;
    list.ParseFromString(signed_list.device_list());
    add_device(list);
    signed_list.set_device_list(list.SerializeAsString());
  };
  expect_nothing_sent();
}
TEST_F(ForgedListTest, AListSignedByAnotherKeyThanItNamesIsRefused_DEVICE_1) {
  server().change_list = [this](const LoopbackServer::Account&, wire::SignedDeviceList& signed_list) {
    wire::DeviceList list;
    list.ParseFromString(signed_list.device_list());
    add_device(list);
    list.set_revision(list.revision() + 1);
    signed_list.set_device_list(list.SerializeAsString());
    signed_list.set_signature(crypto::sign_device_list(mallory_, signed_list.device_list()));
  };
  expect_nothing_sent();
}
TEST_F(ForgedListTest, AListOfAnotherAccountIsRefused_DEVICE_1) {
  Host& carl = world_.add("carl");
  sign_up(carl, kCarl, "Carl");
  server().change_list = [this](const LoopbackServer::Account&, wire::SignedDeviceList& list) {
    list = world_.server->account_of(kCarl)->list;
  };
  expect_nothing_sent();
}

TEST_F(ForgedListTest, AnotherAccountKeyIsShownAndEndsVerification_DEVICE_2) {  // IDENTITY-2
  warm_up();
  client_api::Request verify;
  verify.mutable_set_verified()->set_conversation(chat_);
  verify.mutable_set_verified()->set_verified(true);
  EXPECT_FALSE(ana_.request(verify).has_failure());
  server().change_list = [this](const LoopbackServer::Account& account, wire::SignedDeviceList& signed_list) {
    if (account.handle() != kBen) return;
    wire::DeviceList list;
    list.ParseFromString(signed_list.device_list());
    list.set_account_key(mallory_.public_key);
    list.set_revision(list.revision() + 1);
    signed_list.set_device_list(list.SerializeAsString());
    signed_list.set_signature(crypto::sign_device_list(mallory_, signed_list.device_list()));
  };
  wire::Entry entry;
  entry.mutable_account_changed()->set_account_id(world_.server->account_of(kBen)->id.bytes());
  entry.mutable_account_changed()->set_device_list_revision(world_.server->account_of(kBen)->revision + 1);
  server().plant(kAna, entry);
  world_.advance(2000);
  EXPECT_FALSE(conversation(ana_, chat_).direct().verified());
  EXPECT_EQ(history(ana_, chat_).back().body_case(), Message::kIdentityChanged);
}

TEST_F(ForgedListTest, AnotherAccountKeyFromTheStartShowsInTheSafetyNumber) {
  server().change_list = [this](const LoopbackServer::Account& account, wire::SignedDeviceList& signed_list) {
    if (account.handle() != kBen) return;
    wire::DeviceList list;
    list.ParseFromString(signed_list.device_list());
    list.set_account_key(mallory_.public_key);
    signed_list.set_device_list(list.SerializeAsString());
    signed_list.set_signature(crypto::sign_device_list(mallory_, signed_list.device_list()));
  };
  client_api::Request mine, theirs;
  mine.mutable_get_safety_number()->set_conversation(chat_);
  theirs.mutable_get_safety_number()->set_conversation(bens_chat());
  const std::string anas = ana_.request(mine).get_safety_number().digits();
  const std::string bens = ben_.request(theirs).get_safety_number().digits();
  EXPECT_EQ(anas.size(), bens.size());
  EXPECT_NE(anas, bens);
}

TEST_F(ForgedListTest, AnOlderListIsNotTakenAgain_DEVICE_1) {
  const wire::SignedDeviceList old = world_.server->account_of(kBen)->list;
  warm_up();
  Host& new_ben = world_.add("new ben");
  sign_up(new_ben, kBen, "Ben");
  world_.advance(5000);
  const auto known = [this] {
    client_api::Request number;
    number.mutable_get_safety_number()->set_conversation(chat_);
    return ana_.request(number).get_safety_number().digits();
  };
  const std::string before = known();
  server().change_list = [&old](const LoopbackServer::Account& account, wire::SignedDeviceList& list) {
    if (account.handle() == kBen) list = old;
  };
  wire::Entry entry;
  entry.mutable_account_changed()->set_account_id(world_.server->account_of(kBen)->id.bytes());
  entry.mutable_account_changed()->set_device_list_revision(world_.server->account_of(kBen)->revision + 5);
  server().plant(kAna, entry);
  world_.advance(5000);
  EXPECT_EQ(known(), before);
  post_text(ana_, chat_, "to the new one");
  world_.advance(30'000);
  EXPECT_EQ(tick("to the new one"), Message::kPending) << "not for devices that are no more";
  server().change_list = {};
  world_.advance(300'000);
  EXPECT_EQ(texts(new_ben, open_chat(new_ben, kAna)).back(), "to the new one");
}

// ---- wrong server times

class WrongTimeTest : public LyingServerTest, public ::testing::WithParamInterface<uint64_t> {};

TEST_P(WrongTimeTest, LosesNothing) {
  warm_up();
  server().change = [](wire::ServerFrame& frame) {
    if (frame.has_welcome()) frame.mutable_welcome()->set_server_time_us(GetParam());
    if (frame.has_pong()) frame.mutable_pong()->set_server_time_us(GetParam());
    if (frame.has_accepted()) frame.mutable_accepted()->set_server_time_us(GetParam());
    if (frame.has_deliver()) {
      for (wire::Entry& entry : *frame.mutable_deliver()->mutable_entries()) {
        if (entry.has_message()) entry.mutable_message()->set_server_time_us(GetParam());
      }
    }
    return true;
  };
  const std::string chat = bens_chat();
  ana_.set_network(false);
  ana_.set_network(true);
  world_.advance(2000);
  const std::string one = say(ana_, chat_, "one");
  say(ana_, chat_, "two");
  say(ben_, chat, "three");
  world_.advance(120'000);
  for (Host* const host : {&ana_, &ben_}) {
    EXPECT_THAT(texts(*host, host == &ana_ ? chat_ : chat),
                ::testing::UnorderedElementsAre("ping", "pong", "one", "two", "three"));
    EXPECT_EQ(state(*host).connection(), client_api::State::kOnline);
    EXPECT_EQ(state(*host).undecryptable(), 0u);
  }
  EXPECT_GE(message(ana_, one).tick(), Message::kSent);
  server().change = {};
  say(ana_, chat_, "four");
  world_.advance(2000);
  EXPECT_THAT(texts(ben_, chat), ::testing::Contains("four"));
}

INSTANTIATE_TEST_SUITE_P(Times, WrongTimeTest,
                         ::testing::Values(0, 1, 1'500'000'000'000'000, 4'000'000'000'000'000, INT64_MAX, UINT64_MAX),
                         [](const auto& time) { return "At" + std::to_string(time.param); });

// ---- says of people what no client sends

class ProfileForger : public LyingServer {
 public:
  using LyingServer::LyingServer;
  std::string name = "Ben", about;  // everybody's

  HttpReply http(const std::string& method, const std::string& path, const std::string& body,
                 const std::string& bearer) override {
    HttpReply reply = LyingServer::http(method, path, body, bearer);
    wire::Profile profile;
    if (method != "GET" || !path.ends_with("/profile") || !profile.ParseFromString(reply.body)) return reply;
    profile.set_name(name);
    profile.set_about(about);
    reply.body = profile.SerializeAsString();
    return reply;
  }
};

using ForgedProfileTest = TwoPeopleOn<ProfileForger>;

TEST_F(ForgedProfileTest, OfWhichNothingIsSeenOrThatHasLinesForgesNothing) {
  client_api::Request request;
  request.mutable_get_profile()->set_account_id(server().account_of(kBen)->id.hex());
  server().name = "\u200B";
  server().about = "on the road\nphone  +491700000009\u202E";
  const client_api::Response nameless = ana_.request(request);
  EXPECT_TRUE(nameless.has_failure() || nameless.get_profile().name().empty());
  EXPECT_EQ(conversation(ana_, chat_).title(), kBen);
  server().name = "Ben\nphone  +491700000009";
  const client_api::Profile shown = ana_.request(request).get_profile();
  EXPECT_EQ(shown.name(), "Ben phone +491700000009");
  EXPECT_EQ(shown.about(), "on the road phone +491700000009");
}

TEST_F(LyingServerTest, ANameOfOnesOwnOfWhichNothingIsSeenIsRefused) {
  for (const char* const name : {"\u200B", " \n\u2060", "\u3164"}) {
    client_api::Request request;
    request.mutable_set_profile()->set_name(name);
    EXPECT_EQ(ana_.request(request).failure().code(), client_api::Failure::kBlank);
  }
  EXPECT_EQ(state(ana_).name(), "Ana");
}

}  // namespace
}  // namespace kith::core::testing
