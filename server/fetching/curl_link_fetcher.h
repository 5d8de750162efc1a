// SPDX-License-Identifier: AGPL-3.0-or-later

// Links by libcurl, on a thread of its own (PREVIEW-2).
//
// What a link leads to is chosen by strangers, so everything is bounded: where a connection goes (public_address.h,
// asked when its socket is opened, so that no name, no form of a number and no redirect gets around it), how many
// redirects, how long, how many bytes, decoded, and how many at once. Each request is a connection of its own, with
// nothing from before: no cookies, no names and passwords, no referrer, no proxy of the environment. Nothing of links
// is logged.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "server/fetching/public_address.h"
#include "server/ports/link_fetcher.h"

namespace kith::fetching {

struct FetchSettings {
  std::vector<AllowedNetwork> allowed;  // besides the web
  uint32_t at_once_max = 32;            // under way: kBusy beyond
  uint32_t connect_ms = 5'000;          // for a connection
  uint32_t whole_ms = 8'000;            // for all of it, redirects included
};

class CurlLinkFetcher final : public LinkFetcher {
 public:
  static constexpr int kRedirectsMax = 5;
  static constexpr size_t kHeaderBytesMax = 64 * 1024;  // of one answer

  explicit CurlLinkFetcher(FetchSettings settings);
  // Ends what is under way: executors that called are still there.
  ~CurlLinkFetcher() override;
  CurlLinkFetcher(const CurlLinkFetcher&) = delete;
  CurlLinkFetcher& operator=(const CurlLinkFetcher&) = delete;

  Task<Result<Fetched, LinkError>> fetch(std::string url, What what) override;
  // From now on everything is answered by kBusy, and what is under way by kUnreachable, at once. Any thread.
  void stop();

  // Since the start. Any thread.
  struct Counts {
    uint64_t fetched = 0;
    std::array<uint64_t, 5> failed{};  // by LinkError
    uint64_t bytes = 0;                // of bodies, decoded
    uint32_t under_way = 0;
  };
  [[nodiscard]] Counts counts() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace kith::fetching
