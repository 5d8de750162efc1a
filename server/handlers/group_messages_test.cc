// SPDX-License-Identifier: AGPL-3.0-or-later

// Messages to groups, from the frame to the members' devices: GROUP-3. What comes back: group_receipts_test.cc.
#include "server/handlers/testing/group_messages_fixture.h"

namespace kith::testing {
namespace {

using GroupMessagesTest = GroupMessagesFixture;

// ---- the way of a message

TEST_F(GroupMessagesOnThreeLoops, AMessageComesToEveryDeviceOfEachMemberButTheSendingOne_GROUP_3) {
  const AccountId eva = world.add_account(3);
  FollowedGroup group = of_three();
  ASSERT_TRUE(make(group, ana, group.adding(ana.address, {eva})));
  RecordingSession at_ana, at_ben, at_dora, at_eva[3];
  ASSERT_TRUE(hello(ana, at_ana));
  ASSERT_TRUE(hello(ben, at_ben));
  ASSERT_TRUE(hello(dora, at_dora));
  for (uint32_t i = 0; i < 3; ++i) ASSERT_TRUE(world.hello({eva, {i + 1}}, at_eva[i]));
  const MessageId id = new_id();
  const wire::ServerFrame answer = world.send({eva, {2}}, to(group, id, 7, "sealed once"));
  ASSERT_TRUE(answer.has_accepted()) << answer.ShortDebugString();
  EXPECT_EQ(answer.accepted().message_id(), id.bytes());
  EXPECT_EQ(answer.accepted().group(), group.id.bytes());
  world.loops.settle();
  for (const RecordingSession* session : {&at_ana, &at_ben, &at_eva[0], &at_eva[2]}) {
    ASSERT_EQ(session->messages(), std::vector{id});
    const wire::IncomingMessage& message = session->entries.back().message();
    EXPECT_EQ(message.from_account(), eva.bytes());
    EXPECT_EQ(message.from_device(), 2u);
    EXPECT_EQ(message.server_time_us(), answer.accepted().server_time_us());
    EXPECT_EQ(message.payload(), "sealed once");
    EXPECT_EQ(message.receipt_number(), 7u);
    EXPECT_EQ(message.group_id(), group.id.bytes());
    EXPECT_EQ(message.group_revision(), 2u);
  }
  EXPECT_TRUE(at_eva[1].messages().empty()) << "it has sent it";
  EXPECT_TRUE(at_dora.messages().empty()) << "no member";
  RecordingSession at_cleo;
  world.loops.pass(1'000);
  ASSERT_TRUE(hello(cleo, at_cleo));
  world.loops.settle();
  EXPECT_EQ(at_cleo.messages(), std::vector{id}) << "who was away";
  EXPECT_EQ(log().held(), 0u) << "everybody has it, or their inboxes durably";
}

TEST_F(GroupMessagesTest, MessagesOfADeviceComeInTheirOrder_ORDER_1) {
  const FollowedGroup group = of_three();
  RecordingSession at_ben;
  ASSERT_TRUE(hello(ben, at_ben));
  world.ports().groups.faults.answer_later(true);
  std::vector<MessageId> ids;
  std::vector<std::optional<wire::ServerFrame>> answers(20);
  for (auto& answer : answers) {
    ids.push_back(new_id());
    world.begin_send(ana.address, to(group, ids.back()), answer);
  }
  world.loops.settle();
  EXPECT_EQ(at_ben.messages(), ids);
  for (size_t i = 1; i < answers.size(); ++i)
    EXPECT_LT(answers[i - 1]->accepted().server_time_us(), answers[i]->accepted().server_time_us());
}

TEST_F(GroupMessagesTest, ABlockDoesNotMatterBetweenMembers_GROUP_3) {
  const FollowedGroup group = of_three();
  block(ben, ana);
  RecordingSession at_ben;
  ASSERT_TRUE(hello(ben, at_ben));
  ASSERT_TRUE(write(ana, group).has_accepted());
  world.loops.settle();
  EXPECT_EQ(at_ben.messages().size(), 1u);
}

// ---- what is refused

TEST_F(GroupMessagesTest, WhatTheDeviceKnowsOtherwiseIsToldWithTheRefusal_GROUP_3) {
  FollowedGroup group = of_three();
  ASSERT_TRUE(write(ana, group).has_accepted());
  const FollowedGroup before = group;
  ASSERT_TRUE(make(group, ana, group.adding(ana.address, {of(dora)})));
  wire::ServerFrame answer = write(ben, to(before, new_id()));
  ASSERT_EQ(code(answer), wire::kStaleGroup);
  EXPECT_EQ(answer.refused().group(), group.id.bytes());
  EXPECT_EQ(answer.refused().stale_group().revision(), 2u);
  EXPECT_EQ(answer.refused().stale_group().lists_size(), 0);
  wire::Send stale = to(group, new_id());
  stale.mutable_group()->set_lists_digest(digest(before));
  answer = write(ben, stale);
  ASSERT_EQ(code(answer), wire::kStaleDevices);
  EXPECT_EQ(answer.refused().stale_group().revision(), 2u);
  ASSERT_EQ(answer.refused().stale_group().lists_size(), 4);
  std::vector<std::string> told;
  for (const auto& list : answer.refused().stale_group().lists()) {
    told.push_back(list.account_id());
    EXPECT_EQ(list.device_list_revision(), 1u);
  }
  EXPECT_TRUE(std::ranges::is_sorted(told));
  world.loops.pass(1'000);
  EXPECT_EQ(log().held(), 0u) << "of what is refused nothing is kept";
  EXPECT_TRUE(write(ben, group).has_accepted());
}

TEST_F(GroupMessagesOnThreeLoops, ANewDeviceOfAMemberIsKnownAtOnceOnEveryLoop_GROUP_3) {
  const AccountId eva = world.add_account(1);
  FollowedGroup group = of_three();
  ASSERT_TRUE(make(group, ana, group.adding(ana.address, {eva})));
  for (const TestDevice* device : {&ana, &ben, &cleo}) ASSERT_TRUE(write(*device, group).has_accepted());
  const Bytes before = digest(group);
  const auto linked = world.run(world.ports().accounts.link_device(eva, Bytes(32, 't'), {1}));
  ASSERT_TRUE(linked);
  const auto record = world.run(world.ports().accounts.set_device_list(
      eva, {{linked->device_list_revision.value + 1}, "list", "signature", {{1}, {2}}}));
  ASSERT_TRUE(record);
  struct Doing {
    static Task<bool> set(AccountHome& home, AccountRecord record) {
      co_await home.set_devices(std::move(record), {2});
      co_return true;
    }
  };
  world.run(Doing::set(world.services().home, *record));
  world.loops.settle();
  for (const TestDevice* device : {&ana, &ben, &cleo}) {
    wire::Send stale = to(group, new_id());
    stale.mutable_group()->set_lists_digest(before);
    EXPECT_EQ(code(write(*device, stale)), wire::kStaleDevices);
    EXPECT_TRUE(write(*device, group).has_accepted());
  }
}

TEST_F(GroupMessagesTest, WhoIsNoMemberLearnsNothing_GROUP_3) {
  FollowedGroup group = of_three();
  EXPECT_EQ(code(write(dora, group)), wire::kNoSuchGroup);
  FollowedGroup none = group;
  none.id = world.random.id<GroupId>();
  EXPECT_EQ(code(write(dora, none)), wire::kNoSuchGroup);
  EXPECT_EQ(code(write(ana, none)), wire::kNoSuchGroup);
  ASSERT_TRUE(make(group, ana, group.removing(ana.address, {of(ben)})));
  EXPECT_EQ(code(write(ben, group)), wire::kNoSuchGroup) << "it was one";
}

TEST_F(GroupMessagesTest, WhereOnlyAdminsWriteMembersDoNot_GROUP_3) {
  FollowedGroup group = of_three();
  ASSERT_TRUE(make(group, ana, group.permitting(ana.address, false, true, true)));
  EXPECT_EQ(code(write(ben, group)), wire::kNotAllowed);
  EXPECT_TRUE(write(ana, group).has_accepted());
}

TEST_F(GroupMessagesTest, WhatIsNoMessageIsRefusedByName_GROUP_3) {
  const FollowedGroup group = of_three();
  const auto refused = [&](const wire::Send& send, const std::string& detail) {
    const wire::ServerFrame answer = write(ana, send);
    EXPECT_EQ(answer.refused().detail(), detail);
    return code(answer);
  };
  wire::Send send = to(group, new_id());
  send.set_message_id("short");
  EXPECT_EQ(refused(send, "message_id"), wire::kInvalidArgument);
  send = to(group, new_id());
  send.mutable_group()->set_group_id("short");
  EXPECT_EQ(refused(send, "group_id"), wire::kInvalidArgument);
  send = to(group, new_id());
  send.mutable_group()->set_lists_digest("short");
  EXPECT_EQ(refused(send, "lists_digest"), wire::kInvalidArgument);
  EXPECT_EQ(refused(to(group, new_id(), 0, ""), "payload"), wire::kInvalidArgument);
  EXPECT_EQ(refused(to(group, new_id(), 0, Bytes(kEnvelopeBytesMax + 1, 'x')), "payload"), wire::kTooLarge);
  EXPECT_TRUE(write(ana, to(group, new_id(), 0, Bytes(kEnvelopeBytesMax, 'x'))).has_accepted());
}

// ---- again

TEST_F(GroupMessagesTest, AMessageThatIsSentAgainIsAppendedOnceAndHasItsFirstTime_SEND_1_GROUP_3) {
  const FollowedGroup group = of_three();
  RecordingSession at_ben;
  ASSERT_TRUE(hello(ben, at_ben));
  const wire::Send send = to(group, new_id(), 1);
  const wire::ServerFrame first = write(ana, send);
  ASSERT_TRUE(first.has_accepted());
  world.loops.pass(10'000);
  const wire::ServerFrame again = write(ana, send);
  EXPECT_EQ(again.accepted().server_time_us(), first.accepted().server_time_us());
  EXPECT_EQ(at_ben.messages().size(), 1u);
  EXPECT_FALSE(write(ben, send).accepted().server_time_us() == first.accepted().server_time_us())
      << "somebody else's id is not used up";
}

TEST_F(GroupMessagesTest, WhatTheLogDoesNotTakeIsRefusedAndSentAgain_SEND_3_GROUP_3) {
  const FollowedGroup group = of_three();
  RecordingSession at_ben;
  ASSERT_TRUE(hello(ben, at_ben));
  const wire::Send send = to(group, new_id());
  log().append_faults.fail_next(StoreError::kFull);
  wire::ServerFrame answer = write(ana, send);
  EXPECT_EQ(code(answer), wire::kServerFull);
  EXPECT_GT(answer.refused().retry_after_ms(), 0u);
  log().append_faults.fail_next(StoreError::kOverShare);
  answer = write(ana, send);
  EXPECT_EQ(code(answer), wire::kRateLimited) << "its share is full";
  EXPECT_GE(answer.refused().retry_after_ms(), 10'000u);
  log().append_faults.fail_next(StoreError::kUnavailable);
  log().lose_answers = true;
  EXPECT_EQ(code(write(ana, send)), wire::kUnavailable);
  EXPECT_TRUE(write(ana, send).has_accepted()) << "though it is there already";
  world.ports().groups.faults.fail(StoreError::kUnavailable);
  world.loops.pass(61'000);
  EXPECT_EQ(code(write(ana, group)), wire::kUnavailable);
  world.loops.settle();
  EXPECT_EQ(at_ben.messages().size(), 1u);
  world.ports().groups.faults.fail(std::nullopt);
}

TEST_F(GroupMessagesTest, ItIsAcceptedBeforeAnyMemberHasItAndComesWhenTheStoresAreBack_GROUP_3) {
  const FollowedGroup group = of_three();
  world.ports().inboxes.write_faults.fail(StoreError::kUnavailable);
  const MessageId id = new_id();
  ASSERT_TRUE(write(ana, to(group, id)).has_accepted());
  world.loops.pass(10'000);
  EXPECT_EQ(log().held(), 1u);
  const MessageId later = new_id();
  ASSERT_TRUE(write(ana, to(group, later)).has_accepted());
  world.ports().inboxes.write_faults.fail(std::nullopt);
  world.loops.pass(5'000);
  EXPECT_EQ(log().held(), 0u);
  RecordingSession at_ben;
  ASSERT_TRUE(hello(ben, at_ben));
  world.loops.settle();
  EXPECT_EQ(at_ben.messages(), (std::vector{id, later})) << "each once";
}

TEST_F(GroupMessagesTest, WhatTheLogStillHasAtAStartIsDeliveredAgainAndEachOnce_GROUP_3) {
  const FollowedGroup group = of_three();
  world.ports().inboxes.write_faults.hold();
  std::vector<MessageId> ids;
  for (int i = 0; i < 5; ++i) {
    ids.push_back(new_id());
    ASSERT_TRUE(write(ana, to(group, ids.back())).has_accepted());
  }
  auto crashed = std::make_shared<MemoryPorts>();
  crashed->group_log.copy_from(log());
  ASSERT_EQ(crashed->group_log.held(), 5u);
  world.ports().inboxes.write_faults.release();
  world.loops.pass(1'000);
  // Cleo's inbox has them, the log does not know.
  RecordingSession at_cleo;
  ASSERT_TRUE(hello(cleo, at_cleo));
  world.stop();
  log().copy_from(crashed->group_log);
  world.restart();
  world.loops.pass(5'000);
  EXPECT_EQ(log().held(), 0u);
  for (const TestDevice* device : {&ben, &cleo}) {
    RecordingSession session;
    ASSERT_TRUE(hello(*device, session));
    world.loops.settle();
    EXPECT_EQ(session.messages(), ids);
  }
}

TEST_F(GroupMessagesTest, ItsLifeIsCountedFromItsServerTimeAlsoOverARestart_INBOX_1_GROUP_3) {
  const FollowedGroup group = of_three();
  log().read_faults.fail(StoreError::kUnavailable);
  std::vector<MessageId> ids;
  for (const uint32_t life_ms : {60'000u, 200'000u, 0u}) {
    ids.push_back(new_id());
    wire::Send send = to(group, ids.back());
    send.set_life_ms(life_ms);
    ASSERT_TRUE(write(ana, send).has_accepted());
  }
  world.stop();
  world.restart();
  world.loops.pass(70'000);
  log().read_faults.fail(std::nullopt);
  world.loops.pass(3'000);
  const auto messages_of = [this](const TestDevice& device) {
    RecordingSession session;
    EXPECT_TRUE(hello(device, session));
    world.loops.settle();
    return session.messages();
  };
  EXPECT_EQ(messages_of(ben), (std::vector{ids[1], ids[2]}));
  world.loops.pass(130'000);
  EXPECT_EQ(messages_of(cleo), std::vector{ids[2]});
}

TEST_F(GroupMessagesTest, AMessageIsForTheMembersOfItsRevision_GROUP_3) {
  FollowedGroup group = of_three();
  ASSERT_TRUE(make(group, ana, group.naming(ana.address, "sealed")));
  log().read_faults.hold();
  const MessageId id = new_id();
  ASSERT_TRUE(write(ana, to(group, id)).has_accepted());
  ASSERT_TRUE(make(group, ana, group.removing(ana.address, {of(ben)})));
  ASSERT_TRUE(make(group, ana, group.adding(ana.address, {of(dora)})));
  log().read_faults.release();
  world.loops.pass(1'000);
  const auto messages_of = [this](const TestDevice& device) {
    RecordingSession session;
    EXPECT_TRUE(hello(device, session));
    world.loops.settle();
    return session.messages();
  };
  EXPECT_EQ(messages_of(ben), std::vector{id}) << "it was one then";
  EXPECT_EQ(messages_of(cleo), std::vector{id});
  EXPECT_TRUE(messages_of(dora).empty());
}

TEST_F(GroupMessagesTest, OfAGroupThatIsForgottenNothingIsHeldUp_GROUP_3) {
  FollowedGroup group = of_three();
  log().read_faults.hold();
  ASSERT_TRUE(write(ana, group).has_accepted());
  for (TestDevice* device : {&ana, &ben, &cleo}) ASSERT_TRUE(make(group, *device, group.leaving(device->address)));
  ASSERT_GT(*world.run(world.ports().groups.forget_abandoned({UINT64_MAX}, 100)), 0u);
  log().read_faults.release();
  world.loops.pass(1'000);
  EXPECT_EQ(log().held(), 0u);
}

TEST_F(GroupMessagesTest, ADamagedGroupIsToldByNameAndHoldsUpNoOther_GROUP_3) {
  const FollowedGroup damaged = of_three();
  FollowedGroup sound = new_group();
  while (slot_of(sound.id) != slot_of(damaged.id)) sound = new_group();
  ASSERT_TRUE(make(sound, ana, sound.creating(ana.address, {of(ben)})));
  log().read_faults.hold();
  for (int i = 0; i < 300; ++i) ASSERT_TRUE(write(ana, damaged).has_accepted());
  const MessageId id = new_id();
  ASSERT_TRUE(write(ana, to(sound, id)).has_accepted());
  world.ports().groups.damage_state(damaged.id, true);
  world.loops.pass(uint64_t{GroupCache::kAgeMaxS} * 1000 + 1);
  log().read_faults.release();
  world.loops.pass(5'000);
  EXPECT_EQ(log().held(), 0u);
  EXPECT_EQ(world.of(of(ana)).counters().group_messages_lost, 300u);
  RecordingSession at_ben;
  ASSERT_TRUE(hello(ben, at_ben));
  world.loops.settle();
  EXPECT_EQ(at_ben.messages(), std::vector{id});
  const wire::ServerFrame answer = write(ana, damaged);
  EXPECT_EQ(code(answer), wire::kInternal);
  EXPECT_GE(answer.refused().retry_after_ms(), 10'000u);
  EXPECT_EQ(code_of(send(damaged, ana, sign(damaged, ana, damaged.naming(ana.address, "sealed")))), wire::kInternal);
  EXPECT_EQ(read(damaged, dora).error().code, wire::kInternal);
}

// ---- bounds

TEST_F(GroupMessagesTest, WhoIsNoMemberMakesTheServerReadSeldom_GROUP_3_LIMIT_1) {
  const FollowedGroup group = of_three();
  const wire::Send to_group = to(group, new_id());
  wire::Send to_none = to_group;
  to_none.mutable_group()->set_group_id(world.random.id<GroupId>().bytes());
  ASSERT_TRUE(write(ana, group).has_accepted());
  const uint64_t before = world.ports().groups.faults.calls();
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(code(write(dora, to_group)), wire::kNoSuchGroup);
    EXPECT_EQ(code(write(dora, to_none)), wire::kNoSuchGroup);
    world.loops.pass(99);
  }
  EXPECT_LE(world.ports().groups.faults.calls() - before, 4u) << "of each once in five seconds";
}

class FewLooks : public GroupMessagesTest {
 protected:
  static HandlersWorldOptions options() {
    HandlersWorldOptions options;
    options.rates.profile_read = {5, 1'000};
    return options;
  }
  FewLooks() : GroupMessagesTest(options()) {}
};

TEST_F(FewLooks, WhoNamesManyGroupsWaitsAsWhoReadsProfiles_LIMIT_1) {
  const FollowedGroup group = of_three();
  wire::Send send = to(group, new_id());
  const auto ask = [&] {
    send.mutable_group()->set_group_id(world.random.id<GroupId>().bytes());
    return write(dora, send);
  };
  for (int i = 0; i < 5; ++i) EXPECT_EQ(code(ask()), wire::kNoSuchGroup);
  const uint64_t before = world.ports().groups.faults.calls();
  const wire::ServerFrame answer = ask();
  EXPECT_EQ(code(answer), wire::kRateLimited);
  EXPECT_GT(answer.refused().retry_after_ms(), 0u);
  wire::Send read;
  read.set_message_id(new_id().bytes());
  read.mutable_read_in_group()->set_group_id(world.random.id<GroupId>().bytes());
  EXPECT_EQ(code(write(dora, read)), wire::kRateLimited);
  EXPECT_EQ(world.ports().groups.faults.calls(), before);
  EXPECT_TRUE(write(ana, group).has_accepted()) << "whoever asks for little does not notice";
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(write(ana, group).has_accepted()) << "nor who writes much to a group";
  world.loops.pass(1'000);
  EXPECT_EQ(code(ask()), wire::kNoSuchGroup);
}

class SmallInboxes : public GroupMessagesTest {
 protected:
  static HandlersWorldOptions options() {
    HandlersWorldOptions options;
    options.delivery.inbox_entries_max = 3;
    return options;
  }
  SmallInboxes() : GroupMessagesTest(options()) {}
};

TEST_F(SmallInboxes, AFullInboxHoldsUpNobodyElse_GROUP_3_LIMIT_1) {
  const FollowedGroup group = of_three();  // each has one entry: that it was made
  RecordingSession at_ben;
  ASSERT_TRUE(hello(ben, at_ben));
  for (int i = 0; i < 6; ++i) {
    ASSERT_TRUE(write(ana, group).has_accepted());
    world.loops.pass(500);
    world.confirm(ben.address, at_ben.last());
  }
  EXPECT_EQ(at_ben.messages().size(), 6u);
  EXPECT_EQ(log().held(), 0u);
  EXPECT_EQ(world.of(of(cleo)).counters().group_entries_dropped, 4u);
  RecordingSession at_cleo;
  ASSERT_TRUE(hello(cleo, at_cleo));
  world.loops.settle();
  EXPECT_EQ(at_cleo.messages().size(), 2u);
}

TEST_F(SmallInboxes, WhatIsTriedAgainIsCountedAsItEnds_GROUP_3_LIMIT_1) {
  const FollowedGroup group = of_three();
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(write(ana, group).has_accepted());
    world.loops.pass(500);
  }
  RecordingSession at_ben, at_cleo;
  ASSERT_TRUE(hello(ben, at_ben));
  world.loops.settle();
  world.confirm(ben.address, at_ben.last());
  world.loops.settle();
  world.detach(ben.address, at_ben);
  world.ports().inboxes.write_faults.fail(StoreError::kUnavailable);
  const MessageId id = new_id();
  ASSERT_TRUE(write(ana, to(group, id)).has_accepted());
  world.loops.pass(500);
  ASSERT_EQ(log().held(), 1u) << "Ben's store is away, Cleo's inbox is full";
  ASSERT_TRUE(hello(cleo, at_cleo));
  world.loops.settle();
  world.confirm(cleo.address, at_cleo.last());
  world.ports().inboxes.write_faults.fail(std::nullopt);
  world.loops.pass(3'000);
  EXPECT_EQ(log().held(), 0u);
  EXPECT_EQ(at_cleo.messages().back(), id);
  EXPECT_EQ(world.of(of(cleo)).counters().group_entries_dropped, 0u);
}

}  // namespace
}  // namespace kith::testing
