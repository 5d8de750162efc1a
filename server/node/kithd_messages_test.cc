// SPDX-License-Identifier: AGPL-3.0-or-later

// Messages and accounts in the program itself, and what a kill leaves of them.
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <thread>
#include <utility>

#include "crypto/group_signatures.h"
#include "server/handlers/testing/signed_group_change.h"
#include "server/node/exit_code.h"
#include "server/node/testing/kithd_fixture.h"
#include "wire/receipt_run.h"

namespace kith::node {
namespace {

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
    // They come out of the log into the inbox, one after the other.
    for (int tries = 0; tries < 2000 && ids.size() < 2 * kCount; ++tries) {
      if (tries > 0) std::this_thread::sleep_for(std::chrono::milliseconds(10));
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

}  // namespace
}  // namespace kith::node
