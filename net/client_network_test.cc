// SPDX-License-Identifier: AGPL-3.0-or-later

// ClientNetwork against small servers on loopback, each on a thread of its own.
#include "net/client_network.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/streambuf.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <cstdlib>
#include <filesystem>
#include <thread>

namespace kith::net {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;
using asio::ip::tcp;
using boost::system::error_code;

// Takes one connection and gives it to `serve`.
class Server {
 public:
  explicit Server(std::function<void(tcp::socket)> serve, const char* address = "127.0.0.1")
      : acceptor_(io_, tcp::endpoint(asio::ip::make_address(address), 0)), thread_([this, serve = std::move(serve)] {
          error_code error;
          tcp::socket socket(io_);
          acceptor_.accept(socket, error);
          if (!error) serve(std::move(socket));
        }) {}
  ~Server() {
    ::shutdown(acceptor_.native_handle(), SHUT_RDWR);  // wakes accept()
    thread_.join();
  }
  [[nodiscard]] std::string address(const std::string& scheme, const std::string& host = "127.0.0.1") const {
    return scheme + "://" + host + ":" + std::to_string(acceptor_.local_endpoint().port());
  }

 private:
  asio::io_context io_;
  tcp::acceptor acceptor_;
  std::thread thread_;
};

void accept_kith(websocket::stream<tcp::socket>& stream) {
  stream.set_option(websocket::stream_base::decorator(
      [](websocket::response_type& response) { response.set(http::field::sec_websocket_protocol, "kith.v1"); }));
  error_code error;
  stream.accept(error);
}

// Says everything back until the client goes.
void echo(tcp::socket socket) {
  websocket::stream<tcp::socket> stream(std::move(socket));
  accept_kith(stream);
  for (;;) {
    beast::flat_buffer buffer;
    error_code error;
    stream.read(buffer, error);
    if (error) return;
    stream.binary(stream.got_binary());
    stream.write(buffer.data(), error);
  }
}

class Network : public ::testing::Test {
 protected:
  ClientNetwork network;
  bool opened = false;
  std::vector<Bytes> frames;
  std::optional<uint32_t> closed;
  std::string reason;

  void open(const std::string& url) {
    network.open_socket(1, url,
                        {[this] { opened = true; }, [this](Bytes frame) { frames.push_back(std::move(frame)); },
                         [this](uint32_t code, std::string why) {
                           closed = code;
                           reason = std::move(why);
                         }});
  }
  bool run(const std::function<bool()>& done) {
    return network.run_until(done, MonotonicMs{ClientNetwork::now().value + 5000});
  }
  HttpAnswer call(HttpRequest request) {
    std::optional<HttpAnswer> answer;
    network.http_call(std::move(request), [&](HttpAnswer given) { answer = std::move(given); });
    EXPECT_FALSE(answer);
    EXPECT_TRUE(run([&] { return answer.has_value(); }));
    return answer.value_or(HttpAnswer{});
  }
};

TEST_F(Network, CarriesBinaryFramesBothWays) {
  Server server(echo);
  open(server.address("ws") + "/v1/socket");
  ASSERT_TRUE(run([&] { return opened; })) << reason;
  network.send(1, "one");
  network.send(1, Bytes(200'000, '\0'));
  ASSERT_TRUE(run([&] { return frames.size() == 2; }));
  EXPECT_EQ(frames[0], "one");
  EXPECT_EQ(frames[1], Bytes(200'000, '\0'));
  network.close_socket(1);
  EXPECT_TRUE(run([&] { return network.is_quiet(); }));
  EXPECT_FALSE(closed);
}

TEST_F(Network, AsksForTheSubprotocolOfKithWithoutCompressionAndNamesTheHost) {
  std::string head;
  std::string host;
  {
    Server server([&](tcp::socket socket) {
      asio::streambuf buffer;
      error_code error;
      asio::read_until(socket, buffer, "\r\n\r\n", error);
      head = beast::buffers_to_string(buffer.data());
    });
    host = server.address("").substr(3);
    open(server.address("ws") + "/v1/socket?a=b");
    ASSERT_TRUE(run([&] { return closed.has_value(); }));
  }  // its thread has ended: what it read can be looked at
  EXPECT_NE(head.find("Host: " + host), std::string::npos) << head;
  EXPECT_TRUE(head.starts_with("GET /v1/socket?a=b HTTP/1.1\r\n")) << head;
  EXPECT_NE(head.find("Sec-WebSocket-Protocol: kith.v1"), std::string::npos) << head;
  EXPECT_EQ(head.find("permessage-deflate"), std::string::npos) << head;
  EXPECT_EQ(closed, 1006u);
}

TEST_F(Network, TellsWhyTheHandshakeWasRefused) {
  Server server([](tcp::socket socket) {
    beast::flat_buffer buffer;
    http::request<http::string_body> request;
    error_code error;
    http::read(socket, buffer, request, error);
    http::response<http::string_body> response(http::status::too_many_requests, 11);
    response.prepare_payload();
    http::write(socket, response, error);
  });
  open(server.address("ws"));
  ASSERT_TRUE(run([&] { return closed.has_value(); }));
  EXPECT_EQ(closed, 429u);
  EXPECT_EQ(reason, "the server refused the connection: 429 Too Many Requests");
  EXPECT_FALSE(opened);
}

TEST_F(Network, AWebSocketServerThatIsNotKithIsRefused) {
  Server server([](tcp::socket socket) {
    websocket::stream<tcp::socket> stream(std::move(socket));
    error_code error;
    stream.accept(error);
  });
  open(server.address("ws"));
  ASSERT_TRUE(run([&] { return closed.has_value(); }));
  EXPECT_FALSE(opened);
  EXPECT_NE(reason.find("no Kith server"), std::string::npos) << reason;
}

TEST_F(Network, PassesOnTheCloseCodeOfTheServer) {
  Server server([](tcp::socket socket) {
    websocket::stream<tcp::socket> stream(std::move(socket));
    accept_kith(stream);
    error_code error;
    stream.close({websocket::close_code::service_restart, "draining"}, error);
  });
  open(server.address("ws"));
  ASSERT_TRUE(run([&] { return closed.has_value(); }));
  EXPECT_EQ(closed, 1012u);
  EXPECT_EQ(reason, "draining");
}

TEST_F(Network, AConnectionThatIsCutIsClosedAbnormally) {
  Server server([](tcp::socket socket) {
    websocket::stream<tcp::socket> stream(std::move(socket));
    accept_kith(stream);
  });
  open(server.address("ws"));
  ASSERT_TRUE(run([&] { return closed.has_value(); }));
  EXPECT_TRUE(opened);
  EXPECT_EQ(closed, 1006u);
  EXPECT_EQ(reason, "the connection broke");
}

TEST_F(Network, AnAddressNobodyListensOnFails) {
  std::string address;
  {
    address = Server([](tcp::socket) {}).address("ws");
  }
  open(address);
  EXPECT_FALSE(closed);  // never inside the call
  ASSERT_TRUE(run([&] { return closed.has_value(); }));
  EXPECT_EQ(closed, 1006u);
  EXPECT_NE(reason.find("can't connect"), std::string::npos) << reason;
  closed.reset();
  open("http://localhost/");
  ASSERT_TRUE(run([&] { return closed.has_value(); }));
}

TEST_F(Network, ClosingSendsFirstWhatIsQueued) {
  std::vector<std::string> received;
  {
    Server server([&](tcp::socket socket) {
      websocket::stream<tcp::socket> stream(std::move(socket));
      accept_kith(stream);
      for (;;) {
        beast::flat_buffer buffer;
        error_code error;
        stream.read(buffer, error);
        if (error) return;
        received.push_back(beast::buffers_to_string(buffer.data()));
      }
    });
    open(server.address("ws"));
    ASSERT_TRUE(run([&] { return opened; }));
    for (int i = 0; i < 50; ++i) network.send(1, Bytes(10'000, static_cast<char>('a' + i % 26)));
    network.close_socket(1);
    EXPECT_FALSE(network.is_quiet());
    EXPECT_TRUE(run([&] { return network.is_quiet(); }));
  }
  EXPECT_EQ(received.size(), 50u);
}

TEST_F(Network, AServerThatTakesNothingIsGivenUpWhenTheQueueIsFull) {  // LIMIT-1
  std::atomic<bool> over = false;
  Server server([&](tcp::socket socket) {
    websocket::stream<tcp::socket> stream(std::move(socket));
    accept_kith(stream);
    while (!over) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  });
  open(server.address("ws"));
  ASSERT_TRUE(run([&] { return opened; }));
  for (int i = 0; i < 200; ++i) network.send(1, Bytes(100'000, 'x'));
  EXPECT_TRUE(run([&] { return closed.has_value(); }));
  EXPECT_EQ(closed, 1006u);
  over = true;
}

TEST_F(Network, AMessageOneByteTooLargeClosesTheSocketAndIsNotHandedOver) {  // LIMIT-1
  for (const bool in_fragments : {false, true}) {
    opened = false;
    closed.reset();
    frames.clear();
    Server server([&](tcp::socket socket) {
      websocket::stream<tcp::socket> stream(std::move(socket));
      accept_kith(stream);
      stream.binary(true);
      stream.auto_fragment(in_fragments);
      error_code error;
      for (const size_t more : {0, 1, 0})
        if (!error) stream.write(asio::buffer(Bytes(ClientNetwork::kMessageBytesMax + more, 'x')), error);
      beast::flat_buffer buffer;
      while (!error) stream.read(buffer, error);
    });
    open(server.address("ws"));
    ASSERT_TRUE(run([&] { return closed.has_value(); })) << in_fragments;
    EXPECT_TRUE(opened);
    EXPECT_EQ(closed, 1006u);
    ASSERT_EQ(frames.size(), 1u) << "the largest is, and nothing after it";
    EXPECT_EQ(frames[0].size(), ClientNetwork::kMessageBytesMax);
  }
}

TEST_F(Network, CallsOverHttpWithBodyAndHeaders) {
  http::request<http::string_body> request;
  Server server([&](tcp::socket socket) {
    beast::flat_buffer buffer;
    error_code error;
    http::read(socket, buffer, request, error);
    http::response<http::string_body> response(http::status::created, 11);
    response.body() = Bytes("answer\0", 7);
    response.prepare_payload();
    http::write(socket, response, error);
  });
  const HttpAnswer answer =
      call({"PUT", server.address("http") + "/v1/keys", {{"Authorization", "Bearer abc"}}, Bytes("\0body", 5)});
  EXPECT_EQ(answer.status, 201u);
  EXPECT_EQ(answer.body, Bytes("answer\0", 7));
  EXPECT_EQ(request.method(), http::verb::put);
  EXPECT_EQ(request.target(), "/v1/keys");
  EXPECT_EQ(request["Authorization"], "Bearer abc");
  EXPECT_EQ(request["Content-Length"], "5");
  EXPECT_EQ(request.body(), Bytes("\0body", 5));
}

TEST_F(Network, AHeadHasALengthAndNoBodyHoweverLongThatIs) {
  Server server([](tcp::socket socket) {
    error_code error;
    asio::streambuf request;
    asio::read_until(socket, request, "\r\n\r\n", error);
    const std::string head = "HTTP/1.1 200 OK\r\nContent-Length: 2000000000\r\n\r\n";
    asio::write(socket, asio::buffer(head), error);
    asio::read_until(socket, request, "nothing more", error);
  });
  EXPECT_EQ(call({"HEAD", server.address("http") + "/v1/files/a", {}, ""}).status, 200u);
}

TEST_F(Network, AnHttpCallWithoutAnswerHasStatusZeroAndAReason) {
  Server server([](tcp::socket) {});
  const HttpAnswer answer = call({"GET", server.address("http") + "/", {}, ""});
  EXPECT_EQ(answer.status, 0u);
  EXPECT_FALSE(answer.failure.empty());
  EXPECT_EQ(call({"GET", "nowhere", {}, ""}).status, 0u);
}

TEST_F(Network, AnHttpCallTellsWhetherSomethingWasThereThatDoesNotSpeakHttp) {
  const auto broke_off = [this](const std::string& address) {
    const HttpAnswer answer = call({"GET", address + "/", {}, ""});
    EXPECT_EQ(answer.status, 0u);
    return answer.broke_off;
  };
  Server leaves([](tcp::socket) {});
  EXPECT_TRUE(broke_off(leaves.address("http")));
  Server alerts([](tcp::socket socket) {  // as one that wants TLS may answer
    error_code error;
    asio::streambuf request;
    asio::read_until(socket, request, "\r\n\r\n", error);
    asio::write(socket, asio::buffer(std::string("\x15\x03\x01\x00\x02\x02\x46", 7)), error);
  });
  EXPECT_TRUE(broke_off(alerts.address("http")));
  std::string nobody;
  {
    Server gone([](tcp::socket) {});
    nobody = gone.address("http");
  }
  EXPECT_FALSE(broke_off(nobody));
  EXPECT_FALSE(broke_off("http://no-such-host.invalid"));
}

// Takes a request, answers with the head, then with the piece again and again until the client goes.
auto answer_without_end(std::string head, std::string piece) {
  return [head = std::move(head), piece = std::move(piece)](tcp::socket socket) {
    error_code error;
    asio::streambuf request;
    asio::read_until(socket, request, "\r\n\r\n", error);
    asio::write(socket, asio::buffer(head), error);
    for (size_t sent = 0; !error && !piece.empty() && sent < size_t{64} << 20; sent += piece.size())
      asio::write(socket, asio::buffer(piece), error);
    asio::read_until(socket, request, "nothing more", error);
  };
}

TEST_F(Network, AnAnswerWithoutBoundsFailsTheCallAndNothingElse) {
  const std::string start = "HTTP/1.1 200 OK\r\n";
  const std::string chunked = start + "Transfer-Encoding: chunked\r\n\r\n";
  const std::pair<std::string, std::string> kAnswers[] = {
      {start + "Content-Length: 99999999999\r\n\r\nx", ""},
      {start + "Content-Length: 9000000000000000000\r\n\r\nx", ""},
      {start + "Content-Length: " + std::to_string(ClientNetwork::kHttpBodyBytesMax + 1) + "\r\n\r\nx", ""},
      {start + "\r\n", std::string(65'536, 'x')},  // to the end of the connection
      {start + "X: ", std::string(65'536, 'x')},
      {chunked + "5;", std::string(65'536, 'x')},
      {chunked + "0\r\nX: ", std::string(65'536, 'x')},
      {chunked + "ffffffffffff\r\n", std::string(65'536, 'x')},
  };
  for (const auto& [head, piece] : kAnswers) {
    Server server(answer_without_end(head, piece));
    const HttpAnswer answer = call({"GET", server.address("http") + "/", {}, ""});
    EXPECT_EQ(answer.status, 0u) << head;
    EXPECT_FALSE(answer.failure.empty()) << head;
  }
}

TEST_F(Network, AHandshakeThatIsAnsweredWithoutBoundsFailsAndNothingElse) {
  const std::string start = "HTTP/1.1 400 Bad Request\r\n";
  const std::pair<std::string, std::string> kAnswers[] = {
      {start + "Content-Length: 100000000\r\n\r\n", std::string(65'536, 'x')},
      {start + "\r\n", std::string(65'536, 'x')},
      {start + "Transfer-Encoding: chunked\r\n\r\n5;", std::string(65'536, 'x')},
  };
  for (const auto& [head, piece] : kAnswers) {
    closed.reset();
    Server server(answer_without_end(head, piece));
    open(server.address("ws"));
    EXPECT_TRUE(run([&] { return closed.has_value(); })) << head;
    EXPECT_FALSE(opened);
  }
}

TEST_F(Network, MemoryThatAServerAsksForAndIsNotThereFailsItsConnectionOnly) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "a sanitizer ends the program when an allocation fails";
#endif
  Server server(answer_without_end("HTTP/1.1 400 Bad Request\r\nContent-Length: 9000000000000000000\r\n\r\nx", ""));
  open(server.address("ws"));
  EXPECT_TRUE(network.run_until([&] { return closed.has_value(); }, MonotonicMs{ClientNetwork::now().value + 12'000}));
  EXPECT_FALSE(opened);
}

TEST_F(Network, TriesTheOtherAddressesOfAHost) {
  Server server(echo);  // localhost may be ::1 first, where nobody listens
  open(server.address("ws", "localhost"));
  EXPECT_TRUE(run([&] { return opened; })) << reason;
  network.close_socket(1);
  EXPECT_TRUE(run([&] { return network.is_quiet(); }));
}

TEST_F(Network, TimersFireInOrderOnceAndNotWhenReplacedOrCancelled) {
  std::string fired;
  const uint64_t now = ClientNetwork::now().value;
  network.set_timer(1, {now + 20}, [&] { fired += 'b'; });
  network.set_timer(2, {now + 10}, [&] { fired += 'a'; });
  network.set_timer(3, {now}, [&] { fired += 'x'; });
  network.set_timer(3, {now + 30}, [&] { fired += 'c'; });
  network.set_timer(4, {now}, [&] { fired += 'y'; });
  network.cancel_timer(4);
  EXPECT_EQ(fired, "");
  EXPECT_TRUE(run([&] { return fired.size() == 3; }));
  EXPECT_EQ(fired, "abc");
  EXPECT_FALSE(network.run_until([] { return false; }, MonotonicMs{ClientNetwork::now().value + 20}));
  EXPECT_EQ(fired, "abc");
}

TEST_F(Network, WatchesPipesWithoutChangingTheirFlags) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  int calls = 0;
  network.when_readable(ends[0], [&] { ++calls; });
  EXPECT_FALSE(network.run_until([&] { return calls > 0; }, MonotonicMs{ClientNetwork::now().value + 20}));
  ASSERT_EQ(::write(ends[1], "x", 1), 1);
  EXPECT_TRUE(run([&] { return calls > 0; }));
  EXPECT_EQ(::fcntl(ends[0], F_GETFL) & O_NONBLOCK, 0);
  // Once: it is not asked again until it is watched again.
  EXPECT_FALSE(network.run_until([&] { return calls > 1; }, MonotonicMs{ClientNetwork::now().value + 20}));
  network.when_readable(ends[0], [&] { ++calls; });
  network.stop_watching(ends[0]);
  EXPECT_FALSE(network.run_until([&] { return calls > 1; }, MonotonicMs{ClientNetwork::now().value + 20}));
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST_F(Network, AFileCanAlwaysBeRead) {
  const int file = ::open("/proc/self/exe", O_RDONLY);
  bool readable = false;
  network.when_readable(file, [&] { readable = true; });
  EXPECT_FALSE(readable);
  EXPECT_TRUE(run([&] { return readable; }));
  ::close(file);
}

TEST_F(Network, SignalsBecomeCallbacks) {
  int received = 0;
  network.on_stop_signal([&](int signal) { received = signal; });
  ::raise(SIGTERM);
  EXPECT_TRUE(run([&] { return received != 0; }));
  EXPECT_EQ(received, SIGTERM);
}

// ---- TLS: a certificate for "localhost" that the test makes itself authority of.

struct Certificate {
  std::string key_pem;
  std::string certificate_pem;
};

std::string pem(const std::function<int(BIO*)>& write) {
  BIO* const memory = BIO_new(BIO_s_mem());
  write(memory);
  char* data = nullptr;
  const long size = BIO_get_mem_data(memory, &data);
  std::string text(data, static_cast<size_t>(size));
  BIO_free(memory);
  return text;
}

Certificate make_certificate() {
  EVP_PKEY* const key = EVP_EC_gen("P-256");
  X509* const certificate = X509_new();
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -60);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_set_pubkey(certificate, key);
  X509_NAME* const name = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("localhost"), -1, -1, 0);
  X509_set_issuer_name(certificate, name);
  X509_EXTENSION* const names = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "DNS:localhost");
  X509_add_ext(certificate, names, -1);
  X509_EXTENSION_free(names);
  X509_sign(certificate, key, EVP_sha256());
  Certificate made{
      pem([&](BIO* out) { return PEM_write_bio_PrivateKey(out, key, nullptr, nullptr, 0, nullptr, nullptr); }),
      pem([&](BIO* out) { return PEM_write_bio_X509(out, certificate); })};
  X509_free(certificate);
  EVP_PKEY_free(key);
  return made;
}

class SecureNetwork : public Network {
 protected:
  SecureNetwork() : certificate(make_certificate()) {
    char name[] = "/tmp/kith-authorities-XXXXXX";
    const int file = ::mkstemp(name);
    path = name;
    EXPECT_GT(::write(file, certificate.certificate_pem.data(), certificate.certificate_pem.size()), 0);
    ::close(file);
  }
  ~SecureNetwork() override {
    ::unsetenv("SSL_CERT_FILE");
    std::filesystem::remove(path);
  }
  // Answers one HTTP call with the server name the client asked for.
  void serve(tcp::socket socket) const {
    asio::ssl::context context(asio::ssl::context::tls_server);
    context.use_certificate_chain(asio::buffer(certificate.certificate_pem));
    context.use_private_key(asio::buffer(certificate.key_pem), asio::ssl::context::pem);
    asio::ssl::stream<tcp::socket> stream(std::move(socket), context);
    error_code error;
    stream.handshake(asio::ssl::stream_base::server, error);
    if (error) return;
    beast::flat_buffer buffer;
    http::request<http::string_body> request;
    http::read(stream, buffer, request, error);
    http::response<http::string_body> response(http::status::ok, 11);
    const char* const asked = SSL_get_servername(stream.native_handle(), TLSEXT_NAMETYPE_host_name);
    response.body() = asked ? asked : "";
    response.prepare_payload();
    http::write(stream, response, error);
  }
  Certificate certificate;
  std::string path;
};

TEST_F(SecureNetwork, TrustsACertificateOfAKnownAuthorityForTheHost) {
  ::setenv("SSL_CERT_FILE", path.c_str(), 1);
  Server server([this](tcp::socket socket) { serve(std::move(socket)); });
  const HttpAnswer answer = call({"GET", server.address("https", "localhost") + "/", {}, ""});
  EXPECT_EQ(answer.status, 200u) << answer.failure;
  EXPECT_EQ(answer.body, "localhost");  // the name was sent along (SNI)
}

TEST_F(SecureNetwork, RefusesAnUnknownAuthority) {
  Server server([this](tcp::socket socket) { serve(std::move(socket)); });
  const HttpAnswer answer = call({"GET", server.address("https", "localhost") + "/", {}, ""});
  EXPECT_EQ(answer.status, 0u);
  EXPECT_NE(answer.failure.find("self-signed"), std::string::npos) << answer.failure;
}

TEST_F(SecureNetwork, RefusesACertificateOfAnotherHost) {
  ::setenv("SSL_CERT_FILE", path.c_str(), 1);
  Server server([this](tcp::socket socket) { serve(std::move(socket)); });
  open(server.address("wss", "127.0.0.1"));
  ASSERT_TRUE(run([&] { return closed.has_value(); }));
  EXPECT_FALSE(opened);
  EXPECT_NE(reason.find("is not trusted"), std::string::npos) << reason;
}

}  // namespace
}  // namespace kith::net
