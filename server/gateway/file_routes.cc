// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/gateway/file_routes.h"

#include <algorithm>
#include <charconv>

#include "base/limits.h"
#include "net/http_range.h"
#include "server/gateway/api_bodies.h"
#include "server/handlers/handlers.h"

namespace kith::gateway {
namespace {

using net::HttpResponse;
using net::IncomingRequest;

constexpr const char* kVersion = "1.0.0";
constexpr const char* kExtensions = "creation,expiration,termination";
constexpr std::string_view kPath = "/v1/files";
constexpr std::string_view kPartType = "application/offset+octet-stream";
// What lies under an id never changes, and is worth nothing without its key.
constexpr const char* kCaching = "private, max-age=31536000, immutable";
constexpr const char* kRequestFields =
    ", Tus-Resumable, Upload-Length, Upload-Metadata, Upload-Offset, Range, If-Range, If-None-Match";
constexpr const char* kAnswerFields =
    ", Location, Tus-Resumable, Tus-Version, Tus-Extension, Tus-Max-Size, Upload-Offset, Upload-Length, Upload-Expires,"
    " ETag, Accept-Ranges, Content-Range, Content-Length";

// Digits alone. Absent too when it is more than 63 bits, which no size is.
std::optional<uint64_t> parse_size(std::string_view text) {
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc() || end != text.data() + text.size() || number > INT64_MAX)
    return std::nullopt;
  return number;
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

// The id that Upload-Metadata gives: "id <base64>" among pairs of any other names. None: it gives none.
Outcome<FileId> id_of_metadata(std::string_view metadata) {
  std::optional<FileId> id;
  while (!metadata.empty()) {
    const std::string_view pair = trimmed(metadata.substr(0, metadata.find(',')));
    metadata.remove_prefix(std::min(metadata.size(), metadata.find(',')));
    if (metadata.starts_with(',')) metadata.remove_prefix(1);
    const size_t space = pair.find(' ');
    if (pair.substr(0, space) != "id") continue;
    if (id) return refuse(wire::kMalformed, "Upload-Metadata: two ids");
    const auto bytes = from_base64(space == std::string_view::npos ? "" : pair.substr(space + 1));
    if (bytes && bytes->size() == FileId::kBytes) id = FileId::from_bytes(*bytes);
    if (!id || id->is_none()) return refuse(wire::kInvalidArgument, "Upload-Metadata: id is 16 bytes in base64");
  }
  return id.value_or(FileId());
}

std::optional<FileId> id_of_path(std::string_view path) {
  const std::string_view text = path.substr(kPath.size() + 1);
  auto bytes = text.size() == 2 * FileId::kBytes ? from_hex(text) : from_base64url(text);
  if (!bytes || bytes->size() != FileId::kBytes) return std::nullopt;
  return FileId::from_bytes(*bytes);
}

void set_upload_fields(HttpResponse& response, const wire::FileUpload& upload) {
  response.set("Upload-Offset", std::to_string(upload.offset()))
      .set("Upload-Expires", net::http_date(upload.expires_us() / 1'000'000));
}

std::optional<HttpResponse> refuse_version(const IncomingRequest& request) {
  if (request.find("Tus-Resumable") == kVersion) return std::nullopt;
  HttpResponse response =
      error_response(request, 412, {wire::kUnsupportedVersion, "Tus-Resumable: this server speaks 1.0.0", 0});
  response.set("Tus-Version", kVersion);
  return response;
}

HttpResponse no_such_file(const IncomingRequest& request) {
  return error_response(request, {wire::kNotFound, "no such path", 0});
}

Task<HttpResponse> create(Services& services, StreamCall& call) {
  const IncomingRequest& request = call.request;
  const auto size = parse_size(request.find("Upload-Length"));
  if (!size) co_return error_response(request, {wire::kMalformed, "Upload-Length is a number of bytes", 0});
  const auto id = id_of_metadata(request.find("Upload-Metadata"));
  if (!id) co_return error_response(request, id.error());
  const auto upload = co_await handlers::begin_upload(services, call.caller, *id, *size);
  if (!upload) co_return error_response(request, upload.error());
  HttpResponse response = message_response(request, 201, *upload);
  response.set("Location", std::string(kPath) + "/" + to_hex(upload->file_id()));
  set_upload_fields(response, *upload);
  co_return response;
}

// What came of it stays, and the answer says how much that is.
HttpResponse broken_off(const IncomingRequest& request, StreamError error) {
  const int status = net::http_status_of(error);
  switch (error) {
    case StreamError::kTooLong: return error_response(request, status, {wire::kTooLarge, "the body is too long", 0});
    case StreamError::kMalformed: return error_response(request, status, {wire::kMalformed, "the body", 0});
    default: return error_response(request, status, {wire::kUnavailable, "the body broke off", 0});
  }
}

Task<HttpResponse> take_part(Services& services, StreamCall& call, FileId file) {
  const IncomingRequest& request = call.request;
  if (!net::equal_without_case(request.find("Content-Type"), kPartType))
    co_return error_response(request, 415,
                             {wire::kMalformed, "Content-Type must be application/offset+octet-stream", 0});
  const auto offset = parse_size(request.find("Upload-Offset"));
  if (!offset) co_return error_response(request, {wire::kMalformed, "Upload-Offset is a number of bytes", 0});
  const auto progress =
      co_await handlers::continue_upload(services, call.caller, file, {*offset, call.body_size}, call.body);
  if (!progress) co_return error_response(request, progress.error());
  HttpResponse response;
  response.status = 204;
  if (progress->broke_off) response = broken_off(request, *progress->broke_off);
  set_upload_fields(response, progress->upload);
  co_return response;
}

Task<HttpResponse> tell_state(Services& services, StreamCall& call, FileId file) {
  const auto upload = co_await handlers::upload_state(services, call.caller, file);
  if (!upload) co_return error_response(call.request, upload.error());
  HttpResponse response;
  set_upload_fields(response, *upload);
  response.set("Upload-Length", std::to_string(upload->size()));
  co_return response;
}

Task<HttpResponse> remove(Services& services, StreamCall& call, FileId file) {
  const auto removed = co_await handlers::delete_file(services, call.caller, file);
  if (!removed) co_return error_response(call.request, removed.error());
  HttpResponse response;
  response.status = 204;
  co_return response;
}

Task<HttpResponse> give(Services& services, StreamCall& call, FileId file) {
  const IncomingRequest& request = call.request;
  const auto size = co_await handlers::ask_for_file(services, file);
  if (!size) co_return error_response(request, size.error());
  const std::string etag = "\"" + file.hex() + "\"";
  HttpResponse response;
  response.set("ETag", etag).set("Cache-Control", kCaching);
  if (const std::string_view known = request.find("If-None-Match"); known == etag || known == "*") {
    response.status = 304;
    co_return response;
  }
  std::unique_ptr<ByteSource> source;
  const net::RangeChoice choice = net::choose_range(request, *size, etag);
  if (choice.kind == net::RangeChoice::Kind::kNone) response.fields.clear();  // nothing to be kept
  if (choice.kind != net::RangeChoice::Kind::kNone && request.method == "GET") {
    auto opened = co_await handlers::open_file(services, file, choice.range.first, choice.range.size);
    if (!opened) co_return error_response(request, opened.error());
    source = std::move(*opened);
  }
  response.set("Content-Type", "application/octet-stream");
  net::set_ranged_body(response, request, *size, etag, [&source](net::ByteRange) { return std::move(source); });
  co_return response;
}

Task<HttpResponse> answer_uploads(Services& services, StreamCall& call) {
  if (auto refused = refuse_version(call.request)) co_return std::move(*refused);
  Task<HttpResponse> creating = create(services, call);
  HttpResponse response = co_await std::move(creating);
  response.set("Tus-Resumable", kVersion);
  co_return response;
}

Task<HttpResponse> answer_file(Services& services, StreamCall& call) {
  const IncomingRequest& request = call.request;
  const auto file = id_of_path(request.path());
  if (!file || file->is_none()) co_return no_such_file(request);
  const bool asks_for_file = request.method == "GET" || (request.method == "HEAD" && !request.has("Tus-Resumable"));
  if (asks_for_file) {
    if (call.body_size != 0) co_return error_response(request, {wire::kInvalidArgument, "a body", 0});
    Task<HttpResponse> giving = give(services, call, *file);
    co_return co_await std::move(giving);
  }
  if (auto refused = refuse_version(request)) co_return std::move(*refused);
  Task<HttpResponse> working = request.method == "PATCH"  ? take_part(services, call, *file)
                               : request.method == "HEAD" ? tell_state(services, call, *file)
                                                          : remove(services, call, *file);
  HttpResponse response = co_await std::move(working);
  response.set("Tus-Resumable", kVersion);
  co_return response;
}

}  // namespace

std::vector<StreamRoute> file_routes(Services& services) {
  const std::vector<std::pair<std::string, std::string>> options = {
      {"Tus-Resumable", kVersion},
      {"Tus-Version", kVersion},
      {"Tus-Extension", kExtensions},
      {"Tus-Max-Size", std::to_string(handlers::upload_bytes_max(services))},
  };
  std::vector<StreamRoute> routes = {
      {"/v1/files", {"POST"}, true, 0, [&services](StreamCall& call) { return answer_uploads(services, call); }},
      {"/v1/files/",
       {"PATCH", "GET", "DELETE"},
       true,
       kFilePartBytesMax,
       [&services](StreamCall& call) { return answer_file(services, call); }},
  };
  for (StreamRoute& route : routes) {
    route.options = options;
    route.request_fields = kRequestFields;
    route.answer_fields = kAnswerFields;
  }
  return routes;
}

}  // namespace kith::gateway
