// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/client_host.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/open_device.h"
#include "core/testing/world.h"

namespace kith::core {
namespace {

struct Recorder final : HostActions {
  std::vector<uint32_t> responses;
  std::vector<std::string> others;

  void respond(client_api::Response response) override { responses.push_back(response.id()); }
  void tell(client_api::Event /*event*/) override { others.emplace_back("event"); }
  void open_socket(uint32_t /*socket*/, std::string url) override { others.push_back("open " + url); }
  void send_frame(uint32_t /*socket*/, Bytes /*frame*/) override { others.emplace_back("send"); }
  void close_socket(uint32_t /*socket*/) override { others.emplace_back("close"); }
  void call_http(client_api::HttpCall call) override { others.push_back(call.method() + " " + call.url()); }
  void wake_at(uint64_t /*monotonic_ms*/) override {}
};

class ClientHostTest : public ::testing::Test {
 protected:
  ClientHostTest() : disk_("client-host"), random_(1) {
    auto device = open_device("kith.db", disk_.name(), clock_, random_);
    EXPECT_TRUE(device.has_value());
    if (device) device_ = std::move(*device);
  }
  uint32_t ask_for_state() {
    client_api::Request request;
    request.mutable_get_state();
    return host_.request(std::move(request));
  }
  void carry_out_all() {
    while (host_.has_action()) host_.carry_out();
  }

  core::testing::VirtualClock clock_;
  core::testing::FaultyVfs disk_;
  crypto::SeededRandom random_;
  Device device_;
  Recorder recorder_;
  ClientHost host_{recorder_};
};

TEST_F(ClientHostTest, RequestsAreNumberedAndAnsweredInTheirOrder) {
  const uint32_t first = ask_for_state();
  const uint32_t second = ask_for_state();
  host_.hand_in(*device_.client);
  EXPECT_TRUE(host_.has_input()) << "one input is handed in at a time";
  host_.hand_in(*device_.client);
  carry_out_all();
  EXPECT_EQ(recorder_.responses, (std::vector{first, second}));
}

TEST_F(ClientHostTest, RequestsThatWaitTogetherAreHandedInTogetherAndNoMoreThanTheBound) {
  for (size_t i = 0; i < ClientHost::kRequestsTogether + 1; ++i) ask_for_state();
  host_.hand_in_together(*device_.client);
  EXPECT_TRUE(host_.has_input());
  carry_out_all();
  EXPECT_EQ(recorder_.responses.size(), ClientHost::kRequestsTogether);
}

TEST_F(ClientHostTest, ARequestThatIsForgottenIsNotHandedIn) {
  const uint32_t first = ask_for_state();
  const uint32_t second = ask_for_state();
  host_.forget_requests([first](uint32_t request) { return request == first; });
  host_.hand_in_together(*device_.client);
  carry_out_all();
  EXPECT_EQ(recorder_.responses, std::vector{second});
}

TEST_F(ClientHostTest, FramesOfOneSocketShareAnInputUpToTheBound) {
  for (int i = 1; i < ClientHost::kFramesTogether; ++i) EXPECT_FALSE(host_.socket_frame_together(1, "frame"));
  EXPECT_TRUE(host_.socket_frame_together(1, "frame"));
  EXPECT_FALSE(host_.socket_frame_together(1, "frame")) << "the next input";
  EXPECT_FALSE(host_.socket_frame_together(2, "frame")) << "another socket";
  int inputs = 0;
  for (; host_.has_input(); ++inputs) host_.hand_in(*device_.client);
  EXPECT_EQ(inputs, 3);
}

TEST_F(ClientHostTest, WhatTheCoreAsksForReachesTheFunctionForIt) {
  client_api::Request request;
  request.mutable_request_code()->set_server("http://server:1/");
  request.mutable_request_code()->set_handle("+491700000001");
  host_.request(std::move(request));
  host_.hand_in(*device_.client);
  carry_out_all();
  EXPECT_THAT(recorder_.others, ::testing::Contains(::testing::HasSubstr("POST http://server:1/v1/registration/code")));
}

// A host whose network has whole bodies only, and the Input that it hands in next.
struct WholeHost final : HostActions {
  std::vector<client_api::HttpCall> calls;
  void respond(client_api::Response /*response*/) override {}
  void tell(client_api::Event /*event*/) override {}
  void open_socket(uint32_t /*socket*/, std::string /*url*/) override {}
  void send_frame(uint32_t /*socket*/, Bytes /*frame*/) override {}
  void close_socket(uint32_t /*socket*/) override {}
  void call_http(client_api::HttpCall call) override { calls.push_back(std::move(call)); }
  void wake_at(uint64_t /*monotonic_ms*/) override {}
};

TEST(WholeBodies, APieceIsAskedForUntilTheBodyIsWholeAndAnAnswerIsCut) {
  WholeHost network;
  ClientHost host(network);
  client_api::Action call;
  call.mutable_http_call()->set_call(3);
  call.mutable_http_call()->set_body_size(8);
  call.mutable_http_call()->set_in_pieces(true);
  host.carry_out(call);
  EXPECT_EQ(host.next_input().http_wanted().call(), 3u);
  host.forget_inputs();
  client_api::Action give;
  give.mutable_http_give()->set_call(3);
  give.mutable_http_give()->set_bytes("first");
  host.carry_out(give);
  EXPECT_TRUE(host.next_input().has_http_wanted());
  host.forget_inputs();
  EXPECT_TRUE(network.calls.empty());
  give.mutable_http_give()->set_bytes("end");
  host.carry_out(give);
  ASSERT_EQ(network.calls.size(), 1u);
  EXPECT_EQ(network.calls[0].body(), "firstend");
  EXPECT_FALSE(host.has_input());

  const Bytes answer(100'000, 'x');
  host.http_response(3, 200, answer);
  EXPECT_EQ(host.next_input().http_head().size(), 100'000u);
  host.forget_inputs();
  EXPECT_FALSE(host.has_input()) << "a piece is brought when it is asked for";
  client_api::Action take;
  take.mutable_http_take()->set_call(3);
  Bytes taken;
  for (const bool last : {false, true}) {
    host.carry_out(take);
    ASSERT_TRUE(host.has_input());
    EXPECT_EQ(host.next_input().http_piece().last(), last);
    taken += host.next_input().http_piece().bytes();
    host.forget_inputs();
  }
  EXPECT_EQ(taken, answer);
  host.carry_out(take);
  EXPECT_FALSE(host.has_input()) << "it is over";
}

TEST(WholeBodies, WhatIsNoSuccessComesWholeAndWhatIsCancelledNotAtAll) {
  WholeHost network;
  ClientHost host(network);
  client_api::Action call;
  call.mutable_http_call()->set_call(1);
  call.mutable_http_call()->set_in_pieces(true);
  host.carry_out(call);
  host.http_response(1, 404, "why");
  EXPECT_EQ(host.next_input().http_response().body(), "why");
  host.forget_inputs();
  call.mutable_http_call()->set_call(2);
  host.carry_out(call);
  host.http_response(2, 200, "body");
  host.forget_inputs();
  client_api::Action cancel;
  cancel.mutable_http_cancel()->set_call(2);
  host.carry_out(cancel);
  client_api::Action take;
  take.mutable_http_take()->set_call(2);
  host.carry_out(take);
  EXPECT_FALSE(host.has_input());
}

TEST_F(ClientHostTest, TheCoreCallsOffWhatItDoesNotKnow) {
  host_.http_wanted(77);
  host_.hand_in(*device_.client);
  ASSERT_TRUE(host_.has_action());
  EXPECT_EQ(host_.next_action().http_cancel().call(), 77u);
}

TEST_F(ClientHostTest, AProgramThatEndsForgetsInputsAndActions) {
  ask_for_state();
  host_.hand_in(*device_.client);
  ask_for_state();
  host_.forget();
  EXPECT_FALSE(host_.has_input());
  EXPECT_FALSE(host_.has_action());
}

}  // namespace
}  // namespace kith::core
