// SPDX-License-Identifier: AGPL-3.0-or-later

// What a person makes of messages on the own devices: deleted there (EDIT-3), and starred.
#include "core/message_state.h"

#include <gmock/gmock.h>

#include "core/testing/corrected_messages.h"
#include "core/testing/much_history.h"

namespace kith::core {
namespace {

using ::testing::ElementsAre;
using testing::Host;
using ::testing::IsEmpty;
using testing::kMinuteMs;

class MessageStateTest : public testing::CorrectedMessages {};

// EDIT-3
TEST_F(MessageStateTest, WhatIsDeletedForOneselfIsOnNoOwnDeviceAndStaysWithOthers) {
  Host& tablet = world_.add("ana's tablet");
  testing::link(world_, ana_, tablet, "Tablet");
  const std::string chat = testing::open_chat(ana_, kBen);
  const std::string own = say(ana_, chat, "mine");
  const std::string bens = send_file(ben_, testing::open_chat(ben_, kAna), "his", client_api::Media::kPhoto);
  EXPECT_EQ(conversation_of(ana_, chat).unread(), 1u);
  EXPECT_FALSE(erase(tablet, {own, bens}, false).has_failure());
  for (Host* const host : {&ana_, &tablet}) {
    EXPECT_THAT(texts_with(*host, kBen), IsEmpty()) << host->name();
    EXPECT_EQ(kept(*host, "mine"), 0) << host->name();
    EXPECT_EQ(host->files.whole.size(), 0u) << host->name();
  }
  EXPECT_EQ(conversation_of(ana_, chat).unread(), 0u);
  EXPECT_THAT(texts_with(ben_, kAna), ElementsAre("mine", "his"));
  EXPECT_EQ(server().files.stored.size(), 1u);

  // A device that was away when it came and went, and what comes again.
  tablet.set_network(false);
  const std::string later = say(ben_, testing::open_chat(ben_, kAna), "later");
  must_erase(ana_, later, false);
  tablet.set_network(true);
  world_.advance(kMinuteMs);
  EXPECT_THAT(texts_with(tablet, kBen), IsEmpty());
  forge(ben_, account_of(kAna), edit_of(later, "once more"));
  EXPECT_THAT(texts_with(ana_, kBen), IsEmpty());
}

// EDIT-3
TEST_F(MessageStateTest, ItDoesNotComeBackWhenItIsAskedForOrGivenWithAHistory) {
  const std::string chat = testing::open_chat(ben_, kAna);
  (void)say(ben_, chat, "first");
  execute(ana_, "DELETE FROM sessions");
  ana_.set_network(false);
  const std::string id = say(ben_, chat, "second");
  ben_.set_network(false);
  ana_.set_network(true);
  world_.advance(kMinuteMs);
  ASSERT_EQ(shown(testing::message(ana_, id)), "?");
  must_erase(ana_, id, false);
  ben_.set_network(true);
  world_.advance(120'000);
  EXPECT_THAT(texts_with(ana_, kBen), ElementsAre("first"));
  Host& tablet = world_.add("ana's tablet");
  testing::let_in(ana_, tablet, client_api::kHistoryAll);
  world_.advance(120'000);
  EXPECT_THAT(texts_with(tablet, kBen), ElementsAre("first"));
}

// EDIT-3
TEST_F(MessageStateTest, StarsAreTheSameOnAllOwnDevicesAndNobodyElses) {
  Host& tablet = world_.add("ana's tablet");
  testing::link(world_, ana_, tablet, "Tablet");
  const std::string chat = testing::open_chat(ana_, kBen);
  const std::string first = say(ana_, chat, "one");
  const std::string second = say(ben_, testing::open_chat(ben_, kAna), "two");
  const std::string third = say(ana_, testing::open_chat(ana_, kCleo), "three");
  for (const std::string& id : {first, second, third}) ASSERT_FALSE(star(ana_, id).has_failure());
  for (Host* const host : {&ana_, &tablet}) {
    EXPECT_THAT(starred(*host), ElementsAre("three", "two", "one")) << host->name();
    EXPECT_THAT(starred(*host, testing::open_chat(*host, kBen)), ElementsAre("two", "one")) << host->name();
  }
  EXPECT_THAT(starred(ben_), IsEmpty());
  ASSERT_FALSE(star(tablet, second, false).has_failure());
  must_erase(ana_, first);
  for (Host* const host : {&ana_, &tablet}) EXPECT_THAT(starred(*host), ElementsAre("three")) << host->name();
  EXPECT_EQ(star(ana_, first).failure().code(), Failure::kInvalidArgument) << "there is nothing to it any more";
  Host& laptop = world_.add("ana's laptop");
  testing::let_in(ana_, laptop, client_api::kHistoryAll);
  world_.advance(120'000);
  EXPECT_THAT(starred(laptop), ElementsAre("three")) << "that comes after the star";
}

// SEND-1
TEST_F(MessageStateTest, WhatIsDeletedIsNotSentOnceMoreByARequestThatComesAgain) {
  client_api::Request request;
  request.mutable_send_message()->set_conversation(testing::open_chat(ana_, kBen));
  request.mutable_send_message()->set_text("hello");
  request.mutable_send_message()->set_message_id(std::string(32, 'a'));
  ASSERT_FALSE(ana_.request(request).has_failure());
  world_.advance(2000);
  must_erase(ana_, std::string(32, 'a'), false);
  server().sends.clear();
  EXPECT_EQ(ana_.request(request).failure().code(), Failure::kNoSuchMessage);
  world_.advance(2000);
  EXPECT_TRUE(server().sends.empty());
  EXPECT_THAT(texts_with(ana_, kBen), IsEmpty());
}

}  // namespace
}  // namespace kith::core
