// SPDX-License-Identifier: AGPL-3.0-or-later

// What is pinned to what (docs/protocol.md, IDENTITY-1 and on), against a server that tries every move, and against
// whoever takes a number over.
#include "content/content.pb.h"
#include "core/testing/lying_server.h"
#include "core/testing/two_people.h"

namespace kith::core::testing {
namespace {

using client_api::Message;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class IdentityTest : public TwoPeople {
 protected:
  IdentityTest() : TwoPeople(LyingServer::make) {}
  LyingServer& liar() { return static_cast<LyingServer&>(*world_.server); }
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
    for (const wire::Send& send : world_.server->sends) count += send.to_account() == to.bytes() ? 1 : 0;
    return count;
  }
  std::vector<std::string> say_five() {
    std::vector<std::string> ids;
    for (const char* const text : {"one", "two", "three", "four", "five"}) ids.push_back(say(ana_, chat_, text));
    world_.advance(2000);
    return ids;
  }
};

// ---- what was sent is sent again to nobody new

TEST_F(IdentityTest, WhoeverTakesTheNumberOverGetsNothingFromBefore_IDENTITY_5) {
  warm_up();
  const std::vector<std::string> ids = say_five();
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
  EXPECT_EQ(sends_of_ana([&] { ask_again(ben_, ids); }), 5u);
  EXPECT_THAT(texts(ben_, bens_chat()), ElementsAre("ping", "pong", "one", "two", "three", "four", "five"));
}

TEST_F(IdentityTest, AfterThirtyDaysNothingIsSentAgain_IDENTITY_5) {
  warm_up();
  const std::vector<std::string> ids = say_five();
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
  liar().change = [&, done = false](wire::ServerFrame& frame) mutable {
    if (done || !frame.has_deliver() || !frame.deliver().entries(0).has_message()) return true;
    done = true;
    request = frame.deliver().entries(0);
    frame.mutable_deliver()->mutable_entries(0)->clear_message();
    return true;
  };
  ask_again(ben_, ids);
  ASSERT_TRUE(request.has_message());
  liar().change = [](wire::ServerFrame& frame) {
    if (!frame.has_deliver()) return true;
    for (wire::Entry& entry : *frame.mutable_deliver()->mutable_entries()) entry.clear_account_changed();
    return true;
  };
  Host& eve = world_.add("eve");
  sign_up(eve, kBen, "Ben");
  world_.advance(2000);
  liar().change = {};
  liar().plant(kAna, request);
  world_.advance(600'000);
  EXPECT_THAT(texts(eve, open_chat(eve, kAna)), IsEmpty());
  EXPECT_FALSE(state(ana_).changes_unsent()) << "nothing waits either";
}

}  // namespace
}  // namespace kith::core::testing
