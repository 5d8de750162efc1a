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

client_api::Action call_with_file(uint32_t call) {
  client_api::Action action;
  action.mutable_http_call()->set_call(call);
  action.mutable_http_call()->set_body_file("file");
  action.mutable_http_call()->set_body_size(8);
  return action;
}

TEST_F(ClientHostTest, AHostWithoutFilesHasNoneToSendAndBringsNone) {
  host_.carry_out(call_with_file(3));
  EXPECT_EQ(host_.next_input().file_fetched().outcome(), client_api::FileFetched::kMissing);
  host_.forget_inputs();
  client_api::Action fetch;
  fetch.mutable_fetch_file()->set_call(4);
  host_.carry_out(fetch);
  EXPECT_EQ(host_.next_input().file_fetched().outcome(), client_api::FileFetched::kFailed);
  EXPECT_EQ(host_.next_input().file_fetched().call(), 4u);
  EXPECT_TRUE(recorder_.others.empty());
}

TEST_F(ClientHostTest, WhatIsAboutFilesReachesWhoKeepsThem) {
  struct Files final : FileActions {
    std::vector<std::string> told;
    void call_with_file(client_api::HttpCall call) override { told.push_back("send " + call.body_file()); }
    void fetch_file(client_api::FetchFile fetch) override { told.push_back("fetch " + fetch.file()); }
    void cancel(uint32_t call) override { told.push_back("cancel " + std::to_string(call)); }
    void remove_file(std::string file) override { told.push_back("remove " + file); }
  } files;
  ClientHost host(recorder_, &files);
  host.carry_out(call_with_file(3));
  client_api::Action action;
  action.mutable_fetch_file()->set_file("a");
  host.carry_out(action);
  action.mutable_http_cancel()->set_call(3);
  host.carry_out(action);
  action.mutable_remove_file()->set_file("b");
  host.carry_out(action);
  EXPECT_EQ(files.told, (std::vector<std::string>{"send file", "fetch a", "cancel 3", "remove b"}));
  EXPECT_FALSE(host.has_input());
}

TEST_F(ClientHostTest, TheCoreCallsOffWhatItDoesNotKnow) {
  host_.http_progress(77, 1);
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
