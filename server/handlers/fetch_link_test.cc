// SPDX-License-Identifier: AGPL-3.0-or-later

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "base/limits.h"
#include "server/handlers/testing/handlers_world.h"
#include "server/ports/link_fetcher.h"

namespace kith::testing {
namespace {

// Answers what a test has told it to.
class ToldFetcher final : public LinkFetcher {
 public:
  Task<Result<Fetched, LinkError>> fetch(std::string url, What what) override {
    asked.push_back({url, what});
    co_return answer;
  }
  struct Asked {
    std::string url;
    What what;
  };
  std::vector<Asked> asked;
  Result<Fetched, LinkError> answer = Fetched{"https://example.org/there", "text/html", "<title>Hello</title>"};
};

class FetchLinkTest : public ::testing::Test {
 protected:
  FetchLinkTest() : world(fetching()) { world.services().link_fetcher = &fetcher; }
  static HandlersWorldOptions fetching() {
    HandlersWorldOptions options;
    options.handlers.limits.set_link_fetching(true);
    return options;
  }
  Outcome<wire::FetchLinkResponse> fetch(const DeviceAddress& caller, const std::string& url = "https://example.org/",
                                         wire::FetchLinkRequest::What what = wire::FetchLinkRequest::kPage) {
    wire::FetchLinkRequest request;
    request.set_url(url);
    request.set_what(what);
    return world.run(handlers::fetch_link(world.services(), caller, request));
  }
  std::string refusal(const Outcome<wire::FetchLinkResponse>& outcome) {
    return outcome ? "none" : wire::ErrorCode_Name(outcome.error().code);
  }

  ToldFetcher fetcher;
  HandlersWorld world;
  const DeviceAddress ana{world.add_account(2), {1}};
  const DeviceAddress anas_second{ana.account, {2}};
  const DeviceAddress ben{world.add_account(), {1}};
};

TEST_F(FetchLinkTest, GivesWhatIsThere_PREVIEW_2) {
  const auto fetched = fetch(ana, "https://example.org/a.png", wire::FetchLinkRequest::kPicture);
  ASSERT_TRUE(fetched);
  EXPECT_EQ(fetched->final_url(), "https://example.org/there");
  EXPECT_EQ(fetched->content_type(), "text/html");
  EXPECT_EQ(fetched->body(), "<title>Hello</title>");
  ASSERT_EQ(fetcher.asked.size(), 1u);
  EXPECT_EQ(fetcher.asked[0].url, "https://example.org/a.png");
  EXPECT_EQ(fetcher.asked[0].what, LinkFetcher::What::kPicture);
}

TEST_F(FetchLinkTest, EachRefusalHasAName_PREVIEW_2) {
  const std::pair<LinkError, const char*> kErrors[] = {{LinkError::kRefused, "kLinkRefused"},
                                                       {LinkError::kUnreachable, "kLinkUnreachable"},
                                                       {LinkError::kWrongType, "kLinkWrongType"},
                                                       {LinkError::kTooLarge, "kTooLarge"},
                                                       {LinkError::kBusy, "kUnavailable"}};
  for (const auto& [error, name] : kErrors) {
    fetcher.answer = Fail(error);
    EXPECT_EQ(refusal(fetch(ana)), name);
  }
  EXPECT_GT(fetch(ana).error().retry_after_ms, 0u) << "the last, of kBusy";
  fetcher.answer = LinkFetcher::Fetched{"https://example.org/\xFF", "text/html", ""};
  EXPECT_EQ(refusal(fetch(ana)), "kLinkUnreachable") << "no text that could be told";
}

TEST_F(FetchLinkTest, WhatIsNoRequestIsNotAskedFor_PREVIEW_2) {
  EXPECT_EQ(refusal(fetch(ana, "https://example.org/", wire::FetchLinkRequest::kUnspecified)), "kInvalidArgument");
  EXPECT_EQ(refusal(fetch(ana, "")), "kLinkRefused");
  EXPECT_EQ(refusal(fetch(ana, "https://" + std::string(kLinkUrlBytesMax, 'a'))), "kLinkRefused");
  EXPECT_TRUE(fetcher.asked.empty());
}

TEST_F(FetchLinkTest, AnAccountHasTenAtOnceAndThirtyAMinute_PREVIEW_2) {
  for (int i = 0; i < 5; ++i) {
    EXPECT_TRUE(fetch(ana));
    EXPECT_TRUE(fetch(anas_second));
  }
  EXPECT_EQ(refusal(fetch(ana)), "kRateLimited");
  EXPECT_EQ(refusal(fetch(anas_second)), "kRateLimited");
  EXPECT_TRUE(fetch(ben)) << "another account";
  world.loops.pass(2'000);
  EXPECT_TRUE(fetch(ana));
  EXPECT_EQ(refusal(fetch(ana)), "kRateLimited");
  EXPECT_EQ(fetcher.asked.size(), 12u);
}

TEST_F(FetchLinkTest, AServerMayDoWithout_PREVIEW_3) {
  world.services().settings.limits.set_link_fetching(false);
  EXPECT_EQ(refusal(fetch(ana)), "kNoLinkFetching");
  world.services().settings.limits.set_link_fetching(true);
  world.services().link_fetcher = nullptr;
  EXPECT_EQ(refusal(fetch(ana)), "kNoLinkFetching");
  EXPECT_TRUE(fetcher.asked.empty());
}

}  // namespace
}  // namespace kith::testing
