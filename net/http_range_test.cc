// SPDX-License-Identifier: AGPL-3.0-or-later

#include "net/http_range.h"

#include <gtest/gtest.h>

namespace kith::net {
namespace {

using Kind = RangeChoice::Kind;

IncomingRequest get(std::string range, std::string if_range = "") {
  IncomingRequest request;
  request.method = "GET";
  if (!range.empty()) request.fields.emplace_back("Range", std::move(range));
  if (!if_range.empty()) request.fields.emplace_back("If-Range", std::move(if_range));
  return request;
}
RangeChoice choose(std::string range, uint64_t size = 1000) {
  return choose_range(get(std::move(range)), size, "\"e\"");
}

TEST(HttpRange, APartIsWhatIsThereOfTheRange) {
  const auto expect_part = [](std::string range, uint64_t first, uint64_t size) {
    const RangeChoice choice = choose(range);
    EXPECT_EQ(choice.kind, Kind::kPart) << range;
    EXPECT_EQ(choice.range, (ByteRange{first, size})) << range;
  };
  expect_part("bytes=0-0", 0, 1);
  expect_part("bytes=0-999", 0, 1000);
  expect_part("bytes=500-", 500, 500);
  expect_part("bytes=-1", 999, 1);
  expect_part("bytes=-5000", 0, 1000);
  expect_part("bytes=990-99999", 990, 10);
  expect_part("Bytes=1-18446744073709551615", 1, 999);
  expect_part("bytes=0-18446744073709551615", 0, 1000);
}

TEST(HttpRange, NothingOfItIsThere) {
  for (const char* range : {"bytes=1000-", "bytes=1000-1001", "bytes=18446744073709551615-", "bytes=-0"})
    EXPECT_EQ(choose(range).kind, Kind::kNone) << range;
  EXPECT_EQ(choose("bytes=0-", 0).kind, Kind::kNone);
  EXPECT_EQ(choose("bytes=-1", 0).kind, Kind::kNone);
}

TEST(HttpRange, WhatIsNoSingleRangeGetsTheWhole) {
  for (const char* range : {"", "bytes", "bytes=", "bytes=-", "bytes=5-4", "bytes=a-b", "bytes=0-1,5-6", "items=0-1",
                            "bytes=+1-2", "bytes= 1-2", "bytes=1-2 ", "bytes=99999999999999999999-"}) {
    const RangeChoice choice = choose(range);
    EXPECT_EQ(choice.kind, Kind::kWhole) << range;
    EXPECT_EQ(choice.range, (ByteRange{0, 1000})) << range;
  }
  IncomingRequest head = get("bytes=0-1");
  head.method = "HEAD";
  EXPECT_EQ(choose_range(head, 1000, "").kind, Kind::kWhole) << "RFC 9110: Range is for GET";
}

TEST(HttpRange, AnotherStateOfItThanTheOneAskedAboutGetsTheWhole) {
  EXPECT_EQ(choose_range(get("bytes=0-1", "\"e\""), 1000, "\"e\"").kind, Kind::kPart);
  EXPECT_EQ(choose_range(get("bytes=0-1", "\"f\""), 1000, "\"e\"").kind, Kind::kWhole);
  EXPECT_EQ(choose_range(get("bytes=0-1", "W/\"e\""), 1000, "\"e\"").kind, Kind::kWhole);
  EXPECT_EQ(choose_range(get("bytes=0-1", "Sat, 29 Oct 1994 19:43:31 GMT"), 1000, "\"e\"").kind, Kind::kWhole);
  EXPECT_EQ(choose_range(get("bytes=0-1", "\"e\""), 1000, "").kind, Kind::kWhole);
}

std::string head_of(const HttpResponse& response, bool http_1_1 = true) {
  Bytes head;
  append_http_head(head, response, true, 0, http_1_1);
  return head;
}

TEST(HttpRange, TheAnswerSaysWhichPartItIs) {
  const auto bytes = std::make_shared<const Bytes>("0123456789");
  const auto answer = [&](std::string range) {
    HttpResponse response;
    set_ranged_body(response, get(std::move(range)), bytes->size(), "",
                    [&](ByteRange part) { return std::make_unique<SharedBytesSource>(bytes, part.first, part.size); });
    return response;
  };
  const HttpResponse whole = answer("");
  EXPECT_EQ(whole.status, 200);
  EXPECT_NE(head_of(whole).find("Content-Length: 10\r\n"), std::string::npos);
  EXPECT_NE(head_of(whole).find("Accept-Ranges: bytes\r\n"), std::string::npos);
  const HttpResponse part = answer("bytes=2-4");
  EXPECT_EQ(part.status, 206);
  EXPECT_NE(head_of(part).find("Content-Range: bytes 2-4/10\r\n"), std::string::npos);
  EXPECT_NE(head_of(part).find("Content-Length: 3\r\n"), std::string::npos);
  const HttpResponse none = answer("bytes=10-");
  EXPECT_EQ(none.status, 416);
  EXPECT_NE(head_of(none).find("Content-Range: bytes */10\r\n"), std::string::npos);
  EXPECT_EQ(none.stream, nullptr);
}

TEST(HttpRange, ForHeadNothingIsOpenedAndTheSizeIsTold) {
  IncomingRequest head = get("");
  head.method = "HEAD";
  HttpResponse response;
  set_ranged_body(response, head, 10, "", [](ByteRange) -> std::unique_ptr<ByteSource> {
    ADD_FAILURE() << "what is opened is not sent";
    return nullptr;
  });
  EXPECT_EQ(response.status, 200);
  EXPECT_NE(head_of(response).find("Content-Length: 10\r\n"), std::string::npos);
}

TEST(HttpHead, AStreamOfUnknownSizeIsSentInChunksOrToTheEnd) {
  HttpResponse response;
  response.stream = std::make_unique<SharedBytesSource>(std::make_shared<const Bytes>(), 0, 0);
  EXPECT_NE(head_of(response).find("Transfer-Encoding: chunked\r\n"), std::string::npos);
  EXPECT_EQ(head_of(response, false).find("Transfer-Encoding"), std::string::npos);
  EXPECT_EQ(head_of(response, false).find("Content-Length"), std::string::npos);
  Bytes out;
  append_chunk(out, Bytes(26, 'x'));
  append_chunk(out, "");
  EXPECT_EQ(out, "1a\r\n" + Bytes(26, 'x') + "\r\n0\r\n\r\n");
}

}  // namespace
}  // namespace kith::net
