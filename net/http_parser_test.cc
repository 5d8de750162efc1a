// SPDX-License-Identifier: AGPL-3.0-or-later

#include "net/http_parser.h"

#include <gtest/gtest.h>

#include "net/websocket_accept.h"

namespace kith::net {
namespace {

using Progress = HttpParser::Progress;

constexpr size_t kBodyMax = 1000;

IncomingRequest parse_one(std::string_view bytes) {
  HttpParser parser(kBodyMax);
  EXPECT_EQ(parser.feed(bytes), Progress::kRequest);
  return parser.take();
}
int status_of(std::string_view bytes) {
  HttpParser parser(kBodyMax);
  const Progress progress = parser.feed(bytes);
  EXPECT_EQ(progress, Progress::kError) << bytes.substr(0, 80);
  return progress == Progress::kError ? parser.status() : 0;
}

TEST(HttpParser, ReadsARequestWithABody) {
  const auto request = parse_one(
      "PUT /v1/profile?x=1 HTTP/1.1\r\nHost: a\r\ncontent-TYPE: application/json\r\nContent-Length: "
      "5\r\nX-Empty:\r\n\r\nhello");
  EXPECT_EQ(request.method, "PUT");
  EXPECT_EQ(request.target, "/v1/profile?x=1");
  EXPECT_EQ(request.path(), "/v1/profile");
  EXPECT_EQ(request.find("Content-Type"), "application/json");
  EXPECT_TRUE(request.has("x-empty"));
  EXPECT_FALSE(request.has("X-Other"));
  EXPECT_EQ(request.body, "hello");
  EXPECT_TRUE(request.keep_alive);
  EXPECT_TRUE(request.http_1_1);
}

TEST(HttpParser, TellsTheSameByteByByteAsAtOnce) {
  const std::string bytes =
      "\r\nPOST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n4;x=y\r\ndefg\r\n0\r\nTrailer: "
      "t\r\n\r\n";
  HttpParser parser(kBodyMax);
  for (size_t i = 0; i < bytes.size(); ++i) {
    EXPECT_EQ(parser.feed(std::string_view(bytes).substr(i, 1)),
              i + 1 < bytes.size() ? Progress::kNeedMore : Progress::kRequest)
        << i;
  }
  EXPECT_EQ(parser.take().body, "abcdefg");
  EXPECT_FALSE(parser.has_begun());
  EXPECT_EQ(parse_one(bytes).body, "abcdefg");
}

TEST(HttpParser, ReadsAnEmptyChunkedBodyInAnyTwoPiecesAndByteByByte) {
  const std::string bytes = "POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
  for (size_t first = 1; first < bytes.size(); ++first) {
    HttpParser parser(kBodyMax);
    EXPECT_EQ(parser.feed(std::string_view(bytes).substr(0, first)), Progress::kNeedMore) << first;
    for (size_t i = first; i < bytes.size(); ++i) {
      EXPECT_EQ(parser.feed(std::string_view(bytes).substr(i, 1)),
                i + 1 < bytes.size() ? Progress::kNeedMore : Progress::kRequest)
          << first << " " << i;
    }
    EXPECT_EQ(parser.take().body, "");
  }
}

TEST(HttpParser, ReadsPipelinedRequestsOneByOne) {
  HttpParser parser(kBodyMax);
  EXPECT_EQ(
      parser.feed(
          "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nPOST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nokGET /3 HT"),
      Progress::kRequest);
  EXPECT_EQ(parser.take().target, "/1");
  EXPECT_TRUE(parser.has_begun());
  EXPECT_EQ(parser.feed(""), Progress::kRequest);
  const auto second = parser.take();
  EXPECT_EQ(second.target, "/2");
  EXPECT_EQ(second.body, "ok");
  EXPECT_EQ(parser.feed(""), Progress::kNeedMore);
  EXPECT_EQ(parser.feed("TP/1.1\r\nHost: a\r\n\r\nrest"), Progress::kRequest);
  EXPECT_EQ(parser.take().target, "/3");
  EXPECT_EQ(parser.take_rest(), "rest");
}

TEST(HttpParser, TellsOnceThatTheClientWaitsToSendItsBody) {
  HttpParser parser(kBodyMax);
  EXPECT_EQ(parser.feed("POST /a HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"),
            Progress::kContinue);
  EXPECT_EQ(parser.feed("o"), Progress::kNeedMore);
  EXPECT_EQ(parser.feed("k"), Progress::kRequest);
  EXPECT_EQ(parser.take().body, "ok");
}

TEST(HttpParser, HoldsBodiesAndHeadersToTheirLimits) {
  EXPECT_EQ(
      parse_one("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n" + std::string(1000, 'x')).body.size(),
      1000u);
  EXPECT_EQ(status_of("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\n\r\n"), 413);
  EXPECT_EQ(
      status_of("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n" + std::string(1001, 'x')),
      413);
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(20'000, 'x') + "\r\n\r\n"), 431);
  EXPECT_EQ(status_of("GET /" + std::string(20'000, 'x')), 431);
}

// Feeds the head, then `piece` again and again: how many bytes of pieces until there was an error.
size_t bytes_until_error(std::string_view head, std::string_view piece, int& status) {
  HttpParser parser(kBodyMax);
  EXPECT_EQ(parser.feed(head), Progress::kNeedMore);
  for (size_t fed = piece.size(); fed < 1'000'000; fed += piece.size()) {
    if (parser.feed(piece) != Progress::kError) continue;
    status = parser.status();
    return fed;
  }
  return SIZE_MAX;
}

TEST(HttpParser, AChunkLineAndTrailersWithoutEndAreRefused) {
  const std::string head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (const size_t size : {size_t{1}, size_t{100}, size_t{1000}, size_t{65'536}}) {
    int status = 0;
    const std::string piece(size, 'x');
    EXPECT_LE(bytes_until_error(head + "5;", piece, status), HttpParser::kChunkLineBytesMax + size) << size;
    EXPECT_EQ(status, 400);
    EXPECT_LE(bytes_until_error(head + "5\r\nhello\r\n3;", piece, status), HttpParser::kChunkLineBytesMax + size);
    EXPECT_EQ(status, 400);
    EXPECT_LE(bytes_until_error(head + "0\r\nTrailer: ", piece, status), HttpParser::kTrailerBytesMax + size) << size;
    EXPECT_EQ(status, 400);
  }
  int status = 0;
  EXPECT_LE(bytes_until_error(head + "0\r\n", "A: b\r\n", status), HttpParser::kTrailerBytesMax + 6) << "many of them";
  EXPECT_EQ(status, 400);
  EXPECT_EQ(status_of(head + "5;" + std::string(5'000, 'x') + "\r\nhello\r\n0\r\n\r\n"), 400) << "whole, but too long";
  EXPECT_EQ(status_of(head + "0\r\nTrailer: " + std::string(17'000, 'x') + "\r\n\r\n"), 400) << "whole, but too long";
  EXPECT_EQ(parse_one(head + "5;" + std::string(4'000, 'x') + "\r\nhello\r\n0\r\nTrailer: " + std::string(16'000, 'x') +
                      "\r\n\r\n")
                .body,
            "hello");
}

TEST(HttpParser, TrailersAreNoFields) {
  const auto request = parse_one(
      "POST / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 1.1.1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n"
      "X-Forwarded-For: 2.2.2.2\r\nAuthorization: Bearer x\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(request.body, "ok");
  EXPECT_EQ(request.fields.size(), 3u);
  EXPECT_FALSE(request.has("Authorization"));
  EXPECT_TRUE(request.keep_alive);
}

TEST(HttpParser, AHeaderHasSoManyFields) {
  std::string head = "GET / HTTP/1.1\r\nHost: a\r\n";
  for (size_t i = 1; i < HttpParser::kFieldsMax; ++i) head += "A: b\r\n";
  EXPECT_EQ(parse_one(head + "\r\n").fields.size(), HttpParser::kFieldsMax);
  EXPECT_EQ(status_of(head + "A: b\r\n\r\n"), 431);
}

TEST(HttpParser, AsksBeforeItKeepsALargeBody) {
  const std::string head = "POST /a HTTP/1.1\r\nHost: a\r\n";
  HttpParser parser(kBodyMax, 10);
  ASSERT_EQ(parser.feed(head + "Content-Length: 10\r\n\r\n0123456789"), Progress::kRequest) << "not large";
  EXPECT_EQ(parser.take().body, "0123456789");
  ASSERT_EQ(parser.feed(head + "Content-Length: 11\r\nExpect: 100-continue\r\n\r\n0"), Progress::kBody);
  EXPECT_EQ(parser.head().path(), "/a");
  EXPECT_EQ(parser.feed(""), Progress::kNeedMore) << "told once";
  parser.allow_body(11);
  EXPECT_EQ(parser.feed(""), Progress::kContinue);
  ASSERT_EQ(parser.feed("1234567890"), Progress::kRequest);
  EXPECT_EQ(parser.take().body, "01234567890");

  const std::string chunked = head + "Transfer-Encoding: chunked\r\n\r\n";
  ASSERT_EQ(parser.feed(chunked + "b\r\n0123456789a\r\n0\r\n\r\n"), Progress::kBody);
  parser.allow_body(kBodyMax);
  ASSERT_EQ(parser.feed(""), Progress::kRequest);
  EXPECT_EQ(parser.take().body, "0123456789a");
  ASSERT_EQ(parser.feed(chunked), Progress::kBody);
  parser.allow_body(10);
  EXPECT_EQ(parser.feed("b\r\n0123456789a"), Progress::kError);
  EXPECT_EQ(parser.status(), 413);

  HttpParser refused(kBodyMax, 10);
  ASSERT_EQ(refused.feed(head + "Content-Length: 11\r\n\r\n"), Progress::kBody);
  refused.allow_body(10);
  EXPECT_EQ(refused.feed(""), Progress::kError);
  EXPECT_EQ(refused.status(), 413);
  HttpParser beyond(kBodyMax, 10);
  EXPECT_EQ(beyond.feed(head + "Content-Length: 1001\r\n\r\n"), Progress::kError) << "nobody may";
}

// The pieces of a streamed body, and what came last.
struct Streamed {
  Bytes body;
  size_t largest = 0;
  Progress end = Progress::kNeedMore;
};
Streamed stream(HttpParser& parser, std::string_view bytes, size_t cut, uint64_t bytes_max) {
  Streamed streamed;
  for (;;) {
    const std::string_view now = bytes.substr(0, cut);
    bytes.remove_prefix(now.size());
    Progress progress = parser.feed(now);
    if (progress == Progress::kBody) {
      parser.stream_body(bytes_max);
      progress = parser.feed("");
    }
    for (; progress == Progress::kPiece; progress = parser.feed("")) {
      const Bytes piece = parser.take_piece();
      EXPECT_FALSE(piece.empty());
      streamed.largest = std::max(streamed.largest, piece.size());
      streamed.body += piece;
    }
    streamed.end = progress;
    if (progress != Progress::kNeedMore || bytes.empty()) return streamed;
  }
}

TEST(HttpParser, StreamsABodyInPiecesNoLargerThanWhatCame) {
  Bytes body(100'000, 'x');
  for (size_t i = 0; i < body.size(); ++i) body[i] = static_cast<char>('a' + i % 26);
  const std::string sized = "PUT /a HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n" + body;
  std::string chunked = "PUT /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (size_t at = 0; at < body.size(); at += 1000) chunked += "3e8\r\n" + body.substr(at, 1000) + "\r\n";
  chunked += "0\r\nTrailer: t\r\n\r\n";
  for (const std::string& request : {sized, chunked}) {
    for (const size_t cut : {size_t{1}, size_t{7}, size_t{4096}, request.size()}) {
      HttpParser parser(SIZE_MAX, 0);
      const Streamed streamed = stream(parser, request, cut, 100'000);
      ASSERT_EQ(streamed.end, Progress::kRequest) << cut;
      EXPECT_TRUE(streamed.body == body) << cut;
      EXPECT_LE(streamed.largest, cut + 4) << "a last chunk is looked at once it can be whole";
      const IncomingRequest rest = parser.take();
      EXPECT_EQ(rest.path(), "/a");
      EXPECT_TRUE(rest.body.empty());
      EXPECT_EQ(parser.feed("GET /b HTTP/1.1\r\nHost: a\r\n\r\n"), Progress::kRequest) << "the connection goes on";
    }
  }
}

TEST(HttpParser, HoldsAStreamedBodyToItsOwnLimit) {
  const std::string head = "PUT /a HTTP/1.1\r\nHost: a\r\n";
  HttpParser sized(SIZE_MAX, 0);
  EXPECT_EQ(stream(sized, head + "Content-Length: 11\r\n\r\n", 1000, 10).end, Progress::kError);
  EXPECT_EQ(sized.status(), 413);
  HttpParser chunked(SIZE_MAX, 0);
  const Streamed streamed =
      stream(chunked, head + "Transfer-Encoding: chunked\r\n\r\n6\r\nsixsix\r\n5\r\nfives\r\n0\r\n\r\n", 1, 10);
  EXPECT_EQ(streamed.end, Progress::kError);
  EXPECT_EQ(chunked.status(), 413);
  EXPECT_LE(streamed.body.size(), 10u);
}

TEST(HttpParser, AStreamedBodySaysHowLongItIsAndWhetherItsSenderWaits) {
  const std::string head = "PUT /a HTTP/1.1\r\nHost: a\r\n";
  HttpParser parser(SIZE_MAX, 0);
  ASSERT_EQ(parser.feed(head + "Content-Length: 5\r\nExpect: 100-Continue\r\n\r\n"), Progress::kBody);
  EXPECT_EQ(parser.body_size(), 5u);
  EXPECT_TRUE(parser.awaits_continue());
  parser.stream_body(5);
  EXPECT_EQ(parser.feed(""), Progress::kNeedMore) << "who takes the body says 100 Continue";
  EXPECT_EQ(parser.feed("hello"), Progress::kPiece);
  EXPECT_EQ(parser.take_piece(), "hello");
  ASSERT_EQ(parser.feed(""), Progress::kRequest);
  (void)parser.take();
  ASSERT_EQ(parser.feed(head + "Transfer-Encoding: chunked\r\n\r\n"), Progress::kBody);
  EXPECT_EQ(parser.body_size(), std::nullopt);
  EXPECT_FALSE(parser.awaits_continue());
}

TEST(HttpParser, AStreamedBodyThatBreaksItsFormIsAnError) {
  HttpParser parser(SIZE_MAX, 0);
  const std::string chunked = "PUT /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  const Streamed streamed = stream(parser, chunked + "3\r\nabcX\r\n0\r\n\r\n", 1, 10);
  EXPECT_EQ(streamed.end, Progress::kError);
  EXPECT_EQ(parser.status(), 400);
  EXPECT_TRUE(BytesView("abc").starts_with(streamed.body)) << streamed.body;
}

TEST(HttpParser, RefusesWhatIsNoRequest) {
  EXPECT_EQ(status_of("hello\r\n\r\n"), 400);
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\nBad Header: x\r\n\r\n"), 400);
  EXPECT_EQ(status_of("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n"), 400);
  EXPECT_EQ(status_of("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n"), 400);
  EXPECT_EQ(status_of("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"), 400)
      << "request smuggling";
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"), 400);
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\n\r\n"), 400) << "Host is missing";
  EXPECT_EQ(status_of("GET / HTTP/2.0\r\nHost: a\r\n\r\n"), 505);
  EXPECT_EQ(status_of("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n"), 501);
  EXPECT_EQ(status_of(std::string_view("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11)), 400)
      << "TLS on the plain port";
}

TEST(HttpParser, AnErrorStays) {
  HttpParser parser(kBodyMax);
  EXPECT_EQ(parser.feed("nonsense\r\n\r\n"), Progress::kError);
  EXPECT_EQ(parser.feed("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), Progress::kError);
}

TEST(HttpParser, KnowsWhetherTheConnectionStays) {
  EXPECT_FALSE(parse_one("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").keep_alive);
  EXPECT_FALSE(parse_one("GET / HTTP/1.0\r\n\r\n").keep_alive);
  EXPECT_TRUE(parse_one("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").keep_alive);
}

TEST(Http, FindsTokensInListsWithoutCase) {
  const auto request =
      parse_one("GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive , UPGRADE\r\nConnection: x\r\n\r\n");
  EXPECT_TRUE(request.list_has("connection", "upgrade"));
  EXPECT_TRUE(request.list_has("Connection", "x"));
  EXPECT_FALSE(request.list_has("Connection", "grade"));
}

TEST(Http, WritesAHeadThatIsRightForItsStatus) {
  HttpResponse response;
  response.set("X-A", "b");
  response.body = "four";
  Bytes head;
  append_http_head(head, response, true, 784'111'777);
  EXPECT_EQ(head,
            "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nX-A: b\r\nContent-Length: 4\r\nConnection: "
            "keep-alive\r\n\r\n");
  response.status = 304;
  head.clear();
  append_http_head(head, response, false, 0);
  EXPECT_EQ(head.find("Content-Length"), Bytes::npos);
  EXPECT_NE(head.find("Connection: close"), Bytes::npos);
}

IncomingRequest upgrade_request() {
  return parse_one(
      "GET /v1/socket HTTP/1.1\r\nHost: a\r\nUpgrade: WebSocket\r\nConnection: keep-alive, "
      "Upgrade\r\nSec-WebSocket-Version: 13\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: other, kith.v1\r\n\r\n");
}
void replace(IncomingRequest& request, std::string_view name, std::string value) {
  for (auto& field : request.fields) {
    if (equal_without_case(field.first, name)) field.second = value;
  }
}

TEST(WebSocketAccept, AnswersTheKeyOfTheRfc) {
  EXPECT_EQ(websocket_accept_value("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  const auto response = answer_upgrade(upgrade_request(), "kith.v1");
  EXPECT_EQ(response.status, 101);
  Bytes head;
  append_http_head(head, response, true, 0);
  EXPECT_NE(head.find("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), Bytes::npos);
  EXPECT_NE(head.find("Sec-WebSocket-Protocol: kith.v1"), Bytes::npos);
  EXPECT_EQ(head.find("Content-Length"), Bytes::npos);
  EXPECT_EQ(head.find("Connection: keep-alive"), Bytes::npos);
}

TEST(WebSocketAccept, RefusesImproperHandshakes) {
  const auto status_with = [](std::string_view name, std::string value) {
    auto request = upgrade_request();
    replace(request, name, std::move(value));
    return answer_upgrade(request, "kith.v1").status;
  };
  EXPECT_EQ(status_with("Upgrade", "h2c"), 426);
  EXPECT_EQ(status_with("Connection", "keep-alive"), 426);
  EXPECT_EQ(status_with("Sec-WebSocket-Version", "8"), 426);
  EXPECT_EQ(status_with("Sec-WebSocket-Key", "short"), 400);
  EXPECT_EQ(status_with("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ!!"), 400);
  EXPECT_EQ(status_with("Sec-WebSocket-Protocol", "other"), 400);
  auto post = upgrade_request();
  post.method = "POST";
  EXPECT_EQ(answer_upgrade(post, "kith.v1").status, 405);
}

}  // namespace
}  // namespace kith::net
