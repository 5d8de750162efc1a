// SPDX-License-Identifier: AGPL-3.0-or-later

// The program itself: real processes, real disk, loopback.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include "crypto/group_signatures.h"
#include "server/gateway/testing/client.h"
#include "server/handlers/testing/signed_group_change.h"
#include "server/node/exit_code.h"
#include "server/node/process.h"
#include "server/node/testing/kithd_process.h"
#include "wire/receipt_run.h"

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
  wire::ToAccount& account = *send.mutable_account();
  account.set_account_id(to.account.bytes());
  account.set_device_list_revision(to.revision);
  account.set_receipt_number(7);
  wire::Envelope& envelope = *account.add_envelopes();
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
  EXPECT_EQ(accepted.account(), ben.account.bytes());
  EXPECT_EQ(receipt.first_number(), 7u);
  EXPECT_EQ(receipt.last_number(), 7u);
  EXPECT_EQ(receipt.marks(), wire::receipt_mark(message_id(1)));
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

// A message to the group of these members is durable in the log when it is accepted, and nowhere else at that moment.
TEST_F(Kithd, AMessageToAGroupThatWasAcceptedSurvivesAKillAndComesOnceInOrder_GROUP_3) {
  ASSERT_TRUE(server_.start()) << server_.log();
  RegisteredDevice ana(server_.port(), "+491700000001", 1);
  const RegisteredDevice ben(server_.port(), "+491700000002", 2);
  const RegisteredDevice cleo(server_.port(), "+491700000003", 3);
  kith::testing::FollowedGroup group{ana.keys.random.id<GroupId>()};
  const auto makes = kith::testing::sign_change(
      group, group.creating(DeviceAddress{ana.account, {ana.device_id}}, {ben.account, cleo.account}),
      ana.keys.store.identity(), ana.keys.random);
  const auto made =
      Client(server_.port())
          .request("POST", "/v1/groups/" + group.id.hex(),
                   {{"Content-Type", "application/x-protobuf"}, {"Authorization", "Bearer " + to_base64url(ana.token)}},
                   makes.SerializeAsString());
  ASSERT_EQ(made.status, 200) << made.body;
  std::vector<crypto::MemberList> lists;
  for (const RegisteredDevice* each : {&std::as_const(ana), &ben, &cleo})
    lists.push_back({each->account, {each->revision}});
  std::ranges::sort(lists, {}, &crypto::MemberList::account);
  const auto to_group = [&](uint8_t number) {
    wire::ClientFrame frame;
    frame.mutable_send()->set_message_id(message_id(number).bytes());
    wire::ToGroup& to = *frame.mutable_send()->mutable_group();
    to.set_group_id(group.id.bytes());
    to.set_revision(1);
    to.set_lists_digest(crypto::group_lists_digest(lists));
    to.set_payload("message " + std::to_string(number));
    return frame;
  };
  constexpr uint8_t kCount = 40;
  for (uint8_t round = 0; round < 2; ++round) {
    Connected ana_socket(server_.port(), ana);
    for (uint8_t i = 1; i <= kCount; ++i) ana_socket.send_frame(to_group(round * kCount + i));
    for (uint8_t i = 1; i <= kCount; ++i) ASSERT_TRUE(ana_socket.receive(ServerFrame::kAccepted));
    server_.crash();
    ASSERT_TRUE(server_.start()) << server_.log();
  }
  {
    Connected ana_socket(server_.port(), ana);
    ana_socket.send_frame(to_group(7));
    ASSERT_TRUE(ana_socket.receive(ServerFrame::kAccepted)) << "sent again it changes nothing";
  }
  for (const RegisteredDevice* each : {&ben, &cleo}) {
    std::vector<std::string> ids, expected;
    uint64_t last = 0;
    for (int tries = 0; tries < 50 && ids.size() < 2 * kCount; ++tries) {
      Connected socket(server_.port(), *each, last);
      for (const wire::Entry& entry : collect(socket)) {
        last = entry.position();
        if (entry.has_message()) ids.push_back(entry.message().message_id());
      }
    }
    for (uint8_t i = 1; i <= 2 * kCount; ++i) expected.push_back(message_id(i).bytes());
    EXPECT_EQ(ids, expected);
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

TEST_F(Kithd, AFriendFindsRoomInAFullInboxAlsoAfterAKill) {  // [LIMIT-2]
  std::ofstream(directory_.file("kith.toml")) << "[inbox]\ndevice_entries_max = 100\n[limits]\nsends_per_second = 0\n";
  const std::vector<std::string> arguments = {"--config", directory_.file("kith.toml")};
  ASSERT_TRUE(server_.start(arguments)) << server_.log();
  const RegisteredDevice ana(server_.port(), "+491700000001", 1);
  const RegisteredDevice ben(server_.port(), "+491700000002", 2);
  uint8_t next = 0;
  const auto takes = [&](Connected& from, const RegisteredDevice& to) {
    from.send_frame(send_frame(to, message_id(++next), "text"));
    while (const auto frame = from.receive()) {
      if (frame->has_accepted() || frame->has_refused()) return frame->has_accepted();
    }
    ADD_FAILURE() << "no answer";
    return false;
  };
  {
    Connected socket(server_.port(), ana);
    ASSERT_TRUE(takes(socket, ben));
  }
  // Whom she wrote to is stored behind the answer, by the thread that looks this up for an account that comes anew: by
  // the time that this one is there, it has done both.
  const RegisteredDevice newcomer(server_.port(), "+491700000003", 99);
  ASSERT_TRUE(newcomer.is_registered());
  server_.crash();
  ASSERT_TRUE(server_.start(arguments)) << server_.log();
  bool full = false;
  for (int stranger = 3; stranger < 30 && !full; ++stranger) {
    const RegisteredDevice one(server_.port(), "+4917000000" + std::to_string(10 + stranger), stranger);
    Connected socket(server_.port(), one);
    int taken = 0;
    while (takes(socket, ana)) ++taken;
    full = taken == 0;
  }
  EXPECT_TRUE(full) << "strangers never filled what they may";
  Connected socket(server_.port(), ben);
  EXPECT_TRUE(takes(socket, ana));
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

TEST_F(Kithd, CheckConfigLooksAtTheFilesItNames) {
  const auto check = [this](const std::string& text) {
    std::ofstream(directory_.file("check.toml"), std::ios::trunc) << text;
    return run_kithd({"check-config", directory_.file("check.toml")});
  };
  const Ran no_certificate = check("[tls]\ncertificate = \"/no/such/cert.pem\"\nkey = \"/no/such/key.pem\"\n");
  EXPECT_EQ(no_certificate.exit_code, kWrongUsage);
  EXPECT_THAT(no_certificate.err, HasSubstr("/no/such/cert.pem can't be read: No such file or directory\n"));
  EXPECT_THAT(no_certificate.err, HasSubstr("/no/such/key.pem can't be read: No such file or directory\n"));
  const Ran everything = check(
      "[limits]\nsends_burst = 0\n[tls]\ncertificate = \"/no/such/cert.pem\"\nkey = \"/no/such/key.pem\"\n"
      "[web]\nroot = \"/no/such/web\"\n[listen]\naddresses = [\"localhost:1\"]\n[metrics]\nonly_loopback = \n");
  EXPECT_EQ(std::ranges::count(everything.err, '\n'), 6) << everything.err;
  const Ran no_web = check("[web]\nroot = \"/no/such/web\"\n");
  EXPECT_EQ(no_web.exit_code, kWrongUsage);
  EXPECT_THAT(no_web.err, HasSubstr("web.root: web root /no/such/web"));
  const Ran no_proxy = check("[listen]\ntrusted_proxies = [\"nginx\"]\n");
  EXPECT_EQ(no_proxy.exit_code, kWrongUsage);
  EXPECT_THAT(no_proxy.err, HasSubstr("listen.trusted_proxies: \"nginx\" is no IP address"));
  const Ran open = check("[listen]\naddresses = [\"0.0.0.0:8080\"]\n");
  EXPECT_EQ(open.exit_code, 0) << "a proxy may be in front of it";
  EXPECT_THAT(open.err, HasSubstr("0.0.0.0:8080 can be reached from outside without TLS"));
  EXPECT_EQ(check("[listen]\naddresses = [\"127.0.0.1:8080\", \"[::1]:8080\"]\n").err, "");
}

TEST_F(Kithd, ItsDataIsForItsUserOnlyEvenInADirectoryThatWasOpen) {
  namespace fs = std::filesystem;
  const fs::path data = directory_.file("data");
  fs::create_directories(data / "inboxes");
  std::ofstream(data / "inboxes" / "old") << "x";
  fs::permissions(data, fs::perms(0755));
  fs::permissions(data / "inboxes", fs::perms(0755));
  fs::permissions(data / "inboxes" / "old", fs::perms(0644));
  ASSERT_TRUE(server_.start()) << server_.log();
  const RegisteredDevice ana(server_.port(), "+491700000001", 1);
  EXPECT_EQ(fs::status(data).permissions(), fs::perms(0700));
  size_t files = 0;
  for (const auto& entry : fs::recursive_directory_iterator(data)) {
    ++files;
    EXPECT_EQ(entry.status().permissions(), fs::perms(entry.is_directory() ? 0700 : 0600)) << entry.path();
  }
  EXPECT_GE(files, 5u);
  EXPECT_THAT(server_.log(), HasSubstr("could be read by others"));
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

TEST_F(Kithd, CodesOnTheConsoleDoNotNameTheNumber) {  // [PRIVATE-1]
  ASSERT_TRUE(server_.start({"--codes", "console"})) << server_.log();
  const auto asked = Client(server_.port())
                         .request("POST", "/v1/registration/code", {{"Content-Type", "application/json"}},
                                  R"({"handle": {"phone": "+491701234567"}})");
  EXPECT_EQ(asked.status, 200);
  EXPECT_EQ(asked.body.find("code\":"), std::string::npos) << asked.body;
  EXPECT_THAT(server_.log(), HasSubstr("registration code for the number that ends in 4567: "));
  const auto by_mail = Client(server_.port())
                           .request("POST", "/v1/registration/code", {{"Content-Type", "application/json"}},
                                    R"({"handle": {"email": "ana.maria@example.org"}})");
  EXPECT_EQ(by_mail.status, 200);
  EXPECT_THAT(server_.log(),
              HasSubstr("registration code for the address that begins with a and ends in @example.org: "));
  EXPECT_EQ(server_.log().find("maria"), std::string::npos);
  EXPECT_EQ(server_.log().find("70123"), std::string::npos);
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
