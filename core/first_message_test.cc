// SPDX-License-Identifier: AGPL-3.0-or-later

// The first message to a number that the server could not be asked about yet.
#include "core/testing/two_people.h"

namespace kith::core::testing {
namespace {

using client_api::Message;
using ::testing::ElementsAre;

class FirstMessageTest : public TwoPeople {
 protected:
  static constexpr const char* kCy = "+491700000003";

  static client_api::Response write_to(Host& host, const std::string& phone, const std::string& text) {
    client_api::Request request;
    request.mutable_send_message()->set_handle(phone);
    request.mutable_send_message()->set_text(text);
    return host.request(std::move(request));
  }
  // Written while there is no way to the server.
  std::string write_offline(const std::string& text) {
    ana_.set_network(false);
    const client_api::Response response = write_to(ana_, kCy, text);
    EXPECT_FALSE(response.has_failure()) << response.failure().detail();
    return response.send_message().message().id();
  }
};

TEST_F(FirstMessageTest, WrittenOfflineItIsKeptAndSentWhenTheServerIsThere) {
  Host& cy = world_.add("cy");
  sign_up(cy, kCy, "Cy");
  const std::string first = write_offline("one");
  const std::string second = write_offline("two");
  EXPECT_EQ(message(ana_, first).tick(), Message::kPending);
  EXPECT_EQ(message(ana_, first).conversation(), message(ana_, second).conversation());
  EXPECT_EQ(conversation(ana_, message(ana_, first).conversation()).title(), kCy);
  EXPECT_EQ(state(ana_).unsent_messages(), 2u);
  ana_.events.clear();
  ana_.set_network(true);
  world_.advance(70'000);
  EXPECT_EQ(message(ana_, second).tick(), Message::kDelivered);
  EXPECT_THAT(texts(cy, open_chat(cy, kAna)), ElementsAre("one", "two"));
  EXPECT_THAT(texts(ana_, open_chat(ana_, kCy)), ElementsAre("one", "two"));
  EXPECT_EQ(message(ana_, second).conversation(), open_chat(ana_, kCy)) << "it is the conversation that it was";
  EXPECT_EQ(count_events(ana_, client_api::Event::kResync), 0);
  EXPECT_EQ(state(ana_).unsent_messages(), 0u);
}

TEST_F(FirstMessageTest, TheContactThatIsMadeMeanwhileHasItsNameAndTheAccountThatTheServerSays) {
  Host& cy = world_.add("cy");
  sign_up(cy, kCy, "Cy");
  const std::string chat = message(ana_, write_offline("one")).conversation();
  EXPECT_EQ(set_contact(ana_, kCy, "Cyrus").account_id(), "");
  EXPECT_EQ(conversation(ana_, chat).title(), "Cyrus");
  ana_.set_network(true);
  world_.advance(70'000);
  client_api::Request list;
  list.mutable_list_contacts();
  const client_api::Response contacts = ana_.request(std::move(list));
  ASSERT_EQ(contacts.list_contacts().contacts_size(), 1);
  EXPECT_EQ(contacts.list_contacts().contacts(0).account_id(), state(cy).account_id());
  EXPECT_EQ(conversation(ana_, open_chat(ana_, kCy)).title(), "Cyrus");
}

TEST_F(FirstMessageTest, ItSurvivesACrash) {
  Host& cy = world_.add("cy");
  sign_up(cy, kCy, "Cy");
  const std::string id = write_offline("one");
  ana_.crash();
  ana_.reopen();
  ana_.set_network(true);
  connect(ana_);
  world_.advance(70'000);
  EXPECT_EQ(message(ana_, id).tick(), Message::kDelivered);
  EXPECT_THAT(texts(cy, open_chat(cy, kAna)), ElementsAre("one"));
}

TEST_F(FirstMessageTest, ItJoinsAConversationThatTheOtherBeganMeanwhile) {
  Host& cy = world_.add("cy");
  sign_up(cy, kCy, "Cy");
  const std::string id = write_offline("from Ana");
  say(cy, open_chat(cy, kAna), "from Cy");
  ana_.set_network(true);
  world_.advance(70'000);
  EXPECT_EQ(message(ana_, id).tick(), Message::kDelivered);
  const std::string chat = open_chat(ana_, kCy);
  EXPECT_THAT(texts(ana_, chat), ElementsAre("from Cy", "from Ana"));
  EXPECT_EQ(conversation(ana_, chat).unread(), 1u);
  client_api::Request list;
  list.mutable_list_conversations();
  EXPECT_EQ(ana_.request(std::move(list)).list_conversations().conversations_size(), 2) << "Ben's and one with Cy";
}

TEST_F(FirstMessageTest, ManyAtOnceToANewNumberAreSentInTheOrderOfTheCalls) {
  Host& cy = world_.add("cy");
  sign_up(cy, kCy, "Cy");
  int lookups = 0;
  ana_.before_step = [&lookups](const client_api::Action& action) {
    lookups += action.has_http_call() && action.http_call().url().ends_with("/v1/accounts/lookup") ? 1 : 0;
  };
  std::vector<std::string> written;
  for (int i = 0; i < 40; ++i) {
    client_api::Request request;
    request.mutable_send_message()->set_handle(kCy);
    request.mutable_send_message()->set_text(std::to_string(i));
    ana_.post(std::move(request));
    written.push_back(std::to_string(i));
  }
  world_.advance(5000);
  EXPECT_EQ(lookups, 1) << "answers to several could come in any order";
  EXPECT_EQ(texts(ana_, open_chat(ana_, kCy)), written);
  EXPECT_EQ(texts(cy, open_chat(cy, kAna)), written);
}

TEST_F(FirstMessageTest, ToANumberWithoutAccountItFailsAndSaysWhy) {
  const std::string id = write_offline("anybody?");
  ana_.set_network(true);
  world_.advance(70'000);
  EXPECT_EQ(message(ana_, id).tick(), Message::kFailed);
  EXPECT_EQ(message(ana_, id).failure(), client_api::kNoAccount);
  EXPECT_EQ(state(ana_).unsent_messages(), 0u);
  EXPECT_EQ(write_to(ana_, kCy, "again").failure().code(), client_api::Failure::kNoSuchAccount);
  // Later the number registers: the next message arrives, in the same conversation.
  Host& cy = world_.add("cy");
  sign_up(cy, kCy, "Cy");
  EXPECT_FALSE(write_to(ana_, kCy, "now").has_failure());
  world_.advance(1000);
  EXPECT_THAT(texts(cy, open_chat(cy, kAna)), ElementsAre("now"));
  EXPECT_THAT(texts(ana_, open_chat(ana_, kCy)), ElementsAre("anybody?", "now"));
}

}  // namespace
}  // namespace kith::core::testing
