// SPDX-License-Identifier: AGPL-3.0-or-later

#include <gmock/gmock.h>

#include "cli/testing/commands_fixture.h"

namespace kith::cli {
namespace {

using client_api::Event;
using client_api::Failure;
using client_api::State;
using testing::connection_event;
using ::testing::HasSubstr;

class Register : public testing::Commands {
 protected:
  static RegisterOptions to_register(const std::string& phone) {
    return {.server = "http://localhost", .phone = phone, .name = "Ana", .code = "123456", .pin = ""};
  }
};

TEST_F(Register, RefusesWhatCanNotBeBeforeACodeIsAskedFor) {
  const auto refused = [&](const std::string& server, const std::string& name) {
    EXPECT_EQ(run_register(context, {.server = server, .phone = "+491700000001", .name = name, .code = "", .pin = ""}),
              ExitCode::kUsage);
    EXPECT_TRUE(host.requests.empty());
    return output.words();
  };
  EXPECT_THAT(refused("http://user:pw@localhost", "Ana"), HasSubstr("user name and password"));
  EXPECT_THAT(refused("localhost", "Ana"), HasSubstr("is no address"));
  for (const char* const blank : {"", " ", "\n", "\u200B", "\u3164", "\u200B \u2060"})
    EXPECT_THAT(refused("http://localhost", blank), HasSubstr("name can't be empty")) << "of which nothing is seen";
  EXPECT_THAT(refused("http://localhost", std::string(65, 'x')), HasSubstr("longer than 64"));
}

TEST_F(Register, TakesAnEmailAddressInsteadOfANumber) {
  RegisterOptions by_email = to_register("");
  EXPECT_EQ(run_register(context, by_email), ExitCode::kUsage);
  EXPECT_THAT(output.words(), HasSubstr("one of --phone and --email is needed"));
  for (const char* const none : {"ana", "@ana", "+491700000001", "ana@example"}) {
    by_email.email = none;
    EXPECT_EQ(run_register(context, by_email), ExitCode::kUsage) << none;
    EXPECT_THAT(output.words(), HasSubstr("is no address")) << none;
  }
  EXPECT_TRUE(host.requests.empty());
  by_email.email = "Ana@Example.org";
  EXPECT_EQ(run_register(context, by_email), ExitCode::kOk);
  ASSERT_EQ(host.requests.size(), 1u);
  EXPECT_EQ(host.requests[0].register_().handle(), "Ana@Example.org");
}

TEST_F(Register, TakesTheNumberBackInTheHomeOfADeviceThatWasEnded) {
  Event ended = connection_event(State::kEnded);
  ended.mutable_state_changed()->add_handles()->set_text("+491700000001");
  host.publish(ended);
  EXPECT_EQ(run_register(context, to_register("+49 170 0000001")), ExitCode::kOk);
  ASSERT_EQ(host.requests.size(), 1u);
  EXPECT_TRUE(host.requests[0].has_register_());
  host.publish(ended);
  EXPECT_EQ(run_register(context, to_register("+491700000002")), ExitCode::kFailed);
  EXPECT_THAT(output.words(), HasSubstr("another account needs another --home"));
  EXPECT_EQ(host.requests.size(), 1u);
}

TEST_F(Register, TakesBackWhicheverOfItsHandlesTheDeviceHad) {
  Event ended = connection_event(State::kEnded);
  for (const char* handle : {"@ana", "+491700000001"}) ended.mutable_state_changed()->add_handles()->set_text(handle);
  host.publish(ended);
  EXPECT_EQ(run_register(context, to_register("+491700000001")), ExitCode::kOk);
  host.publish(ended);
  EXPECT_EQ(run_register(context, to_register("+491700000002")), ExitCode::kFailed);
  EXPECT_THAT(output.words(), HasSubstr("registered already as @ana"));
}

TEST_F(Register, AsksTheServerWhetherItStillTakesTheDevice) {
  const auto register_while = [&](State::Connection connection) {
    Event offline = connection_event(State::kOffline);
    offline.mutable_state_changed()->add_handles()->set_text("+491700000001");
    host.publish(offline);
    host.requests.clear();
    host.events = {connection_event(connection)};
    return run_register(context, to_register("+491700000001"));
  };
  EXPECT_EQ(register_while(State::kOnline), ExitCode::kFailed);
  EXPECT_THAT(output.words(), HasSubstr("registered already as +491700000001"));
  EXPECT_EQ(register_while(State::kWaiting), ExitCode::kOffline);
  EXPECT_EQ(host.requests.size(), 1u);
  for (const State::Connection refused : {State::kEnded, State::kIdentityConflict}) {
    EXPECT_EQ(register_while(refused), ExitCode::kOk);
    EXPECT_TRUE(host.requests.back().has_register_());
  }
}

TEST_F(Register, SaysWhoHasTheCodeWhereTheServerDoesNotTellIt) {
  RegisterOptions options = to_register("+491700000001");
  options.code.clear();
  options.server = "https://kith.example";
  EXPECT_EQ(run_register(context, options), ExitCode::kFailed);
  EXPECT_THAT(output.words(), HasSubstr("whoever runs kith.example has the code for +491700000001"));
}

TEST_F(Register, AtAServerThatDoesNotAnswerWithoutTlsSaysWhatItsAddressMayBe) {
  RegisterOptions options = to_register("+491700000001");
  options.code.clear();
  options.server = "https://kith.example";
  failure = Failure::kNotKith;
  EXPECT_EQ(run_register(context, options), ExitCode::kOffline);
  EXPECT_THAT(output.words(), ::testing::Not(HasSubstr("TLS")));
  options.server = "http://kith.example:8443";
  EXPECT_EQ(run_register(context, options), ExitCode::kOffline);
  EXPECT_THAT(output.words(), HasSubstr("should the server use TLS, its address is https://kith.example:8443"));
}

TEST_F(Register, SpeaksOfTlsOnlyWhereThatMayBeTheReason) {
  RegisterOptions options = to_register("+491700000001");
  options.code.clear();
  options.server = "http://kith.example:8443";
  for (const Failure::Code other : {Failure::kOffline, Failure::kServer}) {
    failure = other;
    failure_detail = "end of stream";
    run_register(context, options);
    EXPECT_THAT(output.words(), ::testing::Not(HasSubstr("TLS")));
  }
}

}  // namespace
}  // namespace kith::cli
