// SPDX-License-Identifier: AGPL-3.0-or-later

// Messages to groups between whole cores: who sees what, in which order, with which ticks.
#include <gmock/gmock.h>

#include <algorithm>
#include <functional>

#include "content/content.pb.h"
#include "core/testing/group_people.h"

namespace kith::core {
namespace {

using ::testing::ElementsAre;
using testing::GroupPeople;
using testing::Host;
using ::testing::IsEmpty;
using testing::link;
using testing::say;
using Strings = std::vector<std::string>;

class GroupMessagesTest : public GroupPeople {
 protected:
  // Texts of the group, each with who it is from.
  static Strings shown(Host& host) {
    Strings found;
    for (const client_api::Message& each : testing::history(host, group_at(host).id())) {
      if (each.has_text()) found.push_back(each.sender().name() + ": " + each.text().text());
      if (each.has_undecryptable()) found.push_back(each.sender().name() + " ?");
    }
    return found;
  }
  static client_api::Message::Tick tick(Host& host, const std::string& id) { return testing::message(host, id).tick(); }
  static void read(Host& host) {
    client_api::Request request;
    request.mutable_mark_read()->set_conversation(group_at(host).id());
    EXPECT_FALSE(host.request(std::move(request)).has_failure());
  }
  // The group's id, of a conversation of Ana's.
  std::string first_group_of(const std::string& chat) {
    for (const client_api::Conversation& each : groups(ana_)) {
      if (each.id() == chat) return each.group().group_id();
    }
    return "";
  }
  static uint64_t undecryptable(Host& host) { return testing::state(host).undecryptable(); }
};

TEST_F(GroupMessagesTest, EverybodySeesTheSameInTheSameOrder_GROUP_3) {
  const std::string chat = create({kBen, kCleo});
  say(ana_, chat, "one");
  world_.advance(1000);
  say(ben_, group_at(ben_).id(), "two");
  say(cleo_, group_at(cleo_).id(), "three");
  world_.advance(1000);
  say(ana_, chat, "four");
  world_.advance(1000);
  const Strings all = {"Ana: one", "Ben: two", "Cleo: three", "Ana: four"};
  for (Host* host : {&ana_, &ben_, &cleo_}) {
    EXPECT_EQ(shown(*host), all) << host->name();
    EXPECT_EQ(undecryptable(*host), 0u) << host->name();
  }
  EXPECT_EQ(group_at(ben_).unread(), 3u);
}

TEST_F(GroupMessagesTest, AReplyInPrivateHasTheQuoteOfTheGroupsMessageForItsAuthorAlone_F20) {
  const std::string chat = create({kBen, kCleo});
  const std::string asked = say(ben_, group_at(ben_).id(), "who has a tent?");
  world_.advance(1000);
  client_api::Request request;
  client_api::SendMessageRequest& reply = *request.mutable_send_message();
  reply.set_conversation(testing::open_chat(ana_, kBen));
  reply.set_text("I have two");
  reply.set_quote_message_id(asked);
  const client_api::Response sent = ana_.request(request);
  ASSERT_FALSE(sent.has_failure()) << sent.failure().detail();
  const client_api::Message& own = sent.send_message().message();
  EXPECT_EQ(own.quote().group().conversation(), chat);
  EXPECT_EQ(own.quote().group().title(), "Boats");
  world_.advance(1000);
  const client_api::Message at_ben = testing::message(ben_, own.id());
  EXPECT_NE(at_ben.conversation(), group_at(ben_).id());
  EXPECT_EQ(at_ben.quote().message_id(), asked);
  EXPECT_EQ(at_ben.quote().author().name(), "Ben");
  EXPECT_EQ(at_ben.quote().excerpt(), "who has a tent?");
  EXPECT_EQ(at_ben.quote().group().conversation(), group_at(ben_).id());
  EXPECT_EQ(at_ben.quote().group().title(), "Boats");

  client_api::Request draft;
  draft.mutable_set_draft()->set_conversation(reply.conversation());
  draft.mutable_set_draft()->set_quote_message_id(asked);
  EXPECT_FALSE(ana_.request(draft).has_failure());
  client_api::Request look;
  look.mutable_open_conversation()->set_conversation(reply.conversation());
  EXPECT_EQ(ana_.request(look).open_conversation().draft_quote().group().conversation(), chat);

  // To nobody else, and nothing else of the group.
  reply.set_conversation(testing::open_chat(ana_, kCleo));
  EXPECT_EQ(ana_.request(request).failure().code(), Failure::kNoSuchMessage);
  draft.mutable_set_draft()->set_conversation(reply.conversation());
  EXPECT_EQ(ana_.request(draft).failure().code(), Failure::kNoSuchMessage);
  reply.set_conversation(testing::open_chat(ana_, kBen));
  reply.set_quote_message_id(say(ana_, chat, "and a stove"));
  EXPECT_EQ(ana_.request(request).failure().code(), Failure::kNoSuchMessage) << "one's own";
  reply.set_conversation(chat);
  reply.set_quote_message_id(own.id());
  EXPECT_EQ(ana_.request(request).failure().code(), Failure::kNoSuchMessage) << "nothing said in private, in the group";
  request.mutable_send_message()->set_conversation(testing::open_chat(ben_, kAna));
  request.mutable_send_message()->set_quote_message_id(testing::history(ben_, group_at(ben_).id()).front().id());
  EXPECT_EQ(ben_.request(request).failure().code(), Failure::kNoSuchMessage) << "what happened in it";
}

TEST_F(GroupMessagesTest, TheSecondTickIsWhenAllHaveItAndTheBlueOneWhenAllHaveReadIt_GROUP_5) {
  const std::string chat = create({kBen, kCleo});
  cleo_.set_network(false);
  const std::string id = say(ana_, chat, "hello");
  world_.advance(1000);
  EXPECT_EQ(tick(ana_, id), client_api::Message::kSent) << "Cleo does not have it";
  read(ben_);
  world_.advance(1000);
  EXPECT_EQ(tick(ana_, id), client_api::Message::kSent);
  cleo_.set_network(true);
  world_.advance(60'000);
  EXPECT_EQ(tick(ana_, id), client_api::Message::kDelivered);
  client_api::Request request;
  request.mutable_list_receipts()->set_message_id(id);
  Strings receipts;
  const client_api::Response response = ana_.request(std::move(request));
  for (const auto& each : response.list_receipts().receipts())
    receipts.push_back(each.member().name() + " " + client_api::Message::Tick_Name(each.tick()));
  EXPECT_THAT(receipts, ::testing::UnorderedElementsAre("Ben kRead", "Cleo kDelivered"));
  read(cleo_);
  world_.advance(1000);
  EXPECT_EQ(tick(ana_, id), client_api::Message::kRead);
}

TEST_F(GroupMessagesTest, NobodyWaitsForWhoHasLeft_GROUP_5) {
  const std::string chat = create({kBen, kCleo});
  const std::string id = say(ana_, chat, "hello");
  world_.advance(1000);
  read(ben_);
  world_.advance(1000);
  EXPECT_EQ(tick(ana_, id), client_api::Message::kDelivered);
  ASSERT_FALSE(leave(cleo_, group_at(cleo_).id()).has_failure());
  world_.advance(1000);
  EXPECT_EQ(tick(ana_, id), client_api::Message::kRead);
}

TEST_F(GroupMessagesTest, NobodyWaitsForWhoWasAwayAndHasComeBack_GROUP_5) {
  const std::string chat = create({kBen, kCleo});
  ASSERT_FALSE(remove(ana_, chat, kCleo).has_failure());
  world_.advance(3000);
  const std::string id = say(ana_, chat, "without Cleo");
  world_.advance(1000);
  ASSERT_FALSE(add(ana_, chat, {kCleo}).has_failure());
  world_.advance(3000);
  read(ben_);
  world_.advance(1000);
  EXPECT_EQ(tick(ana_, id), client_api::Message::kRead);
  EXPECT_THAT(shown(cleo_), IsEmpty());
}

TEST_F(GroupMessagesTest, WhoJoinsAndWhoLeavesReadsWhatIsForThem_GROUP_6) {
  const std::string chat = create({kBen});
  say(ana_, chat, "before Cleo");
  world_.advance(1000);
  ASSERT_FALSE(add(ana_, chat, {kCleo}).has_failure());
  world_.advance(3000);
  say(ana_, chat, "with Cleo");
  say(ben_, group_at(ben_).id(), "Ben too");
  world_.advance(3000);
  EXPECT_THAT(shown(cleo_), ElementsAre("Ana: with Cleo", "Ben: Ben too"));
  ASSERT_FALSE(remove(ana_, chat, kCleo).has_failure());
  world_.advance(3000);
  say(ana_, chat, "after Cleo");
  say(ben_, group_at(ben_).id(), "Ben after");
  world_.advance(3000);
  EXPECT_THAT(shown(cleo_), ElementsAre("Ana: with Cleo", "Ben: Ben too"));
  EXPECT_THAT(shown(ben_),
              ElementsAre("Ana: before Cleo", "Ana: with Cleo", "Ben: Ben too", "Ana: after Cleo", "Ben: Ben after"));
  EXPECT_EQ(undecryptable(ben_) + undecryptable(cleo_), 0u);
}

TEST_F(GroupMessagesTest, WhoMayNotWriteIsToldSo_GROUP_3) {
  const std::string chat = create({kBen});
  client_api::Request permissions;
  permissions.mutable_set_group()->set_conversation(chat);
  permissions.mutable_set_group()->mutable_permissions()->set_send(false);
  ASSERT_FALSE(ana_.request(std::move(permissions)).has_failure());
  world_.advance(3000);
  client_api::Request request;
  request.mutable_send_message()->set_conversation(group_at(ben_).id());
  request.mutable_send_message()->set_text("may I?");
  EXPECT_EQ(ben_.request(request).failure().code(), Failure::kNotAllowed);
  ASSERT_FALSE(leave(ben_, group_at(ben_).id()).has_failure());
  EXPECT_EQ(ben_.request(std::move(request)).failure().code(), Failure::kNoSuchGroup);
  say(ana_, chat, "I may");
  world_.advance(1000);
  EXPECT_THAT(shown(ana_), ElementsAre("Ana: I may"));
}

TEST_F(GroupMessagesTest, AMessageWrittenBeforeAChangeWasHeardOfIsEncryptedForWhoIsInIt_GROUP_3) {
  const std::string chat = create({kBen, kCleo});
  say(ben_, group_at(ben_).id(), "all have my key");
  world_.advance(1000);
  ben_.set_network(false);
  const std::string id = say(ben_, group_at(ben_).id(), "not for Cleo");
  ASSERT_FALSE(remove(ana_, chat, kCleo).has_failure());
  world_.advance(1000);
  ben_.set_network(true);
  world_.advance(60'000);
  EXPECT_EQ(tick(ben_, id), client_api::Message::kDelivered);
  EXPECT_THAT(shown(ana_), ElementsAre("Ben: all have my key", "Ben: not for Cleo"));
  EXPECT_THAT(shown(cleo_), ElementsAre("Ben: all have my key"));
}

TEST_F(GroupMessagesTest, AnAccountsOtherDeviceShowsWhatWasWrittenAndWhatCame_COPY_1) {
  const std::string chat = create({kBen});
  Host& laptop = world_.add("laptop");
  link(world_, ana_, laptop, "Laptop");
  world_.advance(60'000);
  say(ana_, chat, "from the first");
  say(laptop, group_at(laptop).id(), "from the laptop");
  say(ben_, group_at(ben_).id(), "from Ben");
  world_.advance(3000);
  const Strings all = {"Ana: from the first", "Ana: from the laptop", "Ben: from Ben"};
  EXPECT_EQ(shown(ana_), all);
  EXPECT_EQ(shown(laptop), all);
  EXPECT_EQ(shown(ben_), all);
  read(ben_);
  world_.advance(3000);
  for (Host* host : {&ana_, &laptop}) {
    for (const client_api::Message& each : testing::history(*host, group_at(*host).id())) {
      if (!each.outgoing()) continue;
      EXPECT_EQ(each.tick(), client_api::Message::kRead) << host->name() << " " << each.text().text();
    }
  }
  read(laptop);
  world_.advance(3000);
  EXPECT_EQ(group_at(ana_).unread(), 0u) << "read on one is read on all";
}

TEST_F(GroupMessagesTest, WhatAnotherOwnDeviceCouldNotReadGetsItsTicksThereToo_COPY_1) {
  const std::string chat = create({kBen});
  Host& laptop = world_.add("laptop");
  link(world_, ana_, laptop, "Laptop");
  world_.advance(60'000);
  say(ana_, chat, "first");
  world_.advance(1000);
  ASSERT_TRUE(laptop.database().execute("DELETE FROM group_chains").has_value());
  const std::string id = say(ana_, chat, "second");
  world_.advance(60'000);
  EXPECT_THAT(shown(laptop), ElementsAre("Ana: first", "Ana: second"));
  read(ben_);
  world_.advance(60'000);
  EXPECT_EQ(tick(laptop, id), client_api::Message::kRead);
}

TEST_F(GroupMessagesTest, WhatAnOwnDeviceCouldNotReadAgainIsAskedForAgain_IDENTITY_5) {
  const std::string chat = create({kBen});
  Host& laptop = world_.add("laptop");
  link(world_, ana_, laptop, "Laptop");
  world_.advance(60'000);
  Strings all;
  for (const char* text : {"first", "second", "third"}) {
    ASSERT_TRUE(laptop.database().execute("DELETE FROM group_chains").has_value());
    say(ana_, chat, text);
    world_.advance(90'000);
    all.push_back(std::string("Ana: ") + text);
    EXPECT_EQ(shown(laptop), all);
  }
}

TEST_F(GroupMessagesTest, WhatCouldNotBeReadIsAskedForAndShownInItsPlace_IDENTITY_5) {
  const std::string chat = create({kBen, kCleo});
  say(ana_, chat, "first");
  world_.advance(1000);
  // Ben's copy of Ana's keys is gone.
  ASSERT_TRUE(ben_.database().execute("DELETE FROM group_chains").has_value());
  say(ana_, chat, "second");
  world_.advance(200);
  say(cleo_, group_at(cleo_).id(), "third");
  world_.advance(60'000);
  EXPECT_THAT(shown(ben_), ElementsAre("Ana: first", "Ana: second", "Cleo: third"));
  say(ana_, chat, "fourth");
  world_.advance(1000);
  EXPECT_THAT(shown(ben_), ElementsAre("Ana: first", "Ana: second", "Cleo: third", "Ana: fourth"));
  EXPECT_EQ(undecryptable(ben_), 1u) << "its key came with the answer";
}

TEST_F(GroupMessagesTest, WhoWasNoMemberGetsNothingBySayingThatItCouldNotReadIt_IDENTITY_5) {
  const std::string chat = create({kBen});
  const std::string id = say(ana_, chat, "for Ben");
  world_.advance(1000);
  ASSERT_FALSE(add(ana_, chat, {kCleo}).has_failure());
  world_.advance(3000);
  say(ana_, chat, "for both");
  world_.advance(1000);
  // Cleo's device believes to have missed it.
  ASSERT_TRUE(cleo_.database()
                  .execute(("INSERT INTO repairs (message_id, account, device) VALUES (x'" + id + "', x'" +
                            account_of(kAna).hex() + "', 1)")
                               .c_str())
                  .has_value());
  cleo_.close();
  cleo_.reopen();
  testing::connect(cleo_);
  world_.advance(600'000);
  EXPECT_THAT(shown(cleo_), ElementsAre("Ana: for both"));
}

// A member's changed program puts an answer into a session that nobody has asked it for: past the server, which would
// see that only admins write, and to one member only.
TEST_F(GroupMessagesTest, AnAnswerThatNobodyAskedForIsNoMessageOfTheGroup_GROUP_3) {
  const std::string chat = create({kBen, kCleo});
  say(ben_, group_at(ben_).id(), "of the group");
  world_.advance(1000);
  const std::string direct = testing::open_chat(ben_, kAna);
  ben_.set_network(false);
  say(ben_, direct, "an honest program's");
  content::Content forged;
  forged.set_sent_at_us(1);
  forged.set_resent_message_id(std::string(MessageId::kBytes, 7));
  forged.set_group_id(std::string(group_id().view()));
  forged.set_group_revision(1);
  forged.mutable_text()->set_text("forged");
  const std::string update = "UPDATE outbox SET content = x'" + to_hex(forged.SerializeAsString()) + "'";
  ASSERT_TRUE(ben_.database().execute(update.c_str()).has_value());
  ben_.set_network(true);
  world_.advance(60'000);
  EXPECT_EQ(testing::state(ben_).unsent_messages(), 0u);
  EXPECT_THAT(shown(ana_), ElementsAre("Ben: of the group"));
  EXPECT_EQ(undecryptable(ana_), 0u);
}

TEST_F(GroupMessagesTest, AKilledProgramGoesOnWithHandingOutAndSends_SEND_1) {
  const std::string chat = create({kBen, kCleo});
  size_t frames = 0;
  ana_.before_step = [this, &frames](const client_api::Action& action) {
    if (action.has_send_frame() && ++frames == 2) ana_.crash();
  };
  client_api::Request request;
  request.mutable_send_message()->set_conversation(chat);
  request.mutable_send_message()->set_text("hello");
  ana_.post(std::move(request));
  world_.run();
  ana_.before_step = {};
  ASSERT_FALSE(ana_.is_open());
  ana_.reopen();
  testing::connect(ana_);
  world_.advance(60'000);
  for (Host* host : {&ana_, &ben_, &cleo_}) EXPECT_THAT(shown(*host), ElementsAre("Ana: hello")) << host->name();
}

TEST_F(GroupMessagesTest, MentionsAreWithTheText_GROUP_3) {
  const std::string chat = create({kBen, kCleo});
  client_api::Request request;
  client_api::SendMessageRequest& what = *request.mutable_send_message();
  what.set_conversation(chat);
  what.set_text("ask @Ben about it");
  client_api::MentionOf& mention = *what.add_mentions();
  mention.set_account_id(account_of(kBen).hex());
  mention.set_start(4);
  mention.set_length(4);
  ASSERT_FALSE(ana_.request(request).has_failure());
  world_.advance(1000);
  for (Host* host : {&ana_, &ben_, &cleo_}) {
    const auto history = testing::history(*host, group_at(*host).id());
    ASSERT_EQ(history.back().text().mentions_size(), 1) << host->name();
    EXPECT_EQ(history.back().text().mentions(0).who().account_id(), account_of(kBen).hex());
    EXPECT_EQ(history.back().text().mentions(0).start(), 4u);
  }
  what.mutable_mentions(0)->set_start(5);
  what.set_message_id("");
  EXPECT_EQ(ana_.request(std::move(request)).failure().code(), Failure::kInvalidArgument);
}

TEST_F(GroupMessagesTest, WhomOneHasBlockedOneDoesNotSee_GROUP_3) {
  const std::string chat = create({kBen, kCleo});
  client_api::Request block;
  block.mutable_set_blocked()->set_handle(kBen);
  block.mutable_set_blocked()->set_blocked(true);
  ASSERT_FALSE(cleo_.request(std::move(block)).has_failure());
  world_.advance(1000);
  const std::string id = say(ben_, group_at(ben_).id(), "hello");
  world_.advance(1000);
  EXPECT_THAT(shown(ana_), ElementsAre("Ben: hello"));
  EXPECT_THAT(shown(cleo_), IsEmpty());
  EXPECT_EQ(tick(ben_, id), client_api::Message::kSent) << "as if she were away";
}

// ---- a server that lies

TEST_F(GroupMessagesTest, AMessageThatIsGivenOutUnderAnotherGroupRevisionOrIdIsAskedForAgain_GROUP_3) {
  const std::string chat = create({kBen});
  const std::string other = create(ana_, "Trains", {kBen}).create_group().id();
  world_.advance(3000);
  say(ana_, chat, "warm");
  say(ana_, other, "warm too");
  world_.advance(1000);
  GroupId trains;
  for (const auto& [id, group] : server().groups) {
    if (id != GroupId::from_hex(first_group_of(chat))) trains = id;
  }
  const std::vector<std::function<void(wire::IncomingMessage&)>> lies = {
      [trains](wire::IncomingMessage& message) { message.set_group_id(trains.bytes()); },
      [](wire::IncomingMessage& message) { message.set_message_id(Bytes(16, 'x')); },
      [](wire::IncomingMessage& message) { message.set_receipt_number(message.receipt_number() + 7); },
      [](wire::IncomingMessage& message) { message.clear_group_id(); },
  };
  int number = 0;
  for (const auto& lie : lies) {
    server().change_next_message(lie);
    const std::string text = "text " + std::to_string(++number);
    say(ana_, chat, text);
    world_.advance(120'000);
    server().change = {};
    int times = 0;
    for (const client_api::Conversation& group : groups(ben_)) {
      for (const client_api::Message& each : testing::history(ben_, group.id())) {
        if (each.text().text() != text) continue;
        ++times;
        EXPECT_EQ(group.title(), "Boats") << text;
      }
    }
    EXPECT_LE(times, 1) << text;
  }
  say(ana_, chat, "still works");
  world_.advance(120'000);
  bool came = false;
  for (const client_api::Conversation& group : groups(ben_)) {
    for (const client_api::Message& each : testing::history(ben_, group.id()))
      came |= each.text().text() == "still works";
  }
  EXPECT_TRUE(came);
}

TEST_F(GroupMessagesTest, AMessageOfSomebodyWhoWasNoMemberAtItsRevisionIsNotTaken_GROUP_3) {
  const std::string chat = create({kBen, kCleo});
  say(cleo_, group_at(cleo_).id(), "I am in it");
  world_.advance(1000);
  ASSERT_FALSE(remove(ana_, chat, kCleo).has_failure());
  world_.advance(3000);
  // What Cleo had sent comes once more, as of the revision at which she is no member.
  wire::Entry planted;
  for (const wire::Send& send : server().sends) {
    if (!send.has_group()) continue;
    wire::IncomingMessage& message = *planted.mutable_message();
    message.set_message_id(Bytes(16, 'y'));
    message.set_from_account(account_of(kCleo).bytes());
    message.set_from_device(1);
    message.set_payload(send.group().payload() + "z");
    message.set_receipt_number(9);
    message.set_group_id(send.group().group_id());
    message.set_group_revision(send.group().revision() + 1);
    message.set_server_time_us(world_.clock.now().value);
  }
  ASSERT_TRUE(planted.has_message());
  server().plant(kBen, planted);
  world_.advance(120'000);
  EXPECT_THAT(shown(ben_), ElementsAre("Cleo: I am in it")) << "nothing, and nothing that could not be read";
}

TEST_F(GroupMessagesTest, AServerCanNotMakeADeviceSendToWhomTheGroupDoesNotHave_GROUP_3) {
  const std::string chat = create({kBen});
  wire::GroupState& state = *group().state;
  wire::GroupState::Member& added = *state.add_members();
  added.set_account_id(account_of(kCleo).bytes());
  added.set_role(wire::kGroupMember);
  added.set_joined_revision(1);
  std::sort(state.mutable_members()->pointer_begin(), state.mutable_members()->pointer_end(),
            [](const auto* a, const auto* b) { return a->account_id() < b->account_id(); });
  const std::string id = say(ana_, chat, "secret");
  world_.advance(120'000);
  for (const wire::Send& send : server().sends) EXPECT_NE(send.account().account_id(), account_of(kCleo).view());
  EXPECT_EQ(tick(ana_, id), client_api::Message::kPending) << "its digest is that of the members";
}

}  // namespace
}  // namespace kith::core
