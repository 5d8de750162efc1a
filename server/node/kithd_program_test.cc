// SPDX-License-Identifier: AGPL-3.0-or-later

// The program as whoever runs it sees it: how it starts and ends, its configuration, its health, its files and its log.
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>

#include "server/node/exit_code.h"
#include "server/node/testing/kithd_fixture.h"

namespace kith::node {
namespace {

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
