// SPDX-License-Identifier: AGPL-3.0-or-later

#include <utility>
#include <vector>

#include "fuzz/server_world.h"
#include "fuzz/targets.h"
#include "net/http_parser.h"
#include "net/websocket_accept.h"
#include "server/gateway/stream_routes.h"
#include "wire/versions.h"

namespace kith::fuzz {
namespace {

constexpr size_t kBodyMax = 4096;

void check_response(const net::HttpResponse& response) {
  check(response.status >= 200 && response.status < 600, "a response has a status");
  Bytes head;
  net::append_http_head(head, response, true, 1'700'000'000);
  // Whatever was in the request, it can't add a field or a second response (response splitting).
  size_t lines = 0;
  for (size_t at = head.find("\r\n"); at != Bytes::npos; at = head.find("\r\n", at + 2)) ++lines;
  check(head.ends_with("\r\n\r\n"), "a head ends with an empty line");
  check(lines <= response.fields.size() + 5, "a head has no lines but its own");
  for (const auto& [name, value] : response.fields) {
    check(value.find_first_of("\r\n") == std::string::npos && name.find_first_of("\r\n: ") == std::string::npos,
          "fields are one line");
  }
}

// What a parser makes of the bytes; with `streamed`, each body is put together of its pieces.
struct Reading {
  std::vector<std::pair<std::string, Bytes>> requests;  // target and body
  int status = 0;                                       // of the error at the end, if there is one
};
Reading read_requests(BytesView input, size_t cut, bool streamed) {
  using Progress = net::HttpParser::Progress;
  net::HttpParser parser(kBodyMax, streamed ? 0 : kBodyMax);
  Reading reading;
  Bytes body;
  while (reading.requests.size() < 8) {
    const BytesView now = input.substr(0, cut);
    input.remove_prefix(now.size());
    Progress progress = parser.feed(now);
    if (progress == Progress::kBody) {
      check(streamed, "nobody is asked about a body that may be kept");
      parser.stream_body(kBodyMax);
      progress = parser.feed("");
    }
    for (; progress == Progress::kPiece; progress = parser.feed("")) {
      const Bytes piece = parser.take_piece();
      check(!piece.empty() && piece.size() <= cut + net::HttpParser::kHeaderBytesMax, "a piece is of what came");
      body += piece;
    }
    check(body.size() <= kBodyMax, "a streamed body is bounded");
    if (progress == Progress::kError) {
      reading.status = parser.status();
      return reading;
    }
    if (progress == Progress::kRequest) {
      net::IncomingRequest request = parser.take();
      check(!streamed || request.body.empty(), "a streamed body was told before");
      reading.requests.emplace_back(request.target, streamed ? std::exchange(body, {}) : std::move(request.body));
    } else if (now.empty()) {
      return reading;
    }
  }
  return reading;
}

}  // namespace

void http_request(BytesView input) {
  if (input.empty()) return;
  const size_t piece = 1 + static_cast<uint8_t>(input.front());
  input.remove_prefix(1);
  const Reading whole = read_requests(input, piece, false);
  const Reading streamed = read_requests(input, piece, true);
  check(whole.requests == streamed.requests && whole.status == streamed.status,
        "a body is the same whole and in pieces");
  ServerWorld server;
  net::HttpParser parser(kBodyMax);
  int requests = 0;
  while (requests < 8) {
    const BytesView now = input.substr(0, piece);
    input.remove_prefix(now.size());
    const auto progress = parser.feed(now);
    if (progress == net::HttpParser::Progress::kError) {
      check(parser.status() >= 400 && parser.status() < 600, "an error has a status");
      return;
    }
    if (progress == net::HttpParser::Progress::kRequest) {
      ++requests;
      net::IncomingRequest request = parser.take();
      check(request.body.size() <= kBodyMax, "a body is bounded");
      if (request.path() == wire::kSocketPath && request.method != "OPTIONS") {
        const net::HttpResponse response = net::answer_upgrade(request, wire::kSubprotocol);
        if (response.status == 101) return;
        check_response(response);
      } else {
        check_response(server.answer(std::move(request)));
      }
      continue;  // what is left over may be another request
    }
    if (now.empty()) return;
  }
}

void api_body(BytesView input) {
  static constexpr struct {
    const char* method;
    const char* path;
  } kCalls[] = {
      {"POST", "/v1/registration/code"},
      {"POST", "/v1/registration"},
      {"PUT", "/v1/keys"},
      {"POST", "/v1/accounts/lookup"},
      {"POST", "/v1/accounts/62626262626262626262626262626262/prekeys"},
      {"PUT", "/v1/profile"},
      {"PUT", "/v1/privacy"},
      {"POST", "/v1/links/62626262626262626262626262626262"},
      {"POST", "/v1/devices"},
      {"POST", "/v1/groups/67676767676767676767676767676767"},
      {"POST", "/v1/groups/67676767676767676767676767676767/read"},
  };
  if (input.empty()) return;
  const auto choice = static_cast<uint8_t>(input.front());
  const auto& call = kCalls[(choice & 15) % std::size(kCalls)];
  const bool json = (choice & 16) != 0;
  ServerWorld server;
  net::IncomingRequest request;
  request.method = call.method;
  request.target = call.path;
  request.fields = {{"Host", "kith"},
                    {"Content-Type", json ? "application/json" : "application/x-protobuf"},
                    {"Authorization", "Bearer " + to_base64url(testing::HandlersWorld::token_of(ServerWorld::ana()))}};
  request.body = input.substr(1);
  const net::IncomingRequest again = request;
  const net::HttpResponse response = server.answer(std::move(request));
  check_response(response);
  check(response.status != 500, "no input is the server's own fault");
  check_response(server.answer(again));
}

// Each request is a line: method, path, Upload-Length, Upload-Metadata, Upload-Offset, Range and body, with tabs
// between them; what is left out is absent.
void file_calls(BytesView input) {
  ServerWorld server;
  uint64_t written = 0;
  for (int calls = 0; calls < 8 && !input.empty(); ++calls) {
    BytesView line = input.substr(0, input.find('\n'));
    input.remove_prefix(std::min(input.size(), line.size() + 1));
    const auto take = [&line] {
      const Bytes field(line.substr(0, line.find('\t')));
      line.remove_prefix(std::min(line.size(), field.size() + 1));
      return field;
    };
    net::IncomingRequest request;
    request.method = take();
    request.target = "/v1/files" + take();
    const Bytes bearer = "Bearer " + to_base64url(testing::HandlersWorld::token_of(ServerWorld::ana()));
    request.fields = {
        {"Tus-Resumable", "1.0.0"}, {"Content-Type", "application/offset+octet-stream"}, {"Authorization", bearer}};
    for (const char* name : {"Upload-Length", "Upload-Metadata", "Upload-Offset", "Range"}) {
      Bytes value = take();
      std::erase(value, '\r');  // what no parser lets through
      if (!value.empty()) request.fields.emplace_back(name, std::move(value));
    }
    const uint64_t size = line.size();
    check_response(server.answer_stream(std::move(request), line));
    const MediaIndex::Usage used = *server.world.run(server.world.ports().media.usage(ServerWorld::ana().account));
    check(used.bytes <= HandlerSettings().file_account_bytes_max && used.uploads <= HandlerSettings().file_uploads_max,
          "an account has no more than it may");
    check(server.world.ports().blobs.traffic().written <= size + written, "what is written has come");
    written = server.world.ports().blobs.traffic().written;
  }
}

}  // namespace kith::fuzz
