// SPDX-License-Identifier: AGPL-3.0-or-later

// ClientNetwork's transfers against small servers on loopback, each on a thread of its own.
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <atomic>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/streambuf.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <optional>
#include <thread>

#include "net/client_network.h"

namespace kith::net {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

// Takes one connection, reads a request's header, and gives both to `serve`.
class Server {
 public:
  using Serve = std::function<void(tcp::socket& socket, const std::string& head, asio::streambuf& rest)>;
  explicit Server(Serve serve)
      : acceptor_(io_, tcp::endpoint(asio::ip::make_address("127.0.0.1"), 0)),
        thread_([this, serve = std::move(serve)] {
          error_code error;
          tcp::socket socket(io_);
          acceptor_.accept(socket, error);
          if (error) return;
          asio::streambuf buffer;
          const size_t size = asio::read_until(socket, buffer, "\r\n\r\n", error);
          if (error) return;
          const std::string head(asio::buffers_begin(buffer.data()), asio::buffers_begin(buffer.data()) + size);
          buffer.consume(size);
          serve(socket, head, buffer);
        }) {}
  ~Server() {
    ::shutdown(acceptor_.native_handle(), SHUT_RDWR);  // wakes accept()
    thread_.join();
  }
  [[nodiscard]] std::string url() const {
    return "http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port()) + "/file";
  }

 private:
  asio::io_context io_;
  tcp::acceptor acceptor_;
  std::thread thread_;
};

void write(tcp::socket& socket, const std::string& bytes) {
  error_code ignored;
  asio::write(socket, asio::buffer(bytes), ignored);
}

Bytes numbers(size_t size) {
  Bytes bytes(size, '\0');
  for (size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(i % 251);
  return bytes;
}

class Transfers : public ::testing::Test {
 protected:
  static constexpr uint32_t kId = 7;
  ClientNetwork network;
  int wanted = 0;
  std::optional<TransferHead> head;
  std::vector<Bytes> pieces;
  bool whole = false;
  std::optional<HttpAnswer> answer;

  void begin(std::string method, const std::string& url, uint64_t body_size, bool in_pieces) {
    TransferEvents events;
    events.wanted = [this] { ++wanted; };
    events.began = [this](TransferHead given) { head = std::move(given); };
    events.piece = [this](Bytes bytes, bool last) {
      pieces.push_back(std::move(bytes));
      whole = last;
    };
    events.answered = [this](HttpAnswer given) { answer = std::move(given); };
    network.begin_transfer(kId, {{std::move(method), url, {{"X-Field", "value"}}, ""}, body_size, in_pieces},
                           std::move(events));
  }
  bool run(const std::function<bool()>& done, uint64_t ms = 5000) {
    return network.run_until(done, MonotonicMs{ClientNetwork::now().value + ms});
  }
  // Takes pieces to the end.
  bool take_all() {
    for (;;) {
      const size_t before = pieces.size();
      network.take(kId);
      if (!run([&] { return pieces.size() > before || answer; })) return false;
      if (whole || answer) return true;
    }
  }
  [[nodiscard]] Bytes taken() const {
    Bytes all;
    for (const Bytes& piece : pieces) all += piece;
    return all;
  }
};

TEST_F(Transfers, AnAnswerComesInPiecesEachWhenItIsTaken) {
  const Bytes body = numbers(300'000);
  Server server([&](tcp::socket& socket, const std::string& request, asio::streambuf&) {
    EXPECT_NE(request.find("X-Field: value\r\n"), std::string::npos);
    write(socket, "HTTP/1.1 206 Partial Content\r\nContent-Length: 300000\r\nETag: \"e\"\r\n\r\n" + body);
  });
  begin("GET", server.url(), 0, true);
  ASSERT_TRUE(run([&] { return head.has_value(); }));
  EXPECT_EQ(head->status, 206u);
  EXPECT_EQ(head->size, 300'000u);
  EXPECT_EQ(head->fields.back().second, "\"e\"");
  EXPECT_FALSE(run([&] { return !pieces.empty(); }, 50));
  ASSERT_TRUE(take_all());
  EXPECT_TRUE(taken() == body);
  for (const Bytes& piece : pieces) EXPECT_LE(piece.size(), kTransferPieceBytesMax);
  EXPECT_FALSE(answer) << "the last piece was the end";
}

TEST_F(Transfers, ABodyInChunksIsWholeWithItsLastChunk) {
  Server server([&](tcp::socket& socket, const std::string&, asio::streambuf&) {
    write(socket, "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    write(socket, "6\r\n again\r\n0\r\n\r\n");
  });
  begin("GET", server.url(), 0, true);
  ASSERT_TRUE(run([&] { return head.has_value(); }));
  EXPECT_EQ(head->size, std::nullopt);
  ASSERT_TRUE(take_all());
  EXPECT_TRUE(whole);
  EXPECT_EQ(taken(), "hello again");
}

TEST_F(Transfers, WhatNobodyTakesStaysWithTheServer) {
  std::atomic<size_t> sent{0};
  Server server([&](tcp::socket& socket, const std::string&, asio::streambuf&) {
    write(socket, "HTTP/1.1 200 OK\r\nContent-Length: 268435456\r\n\r\n");
    const Bytes part(1 << 20, 'x');
    error_code error;
    for (int i = 0; i < 256 && !error; ++i) sent += asio::write(socket, asio::buffer(part), error);
  });
  begin("GET", server.url(), 0, true);
  ASSERT_TRUE(run([&] { return head.has_value(); }));
  network.take(kId);
  ASSERT_TRUE(run([&] { return !pieces.empty(); }));
  EXPECT_FALSE(run([&] { return pieces.size() > 1; }, 300));
  EXPECT_LT(sent, size_t{64} << 20) << "the kernel's buffers";
  network.cancel_transfer(kId);
  network.take(kId);
  EXPECT_FALSE(run([&] { return pieces.size() > 1 || answer; }, 50)) << "nothing follows";
}

TEST_F(Transfers, ABodyIsSentPieceByPieceAsThereIsRoom) {
  const Bytes body = numbers(150'000);
  Bytes came;
  {
    Server server([&](tcp::socket& socket, const std::string& request, asio::streambuf& rest) {
      EXPECT_NE(request.find("Content-Length: 150000\r\n"), std::string::npos);
      error_code error;
      asio::read(socket, rest, asio::transfer_exactly(body.size() - rest.size()), error);
      came.assign(asio::buffers_begin(rest.data()), asio::buffers_end(rest.data()));
      write(socket, "HTTP/1.1 204 No Content\r\n\r\n");
    });
    begin("PATCH", server.url(), body.size(), false);
    network.give(kId, "too early");
    int given = 0;
    for (size_t at = 0; at < body.size(); at += kTransferPieceBytesMax) {
      ASSERT_TRUE(run([&] { return wanted > given; }));
      network.give(kId, body.substr(at, kTransferPieceBytesMax));
      ++given;
    }
    ASSERT_TRUE(run([&] { return answer.has_value(); }));
    EXPECT_EQ(answer->status, 204u);
  }
  EXPECT_TRUE(came == body);
}

TEST_F(Transfers, AServerThatAnswersBeforeItHasTheBodyIsHeard) {
  Server server([&](tcp::socket& socket, const std::string&, asio::streambuf& rest) {
    write(socket, "HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\nConnection: close\r\n\r\nwhy");
    error_code ignored;
    socket.shutdown(tcp::socket::shutdown_send, ignored);
    asio::read(socket, rest, ignored);  // drops what comes until the client has gone
  });
  begin("PUT", server.url(), 1 << 30, true);
  for (int given = 0; !answer; ++given) {
    ASSERT_TRUE(run([&] { return wanted > given || answer; }));
    network.give(kId, Bytes(1024, 'x'));
  }
  EXPECT_EQ(answer->status, 413u);
  EXPECT_EQ(answer->body, "why") << "what is no success comes whole";
  EXPECT_FALSE(head);
}

TEST_F(Transfers, WhatBreaksOffHasNoAnswer) {
  Server server([&](tcp::socket& socket, const std::string&, asio::streambuf&) {
    write(socket, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
  });
  begin("GET", server.url(), 0, true);
  ASSERT_TRUE(run([&] { return head.has_value(); }));
  ASSERT_TRUE(take_all());
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 0u);
  EXPECT_NE(answer->failure, "");
  EXPECT_FALSE(whole);
  answer.reset();
  begin("GET", "nonsense", 0, true);
  ASSERT_TRUE(run([&] { return answer.has_value(); }));
  EXPECT_EQ(answer->status, 0u);
}

TEST_F(Transfers, AnEmptyBodyIsWholeWithItsFirstPieceAndOneOfHeadHasNone) {
  for (const char* method : {"GET", "HEAD"}) {
    Server server([&](tcp::socket& socket, const std::string& request, asio::streambuf&) {
      write(socket, request.starts_with("HEAD") ? "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n"
                                                : "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    });
    head.reset();
    pieces.clear();
    whole = false;
    begin(method, server.url(), 0, true);
    ASSERT_TRUE(run([&] { return head.has_value(); })) << method;
    ASSERT_TRUE(take_all()) << method;
    EXPECT_TRUE(whole) << method;
    EXPECT_EQ(taken(), "") << method;
  }
}

TEST_F(Transfers, WhatIsCancelledBeforeItsAddressIsRefusedHearsNothing) {
  begin("GET", "nonsense", 0, true);
  network.cancel_transfer(kId);
  EXPECT_FALSE(run([&] { return answer.has_value(); }, 50));
}

TEST_F(Transfers, ACallbackMayCancelAnotherUpload) {
  const auto keep_open = [](tcp::socket& socket, const std::string&, asio::streambuf& rest) {
    error_code ignored;
    asio::read(socket, rest, ignored);
  };
  Server one(keep_open);
  Server two(keep_open);
  int asked = 0;
  const std::pair<uint32_t, const Server*> uploads[] = {{1, &one}, {2, &two}};
  for (const auto& [id, server] : uploads) {
    TransferEvents events;
    events.wanted = [&, other = 3 - id] {
      ++asked;
      network.cancel_transfer(other);
    };
    events.answered = [&](const HttpAnswer&) { ADD_FAILURE(); };
    network.begin_transfer(id, {{"PUT", server->url(), {}, ""}, 10, false}, std::move(events));
  }
  EXPECT_FALSE(run([] { return false; }, 200));
  EXPECT_EQ(asked, 1);
  network.cancel_transfers();
}

TEST_F(Transfers, ACallbackMayCancelItsOwnTransfer) {
  Server server([&](tcp::socket& socket, const std::string&, asio::streambuf&) {
    write(socket, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
  });
  bool began = false;
  TransferEvents events;
  events.began = [&](const TransferHead&) {
    began = true;
    network.cancel_transfer(kId);
  };
  events.piece = [&](const Bytes&, bool) { ADD_FAILURE(); };
  events.answered = [&](const HttpAnswer&) { ADD_FAILURE(); };
  network.begin_transfer(kId, {{"GET", server.url(), {}, ""}, 0, true}, std::move(events));
  ASSERT_TRUE(run([&] { return began; }));
  network.take(kId);
  EXPECT_FALSE(run([] { return false; }, 50));
}

}  // namespace
}  // namespace kith::net
