// SPDX-License-Identifier: AGPL-3.0-or-later

// Bodies as streams, over real sockets: slow ends, ends that go away, bodies that lie, and what it costs in memory.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <fstream>
#include <thread>

#include "net/event_loop.h"
#include "net/http_range.h"
#include "server/gateway/http_connection.h"
#include "server/gateway/pause.h"
#include "server/gateway/stream_routes.h"
#include "server/gateway/streamed_body.h"
#include "server/gateway/testing/client.h"
#include "server/gateway/testing/server.h"

namespace kith::gateway {
namespace {

using std::chrono::milliseconds;
using testing::Client;
using testing::Server;

constexpr uint64_t kBodyMax = 64 << 20;

// What a handler has seen, for the test's thread.
struct Seen {
  std::atomic<uint64_t> taken{0};
  std::atomic<uint64_t> sum{0};       // of the bytes
  std::atomic<int> ended{0};          // handlers
  std::atomic<int> error{-1};         // the last StreamError
  std::atomic<bool> go{true};         // whether handlers may take, and sources give
  std::atomic<uint64_t> at_first{0};  // without it, what they take before they stop: this and the rest of a piece
  std::atomic<uint64_t> given{0};
  std::atomic<int> sources{0};  // that live
};

template <class Value>
bool becomes(const std::atomic<Value>& value, Value expected) {
  for (int i = 0; i < 500 && value != expected; ++i) std::this_thread::sleep_for(milliseconds(10));
  return value == expected;
}

uint64_t sum_of(BytesView bytes) {
  uint64_t sum = 0;
  for (const char byte : bytes) sum += static_cast<uint8_t>(byte);
  return sum;
}

net::EventLoop& this_loop() { return dynamic_cast<net::EventLoop&>(*Executor::current()); }

Task<net::HttpResponse> take(Seen& seen, StreamCall& call) {
  net::HttpResponse response;
  uint64_t taken = 0;
  for (;;) {
    while (!seen.go && seen.taken >= seen.at_first) co_await Pause{this_loop(), 5};
    const auto piece = co_await call.body.next();
    if (!piece) {
      seen.error = static_cast<int>(piece.error());
      response.status = net::http_status_of(piece.error());
      break;
    }
    if (piece->empty()) break;
    taken += piece->size();
    seen.taken += piece->size();
    seen.sum += sum_of(*piece);
  }
  ++seen.ended;
  response.body = std::to_string(taken);
  co_return response;
}

Task<net::HttpResponse> refuse_at_once(Seen& seen) {
  net::HttpResponse response;
  response.status = 403;
  response.body = "no";
  ++seen.ended;
  co_return response;
}

// `size` bytes, byte i being i % 251; fails after `good` of them.
class Numbers final : public ByteSource {
 public:
  Numbers(Seen& seen, uint64_t first, uint64_t size, uint64_t good = UINT64_MAX)
      : seen_(seen), at_(first), end_(first + size), good_(good) {
    ++seen_.sources;
  }
  ~Numbers() override { --seen_.sources; }
  Task<Result<Bytes, StreamError>> next() override {
    do {
      co_await Pause{this_loop(), 0};  // as from a disk
    } while (!seen_.go);
    if (at_ >= good_) co_return Fail(StreamError::kFailed);
    Bytes piece;
    for (const uint64_t end = std::min(end_, at_ + kPieceBytesMax); at_ < end; ++at_)
      piece.push_back(static_cast<char>(at_ % 251));
    seen_.given += piece.size();
    co_return piece;
  }

 private:
  Seen& seen_;
  uint64_t at_;
  const uint64_t end_;
  const uint64_t good_;
};

Bytes numbers(uint64_t first, uint64_t size) {
  Bytes bytes;
  for (uint64_t i = first; i < first + size; ++i) bytes.push_back(static_cast<char>(i % 251));
  return bytes;
}

constexpr uint64_t kLargeBytes = 100'000'000;

Task<net::HttpResponse> give(Seen& seen, StreamCall& call) {
  net::HttpResponse response;
  const std::string_view path = call.request.path();
  if (path.ends_with("/chunked")) {
    response.stream = std::make_unique<Numbers>(seen, 0, 200'000);
  } else if (path.ends_with("/failing")) {
    response.stream = std::make_unique<Numbers>(seen, 0, 200'000, 100'000);
    response.stream_size = 200'000;
  } else if (path.ends_with("/failing-chunked")) {
    response.stream = std::make_unique<Numbers>(seen, 0, 200'000, 100'000);
  } else if (path.ends_with("/short")) {
    response.stream = std::make_unique<Numbers>(seen, 0, 10);
    response.stream_size = 20;
  } else if (path.ends_with("/empty")) {
    response.stream = std::make_unique<Numbers>(seen, 0, 0);
  } else {
    const uint64_t size = path.ends_with("/large") ? kLargeBytes : 300'000;
    net::set_ranged_body(response, call.request, size, "\"tag\"", [&](net::ByteRange range) {
      return std::make_unique<Numbers>(seen, range.first, range.size);
    });
  }
  co_return response;
}

GatewayHooks routes(Seen& seen) {
  GatewayHooks hooks;
  const auto take_it = [&seen](StreamCall& call) { return take(seen, call); };
  hooks.streams = {
      {"/v1/take/", {"PUT"}, false, kBodyMax, take_it},
      {"/v1/own/", {"PUT", "GET"}, true, kBodyMax, take_it},
      {"/v1/refuse/", {"PUT"}, false, kBodyMax, [&seen](StreamCall&) { return refuse_at_once(seen); }},
      {"/v1/give/", {"GET"}, false, 0, [&seen](StreamCall& call) { return give(seen, call); }},
  };
  return hooks;
}

GatewaySettings with_patience(uint32_t milliseconds) {
  GatewaySettings settings;
  settings.http_progress_ms = milliseconds;
  return settings;
}

std::string put(std::string_view path, uint64_t size, std::string_view more = "") {
  return "PUT " + std::string(path) + " HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(size) + "\r\n" +
         std::string(more) + "\r\n";
}
constexpr const char* kChunked = "PUT /v1/take/a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";

// ---------------------------------------------------------------- bodies of requests

TEST(Streams, ABodyArrivesWholeAndTheConnectionGoesOn) {
  Seen seen;
  Server server({}, 2, routes(seen));
  Client client(server.port());
  const Bytes body = numbers(0, 1'000'000);
  for (const size_t size : {size_t{0}, size_t{1}, size_t{5000}, body.size()}) {
    seen.sum = 0;
    const auto response = client.request("PUT", "/v1/take/a", {}, BytesView(body).substr(0, size));
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, std::to_string(size));
    EXPECT_EQ(seen.sum, sum_of(BytesView(body).substr(0, size)));
    EXPECT_EQ(response.field("Connection"), "keep-alive");
    EXPECT_EQ(response.field("Access-Control-Allow-Origin"), "*");
  }
  EXPECT_EQ(client.request("GET", "/healthz").status, 200);
}

TEST(Streams, ABodyInChunksArrivesWholeAndWhatFollowsItIsTheNextRequest) {
  Seen seen;
  Server server({}, 1, routes(seen));
  Client client(server.port());
  Bytes bytes = kChunked;
  for (int i = 0; i < 300; ++i) bytes += "3e8;x=y\r\n" + Bytes(1000, 'a') + "\r\n";
  client.send_bytes(bytes + "0\r\nTrailer: t\r\n\r\nGET /healthz HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(client.read_response().body, "300000");
  EXPECT_EQ(client.read_response().body, "ok\n");
}

TEST(Streams, ChunksAreHeldToTheRoutesLimitAndToTheirForm) {
  Seen seen;
  GatewayHooks hooks = routes(seen);
  hooks.streams[0].body_bytes_max = 1000;
  Server server({}, 1, hooks);
  Client long_one(server.port());
  long_one.send_bytes(kChunked + std::string("3e8\r\n") + Bytes(1000, 'a') + "\r\n1\r\na\r\n0\r\n\r\n");
  const auto refused = long_one.read_response();
  EXPECT_EQ(refused.status, 413);
  EXPECT_EQ(refused.field("Connection"), "close");
  EXPECT_EQ(seen.error, static_cast<int>(StreamError::kTooLong));
  Client broken(server.port());
  broken.send_bytes(kChunked + std::string("3\r\nabcX\r\n0\r\n\r\n"));
  EXPECT_EQ(broken.read_response().status, 400);
  EXPECT_EQ(seen.error, static_cast<int>(StreamError::kMalformed));
}

TEST(Streams, ALengthBeyondTheRoutesLimitIsRefusedBeforeAnyByte) {
  Seen seen;
  Server server({}, 1, routes(seen));
  Client client(server.port());
  client.send_bytes(put("/v1/take/a", kBodyMax + 1, "Expect: 100-continue\r\n"));
  const auto response = client.read_response();
  EXPECT_EQ(response.status, 413);
  EXPECT_EQ(response.field("Access-Control-Allow-Origin"), "*") << "a web page can tell why";
  EXPECT_EQ(seen.ended, 0);
  EXPECT_TRUE(client.is_closed_by_server());
}

TEST(Streams, ContinueIsSaidWhenTheBodyIsAskedForAndNotBefore) {
  Seen seen;
  seen.go = false;
  Server server({}, 1, routes(seen));
  Client client(server.port());
  client.send_bytes(put("/v1/take/a", 5, "Expect: 100-continue\r\n"));
  std::this_thread::sleep_for(milliseconds(100));
  EXPECT_FALSE(client.has_something()) << "the handler has not asked";
  seen.go = true;
  EXPECT_EQ(client.read_response(true).status, 100);
  client.send_bytes("hello");
  EXPECT_EQ(client.read_response().body, "5");

  Client refused(server.port());
  refused.send_bytes(put("/v1/refuse/a", 5, "Expect: 100-continue\r\n"));
  const auto response = refused.read_response();
  EXPECT_EQ(response.status, 403);
  EXPECT_EQ(response.field("Connection"), "close") << "whether the body comes now is not known";
}

TEST(Streams, WhoIsRefusedWhileItSendsStillReadsTheAnswer) {
  Seen seen;
  Server server({}, 1, routes(seen));
  Client client(server.port());
  const auto response = client.request("PUT", "/v1/refuse/a", {}, Bytes(8 << 20, 'x'));
  EXPECT_EQ(response.status, 403);
  EXPECT_EQ(response.body, "no");
  EXPECT_EQ(response.field("Connection"), "close");
  Client small(server.port());
  EXPECT_EQ(small.request("PUT", "/v1/refuse/a", {}, "small").field("Connection"), "keep-alive")
      << "a body that is here already is in nobody's way";
  EXPECT_EQ(small.request("GET", "/healthz").status, 200);
}

TEST(Streams, ABodyThatStopsIsGivenUpAndTheHandlerKeepsWhatCame) {
  Seen seen;
  Server server(with_patience(300), 1, routes(seen));
  Client client(server.port());
  client.send_bytes(put("/v1/take/a", 100) + "0123456789");
  const auto response = client.read_response();
  EXPECT_EQ(response.status, 408);
  EXPECT_EQ(response.body, "10");
  EXPECT_EQ(seen.error, static_cast<int>(StreamError::kStalled));
  EXPECT_EQ(response.field("Connection"), "close");
}

TEST(Streams, ABodyThatTricklesIsGivenUpAndASlowOneIsNot) {
  Seen seen;
  Server server(with_patience(1000), 2, routes(seen));
  Client slow(server.port());
  Client trickle(server.port());
  slow.send_bytes(put("/v1/take/a", 10 * HttpConnection::kProgressBytes));
  trickle.send_bytes(put("/v1/take/a", 1000));
  for (int i = 0; i < 10; ++i) {
    slow.send_bytes(Bytes(HttpConnection::kProgressBytes, 'x'));
    trickle.send_bytes("x");
    std::this_thread::sleep_for(milliseconds(250));
  }
  EXPECT_EQ(slow.read_response().body, std::to_string(10 * HttpConnection::kProgressBytes));
  EXPECT_EQ(trickle.read_response().status, 408);
}

TEST(Streams, ABodyThatIsShorterThanItSaidEndsTheHandler) {
  Seen seen;
  Server server({}, 1, routes(seen));
  Client client(server.port());
  client.send_bytes(put("/v1/take/a", 100) + "0123456789");
  ASSERT_TRUE(becomes(seen.taken, uint64_t{10}));
  client.close();
  EXPECT_TRUE(becomes(seen.ended, 1));
  EXPECT_EQ(seen.error, static_cast<int>(StreamError::kGone));
  EXPECT_TRUE(server.wait_for_connections(0));
}

TEST(Streams, ABodyThatIsLongerThanItSaidIsNoBodyBeyond) {
  Seen seen;
  Server server({}, 1, routes(seen));
  Client client(server.port());
  client.send_bytes(put("/v1/take/a", 5) + "hello and more\r\n\r\n");
  EXPECT_EQ(client.read_response().body, "5");
  EXPECT_EQ(client.read_response().status, 400);
}

TEST(Streams, NothingIsReadWhileTheHandlerHasNotTakenWhatCame) {
  Seen seen;
  seen.go = false;
  Server server({}, 1, routes(seen));
  Client client(server.port());
  const Bytes body(32 << 20, 'x');
  client.send_bytes(put("/v1/take/a", body.size()));
  const size_t sent = client.send_what_is_taken(body);
  EXPECT_LT(sent, body.size()) << "the kernel's buffers, and no more";
  EXPECT_EQ(seen.taken, 0u);
  seen.go = true;
  client.send_bytes(BytesView(body).substr(sent));
  EXPECT_EQ(client.read_response().body, std::to_string(body.size()));
}

TEST(Streams, ReadingStopsAgainWhenTheHandlerStopsAfterAPiece) {
  Seen seen;
  seen.go = false;
  seen.at_first = 1;
  Server server({}, 1, routes(seen));
  Client client(server.port());
  const Bytes body(kBodyMax, 'x');
  client.send_bytes(put("/v1/take/a", body.size()));
  const size_t sent = client.send_what_is_taken(body);
  EXPECT_LT(sent, body.size()) << "the kernel's buffers, and what waits for the handler";
  EXPECT_GT(seen.taken, 0u);
  EXPECT_LE(seen.taken, ByteSource::kPieceBytesMax);
  seen.go = true;
  client.send_bytes(BytesView(body).substr(sent));
  EXPECT_EQ(client.read_response().body, std::to_string(body.size()));
}

TEST(Streams, OptionsAndMethodsThatAreNoneOfTheRouteDoNotReachItsHandler) {
  Seen seen;
  Server server({}, 1, routes(seen));
  for (const std::string body : {"", "x"}) {
    Client client(server.port());
    const auto preflight = client.request("OPTIONS", "/v1/own/a", {}, body);
    EXPECT_EQ(preflight.status, 204);
    EXPECT_EQ(preflight.field("Allow"), "PUT, GET, HEAD, OPTIONS");
    EXPECT_EQ(preflight.field("Access-Control-Allow-Methods"), "PUT, GET, HEAD, OPTIONS");
    EXPECT_EQ(preflight.field("Access-Control-Allow-Origin"), "*");
    const auto refused = client.request("POST", "/v1/own/a", {}, body);
    EXPECT_EQ(refused.status, 405);
    EXPECT_EQ(refused.field("Allow"), "PUT, GET, HEAD, OPTIONS");
    EXPECT_EQ(client.request("HEAD", "/v1/own/a").status, 401);
  }
  Client large(server.port());
  large.send_bytes("OPTIONS /v1/own/a HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(kBodyMax) + "\r\n\r\n");
  EXPECT_EQ(large.read_response().field("Connection"), "close") << "nobody takes the body";
  EXPECT_EQ(seen.ended, 0);
}

TEST(Streams, AreForDevicesWhereTheRouteSaysSoAndFourAtATime) {
  Seen seen;
  seen.go = false;
  Server server({}, 2, routes(seen));
  const auto ana = server.add_device("+491700000001");
  Client stranger(server.port());
  EXPECT_EQ(stranger.request("PUT", "/v1/own/a", {}, "x").status, 401);
  const std::string bearer = "Authorization: " + ana.bearer() + "\r\n";
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < kLargeBodiesMax; ++i) {
    clients.push_back(std::make_unique<Client>(server.port()));
    clients.back()->send_bytes(put("/v1/own/a", 5, bearer) + "hello");
  }
  std::this_thread::sleep_for(milliseconds(200));
  Client fifth(server.port());
  EXPECT_EQ(fifth.request("PUT", "/v1/own/a", {{"Authorization", ana.bearer()}}, "x").status, 429);
  seen.go = true;
  for (const auto& client : clients) EXPECT_EQ(client->read_response().body, "5");
  EXPECT_EQ(fifth.request("PUT", "/v1/own/a", {{"Authorization", ana.bearer()}}, "x").status, 200);
}

// In KiB.
uint64_t resident_memory() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    uint64_t size = 0;
    if (word == "VmRSS:" && status >> size) return size;
  }
  return 0;
}

TEST(Streams, ManyLargeUploadsAtOnceCostAFewBuffersEach) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "the sanitizer keeps what was freed";
#endif
  constexpr size_t kUploads = 8;
  constexpr uint64_t kSize = kBodyMax;
  Seen seen;
  Server server({}, 2, routes(seen));
  const Bytes part(256 * 1024, 'x');
  std::vector<std::unique_ptr<Client>> clients;
  for (size_t i = 0; i < kUploads; ++i) {
    clients.push_back(std::make_unique<Client>(server.port()));
    clients.back()->send_bytes(put("/v1/take/a", kSize) + part);
  }
  const uint64_t before = resident_memory();
  uint64_t most = 0;
  for (uint64_t sent = part.size(); sent < kSize; sent += part.size()) {
    for (const auto& client : clients) client->send_bytes(part);
    most = std::max(most, resident_memory());
  }
  for (const auto& client : clients) EXPECT_EQ(client->read_response().body, std::to_string(kSize));
  // What one holds: the queue of StreamedBody with a read's bytes, those bytes in the parser and as a piece.
  EXPECT_LT(most - std::min(before, most), kUploads * 1024)
      << "KiB, for " << kUploads * (kSize >> 10) << " KiB of bodies";
}

TEST(StreamedBody, SingleBytesShareAPiece) {
  StreamedBody body([] {});
  for (int i = 0; i < 100'000; ++i) body.put("x");
  body.end();
  std::vector<size_t> pieces;
  TaskScope scope;
  const auto all = [](StreamedBody& from, std::vector<size_t>& sizes) -> Task<void> {
    for (;;) {
      const auto piece = co_await from.next();
      if (!piece || piece->empty()) co_return;
      sizes.push_back(piece->size());
    }
  };
  scope.spawn(all(body, pieces));
  EXPECT_EQ(pieces, (std::vector<size_t>{ByteSource::kPieceBytesMax, 100'000 - ByteSource::kPieceBytesMax}));
}

// ---------------------------------------------------------------- bodies of answers

TEST(Streams, AnAnswerOfAKnownSizeIsWholeOrThePartThatIsAskedFor) {
  Seen seen;
  Server server({}, 1, routes(seen));
  Client client(server.port());
  EXPECT_TRUE(client.request("GET", "/v1/give/a").body == numbers(0, 300'000));
  const auto part = client.request("GET", "/v1/give/a", {{"Range", "bytes=100-199"}});
  EXPECT_EQ(part.status, 206);
  EXPECT_EQ(part.body, numbers(100, 100));
  EXPECT_EQ(client.request("GET", "/v1/give/a", {{"Range", "bytes=300000-"}}).status, 416);
  const auto head = client.request("HEAD", "/v1/give/a");
  EXPECT_EQ(head.field("Content-Length"), "300000");
  EXPECT_TRUE(client.request("GET", "/v1/give/a", {{"Range", "bytes=-5"}}).body == numbers(299'995, 5));
  EXPECT_TRUE(becomes(seen.sources, 0));
}

TEST(Streams, AnAnswerOfNoKnownSizeComesInChunksOrUntilTheEnd) {
  Seen seen;
  Server server({}, 1, routes(seen));
  Client modern(server.port());
  modern.send_bytes("GET /v1/give/chunked HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  Bytes answer = modern.read_to_end();
  EXPECT_NE(answer.find("Transfer-Encoding: chunked\r\n"), std::string::npos);
  answer.erase(0, answer.find("\r\n\r\n") + 4);
  Bytes body;
  for (;;) {
    const size_t size = std::stoul(answer, nullptr, 16);
    answer.erase(0, answer.find("\r\n") + 2);
    body += answer.substr(0, size);
    ASSERT_EQ(answer.substr(size, 2), "\r\n");
    answer.erase(0, size + 2);
    if (size == 0) break;
  }
  EXPECT_TRUE(body == numbers(0, 200'000));
  EXPECT_EQ(answer, "");

  Client goes_on(server.port());
  goes_on.send_bytes(
      "GET /v1/give/chunked HTTP/1.1\r\nHost: a\r\n\r\n"
      "GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  answer = goes_on.read_to_end();
  EXPECT_NE(answer.find("\r\n0\r\n\r\nHTTP/1.1 200 OK\r\n"), std::string::npos)
      << "the next answer is none of its bytes";

  Client old(server.port());
  old.send_bytes("GET /v1/give/chunked HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  answer = old.read_to_end();
  EXPECT_EQ(answer.find("Transfer-Encoding"), std::string::npos);
  EXPECT_NE(answer.find("Connection: close\r\n"), std::string::npos);
  EXPECT_TRUE(answer.substr(answer.find("\r\n\r\n") + 4) == numbers(0, 200'000));

  Client empty(server.port());
  empty.send_bytes("GET /v1/give/empty HTTP/1.0\r\n\r\n");
  EXPECT_TRUE(empty.read_to_end().ends_with("\r\n\r\n"));
}

TEST(Streams, AnAnswerWhoseSourceFailsIsCutOffSoThatNobodyTakesItForWhole) {
  Seen seen;
  Server server({}, 1, routes(seen));
  for (const char* path : {"failing", "short"}) {
    Client client(server.port());
    const auto response = client.request("GET", std::string("/v1/give/") + path);
    EXPECT_LT(response.body.size(), std::stoul(response.field("Content-Length"))) << path;
    EXPECT_TRUE(client.is_closed_by_server()) << path;
  }
  Client chunked(server.port());
  chunked.send_bytes("GET /v1/give/failing-chunked HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_FALSE(chunked.read_to_end().ends_with("0\r\n\r\n"));
  EXPECT_TRUE(becomes(seen.sources, 0));
}

TEST(Streams, ASourceIsNotAheadOfItsReaderAndEndsWithIt) {
  Seen seen;
  Server server({}, 1, routes(seen));
  Client client(server.port());
  client.read_nothing_more();
  client.send_bytes("GET /v1/give/large HTTP/1.1\r\nHost: a\r\n\r\n");
  std::this_thread::sleep_for(milliseconds(500));
  EXPECT_GT(seen.given, 0u);
  EXPECT_LT(seen.given, 2'000'000u) << "a piece, and what the kernel holds";
  EXPECT_EQ(seen.sources, 1);
  client.close();
  EXPECT_TRUE(becomes(seen.sources, 0));
  EXPECT_TRUE(server.wait_for_connections(0));
}

TEST(Streams, ASourceThatIsMakingAPieceAsItsReaderGoesEndsWithThatPiece) {
  Seen seen;
  seen.go = false;
  Server server({}, 1, routes(seen));
  Client client(server.port());
  client.send_bytes("GET /v1/give/a HTTP/1.1\r\nHost: a\r\n\r\n");
  ASSERT_TRUE(becomes(seen.sources, 1));
  client.close();
  std::this_thread::sleep_for(milliseconds(100));
  EXPECT_EQ(seen.sources, 1);
  seen.go = true;
  EXPECT_TRUE(becomes(seen.sources, 0));
  EXPECT_TRUE(server.wait_for_connections(0));
}

TEST(Streams, AReaderThatStopsIsGivenUpAndASlowOneIsNot) {
  Seen seen;
  Server server(with_patience(600), 2, routes(seen));
  Client stopped(server.port());
  stopped.read_nothing_more();
  stopped.send_bytes("GET /v1/give/large HTTP/1.1\r\nHost: a\r\n\r\n");
  Client slow(server.port());
  slow.send_bytes("GET /v1/give/large HTTP/1.1\r\nHost: a\r\n\r\n");
  for (int i = 0; i < 15; ++i) {
    slow.read_some(1'000'000);
    std::this_thread::sleep_for(milliseconds(100));
  }
  EXPECT_TRUE(becomes(seen.sources, 1)) << "whoever read nothing is gone";
  EXPECT_TRUE(server.wait_for_connections(1));
  slow.close();
  EXPECT_TRUE(becomes(seen.sources, 0));
}

}  // namespace
}  // namespace kith::gateway
