// SPDX-License-Identifier: AGPL-3.0-or-later

// The connection: reconnecting, staying alive, ending; what is ephemeral; and registration.
#include "core/connection.h"
#include "core/testing/two_people.h"

namespace kith::core::testing {
namespace {

using client_api::Event;
using client_api::State;

using ConnectionTest = TwoPeople;

TEST_F(ConnectionTest, AttemptsGrowRarerUpToAMinute) {
  std::vector<uint64_t> attempts;
  ana_.before_step = [&](const client_api::Action& action) {
    if (action.has_open_socket()) attempts.push_back(world_.clock.monotonic_ms);
  };
  ana_.set_network(false);
  world_.advance(600'000);
  ASSERT_GE(attempts.size(), 10u);
  EXPECT_LE(attempts.size(), 30u);
  for (size_t i = 1; i < attempts.size(); ++i) EXPECT_LE(attempts[i] - attempts[i - 1], 61'000u);
  EXPECT_LE(attempts[1] - attempts[0], 1'100u);
  EXPECT_EQ(state(ana_).connection(), State::kWaiting);
}

TEST_F(ConnectionTest, AHintThatTheNetworkIsBackIsFollowedAtOnce) {
  ana_.set_network(false);
  world_.advance(600'000);
  ana_.set_network(true);
  world_.run();
  EXPECT_EQ(state(ana_).connection(), State::kOnline);
}

TEST_F(ConnectionTest, AHintThatTheNetworkIsGoneIsTriedSoon) {
  client_api::Input gone;
  gone.mutable_network_changed()->set_online(false);
  ana_.input(gone);
  world_.advance(3000);
  EXPECT_EQ(state(ana_).connection(), State::kOnline) << "the server is on this side of what is gone";
  ana_.set_silent(true);
  ana_.input(gone);
  world_.advance(3000);
  EXPECT_NE(state(ana_).connection(), State::kOnline);
}

TEST_F(ConnectionTest, ADeadConnectionIsFoundOut) {
  ana_.set_silent(true);
  world_.advance(31'000);  // a third of a minute, and ten seconds for the answer
  EXPECT_NE(state(ana_).connection(), State::kOnline);
  ana_.set_silent(false);
  world_.advance(60'000);
  EXPECT_EQ(state(ana_).connection(), State::kOnline);
}

TEST_F(ConnectionTest, AfterAttemptsThatHangTheDeviceIsBackWithinNinetySeconds) {
  for (const bool opens : {false, true}) {  // whether the socket opens, and only then nothing gets through
    for (uint64_t phase = 0; phase < 16; ++phase) {
      ana_.set_silent(true);
      ana_.before_step = [&](const client_api::Action& action) {
        if (action.has_open_socket() && opens) ana_.set_silent(false);
        if (action.has_send_frame()) ana_.set_silent(true);
      };
      world_.advance(600'000 + phase * 6'000);
      EXPECT_NE(state(ana_).connection(), State::kOnline);
      ana_.before_step = {};
      ana_.set_silent(false);
      world_.advance(90'000);
      EXPECT_EQ(state(ana_).connection(), State::kOnline) << opens << " " << phase;
    }
  }
}

TEST_F(ConnectionTest, AQuietConnectionStaysOpen) {
  int closed = 0;
  ana_.before_step = [&](const client_api::Action& action) { closed += action.has_close_socket() ? 1 : 0; };
  world_.advance(3'600'000);
  EXPECT_EQ(closed, 0);
  EXPECT_EQ(state(ana_).connection(), State::kOnline);
}

TEST_F(ConnectionTest, TheSystemsClockMayJump) {
  warm_up();
  world_.clock.unix_us -= uint64_t{365} * 24 * 3600 * 1'000'000;
  say(ana_, chat_, "from last year");
  world_.advance(2000);
  world_.clock.unix_us += uint64_t{2 * 365} * 24 * 3600 * 1'000'000;
  say(ana_, chat_, "from next year");
  world_.advance(2000);
  EXPECT_THAT(texts(ben_, bens_chat()), ::testing::ElementsAre("ping", "pong", "from last year", "from next year"));
  EXPECT_EQ(state(ana_).connection(), State::kOnline);
}

TEST_F(ConnectionTest, ARestartOfTheServerIsSurvived) {
  warm_up();
  world_.server->restart();
  world_.advance(5000);
  say(ana_, chat_, "after");
  world_.advance(2000);
  EXPECT_EQ(texts(ben_, bens_chat()).back(), "after");
  EXPECT_TRUE(world_.server->redelivers.empty()) << "a new epoch is no gap";
}

TEST_F(ConnectionTest, DrainingIsFollowedByANewConnectionWithinTheTimeGiven) {
  std::vector<uint64_t> attempts;
  ana_.before_step = [&](const client_api::Action& action) {
    if (action.has_open_socket()) attempts.push_back(world_.clock.monotonic_ms);
  };
  const uint64_t now = world_.clock.monotonic_ms;
  wire::ServerFrame frame;
  frame.mutable_draining()->set_reconnect_within_ms(10'000);
  world_.server->outgoing.push_back({world_.server->device_of(kAna)->link, frame});
  world_.advance(11'000);
  ASSERT_EQ(attempts.size(), 1u);
  EXPECT_LE(attempts[0], now + 10'000);
  EXPECT_EQ(state(ana_).connection(), State::kOnline);
}

TEST_F(ConnectionTest, ADeviceThatTheServerDoesNotKnowKeepsEverythingAndAsksAgainRarely_IDENTITY_4) {
  warm_up();
  wire::ServerFrame frame;
  frame.mutable_error()->set_code(wire::kUnauthenticated);
  world_.server->outgoing.push_back({world_.server->device_of(kAna)->link, frame});
  world_.advance(120'000);
  EXPECT_EQ(state(ana_).connection(), State::kEnded);
  ana_.crash();
  ana_.reopen();
  EXPECT_EQ(state(ana_).connection(), State::kEnded) << "it is told also after a new start";
  EXPECT_EQ(texts(ana_, chat_).size(), 2u);
  connect(ana_);
  EXPECT_EQ(state(ana_).connection(), State::kOnline) << "the server was another one for a while";
  frame.mutable_error()->set_code(wire::kUnauthenticated);
  world_.server->outgoing.push_back({world_.server->device_of(kAna)->link, frame});
  world_.advance(Connection::kRefusedMinMs / 2 - 1);
  EXPECT_EQ(state(ana_).connection(), State::kEnded);
  world_.advance(Connection::kRefusedMinMs);
  EXPECT_EQ(state(ana_).connection(), State::kOnline) << "also by itself";
  say(ana_, chat_, "back");
  world_.advance(2000);
  EXPECT_EQ(texts(ben_, bens_chat()).back(), "back");
}

TEST_F(ConnectionTest, AnotherServerAtTheSameAddressGetsNothingAndTheRightOneGoesOn_IDENTITY_7) {
  warm_up();
  world_.server->change_data_directory();
  world_.advance(5000);
  EXPECT_EQ(state(ana_).connection(), State::kOtherServer);
  EXPECT_EQ(state(ben_).connection(), State::kOtherServer);
  say(ana_, chat_, "for the right one");
  const auto calls = world_.server->calls;
  client_api::Request look;
  look.mutable_open_conversation()->set_handle("+491700000009");
  EXPECT_EQ(ana_.request(look).failure().code(), client_api::Failure::kOffline);
  world_.advance(3'600'000);
  EXPECT_TRUE(world_.server->sends.empty());
  EXPECT_EQ(world_.server->calls, calls);
  ana_.crash();
  ana_.reopen();
  EXPECT_EQ(state(ana_).connection(), State::kOtherServer) << "it is told also after a new start";
  world_.server->change_data_directory();
  connect(ana_);
  EXPECT_EQ(state(ana_).connection(), State::kOnline);
  world_.advance(Connection::kRefusedMaxMs);
  EXPECT_EQ(state(ben_).connection(), State::kOnline) << "by itself";
  EXPECT_EQ(texts(ben_, bens_chat()).back(), "for the right one");
}

TEST_F(ConnectionTest, APersonMayRegisterWithTheOtherServerAndKeepsTheMessages_IDENTITY_7) {
  warm_up();
  world_.server->change_data_directory();
  world_.advance(5000);
  sign_up(ana_, kAna, "Ana");
  sign_up(ben_, kBen, "Ben");
  world_.advance(1000);
  EXPECT_EQ(state(ana_).connection(), State::kOnline);
  EXPECT_EQ(texts(ana_, chat_), (std::vector<std::string>{"ping", "pong"}));
  ana_.crash();
  ana_.reopen();
  connect(ana_);
  EXPECT_EQ(state(ana_).connection(), State::kOnline) << "the other one is the right one now";
}

TEST_F(ConnectionTest, ADeviceThatTheServerHasLostIsToldApartFromOneThatWasEnded_IDENTITY_7) {
  warm_up();
  world_.server->change_data_directory();
  std::swap(world_.server->server_id, world_.server->other_server_id);  // the same server, without its accounts
  world_.advance(5000);
  EXPECT_EQ(state(ana_).connection(), State::kUnknownDevice);
  EXPECT_EQ(texts(ana_, chat_).size(), 2u);
  std::swap(world_.server->server_id, world_.server->other_server_id);
  world_.server->change_data_directory();
  world_.advance(Connection::kRefusedMinMs);
  EXPECT_EQ(state(ana_).connection(), State::kOnline);
}

class MaskedServer final : public LoopbackServer {
 public:
  using LoopbackServer::LoopbackServer;
  bool masked = false;

 protected:
  void put(Link link, wire::ServerFrame frame) override {
    if (masked && frame.has_welcome()) frame.mutable_welcome()->set_server_id(Bytes(16, 'm'));
    LoopbackServer::put(link, std::move(frame));
  }
};

using MaskedServerTest = TwoPeopleOn<MaskedServer>;

TEST_F(MaskedServerTest, AWelcomeOfAnotherServerEndsTheConnection_IDENTITY_7) {
  server().masked = true;
  server().restart();
  world_.advance(5000);
  EXPECT_EQ(state(ana_).connection(), State::kOtherServer);
  say(ana_, chat_, "not for this one");
  world_.advance(3'600'000);
  EXPECT_TRUE(server().sends.empty());
  server().masked = false;
  world_.advance(Connection::kRefusedMaxMs);
  EXPECT_EQ(state(ana_).connection(), State::kOnline);
}

TEST_F(ConnectionTest, AnEndedDeviceCanRegisterItsNumberAgain) {
  warm_up();
  Host& other = world_.add("other");
  sign_up(other, kAna, "Ana");
  world_.advance(1000);
  ASSERT_EQ(state(ana_).connection(), State::kEnded);
  sign_up(ana_, kAna, "Ana");
  world_.advance(1000);
  EXPECT_EQ(state(ana_).connection(), State::kOnline);
  EXPECT_EQ(state(other).connection(), State::kEnded);
  say(ana_, chat_, "it is me again");
  world_.advance(5000);
  EXPECT_EQ(texts(ben_, bens_chat()).back(), "it is me again");
  EXPECT_EQ(texts(ana_, chat_).front(), "ping");
}

TEST_F(ConnectionTest, WhoRegistersAnewIsConnectedAgainIfItWasToBe) {
  Host& other = world_.add("other");
  for (const bool connected : {true, false}) {
    sign_up(other, kAna, "Ana");
    world_.advance(1000);
    ASSERT_EQ(state(ana_).connection(), State::kEnded);
    if (!connected) disconnect(ana_);
    register_handle(ana_, kAna, "Ana");
    world_.advance(1000);
    EXPECT_EQ(state(ana_).connection(), connected ? State::kOnline : State::kOffline);
  }
}

TEST_F(ConnectionTest, ASecondProcessOfTheSameDeviceStopsTheFirst) {
  wire::ServerFrame frame;
  frame.mutable_error()->set_code(wire::kReplaced);
  world_.server->outgoing.push_back({world_.server->device_of(kAna)->link, frame});
  world_.advance(120'000);
  EXPECT_EQ(state(ana_).connection(), State::kOffline);
}

TEST_F(ConnectionTest, GarbageFromTheServerEndsTheConnectionAndNothingElse) {
  warm_up();
  client_api::Input input;
  for (uint32_t socket = 0; socket < 5; ++socket) {
    input.mutable_socket_frame()->set_socket(socket);
    input.mutable_socket_frame()->add_frames("\xFF\xFF\xFF garbage");
    ana_.input(input);
  }
  world_.advance(5000);
  EXPECT_EQ(state(ana_).connection(), State::kOnline);
}

TEST_F(ConnectionTest, FramesThatComeTogetherAreAllTaken) {
  warm_up();
  wire::ServerFrame pong;
  pong.mutable_pong();
  wire::ServerFrame typing;
  typing.mutable_typing()->set_from_account(world_.server->account_of(kBen)->id.bytes());
  typing.mutable_typing()->set_active(true);
  for (uint32_t socket = 0; socket < 5; ++socket) {  // one of them is the open one
    client_api::Input input;
    input.mutable_socket_frame()->set_socket(socket);
    input.mutable_socket_frame()->add_frames(pong.SerializeAsString());
    input.mutable_socket_frame()->add_frames(typing.SerializeAsString());
    ana_.input(input);
  }
  EXPECT_TRUE(conversation(ana_, chat_).typing_size() > 0);
}

TEST_F(ConnectionTest, TypingIsThrottledAndExpires_EPHEMERAL_1) {
  warm_up();
  world_.server->ephemeral.clear();
  client_api::Request typing;
  typing.mutable_set_typing()->set_conversation(chat_);
  typing.mutable_set_typing()->set_typing(true);
  for (int i = 0; i < 10; ++i) {
    EXPECT_FALSE(ana_.request(typing).has_failure());
    world_.advance(500);
  }
  EXPECT_EQ(world_.server->ephemeral.size(), 2u) << "once in three seconds";
  EXPECT_TRUE(conversation(ben_, bens_chat()).typing_size() > 0);
  ana_.set_silent(true);  // the end does not arrive
  world_.advance(9000);
  EXPECT_FALSE(conversation(ben_, bens_chat()).typing_size() > 0);
  EXPECT_EQ(count_events(ben_, Event::kTypingChanged), 2);
}

TEST_F(ConnectionTest, TypingEndsWithTheMessageOrWhenTheUserStops) {
  warm_up();
  client_api::Request typing;
  typing.mutable_set_typing()->set_conversation(chat_);
  typing.mutable_set_typing()->set_typing(true);
  ana_.request(typing);
  EXPECT_TRUE(conversation(ben_, bens_chat()).typing_size() > 0);
  say(ana_, chat_, "done");
  world_.run();
  EXPECT_FALSE(conversation(ben_, bens_chat()).typing_size() > 0);
  ana_.request(typing);
  world_.advance(7000);
  EXPECT_FALSE(conversation(ben_, bens_chat()).typing_size() > 0);
}

TEST_F(ConnectionTest, PresenceIsToldWhileWatched_F13) {
  warm_up();
  client_api::Request watch;
  watch.mutable_watch_presence()->add_conversations(chat_);
  EXPECT_FALSE(ana_.request(watch).has_failure());
  client_api::Request available;
  available.mutable_set_available()->set_available(true);
  ben_.request(available);
  EXPECT_EQ(conversation(ana_, chat_).direct().presence().kind(), client_api::Presence::kOnline);
  available.mutable_set_available()->set_available(false);
  ben_.request(available);
  EXPECT_EQ(conversation(ana_, chat_).direct().presence().kind(), client_api::Presence::kLastSeen);
  EXPECT_EQ(conversation(ana_, chat_).direct().presence().last_seen_us(), world_.clock.unix_us);

  available.mutable_set_available()->set_available(true);
  ben_.request(available);
  ana_.set_network(false);
  EXPECT_EQ(conversation(ana_, chat_).direct().presence().kind(), client_api::Presence::kUnspecified)
      << "without a connection nobody is online";
  ana_.set_network(true);
  world_.advance(1000);
  EXPECT_EQ(conversation(ana_, chat_).direct().presence().kind(), client_api::Presence::kOnline) << "asked for again";
}

TEST_F(ConnectionTest, ScopesReachTheServerWithTheContactsTheyMean) {
  client_api::Request set;
  set.mutable_set_settings()->set_last_seen(client_api::Settings::kContacts);
  set.mutable_set_settings()->set_about(client_api::Settings::kNobody);
  EXPECT_EQ(ana_.request(set).set_settings().last_seen(), client_api::Settings::kContacts);
  world_.advance(1000);
  const wire::Privacy* privacy = &world_.server->account_of(kAna)->privacy;
  EXPECT_EQ(privacy->last_seen(), wire::Privacy::kContacts);
  EXPECT_EQ(privacy->about(), wire::Privacy::kNobody);
  EXPECT_EQ(privacy->contacts_size(), 0);

  EXPECT_EQ(set_contact(ana_, kBen, "Benjamin").account_id(), world_.server->account_of(kBen)->id.hex());
  world_.advance(1000);
  EXPECT_EQ(privacy->contacts_size(), 1);
  EXPECT_EQ(conversation(ana_, chat_).title(), "Benjamin");
}

TEST_F(ConnectionTest, ContactsSetOfflineAreLookedUpLater_F31) {
  ana_.set_network(false);
  client_api::Request import;
  import.mutable_import_contacts()->set_vcard(
      "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Benny\r\nTEL:+49 170 0000002\r\nEND:VCARD\r\n"
      "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Nobody\r\nTEL:+49 170 0000009\r\nEND:VCARD\r\n");
  const auto imported = ana_.request(import).import_contacts();
  EXPECT_EQ(imported.imported(), 2u);
  ana_.set_network(true);
  world_.advance(2000);
  client_api::Request list;
  list.mutable_list_contacts();
  const auto contacts = ana_.request(list).list_contacts();
  ASSERT_EQ(contacts.contacts_size(), 2);
  EXPECT_EQ(contacts.contacts(0).account_id(), world_.server->account_of(kBen)->id.hex());
  EXPECT_EQ(contacts.contacts(1).account_id(), "");
  EXPECT_LE(world_.server->calls["POST /v1/accounts/"], 4);

  client_api::Request open;
  open.mutable_open_conversation()->set_handle("+491700000009");
  EXPECT_EQ(ana_.request(open).failure().code(), client_api::Failure::kNoSuchAccount);
  disconnect(ana_);
  open.mutable_open_conversation()->set_handle("+491700000008");
  EXPECT_EQ(ana_.request(open).failure().code(), client_api::Failure::kOffline);
}

TEST_F(ConnectionTest, WhatTheServerDoesNotAllowYetOfAnImportIsLookedUpLater_F31) {
  std::string cards = "BEGIN:VCARD\r\nFN:Benny\r\nTEL:+49 170 0000002\r\nEND:VCARD\r\n";
  for (int i = 0; i < 1200; ++i) {
    cards = "BEGIN:VCARD\r\nFN:Person\r\nTEL:+49 170 " + std::to_string(2000000 + i) + "\r\nEND:VCARD\r\n" + cards;
  }
  world_.server->lookups_left = 300;  // less than one call asks for
  client_api::Request import;
  import.mutable_import_contacts()->set_vcard(cards);
  const auto imported = ana_.request(import).import_contacts();
  EXPECT_EQ(imported.imported(), 1201u);
  EXPECT_EQ(imported.with_account() + imported.not_asked(), 1201u) << "and it says so";
  for (int second = 0; second < 60; ++second) {
    world_.server->lookups_left = std::min(world_.server->lookups_left + 100, 300u);
    world_.advance(1000);
  }
  client_api::Request list;
  list.mutable_list_contacts();
  const auto contacts = ana_.request(list).list_contacts();
  ASSERT_EQ(contacts.contacts_size(), 1201);
  EXPECT_EQ(contacts.contacts(0).name(), "Benny");
  EXPECT_EQ(contacts.contacts(0).account_id(), world_.server->account_of(kBen)->id.hex());
}

TEST_F(ConnectionTest, AProfileChangeReachesThePartners_F34) {
  warm_up();
  client_api::Request set;
  set.mutable_set_profile()->set_name("Anastasia");
  set.mutable_set_profile()->set_about("on holiday");
  EXPECT_EQ(ana_.request(set).set_profile().name(), "Anastasia");
  world_.advance(5000);
  EXPECT_EQ(conversation(ben_, bens_chat()).title(), "Anastasia");
  EXPECT_EQ(conversation(ben_, bens_chat()).direct().about(), "on holiday");
  EXPECT_EQ(texts(ben_, bens_chat()).size(), 2u) << "the notice is no message";
}

TEST_F(ConnectionTest, ANameThatWasSaidAfterTheRegistrationIsSeenWithTheNextMessage_F34) {
  warm_up();
  wire::Profile& of_ana = world_.server->account_of(kAna)->profile;
  of_ana.set_name(kAna);
  client_api::Request ask;
  ask.mutable_get_profile()->set_account_id(world_.server->account_of(kAna)->id.hex());
  EXPECT_EQ(ben_.request(ask).get_profile().name(), kAna);
  of_ana.set_name("Anastasia");
  world_.advance(60'000);
  EXPECT_NE(conversation(ben_, bens_chat()).title(), "Anastasia") << "nobody told of it";
  say(ana_, chat_, "it is me");
  world_.advance(1000);
  EXPECT_EQ(conversation(ben_, bens_chat()).title(), "Anastasia");
}

TEST_F(ConnectionTest, PrekeysAreReplenishedAndTheSignedOneIsReplaced) {
  LoopbackServer::Device& device = *world_.server->device_of(kBen);
  const uint32_t signed_before = device.keys.signed_prekey().id();
  device.prekeys.resize(5);
  wire::ServerFrame low;
  low.mutable_prekeys_low()->set_remaining(5);
  world_.server->outgoing.push_back({device.link, low});
  world_.advance(1000);
  EXPECT_EQ(device.prekeys.size(), 100u);
  EXPECT_EQ(device.keys.signed_prekey().id(), signed_before);
  world_.advance(uint64_t{8} * 24 * 3600 * 1000);
  ben_.set_network(false);
  ben_.set_network(true);
  world_.advance(1000);
  EXPECT_NE(device.keys.signed_prekey().id(), signed_before);
  say(ana_, chat_, "with the new one");
  world_.advance(1000);
  EXPECT_EQ(texts(ben_, bens_chat()).back(), "with the new one");
}

client_api::Request registration(const char* handle, const char* name) {
  client_api::Request request;
  client_api::RegisterRequest& what = *request.mutable_register_();
  what.set_server("http://server:1");
  what.set_handle(handle);
  what.set_name(name);
  return request;
}

TEST(RegistrationTest, WrongInputIsNamed) {
  World world;
  Host& ana = world.add("ana");
  client_api::Request request;
  request.mutable_connect();
  EXPECT_EQ(ana.request(request).failure().code(), client_api::Failure::kNotRegistered);
  client_api::RegisterRequest& what = *request.mutable_register_();
  const auto fails_with = [&](client_api::Failure::Code code) {
    EXPECT_EQ(ana.request(request).failure().code(), code);
  };
  fails_with(client_api::Failure::kInvalidArgument);  // no server
  what.set_server("ftp://server");
  fails_with(client_api::Failure::kInvalidArgument);
  what.set_server("http://server:1");
  fails_with(client_api::Failure::kInvalidHandle);
  what.set_handle("+49 170 0000001");
  what.set_code("000000");
  what.set_name(std::string(65, 'n'));
  fails_with(client_api::Failure::kInvalidArgument);
  for (const char* const blank : {"", "\u200B", " \n\u2060"}) {
    what.set_name(blank);
    fails_with(client_api::Failure::kBlank);
  }
  what.set_name(" Ana ");
  fails_with(client_api::Failure::kWrongCode);
  EXPECT_FALSE(state(ana).registered());
  what.set_code(LoopbackServer::kCode);
  const auto response = ana.request(request);
  EXPECT_EQ(response.register_().name(), "Ana");
  EXPECT_EQ(response.register_().handles(0).text(), "+491700000001");
  fails_with(client_api::Failure::kAlreadyRegistered);
}

TEST(RegistrationTest, ACodeIsTakenAsItIsRead) {
  ASSERT_STREQ(LoopbackServer::kCode, "123456");
  for (const char* const code :
       {"123 456", "123-456", " 123456\n", "１２３４５６", "١٢٣ ٤٥٦", "123\u00A0456", "123\u2013456"}) {
    World world;
    Host& ana = world.add("ana");
    client_api::Request request = registration(kAna, "Ana");
    client_api::RegisterRequest& what = *request.mutable_register_();
    for (const char* const none : {"", " - ", "code", "\xFF"}) {
      what.set_code(none);
      const auto response = ana.request(request);
      EXPECT_EQ(response.failure().code(), client_api::Failure::kWrongCode) << none;
    }
    EXPECT_TRUE(world.server->calls.empty()) << "no try is spent on what is no code";
    what.set_code(code);
    EXPECT_TRUE(ana.request(request).register_().registered()) << code;
  }
}

TEST(RegistrationTest, ThePinProtectsTheNumber) {
  World world;
  Host& ana = world.add("ana");
  sign_up(ana, kAna, "Ana");
  client_api::Request pin;
  pin.mutable_set_pin()->set_pin("1234");
  EXPECT_FALSE(ana.request(pin).has_failure());
  client_api::Request settings;
  settings.mutable_get_settings();
  EXPECT_TRUE(ana.request(settings).get_settings().has_pin());
  Host& thief = world.add("thief");
  client_api::Request request = registration(kAna, "Not Ana");
  client_api::RegisterRequest& what = *request.mutable_register_();
  what.set_code(LoopbackServer::kCode);
  EXPECT_EQ(thief.request(request).failure().code(), client_api::Failure::kPinRequired);
  what.set_pin("9999");
  EXPECT_EQ(thief.request(request).failure().code(), client_api::Failure::kWrongPin);
  what.set_pin("1234");
  EXPECT_FALSE(thief.request(request).has_failure());
}

TEST(RegistrationTest, WithoutAServerItFailsAndCanBeTriedAgain) {
  World world;
  Host& ana = world.add("ana");
  ana.set_network(false);
  client_api::Request request;
  client_api::RegisterRequest& what = *request.mutable_register_();
  what.set_server("http://server:1");
  what.set_handle(kAna);
  what.set_name("Ana");
  what.set_code(LoopbackServer::kCode);
  EXPECT_EQ(ana.request(request).failure().code(), client_api::Failure::kOffline);
  ana.set_network(true);
  ana.set_silent(true);
  EXPECT_EQ(ana.request(request).failure().code(), client_api::Failure::kOffline) << "after the deadline";
  ana.set_silent(false);
  EXPECT_FALSE(ana.request(request).has_failure());
}

}  // namespace
}  // namespace kith::core::testing
