// SPDX-License-Identifier: AGPL-3.0-or-later

// What a link leads to, for a preview that its writer's device makes (PREVIEW-2). Nothing of it is read, kept or
// logged here: the fetcher's bounds are what this server and its network are guarded by, rates are what others on the
// web are.
#include "base/limits.h"
#include "server/handlers/checks.h"
#include "server/handlers/handlers.h"
#include "server/ports/link_fetcher.h"

namespace kith::handlers {
namespace {

constexpr uint32_t kRetryBusyMs = 2'000;

Refusal refusal_of(LinkError error) {
  switch (error) {
    case LinkError::kRefused: return {wire::kLinkRefused, "url", 0};
    case LinkError::kUnreachable: return {wire::kLinkUnreachable, "", 0};
    case LinkError::kWrongType: return {wire::kLinkWrongType, "", 0};
    case LinkError::kTooLarge:
      return {wire::kTooLarge, "the picture has more than " + std::to_string(kLinkPictureBytesMax) + " bytes", 0};
    case LinkError::kBusy: return {wire::kUnavailable, "too many links are fetched at this moment", kRetryBusyMs};
  }
  return {wire::kInternal, "", 0};
}

Task<Outcome<wire::FetchLinkResponse>> fetch(Services& services, DeviceAddress caller, wire::FetchLinkRequest request) {
  if (services.link_fetcher == nullptr || !services.settings.limits.link_fetching())
    co_return refuse(wire::kNoLinkFetching, "");
  if (request.what() != wire::FetchLinkRequest::kPage && request.what() != wire::FetchLinkRequest::kPicture)
    co_return refuse(wire::kInvalidArgument, "what");
  if (request.url().empty() || request.url().size() > kLinkUrlBytesMax) co_return refuse(wire::kLinkRefused, "url");
  if (const uint32_t wait_ms = services.rate_limits.take(Limit::kLinkFetch, caller.account.view()); wait_ms != 0)
    co_return refuse_rate(wait_ms);
  const auto what =
      request.what() == wire::FetchLinkRequest::kPage ? LinkFetcher::What::kPage : LinkFetcher::What::kPicture;
  std::string url = std::move(*request.mutable_url());
  auto fetched = co_await services.link_fetcher->fetch(std::move(url), what);
  if (!fetched) co_return std::unexpected<Refusal>(refusal_of(fetched.error()));
  wire::FetchLinkResponse response;
  // Of its own bytes a stranger's server may choose any.
  if (!is_utf8(fetched->final_url)) co_return std::unexpected<Refusal>(refusal_of(LinkError::kUnreachable));
  response.set_final_url(std::move(fetched->final_url));
  response.set_content_type(std::move(fetched->content_type));
  response.set_body(std::move(fetched->body));
  co_return response;
}

}  // namespace

Task<Outcome<wire::FetchLinkResponse>> fetch_link(Services& services, DeviceAddress caller,
                                                  wire::FetchLinkRequest request) {
  return come_back(fetch(services, caller, std::move(request)));
}

}  // namespace kith::handlers
