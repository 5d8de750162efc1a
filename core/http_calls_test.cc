// SPDX-License-Identifier: AGPL-3.0-or-later

// Calls of the server's HTTP API, without a server, a database or the other parts of the core.
#include "core/http_calls.h"

#include <gtest/gtest.h>

#include <vector>

#include "core/testing/virtual_clock.h"

namespace kith::core {
namespace {

class HttpCallsTest : public ::testing::Test {
 protected:
  HttpCallsTest() {
    registration_.emplace();
    registration_->server = "https://kith.example";
    registration_->token = "\x01\x02";
  }
  void call() {
    calls_.call("GET", "/v1/profile", "", [this](const HttpReply& reply) { statuses_.push_back(reply.status); });
  }
  std::vector<client_api::HttpCall> made() {
    std::vector<client_api::Action> actions;
    output_.release(actions);
    std::vector<client_api::HttpCall> calls;
    for (const client_api::Action& action : actions) calls.push_back(action.http_call());
    return calls;
  }
  void answer(uint32_t number, uint32_t status) {
    client_api::HttpResponse response;
    response.set_call(number);
    response.set_status(status);
    calls_.on_response(response);
  }
  void pass(uint64_t ms) {
    clock_.monotonic_ms += ms;
    timers_.run_due(clock_.monotonic());
  }

  testing::VirtualClock clock_;
  Timers timers_;
  Output output_;
  std::optional<Registration> registration_;
  Progress progress_;
  HttpCalls calls_{output_, timers_, clock_, registration_, progress_, 7};
  std::vector<uint32_t> statuses_;
};

TEST_F(HttpCallsTest, ACallIsAnsweredOnceByTheServerOrByItsDeadline) {
  call();
  call();
  const auto made = this->made();
  ASSERT_EQ(made.size(), 2u);
  EXPECT_EQ(made[0].call(), 8u) << "numbers go on from those of the engine before";
  EXPECT_EQ(made[0].url(), "https://kith.example/v1/profile");
  EXPECT_EQ(made[0].bearer(), to_base64url(registration_->token));
  answer(8, 200);
  answer(8, 200);
  pass(HttpCalls::kTimeoutMs);
  answer(9, 200);
  EXPECT_EQ(statuses_, (std::vector{200u, 0u}));
}

TEST_F(HttpCallsTest, TooManyAtOnceAreAnsweredByNobodyAndNotWithinTheCall) {  // [LIMIT-1]
  for (size_t i = 0; i <= HttpCalls::kCallsMax; ++i) call();
  EXPECT_EQ(made().size(), HttpCalls::kCallsMax);
  EXPECT_TRUE(statuses_.empty());
  pass(0);
  EXPECT_EQ(statuses_, std::vector{0u});
}

TEST(FailureOfACall, SaysByItsCodeWhetherAServerOfKithWasThere) {
  const auto code = [](uint32_t status, BytesView body, bool broke_off = false) {
    return failure_of({status, body, broke_off}).code;
  };
  wire::ApiError error;
  error.set_code(wire::kInternal);
  const std::string said = error.SerializeAsString();
  EXPECT_EQ(code(500, said), FailureCode::kServer);
  EXPECT_EQ(code(503, "<h1>Service unavailable</h1>"), FailureCode::kServer) << "of a proxy before it";
  EXPECT_EQ(code(400, "The plain HTTP request was sent to an HTTPS port"), FailureCode::kNotKith);
  EXPECT_EQ(code(404, ""), FailureCode::kNotKith);
  EXPECT_EQ(code(200, "<h1>Log in to this network</h1>"), FailureCode::kNotKith);
  EXPECT_EQ(code(0, "", true), FailureCode::kNotKith);
  EXPECT_EQ(code(0, ""), FailureCode::kOffline);
}

TEST_F(HttpCallsTest, ThatAConnectionBrokeOffIsToldOfAServerThatWasNotKnown) {
  std::vector<bool> told;
  const auto note = [&told](const HttpReply& reply) { told.push_back(reply.broke_off); };
  calls_.call("GET", "/v1/profile", "", note);
  calls_.call_unauthenticated("POST", "https://kith.example", "/v1/registration", "", note);
  for (const client_api::HttpCall& made : this->made()) {
    client_api::HttpResponse response;
    response.set_call(made.call());
    response.set_broke_off(true);
    calls_.on_response(response);
  }
  EXPECT_EQ(told, (std::vector{false, true}));
}

TEST_F(HttpCallsTest, AnotherServerGetsNoToken) {  // [IDENTITY-7]
  progress_.standing = Standing::kOtherServer;
  call();
  pass(0);
  EXPECT_EQ(statuses_, std::vector{0u});
  EXPECT_TRUE(made().empty());
}

}  // namespace
}  // namespace kith::core
