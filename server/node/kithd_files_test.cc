// SPDX-License-Identifier: AGPL-3.0-or-later

// Sealed files in the program itself: its disk, its kills.
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include "base/testing/numbered_bytes.h"
#include "crypto/media.h"
#include "crypto/testing/seeded_random.h"
#include "server/gateway/testing/file_client.h"
#include "server/node/testing/kithd_fixture.h"

namespace kith::node {
namespace {

using gateway::testing::FileClient;

FileId file_id(uint8_t number) {
  FileId id;
  id.value.fill(number);
  return id;
}

std::string bearer_of(const RegisteredDevice& device) { return "Bearer " + to_base64url(device.token); }

TEST_F(Kithd, AFileGoesUpAndComesDownToAnotherAccountAlsoAfterARestart_MEDIA_2) {
  ASSERT_TRUE(server_.start()) << server_.log();
  const RegisteredDevice ana(server_.port(), "+491700000001", 1);
  const RegisteredDevice ben(server_.port(), "+491700000002", 2);
  const Bytes bytes = numbered_bytes(3'000'000);
  {
    FileClient from(server_.port(), bearer_of(ana));
    ASSERT_TRUE(from.upload(file_id(1), bytes));
    FileClient to(server_.port(), bearer_of(ben));
    EXPECT_EQ(to.get(file_id(1)).body, bytes);
    const auto part = to.get(file_id(1), {{"Range", "bytes=1000000-1999999"}});
    EXPECT_EQ(part.status, 206);
    EXPECT_EQ(part.body, bytes.substr(1'000'000, 1'000'000));
  }
  server_.signal(SIGTERM);
  ASSERT_EQ(server_.wait(), 0) << server_.log();
  ASSERT_TRUE(server_.start()) << server_.log();
  EXPECT_EQ(FileClient(server_.port(), bearer_of(ben)).get(file_id(1)).body, bytes);
  const auto metrics = Client(server_.port()).request("GET", "/metrics").body;
  EXPECT_THAT(metrics, HasSubstr("kith_files 1\n"));
  EXPECT_THAT(metrics, HasSubstr("kith_file_bytes 3000000\n"));
  EXPECT_THAT(metrics, HasSubstr("kith_file_uploads 0\n"));
  EXPECT_THAT(metrics, HasSubstr("kith_file_read_bytes_total 3000000\n"));
  EXPECT_THAT(metrics, HasSubstr("kith_store_writable{store=\"media\"} 1\n"));
}

// Sends what is left of it, in parts, until the server dies or has all. What was acknowledged is in `acknowledged`.
void go_on(FileClient& client, const FileId& file, const Bytes& bytes, size_t part, uint64_t& acknowledged) {
  const auto state = client.state(file);
  auto offset = FileClient::offset_of(state);
  if (!offset) return;  // killed meanwhile
  EXPECT_GE(*offset, acknowledged) << "what was acknowledged is there";
  while (*offset < bytes.size()) {
    acknowledged = *offset;
    const auto answer = client.patch(file, *offset, BytesView(bytes).substr(*offset, part));
    if (answer.status == 0) return;
    ASSERT_EQ(answer.status, 204) << answer.body;
    offset = FileClient::offset_of(answer);
    ASSERT_TRUE(offset);
  }
  acknowledged = *offset;
}

TEST_F(Kithd, AnUploadGoesOnAfterEachKillFromWhatWasAcknowledgedAndIsWhatWasSent_MEDIA_2) {
  ASSERT_TRUE(server_.start()) << server_.log();
  const RegisteredDevice ana(server_.port(), "+491700000001", 1);
  const Bytes bytes = numbered_bytes(40'000'000);
  const FileId file = file_id(1);
  ASSERT_EQ(FileClient(server_.port(), bearer_of(ana)).create(file, bytes.size()).status, 201);
  crypto::SeededRandom random(7);
  const auto number = [&random](uint64_t below) { return read_u64(random.bytes(8).data()) % below; };
  uint64_t acknowledged = 0;
  int kills = 0, in_the_middle = 0;
  while (acknowledged < bytes.size()) {
    const bool killing = kills < 12;
    std::thread killer;
    if (killing) {
      killer = std::thread([pid = server_.pid(), ms = number(60)] {
        std::this_thread::sleep_for(std::chrono::milliseconds(ms));
        kill(pid, SIGKILL);
      });
    }
    {
      FileClient client(server_.port(), bearer_of(ana));
      const uint64_t before = acknowledged;
      go_on(client, file, bytes, 200'000 + number(3'000'000), acknowledged);
      in_the_middle += killing && acknowledged > before && acknowledged < bytes.size() ? 1 : 0;
    }
    if (!killing) break;
    killer.join();
    ++kills;
    (void)server_.wait();
    ASSERT_TRUE(server_.start()) << server_.log();
  }
  EXPECT_EQ(acknowledged, bytes.size());
  EXPECT_GT(in_the_middle, 0) << "no kill hit an upload";
  FileClient client(server_.port(), bearer_of(ana));
  EXPECT_EQ(FileClient::offset_of(client.state(file)), bytes.size());
  const auto whole = client.get(file);
  EXPECT_EQ(whole.status, 200);
  EXPECT_TRUE(whole.body == bytes);
}

TEST_F(Kithd, ItsLimitsOfFilesAreThoseOfItsConfigurationAndWelcomeTellsThem_MEDIA_4) {
  std::ofstream(directory_.file("kith.toml"))
      << "[media]\nfile_bytes_max = 2000000\nmedia_bytes_max = 1500000\nvideo_seconds_max = 60\n"
         "voice_seconds_max = 120\naccount_bytes_max = 5000000\nserver_bytes_max = 6000000\nuploads_max = 2\n";
  ASSERT_TRUE(server_.start({"--config", directory_.file("kith.toml")})) << server_.log();
  const RegisteredDevice ana(server_.port(), "+491700000001", 1);
  const RegisteredDevice ben(server_.port(), "+491700000002", 2);
  Client socket(server_.port());
  ASSERT_TRUE(socket.open_socket());
  wire::ClientFrame hello;
  hello.mutable_hello()->set_version_min(1);
  hello.mutable_hello()->set_version_max(1);
  hello.mutable_hello()->set_token(ana.token);
  hello.mutable_hello()->set_client("test");
  socket.send_frame(hello);
  const auto welcome = socket.receive(ServerFrame::kWelcome);
  ASSERT_TRUE(welcome);
  const wire::Limits& limits = welcome->welcome().limits();
  EXPECT_EQ(limits.file_bytes_max(), 2'000'000u);
  EXPECT_EQ(limits.media_bytes_max(), 1'500'000u);
  EXPECT_EQ(limits.video_seconds_max(), 60u);
  EXPECT_EQ(limits.voice_seconds_max(), 120u);

  const uint64_t most = crypto::sealed_size(2'000'000);
  FileClient client(server_.port(), bearer_of(ana));
  EXPECT_EQ(Client(server_.port()).request("OPTIONS", "/v1/files").field("Tus-Max-Size"), std::to_string(most));
  EXPECT_EQ(client.create(file_id(1), most + 1).status, 413);
  EXPECT_EQ(client.create(file_id(1), most).status, 201);
  EXPECT_EQ(client.create(file_id(2), most).status, 201);
  const auto third = client.create(file_id(3), most);
  EXPECT_EQ(third.status, 429) << "two are under way";
  EXPECT_EQ(client.remove(file_id(2)).status, 204);
  EXPECT_EQ(client.patch(file_id(1), 0, Bytes(most, 'x')).status, 204);
  EXPECT_EQ(client.create(file_id(2), most).status, 201);
  EXPECT_EQ(client.patch(file_id(2), 0, Bytes(most, 'x')).status, 204);
  const auto beyond = client.create(file_id(3), most);
  EXPECT_EQ(beyond.status, 507);
  EXPECT_THAT(beyond.body, HasSubstr("kQuotaExceeded"));
  const auto full = FileClient(server_.port(), bearer_of(ben)).create(file_id(4), most);
  EXPECT_EQ(full.status, 507);
  EXPECT_THAT(full.body, HasSubstr("kServerFull"));
}

TEST_F(Kithd, WhatLiesInItsMediaDirectoryIsForItsUserAlone) {
  ASSERT_TRUE(server_.start()) << server_.log();
  const RegisteredDevice ana(server_.port(), "+491700000001", 1);
  FileClient client(server_.port(), bearer_of(ana));
  ASSERT_TRUE(client.upload(file_id(1), "whole"));
  ASSERT_EQ(client.create(file_id(2), 100).status, 201);
  namespace fs = std::filesystem;
  size_t seen = 0;
  for (const auto& entry : fs::recursive_directory_iterator(directory_.file("data") + "/media")) {
    EXPECT_EQ(entry.status().permissions() & (fs::perms::group_all | fs::perms::others_all), fs::perms::none)
        << entry.path();
    ++seen;
  }
  EXPECT_GE(seen, 5u);
}

}  // namespace
}  // namespace kith::node
