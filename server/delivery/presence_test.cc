// SPDX-License-Identifier: AGPL-3.0-or-later

// Online, last seen, subscriptions and who may see them; on two shards, so that notices hop.
#include "server/delivery/presence.h"

#include <gtest/gtest.h>

#include "server/delivery/testing/delivery_world.h"

namespace kith::testing {
namespace {

using Notice = wire::PresenceNotice;

class PresenceTest : public ::testing::Test {
 protected:
  DeliveryWorld world{2, {}, 3};
  const AccountId ana = world.add_account_on(0, 2);
  const AccountId ben = world.add_account_on(1);
  const DeviceAddress ana_1{ana, {1}};
  const DeviceAddress ana_2{ana, {2}};
  const DeviceAddress ben_1{ben, {1}};
  RecordingSession at_ana;
  RecordingSession at_ben;

  void subscribe(DeviceAddress viewer, std::vector<AccountId> accounts) {
    world.loop_of(viewer.account).run([&] { world.of(viewer.account).subscribe(viewer, std::move(accounts)); });
    world.loops.settle();
  }
  void available(DeviceAddress device, bool is) {
    world.loop_of(device.account).run([&] { world.of(device.account).set_available(device, is); });
    world.loops.settle();
  }
  void privacy(AccountId account, PrivacyRecord record) {
    world.loop_of(account).run([&] { world.of(account).apply(account, std::move(record)); });
    world.loops.settle();
  }
  static std::vector<Notice::Visibility> seen(const RecordingSession& session) {
    std::vector<Notice::Visibility> seen;
    for (const Notice& notice : session.presence()) seen.push_back(notice.visibility());
    return seen;
  }
};

TEST_F(PresenceTest, ASubscriberSeesTheStateAndEveryChange) {  // [F13]
  world.connect(ben_1, at_ben);
  subscribe(ben_1, {ana});
  EXPECT_EQ(seen(at_ben), (std::vector{Notice::kUnknown}));
  world.connect(ana_1, at_ana, {}, true);
  world.loops.settle();
  EXPECT_EQ(seen(at_ben), (std::vector{Notice::kUnknown, Notice::kOnline}));
  world.loops.pass(5000);
  available(ana_1, false);
  ASSERT_EQ(seen(at_ben).size(), 3u);
  const Notice last = at_ben.presence().back();
  EXPECT_EQ(last.visibility(), Notice::kLastSeen);
  EXPECT_EQ(last.last_seen_us(), world.loops.clock.now().value);
  EXPECT_EQ(last.account_id(), ana.bytes());
}

TEST_F(PresenceTest, AnAccountIsOnlineWhileOneOfItsDevicesIs) {  // [F13] [F36]
  RecordingSession second;
  world.connect(ben_1, at_ben);
  world.connect(ana_1, at_ana, {}, true);
  world.connect(ana_2, second, {}, true);
  subscribe(ben_1, {ana});
  world.disconnect(ana_1, at_ana);
  world.loops.settle();
  EXPECT_EQ(seen(at_ben), (std::vector{Notice::kOnline}));
  world.disconnect(ana_2, second);
  world.loops.settle();
  EXPECT_EQ(seen(at_ben), (std::vector{Notice::kOnline, Notice::kLastSeen}));
}

TEST_F(PresenceTest, LastSeenSurvivesARestart) {  // [F13] [C7]
  world.connect(ana_1, at_ana, {}, true);
  world.disconnect(ana_1, at_ana);
  const uint64_t then = world.loops.clock.now().value;
  world.loops.pass(60'000);
  world.restart();
  world.connect(ben_1, at_ben);
  subscribe(ben_1, {ana});
  ASSERT_EQ(at_ben.presence().size(), 1u);
  EXPECT_EQ(at_ben.presence()[0].last_seen_us(), then);
}

TEST_F(PresenceTest, ScopesDecideWhoSeesAndCountAtOnce) {  // [F13]
  world.connect(ben_1, at_ben);
  world.connect(ana_1, at_ana, {}, true);
  subscribe(ben_1, {ana});
  privacy(ana, {Scope::kNobody, Scope::kEveryone, {}, {}});
  EXPECT_EQ(seen(at_ben), (std::vector{Notice::kOnline, Notice::kHidden}));
  available(ana_1, false);  // nothing of this is told
  EXPECT_EQ(seen(at_ben).size(), 2u);
  privacy(ana, {Scope::kContacts, Scope::kEveryone, {ben}, {}});
  EXPECT_EQ(seen(at_ben).back(), Notice::kLastSeen);
  privacy(ana, {Scope::kContacts, Scope::kEveryone, {}, {}});
  EXPECT_EQ(seen(at_ben).back(), Notice::kHidden);
}

TEST_F(PresenceTest, WhoHidesSeesNothing) {  // [F13] reciprocal
  world.connect(ben_1, at_ben);
  world.connect(ana_1, at_ana, {}, true);
  subscribe(ben_1, {ana});
  privacy(ben, {Scope::kNobody, Scope::kEveryone, {}, {}});
  EXPECT_EQ(seen(at_ben), (std::vector{Notice::kOnline, Notice::kHidden}));
  privacy(ben, {Scope::kContacts, Scope::kEveryone, {ana}, {}});
  EXPECT_EQ(seen(at_ben).back(), Notice::kOnline);
}

TEST_F(PresenceTest, ABlockHidesBothWays) {  // [F13] [F28]
  world.connect(ben_1, at_ben, {}, true);
  world.connect(ana_1, at_ana, {}, true);
  subscribe(ben_1, {ana});
  subscribe(ana_1, {ben});
  privacy(ana, {Scope::kEveryone, Scope::kEveryone, {}, {ben}});
  EXPECT_EQ(seen(at_ben), (std::vector{Notice::kOnline, Notice::kHidden}));
  EXPECT_EQ(seen(at_ana), (std::vector{Notice::kOnline, Notice::kHidden}));
  privacy(ana, {Scope::kEveryone, Scope::kEveryone, {}, {}});
  EXPECT_EQ(seen(at_ben).back(), Notice::kOnline);
  EXPECT_EQ(seen(at_ana).back(), Notice::kOnline);
}

TEST_F(PresenceTest, ASubscriptionReplacesTheOneBeforeAndEndsWithTheSession) {  // [EPHEMERAL-1]
  const AccountId cleo = world.add_account_on(0);
  RecordingSession at_cleo;
  world.connect(ben_1, at_ben);
  world.connect(ana_1, at_ana);
  world.connect({cleo, {1}}, at_cleo);
  subscribe(ben_1, {ana});
  subscribe(ben_1, {cleo});
  available(ana_1, true);
  ASSERT_EQ(at_ben.presence().size(), 2u);
  available({cleo, {1}}, true);
  EXPECT_EQ(at_ben.presence().size(), 3u);
  world.disconnect(ben_1, at_ben);
  world.loops.settle();
  RecordingSession again;
  world.connect(ben_1, again);
  available({cleo, {1}}, false);
  EXPECT_TRUE(again.presence().empty());
  EXPECT_EQ(at_ben.presence().size(), 3u);
}

TEST_F(PresenceTest, ASubscriptionThatArrivesAfterItsSessionHasGoneIsTakenBack) {  // [LIMIT-1]
  world.connect(ben_1, at_ben);
  world.accounts().faults.hold();  // Ana is not in memory
  subscribe(ben_1, {ana});
  world.disconnect(ben_1, at_ben);
  world.loops.settle();
  world.accounts().faults.release();
  world.loops.settle();
  world.loops.pass(3600ull * 1000 * 2);
  EXPECT_EQ(world.of(ana).accounts_in_memory(), 0u);  // with a subscriber it would stay
}

TEST_F(PresenceTest, AnUnknownAccountAnswersUnknown) {
  world.connect(ben_1, at_ben);
  subscribe(ben_1, {world.random.id<AccountId>()});
  EXPECT_EQ(seen(at_ben), (std::vector{Notice::kUnknown}));
}

TEST_F(PresenceTest, NothingOfPresenceReachesAnInbox) {  // [EPHEMERAL-1]
  world.connect(ben_1, at_ben);
  subscribe(ben_1, {ana});
  world.disconnect(ben_1, at_ben);
  world.connect(ana_1, at_ana, {}, true);
  world.loops.pass(5000);
  EXPECT_EQ(world.inboxes().stored_count(), 0u);
  EXPECT_TRUE(at_ana.entries.empty());
}

}  // namespace
}  // namespace kith::testing
