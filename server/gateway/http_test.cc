// SPDX-License-Identifier: AGPL-3.0-or-later

// HTTP over real sockets: the API in both forms, errors, health, metrics, and how requests follow each other on a
// connection.
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "net/testing/certificate.h"
#include "server/gateway/testing/client.h"
#include "server/gateway/testing/server.h"
#include "server/gateway/wire_error.h"
#include "wire/api.pb.h"

namespace kith::gateway {
namespace {

using testing::Client;
using testing::Server;

const Client::Fields kJson = {{"Content-Type", "application/json"}};
const Client::Fields kProtobuf = {{"Content-Type", "application/x-protobuf"}};

Client::Fields with_token(const Server::Device& device, Client::Fields fields = kJson) {
  fields.emplace_back("Authorization", device.bearer());
  return fields;
}
template <class Message>
Message from_json(const Client::Response& response) {
  Message message;
  EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(response.body, &message).ok()) << response.body;
  return message;
}

TEST(Http, RegistersADeviceInJsonWhichThenSaysHello) {
  Server server;
  Client client(server.port());
  auto response = client.request("POST", "/v1/registration/code", kJson, R"({"handle":{"phone":"+491701234567"}})");
  ASSERT_EQ(response.status, 200) << response.body;
  EXPECT_EQ(response.field("Content-Type"), "application/json");
  EXPECT_EQ(response.field("Cache-Control"), "no-store");
  const auto code = from_json<wire::CodeResponse>(response);
  EXPECT_EQ(code.code(), server.ports.codes.last_code("+491701234567"));

  response =
      client.request("POST", "/v1/registration", kJson,
                     R"({"handle": {"phone": "+491701234567"}, "requestId": "MDEyMzQ1Njc4OWFiY2RlZg==", "code": ")" +
                         code.code() + "\"}");
  ASSERT_EQ(response.status, 200) << response.body;
  const auto registration = from_json<wire::RegistrationResponse>(response);
  EXPECT_EQ(registration.token().size(), 52u);
  // Not active before its keys are published.
  ASSERT_TRUE(client.open_socket());
  EXPECT_FALSE(client.hello(registration.token()));
}

TEST(Http, SpeaksProtobufToThoseWhoDo) {
  Server server;
  const auto ana = server.add_device("+491700000001");
  Client client(server.port());
  wire::Profile profile;
  profile.set_name("Ana");
  auto response = client.request("PUT", "/v1/profile", with_token(ana, kProtobuf), profile.SerializeAsString());
  ASSERT_EQ(response.status, 200) << response.body;
  EXPECT_EQ(response.field("Content-Type"), "application/x-protobuf");
  ASSERT_TRUE(profile.ParseFromString(response.body));
  EXPECT_EQ(profile.name(), "Ana");
  EXPECT_EQ(profile.account_id(), ana.account());

  response = client.request("GET", "/v1/profile",
                            with_token(ana, {{"Accept", "text/html, application/x-protobuf;q=0.9, */*"}}));
  EXPECT_EQ(response.field("Content-Type"), "application/x-protobuf");
  response = client.request("GET", "/v1/profile", with_token(ana, {}));
  EXPECT_EQ(from_json<wire::Profile>(response).name(), "Ana") << "JSON when nothing is said";
  response =
      client.request("PUT", "/v1/profile", with_token(ana, {{"Content-Type", "application/x-protobuf"}}), "\xff\xff");
  EXPECT_EQ(response.status, 400);
  wire::ApiError error;
  ASSERT_TRUE(error.ParseFromString(response.body)) << "errors have the form of the request";
  EXPECT_EQ(error.code(), wire::kMalformed);
}

TEST(Http, FindsAccountsInPathsAsHexadecimalOrBase64url) {
  Server server;
  const auto ana = server.add_device("+491700000001", 0);
  const auto bob = server.add_device("+491700000002", 1);
  Client client(server.port());
  for (const std::string& id : {bob.address.account.hex(), to_base64url(bob.account())}) {
    const auto response = client.request("GET", "/v1/accounts/" + id + "/devices", with_token(ana));
    ASSERT_EQ(response.status, 200) << response.body;
    EXPECT_EQ(from_json<wire::SignedDeviceList>(response).device_list(), "list");
  }
  EXPECT_EQ(client.request("GET", "/v1/accounts/xyz/devices", with_token(ana)).status, 404);
  EXPECT_EQ(client.request("GET", "/v1/accounts//devices", with_token(ana)).status, 404);
  EXPECT_EQ(
      client.request("POST", "/v1/accounts/lookup", with_token(ana), R"({"handles": [{"phone": "+491700000002"}]})")
          .status,
      200);
}

TEST(Http, NamesEveryErrorWithItsStatus) {
  Server server;
  const auto ana = server.add_device("+491700000001");
  Client client(server.port());
  const auto error_of = [&](const Client::Response& response, int status) {
    EXPECT_EQ(response.status, status) << response.body;
    return from_json<wire::ApiError>(response).code();
  };
  EXPECT_EQ(error_of(client.request("GET", "/v1/nothing"), 404), wire::kNotFound);
  EXPECT_EQ(error_of(client.request("GET", "/v1"), 404), wire::kNotFound);
  EXPECT_EQ(error_of(client.request("GET", "/v1/profile"), 401), wire::kUnauthenticated);
  EXPECT_EQ(error_of(client.request("GET", "/v1/profile", {{"Authorization", "Basic abc"}}), 401),
            wire::kUnauthenticated);
  EXPECT_EQ(client.request("GET", "/v1/profile").field("WWW-Authenticate"), "Bearer");
  auto stranger = ana;
  stranger.token.front() = static_cast<char>(stranger.token.front() ^ 1);
  EXPECT_EQ(error_of(client.request("GET", "/v1/profile", with_token(stranger)), 401), wire::kUnknownDevice);
  EXPECT_EQ(error_of(client.request("PUT", "/v1/profile", with_token(ana), "{"), 400), wire::kMalformed);
  EXPECT_EQ(error_of(client.request("PUT", "/v1/profile", with_token(ana), R"({"nome": "Ana"})"), 400),
            wire::kMalformed);
  EXPECT_EQ(
      error_of(client.request("PUT", "/v1/profile", with_token(ana, {{"Content-Type", "text/xml"}}), "<a/>"), 415),
      wire::kMalformed);
  EXPECT_EQ(error_of(client.request("PUT", "/v1/profile", with_token(ana, {}), "name"), 415), wire::kMalformed);
  EXPECT_EQ(error_of(client.request("POST", "/v1/registration/code", kJson, R"({"handle": {"phone": "12"}})"), 422),
            wire::kInvalidHandle);
  const auto wrong_method = client.request("PATCH", "/v1/profile", with_token(ana));
  EXPECT_EQ(wrong_method.status, 405);
  EXPECT_EQ(wrong_method.field("Allow"), "GET, HEAD, PUT, DELETE, OPTIONS");
}

// PREVIEW-2
TEST(Http, LinksAreFetchedForDevicesOfThisServerAlone) {
  Server server;
  const auto ana = server.add_device("+491700000001");
  Client client(server.port());
  const std::string request = R"({"url": "https://example.org/", "what": "kPage"})";
  auto refused = client.request("POST", "/v1/links/fetch", kJson, request);
  EXPECT_EQ(refused.status, 401);
  EXPECT_EQ(from_json<wire::ApiError>(refused).code(), wire::kUnauthenticated) << "it is no mailbox of a link";
  refused = client.request("POST", "/v1/links/fetch", with_token(ana), request);
  EXPECT_EQ(from_json<wire::ApiError>(refused).code(), wire::kNoLinkFetching) << "this one has no fetcher";
}

TEST(Http, EveryErrorCodeHasAStatusAndACloseCode) {
  for (int value = 1; value < wire::ErrorCode_ARRAYSIZE; ++value) {
    const auto code = static_cast<wire::ErrorCode>(value);
    if (code != wire::kInternal) {
      EXPECT_NE(http_status_of(code), 500) << wire::ErrorCode_Name(code);
    }
    EXPECT_GE(http_status_of(code), 400);
    EXPECT_GE(static_cast<int>(close_code_of(code)), 1002);
  }
}

TEST(Http, SaysWhenToTryAgain) {
  RateSettings rates;
  rates.loopback_exempt = false;
  rates.code_from_address = {2, 5000};
  Server server({}, 2, {}, rates);
  Client client(server.port());
  Client::Response last;
  for (int i = 0; i < 3; ++i) {
    last = client.request("POST", "/v1/registration/code", kJson,
                          R"({"handle": {"phone": "+49170123456)" + std::to_string(i) + "\"}}");
  }
  EXPECT_EQ(last.status, 429) << last.body;
  EXPECT_EQ(last.field("Retry-After"), "5");
  EXPECT_EQ(from_json<wire::ApiError>(last).code(), wire::kRateLimited);
}

TEST(Http, AnyOriginMayCallTheApi) {
  Server server;
  Client client(server.port());
  const auto preflight = client.request(
      "OPTIONS", "/v1/profile", {{"Origin", "http://localhost:5173"}, {"Access-Control-Request-Method", "PUT"}});
  EXPECT_EQ(preflight.status, 204);
  EXPECT_EQ(preflight.field("Access-Control-Allow-Origin"), "*");
  EXPECT_NE(preflight.field("Access-Control-Allow-Methods").find("PUT"), std::string::npos);
  EXPECT_EQ(preflight.field("Access-Control-Allow-Headers"), "Authorization, Content-Type");
  EXPECT_EQ(client.request("GET", "/v1/profile").field("Access-Control-Allow-Origin"), "*") << "errors too";
  EXPECT_EQ(client.request("GET", "/healthz").field("Access-Control-Allow-Origin"), "");
}

TEST(Http, LeadsToTheSourceOfTheServer) {  // AGPL-3.0, section 13
  Server unsaid;
  Client asking(unsaid.port());
  EXPECT_EQ(asking.request("GET", "/source").status, 404);
  GatewaySettings settings;
  settings.source_url = "https://example.org/kith.tar.gz";
  Server server(settings);
  Client client(server.port());
  const auto response = client.request("GET", "/source");
  EXPECT_EQ(response.status, 302);
  EXPECT_EQ(response.field("Location"), settings.source_url);
}

TEST(Http, AnswersPipelinedRequestsInOrder) {
  Server server;
  Client client(server.port());
  client.send_bytes(
      "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\nGET /v1/profile HTTP/1.1\r\nHost: a\r\n\r\nHEAD /healthz "
      "HTTP/1.1\r\nHost: a\r\n\r\n"
      "GET /readyz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\nGET /healthz HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(client.read_response().body, "ok\n");
  EXPECT_EQ(client.read_response().status, 401);
  const auto head = client.read_response(true);
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.field("Content-Length"), "3");
  const auto last = client.read_response();
  EXPECT_EQ(last.body, "ready\n");
  EXPECT_EQ(last.field("Connection"), "close");
  EXPECT_TRUE(client.is_closed_by_server()) << "what comes after close is not answered";
}

TEST(Http, TakesABodyThatWaitsForContinueAndOneInChunks) {
  Server server;
  Client client(server.port());
  client.send_bytes(
      "POST /v1/registration/code HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nExpect: "
      "100-continue\r\nContent-Length: 36\r\n\r\n");
  EXPECT_EQ(client.read_response().status, 100);
  client.send_bytes(R"({"handle":{"phone":"+491701234567"}})");
  EXPECT_EQ(client.read_response().status, 200);
  client.send_bytes(
      "POST /v1/registration/code HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: "
      "chunked\r\n\r\n1\r\n{\r\n");
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  client.send_bytes("23\r\n\"handle\":{\"phone\":\"+491701234568\"}}\r\n0\r\n\r\n");
  EXPECT_EQ(client.read_response().status, 200);
}

TEST(Http, ClosesAfterARequestThatIsNoneOrTooLarge) {
  Server server;
  const auto status_of = [&](BytesView bytes) {
    Client client(server.port());
    client.send_bytes(bytes);
    const int status = client.read_response().status;
    EXPECT_TRUE(client.is_closed_by_server());
    return status;
  };
  EXPECT_EQ(status_of("nonsense\r\n\r\n"), 400);
  EXPECT_EQ(status_of("POST /v1/profile HTTP/1.1\r\nHost: a\r\nContent-Length: 1048577\r\n\r\n"), 413);
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: a\r\nX: " + Bytes(20'000, 'x') + "\r\n\r\n"), 431);
  EXPECT_TRUE(server.wait_for_connections(0));
}

TEST(Http, AChunkLineOrTrailersWithoutEndAreAnsweredAndClosed) {  // [LIMIT-3]
  Server server;
  const std::string head = "POST /v1/registration HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (const std::string& start : {head + "5;", head + "0\r\nTrailer: "}) {
    Client client(server.port());
    client.send_bytes(start + std::string(40'000, 'x'));
    EXPECT_EQ(client.read_response().status, 400);
    EXPECT_TRUE(client.is_closed_by_server());
  }
}

TEST(Http, ALargeBodyNeedsAToken) {  // [LIMIT-3]
  Server server;
  const auto ana = server.add_device("+491700000001");
  wire::Privacy privacy;
  privacy.set_replace_contacts(true);
  for (int i = 0; i < 2000; ++i) privacy.add_contacts(ana.account());
  const Bytes body = privacy.SerializeAsString();
  const auto status = [&](std::string_view method, std::string_view path, Client::Fields fields, const Bytes& content) {
    Client client(server.port());
    const int answered = client.request(method, path, fields, content).status;
    if (answered != 200) {
      EXPECT_TRUE(client.is_closed_by_server()) << path;
    }
    return answered;
  };
  EXPECT_EQ(status("PUT", "/v1/privacy", with_token(ana, kProtobuf), body), 200);
  EXPECT_EQ(status("PUT", "/v1/privacy", kProtobuf, body), 401);
  auto other = ana;
  other.token.back() ^= 1;
  EXPECT_EQ(status("PUT", "/v1/privacy", with_token(other, kProtobuf), body), 401);
  EXPECT_EQ(status("POST", "/v1/registration/code", with_token(ana, kProtobuf), Bytes(8193, ' ')), 413);
  EXPECT_EQ(status("POST", "/nowhere", with_token(ana, kProtobuf), Bytes(8193, ' ')), 413);
  EXPECT_EQ(status("GET", "/healthz", {}, Bytes(8193, ' ')), 413);
}

TEST(Http, LargeBodiesOfOneAccountAreFewAtATime) {
  Server server;
  const auto ana = server.add_device("+491700000001");
  const std::string head =
      "PUT /v1/privacy HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-protobuf\r\nAuthorization: " + ana.bearer() +
      "\r\nExpect: 100-continue\r\nContent-Length: 100000\r\n\r\n";
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 4; ++i) {
    clients.push_back(std::make_unique<Client>(server.port()));
    clients.back()->send_bytes(head);
    EXPECT_EQ(clients.back()->read_response(true).status, 100);
  }
  Client fifth(server.port());
  fifth.send_bytes(head);
  EXPECT_EQ(fifth.read_response().status, 429);
  clients[0]->close();
  EXPECT_TRUE(server.wait_for_connections(3));
  Client again(server.port());
  again.send_bytes(head);
  EXPECT_EQ(again.read_response(true).status, 100);
}

TEST(Http, RequestsOfOneAccountHaveARateByTheirSize) {
  RateSettings rates;
  rates.request = {20, 60'000};
  Server server({}, 2, {}, rates);
  const auto ana = server.add_device("+491700000001");
  Client client(server.port());
  EXPECT_EQ(client.request("PUT", "/v1/profile", with_token(ana), std::string(18'500, ' ') + R"({"name": "A"})").status,
            200);
  EXPECT_EQ(client.request("GET", "/v1/profile", with_token(ana)).status, 200);
  EXPECT_EQ(client.request("GET", "/v1/profile", with_token(ana)).status, 429);
}

TEST(Http, ARequestHasItsTimeOnceWhateverComesBeforeIt) {
  GatewaySettings settings;
  settings.handshake_timeout_ms = 600;
  Server server(settings);
  Client silent(server.port());
  Client empty_lines(server.port());
  Client slow(server.port());
  slow.send_bytes("GET / HTTP/1.1\r\nHost: a\r\n");
  const auto begin = std::chrono::steady_clock::now();
  while (std::chrono::steady_clock::now() - begin < std::chrono::milliseconds(1500)) {
    empty_lines.send_bytes("\r\n");
    slow.send_bytes("A: b\r\n");
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  EXPECT_TRUE(server.wait_for_connections(0));
}

TEST(Http, RefusesImproperUpgrades) {
  Server server;
  Client client(server.port());
  EXPECT_EQ(client.request("GET", "/v1/socket").status, 426);
  EXPECT_EQ(client.request("POST", "/v1/socket").status, 405);
  EXPECT_TRUE(client.open_socket()) << "and the connection goes on";
}

TEST(Http, TellsHealthAndReadiness) {
  std::atomic<bool> away{false};
  GatewayHooks hooks;
  hooks.unready_reason = [&] { return away ? std::string("inbox store is away") : std::string(); };
  Server server({}, 2, hooks);
  Client client(server.port());
  EXPECT_EQ(client.request("GET", "/readyz").status, 200);
  away = true;
  const auto unready = client.request("GET", "/readyz");
  EXPECT_EQ(unready.status, 503);
  EXPECT_EQ(unready.body, "inbox store is away\n");
  EXPECT_EQ(client.request("GET", "/healthz").status, 200) << "it lives";
  EXPECT_EQ(client.request("POST", "/healthz").status, 405);
}

TEST(Http, CountsForPrometheus) {
  Server server;
  Client session(server.port());
  ASSERT_TRUE(session.open_socket());
  ASSERT_TRUE(session.hello(server.add_device("+491700000001", 1).token));
  Client client(server.port());
  const auto metrics = client.request("GET", "/metrics");
  EXPECT_EQ(metrics.status, 200);
  EXPECT_EQ(metrics.field("Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
  for (const char* line : {"\nkith_sessions 1\n", "\nkith_connections 2\n", "# TYPE kith_loop_turn_seconds histogram",
                           "kith_inbox_messages_total 0\n", "kith_connections_accepted_total 2\n"}) {
    EXPECT_NE(metrics.body.find(line), std::string::npos) << line << metrics.body;
  }
}

TEST(Http, MetricsAreNotForTheWorldBehindAProxy) {
  Server server;
  Client client(server.port());
  for (const char* field :
       {"X-Forwarded-For", "Forwarded", "X-Real-IP", "x-real-ip", "X-Forwarded-Proto", "Via", "CF-Connecting-IP"}) {
    EXPECT_EQ(client.request("GET", "/metrics", {{field, "127.0.0.1"}}).status, 403) << field;
  }
  EXPECT_EQ(client.request("GET", "/metrics").status, 200);
}

TEST(Http, ATrustedProxySpeaksForItsClients) {
  RateSettings rates;
  rates.code_from_address = {1, 5000};
  GatewaySettings settings;
  settings.trusted_proxies = {"127.0.0.1"};
  settings.connections_per_address_max = 1;
  Server server(settings, 2, {}, rates);
  Client client(server.port());
  const auto ask = [&](std::string forwarded, char last) {
    auto fields = kJson;
    if (!forwarded.empty()) fields.emplace_back("X-Forwarded-For", std::move(forwarded));
    return client
        .request("POST", "/v1/registration/code", fields,
                 R"({"handle": {"phone": "+49170123456)" + std::string(1, last) + "\"}}")
        .status;
  };
  EXPECT_EQ(ask("203.0.113.7", '1'), 200);
  EXPECT_EQ(ask("203.0.113.7", '2'), 429);
  EXPECT_EQ(ask("198.51.100.1, 203.0.113.7", '3'), 429) << "the last address counts: the one before may be a lie";
  EXPECT_EQ(ask("203.0.113.7, 198.51.100.1", '4'), 200);
  EXPECT_EQ(ask("", '5'), 200) << "the proxy itself, which is loopback";
  EXPECT_EQ(ask("203.0.113.7:51234", '6'), 429) << "a port is no part of an address";
  EXPECT_EQ(ask("\"[2001:db8:0:1::7]:443\"", '7'), 200);
  EXPECT_EQ(ask("2001:db8:0:1:aaaa::8", '8'), 429) << "the same /64 network";
  EXPECT_EQ(ask("2001:db8:0:2::7", '9'), 200);
  EXPECT_EQ(ask("nonsense", '0'), 200) << "all whose address can't be read count as one";
  EXPECT_EQ(ask("203.0.113", '1'), 429);
  EXPECT_EQ(ask("127.0.0.1", '2'), 429) << "what is forwarded is never exempt";
  EXPECT_EQ(ask("::1", '3'), 429);
  for (const char* field : {"Forwarded", "X-Real-IP", "X-Forwarded-Host", "Via"}) {
    auto fields = kJson;
    fields.emplace_back(field, "for=198.51.100.99");
    EXPECT_EQ(
        client.request("POST", "/v1/registration/code", fields, R"({"handle": {"phone": "+491701234564"}})").status,
        429)
        << field;
  }

  const Client::Fields upgrade = {{"Upgrade", "websocket"},
                                  {"Connection", "Upgrade"},
                                  {"Sec-WebSocket-Version", "13"},
                                  {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="},
                                  {"Sec-WebSocket-Protocol", "kith.v1"},
                                  {"X-Forwarded-For", "203.0.113.7"}};
  Client first(server.port());
  Client second(server.port());
  EXPECT_EQ(first.request("GET", "/v1/socket", upgrade).status, 101);
  EXPECT_EQ(second.request("GET", "/v1/socket", upgrade).status, 429);
  first.close();
  EXPECT_TRUE(server.wait_for_connections(2));
  EXPECT_EQ(second.request("GET", "/v1/socket", upgrade).status, 101);
}

class WebTest : public ::testing::Test {
 protected:
  WebTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "kith_web_XXXXXX").string();
    root_ = mkdtemp(pattern.data());
    std::filesystem::create_directories(root_ / "assets");
    std::ofstream(root_ / "index.html") << "<html>one";
    for (int i = 0; i < 3'000'000; ++i) large_.push_back(static_cast<char>(i * 31 >> 3));
    std::ofstream(root_ / "assets/core-1.wasm", std::ios::binary) << large_;
    settings_.web_root = root_.string();
  }
  ~WebTest() override { std::filesystem::remove_all(root_); }
  std::filesystem::path root_;
  Bytes large_;
  GatewaySettings settings_;
};

TEST_F(WebTest, ServesTheAppBesideTheApi) {
  Server server(settings_);
  Client client(server.port());
  EXPECT_EQ(client.request("GET", "/").body, "<html>one");
  EXPECT_EQ(client.request("GET", "/chats/7").body, "<html>one");
  EXPECT_EQ(client.request("GET", "/../../etc/passwd").status, 404);
  EXPECT_NE(client.request("GET", "/").field("Content-Security-Policy"), "");
  EXPECT_EQ(client.request("GET", "/v1/nothing").status, 404);
}

TEST_F(WebTest, WhatIsSharedIsNotTakenByTheServerWhateverItsSize) {
  Server server(settings_);
  for (const char* const length : {"3", "100000000", "18446744073709551615"}) {
    Client client(server.port());
    client.send_bytes(std::string("POST /share HTTP/1.1\r\nHost: a\r\nContent-Length: ") + length + "\r\n\r\nabc");
    const auto response = client.read_response();
    EXPECT_EQ(response.status, 303) << length;
    EXPECT_EQ(response.field("Location"), "/#/share") << length;
    EXPECT_EQ(response.field("Connection"), "close") << length;
  }
  Client client(server.port());
  EXPECT_EQ(client.request("POST", "/share").status, 303);
  EXPECT_EQ(client.request("POST", "/shared", {}, "abc").status, 405);
}

TEST_F(WebTest, LeadsToTheSourceBesideTheAppUnlessItIsToldOfAnother) {  // AGPL-3.0, section 13
  const auto source = [this] {
    Server server(settings_);
    Client client(server.port());
    return client.request("GET", "/source").field("Location");
  };
  EXPECT_EQ(source(), "");
  std::ofstream(root_ / "source.tar.gz") << "packed";
  EXPECT_EQ(source(), "/source.tar.gz");
  settings_.source_url = "https://example.org/kith.tar.gz";
  EXPECT_EQ(source(), settings_.source_url);
}

TEST_F(WebTest, SendsLargeFilesWholeAlsoToThoseWhoReadSlowly) {
  Server server(settings_);
  Client client(server.port());
  client.send_bytes(
      "GET /assets/core-1.wasm HTTP/1.1\r\nHost: a\r\n\r\nHEAD /assets/core-1.wasm HTTP/1.1\r\nHost: a\r\n\r\n");
  std::this_thread::sleep_for(std::chrono::milliseconds(50));  // the kernel's buffers are full by now
  const auto response = client.read_response();
  EXPECT_EQ(response.field("Content-Type"), "application/wasm");
  EXPECT_TRUE(response.body == large_);
  EXPECT_EQ(client.read_response(true).field("Content-Length"), std::to_string(large_.size()));
}

TEST_F(WebTest, AReloadShowsTheNewAppAndAFailedOneChangesNothing) {
  Server server(settings_);
  Client client(server.port());
  std::ofstream(root_ / "index.html") << "<html>two";
  EXPECT_EQ(client.request("GET", "/").body, "<html>one");
  EXPECT_TRUE(server.gateway->reload());
  EXPECT_EQ(client.request("GET", "/").body, "<html>two");
  std::filesystem::remove(root_ / "index.html");
  EXPECT_FALSE(server.gateway->reload());
  EXPECT_EQ(client.request("GET", "/").body, "<html>two");
}

TEST_F(WebTest, SpeaksTlsWhenItHasACertificate) {
  settings_.tls_certificate = (root_ / "assets/localhost.crt").string();
  settings_.tls_key = (root_ / "assets/localhost.key").string();
  net::testing::make_certificate(settings_.tls_certificate, settings_.tls_key);
  settings_.handshake_timeout_ms = 400;
  Server server(settings_);
  const auto ana = server.add_device("+491700000001");
  Client client(server.port(), true);
  const auto index = client.request("GET", "/");
  EXPECT_EQ(index.body, "<html>one");
  EXPECT_EQ(index.field("Strict-Transport-Security"), "max-age=31536000");
  EXPECT_TRUE(client.request("GET", "/assets/core-1.wasm").body == large_) << "more than the kernel takes at once";
  EXPECT_TRUE(server.gateway->reload());
  ASSERT_TRUE(client.open_socket());
  ASSERT_TRUE(client.hello(ana.token));
  const Bytes large(100'000, 'u');  // several TLS records, cut anywhere
  client.send_raw(0x82, Bytes("\xfa\x07\xa0\x8d\x06", 5) + large);
  client.send_raw(0x89, "after it");
  EXPECT_EQ(client.receive_pong(), "after it");

  Client plain(server.port());
  EXPECT_EQ(plain.request("GET", "/").status, 0) << "no TLS, no answer";
  Client silent(server.port());
  EXPECT_TRUE(silent.is_closed_by_server()) << "a handshake that never begins";
}

}  // namespace
}  // namespace kith::gateway
