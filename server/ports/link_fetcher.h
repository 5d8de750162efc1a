// SPDX-License-Identifier: AGPL-3.0-or-later

// What is on the web, as anybody on the public internet would get it (PREVIEW-2).
#pragma once

#include <cstdint>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "base/task.h"

namespace kith {

enum class LinkError : uint8_t {
  kRefused,      // no address on the web, not a port of it, or a network that is not public; or a redirect leads there
  kUnreachable,  // nobody is there, nothing came in time, or an error did; too many redirects
  kWrongType,    // something else than was asked for
  kTooLarge,     // a picture of more than kLinkPictureBytesMax bytes
  kBusy,         // as many as may be are under way: nothing was asked for
};

class LinkFetcher {
 public:
  enum class What : uint8_t {
    kPage,     // text/html or application/xhtml+xml: its first kLinkPageBytesMax bytes
    kPicture,  // image/jpeg, image/png, image/webp or image/gif
  };
  struct Fetched {
    std::string final_url;     // after all redirects, at most kLinkUrlBytesMax bytes
    std::string content_type;  // as was said there, at most kContentTypeBytesMax bytes
    Bytes body;                // decoded
  };

  virtual ~LinkFetcher() = default;

  // Answers within ten seconds, on the executor that called. `url`: any text of at most kLinkUrlBytesMax bytes.
  virtual Task<Result<Fetched, LinkError>> fetch(std::string url, What what) = 0;
};

}  // namespace kith
