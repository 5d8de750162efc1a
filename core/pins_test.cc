// SPDX-License-Identifier: AGPL-3.0-or-later

// Messages at the top of their conversation (PIN-1): of two people, of devices, of groups.
#include <gmock/gmock.h>

#include "core/remarks.h"
#include "core/testing/corrected_messages.h"
#include "core/testing/much_history.h"

namespace kith::core {
namespace {

using ::testing::ElementsAre;
using testing::Host;
using ::testing::IsEmpty;
using testing::kDayMs;
using testing::kMinuteMs;
using testing::open_chat;

constexpr uint32_t kDay = 24 * 3600;

class PinsTest : public testing::CorrectedMessages {
 protected:
  client_api::Response pin(Host& host, const std::string& id, uint32_t seconds = kDay) {
    client_api::Request request;
    request.mutable_pin_message()->set_id(id);
    request.mutable_pin_message()->set_seconds(seconds);
    client_api::Response response = host.request(std::move(request));
    world_.advance(3000);
    return response;
  }
  void must_pin(Host& host, const std::string& id, uint32_t seconds = kDay) {
    const client_api::Response response = pin(host, id, seconds);
    ASSERT_FALSE(response.has_failure()) << response.failure().detail();
  }
  // What is pinned there, the last first.
  static Strings pinned(Host& host, const std::string& chat) {
    client_api::Request request;
    request.mutable_list_pinned()->set_conversation(chat);
    const client_api::Response response = host.request(std::move(request));
    EXPECT_FALSE(response.has_failure()) << response.failure().detail();
    Strings found;
    for (const Message& each : response.list_pinned().messages()) found.push_back(shown(each));
    return found;
  }
  static Strings pinned_with(Host& host, const char* handle) { return pinned(host, open_chat(host, handle)); }
  static std::string pinned_by(Host& host, const std::string& id) {
    const Message message = testing::message(host, id);
    return message.has_pin() ? message.pin().by().name() : "";
  }
  RemarkRow row(const std::string& id, uint64_t until, uint64_t at) {
    RemarkRow made{*MessageId::from_hex(id), {}, pin_value({until}), {at}, {}};
    made.kind = RemarkKind::kPin;
    return made;
  }
  void forge_pin(Host& host, const Target& to, const RemarkRow& said) {
    make_say(host, to, OutboxKind::kRemark, contents::remark(world_.clock.now(), said));
  }
  [[nodiscard]] uint64_t now() const { return world_.clock.unix_us; }
};

// PIN-1
TEST_F(PinsTest, WhatOneOfTwoPinsBothSeeOnAllDevicesUntilEitherTakesItBack) {
  Host& tablet = world_.add("ana's tablet");
  testing::link(world_, ana_, tablet, "Tablet");
  const std::string id = say(ana_, open_chat(ana_, kBen), "the door code");
  must_pin(ben_, id);
  for (Host* const host : {&ana_, &tablet}) {
    EXPECT_THAT(pinned_with(*host, kBen), ElementsAre("the door code")) << host->name();
    EXPECT_EQ(pinned_by(*host, id), "Ben") << host->name();
  }
  EXPECT_THAT(pinned_with(ben_, kAna), ElementsAre("the door code"));
  EXPECT_THAT(texts_with(ana_, kBen), ElementsAre("the door code")) << "it is no message";
  must_pin(tablet, id, 0);
  for (Host* const host : {&ana_, &tablet}) EXPECT_THAT(pinned_with(*host, kBen), IsEmpty()) << host->name();
  EXPECT_THAT(pinned_with(ben_, kAna), IsEmpty());
  EXPECT_EQ(pinned_by(ben_, id), "");
  server().sends.clear();
  must_pin(ana_, id, 0);
  EXPECT_TRUE(server().sends.empty()) << "it is not";
  must_pin(ana_, id);
  EXPECT_EQ(pinned_by(ben_, id), "Ana");
}

// PIN-1
TEST_F(PinsTest, ItIsOverWhenItsTimeIs) {
  const std::string chat = open_chat(ana_, kBen);
  const std::string day = say(ana_, chat, "a day");
  const std::string week = say(ana_, chat, "a week");
  must_pin(ana_, day, kDay);
  must_pin(ben_, week, 7 * kDay);
  EXPECT_THAT(pinned(ana_, chat), ElementsAre("a week", "a day"));
  world_.advance(kDayMs);
  for (const auto& listed : {pinned(ana_, chat), pinned_with(ben_, kAna)}) EXPECT_THAT(listed, ElementsAre("a week"));
  must_pin(ana_, day, 30 * kDay);
  world_.advance(6 * kDayMs);
  EXPECT_THAT(pinned_with(ben_, kAna), ElementsAre("a day"));
  EXPECT_EQ(pin(ana_, day, 3600).failure().code(), Failure::kInvalidArgument);
}

// PIN-1
TEST_F(PinsTest, OfSeveralTheLastThreeAreShown) {
  const std::string boats = create({kBen, kCleo});
  Strings ids;
  for (const char* text : {"one", "two", "three", "four"}) ids.push_back(say(ana_, boats, text));
  for (size_t i = 0; i < ids.size(); ++i) must_pin(i % 2 == 0 ? ben_ : cleo_, ids[i]);
  for (Host* const host : {&ana_, &ben_, &cleo_})
    EXPECT_THAT(pinned(*host, group_at(*host).id()), ElementsAre("four", "three", "two")) << host->name();
  must_pin(ana_, ids[2], 0);
  for (Host* const host : {&ana_, &ben_, &cleo_})
    EXPECT_THAT(pinned(*host, group_at(*host).id()), ElementsAre("four", "two", "one")) << host->name();
  must_erase(ana_, ids[3]);
  EXPECT_THAT(pinned(cleo_, group_at(cleo_).id()), ElementsAre("two", "one"));
}

// PIN-1
TEST_F(PinsTest, TheLaterWordHoldsInWhateverOrderTheyCome) {
  const std::string boats = create({kBen, kCleo});
  const std::string id = say(ana_, boats, "at six");
  ben_.set_network(false);
  cleo_.set_network(false);
  must_pin(ben_, id);
  must_pin(cleo_, id);
  must_pin(cleo_, id, 0);
  cleo_.set_network(true);
  world_.advance(kMinuteMs);
  ben_.set_network(true);
  world_.advance(kMinuteMs);
  for (Host* const host : {&ana_, &ben_, &cleo_}) EXPECT_EQ(pinned_by(*host, id), "") << host->name();

  // Who knows of the other's word says his later, whatever his clock says.
  world_.clock.unix_us -= uint64_t{3} * kDay * 1'000'000;
  must_pin(ana_, id);
  for (Host* const host : {&ana_, &ben_, &cleo_}) EXPECT_EQ(pinned_by(*host, id), "Ana") << host->name();
}

// PIN-1
TEST_F(PinsTest, WhoCantWriteThereOrLiesAboutTheTimePinsNothing) {
  const std::string boats = create({kBen, kCleo});
  const std::string id = say(ana_, boats, "of the group");
  const std::string direct = say(ana_, open_chat(ana_, kBen), "for two");
  (void)say(cleo_, open_chat(cleo_, kAna), "hello");
  forge_pin(cleo_, account_of(kAna), row(direct, UINT64_MAX, now()));
  EXPECT_EQ(pinned_by(ana_, direct), "");
  forge_pin(ben_, account_of(kAna), row(id, UINT64_MAX, now()));
  EXPECT_EQ(pinned_by(ana_, id), "") << "to single members of a group, unasked";
  forge_pin(ben_, Target(group_id()),
            row(id, now() + uint64_t{1'000'000'000'000}, now() + uint64_t{2} * kDay * 1'000'000));
  for (Host* const host : {&ana_, &cleo_}) EXPECT_EQ(pinned_by(*host, id), "") << host->name();
  must_pin(ana_, id);

  client_api::Request permissions;
  permissions.mutable_set_group()->set_conversation(boats);
  permissions.mutable_set_group()->mutable_permissions()->set_send(false);
  ASSERT_FALSE(ana_.request(std::move(permissions)).has_failure());
  world_.advance(3000);
  EXPECT_EQ(pin(ben_, id, 0).failure().code(), Failure::kNotAllowed);
  EXPECT_EQ(pinned_by(cleo_, id), "Ana");
}

// PIN-1
TEST_F(PinsTest, WhatIsNoMessageOfPeopleIsNotPinned) {
  const std::string boats = create({kBen});
  const std::string event = history(ana_, boats).front().id();
  EXPECT_EQ(pin(ana_, event).failure().code(), Failure::kInvalidArgument);
  const std::string once = send_file(ana_, boats, "", client_api::Media::kPhoto, true);
  EXPECT_EQ(pin(ana_, once).failure().code(), Failure::kInvalidArgument);
  EXPECT_EQ(pin(ana_, std::string(32, '0')).failure().code(), Failure::kNoSuchMessage);
  EXPECT_EQ(pin(ana_, "x").failure().code(), Failure::kInvalidArgument);
  client_api::Request list;
  list.mutable_list_pinned()->set_conversation(std::string(32, '0'));
  EXPECT_EQ(ana_.request(list).failure().code(), Failure::kNoSuchConversation);
}

// PIN-1
TEST_F(PinsTest, OneThatNobodyGetsIsTakenBackAndOneThatCantBeReadIsAskedFor) {
  const std::string boats = create({kBen, kCleo});
  const std::string id = say(ana_, boats, "at six");
  execute(cleo_, "DELETE FROM group_chains");
  must_pin(ana_, id);
  world_.advance(kMinuteMs);
  EXPECT_EQ(pinned_by(cleo_, id), "Ana");
  ben_.set_network(false);
  must_pin(ben_, id, 0);
  EXPECT_EQ(pinned_by(ben_, id), "");
  ASSERT_FALSE(remove(ana_, boats, kBen).has_failure());
  ben_.set_network(true);
  world_.advance(kMinuteMs);
  for (Host* const host : {&ana_, &ben_, &cleo_}) EXPECT_EQ(pinned_by(*host, id), "Ana") << host->name();
}

// HISTORY-1
TEST_F(PinsTest, ADeviceThatIsLetInHasThem) {
  const std::string chat = open_chat(ana_, kBen);
  const std::string first = say(ana_, chat, "the door code");
  const std::string second = say(ana_, chat, "no longer");
  must_pin(ben_, first);
  must_pin(ana_, second);
  must_pin(ben_, second, 0);
  Host& tablet = world_.add("ana's tablet");
  testing::let_in(ana_, tablet, client_api::kHistoryAll);
  world_.advance(2 * kMinuteMs);
  EXPECT_THAT(pinned_with(tablet, kBen), ElementsAre("the door code"));
  EXPECT_EQ(pinned_by(tablet, first), "Ben");
}

}  // namespace
}  // namespace kith::core
