// SPDX-License-Identifier: AGPL-3.0-or-later

// What a person makes of conversations is so on all devices of the account: drafts (STATE-3), and what is archived,
// pinned (STATE-5), muted or marked as unread (STATE-1).

#include "core/conversation_state.h"

#include <gmock/gmock.h>

#include "core/testing/two_own_devices.h"

namespace kith::core::testing {
namespace {

using client_api::Failure;

constexpr const char* kEva = "+491700000003";

class ConversationStateTest : public TwoOwnDevices {};

TEST_F(ConversationStateTest, ADraftGoesOnOnAnotherDeviceAndNotWithEachKeystroke_STATE_3) {
  const std::string quoted = say(ben_, bens_chat(), "well?");
  settle();
  const size_t before = sent_to_self();
  std::string text;
  for (int i = 0; i < 100; ++i) {
    text += 'x';
    set_draft(ana_, chat_, text, quoted);
    world_.advance(100);
  }
  settle();
  EXPECT_LE(sent_to_self() - before, 5u) << "ten seconds of typing";
  EXPECT_GE(sent_to_self() - before, 2u);
  EXPECT_EQ(conversation(web_, webs_).draft(), text);
  EXPECT_EQ(conversation(web_, webs_).draft_quote().message_id(), quoted);
  set_draft(web_, webs_, "");
  settle();
  EXPECT_EQ(conversation(ana_, chat_).draft(), "");
  EXPECT_FALSE(conversation(ana_, chat_).has_draft_quote());
  expect_same();
}

TEST_F(ConversationStateTest, ADraftThatWaitedWhenTheProgramEndedIsToldByTheNextOne_STATE_3) {
  set_draft(ana_, chat_, "half a sentence");
  ana_.crash();
  ana_.reopen();
  connect(ana_);
  settle();
  EXPECT_EQ(conversation(web_, webs_).draft(), "half a sentence");
}

TEST_F(ConversationStateTest, WithADraftNothingElseIsTold_STATE_3) {
  execute(ana_, "UPDATE conversations SET archived = 1, pinned_us = 5, muted_until_us = 5");
  set_draft(ana_, chat_, "half a sentence");
  EXPECT_EQ(query(ana_, "SELECT count(*) FROM registers WHERE substr(key, 1, 1) = x'02'"), 1);
  EXPECT_EQ(query(ana_, "SELECT count(*) FROM registers WHERE substr(key, 1, 1) IN (x'03', x'04', x'05')"), 0);
}

TEST_F(ConversationStateTest, TheLongestDraftIsTold_STATE_3) {
  const std::string text(65536, 'x');
  set_draft(ana_, chat_, text, say(ben_, bens_chat(), "well?"));
  settle();
  EXPECT_EQ(conversation(web_, webs_).draft(), text);
}

TEST_F(ConversationStateTest, WhatIsArchivedIsPinnedNoLongerOnAnyDevice_STATE_1) {
  set_conversation(ana_, chat_, [](auto& what) { what.set_pinned(true); });
  settle();
  ASSERT_TRUE(conversation(web_, webs_).pinned());
  set_conversation(web_, webs_, [](auto& what) { what.set_archived(true); });
  settle();
  EXPECT_TRUE(conversation(ana_, chat_).archived());
  EXPECT_FALSE(conversation(ana_, chat_).pinned());
  expect_same();
}

TEST_F(ConversationStateTest, ArchivedPinnedAndMutedAreSoOnAllDevices_STATE_1) {
  const uint64_t until = world_.clock.unix_us + 8 * kHourUs;
  const client_api::Response response = set_conversation(web_, webs_, [until](auto& what) {
    what.set_archived(true);
    what.set_pinned(true);
    what.set_muted_until_us(until);
  });
  EXPECT_TRUE(response.set_conversation().archived());
  settle();
  say(ben_, bens_chat(), "are you there?");
  settle();
  for (const client_api::Conversation& each : {conversation(ana_, chat_), conversation(web_, webs_)}) {
    EXPECT_TRUE(each.archived()) << "also when a message came";
    EXPECT_TRUE(each.pinned());
    EXPECT_EQ(each.muted_until_us(), until);
    EXPECT_EQ(each.unread(), 1u);
  }
  set_conversation(ana_, chat_, [](auto& what) {
    what.set_archived(false);
    what.set_pinned(false);
    what.set_muted_until_us(0);
  });
  settle();
  EXPECT_FALSE(conversation(web_, webs_).archived());
  EXPECT_FALSE(conversation(web_, webs_).pinned());
  EXPECT_EQ(conversation(web_, webs_).muted_until_us(), 0u);
  set_conversation(ana_, chat_, [](auto& what) { what.set_muted_until_us(UINT64_MAX); });
  EXPECT_EQ(conversation(ana_, chat_).muted_until_us(), 253'402'300'799'999'999u);
  expect_same();
}

TEST_F(ConversationStateTest, WhatIsMarkedAsUnreadIsSoOnAllDevicesUntilSomebodyReads_STATE_1) {
  say(ben_, bens_chat(), "are you there?");
  settle();
  const auto read = [](Host& host, const std::string& chat) {
    client_api::Request request;
    request.mutable_mark_read()->set_conversation(chat);
    ASSERT_FALSE(host.request(std::move(request)).has_failure());
  };
  read(ana_, chat_);
  const auto mark = [this](bool unread) {
    const auto response = set_conversation(ana_, chat_, [unread](auto& what) { what.set_marked_unread(unread); });
    EXPECT_EQ(response.set_conversation().marked_unread(), unread);
    settle();
    EXPECT_EQ(conversation(web_, webs_).marked_unread(), unread);
  };
  mark(true);
  EXPECT_EQ(conversation(ana_, chat_).unread(), 0u) << "what was read stays so";
  EXPECT_EQ(history(ben_, bens_chat()).back().tick(), client_api::Message::kRead);
  mark(false);
  mark(true);
  read(web_, webs_);
  settle();
  EXPECT_FALSE(conversation(web_, webs_).marked_unread());
  EXPECT_FALSE(conversation(ana_, chat_).marked_unread());
  expect_same();
}

TEST_F(ConversationStateTest, ThreeConversationsCanBePinnedAndTheSameThreeOnAllDevices_STATE_5) {
  std::vector<std::string> chats = {chat_, open_chat(ana_, kAna)};
  std::vector<std::string> on_web = {webs_, open_chat(web_, kAna)};
  for (const char* handle : {kEva, "+491700000004", "+491700000005", "+491700000006"}) {
    sign_up(world_.add(handle), handle, handle);
    chats.push_back(open_chat(ana_, handle));
    on_web.push_back(open_chat(web_, handle));
  }
  disconnect(ana_);
  disconnect(web_);
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_FALSE(pin(ana_, chats[i]).has_failure());
    world_.advance(10);
    EXPECT_FALSE(pin(web_, on_web[i + 2]).has_failure());
    world_.advance(10);
  }
  EXPECT_EQ(pin(ana_, chats[5]).failure().code(), Failure::kTooManyPinned);
  EXPECT_FALSE(pin(ana_, chats[0]).has_failure()) << "it is already";
  connect(ana_);
  connect(web_);
  settle();
  for (size_t i = 0; i < chats.size(); ++i) {
    EXPECT_EQ(conversation(ana_, chats[i]).pinned(), conversation(web_, on_web[i]).pinned()) << i;
    EXPECT_EQ(conversation(ana_, chats[i]).pinned(), i >= 2 && i <= 4) << i;
  }
  EXPECT_EQ(pin(web_, on_web[5]).failure().code(), Failure::kTooManyPinned);
  expect_same();
}

}  // namespace
}  // namespace kith::core::testing
