// SPDX-License-Identifier: AGPL-3.0-or-later

// Requests that come a second time, because their first answer was lost: by their ids they are done once.
#include "core/testing/two_people.h"

namespace kith::core::testing {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;

const std::string kId(32, '5');

class RepeatedRequestsTest : public TwoPeople {
 protected:
  client_api::Request send(const std::string& text) const {
    client_api::Request request;
    request.mutable_send_message()->set_conversation(chat_);
    request.mutable_send_message()->set_text(text);
    request.mutable_send_message()->set_message_id(kId);
    return request;
  }
  void crash_and_reopen(Host& host) {
    host.crash();
    host.reopen();
    connect(host);
  }
};

TEST_F(RepeatedRequestsTest, AMessageIsSentOnceAndHasTheIdOfItsCaller_SEND_1) {
  EXPECT_EQ(ana_.request(send("hello")).send_message().message().id(), kId);
  crash_and_reopen(ana_);
  const auto again = ana_.request(send("hello"));
  EXPECT_EQ(again.send_message().message().id(), kId);
  EXPECT_EQ(again.send_message().message().text().text(), "hello");
  world_.advance(1000);
  EXPECT_THAT(texts(ana_, chat_), ElementsAre("hello"));
  EXPECT_THAT(texts(ben_, bens_chat()), ElementsAre("hello"));
}

TEST_F(RepeatedRequestsTest, AChangeThatIsAMessageGivesItItsId_SEND_1) {
  client_api::Request request = send("hello");
  request.mutable_send_message()->clear_message_id();
  request.set_change(kId);
  EXPECT_EQ(ana_.request(request).send_message().message().id(), kId);
  EXPECT_EQ(ana_.request(request).send_message().message().id(), kId);
  EXPECT_THAT(texts(ana_, chat_), ElementsAre("hello"));
}

TEST_F(RepeatedRequestsTest, AnIdThatCantBeOneOrIsAnothersIsRefused) {
  client_api::Request request = send("hello");
  request.mutable_send_message()->set_message_id("5");
  EXPECT_EQ(ana_.request(request).failure().code(), client_api::Failure::kInvalidArgument);
  request.mutable_send_message()->clear_message_id();
  request.set_change("xyz");
  EXPECT_EQ(ana_.request(request).failure().code(), client_api::Failure::kInvalidArgument);
  const std::string bens = say(ben_, bens_chat(), "mine");
  world_.advance(1000);
  request = send("hello");
  request.mutable_send_message()->set_message_id(bens);
  EXPECT_EQ(ana_.request(request).failure().code(), client_api::Failure::kInvalidArgument);
}

TEST_F(RepeatedRequestsTest, WhatWasTakenIsHandedOutAgainToWhoNeverGotIt) {
  say(ben_, bens_chat(), "one");
  world_.advance(1000);
  client_api::Request take;
  take.mutable_take_events();
  take.set_change(kId);
  EXPECT_EQ(ana_.request(take).take_events().messages_size(), 1);
  crash_and_reopen(ana_);
  EXPECT_EQ(ana_.request(take).take_events().messages_size(), 1) << "its answer was lost";
  take.set_change(std::string(32, '6'));
  EXPECT_EQ(ana_.request(take).take_events().messages_size(), 0);
}

TEST_F(RepeatedRequestsTest, TwoAtOnceAreOneAndBothAreAnswered) {
  int codes = 0;
  ana_.before_step = [&codes](const client_api::Action& action) {
    codes += action.has_http_call() && action.http_call().url().ends_with("/v1/registration/code") ? 1 : 0;
  };
  client_api::Request code;
  code.mutable_request_code()->set_server("http://server:1");
  code.mutable_request_code()->set_handle("+491700000009");
  code.set_change(kId);
  const uint32_t first = ana_.post(code);
  const uint32_t second = ana_.post(code);
  world_.run();
  EXPECT_EQ(codes, 1);
  ASSERT_TRUE(ana_.response(first) && ana_.response(second));
  EXPECT_EQ(ana_.response(first)->request_code().digits(), 6u);
  EXPECT_EQ(ana_.response(second)->request_code().digits(), 6u);
}

TEST_F(RepeatedRequestsTest, AFailureMayBeTriedAgainWithTheSameId) {
  client_api::Request open;
  open.mutable_open_conversation()->set_handle("+491700000003");
  open.set_change(kId);
  EXPECT_EQ(ana_.request(open).failure().code(), client_api::Failure::kNoSuchAccount);
  sign_up(world_.add("cy"), "+491700000003", "Cy");
  EXPECT_FALSE(ana_.request(open).has_failure());
}

TEST_F(RepeatedRequestsTest, WhatReadsOrSaysSomethingOfTheInterfaceIsDoneEachTime) {
  client_api::Request get;
  get.mutable_list_messages()->set_conversation(chat_);
  get.set_change(kId);
  EXPECT_EQ(ana_.request(get).list_messages().messages_size(), 0);
  say(ana_, chat_, "hello");
  EXPECT_EQ(ana_.request(get).list_messages().messages_size(), 1);
}

class LosesRegistrations : public LoopbackServer {
 public:
  using LoopbackServer::LoopbackServer;
  uint32_t answers_to_lose = 0;
  HttpReply http(const std::string& method, const std::string& path, const std::string& body,
                 const std::string& bearer) override {
    HttpReply reply = LoopbackServer::http(method, path, body, bearer);
    if (path != "/v1/registration" || answers_to_lose == 0) return reply;
    --answers_to_lose;
    return {0, ""};
  }
};

TEST(RepeatedRegistrationTest, OneWhoseAnswerWasLostHasTheSameIdAgainAndAnotherRegistrationAnotherOne_DEVICE_7) {
  World world(1,
              [](Clock& clock, RandomSource& random) { return std::make_unique<LosesRegistrations>(clock, random); });
  auto& server = static_cast<LosesRegistrations&>(*world.server);
  Host& ana = world.add("ana");
  client_api::Request request;
  client_api::RegisterRequest& what = *request.mutable_register_();
  what.set_server("http://server:1");
  what.set_handle(kAna);
  what.set_code(LoopbackServer::kCode);
  what.set_name("Ana");
  for (int i = 0; i < 2; ++i) {
    server.answers_to_lose = 1;
    EXPECT_EQ(ana.request(request).failure().code(), client_api::Failure::kOffline);
    ana.crash();
    ana.reopen();
  }
  EXPECT_TRUE(ana.request(request).register_().registered());
  const std::vector<Bytes> ids = server.registration_requests;
  EXPECT_EQ(ids.size(), 3u);
  EXPECT_THAT(ids, Each(ids.front()));

  connect(ana);
  register_handle(world.add("ana again"), kAna, "Ana");
  world.advance(1000);
  register_handle(ana, kAna, "Ana");
  ASSERT_EQ(server.registration_requests.size(), 5u);
  EXPECT_NE(server.registration_requests[3], ids.front());
  EXPECT_NE(server.registration_requests[4], ids.front()) << "the same device's next one";
}

}  // namespace
}  // namespace kith::core::testing
