// SPDX-License-Identifier: AGPL-3.0-or-later

// What members learn of each other beside messages: that these came and were read (GROUP-5), and that somebody types.
#include "server/handlers/testing/group_messages_fixture.h"

namespace kith::testing {
namespace {

using GroupReceiptsTest = GroupMessagesFixture;
using GroupReceiptsOnThreeLoops = GroupMessagesOnThreeLoops;

std::vector<wire::GroupReceipt> receipts_at(const RecordingSession& session) {
  std::vector<wire::GroupReceipt> receipts;
  for (const wire::Entry& entry : session.entries) {
    if (entry.has_group_receipt()) receipts.push_back(entry.group_receipt());
  }
  return receipts;
}

TEST_F(GroupReceiptsOnThreeLoops, WhatMembersConfirmAndReadComesBackTogether_GROUP_5) {
  const FollowedGroup group = of_three();
  RecordingSession at_ana, at_ben, at_cleo;
  ASSERT_TRUE(hello(ana, at_ana));
  ASSERT_TRUE(hello(ben, at_ben));
  ASSERT_TRUE(hello(cleo, at_cleo));
  uint64_t marks = 0;
  for (uint64_t number = 1; number <= 3; ++number) {
    const MessageId id = new_id();
    marks ^= wire::receipt_mark(id);
    ASSERT_TRUE(write(ana, to(group, id, number)).has_accepted());
  }
  world.loops.settle();
  world.confirm(ben.address, at_ben.last());
  world.confirm(cleo.address, at_cleo.last());
  world.loops.settle();
  EXPECT_TRUE(receipts_at(at_ana).empty()) << "it waits for others";
  world.loops.pass(100);
  const auto receipts = receipts_at(at_ana);
  ASSERT_EQ(receipts.size(), 1u);
  EXPECT_EQ(receipts[0].group_id(), group.id.bytes());
  EXPECT_EQ(receipts[0].sender_device(), 1u);
  ASSERT_EQ(receipts[0].runs_size(), 1);
  const wire::GroupReceipt::Run& run = receipts[0].runs(0);
  EXPECT_EQ(run.first_number(), 1u);
  EXPECT_EQ(run.last_number(), 3u);
  EXPECT_EQ(run.marks(), marks);
  EXPECT_FALSE(run.read());
  EXPECT_EQ(run.accounts(), std::min(of(ben), of(cleo)).bytes() + std::max(of(ben), of(cleo)).bytes());

  wire::Send read;
  read.set_message_id(new_id().bytes());
  read.mutable_read_in_group()->set_group_id(group.id.bytes());
  wire::ReadInGroup::Run& seen = *read.mutable_read_in_group()->add_runs();
  seen.set_account(of(ana).bytes());
  seen.set_device_id(1);
  seen.set_first_number(1);
  seen.set_last_number(2);
  seen.set_marks(99);
  const wire::ServerFrame answer = write(ben, read);
  ASSERT_TRUE(answer.has_accepted()) << answer.ShortDebugString();
  EXPECT_EQ(answer.accepted().group(), group.id.bytes());
  world.loops.pass(1'000);
  ASSERT_EQ(receipts_at(at_ana).size(), 2u);
  const wire::GroupReceipt::Run told = receipts_at(at_ana)[1].runs(0);
  EXPECT_TRUE(told.read());
  EXPECT_EQ(told.last_number(), 2u);
  EXPECT_EQ(told.marks(), 99u);
  EXPECT_EQ(told.accounts(), of(ben).bytes());
  EXPECT_EQ(at_ben.receipts().size(), 0u);
}

TEST_F(GroupReceiptsTest, ReadReceiptsAreOfMembersAboutMembersAndOfAForm_GROUP_5) {
  const FollowedGroup group = of_three();
  RecordingSession at_dora, at_ana;
  ASSERT_TRUE(hello(dora, at_dora));
  ASSERT_TRUE(hello(ana, at_ana));
  wire::Send read;
  const auto reading = [&](const TestDevice& of_whom) {
    read.Clear();
    read.set_message_id(new_id().bytes());
    read.mutable_read_in_group()->set_group_id(group.id.bytes());
    wire::ReadInGroup::Run* const run = read.mutable_read_in_group()->add_runs();
    run->set_account(of(of_whom).bytes());
    run->set_device_id(1);
    run->set_first_number(4);
    run->set_last_number(4);
    return run;
  };
  reading(ana);
  EXPECT_EQ(code(write(dora, read)), wire::kNoSuchGroup);
  reading(dora);
  EXPECT_TRUE(write(ben, read).has_accepted()) << "who is no member (any more) is told nothing";
  reading(ana)->set_device_id(9);
  EXPECT_TRUE(write(ben, read).has_accepted()) << "nor a device that is none";
  reading(ana);
  EXPECT_TRUE(write(ana, read).has_accepted()) << "nor oneself";
  reading(ana)->set_last_number(3);
  EXPECT_EQ(write(ben, read).refused().detail(), "runs.last_number");
  reading(ana)->set_first_number(0);
  EXPECT_EQ(write(ben, read).refused().detail(), "runs.last_number");
  reading(ana)->set_device_id(0);
  EXPECT_EQ(write(ben, read).refused().detail(), "runs.device_id");
  reading(ana)->set_account("short");
  EXPECT_EQ(write(ben, read).refused().detail(), "runs.account");
  reading(ana);
  for (int i = 0; i < 256; ++i)
    *read.mutable_read_in_group()->add_runs() = wire::ReadInGroup::Run(read.read_in_group().runs(0));
  EXPECT_EQ(code(write(ben, read)), wire::kTooLarge);
  read.set_message_id("short");
  EXPECT_EQ(write(ben, read).refused().detail(), "message_id");
  world.loops.pass(5'000);
  EXPECT_TRUE(receipts_at(at_dora).empty());
  EXPECT_TRUE(receipts_at(at_ana).empty());
}

TEST_F(GroupReceiptsTest, WhatIsGatheredIsNotLostWhenTheServerStopsInOrder_GROUP_5) {
  const FollowedGroup group = of_three();
  {
    RecordingSession at_ben;
    ASSERT_TRUE(hello(ben, at_ben));
    ASSERT_TRUE(write(ana, group, 1).has_accepted());
    world.loops.settle();
    world.confirm(ben.address, at_ben.last());
    world.loops.settle();
    world.detach(ben.address, at_ben);
  }
  world.restart();
  RecordingSession at_ana;
  ASSERT_TRUE(hello(ana, at_ana));
  world.loops.settle();
  ASSERT_EQ(receipts_at(at_ana).size(), 1u);
  EXPECT_EQ(receipts_at(at_ana)[0].runs(0).accounts(), of(ben).bytes());
}

// ---- typing

TEST_F(GroupReceiptsOnThreeLoops, TypingIsShownToMembersWhoAreConnected_EPHEMERAL_1) {
  const FollowedGroup group = of_three();
  RecordingSession sessions[4];
  const TestDevice* const devices[] = {&ana, &ben, &cleo, &dora};
  for (int i = 0; i < 4; ++i) {
    if (devices[i] != &cleo) {
      ASSERT_TRUE(hello(*devices[i], sessions[i]));
    }
  }
  const auto types = [&](const TestDevice& device) {
    wire::Typing typing;
    typing.set_group(group.id.bytes());
    typing.set_active(true);
    world.loops.begin(world.index_of(of(device)), handlers::typing(world.services(), device.address, typing));
    world.loops.settle();
  };
  const auto shown = [](const RecordingSession& session) {
    std::vector<wire::TypingNotice> notices;
    for (const wire::ServerFrame& frame : session.frames) {
      if (frame.has_typing()) notices.push_back(frame.typing());
    }
    return notices;
  };
  types(dora);
  EXPECT_TRUE(shown(sessions[1]).empty()) << "no member";
  types(ana);
  ASSERT_EQ(shown(sessions[1]).size(), 1u);
  EXPECT_EQ(shown(sessions[1])[0].group_id(), group.id.bytes());
  EXPECT_EQ(shown(sessions[1])[0].from_account(), of(ana).bytes());
  EXPECT_TRUE(shown(sessions[1])[0].active());
  EXPECT_TRUE(shown(sessions[0]).empty());
  EXPECT_TRUE(shown(sessions[3]).empty());
  RecordingSession at_cleo;
  ASSERT_TRUE(hello(cleo, at_cleo));
  world.loops.settle();
  EXPECT_TRUE(shown(at_cleo).empty()) << "never stored";
}

}  // namespace
}  // namespace kith::testing
