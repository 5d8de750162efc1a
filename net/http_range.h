// SPDX-License-Identifier: AGPL-3.0-or-later

// Answers to GET and HEAD whose body has a size, and of which a part may be asked for.
//
// One range of bytes is taken; a request for several, in another unit, or in no known form gets the whole, as RFC 9110
// lets it. If-Range goes by the strong ETag; a date is never the same.
// Source: RFC 9110, section 14.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "net/http.h"

namespace kith::net {

struct ByteRange {
  uint64_t first = 0;
  uint64_t size = 0;
  friend bool operator==(const ByteRange&, const ByteRange&) = default;
};

struct RangeChoice {
  enum class Kind : uint8_t { kWhole, kPart, kNone } kind = Kind::kWhole;  // kNone: nothing of it is there (416)
  ByteRange range;                                                         // of kWhole and kPart
};
// What of a body of `size` bytes the request asks for. `etag`: with its quotes; "" when it has none.
RangeChoice choose_range(const IncomingRequest& request, uint64_t size, std::string_view etag);

// Makes `response` (200) that body, or the part that is asked for (206), or 416 with none; with Accept-Ranges. `open`
// makes the source of a range, unless none is sent: for 416, and for HEAD.
void set_ranged_body(HttpResponse& response, const IncomingRequest& request, uint64_t size, std::string_view etag,
                     const std::function<std::unique_ptr<ByteSource>(ByteRange)>& open);

}  // namespace kith::net
