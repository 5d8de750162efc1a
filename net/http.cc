// SPDX-License-Identifier: AGPL-3.0-or-later

#include "net/http.h"

#include <time.h>

#include <algorithm>

namespace kith::net {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

}  // namespace

// Whatever the locale is.
std::string http_date(uint64_t unix_seconds) {
  static constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto time = static_cast<time_t>(unix_seconds);
  tm parts{};
  gmtime_r(&time, &parts);
  char text[64];
  const int size =
      snprintf(text, sizeof text, "%s, %02d %s %04d %02d:%02d:%02d GMT", kDays[parts.tm_wday], parts.tm_mday,
               kMonths[parts.tm_mon], parts.tm_year + 1900, parts.tm_hour, parts.tm_min, parts.tm_sec);
  return {text, static_cast<size_t>(size)};
}

bool equal_without_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view IncomingRequest::find(std::string_view name) const {
  for (const auto& [field, value] : fields) {
    if (equal_without_case(field, name)) return value;
  }
  return {};
}

bool IncomingRequest::has(std::string_view name) const {
  return std::ranges::any_of(fields, [&](const auto& field) { return equal_without_case(field.first, name); });
}

bool IncomingRequest::list_has(std::string_view name, std::string_view token) const {
  for (const auto& [field, value] : fields) {
    if (!equal_without_case(field, name)) continue;
    std::string_view rest = value;
    for (;;) {
      const size_t comma = rest.find(',');
      if (equal_without_case(trimmed(rest.substr(0, comma)), token)) return true;
      if (comma == std::string_view::npos) break;
      rest.remove_prefix(comma + 1);
    }
  }
  return false;
}

std::string_view http_reason(int status) {
  switch (status) {
    case 100: return "Continue";
    case 101: return "Switching Protocols";
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 206: return "Partial Content";
    case 302: return "Found";
    case 303: return "See Other";
    case 304: return "Not Modified";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 406: return "Not Acceptable";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 410: return "Gone";
    case 412: return "Precondition Failed";
    case 413: return "Content Too Large";
    case 415: return "Unsupported Media Type";
    case 416: return "Range Not Satisfiable";
    case 417: return "Expectation Failed";
    case 422: return "Unprocessable Content";
    case 426: return "Upgrade Required";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 503: return "Service Unavailable";
    case 505: return "HTTP Version Not Supported";
    case 507: return "Insufficient Storage";
    default: return "Unknown";
  }
}

void append_http_head(Bytes& out, const HttpResponse& response, bool keep_alive, uint64_t unix_seconds, bool http_1_1) {
  out.append("HTTP/1.1 ").append(std::to_string(response.status)).append(" ").append(http_reason(response.status));
  out.append("\r\nDate: ").append(http_date(unix_seconds));
  for (const auto& [name, value] : response.fields) out.append("\r\n").append(name).append(": ").append(value);
  if (response.status >= 200 && response.status != 204 && response.status != 304) {
    if (!response.stream || response.stream_size) {
      const uint64_t size = response.stream_size.value_or(response.body.size());
      out.append("\r\nContent-Length: ").append(std::to_string(size));
    } else if (http_1_1) {
      out.append("\r\nTransfer-Encoding: chunked");
    }
  }
  if (response.status >= 200) out.append(keep_alive ? "\r\nConnection: keep-alive" : "\r\nConnection: close");
  out.append("\r\n\r\n");
}

void append_chunk(Bytes& out, BytesView piece) {
  char size[24];
  const int length = snprintf(size, sizeof size, "%zx\r\n", piece.size());
  out.append(size, static_cast<size_t>(length)).append(piece).append("\r\n");
}

int http_status_of(StreamError error) {
  switch (error) {
    case StreamError::kStalled: return 408;
    case StreamError::kTooLong: return 413;
    case StreamError::kGone:
    case StreamError::kMalformed: return 400;
    case StreamError::kFailed: break;
  }
  return 503;
}

}  // namespace kith::net
