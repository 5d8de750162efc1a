// SPDX-License-Identifier: AGPL-3.0-or-later

// What is pinned to what (docs/protocol.md, IDENTITY-1 and on), against a server that tries every move, and against
// whoever takes a number over. One's own list has own_list_test.cc.
#include "base/limits.h"
#include "content/content.pb.h"
#include "core/connection.h"
#include "core/testing/lying_server.h"
#include "core/testing/two_people.h"
#include "crypto/account_key.h"

namespace kith::core::testing {
namespace {

using client_api::Message;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class IdentityTest : public TwoPeopleOn<LyingServer> {
 protected:
  // This device asks Ana to send these messages again, as if it could not read them.
  void ask_again(Host& host, const std::vector<std::string>& ids) {
    for (const std::string& id : ids) {
      execute(host, ("INSERT INTO repairs (message_id, account, device, tries) VALUES (x'" + id + "', x'" +
                     state(ana_).account_id() + "', 1, 0)")
                        .c_str());
    }
    host.set_network(false);
    host.set_network(true);
    world_.advance(10'000);
  }
  // How many messages Ana has sent since.
  size_t sends_of_ana(const std::function<void()>& deed) {
    const uint64_t before = count_sends(ben_account());
    deed();
    return count_sends(ben_account()) - before;
  }
  AccountId ben_account() { return world_.server->account_of(kBen)->id; }
  size_t count_sends(const AccountId& to) {
    size_t count = 0;
    for (const wire::Send& send : world_.server->sends) count += send.account().account_id() == to.bytes() ? 1 : 0;
    return count;
  }
  std::vector<std::string> say_five() {
    std::vector<std::string> ids;
    for (const char* const text : {"one", "two", "three", "four", "five"}) ids.push_back(say(ana_, chat_, text));
    world_.advance(2000);
    return ids;
  }
  // As if the receipts had not come.
  void forget_receipts() { execute(ana_, "DELETE FROM receipts"); }
};

// ---- what was sent is sent again to nobody new

TEST_F(IdentityTest, WhoeverTakesTheNumberOverGetsNothingFromBefore_IDENTITY_5) {
  warm_up();
  const std::vector<std::string> ids = say_five();
  forget_receipts();
  Host& eve = world_.add("eve");
  sign_up(eve, kBen, "Ben");
  world_.advance(5000);
  open_chat(eve, kAna);
  EXPECT_EQ(sends_of_ana([&] { ask_again(eve, ids); }), 0u);
  EXPECT_THAT(texts(eve, open_chat(eve, kAna)), IsEmpty());
}

TEST_F(IdentityTest, WhatADeviceWasSentItMayAskForAgain_IDENTITY_5) {
  warm_up();
  const std::vector<std::string> ids = say_five();
  forget_receipts();
  EXPECT_EQ(sends_of_ana([&] { ask_again(ben_, ids); }), 5u);
  EXPECT_THAT(texts(ben_, bens_chat()), ElementsAre("ping", "pong", "one", "two", "three", "four", "five"));
}

TEST_F(IdentityTest, WhatADeviceHasConfirmedItIsNotSentAgain_IDENTITY_5) {
  warm_up();
  const std::vector<std::string> ids = say_five();
  EXPECT_EQ(sends_of_ana([&] { ask_again(ben_, ids); }), 0u);
  EXPECT_FALSE(state(ana_).changes_unsent());
}

TEST_F(IdentityTest, GarbageUnderTheIdOfAnOldMessageThatWasReadDoesNotMoveIt_ORDER_1) {
  warm_up();
  wire::Entry kept;
  server().change_messages([&kept](const wire::IncomingMessage& message) { *kept.mutable_message() = message; });
  say(ana_, chat_, "Shall we?");
  say(ben_, bens_chat(), "Yes, of course.");
  world_.advance(2000);
  say(ana_, chat_, "Will you lend me the car?");
  world_.advance(2000);
  const auto before = texts(ben_, bens_chat());
  const wire::Entry last = kept;
  mark_read(ben_, bens_chat());
  for (const bool garbage : {false, true}) {
    wire::Entry again = last;
    again.mutable_message()->set_server_time_us(world_.clock.unix_us);
    if (garbage) again.mutable_message()->set_payload("garbage");
    say(ben_, bens_chat(), "later");
    server().plant(kBen, again);
    world_.advance(2000);
  }
  auto now = texts(ben_, bens_chat());
  now.resize(before.size());
  EXPECT_EQ(now, before);
  EXPECT_EQ(state(ben_).undecryptable(), 0u);
}

TEST_F(IdentityTest, AfterThirtyDaysNothingIsSentAgain_IDENTITY_5) {
  warm_up();
  const std::vector<std::string> ids = say_five();
  forget_receipts();
  world_.clock.unix_us += uint64_t{31} * 24 * 3600 * 1'000'000;
  EXPECT_EQ(sends_of_ana([&] { ask_again(ben_, ids); }), 0u);
}

TEST_F(IdentityTest, AskingForMessagesThatDoNotExistCostsNothing_IDENTITY_5) {
  warm_up();
  const std::string bens = say(ben_, bens_chat(), "not Ana's to send again");
  std::vector<std::string> ids = {bens};
  for (int i = 10; i < 60; ++i) ids.push_back("000000000000000000000000000000" + std::to_string(i));
  EXPECT_EQ(sends_of_ana([&] { ask_again(ben_, ids); }), 0u);
  EXPECT_FALSE(state(ana_).changes_unsent());
}

TEST_F(IdentityTest, AMessageToSomebodyElseIsNotSentAgain_IDENTITY_5) {
  warm_up();
  Host& carl = world_.add("carl");
  sign_up(carl, "+491700000003", "Carl");
  const std::string id = say(ana_, open_chat(ana_, "+491700000003"), "for Carl");
  world_.advance(2000);
  EXPECT_EQ(sends_of_ana([&] { ask_again(ben_, {id}); }), 0u);
}

TEST_F(IdentityTest, AnAnswerThatHasNotLeftIsNotForTheKeyThatCame_IDENTITY_5) {
  warm_up();
  const std::vector<std::string> ids = say_five();
  // Ben's request is on its way while another device registers his number; Ana hears of neither before the other.
  wire::Entry request;
  server().change = [&, done = false](wire::ServerFrame& frame) mutable {
    if (done || !frame.has_deliver() || !frame.deliver().entries(0).has_message()) return true;
    done = true;
    request = frame.deliver().entries(0);
    frame.mutable_deliver()->mutable_entries(0)->clear_message();
    return true;
  };
  ask_again(ben_, ids);
  ASSERT_TRUE(request.has_message());
  server().change = [](wire::ServerFrame& frame) {
    if (!frame.has_deliver()) return true;
    for (wire::Entry& entry : *frame.mutable_deliver()->mutable_entries()) entry.clear_account_changed();
    return true;
  };
  Host& eve = world_.add("eve");
  sign_up(eve, kBen, "Ben");
  world_.advance(2000);
  server().change = {};
  server().plant(kAna, request);
  world_.advance(600'000);
  EXPECT_THAT(texts(eve, open_chat(eve, kAna)), IsEmpty());
  EXPECT_FALSE(state(ana_).changes_unsent()) << "nothing waits either";
}

// ---- what is not sent yet, when the other side's key changes

TEST_F(IdentityTest, WhatWaitsForAVerifiedContactWaitsUntilThePersonAgrees_IDENTITY_6) {
  warm_up();
  verify(ana_, chat_);
  ana_.set_network(false);
  const std::string id = say(ana_, chat_, "for Ben only");
  Host& eve = world_.add("eve");
  sign_up(eve, kBen, "Ben");
  ana_.set_network(true);
  world_.advance(600'000);
  EXPECT_EQ(message(ana_, id).tick(), Message::kPending);
  EXPECT_EQ(conversation(ana_, chat_).direct().held_messages(), 1u);
  EXPECT_TRUE(conversation(ana_, chat_).direct().identity_pending());
  EXPECT_EQ(state(ana_).unsent_messages(), 0u) << "nothing that would leave by itself";
  client_api::Request more;
  more.mutable_send_message()->set_conversation(chat_);
  more.mutable_send_message()->set_text("and this");
  EXPECT_EQ(ana_.request(more).failure().code(), client_api::Failure::kIdentityChanged);
  ana_.crash();
  ana_.reopen();
  connect(ana_);
  world_.advance(10'000);
  EXPECT_THAT(texts(eve, open_chat(eve, kAna)), IsEmpty());

  EXPECT_EQ(accept_identity(ana_, chat_), chat_);
  world_.advance(5000);
  EXPECT_THAT(texts(eve, open_chat(eve, kAna)), ElementsAre("for Ben only"));
  EXPECT_EQ(conversation(ana_, chat_).direct().held_messages(), 0u);
  EXPECT_FALSE(conversation(ana_, chat_).direct().identity_pending());
}

TEST_F(IdentityTest, ComparingTheSafetyNumberAgreesToTheIdentity_IDENTITY_6) {
  warm_up();
  verify(ana_, chat_);
  Host& new_ben = world_.add("new ben");
  sign_up(new_ben, kBen, "Ben");
  world_.advance(2000);
  EXPECT_TRUE(conversation(ana_, chat_).direct().identity_pending());
  verify(ana_, chat_);
  EXPECT_FALSE(conversation(ana_, chat_).direct().identity_pending());
  say(ana_, chat_, "compared");
  world_.advance(2000);
  EXPECT_THAT(texts(new_ben, open_chat(new_ben, kAna)), ElementsAre("compared"));
}

TEST_F(IdentityTest, WhatIsWrittenBelowTheNoticeToAnUnverifiedContactLeavesAndWhatWasBeforeWaits_IDENTITY_6) {
  warm_up();
  ana_.set_network(false);
  say(ana_, chat_, "before");
  Host& new_ben = world_.add("new ben");
  sign_up(new_ben, kBen, "Ben");
  ana_.set_network(true);
  world_.advance(10'000);
  EXPECT_EQ(conversation(ana_, chat_).direct().held_messages(), 1u);
  EXPECT_FALSE(conversation(ana_, chat_).direct().identity_pending());
  say(ana_, chat_, "below");
  world_.advance(2000);
  EXPECT_THAT(texts(new_ben, open_chat(new_ben, kAna)), ElementsAre("below"));
  accept_identity(ana_, chat_);
  world_.advance(2000);
  EXPECT_THAT(texts(new_ben, open_chat(new_ben, kAna)), ::testing::UnorderedElementsAre("before", "below"));
}

// ---- a number and its account

class NumberTest : public IdentityTest {
 protected:
  static constexpr const char* kEve = "+491700000009";
  NumberTest() : eve_(world_.add("eve")) {
    sign_up(eve_, kEve, "Ben");
    warm_up();
    eve_account_ = world_.server->account_of(kEve)->id;
  }
  std::string send_by_number(const std::string& text) {
    client_api::Request request;
    request.mutable_send_message()->set_handle(kBen);
    request.mutable_send_message()->set_text(text);
    const client_api::Response response = ana_.request(std::move(request));
    EXPECT_FALSE(response.has_failure()) << response.failure().detail();
    world_.advance(2000);
    return response.send_message().message().conversation();
  }
  // Ana's address book is looked up again.
  void look_up_again(const std::string& handle = kBen) {
    set_contact(ana_, handle, "Ben");
    world_.clock.unix_us += uint64_t{2} * 24 * 3600 * 1'000'000;
    ana_.set_network(false);
    ana_.set_network(true);
    world_.advance(5000);
  }
  int notices(const std::string& chat) {
    int count = 0;
    for (const Message& each : history(ana_, chat)) count += each.body_case() == Message::kHandleMoved ? 1 : 0;
    return count;
  }
  // Ana's conversation with Eve's account; "": there is none.
  std::string eves_chat() {
    client_api::Request list;
    list.mutable_list_conversations();
    const client_api::Response response = ana_.request(std::move(list));
    for (const client_api::Conversation& each : response.list_conversations().conversations()) {
      if (each.direct().partner().account_id() == eve_account_.hex()) return each.id();
    }
    return "";
  }
  Host& eve_;
  AccountId eve_account_;
};

TEST_F(NumberTest, ANumberKeepsTheAccountThatItWasFirstKnownToBe_IDENTITY_1) {
  verify(ana_, chat_);
  server().handles[kBen] = eve_account_;
  look_up_again();
  EXPECT_EQ(send_by_number("to Ben"), chat_);
  EXPECT_EQ(texts(ben_, bens_chat()).back(), "to Ben");
  EXPECT_THAT(texts(eve_, open_chat(eve_, kAna)), IsEmpty());
  EXPECT_EQ(notices(chat_), 1);
  EXPECT_EQ(notices(eves_chat()), 1) << "in both conversations";
  client_api::Request write;
  write.mutable_send_message()->set_conversation(eves_chat());
  write.mutable_send_message()->set_text("hello?");
  EXPECT_EQ(ana_.request(write).failure().code(), client_api::Failure::kIdentityChanged);
  look_up_again();
  EXPECT_EQ(notices(chat_), 1) << "the same again is nothing new";
}

TEST_F(NumberTest, AHandleOfAnyKindKeepsTheAccountThatItWasFirstKnownToBe_IDENTITY_1) {
  int moved = 0;
  for (const char* const text : {"@ben", "ben@example.org"}) {
    world_.server->account_of(kBen)->handles.push_back(text);
    EXPECT_EQ(open_chat(ana_, text), chat_) << "a further handle leads to the account that has it";
    server().handles[text] = eve_account_;
    look_up_again(text);
    EXPECT_EQ(open_chat(ana_, text), chat_);
    EXPECT_EQ(notices(chat_), ++moved);
  }
  const client_api::Person ben = conversation(ana_, chat_).direct().partner();
  ASSERT_EQ(ben.handles_size(), 3);
  EXPECT_EQ(ben.handles(0).text(), kBen) << "the one that was known first goes on being shown";
  EXPECT_EQ(ben.handles(1).text(), "@ben");
  EXPECT_EQ(ben.handles(1).kind(), client_api::Handle::kUsername);
  EXPECT_EQ(accept_identity(ana_, chat_), eves_chat());
  EXPECT_EQ(open_chat(ana_, "@ben"), eves_chat()) << "one agrees to the person, not to each handle";
  EXPECT_EQ(open_chat(ana_, "ben@example.org"), eves_chat());
  EXPECT_EQ(open_chat(ana_, kBen), chat_);
}

TEST_F(NumberTest, AnAccountIsNotBelievedToHaveMoreHandlesThanThereCanBe_HANDLE_1) {
  std::vector<std::string>& handles = world_.server->account_of(kBen)->handles;
  for (size_t i = 1; i <= kHandlesMax; ++i) {
    handles.push_back("@ben" + std::to_string(i));
    client_api::Request open;
    open.mutable_open_conversation()->set_handle(handles.back());
    EXPECT_EQ(ana_.request(open).has_failure(), i == kHandlesMax) << i;
  }
}

TEST_F(NumberTest, WhoeverHasNoHandleIsShownByNameAndWrittenToAsAnybody_HANDLE_2) {
  world_.server->account_of(kEve)->handles.clear();
  say(eve_, open_chat(eve_, kAna), "hello");
  world_.advance(5000);
  const client_api::Person eve = conversation(ana_, eves_chat()).direct().partner();
  EXPECT_TRUE(eve.handles().empty());
  EXPECT_EQ(eve.name(), "Ben") << "as she calls herself";
  say(ana_, eves_chat(), "who are you?");
  world_.advance(2000);
  EXPECT_EQ(texts(eve_, open_chat(eve_, kAna)).back(), "who are you?");
}

TEST_F(NumberTest, AProfileThatClaimsAKnownNumberDoesNotGetIt_IDENTITY_1) {
  server().handles[kBen] = eve_account_;
  say(eve_, open_chat(eve_, kAna), "Ben here, from my new phone");
  world_.advance(5000);
  EXPECT_EQ(send_by_number("to Ben"), chat_);
  EXPECT_EQ(texts(ben_, bens_chat()).back(), "to Ben");
  EXPECT_TRUE(conversation(ana_, eves_chat()).direct().identity_pending());
  EXPECT_EQ(conversation(ana_, chat_).direct().partner().handles(0).text(), kBen);
  EXPECT_TRUE(conversation(ana_, eves_chat()).direct().partner().handles().empty());
}

TEST_F(NumberTest, ANumberGoesToItsNewAccountWhenThePersonAgrees_IDENTITY_1) {
  server().handles[kBen] = eve_account_;
  look_up_again();
  const std::string agreed = accept_identity(ana_, chat_);
  EXPECT_NE(agreed, chat_);
  EXPECT_EQ(agreed, eves_chat());
  EXPECT_EQ(send_by_number("to the new one"), agreed);
  EXPECT_THAT(texts(eve_, open_chat(eve_, kAna)), ElementsAre("to the new one"));
  EXPECT_THAT(texts(ben_, bens_chat()), ElementsAre("ping", "pong"));
}

TEST_F(NumberTest, AnAnswerThatNamesTheKnownAccountAgainEndsTheClaim_IDENTITY_1) {
  server().handles[kBen] = eve_account_;
  look_up_again();
  server().handles.clear();
  look_up_again();
  EXPECT_EQ(accept_identity(ana_, chat_), chat_) << "there is nothing to move";
  EXPECT_EQ(send_by_number("to Ben"), chat_);
}

TEST_F(NumberTest, ANumberThatNobodyIsSaidToHaveStaysWhereItWas_IDENTITY_1) {
  server().handles[kBen] = AccountId{};
  look_up_again();
  EXPECT_EQ(send_by_number("to Ben"), chat_);
  EXPECT_EQ(texts(ben_, bens_chat()).back(), "to Ben");
  EXPECT_EQ(conversation(ana_, chat_).direct().partner().handles(0).text(), kBen);
  EXPECT_EQ(notices(chat_), 0);
}

// ---- lists that do not verify

TEST_F(IdentityTest, AListThatDoesNotVerifySaysNothingOfItsDevicesAndNothingFromThereIsLost_IDENTITY_3) {
  server().change_list = [](const LoopbackServer::Account& account, wire::SignedDeviceList& signed_list) {
    if (account.handle() == kBen) signed_list.set_signature(Bytes(64, 'x'));
  };
  say(ben_, bens_chat(), "hello");
  world_.advance(10'000);
  server().change_list = {};
  world_.advance(600'000);
  EXPECT_THAT(texts(ana_, chat_), ElementsAre("hello"));
}

}  // namespace
}  // namespace kith::core::testing
