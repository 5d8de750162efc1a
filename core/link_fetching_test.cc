// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/link_fetching.h"

#include <string>
#include <vector>

#include "base/limits.h"
#include "core/testing/linked_devices.h"
#include "core/testing/two_people.h"

namespace kith::core::testing {
namespace {

using client_api::Failure;
using client_api::FetchLinkRequest;
using Reply = LoopbackServer::HttpReply;

class LinkFetchingTest : public TwoPeople {
 protected:
  LinkFetchingTest() {
    world_.server->fetch_link = [this](const wire::FetchLinkRequest& request) {
      asked_.push_back(request);
      return reply_;
    };
    found_.set_final_url("https://example.org/there");
    found_.set_content_type("text/html");
    found_.set_body("<title>Hello</title>");
    answers(found_);
  }
  void answers(const wire::FetchLinkResponse& found) { reply_ = {200, found.SerializeAsString()}; }
  void refuses(uint32_t status, wire::ErrorCode code) {
    wire::ApiError error;
    error.set_code(code);
    error.set_retry_after_ms(2000);
    reply_ = {status, error.SerializeAsString()};
  }
  client_api::Response fetch(const std::string& url, FetchLinkRequest::What what = FetchLinkRequest::kPage) {
    client_api::Request request;
    request.mutable_fetch_link()->set_url(url);
    request.mutable_fetch_link()->set_what(what);
    return ana_.request(std::move(request));
  }
  Failure::Code failure() { return fetch("https://example.org/").failure().code(); }
  static client_api::Settings settings(Host& host) {
    client_api::Request request;
    request.mutable_get_settings();
    return host.request(std::move(request)).get_settings();
  }

  Reply reply_;
  wire::FetchLinkResponse found_;
  std::vector<wire::FetchLinkRequest> asked_;
};

TEST_F(LinkFetchingTest, TheServerFetchesWhatALinkLeadsTo_PREVIEW_2) {
  const auto answer = fetch("https://example.org/here");
  ASSERT_FALSE(answer.has_failure());
  EXPECT_EQ(answer.fetch_link().final_url(), "https://example.org/there");
  EXPECT_EQ(answer.fetch_link().content_type(), "text/html");
  EXPECT_EQ(answer.fetch_link().body(), "<title>Hello</title>");
  ASSERT_EQ(asked_.size(), 1u);
  EXPECT_EQ(asked_[0].url(), "https://example.org/here");
  EXPECT_EQ(asked_[0].what(), wire::FetchLinkRequest::kPage);
}

TEST_F(LinkFetchingTest, AWholePictureComes_PREVIEW_2) {
  found_.set_body(std::string(kLinkPictureBytesMax, 'p'));
  answers(found_);
  const auto answer = fetch("https://example.org/a.png", FetchLinkRequest::kPicture);
  EXPECT_EQ(answer.fetch_link().body().size(), kLinkPictureBytesMax);
  EXPECT_EQ(asked_.at(0).what(), wire::FetchLinkRequest::kPicture);
}

TEST_F(LinkFetchingTest, WhatIsNoAddressIsNotAskedFor_PREVIEW_2) {
  EXPECT_EQ(fetch("file:///etc/passwd").failure().code(), Failure::kLinkRefused);
  EXPECT_EQ(fetch("https://a@example.org/").failure().code(), Failure::kLinkRefused);
  EXPECT_EQ(fetch("https://example.org/" + std::string(kLinkUrlBytesMax, 'a')).failure().code(), Failure::kTooLarge);
  EXPECT_EQ(fetch("https://example.org/", FetchLinkRequest::kUnspecified).failure().code(), Failure::kInvalidArgument);
  (void)disconnect(ana_);
  EXPECT_EQ(failure(), Failure::kOffline);
  EXPECT_TRUE(asked_.empty());
}

TEST_F(LinkFetchingTest, EachRefusalHasAName_PREVIEW_2) {
  const struct {
    uint32_t status;
    wire::ErrorCode code;
    Failure::Code failure;
  } kCases[] = {{403, wire::kNoLinkFetching, Failure::kNoLinkFetching},
                {422, wire::kLinkRefused, Failure::kLinkRefused},
                {502, wire::kLinkUnreachable, Failure::kLinkUnreachable},
                {422, wire::kLinkWrongType, Failure::kLinkWrongType},
                {413, wire::kTooLarge, Failure::kTooLarge},
                {429, wire::kRateLimited, Failure::kRateLimited},
                {503, wire::kUnavailable, Failure::kServer}};
  for (const auto& each : kCases) {
    refuses(each.status, each.code);
    EXPECT_EQ(failure(), each.failure) << each.code;
  }
  EXPECT_EQ(fetch("https://example.org/").failure().retry_after_ms(), 2000u);
  world_.server->fetch_link = {};
  EXPECT_EQ(failure(), Failure::kNoLinkFetching) << "an older server";
}

TEST_F(LinkFetchingTest, ALyingServersAnswerIsNone_PREVIEW_2) {
  found_.set_final_url("javascript:alert(1)");
  answers(found_);
  EXPECT_EQ(failure(), Failure::kNotKith);
  found_.set_final_url("https://example.org/");
  found_.set_content_type(std::string(kContentTypeBytesMax + 1, 'a'));
  answers(found_);
  EXPECT_EQ(failure(), Failure::kNotKith);
  found_.set_content_type("text/html");
  found_.set_body(std::string(kLinkPictureBytesMax + 1, 'p'));
  answers(found_);
  EXPECT_EQ(failure(), Failure::kNotKith);
}

TEST_F(LinkFetchingTest, AServerSaysWhetherItDoesIt_PREVIEW_2) {
  EXPECT_FALSE(state(ana_).link_fetching());
  world_.server->limits.set_link_fetching(true);
  ana_.set_network(false);
  ana_.set_network(true);
  world_.advance(5000);
  EXPECT_TRUE(state(ana_).link_fetching());
  ana_.close();
  ana_.reopen();
  EXPECT_TRUE(state(ana_).link_fetching()) << "as it has told last";
  world_.server->limits.set_link_fetching(false);
  connect(ana_);
  world_.advance(5000);
  EXPECT_FALSE(state(ana_).link_fetching());
}

TEST_F(LinkFetchingTest, TheSettingIsOffAtFirstAndOfAllDevices_PREVIEW_3) {
  Host& web = world_.add("web");
  link(world_, ana_, web, "Web");
  EXPECT_FALSE(settings(ana_).link_previews());
  client_api::Request request;
  request.mutable_set_settings()->set_link_previews(true);
  EXPECT_TRUE(web.request(request).set_settings().link_previews());
  world_.advance(10'000);
  EXPECT_TRUE(settings(ana_).link_previews());
  EXPECT_TRUE(settings(ana_).read_receipts()) << "nothing else is another";
  request.mutable_set_settings()->set_link_previews(false);
  ASSERT_FALSE(ana_.request(request).has_failure());
  world_.advance(10'000);
  EXPECT_FALSE(settings(web).link_previews());
}

}  // namespace
}  // namespace kith::core::testing
