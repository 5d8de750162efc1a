// SPDX-License-Identifier: AGPL-3.0-or-later

// A message's id and receipt number are inside its encryption (TICK-1): what a server that gives it out under others
// achieves.
#include <deque>
#include <functional>

#include "core/testing/lying_server.h"
#include "core/testing/two_people.h"

namespace kith::core::testing {
namespace {

using client_api::Message;
using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

class BindingTest : public TwoPeopleOn<LyingServer> {
 protected:
  std::deque<wire::Entry>& bens_inbox() { return server().device_of(kBen)->inbox; }
  // Nothing can be asked for again: a request leaves in a fresh session.
  void hinder_repairs(bool hinder) { server().bundles_away = hinder; }
  // What Ana writes while Ben is away, and what the server then makes of it.
  std::vector<std::string> say_to_inbox(const std::vector<std::string>& texts) {
    ben_.set_network(false);
    std::vector<std::string> ids;
    for (const std::string& text : texts) ids.push_back(say(ana_, chat_, text));
    world_.advance(1000);
    EXPECT_EQ(bens_inbox().size(), texts.size());
    return ids;
  }
  void let_ben_have_it() {
    ben_.set_network(true);
    world_.advance(30'000);
  }
  void ben_reads() {
    mark_read(ben_, bens_chat());
    world_.advance(2000);
  }
  std::vector<Message::BodyCase> bodies() {
    std::vector<Message::BodyCase> bodies;
    for (const Message& each : history(ben_, bens_chat())) bodies.push_back(each.body_case());
    return bodies;
  }
  static void take_names(wire::IncomingMessage& message, const wire::IncomingMessage& other) {
    message.set_message_id(other.message_id());
    message.set_receipt_number(other.receipt_number());
  }
};

TEST_F(BindingTest, TwoMessagesUnderEachOthersIdsAndNumbersMoveNoTickAndAreShownOnce_TICK_1) {
  warm_up();
  hinder_repairs(true);
  const auto ids = say_to_inbox({"one", "two"});
  wire::IncomingMessage& first = *bens_inbox()[0].mutable_message();
  wire::IncomingMessage& second = *bens_inbox()[1].mutable_message();
  const wire::IncomingMessage kept = first;
  take_names(first, second);
  take_names(second, kept);
  let_ben_have_it();
  EXPECT_THAT(bodies(), ElementsAre(Message::kText, Message::kText, Message::kUndecryptable, Message::kUndecryptable));
  ben_reads();
  for (const std::string& id : ids) EXPECT_EQ(message(ana_, id).tick(), Message::kSent);
  hinder_repairs(false);
  world_.advance(300'000);
  EXPECT_THAT(texts(ben_, bens_chat()), UnorderedElementsAre("ping", "pong", "one", "two"));
  EXPECT_EQ(message(ben_, ids[0]).text().text(), "one");
  EXPECT_EQ(message(ben_, ids[1]).text().text(), "two");
  for (const std::string& id : ids) EXPECT_EQ(message(ana_, id).tick(), Message::kDelivered);
  ben_reads();
  for (const std::string& id : ids) EXPECT_EQ(message(ana_, id).tick(), Message::kRead);
}

TEST_F(BindingTest, ReadingOneMessageTurnsNoOtherBlue_TICK_1) {
  warm_up();
  const auto ids = say_to_inbox({"withheld", "given out as the other"});
  take_names(*bens_inbox()[1].mutable_message(), bens_inbox()[0].message());
  bens_inbox()[0].clear_message();
  let_ben_have_it();
  ben_reads();
  EXPECT_THAT(texts(ben_, bens_chat()), ElementsAre("ping", "pong", "given out as the other"));
  EXPECT_EQ(message(ben_, ids[1]).text().text(), "given out as the other") << "it is there under its own id";
  EXPECT_EQ(message(ana_, ids[0]).tick(), Message::kSent);
  EXPECT_EQ(message(ana_, ids[1]).tick(), Message::kRead);
}

TEST_F(BindingTest, ReadingAMessageUnderTheNumberOfAnotherTurnsNeitherBlue_TICK_1) {
  warm_up();
  hinder_repairs(true);
  const auto ids = say_to_inbox({"withheld", "under its number"});
  bens_inbox()[1].mutable_message()->set_receipt_number(bens_inbox()[0].message().receipt_number());
  bens_inbox()[0].clear_message();
  let_ben_have_it();
  ben_reads();
  for (const std::string& id : ids) EXPECT_EQ(message(ana_, id).tick(), Message::kSent);
  hinder_repairs(false);
  world_.advance(300'000);
  ben_reads();
  EXPECT_EQ(message(ana_, ids[0]).tick(), Message::kSent);
  EXPECT_EQ(message(ana_, ids[1]).tick(), Message::kRead);
}

TEST_F(BindingTest, AMessageThatCameUnderAnotherIdIsNotTakenUnderItsOwnButSentAgain_TICK_1) {
  warm_up();
  hinder_repairs(true);
  const auto ids = say_to_inbox({"hello"});
  const wire::Entry own = bens_inbox()[0];
  bens_inbox()[0].mutable_message()->set_message_id(Bytes(16, 'z'));
  let_ben_have_it();
  for (int i = 0; i < 2; ++i) {
    server().plant(kBen, own);
    world_.advance(2000);
    EXPECT_EQ(message(ben_, ids[0]).body_case(), Message::kUndecryptable);
    EXPECT_EQ(message(ana_, ids[0]).tick(), Message::kSent) << "nobody has its text";
  }
  hinder_repairs(false);
  world_.advance(300'000);
  EXPECT_THAT(texts(ben_, bens_chat()), ElementsAre("ping", "pong", "hello"));
  EXPECT_EQ(message(ana_, ids[0]).tick(), Message::kDelivered);
}

TEST_F(BindingTest, AMessageGivenOutWithoutItsNumberIsWithheldAllTheSame_TICK_1) {
  warm_up();
  hinder_repairs(true);
  server().change = [](wire::ServerFrame& frame) {
    if (frame.has_deliver() && frame.deliver().entries(0).has_message())
      frame.mutable_deliver()->mutable_entries(0)->mutable_message()->set_receipt_number(0);
    return true;
  };
  const std::string id = say(ana_, chat_, "hello");
  world_.advance(2000);
  EXPECT_EQ(message(ben_, id).body_case(), Message::kUndecryptable);
  EXPECT_EQ(message(ana_, id).tick(), Message::kSent) << "else it would not be sent again";
  server().change = {};
  hinder_repairs(false);
  world_.advance(300'000);
  EXPECT_THAT(texts(ben_, bens_chat()), ElementsAre("ping", "pong", "hello"));
  EXPECT_EQ(message(ana_, id).tick(), Message::kDelivered);
}

TEST_F(BindingTest, AShownMessageThatComesAgainUnderOtherNamesChangesNothing_TICK_1) {
  warm_up();
  const auto ids = say_to_inbox({"shown", "another"});
  wire::Entry again = bens_inbox()[0];
  take_names(*again.mutable_message(), bens_inbox()[1].message());
  bens_inbox()[1].clear_message();
  let_ben_have_it();
  for (const uint64_t number : {again.message().receipt_number(), uint64_t{0}, UINT64_MAX}) {
    again.mutable_message()->set_receipt_number(number);
    server().plant(kBen, again);
    world_.advance(2000);
  }
  ben_reads();
  EXPECT_THAT(texts(ben_, bens_chat()), ElementsAre("ping", "pong", "shown"));
  EXPECT_EQ(state(ben_).undecryptable(), 0u);
  EXPECT_EQ(message(ana_, ids[0]).tick(), Message::kRead);
  EXPECT_EQ(message(ana_, ids[1]).tick(), Message::kSent);
}

TEST_F(BindingTest, AReadReceiptUnderAnotherIdCountsForNothingAndIsSaidAgain_TICK_1) {
  warm_up();
  const std::string id = say(ana_, chat_, "read me");
  world_.advance(1000);
  ana_.set_network(false);
  ben_reads();
  std::deque<wire::Entry>& inbox = server().device_of(kAna)->inbox;
  ASSERT_EQ(inbox.size(), 1u);
  inbox[0].mutable_message()->set_message_id(Bytes(16, 'z'));
  hinder_repairs(true);
  ana_.set_network(true);
  world_.advance(2000);
  EXPECT_EQ(message(ana_, id).tick(), Message::kDelivered);
  hinder_repairs(false);
  world_.advance(300'000);
  EXPECT_EQ(message(ana_, id).tick(), Message::kRead);
  EXPECT_THAT(texts(ana_, chat_), ElementsAre("ping", "pong", "read me")) << "and nothing of it is left";
}

struct Change {
  const char* name;
  std::function<void(wire::IncomingMessage&)> change;
};
class ChangedNamesTest : public BindingTest, public ::testing::WithParamInterface<Change> {};

TEST_P(ChangedNamesTest, AMessageIsRefusedUntilItsSenderHasSentItAgainAndIsShownOnceUnderItsOwnId_TICK_1) {
  warm_up();
  hinder_repairs(true);
  const auto ids = say_to_inbox({"hello"});
  GetParam().change(*bens_inbox()[0].mutable_message());
  let_ben_have_it();
  ben_reads();
  EXPECT_THAT(bodies(), ElementsAre(Message::kText, Message::kText, Message::kUndecryptable));
  EXPECT_EQ(message(ana_, ids[0]).tick(), Message::kSent);
  EXPECT_EQ(state(ben_).undecryptable(), 1u);
  hinder_repairs(false);
  world_.advance(300'000);
  EXPECT_THAT(texts(ben_, bens_chat()), ElementsAre("ping", "pong", "hello"));
  EXPECT_EQ(history(ben_, bens_chat()).back().id(), ids[0]);
  ben_reads();
  EXPECT_EQ(message(ana_, ids[0]).tick(), Message::kRead);
}

INSTANTIATE_TEST_SUITE_P(
    Changes, ChangedNamesTest,
    ::testing::Values(Change{"AnotherId", [](auto& message) { message.set_message_id(Bytes(16, 'z')); }},
                      Change{"AnotherNumber", [](auto& message) { message.set_receipt_number(77); }},
                      Change{"TheNumberBefore",
                             [](auto& message) { message.set_receipt_number(message.receipt_number() - 1); }},
                      Change{"NoNumber", [](auto& message) { message.set_receipt_number(0); }},
                      Change{"TheLargestNumber", [](auto& message) { message.set_receipt_number(UINT64_MAX); }}),
    [](const auto& change) { return change.param.name; });

}  // namespace
}  // namespace kith::core::testing
