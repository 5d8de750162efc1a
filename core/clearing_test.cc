// SPDX-License-Identifier: AGPL-3.0-or-later

// Conversations are cleared (CLEAR-1) and deleted (CLEAR-2) on all devices of the account, and nobody else's.
#include "core/clearing.h"

#include <gmock/gmock.h>

#include "core/testing/corrected_messages.h"
#include "core/testing/much_history.h"

namespace kith::core {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using testing::Host;
using ::testing::IsEmpty;
using testing::kMinuteMs;
using ::testing::Not;
using testing::open_chat;

class ClearingTest : public testing::CorrectedMessages {
 protected:
  ClearingTest() : tablet_(world_.add("ana's tablet")) {
    testing::link(world_, ana_, tablet_, "Tablet");
    chat_ = open_chat(ana_, kBen);
    bens_ = open_chat(ben_, kAna);
  }

  client_api::Response clear(Host& host, const std::string& chat, bool keep_starred = false) {
    client_api::Request request;
    request.mutable_clear_conversation()->set_conversation(chat);
    request.mutable_clear_conversation()->set_keep_starred(keep_starred);
    client_api::Response response = host.request(std::move(request));
    world_.advance(3000);
    return response;
  }
  client_api::Response remove_chat(Host& host, const std::string& chat) {
    client_api::Request request;
    request.mutable_delete_conversation()->set_conversation(chat);
    client_api::Response response = host.request(std::move(request));
    world_.advance(3000);
    return response;
  }
  // Titles, as the list has them.
  static Strings listed(Host& host) {
    client_api::Request request;
    request.mutable_list_conversations();
    const client_api::Response response = host.request(std::move(request));
    Strings titles;
    for (const auto& each : response.list_conversations().conversations()) titles.push_back(each.title());
    return titles;
  }
  // Without opening it, which would list it.
  Strings there(Host& host, const char* handle) {
    const auto id = Store(host.database()).conversations.with(account_of(handle));
    return id ? texts(host, id->hex()) : Strings{};
  }
  std::vector<Host*> anas() { return {&ana_, &tablet_}; }

  Host& tablet_;
  std::string chat_;  // Ana's, with Ben
  std::string bens_;
};

// CLEAR-1
TEST_F(ClearingTest, WhatIsClearedIsOnNoOwnDeviceAndStaysWithOthers) {
  (void)say(ana_, open_chat(ana_, kCleo), "elsewhere");
  const std::string own = say(ana_, chat_, "mine");
  (void)send_file(ben_, bens_, "his", client_api::Media::kPhoto);
  must_edit(ana_, own, "ours");
  ASSERT_EQ(conversation_of(ana_, chat_).unread(), 1u);
  const uint64_t activity = conversation_of(ana_, chat_).activity_us();
  const client_api::Response cleared = clear(tablet_, open_chat(tablet_, kBen));
  ASSERT_FALSE(cleared.has_failure()) << cleared.failure().detail();
  EXPECT_FALSE(cleared.clear_conversation().has_last_message());
  for (Host* const host : anas()) {
    EXPECT_THAT(there(*host, kBen), IsEmpty()) << host->name();
    EXPECT_EQ(kept(*host, "mine") + kept(*host, "ours") + kept(*host, "his"), 0) << host->name();
    EXPECT_EQ(found(*host, "ours"), 0) << host->name();
    EXPECT_EQ(host->files.whole.size(), 0u) << host->name();
    EXPECT_THAT(listed(*host), ElementsAre("Ben", "Cleo")) << host->name() << ": where it stood";
    EXPECT_THAT(there(*host, kCleo), ElementsAre("elsewhere")) << host->name();
  }
  EXPECT_EQ(conversation_of(ana_, chat_).unread(), 0u);
  EXPECT_EQ(conversation_of(ana_, chat_).activity_us(), activity);
  EXPECT_THAT(texts(ben_, bens_), ElementsAre("ours*", "his"));
  (void)say(ben_, bens_, "and now?");
  for (Host* const host : anas()) EXPECT_THAT(there(*host, kBen), ElementsAre("and now?")) << host->name();
}

// CLEAR-1
TEST_F(ClearingTest, WhatIsStarredStaysIfThatIsWanted) {
  const std::string first = say(ben_, bens_, "one");
  (void)say(ana_, chat_, "two");
  const std::string third = say(ana_, chat_, "three");
  ASSERT_FALSE(star(ana_, first).has_failure());
  ASSERT_FALSE(star(tablet_, third).has_failure());
  ASSERT_FALSE(clear(ana_, chat_, true).has_failure());
  for (Host* const host : anas()) EXPECT_THAT(there(*host, kBen), ElementsAre("one", "three")) << host->name();
  ASSERT_FALSE(star(ana_, first, false).has_failure());
  ASSERT_FALSE(clear(ana_, chat_, true).has_failure());
  for (Host* const host : anas()) EXPECT_THAT(there(*host, kBen), ElementsAre("three")) << host->name();
  ASSERT_FALSE(clear(tablet_, open_chat(tablet_, kBen)).has_failure());
  for (Host* const host : anas()) EXPECT_THAT(there(*host, kBen), IsEmpty()) << host->name();
}

// CLEAR-1
TEST_F(ClearingTest, WhatIsClearedFirstStaysClearedWhenWhatWasKeptIsToo) {
  ASSERT_FALSE(star(ana_, say(ben_, bens_, "one")).has_failure());
  (void)say(ben_, bens_, "two");
  ana_.set_network(false);
  ASSERT_FALSE(clear(ana_, chat_, true).has_failure());
  EXPECT_THAT(there(ana_, kBen), ElementsAre("one"));
  ASSERT_FALSE(clear(ana_, chat_).has_failure());
  ana_.set_network(true);
  world_.advance(kMinuteMs);
  EXPECT_THAT(there(tablet_, kBen), IsEmpty()) << "it hears of the second alone";
}

// CLEAR-1
TEST_F(ClearingTest, MoreStarsThanCanBeToldAreRefused) {
  (void)say(ben_, bens_, "one");
  execute(ana_,
          "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4097) INSERT INTO messages (id, "
          "conversation, from_account, from_device, outgoing, kind, text, sent_at, order_us, tick, failure, unread, "
          "receipt_number, came_us, starred) SELECT randomblob(16), conversation, from_account, from_device, 0, 1, "
          "'x', i, i, 0, 0, 0, 0, 0, 1 FROM n, messages WHERE text = 'one'");
  EXPECT_EQ(clear(ana_, chat_, true).failure().code(), Failure::kInvalidArgument);
  EXPECT_THAT(there(tablet_, kBen), ElementsAre("one"));
  execute(ana_, "DELETE FROM messages WHERE order_us = 1");
  EXPECT_FALSE(clear(ana_, chat_, true).has_failure());
  {
    auto row = ana_.database().prepare("SELECT count(*) FROM messages");
    ASSERT_TRUE(row.step());
    EXPECT_EQ(row.integer(0), 4096);
  }
  EXPECT_THAT(there(tablet_, kBen), IsEmpty()) << "it was told";
}

// CLEAR-1
TEST_F(ClearingTest, ADeviceThatWasAwayHasNoneOfItAndAllThatCameLater) {
  (void)say(ben_, bens_, "one");
  tablet_.set_network(false);
  (void)say(ben_, bens_, "two");
  (void)say(ana_, chat_, "three");
  ASSERT_FALSE(clear(ana_, chat_).has_failure());
  (void)say(ben_, bens_, "four");
  tablet_.set_network(true);
  world_.advance(kMinuteMs);
  for (Host* const host : anas()) EXPECT_THAT(there(*host, kBen), ElementsAre("four")) << host->name();
}

// CLEAR-1
TEST_F(ClearingTest, WhatTwoDevicesClearWithoutHavingHeardOfEachOtherIsAllGone) {
  const std::string kept = say(ben_, bens_, "one");
  ASSERT_FALSE(star(ana_, kept).has_failure());
  tablet_.set_network(false);
  (void)say(ben_, bens_, "two");
  // The later word reaches less far, and keeps less.
  ASSERT_FALSE(clear(ana_, chat_, true).has_failure());
  EXPECT_THAT(there(ana_, kBen), ElementsAre("one"));
  ASSERT_FALSE(clear(tablet_, open_chat(tablet_, kBen)).has_failure());
  EXPECT_THAT(there(tablet_, kBen), IsEmpty());
  tablet_.set_network(true);
  world_.advance(kMinuteMs);
  for (Host* const host : anas()) EXPECT_THAT(there(*host, kBen), IsEmpty()) << host->name();
}

// CLEAR-1
TEST_F(ClearingTest, ItDoesNotComeBackWhenItIsAskedForOrGivenWithAHistory) {
  (void)say(ben_, bens_, "first");
  execute(ana_, "DELETE FROM sessions");
  ana_.set_network(false);
  const std::string id = say(ben_, bens_, "second");
  ben_.set_network(false);
  ana_.set_network(true);
  world_.advance(kMinuteMs);
  ASSERT_EQ(shown(testing::message(ana_, id)), "?");
  ASSERT_FALSE(clear(ana_, chat_).has_failure());
  ben_.set_network(true);
  world_.advance(2 * kMinuteMs);
  EXPECT_THAT(there(ana_, kBen), IsEmpty());
  Host& laptop = world_.add("ana's laptop");
  // It hears late that it was cleared: the messages come first.
  (void)say(ben_, bens_, "third");
  testing::let_in(ana_, laptop, client_api::kHistoryAll);
  world_.advance(2 * kMinuteMs);
  EXPECT_THAT(there(laptop, kBen), ElementsAre("third"));
}

// CLEAR-1
TEST_F(ClearingTest, WhatAnotherDeviceHasWrittenMeanwhileStays) {
  const std::string tablets = open_chat(tablet_, kBen);
  tablet_.set_network(false);
  (void)say(tablet_, tablets, "on the train");
  (void)say(ben_, bens_, "one");
  ASSERT_FALSE(clear(ana_, chat_).has_failure());
  tablet_.set_network(true);
  world_.advance(kMinuteMs);
  for (Host* const host : anas()) EXPECT_THAT(there(*host, kBen), ElementsAre("on the train")) << host->name();
  EXPECT_THAT(texts(ben_, bens_), ElementsAre("one", "on the train"));
}

// CLEAR-1
TEST_F(ClearingTest, ACopyThatComesLateOfWhatStoodBeforeIsGoneAsWell) {
  const std::string tablets = open_chat(tablet_, kBen);
  ASSERT_FALSE(star(ana_, say(ben_, bens_, "zero")).has_failure());
  // The message leaves, and what follows it does not.
  int frames = 0;
  tablet_.before_step = [this, &frames](const client_api::Action& action) {
    if (action.has_send_frame() && frames++ > 0) tablet_.set_silent(true);
  };
  (void)say(tablet_, tablets, "hello");
  ASSERT_THAT(texts(ben_, bens_), ElementsAre("zero", "hello"));
  (void)say(ben_, bens_, "hi");
  ASSERT_THAT(there(ana_, kBen), ElementsAre("zero", "hi"));
  (void)say(ana_, chat_, "well");
  ASSERT_FALSE(clear(ana_, chat_, true).has_failure());
  ASSERT_THAT(there(ana_, kBen), ElementsAre("zero"));
  ASSERT_FALSE(clear(ana_, chat_).has_failure());
  tablet_.before_step = {};
  tablet_.set_silent(false);
  world_.advance(2 * kMinuteMs);
  for (Host* const host : anas()) EXPECT_THAT(there(*host, kBen), IsEmpty()) << host->name();
}

// CLEAR-1
TEST_F(ClearingTest, AHistoryOfADeviceThatHasNotHeardOfItBringsNothingBack) {
  (void)say(ben_, bens_, "one");
  Host& laptop = world_.add("ana's laptop");
  const uint32_t giver = testing::state(ana_).device_id();
  // It can't be read, and comes once more, as it was, when the laptop knows what was cleared meanwhile.
  server().change_messages([giver](wire::IncomingMessage& message) {
    if (message.from_device() == giver) testing::LyingServer::corrupt(message);
  });
  testing::let_in(ana_, laptop, client_api::kHistoryAll);
  world_.advance(5000);
  ASSERT_FALSE(clear(tablet_, open_chat(tablet_, kBen)).has_failure());
  server().change = {};
  world_.advance(5 * kMinuteMs);
  for (Host* const host : {&ana_, &tablet_, &laptop}) EXPECT_THAT(there(*host, kBen), IsEmpty()) << host->name();
}

// CLEAR-1
TEST_F(ClearingTest, WhatHasNotLeftYetDoesNot) {
  (void)say(ana_, chat_, "one");
  ana_.set_network(false);
  (void)say(ana_, chat_, "two");
  ASSERT_FALSE(clear(ana_, chat_).has_failure());
  EXPECT_THAT(there(ana_, kBen), IsEmpty());
  // Written now, and by a clock that is behind.
  ana_.set_clock_off(-int64_t{24} * 3600 * 1'000'000);
  (void)say(ana_, chat_, "three");
  EXPECT_THAT(there(ana_, kBen), ElementsAre("three"));
  ana_.set_network(true);
  world_.advance(kMinuteMs);
  EXPECT_THAT(texts(ben_, bens_), ElementsAre("one", "three"));
  for (Host* const host : anas()) EXPECT_THAT(there(*host, kBen), ElementsAre("three")) << host->name();
}

// CLEAR-1: messages have their times from the homes of whom they go to, whose clocks differ.
TEST_F(ClearingTest, WhatComesWhileItIsToldStaysThoughAnOwnMessageHasALaterTime) {
  (void)say(ben_, bens_, "one");
  (void)say(ana_, chat_, "two");
  for (Host* const host : anas())
    execute(*host, "UPDATE messages SET order_us = order_us + 3600000000 WHERE outgoing = 1");
  ana_.set_network(false);
  ASSERT_FALSE(clear(ana_, chat_).has_failure());
  (void)say(ben_, bens_, "three");
  ASSERT_THAT(there(tablet_, kBen), ElementsAre("one", "three", "two"));
  ana_.set_network(true);
  world_.advance(kMinuteMs);
  for (Host* const host : anas()) EXPECT_THAT(there(*host, kBen), ElementsAre("three")) << host->name();
}

// CLEAR-1: nor does a notice count, which a device dates itself.
TEST_F(ClearingTest, ANoticeReachesNoFurtherThanTheMessagesBeforeIt) {
  (void)say(ben_, bens_, "one");
  execute(ana_, "UPDATE messages SET kind = 2, order_us = order_us + 3600000000");
  (void)say(ben_, bens_, "two");
  ana_.set_network(false);
  ASSERT_FALSE(clear(ana_, chat_).has_failure());
  EXPECT_THAT(testing::history(ana_, chat_), IsEmpty());
  (void)say(ben_, bens_, "three");
  ana_.set_network(true);
  world_.advance(kMinuteMs);
  for (Host* const host : anas()) EXPECT_THAT(there(*host, kBen), ElementsAre("three")) << host->name();
}

// CLEAR-1: a server that dates a message back hides nothing by it.
TEST_F(ClearingTest, WhatComesForTheFirstTimeIsShownWhateverItsTime) {
  (void)say(ben_, bens_, "one");
  ASSERT_FALSE(clear(ana_, chat_).has_failure());
  for (Host* const host : anas()) execute(*host, "UPDATE clearings SET received_us = received_us + 3600000000");
  (void)say(ben_, bens_, "two");
  for (Host* const host : anas()) EXPECT_THAT(there(*host, kBen), ElementsAre("two")) << host->name();
}

// CLEAR-1
TEST_F(ClearingTest, InAGroupAsWell) {
  const std::string group = create({kBen, kCleo});
  (void)say(ana_, group, "mine");
  (void)say(ben_, group_at(ben_).id(), "his");
  ASSERT_FALSE(clear(tablet_, group_at(tablet_).id()).has_failure());
  for (Host* const host : anas()) EXPECT_THAT(texts_of_group(*host), IsEmpty()) << host->name();
  EXPECT_THAT(texts_of_group(ben_), ElementsAre("mine", "his"));
  (void)say(ben_, group_at(ben_).id(), "again");
  for (Host* const host : anas()) EXPECT_THAT(texts_of_group(*host), ElementsAre("again")) << host->name();
}

// CLEAR-2
TEST_F(ClearingTest, AConversationThatIsDeletedIsInNoListUntilSomethingIsSaid) {
  (void)say(ben_, bens_, "one");
  client_api::Request draft;
  draft.mutable_set_draft()->set_conversation(chat_);
  draft.mutable_set_draft()->set_text("well");
  ASSERT_FALSE(ana_.request(draft).has_failure());
  client_api::Request pin;
  pin.mutable_set_conversation()->set_conversation(chat_);
  pin.mutable_set_conversation()->set_pinned(true);
  ASSERT_FALSE(ana_.request(pin).has_failure());
  world_.advance(10'000);
  tablet_.events.clear();
  ASSERT_FALSE(remove_chat(ana_, chat_).has_failure());
  world_.advance(5000);
  for (Host* const host : anas()) {
    EXPECT_THAT(listed(*host), IsEmpty()) << host->name();
    EXPECT_THAT(there(*host, kBen), IsEmpty()) << host->name();
  }
  EXPECT_TRUE(std::ranges::any_of(tablet_.events, &client_api::Event::has_conversation_removed));
  EXPECT_THAT(texts(ben_, bens_), ElementsAre("one"));

  (void)say(ben_, bens_, "two");
  for (Host* const host : anas()) {
    EXPECT_THAT(listed(*host), ElementsAre("Ben")) << host->name();
    EXPECT_THAT(there(*host, kBen), ElementsAre("two")) << host->name();
  }
  EXPECT_FALSE(conversation_of(ana_, chat_).pinned());
  EXPECT_EQ(conversation_of(ana_, chat_).draft(), "");

  // Whoever opens it sees it.
  ASSERT_FALSE(remove_chat(tablet_, open_chat(tablet_, kBen)).has_failure());
  EXPECT_THAT(listed(tablet_), IsEmpty());
  (void)open_chat(tablet_, kBen);
  EXPECT_THAT(listed(tablet_), ElementsAre("Ben"));
  EXPECT_THAT(listed(ana_), IsEmpty());
}

// CLEAR-2
TEST_F(ClearingTest, WhereSomethingWasSaidMeanwhileItStays) {
  (void)say(ben_, bens_, "one");
  ana_.set_network(false);
  ASSERT_FALSE(remove_chat(ana_, chat_).has_failure());
  (void)say(ben_, bens_, "two");
  ana_.set_network(true);
  world_.advance(kMinuteMs);
  for (Host* const host : anas()) {
    EXPECT_THAT(there(*host, kBen), ElementsAre("two")) << host->name();
    EXPECT_THAT(listed(*host), ElementsAre("Ben")) << host->name();
  }
}

// CLEAR-2
TEST_F(ClearingTest, ANewDeviceDoesNotListWhatWasDeleted) {
  (void)say(ben_, bens_, "one");
  ASSERT_FALSE(remove_chat(ana_, chat_).has_failure());
  Host& laptop = world_.add("ana's laptop");
  testing::let_in(ana_, laptop, client_api::kHistoryAll);
  world_.advance(kMinuteMs);
  client_api::Request mute;
  mute.mutable_set_conversation()->set_conversation(chat_);
  mute.mutable_set_conversation()->set_muted_until_us(UINT64_MAX);
  ASSERT_FALSE(ana_.request(mute).has_failure());
  world_.advance(5000);
  EXPECT_THAT(listed(laptop), IsEmpty());
  (void)say(ben_, bens_, "two");
  EXPECT_THAT(there(laptop, kBen), ElementsAre("two"));
  EXPECT_THAT(listed(laptop), ElementsAre("Ben"));
  EXPECT_NE(conversation_of(laptop, open_chat(laptop, kBen)).muted_until_us(), 0u) << "still";
}

// CLEAR-2
TEST_F(ClearingTest, AGroupIsLeftFirst) {
  const std::string group = create({kBen, kCleo});
  (void)say(ana_, group, "mine");
  EXPECT_EQ(remove_chat(ana_, group).failure().code(), Failure::kStillMember);
  EXPECT_THAT(texts_of_group(ana_), ElementsAre("mine"));
  ASSERT_FALSE(leave(ana_, group).has_failure());
  world_.advance(5000);
  ASSERT_FALSE(remove_chat(ana_, group).has_failure());
  for (Host* const host : anas()) EXPECT_THAT(listed(*host), Not(Contains("Boats"))) << host->name();
}

// CLEAR-1: of what another device says nothing counts that is none of ours.
TEST_F(ClearingTest, WhatNoDeviceOfOursSaysIsNotApplied) {
  (void)say(ben_, bens_, "one");
  content::StateValue value;
  content::StateValue::Cleared& cleared = *value.mutable_cleared();
  cleared.set_received_us(UINT64_MAX);
  cleared.set_received_id(Bytes(16, '\xff'));
  cleared.set_sent_us(UINT64_MAX);
  cleared.set_sent_id(Bytes(16, '\xff'));
  Bytes subject(account_of(kBen).bytes());
  uint64_t stamps = 0;
  const auto told = [&] {
    const RegisterRow row{RegisterRow::key_of(content::OwnState::kCleared, subject),
                          value.SerializeAsString(),
                          {world_.clock.unix_us + ++stamps, 0, {9}}};
    make_say(tablet_, account_of(kAna), OutboxKind::kOwnState, contents::own_state(world_.clock.now(), {{row}}, false));
  };
  told();  // without a device
  subject += Bytes("\0\0\0\x02", 4);
  cleared.set_kept("half an id");
  told();
  cleared.set_kept("");
  cleared.set_received_id("x");
  told();
  EXPECT_THAT(there(ana_, kBen), ElementsAre("one"));
  cleared.set_received_id(Bytes(16, '\xff'));
  told();
  EXPECT_THAT(there(ana_, kBen), IsEmpty());
}

}  // namespace
}  // namespace kith::core
