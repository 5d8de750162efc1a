// SPDX-License-Identifier: AGPL-3.0-or-later

#include "cli/rpc/session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/little_memory.h"
#include "cli/testing/fake_host.h"

namespace kith::cli::rpc {
namespace {

using client_api::Failure;
using client_api::Request;
using client_api::Response;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

Response respond(const Request& request) {
  Response response;
  switch (request.method_case()) {
    case Request::kGetState: response.mutable_get_state()->add_handles()->set_text("+491700000001"); break;
    case Request::kSetDraft: response.mutable_set_draft(); break;
    default:
      response.mutable_failure()->set_code(Failure::kOffline);
      response.mutable_failure()->set_detail("no route");
  }
  return response;
}

class RpcSession : public ::testing::Test {
 protected:
  testing::FakeHost host{respond};
  std::vector<std::string> lines;
  Session session{[this](Request request, Host::Answer answer) { host.start(std::move(request), std::move(answer)); },
                  [this](std::string line) { lines.push_back(std::move(line)); }};

  void take(const std::string& input) {
    session.take(input);
    if (!host.hold_answers) host.answer_all();
  }
};

TEST_F(RpcSession, AnswersACallWithTheResultInTheProtobufMapping) {
  take("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"get_state\"}\n");
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_THAT(lines[0], StartsWith(R"({"jsonrpc":"2.0","id":1,"result":{"registered":false,)"));
  EXPECT_THAT(lines[0], HasSubstr(R"("text":"+491700000001")"));
  EXPECT_THAT(lines[0], HasSubstr(R"("account_id":"")"));
}

TEST_F(RpcSession, TellsAFailureOfTheCoreByNumberAndName) {
  take("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"connect\"}\n");
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_THAT(lines[0], HasSubstr(R"("code":-32004)"));
  EXPECT_THAT(lines[0], HasSubstr(R"("data":{"code":"kOffline","detail":"no route"})"));
}

TEST_F(RpcSession, NamesTheMethodOrMemberThatDoesNotExist) {
  take(
      "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"get_sate\"}\n{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"set_draft\","
      "\"params\":{\"txt\":\"a\"}}\n");
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_THAT(lines[0], HasSubstr("-32601"));
  EXPECT_THAT(lines[0], HasSubstr("get_sate"));
  EXPECT_THAT(lines[1], HasSubstr("-32602"));
  EXPECT_THAT(lines[1], HasSubstr("txt"));
}

TEST_F(RpcSession, TakesLinesInAnyPieces) {
  const std::string line = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"set_draft\"}\r\n\n";
  for (const char c : line) take(std::string(1, c));
  EXPECT_THAT(lines, ElementsAre(R"({"jsonrpc":"2.0","id":1,"result":{}})"));
}

TEST_F(RpcSession, ALastLineNeedsNoLineBreak) {
  take("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"set_draft\"}");
  EXPECT_TRUE(lines.empty());
  session.end();
  host.answer_all();
  EXPECT_EQ(lines.size(), 1u);
}

TEST_F(RpcSession, AnswersABatchWithOneArrayOnceAllAreDone) {
  host.hold_answers = true;
  take("[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"set_draft\"},{\"jsonrpc\":\"2.0\",\"method\":\"set_draft\"},5]\n");
  EXPECT_TRUE(lines.empty());
  EXPECT_EQ(session.outstanding(), 2u);
  host.answer_all();
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_THAT(lines[0], StartsWith("[{"));
  EXPECT_THAT(lines[0], HasSubstr(R"({"jsonrpc":"2.0","id":1,"result":{}})"));
  EXPECT_THAT(lines[0], HasSubstr("-32600"));
  EXPECT_EQ(session.outstanding(), 0u);
}

TEST_F(RpcSession, GivesNoAnswerToWhatAsksForNone) {
  take(
      "{\"jsonrpc\":\"2.0\",\"method\":\"connect\"}\n{\"jsonrpc\":\"2.0\",\"method\":\"nothing\"}\n[{\"jsonrpc\":\"2."
      "0\",\"method\":\"set_draft\"}]\n");
  EXPECT_TRUE(lines.empty());
  EXPECT_EQ(host.requests.size(), 2u);
}

TEST_F(RpcSession, RefusesALineThatIsTooLongAndGoesOnWithTheNext) {
  const std::string part(1 << 16, 'x');
  for (int i = 0; i < 20; ++i) take(part);
  take("\n{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"set_draft\"}\n");
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_THAT(lines[0], HasSubstr("-32600"));
  EXPECT_THAT(lines[1], HasSubstr(R"("id":2)"));
}

TEST(RpcEvents, AreNotifications) {
  client_api::Event event;
  event.mutable_typing_changed()->set_conversation("c");
  event.mutable_typing_changed()->set_typing(true);
  EXPECT_EQ(event_line(event),
            R"({"jsonrpc":"2.0","method":"typing_changed","params":{"conversation":"c","typing":true}})");
  event.mutable_resync();
  EXPECT_EQ(event_line(event), R"({"jsonrpc":"2.0","method":"resync","params":{}})");
}

TEST_F(RpcSession, CallsBeyondTheLimitWaitUntilOthersAreAnswered_LIMIT_1) {
  host.hold_answers = true;
  std::string calls;
  for (size_t i = 0; i < Session::kOutstandingMax + 7; ++i)
    calls += "{\"jsonrpc\":\"2.0\",\"id\":" + std::to_string(i) + ",\"method\":\"set_draft\"}\n";
  take(calls);
  EXPECT_EQ(host.requests.size(), Session::kOutstandingMax);
  EXPECT_FALSE(session.has_room());
  session.end();
  host.answer_all();
  EXPECT_EQ(lines.size(), Session::kOutstandingMax + 7);
  EXPECT_TRUE(session.is_done());
}

// A line of the largest size, of one part repeated.
std::string longest_line(std::string_view begin, std::string_view part, std::string_view end) {
  std::string line(begin);
  while (line.size() + part.size() + end.size() < Session::kLineBytesMax) line += part;
  return line.append(end) + "\n";
}

TEST_F(RpcSession, TheWorstLineTakesLittleTimeAndMemory) {  // LIMIT-1
  constexpr std::string_view kCall = R"({"jsonrpc":"2.0","id":1,"method":"watch_presence","params":)";
  const std::string kLines[] = {
      longest_line("", "[", ""),
      longest_line("", "{\"a\":", ""),
      longest_line("\"", "\\", ""),
      longest_line("\"", "\\u0000", "\""),
      longest_line("[0", ",0", "]"),
      longest_line("[{}", ",{}", "]"),
      longest_line("{\"\":0", ",\"\":0", "}"),
      longest_line("{\"id\":1", ",\"id\":1", "}"),
      longest_line("{\"id\":1", "0", "}"),
      longest_line(std::string(kCall) + R"({"conversations":["")", R"(,"")", "]}}"),
      longest_line(std::string(kCall) + R"({"conversations":[])", R"(,"conversations":[])", "}}"),
      longest_line(std::string(kCall) + R"({"a":[[])", ",[]", "]}}"),
      longest_line(std::string(kCall) + "[0", ",0", "]}"),
      longest_line("{\"method\":\"", "m", "\"}"),
      longest_line(" ", " ", ""),
  };
  for (const std::string& line : kLines) {
    const int outcome = kith::testing::in_little_memory(size_t{192} << 20, 10, [&] {
      take(line);
      lines.clear();
      take("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"get_state\"}\n");
      return lines.size() == 1 && lines[0].starts_with(R"({"jsonrpc":"2.0","id":1,"result")") ? 0 : 1;
    });
    EXPECT_EQ(outcome, 0) << line.substr(0, 100);
  }
}

TEST_F(RpcSession, ALineForWhichThereIsNoMemoryIsRefusedAndTheNextOneIsRead) {  // LIMIT-1
  if (!kith::testing::kHasMemoryLimits) GTEST_SKIP() << "a sanitizer ends the program when an allocation fails";
  const std::string hungry = longest_line(
      R"({"jsonrpc":"2.0","id":7,"method":"watch_presence","params":{"conversations":["")", R"(,"")", "]}}");
  const int outcome = kith::testing::in_little_memory(size_t{1} << 30, 10, [&] {
    take(std::string(hungry.size() - 1, ' ') + "\n");  // what a line is kept in is there
    kith::testing::limit_memory(size_t{4} << 20);
    take(hungry);
    if (lines.size() != 1 || lines[0].find("memory has run out") == std::string::npos) return 1;
    if (lines[0].find(R"("id":7)") == std::string::npos) return 3;
    lines.clear();
    take("{\"jsonrpc\":\"2.0\",\"id\":8,\"method\":\"get_state\"}\n");
    return lines.size() == 1 && lines[0].starts_with(R"({"jsonrpc":"2.0","id":8,"result")") ? 0 : 2;
  });
  EXPECT_EQ(outcome, 0);
}

}  // namespace
}  // namespace kith::cli::rpc
