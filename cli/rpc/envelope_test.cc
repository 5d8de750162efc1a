// SPDX-License-Identifier: AGPL-3.0-or-later

#include "cli/rpc/envelope.h"

#include <gtest/gtest.h>

namespace kith::cli::rpc {
namespace {

Error error_of(std::string_view line) {
  const Incoming incoming = parse(line);
  EXPECT_EQ(incoming.calls.size(), 1u);
  const auto* const error = std::get_if<Error>(&incoming.calls.at(0));
  return error ? *error : Error{};
}

TEST(Envelope, ReadsACallWithItsIdAsItWasWritten) {
  for (const char* id : {"7", "\"seven\"", "null", "-1.5", "18446744073709551616", "1e3", "1.0", "-0", "\"\\u0031\""}) {
    const Incoming incoming =
        parse(std::string(R"({"jsonrpc":"2.0","id":)") + id + R"(,"method":"get_state","params":{"a":1}})");
    const auto* const call = std::get_if<Call>(&incoming.calls.at(0));
    ASSERT_TRUE(call) << id;
    EXPECT_EQ(call->id, id);
    EXPECT_EQ(call->method, "get_state");
    EXPECT_EQ(call->params, R"({"a":1})");
    EXPECT_FALSE(incoming.is_batch);
  }
}

TEST(Envelope, ReadsTheIdOfTheChangeBesideTheMethod) {
  const Incoming incoming = parse(R"({"jsonrpc":"2.0","id":1,"method":"set_draft","change":"0f"})");
  EXPECT_EQ(std::get<Call>(incoming.calls.at(0)).change, "0f");
  EXPECT_EQ(error_of(R"({"jsonrpc":"2.0","id":1,"method":"set_draft","change":7})").code, kInvalidRequest);
}

TEST(Envelope, PassesParamsOnAsTheyStandBetweenAnySpaces) {
  const Incoming incoming = parse(
      " { \"params\" : { \"a\" : [ 1e3 , \"]},\\\"\" ] }\t, \"\\u0069d\" : 1 , "
      "\"id\":2,\"method\":\"m\",\"jsonrpc\":\"2.0\"} ");
  const auto& call = std::get<Call>(incoming.calls.at(0));
  EXPECT_EQ(call.params, "{ \"a\" : [ 1e3 , \"]},\\\"\" ] }");
  EXPECT_EQ(call.id, "2") << "of two members of a name the last";
  EXPECT_EQ(call.method, "m");
}

TEST(Envelope, ACallWithoutIdWantsNoAnswerAndOneWithoutParamsHasEmptyOnes) {
  const Incoming incoming = parse(R"({"jsonrpc":"2.0","method":"connect"})");
  const auto& call = std::get<Call>(incoming.calls.at(0));
  EXPECT_EQ(call.id, "");
  EXPECT_EQ(call.params, "{}");
}

TEST(Envelope, WhatIsNoJsonIsAParseErrorWithoutId) {
  for (const char* line : {"", "{", "hello", "\xff\xfe", "{\"jsonrpc\":\"2.0\",}"}) {
    EXPECT_EQ(error_of(line).code, kParseError) << line;
    EXPECT_EQ(error_of(line).id, "null");
  }
}

TEST(Envelope, WhatIsNoRequestIsInvalidAndKeepsTheIdWhenItHasOne) {
  EXPECT_EQ(error_of("1").code, kInvalidRequest);
  EXPECT_EQ(error_of("[]").code, kInvalidRequest);
  EXPECT_EQ(error_of(R"({"id":3,"method":"x"})").code, kInvalidRequest);
  EXPECT_EQ(error_of(R"({"id":3,"method":"x"})").id, "3");
  EXPECT_EQ(error_of(R"({"jsonrpc":"2.0","id":3})").code, kInvalidRequest);
  EXPECT_EQ(error_of(R"({"jsonrpc":"2.0","id":{},"method":"x"})").code, kInvalidRequest);
  EXPECT_EQ(error_of(R"({"jsonrpc":"2.0","id":1,"method":"x","params":3})").code, kInvalidRequest);
  EXPECT_EQ(error_of(R"({"jsonrpc":"2.0","id":1,"method":"x","params":[3]})").code, kInvalidParams);
}

TEST(Envelope, AnArrayIsABatchInWhichOneMistakeDoesNotHurtTheOthers) {
  const Incoming incoming = parse(R"([{"jsonrpc":"2.0","id":1,"method":"a"},7,{"jsonrpc":"2.0","method":"b"}])");
  EXPECT_TRUE(incoming.is_batch);
  ASSERT_EQ(incoming.calls.size(), 3u);
  EXPECT_TRUE(std::holds_alternative<Call>(incoming.calls[0]));
  EXPECT_TRUE(std::holds_alternative<Error>(incoming.calls[1]));
  EXPECT_TRUE(std::holds_alternative<Call>(incoming.calls[2]));
}

TEST(Envelope, RefusesBatchesAndNestingBeyondTheirLimits) {
  std::string batch = "[1";
  for (size_t i = 0; i < kBatchMax; ++i) batch += ",1";
  EXPECT_EQ(error_of(batch + "]").code, kInvalidRequest);
  EXPECT_EQ(error_of(std::string(500'000, '[')).code, kParseError);
  EXPECT_EQ(error_of(R"({"jsonrpc":"2.0","id":1,"method":"x","params":{"a":)" + std::string(200, '[') +
                     std::string(200, ']') + "}}")
                .code,
            kParseError);
  // Brackets in a string are text.
  EXPECT_TRUE(std::holds_alternative<Call>(
      parse(R"({"jsonrpc":"2.0","method":"x","params":{"a":"\")" + std::string(200, '[') + "\"}}").calls.at(0)));
}

TEST(Envelope, WritesAnswersOnOneLine) {
  EXPECT_EQ(result_object("7", R"({"a":1})"), R"({"jsonrpc":"2.0","id":7,"result":{"a":1}})");
  EXPECT_EQ(error_object({"\"x\"", -32602, "two\nlines", ""}),
            R"({"jsonrpc":"2.0","id":"x","error":{"code":-32602,"message":"two\nlines"}})");
  EXPECT_EQ(notification_object("resync", "{}"), R"({"jsonrpc":"2.0","method":"resync","params":{}})");
}

}  // namespace
}  // namespace kith::cli::rpc
