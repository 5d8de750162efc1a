// SPDX-License-Identifier: AGPL-3.0-or-later

// Device lists, keys and prekeys.
#include <gtest/gtest.h>

#include "server/handlers/testing/test_device.h"

namespace kith::testing {
namespace {

class KeysTest : public ::testing::Test {
 protected:
  HandlersWorld world;
  TestDevice ana{world, "+491700000001"};
  TestDevice ben{world, "+491700000002"};

  void refuses(const wire::PublishKeysRequest& request, wire::ErrorCode code, const std::string& detail) {
    const auto outcome = ana.publish(request);
    ASSERT_FALSE(outcome) << detail;
    EXPECT_EQ(outcome.error().code, code) << detail;
    EXPECT_EQ(outcome.error().detail, detail);
  }
  // The request with its list changed and signed again.
  wire::PublishKeysRequest with_list(wire::PublishKeysRequest request,
                                     const std::function<void(wire::DeviceList&)>& change) {
    wire::DeviceList list;
    EXPECT_TRUE(list.ParseFromString(request.device_list().device_list()));
    change(list);
    ana.sign(request, list);
    return request;
  }
  Outcome<wire::PrekeyBundlesResponse> take(const TestDevice& caller, const AccountId& target,
                                            std::vector<uint32_t> devices = {}) {
    wire::PrekeyBundlesRequest request;
    for (const uint32_t device : devices) request.add_device_ids(device);
    return world.run(handlers::take_prekeys(world.services(), caller.address, target, request));
  }
};

TEST_F(KeysTest, PublishingMakesADeviceActive) {  // [DEVICE-1]
  ASSERT_TRUE(ana.register_number());
  const auto request = ana.keys(30);
  const auto published = ana.publish(request);
  ASSERT_TRUE(published);
  EXPECT_EQ(published->prekeys_remaining(), 30u);
  EXPECT_TRUE(world.run(handlers::authenticate(world.services(), ana.token, true)));
  ASSERT_TRUE(ben.become_active());
  const auto list = world.run(handlers::get_devices(world.services(), ben.address, ana.address.account));
  ASSERT_TRUE(list);
  EXPECT_EQ(list->device_list(), request.device_list().device_list());  // byte for byte, as it was signed
  EXPECT_EQ(list->signature(), request.device_list().signature());
}

TEST_F(KeysTest, AListMustBeSignedAndFit) {  // [DEVICE-1] [F10]
  ASSERT_TRUE(ana.register_number());
  const wire::PublishKeysRequest good = ana.keys(2);
  wire::PublishKeysRequest bad = good;
  bad.mutable_device_list()->mutable_signature()->at(5) ^= 1;
  refuses(bad, wire::kInvalidSignature, "device_list.signature");
  bad = good;
  bad.mutable_device_list()->set_device_list("\xff\xff");
  refuses(bad, wire::kInvalidArgument, "device_list");
  refuses(with_list(good, [&](wire::DeviceList& list) { list.set_account_id(Bytes(16, 'x')); }), wire::kInvalidArgument,
          "device_list.account_id");
  refuses(with_list(good, [&](wire::DeviceList& list) { list.set_revision(0); }), wire::kInvalidRevision,
          "device_list.revision");
  refuses(with_list(good, [&](wire::DeviceList& list) { list.set_account_key("short"); }), wire::kInvalidArgument,
          "device_list.account_key");
  refuses(with_list(good, [&](wire::DeviceList& list) { list.clear_devices(); }), wire::kInvalidArgument,
          "device_list.devices");
  refuses(with_list(good, [&](wire::DeviceList& list) { list.mutable_devices(0)->set_device_id(9); }),
          wire::kInvalidArgument, "device_list.devices");
  refuses(with_list(good, [&](wire::DeviceList& list) { *list.add_devices() = list.devices(0); }),
          wire::kInvalidArgument, "device_list.devices.device_id");
  refuses(with_list(good, [&](wire::DeviceList& list) { list.mutable_devices(0)->set_identity_key(Bytes(33, 'x')); }),
          wire::kInvalidArgument, "device_list.devices.identity_key");
  refuses(with_list(good, [&](wire::DeviceList& list) { list.mutable_devices(0)->set_name(Bytes(65, 'x')); }),
          wire::kInvalidArgument, "device_list.devices.name");
  for (const Bytes& platform : {Bytes(65, 'x'), Bytes("two\nlines")})
    refuses(with_list(good, [&](wire::DeviceList& list) { list.mutable_devices(0)->set_platform(platform); }),
            wire::kInvalidArgument, "device_list.devices.platform");
  refuses(with_list(good,
                    [&](wire::DeviceList& list) {
                      *list.add_devices() = list.devices(0);
                      list.mutable_devices(1)->set_device_id(2);
                    }),
          wire::kInvalidArgument, "device_list.devices.device_id");
  bad = good;
  bad.set_identity_key(Bytes(33, 5));
  refuses(bad, wire::kInvalidArgument, "identity_key");
  EXPECT_TRUE(ana.publish(good));
}

TEST_F(KeysTest, RemovedDevicesOfAListMustFit) {  // [DEVICE-10]
  ASSERT_TRUE(ana.register_number());
  const wire::PublishKeysRequest good = ana.keys(2);
  const auto add = [](wire::DeviceList& list, uint32_t id, uint64_t revision) {
    wire::DeviceList::Removed& removed = *list.add_removed();
    removed.set_device_id(id);
    removed.set_identity_key(list.devices(0).identity_key());
    removed.set_removed_us(1);
    removed.set_revision(revision);
  };
  const auto refuses_list = [&](const std::function<void(wire::DeviceList&)>& change, const std::string& detail) {
    refuses(with_list(good, change), wire::kInvalidArgument, detail);
  };
  refuses_list([&](wire::DeviceList& list) { add(list, 0, 1); }, "device_list.removed.device_id");
  refuses_list([&](wire::DeviceList& list) { add(list, list.devices(0).device_id(), 1); },
               "device_list.removed.device_id");
  refuses_list([&](wire::DeviceList& list) { add(list, 7, 1), add(list, 7, 1); }, "device_list.removed.device_id");
  refuses_list([&](wire::DeviceList& list) { add(list, 7, 0); }, "device_list.removed.revision");
  refuses_list([&](wire::DeviceList& list) { add(list, 7, list.revision() + 1); }, "device_list.removed.revision");
  refuses_list([&](wire::DeviceList& list) { add(list, 7, 1), list.mutable_removed(0)->set_identity_key("short"); },
               "device_list.removed.identity_key");
  const auto add_many = [&](wire::DeviceList& list, size_t count) {
    for (uint32_t i = 0; i < count; ++i) add(list, 10 + i, 1);
  };
  refuses_list([&](wire::DeviceList& list) { add_many(list, kRemovedDevicesMax + 1); }, "device_list.removed");
  EXPECT_TRUE(ana.publish(with_list(good, [&](wire::DeviceList& list) { add_many(list, kRemovedDevicesMax); })));
}

TEST_F(KeysTest, KeysMustBeWellFormedAndSigned) {
  ASSERT_TRUE(ana.register_number());
  const wire::PublishKeysRequest good = ana.keys(2);
  wire::PublishKeysRequest bad = good;
  bad.mutable_signed_prekey()->mutable_signature()->at(5) ^= 1;
  refuses(bad, wire::kInvalidSignature, "signed_prekey.signature");
  bad = good;
  bad.mutable_signed_prekey()->set_id(0);
  refuses(bad, wire::kInvalidArgument, "signed_prekey.id");
  bad = good;
  bad.mutable_signed_prekey()->set_public_key("x");
  refuses(bad, wire::kInvalidArgument, "signed_prekey.public_key");
  bad = good;
  bad.mutable_signed_prekey()->set_signature("x");
  refuses(bad, wire::kInvalidArgument, "signed_prekey.signature");
  bad = good;
  bad.mutable_prekeys(1)->set_id(bad.prekeys(0).id());
  refuses(bad, wire::kInvalidArgument, "prekeys.id");
  bad = good;
  bad.mutable_prekeys(0)->set_public_key("x");
  refuses(bad, wire::kInvalidArgument, "prekeys.public_key");
  bad = good;
  bad.set_registration_id(16381);
  refuses(bad, wire::kInvalidArgument, "registration_id");
  bad = good;
  bad.clear_registration_id();
  refuses(bad, wire::kInvalidArgument, "registration_id");
  bad = good;
  bad.clear_signed_prekey();
  refuses(bad, wire::kInvalidArgument, "signed_prekey");
  bad = good;
  bad.clear_device_list();
  refuses(bad, wire::kInvalidArgument, "device_list");
  refuses(ana.keys(201), wire::kTooLarge, "prekeys");
}

TEST_F(KeysTest, AnActiveDeviceAddsPrekeysButCanNotChangeTheAccountKey) {  // [DEVICE-1]
  ASSERT_TRUE(ana.become_active());
  wire::PublishKeysRequest more = ana.keys(5);
  more.clear_device_list();
  more.clear_signed_prekey();
  const auto added = ana.publish(more);
  ASSERT_TRUE(added);
  EXPECT_EQ(added->prekeys_remaining(), 35u);
  refuses(ana.keys(1), wire::kInvalidRevision, "device_list.revision");
  for (const uint64_t skipping : {uint64_t{3}, (uint64_t{1} << 53) + 1, uint64_t{1} << 63, UINT64_MAX}) {
    ana.revision = skipping;
    refuses(ana.keys(1), wire::kInvalidRevision, "device_list.revision");
  }
  ana.revision = 2;
  EXPECT_TRUE(ana.publish(ana.keys(1)));  // a new revision of the same
  ana.revision = 3;
  ana.account_key = crypto::make_account_key(world.random);
  refuses(ana.keys(1), wire::kInvalidArgument, "device_list.account_key");
}

TEST_F(KeysTest, PrekeysThatComeWithASignedOneTakeThePlaceOfThoseThatAreHeld) {  // [DEVICE-6]
  ASSERT_TRUE(ana.become_active());
  wire::PublishKeysRequest others = ana.keys(5);
  others.clear_device_list();
  for (int repetition = 0; repetition < 2; ++repetition) {
    const auto replaced = ana.publish(others);
    ASSERT_TRUE(replaced);
    EXPECT_EQ(replaced->prekeys_remaining(), 5u);
  }
  const auto bundle = world.run(world.ports().keys.take_bundle(ana.address));
  ASSERT_TRUE(bundle && bundle->prekey);
  EXPECT_EQ(bundle->prekey->id, others.prekeys(0).id());
  others.clear_prekeys();
  const auto alone = ana.publish(others);
  ASSERT_TRUE(alone);
  EXPECT_EQ(alone->prekeys_remaining(), 4u) << "a signed prekey alone replaces no others";
}

TEST_F(KeysTest, ANewRegistrationEndsTheOldDevice) {  // [DEVICE-1]
  ASSERT_TRUE(ana.become_active());
  RecordingSession session;
  const auto hello = world.run_on(ana.address.account, [&] {
    wire::Hello frame = HandlersWorld::hello_of(ana.address);
    frame.set_token(ana.token);
    return handlers::hello(world.services(), frame, session);
  }());
  ASSERT_TRUE(hello);
  TestDevice again(world, ana.phone);
  ASSERT_TRUE(again.register_number());
  EXPECT_EQ(again.address.account, ana.address.account);
  EXPECT_EQ(again.address.device.value, 2u);
  EXPECT_FALSE(session.closed);  // until the new one has published its keys
  ASSERT_TRUE(again.publish(again.keys()));
  EXPECT_EQ(session.closed, EndReason::kDeviceEnded);
  EXPECT_FALSE(world.run(handlers::authenticate(world.services(), ana.token, false)));
  EXPECT_TRUE(world.run(handlers::authenticate(world.services(), again.token, true)));
  EXPECT_FALSE(world.ports().keys.has_keys(ana.address));
  EXPECT_TRUE(world.ports().keys.has_keys(again.address));
}

TEST_F(KeysTest, ANewAccountKeyCanNotVouchForDevicesOfTheOld) {  // [DEVICE-1]
  ASSERT_TRUE(ana.become_active());
  TestDevice again(world, ana.phone);
  ASSERT_TRUE(again.register_number());
  wire::PublishKeysRequest request = again.keys();
  wire::DeviceList list;
  ASSERT_TRUE(list.ParseFromString(request.device_list().device_list()));
  wire::DeviceList both = list;
  both.clear_devices();
  both.add_devices()->set_device_id(1);
  both.mutable_devices(0)->set_identity_key(ana.store.identity().public_key);
  *both.add_devices() = list.devices(0);
  again.sign(request, both);
  const auto outcome = again.publish(request);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, wire::kInvalidArgument);
}

TEST_F(KeysTest, WhoDealsWithAnAccountLearnsOfItsNewList) {  // [DEVICE-1]
  ASSERT_TRUE(ana.become_active());
  ASSERT_TRUE(ben.become_active());
  const auto sent =
      world.send(ben.address, HandlersWorld::send_of(world.random.id<MessageId>(), ana.address.account, {1}));
  ASSERT_TRUE(sent.has_accepted());
  TestDevice again(world, ana.phone);
  ASSERT_TRUE(again.become_active());
  world.loops.pass(2000);
  const auto stored = world.ports().inboxes.stored(ben.address);
  ASSERT_EQ(stored.size(), 1u);
  wire::Entry entry;
  ASSERT_TRUE(entry.ParseFromString(Bytes(*stored[0].body)));
  EXPECT_EQ(entry.account_changed().account_id(), ana.address.account.bytes());
  EXPECT_EQ(entry.account_changed().device_list_revision(), 2u);
  // The sure way: the next message is refused with the difference.
  const auto stale =
      world.send(ben.address, HandlersWorld::send_of(world.random.id<MessageId>(), ana.address.account, {1}));
  EXPECT_EQ(stale.refused().code(), wire::kStaleDevices);
  EXPECT_EQ(stale.refused().stale_devices().device_list_revision(), 2u);
}

TEST_F(KeysTest, PrekeysAreHandedOutOnce) {  // [F10]
  ASSERT_TRUE(ana.register_number());
  ASSERT_TRUE(ana.publish(ana.keys(2)));
  ASSERT_TRUE(ben.become_active());
  const auto first = take(ben, ana.address.account);
  const auto second = take(ben, ana.address.account, {1});
  const auto third = take(ben, ana.address.account);
  ASSERT_TRUE(first && second && third);
  ASSERT_EQ(first->bundles_size(), 1);
  EXPECT_NE(first->bundles(0).prekey().id(), second->bundles(0).prekey().id());
  EXPECT_FALSE(third->bundles(0).has_prekey());  // the last resort: the signed prekey alone
  EXPECT_EQ(third->bundles(0).identity_key(), ana.store.identity().public_key);
  EXPECT_EQ(third->bundles(0).registration_id(), ana.store.registration_id());
  EXPECT_TRUE(crypto::verify_prekey_signature(third->bundles(0).identity_key(),
                                              third->bundles(0).signed_prekey().public_key(),
                                              third->bundles(0).signed_prekey().signature()));
  EXPECT_FALSE(third->device_list().device_list().empty());
}

TEST_F(KeysTest, WhenTheStoreCantMarkAPrekeyAsUsedABundleHasNoneAndTheyStay) {  // [DEVICE-5]
  ASSERT_TRUE(ana.register_number());
  ASSERT_TRUE(ana.publish(ana.keys(2)));
  ASSERT_TRUE(ben.become_active());
  for (const StoreError error : {StoreError::kFull, StoreError::kUnavailable}) {
    world.ports().keys.write_faults.fail(error);
    const auto without = take(ben, ana.address.account);
    ASSERT_TRUE(without);
    ASSERT_EQ(without->bundles_size(), 1);
    EXPECT_FALSE(without->bundles(0).has_prekey());
    EXPECT_FALSE(without->bundles(0).signed_prekey().public_key().empty());
  }
  world.ports().keys.write_faults.fail(std::nullopt);
  for (int i = 0; i < 2; ++i) {
    const auto with = take(ben, ana.address.account);
    ASSERT_TRUE(with);
    EXPECT_TRUE(with->bundles(0).has_prekey());
  }
}

TEST_F(KeysTest, TheOwnerIsToldWhenPrekeysRunLow) {
  ASSERT_TRUE(ana.register_number());
  ASSERT_TRUE(ana.publish(ana.keys(21)));
  ASSERT_TRUE(ben.become_active());
  RecordingSession session;
  wire::Hello hello = HandlersWorld::hello_of(ana.address);
  hello.set_token(ana.token);
  ASSERT_TRUE(world.run_on(ana.address.account, handlers::hello(world.services(), hello, session)));
  EXPECT_EQ(session.frames[0].welcome().prekeys_remaining(), 21u);
  ASSERT_TRUE(take(ben, ana.address.account));
  EXPECT_FALSE(session.frames.back().has_prekeys_low());
  ASSERT_TRUE(take(ben, ana.address.account));
  ASSERT_TRUE(session.frames.back().has_prekeys_low());
  EXPECT_EQ(session.frames.back().prekeys_low().remaining(), 19u);
}

TEST_F(KeysTest, OneCallerCanNotUseUpAllPrekeys) {  // [LIMIT-1]
  ASSERT_TRUE(ana.become_active());
  ASSERT_TRUE(ben.become_active());
  int taken = 0;
  Outcome<wire::PrekeyBundlesResponse> outcome = take(ben, ana.address.account);
  while (outcome && taken < 100) {
    ++taken;
    outcome = take(ben, ana.address.account);
  }
  EXPECT_EQ(taken, 10);
  EXPECT_EQ(outcome.error().code, wire::kRateLimited);
}

TEST_F(KeysTest, OneCallerTakesSoManyPrekeysOfAllTogether) {  // [LIMIT-1]
  HandlersWorldOptions options;
  options.rates.take_prekeys = {6, 1000};
  HandlersWorld tight(options);
  TestDevice carl(tight, "+491700000003"), dora(tight, "+491700000004"), eve(tight, "+491700000005");
  for (TestDevice* const each : {&carl, &dora, &eve}) ASSERT_TRUE(each->become_active());
  const auto take_of = [&tight](const TestDevice& caller, const TestDevice& of) {
    return tight.run(handlers::take_prekeys(tight.services(), caller.address, of.address.account, {}));
  };
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(take_of(carl, dora));
    EXPECT_TRUE(take_of(carl, eve));
  }
  for (const TestDevice* const of : {&dora, &eve}) {
    const auto refused = take_of(carl, *of);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, wire::kRateLimited);
  }
  EXPECT_TRUE(take_of(dora, eve));
  EXPECT_EQ(RateSettings().take_prekeys.burst, 6000u);
}

TEST_F(KeysTest, WhoPublishesItsDeviceListWithoutEndIsRefused) {  // [LIMIT-1]
  ASSERT_TRUE(ana.become_active());
  ASSERT_TRUE(ben.become_active());
  uint32_t published = 1;
  const auto next = [this](TestDevice& device) {
    ++device.revision;
    return device.publish(device.keys(1));
  };
  auto outcome = next(ana);
  for (; outcome && published < 1000; ++published) outcome = next(ana);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, wire::kRateLimited);
  EXPECT_GT(outcome.error().retry_after_ms, 0u);
  EXPECT_EQ(published, RateSettings().profile_write.burst);
  EXPECT_TRUE(next(ben));
}

TEST_F(KeysTest, UnknownAccountsAndDevicesAreNamed) {
  ASSERT_TRUE(ana.register_number());  // not active: nobody can find it
  ASSERT_TRUE(ben.become_active());
  EXPECT_EQ(take(ben, ana.address.account).error().code, wire::kNoSuchAccount);
  EXPECT_EQ(take(ben, world.random.id<AccountId>()).error().code, wire::kNoSuchAccount);
  ASSERT_TRUE(ana.publish(ana.keys()));
  EXPECT_EQ(take(ben, ana.address.account, {2}).error().code, wire::kNoSuchDevice);
  EXPECT_EQ(take(ben, ana.address.account, {1, 1}).error().code, wire::kInvalidArgument);
  EXPECT_EQ(world.run(handlers::get_devices(world.services(), ben.address, world.random.id<AccountId>())).error().code,
            wire::kNoSuchAccount);
}

}  // namespace
}  // namespace kith::testing
