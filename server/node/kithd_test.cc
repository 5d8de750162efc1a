// SPDX-License-Identifier: AGPL-3.0-or-later

// The program itself: real processes, real disk, loopback.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <fstream>
#include <thread>

#include "server/gateway/testing/client.h"
#include "server/node/exit_code.h"
#include "server/node/testing/kithd_process.h"

namespace kith::node {
namespace {

using gateway::testing::Client;
using ::testing::HasSubstr;
using wire::ServerFrame;

MessageId message_id(uint8_t number) {
  MessageId id;
  id.value.fill(number);
  return id;
}

wire::ClientFrame send_frame(const RegisteredDevice& to, const MessageId& id, Bytes payload) {
  wire::ClientFrame frame;
  wire::Send& send = *frame.mutable_send();
  send.set_message_id(id.bytes());
  send.set_to_account(to.account.bytes());
  send.set_device_list_revision(to.revision);
  wire::Envelope& envelope = *send.add_envelopes();
  envelope.set_device_id(to.device_id);
  envelope.set_payload(std::move(payload));
  return frame;
}

wire::ClientFrame confirm_frame(uint64_t position) {
  wire::ClientFrame frame;
  frame.mutable_confirm()->set_position(position);
  return frame;
}

// All entries up to the end of the backlog, or until `count` have come.
std::vector<wire::Entry> collect(Client& client, size_t count = SIZE_MAX) {
  std::vector<wire::Entry> entries;
  while (entries.size() < count) {
    const auto frame = client.receive();
    if (!frame || frame->has_backlog_end()) break;
    for (const wire::Entry& entry : frame->deliver().entries()) entries.push_back(entry);
  }
  return entries;
}

struct Connected : Client {
  Connected(uint16_t port, const RegisteredDevice& device, uint64_t confirmed = 0) : Client(port) {
    EXPECT_TRUE(open_socket());
    EXPECT_TRUE(hello(device.token, confirmed));
  }
};

class Kithd : public ::testing::Test {
 protected:
  TestDirectory directory_;
  KithdProcess server_{directory_};
};

TEST_F(Kithd, TwoDevicesRegisterAndTalkAndTheTicksComeBack) {  // [SEND-2] [RECEIPT-1]
  ASSERT_TRUE(server_.start()) << server_.log();
  const RegisteredDevice ana(server_.port(), "+491700000001", 1);
  const RegisteredDevice ben(server_.port(), "+491700000002", 2);
  ASSERT_TRUE(ana.is_registered() && ben.is_registered());
  Connected ana_socket(server_.port(), ana);
  Connected ben_socket(server_.port(), ben);
  ASSERT_TRUE(ben_socket.receive(ServerFrame::kBacklogEnd));
  ASSERT_TRUE(ana_socket.receive(ServerFrame::kBacklogEnd));

  ana_socket.send_frame(send_frame(ben, message_id(1), "ciphertext"));
  const auto delivered = ben_socket.receive(ServerFrame::kDeliver);
  ASSERT_TRUE(delivered);
  const wire::Entry& entry = delivered->deliver().entries(0);
  EXPECT_EQ(entry.message().payload(), "ciphertext");
  EXPECT_EQ(entry.message().from_account(), ana.account.bytes());
  ben_socket.send_frame(confirm_frame(entry.position()));

  // Two ticks: they may come in either order.
  wire::Accepted accepted;
  wire::DeliveryReceipt receipt;
  for (int i = 0; i < 2; ++i) {
    const auto frame = ana_socket.receive();
    ASSERT_TRUE(frame);
    if (frame->has_accepted()) accepted = frame->accepted();
    if (frame->has_deliver()) receipt = frame->deliver().entries(0).delivery_receipt();
  }
  EXPECT_EQ(accepted.message_id(), message_id(1).bytes());
  EXPECT_EQ(receipt.from_account(), ben.account.bytes());
  EXPECT_EQ(receipt.sender_device(), ana.device_id);
  EXPECT_EQ(receipt.up_to_server_time_us(), accepted.server_time_us());
}

TEST_F(Kithd, WhatWasAcknowledgedSurvivesAKillAndIsDeliveredOnceInOrder) {  // [SEND-1] [SEND-2] [INBOX-3] [ORDER-1]
  ASSERT_TRUE(server_.start()) << server_.log();
  const RegisteredDevice ana(server_.port(), "+491700000001", 1);
  const RegisteredDevice ben(server_.port(), "+491700000002", 2);
  constexpr uint8_t kCount = 40;
  {
    Connected ana_socket(server_.port(), ana);
    for (uint8_t i = 1; i <= kCount; ++i)
      ana_socket.send_frame(send_frame(ben, message_id(i), "message " + std::to_string(i)));
    for (uint8_t i = 1; i <= kCount; ++i) ASSERT_TRUE(ana_socket.receive(ServerFrame::kAccepted));
  }
  server_.crash();
  ASSERT_TRUE(server_.start()) << server_.log();
  {
    // The device sends again what it isn't sure of: nothing changes.
    Connected ana_socket(server_.port(), ana);
    ana_socket.send_frame(send_frame(ben, message_id(7), "message 7"));
    ASSERT_TRUE(ana_socket.receive(ServerFrame::kAccepted));
  }
  Connected ben_socket(server_.port(), ben);
  const auto entries = collect(ben_socket);
  ASSERT_EQ(entries.size(), kCount);
  for (uint8_t i = 1; i <= kCount; ++i) {
    EXPECT_EQ(entries[i - 1].message().message_id(), message_id(i).bytes());
    if (i > 1) {
      EXPECT_TRUE(Position{entries[i - 2].position()}.may_be_followed_by(Position{entries[i - 1].position()}));
    }
  }
}

TEST_F(Kithd, WhatWasConfirmedDoesNotComeAgainAfterARestart) {  // [INBOX-1] [INBOX-2]
  ASSERT_TRUE(server_.start()) << server_.log();
  const RegisteredDevice ana(server_.port(), "+491700000001", 1);
  const RegisteredDevice ben(server_.port(), "+491700000002", 2);
  Bytes last;
  uint64_t position = 0;
  {
    Connected ana_socket(server_.port(), ana);
    for (uint8_t i = 1; i <= 3; ++i) {
      ana_socket.send_frame(send_frame(ben, message_id(i), "message"));
      ASSERT_TRUE(ana_socket.receive(ServerFrame::kAccepted));
    }
    Connected ben_socket(server_.port(), ben);
    const auto entries = collect(ben_socket);
    ASSERT_EQ(entries.size(), 3u);
    position = entries[1].position();
    ben_socket.send_frame(confirm_frame(position));
    ASSERT_TRUE(ana_socket.receive(ServerFrame::kDeliver));  // the receipt: the server has seen the confirmation
  }
  server_.signal(SIGTERM);
  ASSERT_EQ(server_.wait(), kStopped) << server_.log();
  ASSERT_TRUE(server_.start()) << server_.log();
  Connected ben_socket(server_.port(), ben, position);
  const auto entries = collect(ben_socket);
  ASSERT_EQ(entries.size(), 1u);
  EXPECT_EQ(entries[0].message().message_id(), message_id(3).bytes());
}

TEST_F(Kithd, SigtermTellsDevicesFinishesAndEndsWithZero) {
  ASSERT_TRUE(server_.start()) << server_.log();
  const RegisteredDevice ana(server_.port(), "+491700000001", 1);
  Connected socket(server_.port(), ana);
  ASSERT_TRUE(socket.receive(ServerFrame::kBacklogEnd));
  const auto began = std::chrono::steady_clock::now();
  server_.signal(SIGTERM);
  EXPECT_TRUE(socket.receive(ServerFrame::kDraining));
  EXPECT_EQ(socket.receive_close(), 1012);
  EXPECT_EQ(server_.wait(), kStopped) << server_.log();
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(8));
}

TEST_F(Kithd, ASecondSignalEndsItAtOnce) {
  ASSERT_TRUE(server_.start()) << server_.log();
  const RegisteredDevice ana(server_.port(), "+491700000001", 1);
  Connected socket(server_.port(), ana);  // does not close by itself: draining waits for it
  server_.signal(SIGTERM);
  ASSERT_TRUE(socket.receive(ServerFrame::kDraining));
  server_.signal(SIGTERM);
  const auto code = server_.wait(3);
  EXPECT_TRUE(code == kForced || code == kStopped) << server_.log();
}

TEST_F(Kithd, AnAccountAndItsProfileSurviveAKill) {
  ASSERT_TRUE(server_.start()) << server_.log();
  const RegisteredDevice ana(server_.port(), "+491700000001", 1);
  const std::string bearer = "Bearer " + to_base64url(ana.token);
  const Client::Fields fields = {
      {"Authorization", bearer}, {"Content-Type", "application/json"}, {"Accept", "application/json"}};
  EXPECT_EQ(Client(server_.port()).request("PUT", "/v1/profile", fields, R"({"name":"Ana","about":"here"})").status,
            200);
  server_.crash();
  ASSERT_TRUE(server_.start()) << server_.log();
  const auto profile = Client(server_.port()).request("GET", "/v1/profile", fields);
  EXPECT_EQ(profile.status, 200);
  EXPECT_THAT(profile.body, HasSubstr("\"name\":\"Ana\""));
}

TEST_F(Kithd, HealthReadinessAndMetricsAreServed) {
  ASSERT_TRUE(server_.start()) << server_.log();
  EXPECT_EQ(Client(server_.port()).request("GET", "/healthz").status, 200);
  EXPECT_EQ(Client(server_.port()).request("GET", "/readyz").status, 200);
  const auto metrics = Client(server_.port()).request("GET", "/metrics");
  EXPECT_EQ(metrics.status, 200);
  for (const char* name : {"kith_connections", "kith_store_writable{store=\"inbox\"} 1", "kith_disk_free_bytes"}) {
    EXPECT_THAT(metrics.body, HasSubstr(name));
  }
}

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

TEST_F(Kithd, ADataDirectoryIsUsedByOneProcess) {
  ASSERT_TRUE(server_.start()) << server_.log();
  const Ran second = run_kithd({"--data", directory_.file("data"), "--listen", "127.0.0.1:0"});
  EXPECT_EQ(second.exit_code, kDirectoryInUse);
  EXPECT_THAT(second.err, HasSubstr("in use by another kithd (process " + std::to_string(server_.pid()) + ")"));
}

TEST_F(Kithd, WhatCannotStartSaysWhyWithItsExitCode) {
  ASSERT_TRUE(server_.start()) << server_.log();
  const std::string taken = "127.0.0.1:" + std::to_string(server_.port());
  std::ofstream(directory_.file("file")) << "no directory";
  EXPECT_EQ(run_kithd({"--data", directory_.file("file"), "--listen", "127.0.0.1:0"}).exit_code, kDirectoryInUse);
  EXPECT_EQ(run_kithd({"--data", directory_.file("other"), "--listen", "127.0.0.1:0", "--web", "/no/such/directory"})
                .exit_code,
            kStartFailed);
  EXPECT_EQ(run_kithd({"--data", directory_.file("other"), "--listen", "0.0.0.0:0", "--codes", "echo"}).exit_code,
            kWrongUsage);
  EXPECT_EQ(run_kithd({"--no-such-option"}).exit_code, kWrongUsage);
  EXPECT_EQ(run_kithd({"--config", "/no/such/file"}).exit_code, kWrongUsage);
  server_.signal(SIGTERM);
  ASSERT_EQ(server_.wait(), kStopped);
  std::ofstream(directory_.file("data/accounts.db"), std::ios::trunc) << Bytes(4096, 'x');
  const Ran damaged = run_kithd({"--data", directory_.file("data"), "--listen", "127.0.0.1:0"});
  EXPECT_EQ(damaged.exit_code, kStoreFailed);
  EXPECT_THAT(damaged.err, HasSubstr("It is damaged"));
}

TEST_F(Kithd, ChecksAndPrintsConfigurationsAndItsVersion) {
  const Ran printed = run_kithd({"print-config"});
  EXPECT_EQ(printed.exit_code, 0);
  std::ofstream(directory_.file("kith.toml")) << printed.out;
  EXPECT_EQ(run_kithd({"check-config", directory_.file("kith.toml")}).exit_code, 0);
  std::ofstream(directory_.file("wrong.toml")) << "[limits]\nsends_burst = 0\n[logs]\n";
  const Ran wrong = run_kithd({"check-config", directory_.file("wrong.toml")});
  EXPECT_EQ(wrong.exit_code, kWrongUsage);
  EXPECT_THAT(wrong.err, HasSubstr("limits.sends_burst = 0 is not allowed: it takes a whole number from 1 to 1000000"));
  EXPECT_THAT(wrong.err, HasSubstr("unknown section [logs]"));
  const std::string version = run_kithd({"--version"}).out;
  EXPECT_TRUE(version.starts_with("kithd " KITH_VERSION "\n")) << version;
  EXPECT_NE(version.find("AGPL-3.0-or-later"), std::string::npos) << version;
  EXPECT_NE(version.find("\nSource: "), std::string::npos) << version;
}

TEST_F(Kithd, TheLogNeverHoldsTokensCodesOrContent) {  // [PRIVATE-1]
  ASSERT_TRUE(server_.start()) << server_.log();
  const RegisteredDevice ana(server_.port(), "+491700000001", 1);
  {
    Connected socket(server_.port(), ana);
    socket.send_frame(send_frame(ana, message_id(1), "a payload to look for"));
    socket.send_raw(0x82, "no frame at all");
    (void)socket.receive_close();
  }
  server_.signal(SIGTERM);
  ASSERT_EQ(server_.wait(), kStopped);
  const std::string log = server_.log();
  EXPECT_THAT(log, HasSubstr("stopped"));
  for (const std::string& secret :
       {to_base64url(ana.token), to_hex(ana.token), std::string("491700000001"), std::string("a payload")}) {
    EXPECT_EQ(log.find(secret), std::string::npos);
  }
}

}  // namespace
}  // namespace kith::node
