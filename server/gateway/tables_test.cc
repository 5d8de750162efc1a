// SPDX-License-Identifier: AGPL-3.0-or-later

// The gateway whose loops have a table of descriptors each.
#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <memory>

#include "net/testing/certificate.h"
#include "server/gateway/testing/client.h"
#include "server/gateway/testing/server.h"

namespace kith::gateway {
namespace {

using testing::Client;
using testing::Server;
using wire::ServerFrame;

constexpr size_t kLoops = 3;

class Tables : public ::testing::Test {
 protected:
#if defined(__SANITIZE_THREAD__)
  // It takes the same number in two tables for the same descriptor.
  void SetUp() override { GTEST_SKIP(); }
#endif
};

wire::ClientFrame ping(uint64_t nonce) {
  wire::ClientFrame frame;
  frame.mutable_ping()->set_nonce(nonce);
  return frame;
}

void expect_answers(Client& client, uint64_t nonce) {
  client.send_frame(ping(nonce));
  const auto pong = client.receive(ServerFrame::kPong);
  ASSERT_TRUE(pong);
  EXPECT_EQ(pong->pong().nonce(), nonce);
}

// Connections are accepted on any loop, so some of these move and some do not.
void log_in_on_all_loops(Server& server, bool tls) {
  std::vector<std::unique_ptr<Client>> clients;
  for (size_t i = 0; i < 8 * kLoops; ++i) {
    const Server::Device device = server.add_device("+4917000" + std::to_string(10000 + i), i % kLoops);
    Client& client = *clients.emplace_back(std::make_unique<Client>(server.port(), tls));
    ASSERT_TRUE(client.open_socket());
    ASSERT_TRUE(client.hello(device.token)) << "connection " << i;
  }
  EXPECT_EQ(server.sessions(), clients.size());
  for (size_t i = 0; i < clients.size(); ++i) expect_answers(*clients[i], i + 1);
  clients.clear();
  EXPECT_TRUE(server.wait_for_connections(0));
}

TEST_F(Tables, ASessionMovesToTheTableOfItsAccountsLoop) {
  Server server({}, kLoops, {}, {}, {100, 100, 100});
  log_in_on_all_loops(server, false);
}

TEST_F(Tables, ASessionMovesUnderTls) {
  const auto folder = std::filesystem::temp_directory_path() / ("kith_tables_test_" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  GatewaySettings settings;
  settings.tls_certificate = (folder / "crt").string();
  settings.tls_key = (folder / "key").string();
  net::testing::make_certificate(settings.tls_certificate, settings.tls_key);
  {
    Server server(settings, kLoops, {}, {}, {100, 100, 100});
    log_in_on_all_loops(server, true);
  }
  std::filesystem::remove_all(folder);
}

TEST_F(Tables, WhoseTableIsFullIsToldSoAndTheOthersGoOn) {  // [LIMIT-1]
  constexpr uint32_t kRoom = 4;
  Server server({}, 2, {}, {}, {100, kRoom});
  std::vector<std::unique_ptr<Client>> clients;
  int devices = 10'000;
  const auto log_in = [&](size_t loop) {
    const Server::Device device = server.add_device("+4917000" + std::to_string(++devices), loop);
    Client& client = *clients.emplace_back(std::make_unique<Client>(server.port()));
    return client.open_socket() && client.hello(device.token);
  };
  // One that is turned away at the door, because the kernel gave it to the full loop, knocks again.
  const auto refused = [&] {
    for (int i = 0; i < 50; ++i) {
      const Server::Device device = server.add_device("+4917100" + std::to_string(10000 + i), 1);
      Client client(server.port());
      if (!client.open_socket()) continue;
      wire::ClientFrame frame;
      frame.mutable_hello()->set_version_min(1);
      frame.mutable_hello()->set_version_max(1);
      frame.mutable_hello()->set_token(device.token);
      client.send_frame(frame);
      const auto error = client.receive(ServerFrame::kError);
      return error && error->error().code() == wire::kTooManyConnections && error->error().retry_after_ms() > 0;
    }
    return false;
  };
  for (uint32_t i = 0; i < kRoom; ++i) ASSERT_TRUE(log_in(1));
  EXPECT_TRUE(refused());
  EXPECT_EQ(Client(server.port()).request("GET", "/readyz").status, 503);
  // Those of the other loop find a door within a few tries.
  bool entered = false;
  for (int i = 0; i < 50 && !entered; ++i) entered = log_in(0);
  EXPECT_TRUE(entered);
  for (uint32_t i = 0; i < kRoom; ++i) expect_answers(*clients[i], i + 1);

  clients.clear();
  EXPECT_TRUE(server.wait_for_connections(0));
  EXPECT_EQ(Client(server.port()).request("GET", "/readyz").status, 200);
  EXPECT_TRUE(log_in(1));
}

TEST_F(Tables, DrainingEndsEverySessionAndNobodyIsAccepted) {
  Server server({}, kLoops, {}, {}, {100, 100, 100});
  std::vector<std::unique_ptr<Client>> clients;
  for (size_t i = 0; i < 4 * kLoops; ++i) {
    const Server::Device device = server.add_device("+4917000" + std::to_string(10000 + i), i % kLoops);
    Client& client = *clients.emplace_back(std::make_unique<Client>(server.port()));
    ASSERT_TRUE(client.open_socket() && client.hello(device.token));
  }
  server.begin_drain();
  for (const auto& client : clients) {
    EXPECT_TRUE(client->receive(ServerFrame::kDraining));
    EXPECT_EQ(client->receive_close(), 1012);
    client->close();
  }
  EXPECT_TRUE(server.wait_for_connections(0));
  // No table holds a listening socket any more, whose queue would take connections that nobody accepts.
  const int probe = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const net::Descriptor owned(probe);
  sockaddr_in target{};
  target.sin_family = AF_INET;
  target.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  target.sin_port = htons(server.port());
  EXPECT_NE(::connect(probe, reinterpret_cast<sockaddr*>(&target), sizeof target), 0);
}

}  // namespace
}  // namespace kith::gateway
