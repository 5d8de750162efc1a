// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/http_transfers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/testing/world.h"

namespace kith::core {
namespace {

using client_api::Action;
using ::testing::ElementsAre;

class HttpTransfersTest : public ::testing::Test {
 protected:
  // What a part hears, as words.
  Transfer transfer(uint64_t body_size, bool in_pieces) {
    Transfer made;
    made.method = body_size != 0 ? "PATCH" : "GET";
    made.url = "http://server:1/v1/file";
    made.fields = {{"Range", "bytes=5-"}};
    made.body_size = body_size;
    made.wanted = [this] { heard_.emplace_back("wanted"); };
    if (in_pieces)
      made.began = [this](const client_api::HttpHead& head) {
        heard_.push_back("began " + std::to_string(head.status()));
      };
    made.piece = [this](BytesView bytes, bool last) {
      heard_.push_back("piece " + std::string(bytes) + (last ? " last" : ""));
    };
    made.ended = [this](const HttpReply& reply) { heard_.push_back("ended " + std::to_string(reply.status)); };
    return made;
  }
  std::vector<Action> actions() {
    std::vector<Action> all;
    output_.release(all);
    return all;
  }
  std::vector<std::string> words() { return std::exchange(heard_, {}); }
  void wanted(uint32_t call) {
    client_api::HttpWanted input;
    input.set_call(call);
    transfers_.on_wanted(input);
  }
  void head(uint32_t call) {
    client_api::HttpHead input;
    input.set_call(call);
    input.set_status(200);
    transfers_.on_head(input);
  }
  void piece(uint32_t call, std::string bytes, bool last = false) {
    client_api::HttpPiece input;
    input.set_call(call);
    input.set_bytes(std::move(bytes));
    input.set_last(last);
    transfers_.on_piece(input);
  }
  bool response(uint32_t call, uint32_t status) {
    client_api::HttpResponse input;
    input.set_call(call);
    input.set_status(status);
    return transfers_.on_response(input);
  }
  void pass(uint64_t ms) {
    clock_.monotonic_ms += ms;
    timers_.run_due(clock_.monotonic());
  }
  // The host was told to give up the call, and nothing else.
  void expect_cancelled(uint32_t call) {
    const auto all = actions();
    ASSERT_EQ(all.size(), 1u);
    EXPECT_EQ(all[0].http_cancel().call(), call);
  }

  core::testing::VirtualClock clock_;
  Output output_;
  Timers timers_;
  uint32_t last_call_ = 0;
  HttpTransfers transfers_{output_, timers_, clock_, [this] { return ++last_call_; }};
  std::vector<std::string> heard_;
};

TEST_F(HttpTransfersTest, ABodyIsGivenPieceByPieceAsTheHostHasRoom) {
  const uint32_t call = transfers_.start(transfer(8, false));
  auto all = actions();
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].http_call().body_size(), 8u);
  EXPECT_EQ(all[0].http_call().fields(0).name(), "Range");
  EXPECT_FALSE(all[0].http_call().in_pieces());
  wanted(call);
  EXPECT_THAT(words(), ElementsAre("wanted"));
  EXPECT_TRUE(actions().empty()) << "the part has not given yet";
  transfers_.give(call, "first");
  all = actions();
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].http_give().bytes(), "first");
  wanted(call);
  transfers_.give(call, "end");
  EXPECT_TRUE(response(call, 204));
  EXPECT_THAT(words(), ElementsAre("wanted", "ended 204"));
  EXPECT_FALSE(response(call, 204)) << "no transfer any more";
}

TEST_F(HttpTransfersTest, AnAnswerIsTakenPieceByPieceAsThePartAsks) {
  const uint32_t call = transfers_.start(transfer(0, true));
  EXPECT_TRUE(actions().at(0).http_call().in_pieces());
  head(call);
  EXPECT_TRUE(actions().empty()) << "the part has not asked yet";
  transfers_.take(call);
  transfers_.take(call);
  EXPECT_EQ(actions().size(), 1u) << "one at a time";
  piece(call, "one");
  transfers_.take(call);
  piece(call, "two", true);
  EXPECT_THAT(words(), ElementsAre("began 200", "piece one", "piece two last"));
  actions();
  transfers_.take(call);
  EXPECT_TRUE(actions().empty());
}

TEST_F(HttpTransfersTest, WhatIsNoSuccessOrBreaksOffEndsIt) {
  const uint32_t refused = transfers_.start(transfer(8, true));
  EXPECT_TRUE(response(refused, 413));
  const uint32_t broken = transfers_.start(transfer(0, true));
  head(broken);
  transfers_.take(broken);
  EXPECT_TRUE(response(broken, 0));
  EXPECT_THAT(words(), ElementsAre("ended 413", "began 200", "ended 0"));
}

TEST_F(HttpTransfersTest, AHostThatDoesNotGetOnIsGivenUpAndAPartHasTheTimeItWants) {
  const uint32_t call = transfers_.start(transfer(0, true));
  pass(HttpTransfers::kPatienceMs - 1);
  head(call);
  pass(1'000'000);
  EXPECT_THAT(words(), ElementsAre("began 200")) << "it is the part that waits";
  transfers_.take(call);
  actions();
  pass(HttpTransfers::kPatienceMs);
  EXPECT_THAT(words(), ElementsAre("ended 0"));
  expect_cancelled(call);
}

TEST_F(HttpTransfersTest, ABodyThatWasGivenHasTheTimeThatItsSizeTakes) {
  const uint32_t call = transfers_.start(transfer(kTransferPieceBytesMax, false));
  wanted(call);
  transfers_.give(call, Bytes(kTransferPieceBytesMax, 'x'));
  actions();
  pass(HttpTransfers::kPatienceMs + kTransferPieceBytesMax / HttpTransfers::kBytesPerMsMin - 1);
  EXPECT_THAT(words(), ElementsAre("wanted"));
  pass(1);
  EXPECT_THAT(words(), ElementsAre("ended 0"));
  expect_cancelled(call);
}

TEST_F(HttpTransfersTest, AHostThatBreaksTheContractIsGivenUp) {
  const auto begun = [this] {
    const uint32_t call = transfers_.start(transfer(8, true));
    actions();
    return call;
  };
  uint32_t call = begun();
  piece(call, "not asked for");
  expect_cancelled(call);
  call = begun();
  head(call);
  head(call);
  expect_cancelled(call);
  call = begun();
  wanted(call);
  wanted(call);
  expect_cancelled(call);
  call = begun();
  head(call);
  transfers_.take(call);
  actions();
  piece(call, Bytes(kTransferPieceBytesMax + 1, 'x'));
  expect_cancelled(call);
  call = begun();
  head(call);
  transfers_.take(call);
  actions();
  piece(call, "");
  expect_cancelled(call);
}

TEST_F(HttpTransfersTest, WhatIsCancelledIsHeardOfNoMore) {
  const uint32_t call = transfers_.start(transfer(8, true));
  actions();
  transfers_.cancel(call);
  expect_cancelled(call);
  wanted(call);  // was on its way
  expect_cancelled(call);
  EXPECT_FALSE(response(call, 0));
  EXPECT_TRUE(words().empty());
  EXPECT_FALSE(timers_.next());
}

TEST_F(HttpTransfersTest, WhatAHostHasUnderWayIsKnownFromWhatItWasToldAndSaid) {
  HostTransfers host;
  const auto told = [&host](uint32_t call, uint64_t body_size, bool in_pieces) {
    Action action;
    action.mutable_http_call()->set_call(call);
    action.mutable_http_call()->set_body_size(body_size);
    action.mutable_http_call()->set_in_pieces(in_pieces);
    host.note(action);
  };
  told(1, 0, false);
  told(2, 5, false);
  told(3, 0, true);
  told(4, 0, true);
  told(5, 0, true);
  EXPECT_THAT(host.under_way(), ElementsAre(2, 3, 4, 5)) << "a call with whole bodies needs nothing of its host";
  client_api::Input input;
  input.mutable_http_response()->set_call(2);
  host.note(input);
  input.mutable_http_piece()->set_call(3);
  host.note(input);
  input.mutable_http_piece()->set_call(4);
  input.mutable_http_piece()->set_last(true);
  host.note(input);
  Action cancel;
  cancel.mutable_http_cancel()->set_call(5);
  host.note(cancel);
  EXPECT_THAT(host.under_way(), ElementsAre(3));
}

TEST_F(HttpTransfersTest, ThereAreOnlySoManyAtATime) {
  std::vector<uint32_t> calls;
  for (size_t i = 0; i < HttpTransfers::kTransfersMax; ++i) calls.push_back(transfers_.start(transfer(0, true)));
  EXPECT_EQ(transfers_.start(transfer(0, true)), 0u);
  transfers_.cancel(calls.front());
  EXPECT_NE(transfers_.start(transfer(0, true)), 0u);
  EXPECT_EQ(transfers_.start(transfer(kTransferBodyBytesMax + 1, false)), 0u) << "a browser holds it whole";
}

}  // namespace
}  // namespace kith::core
