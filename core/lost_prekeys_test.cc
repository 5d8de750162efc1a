// SPDX-License-Identifier: AGPL-3.0-or-later

// A device whose private halves are not those of the prekeys that the server hands out: as after its log lost its end.
#include "core/prekeys.h"
#include "core/testing/damaged_device.h"
#include "core/testing/lying_server.h"
#include "crypto/sessions.h"

namespace kith::core::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;

constexpr uint64_t kHourMs = uint64_t{3600} * 1000;

class LostPrekeysTest : public TwoPeopleOn<LyingServer> {
 protected:
  LostPrekeysTest() {
    warm_up();
    world_.advance(2 * kHourMs);  // keys that were just made are not replaced
  }
  // Ben can't read it, and asks in a new session, which Ana can't read.
  void expect_that_ana_is_reached_within_minutes() {
    execute(ben_, "DELETE FROM sessions");
    say(ana_, chat_, "hello");
    world_.advance(180'000);
    EXPECT_THAT(texts(ben_, bens_chat()), ElementsAre("ping", "pong", "hello"));
  }
  LoopbackServer::Device& device_of(const char* handle) { return *server().device_of(handle); }
};

TEST_F(LostPrekeysTest, ADeviceThatHasLostItsSignedPrekeyIsReachedAgainWithinMinutes_DEVICE_6) {
  execute(ana_, "DELETE FROM signed_prekeys");
  expect_that_ana_is_reached_within_minutes();
}

TEST_F(LostPrekeysTest, SoIsOneThatHasLostItsOneTimePrekeys_DEVICE_6) {
  execute(ana_, "DELETE FROM prekeys");
  expect_that_ana_is_reached_within_minutes();
}

TEST_F(LostPrekeysTest, SoIsOneThatHasMadeOthersOfTheSameNumbers_DEVICE_6) {
  execute(ana_, "UPDATE prekeys SET record = (SELECT record FROM prekeys ORDER BY id DESC LIMIT 1)");
  expect_that_ana_is_reached_within_minutes();
}

TEST_F(LostPrekeysTest, OneThatMustWaitForTheHourReplacesThemByItself_DEVICE_6) {
  execute(ana_, "DELETE FROM signed_prekeys");
  execute(ben_, "DELETE FROM sessions");
  say(ana_, chat_, "hello");
  world_.advance(180'000);
  execute(ana_, "DELETE FROM prekeys");
  execute(ben_, "DELETE FROM sessions");
  const uint32_t before = device_of(kAna).keys.signed_prekey().id();
  say(ana_, chat_, "hello again");
  world_.advance(kHourMs - 200'000);
  EXPECT_EQ(device_of(kAna).keys.signed_prekey().id(), before) << "once an hour";
  EXPECT_THAT(texts(ben_, bens_chat()), ::testing::Not(Contains("hello again")));
  world_.advance(200'000);
  EXPECT_EQ(device_of(kAna).keys.signed_prekey().id(), before + 1);
  world_.advance(24 * kHourMs);
  EXPECT_THAT(texts(ben_, bens_chat()), ElementsAre("ping", "pong", "hello", "hello again"));
}

TEST_F(LostPrekeysTest, InventedPrekeysCauseAReplacementAnHourAndFillNothing_DEVICE_6) {
  server().change_bundles = [](wire::PrekeyBundlesResponse& response) {
    for (auto& bundle : *response.mutable_bundles()) bundle.mutable_prekey()->set_id(crypto::kPrekeyIdMax);
  };
  const uint32_t before = device_of(kBen).keys.signed_prekey().id();
  constexpr uint32_t kHours = 32;
  for (uint32_t i = 0; i < kHours * 2; ++i) {
    execute(ana_, "DELETE FROM sessions");
    say(ana_, chat_, "in a session of its own");
    world_.advance(kHourMs / 2);
  }
  const uint32_t replaced = device_of(kBen).keys.signed_prekey().id() - before;
  EXPECT_GT(replaced, kHours / 2);
  EXPECT_LE(replaced, kHours + 1) << "the first at once";
  EXPECT_LE(device_of(kBen).prekeys.size(), Prekeys::kTarget);
  EXPECT_EQ(query(ben_, "SELECT count(*) FROM prekeys"), Prekeys::kOneTimeKept);
  EXPECT_EQ(query(ben_, "SELECT count(*) FROM signed_prekeys"), static_cast<int64_t>(Prekeys::kSignedKeptReplaced));
  server().change_bundles = {};
  execute(ana_, "DELETE FROM sessions");
  say(ana_, chat_, "in a true one");
  world_.advance(120'000);
  EXPECT_THAT(texts(ben_, bens_chat()), Contains("in a true one"));
}

TEST_F(LostPrekeysTest, WhatCantBeReadInASessionThatIsThereReplacesNothing_DEVICE_6) {
  const uint32_t before = device_of(kBen).keys.signed_prekey().id();
  server().change_next_message(LyingServer::corrupt);
  say(ana_, chat_, "true words");
  world_.advance(120'000);
  EXPECT_THAT(texts(ben_, bens_chat()), ElementsAre("ping", "pong", "true words"));
  EXPECT_EQ(device_of(kBen).keys.signed_prekey().id(), before);
}

class RebuiltPrekeysTest : public DamagedDevice {};

TEST_F(RebuiltPrekeysTest, ARebuiltDeviceReplacesAllPrekeysAtOnce_DEVICE_6) {
  fill(10);
  LoopbackServer::Device& device = *world_.server->device_of(kAna);
  const std::set<uint32_t> before = device.known_prekeys;
  execute(ana_, "DELETE FROM prekeys");
  ana_.close();
  open_damaged();
  client_api::Request connect;
  connect.mutable_connect();
  EXPECT_FALSE(ana_.request(connect).has_failure());
  world_.advance(2000);
  EXPECT_EQ(device.prekeys.size(), Prekeys::kTarget);
  for (const wire::Prekey& prekey : device.prekeys) EXPECT_FALSE(before.contains(prekey.id()));
}

}  // namespace
}  // namespace kith::core::testing
