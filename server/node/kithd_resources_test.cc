// SPDX-License-Identifier: AGPL-3.0-or-later

// The program with little memory, disk and descriptors, and how it shares the descriptors out.
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <memory>
#include <thread>

#include "server/node/process.h"
#include "server/node/testing/kithd_fixture.h"

namespace kith::node {
namespace {

TEST_F(Kithd, AFullDiskIsToldAndEverythingComesBackWithSpace) {  // [LIMIT-1]
  // More than any disk has
  std::ofstream(directory_.file("kith.toml")) << "[data]\nfree_bytes_min = 1125899906842624\n";
  ASSERT_TRUE(server_.start({"--config", directory_.file("kith.toml")})) << server_.log();
  const RegisteredDevice ana(server_.port(), "+491700000001", 1);
  const RegisteredDevice ben(server_.port(), "+491700000002", 2);
  const auto ready = Client(server_.port()).request("GET", "/readyz");
  EXPECT_EQ(ready.status, 503);
  EXPECT_THAT(ready.body, HasSubstr("the inbox store is full"));
  Connected ana_socket(server_.port(), ana);
  ana_socket.send_frame(send_frame(ben, message_id(1), "message"));
  const auto refused = ana_socket.receive(ServerFrame::kRefused);
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->refused().code(), wire::kServerFull);
  EXPECT_GT(refused->refused().retry_after_ms(), 0u);
  // Devices that are connected talk on: their messages need no disk.
  Connected ben_socket(server_.port(), ben);
  ASSERT_TRUE(ben_socket.receive(ServerFrame::kBacklogEnd));
  ana_socket.send_frame(send_frame(ben, message_id(2), "message"));
  const auto delivered = ben_socket.receive(ServerFrame::kDeliver);
  ASSERT_TRUE(delivered);
  ben_socket.send_frame(confirm_frame(delivered->deliver().entries(0).position()));
}

// Bytes of address space that the process has.
rlim_t address_space_of(pid_t pid) {
  std::ifstream statm("/proc/" + std::to_string(pid) + "/statm");
  rlim_t pages = 0;
  statm >> pages;
  return pages * static_cast<rlim_t>(sysconf(_SC_PAGESIZE));
}

// What strangers, and a device, may send to make a server keep things; each goes on for ever.
struct Onslaught {
  std::string begin;
  std::string again;
};
std::vector<Onslaught> onslaughts(const RegisteredDevice& device) {
  const std::string host = " HTTP/1.1\r\nHost: a\r\n";
  const std::string token = "Authorization: Bearer " + to_base64url(device.token) + "\r\n";
  const std::string json = "Content-Type: application/json\r\n";
  const std::string length = "Content-Length: 1000000\r\n\r\n";
  const std::string upgrade = "GET /v1/socket" + host +
                              "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                              "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: kith.v1\r\n\r\n";
  const std::string chunked = "POST /v1/registration" + host + "Transfer-Encoding: chunked\r\n\r\n";
  const std::string x(65'536, 'x');
  std::string masked_frames;  // fragments of one message that never ends
  for (int i = 0; i < 500; ++i) masked_frames += std::string("\x00\xfe\x00\x7e\0\0\0\0", 8) + std::string(126, 'x');
  std::string open_brackets;
  for (int i = 0; i < 20'000; ++i) open_brackets += "[{\"";
  return {
      {"GET /", x},
      {"GET /" + host + "X: ", x},
      {chunked + "5;", x},
      {chunked + "0\r\nX: ", x},
      {chunked, "1\r\nx\r\n1\r\nx\r\n1\r\nx\r\n"},
      {"POST /v1/registration/code" + host + json + length, x},
      {"PUT /v1/privacy" + host + json + length, x},
      {"PUT /v1/privacy" + host + json + token + length, R"({"contacts": [)" + open_brackets},
      {"PUT /v1/privacy" + host + token + "Content-Type: application/x-protobuf\r\n" + length,
       std::string("\x1a\0", 2)},
      {"PUT /v1/keys" + host + json + token + length, open_brackets},
      {upgrade, std::string("\x82\xff\0\0\0\0\0\3\xff\0\0\0\0\0", 14) + x},
      {upgrade + std::string("\x02\xfe\x00\x7e\0\0\0\0", 8) + std::string(126, 'x'), masked_frames},
  };
}

// Each of them on several connections, 300 kB on each, all open at once.
void send_all(uint16_t port, const std::vector<Onslaught>& all) {
  constexpr size_t kConnections = 12;
  std::vector<std::unique_ptr<Client>> clients;
  for (const Onslaught& one : all) {
    for (size_t i = 0; i < kConnections; ++i) {
      clients.push_back(std::make_unique<Client>(port));
      std::string bytes = one.begin;
      while (bytes.size() < 300'000) bytes += one.again;
      clients.back()->send_bytes(bytes);
    }
  }
}

TEST_F(Kithd, NoInputEndsItWhenMemoryIsShort) {  // [LIMIT-1]
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "a sanitizer ends the program when an allocation fails";
#endif
  ASSERT_TRUE(server_.start()) << server_.log();
  const RegisteredDevice ana(server_.port(), "+491700000001", 1);
  Connected session(server_.port(), ana);
  ASSERT_TRUE(session.receive(ServerFrame::kBacklogEnd));
  const auto all = onslaughts(ana);
  send_all(server_.port(), all);  // threads and caches are there now
  rlimit before{};
  ASSERT_EQ(prlimit(server_.pid(), RLIMIT_AS, nullptr, &before), 0);
  for (const rlim_t spare : {rlim_t{24} << 20, rlim_t{4} << 20, rlim_t{0}}) {
    const rlimit tight{address_space_of(server_.pid()) + spare, before.rlim_max};
    ASSERT_EQ(prlimit(server_.pid(), RLIMIT_AS, &tight, nullptr), 0);
    send_all(server_.port(), all);
    ASSERT_EQ(kill(server_.pid(), 0), 0) << spare << server_.log();
    wire::ClientFrame ping;
    ping.mutable_ping()->set_nonce(spare + 1);
    session.send_frame(ping);
    const auto pong = session.receive(ServerFrame::kPong);
    ASSERT_TRUE(pong) << "with " << spare << " bytes to spare: " << server_.log();
    EXPECT_EQ(pong->pong().nonce(), spare + 1);
  }
  ASSERT_EQ(prlimit(server_.pid(), RLIMIT_AS, &before, nullptr), 0);
  int status = 0;
  for (int i = 0; i < 100 && status != 200; ++i) {
    status = Client(server_.port()).request("GET", "/readyz").status;
    if (status != 200) std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  EXPECT_EQ(status, 200) << server_.log();
}

TEST_F(Kithd, WithFewDescriptorsConnectionsAreTurnedAwayAndMessagesGoOn) {  // [LIMIT-1]
  constexpr rlim_t kDescriptors = 700;
  std::ofstream(directory_.file("kith.toml")) << "[data]\nopen_files_max = 64\n[process]\nloops = 1\n";
  ASSERT_TRUE(server_.start({"--config", directory_.file("kith.toml")}, kDescriptors)) << server_.log();
  const RegisteredDevice ana(server_.port(), "+491700000001", 1);
  const RegisteredDevice ben(server_.port(), "+491700000002", 2);
  Connected session(server_.port(), ana);
  ASSERT_TRUE(session.receive(ServerFrame::kBacklogEnd));
  std::vector<std::unique_ptr<Client>> idle;
  Client::Response answer;
  while (idle.size() < kDescriptors) {
    idle.push_back(std::make_unique<Client>(server_.port()));
    answer = idle.back()->request("GET", "/v1/profile");
    if (answer.status == 503) break;
  }
  EXPECT_GT(idle.size(), 300u);
  EXPECT_LT(idle.size(), kDescriptors - 200);
  EXPECT_THAT(answer.body, HasSubstr("kTooManyConnections"));
  EXPECT_EQ(answer.field("Retry-After"), "5");
  const auto ready = Client(server_.port()).request("GET", "/readyz");
  EXPECT_EQ(ready.status, 503);
  EXPECT_THAT(ready.body, HasSubstr("as many connections"));
  EXPECT_EQ(Client(server_.port()).request("GET", "/healthz").status, 200);
  // The stores find files for whatever they have to write.
  session.send_frame(send_frame(ben, message_id(1), "message"));
  EXPECT_TRUE(session.receive(ServerFrame::kAccepted));
  idle.clear();
  for (int i = 0; i < 100 && Client(server_.port()).request("GET", "/readyz").status != 200; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_EQ(Client(server_.port()).request("GET", "/readyz").status, 200);
}

TEST_F(Kithd, HoldsMoreConnectionsThanOneTableOfDescriptors) {
  constexpr rlim_t kDescriptors = 700;
  constexpr size_t kConnections = 1'300;
  std::ofstream(directory_.file("kith.toml")) << "[data]\nopen_files_max = 64\n[process]\nloops = 4\n";
  ASSERT_TRUE(server_.start({"--config", directory_.file("kith.toml")}, kDescriptors)) << server_.log();
  std::vector<std::unique_ptr<RegisteredDevice>> devices;
  std::vector<std::unique_ptr<Connected>> sessions;
  for (uint64_t i = 0; i < 12; ++i) {
    devices.push_back(
        std::make_unique<RegisteredDevice>(server_.port(), "+4917000001" + std::to_string(10 + i), i + 1));
    sessions.push_back(std::make_unique<Connected>(server_.port(), *devices.back()));
    ASSERT_TRUE(sessions.back()->receive(ServerFrame::kBacklogEnd));
  }
  std::vector<std::unique_ptr<Client>> idle;
  while (idle.size() < kConnections) {
    idle.push_back(std::make_unique<Client>(server_.port()));
    ASSERT_EQ(idle.back()->request("GET", "/v1/profile").status, 401) << idle.size() << " were let in";
  }
  EXPECT_EQ(Client(server_.port()).request("GET", "/readyz").status, 200);
  for (size_t i = 0; i < sessions.size(); ++i) {
    const RegisteredDevice& to = *devices[(i + 1) % devices.size()];
    sessions[i]->send_frame(send_frame(to, message_id(static_cast<uint8_t>(i + 1)), "message"));
    EXPECT_TRUE(sessions[i]->receive(ServerFrame::kAccepted));
    EXPECT_TRUE(sessions[(i + 1) % sessions.size()]->receive(ServerFrame::kDeliver));
  }
  server_.signal(SIGTERM);
  for (const auto& session : sessions) EXPECT_TRUE(session->receive(ServerFrame::kDraining));
  sessions.clear();
  idle.clear();
  EXPECT_EQ(server_.wait(), 0) << server_.log();
}

TEST(Descriptors, EachLoopHasATableWhenOneIsTooSmall) {
  const auto enough = plan_descriptors(1'048'576, 64, 1'000'000, 512);
  EXPECT_TRUE(enough.tables.empty());
  EXPECT_EQ(enough.connections, 1'000'000u);
  const auto many = plan_descriptors(20'000, 64, 1'000'000, 512);
  ASSERT_EQ(many.tables.size(), 64u);
  EXPECT_EQ(many.connections, 1'000'000u);
  EXPECT_LT(many.tables[0], many.tables[1]) << "the stores' files are in the first";
  EXPECT_EQ(many.tables[0], 20'000u - 64 * 8 - 512 - kDescriptorsForTheRest);
  const auto two = plan_descriptors(20'000, 2, 1'000'000, 512);
  EXPECT_EQ(two.connections, two.tables[0] + two.tables[1]);
  EXPECT_TRUE(plan_descriptors(20'000, 1, 1'000'000, 512).tables.empty()) << "one loop, one table";
  EXPECT_TRUE(plan_descriptors(20'000, 8, 1'000, 512).tables.empty());
}

TEST(Descriptors, TheStoresFilesComeBeforeConnections) {
  const auto million = share_descriptors(1'048'576, 1'000'000, 512);
  EXPECT_EQ(million.connections, 1'000'000u);
  EXPECT_EQ(million.store_files, 512u);
  const auto usual = share_descriptors(20'000, 1'000'000, 512);
  EXPECT_EQ(usual.connections, 20'000u - 512 - kDescriptorsForTheRest);
  const auto few = share_descriptors(1024, 0, 512);
  EXPECT_EQ(few.store_files, 256u);
  EXPECT_EQ(few.connections, 1024u - 256 - 256);
  EXPECT_EQ(share_descriptors(1024, 100, 512).connections, 100u);
  EXPECT_EQ(share_descriptors(10, 0, 512).connections, 16u);
}

}  // namespace
}  // namespace kith::node
