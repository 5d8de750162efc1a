// SPDX-License-Identifier: AGPL-3.0-or-later

// Devices that are let into an account by another one, what they send one another, and how they end.
#include <gtest/gtest.h>

#include <deque>

#include "server/handlers/testing/test_device.h"

namespace kith::testing {
namespace {

class LinkedDevicesTest : public ::testing::Test {
 protected:
  HandlersWorld world;
  TestDevice first{world, "+491700000001"};
  TestDevice ben{world, "+491700000002"};

  void SetUp() override {
    ASSERT_TRUE(first.become_active());
    ASSERT_TRUE(ben.become_active());
  }
  TestDevice make() { return TestDevice(world, first.phone); }
  [[nodiscard]] AccountRecord record() { return *world.ports().accounts.look(first.address.account); }
  // So many devices in all, the first included.
  std::vector<TestDevice*> link_up_to(size_t count) {
    std::vector<TestDevice*> all{&first};
    while (all.size() < count) {
      TestDevice& next = more_.emplace_back(world, first.phone);
      EXPECT_TRUE(next.become_linked(all));
      all.push_back(&next);
    }
    return all;
  }
  // What the first device says: that the account has these and no others.
  Outcome<wire::PublishKeysResponse> say(std::vector<TestDevice*> devices) {
    first.revision = record().device_list_revision.value + 1;
    return first.publish(first.list_alone(std::move(devices)));
  }
  Outcome<DeviceAddress> connect(const TestDevice& device, RecordingSession& session) {
    wire::Hello hello = HandlersWorld::hello_of(device.address);
    hello.set_token(device.token);
    return world.run_on(device.address.account, handlers::hello(world.services(), hello, session));
  }
  Outcome<DeviceAddress> authenticate(const TestDevice& device, bool needs_active = true) {
    return world.run(handlers::authenticate(world.services(), device.token, needs_active));
  }
  wire::ServerFrame send(const TestDevice& from, std::vector<TestDevice*> to) {
    std::vector<uint32_t> devices;
    for (const TestDevice* const each : to) devices.push_back(each->address.device.value);
    return world.send(from.address,
                      HandlersWorld::send_of(world.random.id<MessageId>(), first.address.account, std::move(devices)));
  }
  static std::vector<uint64_t> changes_of(const RecordingSession& session, const AccountId& account) {
    std::vector<uint64_t> revisions;
    for (const wire::Entry& entry : session.entries) {
      if (entry.account_changed().account_id() == account.bytes())
        revisions.push_back(entry.account_changed().device_list_revision());
    }
    return revisions;
  }
  // Shows the list that is current, which does not name it.
  void expect_ended(const Refusal& refusal) {
    EXPECT_EQ(refusal.code, wire::kUnauthenticated);
    ASSERT_NE(refusal.device_list, nullptr);
    EXPECT_EQ(refusal.device_list->device_list(), record().device_list);
    EXPECT_EQ(refusal.device_list->signature(), record().device_list_signature);
  }

 private:
  std::deque<TestDevice> more_;
};

TEST_F(LinkedDevicesTest, ADeviceIsLetInByAListThatNamesItAndTheOthersGoOn_LINK_4) {
  RecordingSession at_first, at_ben;
  ASSERT_TRUE(connect(first, at_first));
  ASSERT_TRUE(connect(ben, at_ben));
  ASSERT_TRUE(world.send(ben.address, HandlersWorld::send_of(world.random.id<MessageId>(), first.address.account, {1}))
                  .has_accepted());
  TestDevice second = make();
  const auto made = second.begin_linking(first);
  ASSERT_TRUE(made);
  EXPECT_EQ(made->device_id(), 2u);
  EXPECT_EQ(made->device_list_revision(), 2u);
  EXPECT_TRUE(authenticate(second, false));
  EXPECT_FALSE(authenticate(second)) << "it may do nothing but publish its keys";
  ASSERT_TRUE(second.publish(second.keys(30, {&first})));

  EXPECT_FALSE(at_first.closed);
  EXPECT_TRUE(authenticate(first));
  EXPECT_TRUE(world.ports().keys.has_keys(first.address));
  RecordingSession at_second;
  EXPECT_TRUE(connect(second, at_second));
  world.loops.settle();
  EXPECT_EQ(changes_of(at_first, first.address.account), std::vector<uint64_t>{2}) << "at once";
  EXPECT_EQ(changes_of(at_ben, first.address.account), std::vector<uint64_t>{2});
  EXPECT_TRUE(at_second.entries.empty()) << "it has published that list itself";
  const auto bundles = world.run(handlers::take_prekeys(world.services(), ben.address, first.address.account, {}));
  ASSERT_TRUE(bundles);
  EXPECT_EQ(bundles->bundles_size(), 2);
}

TEST_F(LinkedDevicesTest, ASecondRequestMakesAnotherDeviceInThePlaceOfTheFirst_LINK_4) {
  TestDevice lost = make(), second = make();
  ASSERT_TRUE(lost.begin_linking(first));
  ASSERT_TRUE(second.begin_linking(first));
  EXPECT_EQ(second.address.device.value, 3u);
  const auto refused = authenticate(lost, false);
  ASSERT_FALSE(refused);
  expect_ended(refused.error());
  EXPECT_TRUE(second.publish(second.keys(30, {&first})));
  EXPECT_EQ(record().devices.size(), 2u);
}

TEST_F(LinkedDevicesTest, OneThatIsLinkedAndOneThatIsRegisteredDoNotEndEachOtherBeforeTheyAreActive_LINK_4) {
  TestDevice registered(world, first.phone), linked = make(), again(world, first.phone);
  ASSERT_TRUE(registered.register_number());
  ASSERT_TRUE(linked.begin_linking(first));
  EXPECT_TRUE(authenticate(registered, false));
  ASSERT_TRUE(again.register_number());
  EXPECT_FALSE(authenticate(registered, false));
  EXPECT_TRUE(authenticate(linked, false));
  EXPECT_TRUE(authenticate(first));
  ASSERT_TRUE(again.publish(again.keys()));
  EXPECT_FALSE(authenticate(linked, false)) << "a new registration ends all others [DEVICE-3]";
  EXPECT_FALSE(authenticate(first));
}

TEST_F(LinkedDevicesTest, ItHasTenMinutesToPublishItsKeys_LINK_4) {
  TestDevice late = make(), in_time = make();
  ASSERT_TRUE(late.begin_linking(first));
  world.loops.pass(uint64_t{kLinkLifeSeconds} * 1000);
  const auto refused = late.publish(late.keys(30, {&first}));
  ASSERT_FALSE(refused);
  expect_ended(refused.error());
  ASSERT_TRUE(in_time.begin_linking(first));
  world.loops.pass(uint64_t{kLinkLifeSeconds} * 1000 - 1000);
  EXPECT_TRUE(in_time.publish(in_time.keys(30, {&first})));
  world.loops.pass(uint64_t{kLinkLifeSeconds} * 1000);
  wire::PublishKeysRequest more = in_time.keys(1);
  more.clear_device_list();
  EXPECT_TRUE(in_time.publish(more)) << "once it is active it has all the time there is";
}

TEST_F(LinkedDevicesTest, AnAccountHasFiveDevicesAndNoMore_DEVICE_8) {
  const std::vector<TestDevice*> all = link_up_to(kDevicesMax);
  for (const TestDevice* const each : all) EXPECT_TRUE(authenticate(*each));
  TestDevice sixth = make();
  const auto refused = sixth.begin_linking(first);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, wire::kTooManyDevices);
  ASSERT_TRUE(say({all[0], all[1], all[2], all[3]}));
  EXPECT_TRUE(sixth.become_linked({all[0], all[1], all[2], all[3]}));
}

TEST_F(LinkedDevicesTest, ADeviceThatWasLetInCanNotChangeTheAccountKeyBeforeOrAfter_DEVICE_8) {
  TestDevice second = make();
  ASSERT_TRUE(second.begin_linking(first));
  const auto refuse_another_key = [&] {
    const crypto::AccountKeyPair right = second.account_key;
    second.account_key = crypto::make_account_key(world.random);
    for (const std::vector<TestDevice*>& others : {std::vector<TestDevice*>{}, {&first}}) {
      const auto refused = second.publish(second.keys(1, others));
      EXPECT_FALSE(refused);
      if (!refused) {
        EXPECT_EQ(refused.error().detail, "device_list.account_key");
      }
    }
    second.account_key = right;
  };
  refuse_another_key();
  ASSERT_TRUE(second.publish(second.keys(30, {&first})));
  second.revision = 3;
  refuse_another_key();
  EXPECT_TRUE(authenticate(first));
}

TEST_F(LinkedDevicesTest, AListThatNamesADeviceWhichIsNotActiveIsRefusedFromAnotherOne_DEVICE_8) {
  TestDevice second = make();
  ASSERT_TRUE(second.begin_linking(first));
  const auto refused = say({&first, &second});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().detail, "device_list.devices.device_id");
}

TEST_F(LinkedDevicesTest, ADeviceThatTheFirstOneLeavesOutEndsAtOnceAndSeesWhy_DEVICE_8) {
  const std::vector<TestDevice*> all = link_up_to(3);
  RecordingSession at_second, at_third;
  ASSERT_TRUE(connect(*all[1], at_second));
  ASSERT_TRUE(connect(*all[2], at_third));
  ASSERT_TRUE(say({all[0], all[2]})) << "a list alone: without prekeys";
  EXPECT_EQ(at_second.closed, EndReason::kDeviceEnded);
  ASSERT_NE(at_second.shown_list, nullptr);
  EXPECT_EQ(at_second.shown_list->device_list(), record().device_list);
  EXPECT_EQ(at_second.shown_list->signature(), record().device_list_signature);
  const auto refused = authenticate(*all[1], false);
  ASSERT_FALSE(refused);
  expect_ended(refused.error());
  RecordingSession again;
  const auto hello = connect(*all[1], again);
  ASSERT_FALSE(hello);
  expect_ended(hello.error());
  const auto publishes = all[1]->publish(all[1]->keys(1, {all[0]}));
  ASSERT_FALSE(publishes);
  expect_ended(publishes.error());
  EXPECT_FALSE(world.ports().keys.has_keys(all[1]->address));
  EXPECT_EQ(record().devices.size(), 2u);

  EXPECT_FALSE(at_third.closed);
  world.loops.settle();
  EXPECT_EQ(changes_of(at_third, first.address.account).back(), 4u);
  const auto stale = send(ben, all);
  ASSERT_EQ(stale.refused().code(), wire::kStaleDevices);
  EXPECT_EQ(stale.refused().stale_devices().device_list_revision(), 4u);
  EXPECT_EQ(stale.refused().stale_devices().extra_size(), 1);
  EXPECT_EQ(stale.refused().stale_devices().extra(0), all[1]->address.device.value);
  EXPECT_TRUE(send(ben, {all[0], all[2]}).has_accepted());
}

TEST_F(LinkedDevicesTest, WhatWaitsForADeviceThatIsLeftOutWhileItIsAwayGoes_DEVICE_8) {
  const std::vector<TestDevice*> all = link_up_to(2);
  std::optional<wire::ServerFrame> answer;
  world.begin_send(ben.address, HandlersWorld::send_of(world.random.id<MessageId>(), first.address.account, {1, 2}),
                   answer);
  world.loops.pass(1000);
  ASSERT_TRUE(answer && answer->has_accepted());
  ASSERT_FALSE(world.ports().inboxes.stored(all[1]->address).empty());
  ASSERT_TRUE(say({all[0]}));
  world.loops.pass(10'000);
  EXPECT_TRUE(world.ports().inboxes.stored(all[1]->address).empty());
  EXPECT_FALSE(world.ports().inboxes.stored(all[0]->address).empty());
}

TEST_F(LinkedDevicesTest, TheListIsShownForADeviceThatWasEndedAndForNoOther_DEVICE_8) {
  const std::vector<TestDevice*> all = link_up_to(2);
  TestDevice& second = *all[1];
  second.token.back() ^= 1;
  const auto wrong = authenticate(second);
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, wire::kUnauthenticated);
  EXPECT_EQ(wrong.error().device_list, nullptr) << "a wrong token of a device that is";
  second.token.back() ^= 1;
  TestDevice never = make();
  never.address = {first.address.account, {9}};
  never.token = handlers::make_token(never.address, Bytes(32, 'x'));
  const auto unknown = authenticate(never);
  EXPECT_EQ(unknown.error().code, wire::kUnknownDevice);
  EXPECT_EQ(unknown.error().device_list, nullptr);
  ASSERT_TRUE(say({&first}));
  uint32_t shown = 0;
  for (uint32_t i = 0; i < 2 * RateSettings().hello.burst; ++i) {
    const auto ended = authenticate(second);
    ASSERT_FALSE(ended);
    EXPECT_EQ(ended.error().code, wire::kUnauthenticated);
    shown += ended.error().device_list != nullptr ? 1 : 0;
  }
  EXPECT_EQ(shown, RateSettings().hello.burst) << "[LIMIT-1]";
  world.ports().accounts.faults.fail_next(StoreError::kUnavailable);
  world.loops.pass(10'000);
  EXPECT_EQ(authenticate(second).error().code, wire::kUnauthenticated);
}

TEST_F(LinkedDevicesTest, WhatADeviceSendsToItsOwnAccountGoesToAllOthersAndNamesThemAll_DEVICE_1) {
  for (size_t count = 2; count <= kDevicesMax; ++count) {
    SCOPED_TRACE(count);
    const std::vector<TestDevice*> all = link_up_to(count);
    for (TestDevice* const sender : all) {
      std::vector<TestDevice*> others = all;
      std::erase(others, sender);
      EXPECT_TRUE(send(*sender, others).has_accepted());
      const auto with_itself = send(*sender, all);
      EXPECT_EQ(with_itself.refused().stale_devices().extra(0), sender->address.device.value);
      others.pop_back();
      EXPECT_EQ(send(*sender, others).refused().stale_devices().missing_size(), 1);
    }
    ASSERT_TRUE(say({&first}));
  }
}

TEST_F(LinkedDevicesTest, ACopyForTheOwnDevicesThatIsMadeForAnOldListIsRefusedWithTheDifference_DEVICE_1) {
  const std::vector<TestDevice*> all = link_up_to(3);
  RecordingSession at_third;
  ASSERT_TRUE(connect(*all[2], at_third));
  ASSERT_TRUE(send(*all[0], {all[1], all[2]}).has_accepted());
  ASSERT_EQ(at_third.messages().size(), 1u);
  TestDevice fourth = make();
  ASSERT_TRUE(fourth.become_linked(all));
  const auto added = send(*all[1], {all[0], all[2]});
  ASSERT_EQ(added.refused().code(), wire::kStaleDevices);
  EXPECT_EQ(added.refused().stale_devices().missing(0), fourth.address.device.value);
  EXPECT_TRUE(send(*all[1], {all[0], all[2], &fourth}).has_accepted());
  ASSERT_TRUE(say({all[0], all[1], &fourth}));
  const auto ended = send(*all[1], {all[0], all[2], &fourth});
  ASSERT_EQ(ended.refused().code(), wire::kStaleDevices);
  EXPECT_EQ(ended.refused().stale_devices().extra(0), all[2]->address.device.value);
}

TEST_F(LinkedDevicesTest, EachDeviceIsToldWhenTheOthersWereAddedAndWereLastThere_DEVICE_9) {
  constexpr uint64_t kHour = 3'600'000'000;
  const uint64_t added_first = record().devices[0].added_at.value;
  EXPECT_NE(added_first, 0u);
  world.loops.pass(5000);
  TestDevice second = make();
  ASSERT_TRUE(second.begin_linking(first));
  world.loops.pass(5000);
  ASSERT_TRUE(second.publish(second.keys(30, {&first})));
  TestDevice pending = make();
  ASSERT_TRUE(pending.begin_linking(first));
  const auto devices = [&](const TestDevice& asking) {
    auto outcome = world.run(handlers::own_devices(world.services(), asking.address));
    EXPECT_TRUE(outcome);
    return outcome.value_or(wire::OwnDevices());
  };
  wire::OwnDevices seen = devices(first);
  ASSERT_EQ(seen.devices_size(), 2) << "one that is not active is none yet";
  EXPECT_EQ(seen.devices(0).device_id(), 1u);
  EXPECT_EQ(seen.devices(0).added_us(), added_first);
  EXPECT_EQ(seen.devices(1).added_us(), world.loops.clock.now().value);
  EXPECT_EQ(seen.devices(1).last_active_us(), 0u) << "never connected";
  RecordingSession session;
  ASSERT_TRUE(connect(second, session));
  world.loops.pass(7'000'000);
  EXPECT_EQ(devices(first).devices(1).last_active_us(), world.loops.clock.now().value);
  const uint64_t left = world.loops.clock.now().value;
  world.detach(second.address, session);
  world.loops.pass(7'000'000);
  EXPECT_EQ(devices(second).devices(1).last_active_us(), left - left % kHour) << "the hour, and no more";
  EXPECT_EQ(devices(second).devices(1).added_us(), seen.devices(1).added_us());
}

TEST_F(LinkedDevicesTest, OfAnAccountsOnlyDeviceItIsNotKeptWhenItWasLastThere_DEVICE_9) {
  RecordingSession session;
  ASSERT_TRUE(connect(first, session));
  world.detach(first.address, session);
  EXPECT_EQ(world.run(world.ports().last_seen.get_active(first.address)), UnixMicros{});
}

TEST_F(LinkedDevicesTest, AStoreThatIsAwayIsANamedRetryableError) {
  world.ports().accounts.faults.fail(StoreError::kUnavailable);
  TestDevice second = make();
  EXPECT_EQ(second.begin_linking(first).error().code, wire::kUnavailable);
  EXPECT_EQ(world.run(handlers::own_devices(world.services(), first.address)).error().code, wire::kUnavailable);
  world.ports().accounts.faults.fail(std::nullopt);
  EXPECT_TRUE(second.begin_linking(first));
}

TEST_F(LinkedDevicesTest, DevicesAreMadeSoOften) {  // [LIMIT-1]
  uint32_t made = 0;
  Outcome<wire::NewDeviceResponse> outcome;
  do {
    outcome = world.run(handlers::new_device(world.services(), first.address, {}));
    made += outcome ? 1 : 0;
  } while (outcome && made < 1000);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, wire::kRateLimited);
  EXPECT_EQ(made, RateSettings().profile_write.burst - 1) << "its own keys are counted, too";
  EXPECT_EQ(record().devices.size(), 2u);
}

}  // namespace
}  // namespace kith::testing
