// SPDX-License-Identifier: AGPL-3.0-or-later

// Reactions (REACT-1): of two people, of devices, of groups.
#include "core/remarks.h"

#include <gmock/gmock.h>

#include "core/contents.h"
#include "core/store/store.h"
#include "core/testing/group_people.h"
#include "core/testing/loopback_files.h"
#include "core/testing/much_history.h"

namespace kith::core {
namespace {

using ::testing::ElementsAre;
using testing::Host;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;
using Strings = std::vector<std::string>;

class ReactionsTest : public testing::GroupPeople {
 protected:
  client_api::Response react(Host& host, const std::string& id, const std::string& emoji) {
    client_api::Request request;
    request.mutable_react()->set_id(id);
    request.mutable_react()->set_emoji(emoji);
    client_api::Response response = host.request(std::move(request));
    world_.advance(3000);
    return response;
  }
  void must_react(Host& host, const std::string& id, const std::string& emoji) {
    const client_api::Response response = react(host, id, emoji);
    ASSERT_FALSE(response.has_failure()) << response.failure().detail();
  }
  // "👍 2, 🎉 1 (own 👍)"
  static std::string shown(Host& host, const std::string& id) {
    const client_api::Reactions reactions = testing::message(host, id).reactions();
    std::string text;
    for (const auto& each : reactions.emojis())
      text += (text.empty() ? "" : ", ") + each.emoji() + " " + std::to_string(each.count());
    return reactions.own().empty() ? text : text + " (own " + reactions.own() + ")";
  }
  // "Ben 👍", the newest first.
  static Strings who(Host& host, const std::string& id) {
    client_api::Request request;
    request.mutable_list_reactions()->set_id(id);
    const client_api::Response response = host.request(std::move(request));
    EXPECT_FALSE(response.has_failure()) << response.failure().detail();
    Strings found;
    for (const auto& each : response.list_reactions().reactions())
      found.push_back(each.who().name() + " " + each.emoji());
    return found;
  }
  // The messages of a conversation: "hello", "?" for what could not be read.
  static Strings texts(Host& host, const std::string& chat) {
    Strings found;
    for (const client_api::Message& each : testing::history(host, chat)) {
      if (each.has_text()) found.push_back(each.text().text());
      if (each.has_undecryptable() || each.has_unsupported()) found.emplace_back("?");
    }
    return found;
  }
  void forge(Host& host, const AccountId& to, const RemarkRow& row) {
    make_say(host, to, OutboxKind::kRemark, contents::remark(world_.clock.now(), row));
  }
  static RemarkRow row(const std::string& id, const std::string& emoji, uint64_t at = 1) {
    return {*MessageId::from_hex(id), {}, emoji, {at}, {}};
  }
};

// REACT-1
TEST_F(ReactionsTest, EachPersonHasOneAndAllDevicesOfBothShowIt) {
  Host& anas_tablet = world_.add("ana's tablet");
  Host& bens_tablet = world_.add("ben's tablet");
  testing::link(world_, ana_, anas_tablet, "Tablet");
  testing::link(world_, ben_, bens_tablet, "Tablet");
  const std::string id = say(ana_, testing::open_chat(ana_, kBen), "hello");
  must_react(bens_tablet, id, "👍");
  for (Host* const host : {&ana_, &anas_tablet}) EXPECT_EQ(shown(*host, id), "👍 1") << host->name();
  for (Host* const host : {&ben_, &bens_tablet}) EXPECT_EQ(shown(*host, id), "👍 1 (own 👍)") << host->name();
  must_react(ben_, id, "🎉");
  must_react(anas_tablet, id, "🎉");
  for (Host* const host : {&ana_, &anas_tablet, &ben_, &bens_tablet}) {
    EXPECT_EQ(shown(*host, id), "🎉 2 (own 🎉)") << host->name();
    EXPECT_THAT(who(*host, id), ElementsAre("Ana 🎉", "Ben 🎉")) << host->name();
  }
  server().sends.clear();
  must_react(ben_, id, "🎉");
  EXPECT_TRUE(server().sends.empty()) << "it is what was said already";
  must_react(bens_tablet, id, "");
  for (Host* const host : {&ana_, &anas_tablet}) EXPECT_EQ(shown(*host, id), "🎉 1 (own 🎉)") << host->name();
  for (Host* const host : {&ben_, &bens_tablet}) EXPECT_EQ(shown(*host, id), "🎉 1") << host->name();
  EXPECT_EQ(testing::state(ana_).undecryptable() + testing::state(ben_).undecryptable(), 0u);
  EXPECT_THAT(texts(ana_, testing::open_chat(ana_, kBen)), ElementsAre("hello")) << "it is no message";
}

// REACT-1
TEST_F(ReactionsTest, NotesToOneselfHaveThemToo) {
  const std::string id = say(ana_, testing::open_chat(ana_, kAna), "buy rope");
  must_react(ana_, id, "✅");
  EXPECT_EQ(shown(ana_, id), "✅ 1 (own ✅)");
  Host& tablet = world_.add("ana's tablet");
  testing::link(world_, ana_, tablet, "Tablet");
  const std::string later = say(tablet, testing::open_chat(tablet, kAna), "and sails");
  must_react(tablet, later, "⛵");
  EXPECT_EQ(shown(ana_, later), "⛵ 1 (own ⛵)");
}

// REACT-1
TEST_F(ReactionsTest, AGroupSeesThemWithTheMostFirst) {
  const std::string chat = create({kBen, kCleo});
  const std::string id = say(ana_, chat, "we have a boat");
  must_react(cleo_, id, "🎉");
  must_react(ana_, id, "👍");
  must_react(ben_, id, "👍");
  EXPECT_EQ(shown(ana_, id), "👍 2, 🎉 1 (own 👍)");
  EXPECT_EQ(shown(ben_, id), "👍 2, 🎉 1 (own 👍)");
  EXPECT_EQ(shown(cleo_, id), "👍 2, 🎉 1 (own 🎉)");
  EXPECT_THAT(who(cleo_, id), ElementsAre("Ben 👍", "Ana 👍", "Cleo 🎉"));
  must_react(ben_, id, "❤️");
  EXPECT_EQ(shown(cleo_, id), "🎉 1, 👍 1, ❤️ 1 (own 🎉)") << "of as many, who was first";
  EXPECT_EQ(group_at(ben_).unread(), 1u) << "the message alone";
  EXPECT_EQ(testing::message(ana_, id).tick(), client_api::Message::kDelivered);
}

// REACT-1
TEST_F(ReactionsTest, WhatIsNoEmojiOrNoMessageOfPeopleIsRefused) {
  using Failure = client_api::Failure;
  const std::string chat = create({kBen});
  const std::string id = say(ana_, chat, "hello");
  for (const char* emoji : {"a", "👍👍", " ", "ok", "🇩"})
    EXPECT_EQ(react(ben_, id, emoji).failure().code(), Failure::kInvalidArgument) << emoji;
  EXPECT_EQ(react(ben_, std::string(32, 'a'), "👍").failure().code(), Failure::kNoSuchMessage);
  EXPECT_EQ(react(ben_, "a", "👍").failure().code(), Failure::kInvalidArgument);
  const std::string event = testing::history(ben_, group_at(ben_).id()).front().id();
  EXPECT_EQ(react(ben_, event, "👍").failure().code(), Failure::kInvalidArgument);

  client_api::Request permissions;
  permissions.mutable_set_group()->set_conversation(chat);
  permissions.mutable_set_group()->mutable_permissions()->set_send(false);
  ASSERT_FALSE(ana_.request(std::move(permissions)).has_failure());
  world_.advance(3000);
  EXPECT_EQ(react(ben_, id, "👍").failure().code(), Failure::kNotAllowed);
  must_react(ana_, id, "👍");
  ASSERT_FALSE(leave(ben_, group_at(ben_).id()).has_failure());
  EXPECT_EQ(react(ben_, id, "👍").failure().code(), Failure::kNoSuchGroup);
  EXPECT_EQ(shown(ben_, id), "👍 1");
}

// REACT-1
TEST_F(ReactionsTest, OneThatNobodyGetsIsTakenBack) {
  const std::string chat = create({kBen, kCleo});
  const std::string id = say(ana_, chat, "hello");
  const std::string before = say(ana_, chat, "before");
  must_react(ben_, before, "❤️");
  ben_.set_network(false);
  for (const char* emoji : {"🎉", "👍"}) {
    must_react(ben_, id, emoji);
    must_react(ben_, before, emoji);
  }
  EXPECT_EQ(shown(ben_, id), "👍 1 (own 👍)");
  ASSERT_FALSE(remove(ana_, chat, kBen).has_failure());
  world_.advance(3000);
  ben_.set_network(true);
  world_.advance(60'000);
  for (Host* const host : {&ben_, &cleo_}) {
    EXPECT_EQ(shown(*host, id), "") << host->name();
    EXPECT_THAT(who(*host, before), ElementsAre("Ben ❤️")) << host->name() << ": what stood before";
  }
}

// REACT-1
TEST_F(ReactionsTest, OneToSomebodyWhoIsNoMoreIsTakenBackOnAllOwnDevices) {
  Host& tablet = world_.add("ana's tablet");
  testing::link(world_, ana_, tablet, "Tablet");
  const std::string id = say(ana_, testing::open_chat(ana_, kBen), "hello");
  must_react(ana_, id, "👍");
  ana_.set_network(false);
  must_react(ana_, id, "🎉");
  // Ben registers anew: what he had is no more.
  ben_.close();
  Host& other = world_.add("ben's other device");
  testing::sign_up(other, kBen, "Ben");
  ana_.set_network(true);
  world_.advance(60'000);
  for (Host* const host : {&ana_, &tablet}) EXPECT_EQ(shown(*host, id), "👍 1 (own 👍)") << host->name();
}

// REACT-1
TEST_F(ReactionsTest, TheLaterOneOfAnAccountCountsInWhateverOrderTheyCome) {
  Host& bens_tablet = world_.add("ben's tablet");
  testing::link(world_, ben_, bens_tablet, "Tablet");
  const std::string id = say(ana_, testing::open_chat(ana_, kBen), "hello");
  ben_.set_network(false);
  bens_tablet.set_network(false);
  must_react(ben_, id, "👍");
  must_react(bens_tablet, id, "🎉");
  bens_tablet.set_network(true);
  world_.advance(60'000);
  EXPECT_EQ(shown(ana_, id), "🎉 1");
  ben_.set_network(true);
  world_.advance(60'000);
  EXPECT_EQ(shown(ana_, id), "🎉 1") << "what came last was said before";
  for (Host* const host : {&ben_, &bens_tablet}) EXPECT_EQ(shown(*host, id), "🎉 1 (own 🎉)") << host->name();

  // A clock that is behind by days changes nothing of what a person sees: what he says is later than what he knows.
  world_.clock.unix_us -= uint64_t{3} * 24 * 3600 * 1'000'000;
  must_react(ben_, id, "😮");
  for (Host* const host : {&ana_, &ben_, &bens_tablet}) EXPECT_THAT(who(*host, id), ElementsAre("Ben 😮"));
  must_react(bens_tablet, id, "");
  for (Host* const host : {&ana_, &ben_, &bens_tablet}) EXPECT_THAT(who(*host, id), IsEmpty());
}

// REACT-1
TEST_F(ReactionsTest, OneThatComesBeforeItsMessageWaitsForIt) {
  Host& anas_tablet = world_.add("ana's tablet");
  testing::link(world_, ana_, anas_tablet, "Tablet");
  const std::string chat = create({kBen, kCleo});
  (void)say(ana_, chat, "first");
  // Ben has lost Ana's keys, and reads Cleo's word before the message that it is about.
  execute(ben_, ("DELETE FROM group_chains WHERE account = x'" + account_of(kAna).hex() + "'").c_str());
  const std::string id = testing::say(ana_, chat, "second");
  world_.advance(300);
  client_api::Request request;
  request.mutable_react()->set_id(id);
  request.mutable_react()->set_emoji("👍");
  ASSERT_FALSE(cleo_.request(std::move(request)).has_failure());
  world_.advance(120'000);
  EXPECT_THAT(texts(ben_, group_at(ben_).id()), ElementsAre("first", "second"));
  EXPECT_EQ(shown(ben_, id), "👍 1");
  EXPECT_EQ(shown(anas_tablet, id), "👍 1");
}

// IDENTITY-5
TEST_F(ReactionsTest, OneThatCantBeReadIsAskedForAndLeavesNothingElse) {
  const std::string chat = create({kBen, kCleo});
  const std::string id = say(ana_, chat, "hello");
  must_react(ana_, id, "🎉");
  execute(ben_, "DELETE FROM group_chains");
  must_react(ana_, id, "👍");
  world_.advance(60'000);
  EXPECT_EQ(testing::state(ben_).undecryptable(), 1u);
  EXPECT_EQ(shown(ben_, id), "👍 1");
  EXPECT_THAT(texts(ben_, group_at(ben_).id()), ElementsAre("hello"));

  // What was changed before it was asked for has nothing to show.
  ben_.set_network(false);
  execute(ben_, "DELETE FROM group_chains");
  for (const char* emoji : {"😮", "🙏"}) must_react(ana_, id, emoji);
  ben_.set_network(true);
  world_.advance(120'000);
  EXPECT_EQ(shown(ben_, id), "🙏 1");
  EXPECT_THAT(texts(ben_, group_at(ben_).id()), ElementsAre("hello"));

  // The same between two, and of the own devices.
  Host& bens_tablet = world_.add("ben's tablet");
  testing::link(world_, ben_, bens_tablet, "Tablet");
  const std::string direct = say(ana_, testing::open_chat(ana_, kBen), "for two");
  (void)say(ben_, testing::open_chat(ben_, kAna), "yes");
  execute(bens_tablet, "DELETE FROM sessions");
  must_react(ana_, direct, "🎉");
  must_react(ben_, direct, "👍");
  world_.advance(120'000);
  EXPECT_EQ(shown(bens_tablet, direct), shown(ben_, direct));
  EXPECT_EQ(shown(bens_tablet, direct), "🎉 1, 👍 1 (own 👍)");
  EXPECT_THAT(texts(bens_tablet, testing::open_chat(bens_tablet, kAna)), ElementsAre("for two", "yes"));
}

// MEDIA-7
TEST_F(ReactionsTest, WhatWasOpenedBeforeItIsAskedForAgainLeavesNoPlaceholder) {
  const std::string chat = create({kBen, kCleo});
  (void)say(ana_, chat, "first");
  cleo_.set_network(false);
  execute(cleo_, "DELETE FROM group_chains");
  client_api::Request request;
  client_api::SendMessageRequest& send = *request.mutable_send_message();
  send.set_conversation(chat);
  *send.mutable_attachment()->mutable_file() = testing::seal_file(ana_.files, Bytes(5000, 'x'), 1);
  send.mutable_attachment()->mutable_about()->set_kind(client_api::Media::kPhoto);
  send.mutable_attachment()->mutable_about()->set_mime_type("image/jpeg");
  send.mutable_attachment()->mutable_about()->set_view_once(true);
  const client_api::Response sent = ana_.request(std::move(request));
  ASSERT_FALSE(sent.has_failure()) << sent.failure().detail();
  const std::string id = sent.send_message().message().id();
  world_.advance(3000);
  // It has expired where it was sent from.
  {
    Store store(ana_.database());
    Transaction transaction(ana_.database());
    const auto message = store.messages.find(*MessageId::from_hex(id));
    store.messages.strip_file(message->id, contents::opened(*contents::media_of(*message)));
    ASSERT_TRUE(transaction.commit().has_value());
  }
  cleo_.set_network(true);
  world_.advance(120'000);
  EXPECT_THAT(texts(cleo_, group_at(cleo_).id()), ElementsAre("first"));
}

// REACT-1
TEST_F(ReactionsTest, WhoIsNotInTheConversationSaysNothing) {
  const std::string chat = create({kBen});
  const std::string in_group = say(ana_, chat, "of the group");
  const std::string direct = say(ana_, testing::open_chat(ana_, kBen), "for two");
  (void)say(cleo_, testing::open_chat(cleo_, kAna), "hello");
  (void)say(ben_, testing::open_chat(ben_, kAna), "hello");
  for (const std::string& id : {in_group, direct}) {
    forge(cleo_, account_of(kAna), row(id, "👎"));
    EXPECT_EQ(shown(ana_, id), "");
  }
  forge(ben_, account_of(kAna), row(in_group, "👎"));
  EXPECT_EQ(shown(ana_, in_group), "") << "to single members of a group, unasked";
  forge(ben_, account_of(kAna), row(direct, "not an emoji"));
  EXPECT_EQ(shown(ana_, direct), "");
  forge(ben_, account_of(kAna), row(direct, "👍"));
  EXPECT_EQ(shown(ana_, direct), "👍 1");

  const auto early = world_.random.id<MessageId>();
  forge(cleo_, account_of(kAna), row(early.hex(), "👎"));
  client_api::Request request;
  request.mutable_send_message()->set_conversation(testing::open_chat(ana_, kBen));
  request.mutable_send_message()->set_text("later");
  request.mutable_send_message()->set_message_id(early.hex());
  ASSERT_FALSE(ana_.request(std::move(request)).has_failure());
  world_.advance(2000);
  EXPECT_EQ(shown(ana_, early.hex()), "");
}

// HISTORY-1
TEST_F(ReactionsTest, ADeviceThatJoinsHasThoseFromBefore) {
  const std::string chat = testing::open_chat(ana_, kBen);
  const std::string id = say(ana_, chat, "hello");
  const std::string other = say(ana_, chat, "taken away");
  must_react(ben_, id, "👍");
  must_react(ana_, id, "🎉");
  must_react(ben_, other, "👍");
  must_react(ben_, other, "");
  const std::string in_group = say(ana_, create({kBen}), "of the group");
  must_react(ben_, in_group, "🙏");
  Host& tablet = world_.add("ana's tablet");
  testing::let_in(ana_, tablet, client_api::kHistoryAll);
  world_.advance(120'000);
  EXPECT_EQ(shown(tablet, id), "👍 1, 🎉 1 (own 🎉)");
  EXPECT_EQ(shown(tablet, other), "");
  EXPECT_EQ(shown(tablet, in_group), "🙏 1");
  must_react(tablet, id, "👍");
  for (Host* const host : {&ana_, &tablet}) EXPECT_EQ(shown(*host, id), "👍 2 (own 👍)");
}

// LIMIT-1
TEST_F(ReactionsTest, OfWhatWaitsForItsMessageTheNewestAreKeptAndOthersDoAwayWithNothingOfTheOwnDevices) {
  Store store(ana_.database());
  Transaction transaction(ana_.database());
  using Waits = RemarksTable::Waits;
  const auto of = [this](const MessageId& message, const char* whose, uint64_t at = 5) {
    return RemarkRow{message, account_of(whose), "👍", {at}, {1}};
  };
  const auto own = world_.random.id<MessageId>();
  const auto first = world_.random.id<MessageId>();
  EXPECT_TRUE(store.remarks.set(of(own, kAna), Waits::kOwn));
  EXPECT_TRUE(store.remarks.set(of(first, kBen), Waits::kOfOthers));
  MessageId last;
  for (int64_t i = 0; i < RemarksTable::kWaitingMax; ++i) {
    last = world_.random.id<MessageId>();
    EXPECT_TRUE(store.remarks.set(of(last, kBen), Waits::kOfOthers));
  }
  EXPECT_THAT(store.remarks.of(last).reactions, IsEmpty()) << "it is nobody's word yet";
  EXPECT_FALSE(store.remarks.find(last, account_of(kBen), RemarkKind::kReaction));
  EXPECT_TRUE(store.remarks.take_waiting(first).empty());
  EXPECT_EQ(store.remarks.take_waiting(own).size(), 1u);
  EXPECT_EQ(store.remarks.take_waiting(last).size(), 1u);
  EXPECT_TRUE(store.remarks.set(of(last, kBen)));
  EXPECT_FALSE(store.remarks.set(of(last, kBen, 4)));
  EXPECT_FALSE(store.remarks.set(of(last, kBen, 5))) << "the same device at the same time";
  EXPECT_TRUE(store.remarks.set(of(last, kBen, 6)));
}

}  // namespace
}  // namespace kith::core
