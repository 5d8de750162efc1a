// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/link_fetching.h"

#include "base/limits.h"
#include "core/engine.h"
#include "core/link_preview.h"

namespace kith::core {

namespace {

// The numbers of both requests are the same.
static_assert(static_cast<int>(client_api::FetchLinkRequest::kPage) == static_cast<int>(wire::FetchLinkRequest::kPage));
static_assert(static_cast<int>(client_api::FetchLinkRequest::kPicture) ==
              static_cast<int>(wire::FetchLinkRequest::kPicture));

constexpr size_t kAnswerBytesMax = kLinkPictureBytesMax + kLinkUrlBytesMax + kContentTypeBytesMax + 64;

}  // namespace

void LinkFetching::connected(const wire::Limits& limits) {
  if (is_possible() == limits.link_fetching()) return;
  engine_.store.settings.set(setting::kLinkFetching, limits.link_fetching() ? 1 : 0);
}

bool LinkFetching::is_possible() { return engine_.store.settings.integer(setting::kLinkFetching, 0) != 0; }

void LinkFetching::fetch(uint32_t request, const client_api::FetchLinkRequest& what) {
  Output& output = engine_.output;
  if (what.what() != client_api::FetchLinkRequest::kPage && what.what() != client_api::FetchLinkRequest::kPicture)
    return output.fail(request, FailureCode::kInvalidArgument, "what: a page or a picture");
  if (what.url().size() > kLinkUrlBytesMax)
    return output.fail(request, FailureCode::kTooLarge,
                       "url: has more than " + std::to_string(kLinkUrlBytesMax) + " bytes");
  if (!is_web_address(what.url()))
    return output.fail(request, FailureCode::kLinkRefused, "url: must begin with http:// or https:// and a host");
  if (!engine_.connection.wanted()) return output.fail(request, FailureCode::kOffline, "not connected");
  wire::FetchLinkRequest body;
  body.set_url(what.url());
  body.set_what(static_cast<wire::FetchLinkRequest::What>(what.what()));
  engine_.http.call(
      "POST", "/v1/links/fetch", body.SerializeAsString(),
      [this, request](const HttpReply& reply) { answer(request, reply); }, {}, kAnswerBytesMax);
}

void LinkFetching::answer(uint32_t request, const HttpReply& reply) {
  // An older server has no such route.
  if (reply.status == 404) return engine_.output.fail(request, FailureCode::kNoLinkFetching, "");
  auto fetched = reply.parse<wire::FetchLinkResponse>();
  const bool is_within = fetched && is_web_address(fetched->final_url()) &&
                         fetched->content_type().size() <= kContentTypeBytesMax &&
                         fetched->body().size() <= kLinkPictureBytesMax;
  if (!is_within) return engine_.output.fail(request, failure_of(reply));
  client_api::Response response;
  response.set_id(request);
  client_api::FetchLinkResponse& answer = *response.mutable_fetch_link();
  answer.set_final_url(fetched->final_url());
  answer.set_content_type(fetched->content_type());
  answer.set_body(std::move(*fetched->mutable_body()));
  engine_.output.respond(std::move(response));
}

}  // namespace kith::core
