// SPDX-License-Identifier: AGPL-3.0-or-later

// Who has played what, and opened what was to be viewed once (MEDIA-7, MEDIA-8): of two people, of devices, of groups.
#include "core/openings.h"

#include <gmock/gmock.h>

#include "core/contents.h"
#include "core/store/store.h"
#include "core/testing/group_people.h"
#include "core/testing/loopback_files.h"
#include "core/testing/much_history.h"

namespace kith::core {
namespace {

using client_api::Media;
using ::testing::ElementsAre;
using testing::Host;
using ::testing::IsEmpty;

class OpeningsTest : public testing::GroupPeople {
 protected:
  // By Ana, with her file.
  std::string send(const std::string& chat, Media::Kind kind, bool view_once = false, const std::string& id = "") {
    return send(ana_, chat, kind, view_once, id);
  }
  std::string send(Host& from, const std::string& chat, Media::Kind kind, bool view_once, const std::string& id) {
    client_api::Request request;
    client_api::SendMessageRequest& send = *request.mutable_send_message();
    send.set_conversation(chat);
    send.set_message_id(id);
    *send.mutable_attachment()->mutable_file() = testing::seal_file(from.files, Bytes(5000, 'x'), ++seals_);
    send.mutable_attachment()->mutable_about()->set_kind(kind);
    send.mutable_attachment()->mutable_about()->set_mime_type("application/x-any");
    send.mutable_attachment()->mutable_about()->set_view_once(view_once);
    const client_api::Response response = from.request(std::move(request));
    EXPECT_FALSE(response.has_failure()) << response.failure().detail();
    world_.advance(3000);
    return response.send_message().message().id();
  }
  client_api::Response play(Host& host, const std::string& id) {
    client_api::Request request;
    request.mutable_mark_played()->set_id(id);
    client_api::Response response = host.request(std::move(request));
    world_.advance(3000);
    return response;
  }
  client_api::Response fetch_and_open(Host& host, const std::string& id) {
    client_api::Request fetch;
    fetch.mutable_fetch_media()->set_id(id);
    (void)host.request(std::move(fetch));
    world_.advance(1000);
    client_api::Request open;
    open.mutable_open_media()->set_id(id);
    client_api::Response response = host.request(std::move(open));
    world_.advance(3000);
    return response;
  }
  static bool opened(Host& host, const std::string& id) { return testing::message(host, id).media().opened(); }
  // Who has, by what Ana's message tells of it.
  static std::vector<std::string> openers(Host& host, const std::string& id) {
    client_api::Request request;
    request.mutable_list_receipts()->set_message_id(id);
    const client_api::Response response = host.request(std::move(request));
    std::vector<std::string> found;
    for (const client_api::Receipt& each : response.list_receipts().receipts()) {
      if (each.opened_us() != 0) found.push_back(each.member().name());
    }
    return found;
  }
  static void set_read_receipts(Host& host, bool on) {
    client_api::Request request;
    request.mutable_set_settings()->set_read_receipts(on);
    EXPECT_FALSE(host.request(std::move(request)).has_failure());
  }
  void forge(Host& host, const AccountId& to, const MessageId& message) {
    make_say(host, to, OutboxKind::kMediaOpened, contents::media_opened(world_.clock.now(), {message}));
  }
  static MessageId id_of(const std::string& hex) { return *MessageId::from_hex(hex); }

  uint32_t seals_ = 0;
};

// MEDIA-8
TEST_F(OpeningsTest, APlayedRecordingIsToldToItsSenderAndIsPlayedOnAllDevicesOfBoth) {
  Host& anas_tablet = world_.add("ana's tablet");
  Host& bens_tablet = world_.add("ben's tablet");
  testing::link(world_, ana_, anas_tablet, "Tablet");
  testing::link(world_, ben_, bens_tablet, "Tablet");
  const std::string id = send(testing::open_chat(ana_, kBen), Media::kVoice);
  for (Host* const host : {&ana_, &anas_tablet, &ben_, &bens_tablet}) EXPECT_FALSE(opened(*host, id)) << host->name();
  EXPECT_THAT(openers(ana_, id), IsEmpty());

  ASSERT_FALSE(play(bens_tablet, id).has_failure());
  for (Host* const host : {&ana_, &anas_tablet, &ben_, &bens_tablet}) EXPECT_TRUE(opened(*host, id)) << host->name();
  EXPECT_THAT(openers(ana_, id), ElementsAre("Ben"));
  EXPECT_THAT(openers(anas_tablet, id), ElementsAre("Ben"));

  server().sends.clear();
  ASSERT_FALSE(play(ben_, id).has_failure()) << "once more, on another device";
  ASSERT_FALSE(play(ana_, id).has_failure()) << "one's own";
  EXPECT_TRUE(server().sends.empty()) << "nobody is told again";
}

// MEDIA-8
TEST_F(OpeningsTest, WhoHasReadReceiptsOffTellsNobodyAndIsToldNothing) {
  Host& bens_tablet = world_.add("ben's tablet");
  testing::link(world_, ben_, bens_tablet, "Tablet");
  const std::string chat = testing::open_chat(ana_, kBen);
  const std::string first = send(chat, Media::kVoice);
  set_read_receipts(ben_, false);
  (void)play(ben_, first);
  EXPECT_FALSE(opened(ana_, first));
  EXPECT_TRUE(opened(bens_tablet, first)) << "the own devices are told all the same";
  set_read_receipts(ben_, true);
  (void)play(ben_, first);
  EXPECT_FALSE(opened(ana_, first)) << "nor later";

  const std::string second = send(chat, Media::kVoice);
  set_read_receipts(ana_, false);
  (void)play(ben_, second);
  EXPECT_FALSE(opened(ana_, second));
  const std::string third = send(chat, Media::kVoice, true);
  ASSERT_FALSE(fetch_and_open(ben_, third).has_failure());
  EXPECT_TRUE(opened(ana_, third)) << "what is to be viewed once is gone for both";
}

// MEDIA-8
TEST_F(OpeningsTest, WhatIsNoRecordingIsNotPlayed) {
  const std::string chat = testing::open_chat(ana_, kBen);
  const std::string photo = send(chat, Media::kPhoto);
  EXPECT_EQ(play(ben_, photo).failure().code(), Failure::kInvalidArgument);
  EXPECT_EQ(play(ben_, std::string(32, 'a')).failure().code(), Failure::kNoSuchMessage);
  EXPECT_EQ(play(ben_, "a").failure().code(), Failure::kInvalidArgument);
  const std::string once = send(chat, Media::kVoice, true);
  EXPECT_FALSE(play(ben_, once).has_failure());
  EXPECT_FALSE(opened(ben_, once)) << "opening it says so";
}

// MEDIA-7, MEDIA-8
TEST_F(OpeningsTest, WhatComesBeforeItsMessageWaitsForItAndOnlyWhoItWasSentToCounts) {
  Host& anas_tablet = world_.add("ana's tablet");
  testing::link(world_, ana_, anas_tablet, "Tablet");
  const auto once = world_.random.id<MessageId>();
  const auto voice = world_.random.id<MessageId>();
  const std::string chat = testing::open_chat(ana_, kBen);
  (void)testing::say(ben_, testing::open_chat(ben_, kAna), "hello");
  (void)testing::say(cleo_, testing::open_chat(cleo_, kAna), "hello");
  world_.advance(3000);
  forge(cleo_, account_of(kAna), voice);
  forge(ben_, account_of(kBen), once);  // to nobody but itself: there is no other device
  forge(cleo_, account_of(kBen), once);
  (void)send(chat, Media::kVoice, false, voice.hex());
  EXPECT_FALSE(opened(ana_, voice.hex())) << "it was not sent to Cleo";
  (void)send(chat, Media::kPhoto, true, once.hex());
  EXPECT_FALSE(opened(ben_, once.hex())) << "a stranger takes nothing away";
  EXPECT_FALSE(fetch_and_open(ben_, once.hex()).has_failure());

  const auto early = world_.random.id<MessageId>();
  forge(ben_, account_of(kAna), early);
  (void)send(anas_tablet, testing::open_chat(anas_tablet, kBen), Media::kVoice, false, early.hex());
  EXPECT_TRUE(opened(ana_, early.hex())) << "what was heard before the copy";

  Host& bens_tablet = world_.add("ben's tablet");
  testing::link(world_, ben_, bens_tablet, "Tablet");
  const auto gone = world_.random.id<MessageId>();
  forge(bens_tablet, account_of(kBen), gone);
  (void)send(chat, Media::kPhoto, true, gone.hex());
  EXPECT_EQ(fetch_and_open(ben_, gone.hex()).failure().code(), Failure::kFileGone) << "the tablet has opened it";
  EXPECT_TRUE(opened(ben_, gone.hex()));
}

// MEDIA-8
TEST_F(OpeningsTest, SomebodyItWasNotSentToSaysNothing) {
  const std::string chat = testing::open_chat(ana_, kBen);
  (void)testing::say(cleo_, testing::open_chat(cleo_, kAna), "hello");
  const std::string voice = send(chat, Media::kVoice);
  const std::string once = send(chat, Media::kPhoto, true);
  forge(cleo_, account_of(kAna), id_of(voice));
  forge(cleo_, account_of(kAna), id_of(once));
  forge(ana_, account_of(kBen), id_of(once));  // its own sender
  EXPECT_FALSE(opened(ana_, voice));
  EXPECT_FALSE(opened(ana_, once));
  for (Host* const host : {&ana_, &ben_}) {
    for (const std::string& id : {voice, once})
      EXPECT_THAT(Store(host->database()).openings.of(id_of(id)), IsEmpty()) << "nothing of it is kept";
  }
  EXPECT_FALSE(fetch_and_open(ben_, once).has_failure());
}

// HISTORY-1
TEST_F(OpeningsTest, WhatWasPlayedBeforeADeviceJoinedIsPlayedThere) {
  const std::string chat = testing::open_chat(ana_, kBen);
  const std::string played = send(chat, Media::kVoice);
  const std::string other = send(chat, Media::kVoice);
  (void)play(ben_, played);
  std::vector<Host*> tablets;
  for (Host* const first : {&ana_, &ben_}) {
    Host& tablet = world_.add(first->name() + "'s tablet");
    testing::let_in(*first, tablet, client_api::kHistoryAll);
    world_.advance(120'000);
    EXPECT_TRUE(opened(tablet, played));
    EXPECT_FALSE(opened(tablet, other));
    tablets.push_back(&tablet);
  }
  (void)play(ben_, other);
  for (Host* const tablet : tablets) EXPECT_TRUE(opened(*tablet, other)) << "and what is played from now on";
}

// MEDIA-8
TEST_F(OpeningsTest, InAGroupItsSenderAloneIsToldOfEachMember) {
  const std::string chat = create({kBen, kCleo});
  const std::string id = send(chat, Media::kVoice);
  (void)play(ben_, id);
  EXPECT_THAT(openers(ana_, id), ElementsAre("Ben"));
  EXPECT_FALSE(opened(ana_, id)) << "when all have played it";
  EXPECT_FALSE(opened(cleo_, id));
  forge(ben_, account_of(kCleo), id_of(id));
  EXPECT_FALSE(opened(cleo_, id)) << "what another member says of a message that is not theirs";
  (void)play(cleo_, id);
  EXPECT_THAT(openers(ana_, id), ::testing::UnorderedElementsAre("Ben", "Cleo"));
  EXPECT_TRUE(opened(ana_, id));
}

// MEDIA-7
TEST_F(OpeningsTest, InAGroupEachMemberOpensItOnceAndTheFileGoesWhenAllHave) {
  const std::string chat = create({kBen, kCleo});
  const std::string id = send(chat, Media::kPhoto, true);
  for (Host* const host : {&ben_, &cleo_}) {
    EXPECT_FALSE(opened(ana_, id));
    EXPECT_EQ(server().files.stored.size(), 1u) << host->name() << " has still to open it";
    const client_api::Response opened = fetch_and_open(*host, id);
    ASSERT_FALSE(opened.has_failure()) << opened.failure().detail();
    EXPECT_EQ(testing::unseal_file(host->files, opened.open_media()), Bytes(5000, 'x'));
    EXPECT_EQ(fetch_and_open(*host, id).failure().code(), Failure::kFileGone);
  }
  EXPECT_TRUE(opened(ana_, id));
  EXPECT_THAT(openers(ana_, id), ::testing::UnorderedElementsAre("Ben", "Cleo"));
  EXPECT_TRUE(server().files.stored.empty());
}

// MEDIA-7
TEST_F(OpeningsTest, WhoLeavesAGroupIsNotWaitedForAndWhoComesLaterNeither) {
  const std::string chat = create({kBen, kCleo});
  const std::string id = send(chat, Media::kPhoto, true);
  ASSERT_FALSE(fetch_and_open(ben_, id).has_failure());
  EXPECT_EQ(server().files.stored.size(), 1u);
  ASSERT_FALSE(leave(cleo_, group_at(cleo_).id()).has_failure());
  world_.advance(5000);
  EXPECT_TRUE(opened(ana_, id));
  EXPECT_TRUE(server().files.stored.empty());

  const std::string later = send(chat, Media::kPhoto, true);
  ASSERT_FALSE(add(ana_, chat, {kCleo}).has_failure());
  world_.advance(5000);
  forge(cleo_, account_of(kAna), id_of(later));
  EXPECT_FALSE(opened(ana_, later)) << "it was not sent to her";
  ASSERT_FALSE(fetch_and_open(ben_, later).has_failure());
  EXPECT_TRUE(opened(ana_, later));
  EXPECT_TRUE(server().files.stored.empty());
}

// MEDIA-7
TEST_F(OpeningsTest, TwoDevicesThatOpenItBeforeEitherHasHeardBothShowItOnceAndItsSenderSeesOne) {
  Host& bens_tablet = world_.add("ben's tablet");
  testing::link(world_, ben_, bens_tablet, "Tablet");
  const std::string id = send(testing::open_chat(ana_, kBen), Media::kPhoto, true);
  for (Host* const host : {&ben_, &bens_tablet}) {
    client_api::Request fetch;
    fetch.mutable_fetch_media()->set_id(id);
    (void)host->request(std::move(fetch));
  }
  world_.advance(1000);
  for (Host* const host : {&ben_, &bens_tablet}) host->set_silent(true);
  for (Host* const host : {&ben_, &bens_tablet}) {
    client_api::Request open;
    open.mutable_open_media()->set_id(id);
    const client_api::Response opened = host->request(std::move(open));
    ASSERT_FALSE(opened.has_failure()) << host->name();
    EXPECT_EQ(testing::unseal_file(host->files, opened.open_media()), Bytes(5000, 'x'));
  }
  for (Host* const host : {&ben_, &bens_tablet}) host->set_silent(false);
  world_.advance(120'000);
  for (Host* const host : {&ben_, &bens_tablet}) {
    EXPECT_EQ(fetch_and_open(*host, id).failure().code(), Failure::kFileGone) << host->name();
    EXPECT_TRUE(host->files.whole.empty()) << host->name();
  }
  EXPECT_TRUE(opened(ana_, id));
  EXPECT_THAT(openers(ana_, id), ElementsAre("Ben"));
  EXPECT_TRUE(server().files.stored.empty());
}

// MEDIA-7
TEST_F(OpeningsTest, ADeviceThatMissedSomethingIsToldAgainWhatWasOpened) {
  Host& bens_tablet = world_.add("ben's tablet");
  testing::link(world_, ben_, bens_tablet, "Tablet");
  const std::string id = send(testing::open_chat(ana_, kBen), Media::kPhoto, true);
  bens_tablet.set_network(false);
  ASSERT_FALSE(fetch_and_open(ben_, id).has_failure());
  // The tablet has lost its sessions, and can read nothing that was said meanwhile.
  ASSERT_TRUE(bens_tablet.database().execute("DELETE FROM sessions").has_value());
  bens_tablet.close();
  bens_tablet.reopen();
  bens_tablet.set_network(true);
  testing::connect(bens_tablet);
  world_.advance(60'000);
  EXPECT_TRUE(opened(bens_tablet, id));
}

// LIMIT-1
TEST_F(OpeningsTest, OfWhatWaitsForItsMessageTheNewestAreKeptAndOthersDoAwayWithNothingOfTheOwnDevices) {
  Store store(ana_.database());
  Transaction transaction(ana_.database());
  using Waits = OpeningsTable::Waits;
  const auto own = world_.random.id<MessageId>();
  const auto first = world_.random.id<MessageId>();
  EXPECT_TRUE(store.openings.add(own, {account_of(kAna), {5}}, Waits::kOwn));
  EXPECT_TRUE(store.openings.add(first, {account_of(kBen), {5}}, Waits::kOfOthers));
  MessageId last;
  for (int64_t i = 0; i < OpeningsTable::kWaitingMax; ++i) {
    last = world_.random.id<MessageId>();
    EXPECT_TRUE(store.openings.add(last, {account_of(kBen), {5}}, Waits::kOfOthers));
  }
  EXPECT_TRUE(store.openings.take_waiting(first).empty());
  EXPECT_EQ(store.openings.take_waiting(own).size(), 1u);
  EXPECT_EQ(store.openings.take_waiting(last).size(), 1u);
  EXPECT_FALSE(store.openings.add(last, {account_of(kBen), {5}}) && store.openings.add(last, {account_of(kBen), {7}}));
  EXPECT_TRUE(store.openings.add(last, {account_of(kBen), {3}})) << "the earliest that was said";
  EXPECT_THAT(store.openings.of(last), ElementsAre(Opening{account_of(kBen), {3}}));
}

}  // namespace
}  // namespace kith::core
