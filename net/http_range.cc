// SPDX-License-Identifier: AGPL-3.0-or-later

#include "net/http_range.h"

#include <charconv>
#include <optional>
#include <string>

namespace kith::net {
namespace {

// Digits only, whole; absent too when it is more than 64 bits.
std::optional<uint64_t> parse_number(std::string_view text) {
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

RangeChoice choose_range(const IncomingRequest& request, uint64_t size, std::string_view etag) {
  const RangeChoice whole{RangeChoice::Kind::kWhole, {0, size}};
  constexpr std::string_view kUnit = "bytes=";
  std::string_view text = request.find("Range");
  if (request.method != "GET" || text.size() < kUnit.size() || !equal_without_case(text.substr(0, kUnit.size()), kUnit))
    return whole;
  if (request.has("If-Range") && (etag.empty() || request.find("If-Range") != etag)) return whole;
  text.remove_prefix(kUnit.size());
  const size_t dash = text.find('-');
  if (dash == std::string_view::npos) return whole;
  const auto first = parse_number(text.substr(0, dash));
  const auto last = parse_number(text.substr(dash + 1));
  const bool first_is_said = dash > 0;
  const bool last_is_said = dash + 1 < text.size();
  if (first_is_said != first.has_value() || last_is_said != last.has_value()) return whole;
  constexpr RangeChoice kNone{RangeChoice::Kind::kNone, {}};
  if (first) {
    if (last && *last < *first) return whole;  // no range at all
    if (*first >= size) return kNone;
    const uint64_t rest = size - *first;
    const bool ends_before = last && *last - *first < rest;
    return {RangeChoice::Kind::kPart, {*first, ends_before ? *last - *first + 1 : rest}};
  }
  if (!last) return whole;
  if (*last == 0 || size == 0) return kNone;
  const uint64_t suffix = std::min(*last, size);
  return {RangeChoice::Kind::kPart, {size - suffix, suffix}};
}

void set_ranged_body(HttpResponse& response, const IncomingRequest& request, uint64_t size, std::string_view etag,
                     const std::function<std::unique_ptr<ByteSource>(ByteRange)>& open) {
  response.set("Accept-Ranges", "bytes");
  const RangeChoice choice = choose_range(request, size, etag);
  const std::string of_size = "/" + std::to_string(size);
  if (choice.kind == RangeChoice::Kind::kNone) {
    response.status = 416;
    response.set("Content-Range", "bytes *" + of_size);
    return;
  }
  const ByteRange range = choice.range;
  if (choice.kind == RangeChoice::Kind::kPart) {
    response.status = 206;
    response.set("Content-Range",
                 "bytes " + std::to_string(range.first) + "-" + std::to_string(range.first + range.size - 1) + of_size);
  }
  if (request.method != "HEAD") response.stream = open(range);
  response.stream_size = range.size;
}

}  // namespace kith::net
