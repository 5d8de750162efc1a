// SPDX-License-Identifier: AGPL-3.0-or-later

// How the log is read; what comes of a message is tried with its handler (server/handlers/group_messages_test.cc).
#include "server/delivery/group_handler.h"

#include <gtest/gtest.h>

#include "server/delivery/testing/group_in_delivery.h"

namespace kith::testing {
namespace {

class GroupHandlerTest : public GroupInDelivery {
 protected:
  GroupLog::Appended append(const GroupId& to, uint64_t revision, const MessageId& id) {
    GroupLogRecord record;
    record.group = to;
    record.message = id;
    record.from = from;
    record.revision = {revision};
    record.payload = "sealed";
    return *world.loops.run(0, world.group_log().append(std::move(record)));
  }
  void say_appended(uint64_t number) {
    world.loops[0].run([&] { world.shards().at(0).group_handler().appended(slot_of(group.id), number); });
  }

  const DeviceAddress from{world.add_account(), {1}};
  const DeviceAddress to{world.add_account(), {1}};
};

TEST_F(GroupHandlerTest, AMessageAtAnEarlierRevisionIsNotOvertakenByTheNext_ORDER_1) {
  take(group.creating(from, {to.account}));
  take(group.naming(from, "sealed"));
  ASSERT_TRUE(world.loops.run(0, world.shards().at(0).groups().get(group.id)));
  RecordingSession session;
  ASSERT_TRUE(world.connect(to, session));
  world.groups().faults.answer_later(true);
  const std::vector<MessageId> ids = {world.new_message(), world.new_message()};
  append(group.id, 1, ids[0]);
  say_appended(append(group.id, 2, ids[1]).number);
  world.loops.settle();
  EXPECT_EQ(session.messages(), ids);
}

TEST_F(GroupHandlerTest, TheLogIsReadOnceForAMessage) {
  take(group.creating(from, {to.account}));
  world.loops.settle();
  const uint64_t before = world.group_log().read_faults.calls();
  say_appended(append(group.id, 1, world.new_message()).number);
  world.loops.pass(5'000);
  EXPECT_EQ(world.group_log().held(), 0u);
  EXPECT_EQ(world.group_log().read_faults.calls(), before + 1);
}

TEST_F(GroupHandlerTest, AFullLogIsReadInPartsAtAStart_LIMIT_1) {
  world.stop();
  for (int i = 0; i < 1'000; ++i) append(world.random.id<GroupId>(), 1, world.new_message());
  world.group_log().read_faults.hold();
  world.restart();
  EXPECT_EQ(world.group_log().read_faults.waiting(), 4u) << "each may bring a quarter of what may be on its way";
  world.group_log().read_faults.release();
  world.loops.settle();
  EXPECT_EQ(world.group_log().held(), 0u) << "of groups that are not there nothing is kept";
}

}  // namespace
}  // namespace kith::testing
