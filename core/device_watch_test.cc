// SPDX-License-Identifier: AGPL-3.0-or-later

// What a person is told of the account's devices: when each was last there, that one was added, and that one is ended
// because nobody uses it (DEVICE-9, DEVICE-11).

#include "core/device_watch.h"

#include "base/limits.h"
#include "core/testing/linked_devices.h"
#include "core/testing/two_people.h"

namespace kith::core::testing {
namespace {

using client_api::DeviceNotice;
using client_api::Failure;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr uint64_t kDayMs = uint64_t{24} * 3600 * 1000;

class DeviceWatchTest : public TwoPeople {
 protected:
  DeviceWatchTest() : web_(world_.add("web")), tablet_(world_.add("tablet")) { link(world_, ana_, web_, "Web"); }

  // Both clocks move on at once; whoever is connected connects anew.
  void days(uint64_t count) {
    world_.clock.monotonic_ms += count * kDayMs;
    world_.clock.unix_us += count * kDayMs * 1000;
    world_.advance(180'000);
  }
  static std::vector<std::string> notices(Host& host) {
    std::vector<std::string> texts;
    const client_api::State now = state(host);
    for (const DeviceNotice& notice : now.device_notices())
      texts.push_back(DeviceNotice::Kind_Name(notice.kind()) + " " + notice.name());
    return texts;
  }
  uint64_t revision() { return world_.server->account_of(kAna)->revision; }
  uint64_t now_us() const { return world_.clock.unix_us; }

  Host& web_;
  Host& tablet_;
};

TEST_F(DeviceWatchTest, TheListSaysWhatEachIsAndWhenItWasLastThere_DEVICE_9) {
  const auto first = ask_for_devices(ana_);
  ASSERT_EQ(first.devices_size(), 2);
  EXPECT_EQ(first.devices(0).platform(), "Test");
  EXPECT_EQ(first.devices(1).platform(), "Web");
  EXPECT_EQ(first.devices(1).last_active_us(), now_us()) << "it is there";
  disconnect(web_);
  const uint64_t left = now_us();
  world_.advance(3 * 3600 * 1000);
  const auto later = ask_for_devices(ana_);
  EXPECT_EQ(later.devices(1).last_active_us(), left);
  EXPECT_EQ(later.asked_us(), now_us());
}

TEST_F(DeviceWatchTest, OfflineTheListIsThereWithWhatWasSaidLast_DEVICE_9) {
  const auto before = ask_for_devices(ana_);
  ana_.set_network(false);
  ana_.crash();
  ana_.reopen();
  world_.advance(60'000);
  const auto offline = ask_for_devices(ana_);
  ASSERT_EQ(offline.devices_size(), 2);
  EXPECT_EQ(offline.devices(1).last_active_us(), before.devices(1).last_active_us());
  EXPECT_EQ(offline.asked_us(), before.asked_us());
}

TEST_F(DeviceWatchTest, WhatADeviceIsStaysWhenItIsCalledOtherwise) {
  client_api::Request request;
  request.mutable_rename_device()->set_device_id(list_devices(ana_)[1].id());
  request.mutable_rename_device()->set_name("Office");
  ASSERT_FALSE(ana_.request(std::move(request)).has_failure());
  world_.advance(2000);
  for (Host* host : {&ana_, &web_}) {
    EXPECT_EQ(list_devices(*host)[1].name(), "Office") << host->name();
    EXPECT_EQ(list_devices(*host)[1].platform(), "Web") << host->name();
  }
}

TEST_F(DeviceWatchTest, AllOthersAreEndedByOneList_LINK_6) {
  link(world_, ana_, tablet_, "Tablet");
  EXPECT_EQ(remove_all_others(web_).failure().code(), Failure::kNotFirstDevice);
  const uint64_t before = revision();
  ASSERT_FALSE(remove_all_others(ana_).has_failure());
  world_.advance(2000);
  EXPECT_EQ(revision(), before + 1);
  EXPECT_EQ(list_devices(ana_).size(), 1u);
  for (Host* host : {&web_, &tablet_}) EXPECT_TRUE(state(*host).removed()) << host->name();
  ASSERT_FALSE(remove_all_others(ana_).has_failure()) << "there are none";
  EXPECT_EQ(revision(), before + 1);
}

TEST_F(DeviceWatchTest, ADeviceThatIsAddedIsToldOnTheOthersUntilSomebodyHasSeenItThere_DEVICE_11) {
  web_.events.clear();
  link(world_, ana_, tablet_, "Tablet");
  EXPECT_THAT(notices(web_), ElementsAre("kAdded Tablet"));
  const auto is_told = [](const client_api::Event& event) { return event.state_changed().device_notices_size() == 1; };
  EXPECT_TRUE(std::any_of(web_.events.begin(), web_.events.end(), is_told));
  EXPECT_THAT(notices(ana_), IsEmpty()) << "somebody has let it in there";
  EXPECT_THAT(notices(tablet_), IsEmpty()) << "it is new itself";
  web_.crash();
  web_.reopen();
  EXPECT_THAT(notices(web_), ElementsAre("kAdded Tablet"));
  see_devices(web_);
  EXPECT_THAT(notices(web_), IsEmpty());
  web_.crash();
  web_.reopen();
  EXPECT_THAT(notices(web_), IsEmpty());
}

TEST_F(DeviceWatchTest, ADeviceWhoseLastWordWasLostIsNoNewsToTheOneThatLetItIn_DEVICE_11) {
  disconnect(ana_);  // and is not told of another list
  ASSERT_FALSE(open_link(ana_, start_linking(tablet_, "Tablet")).has_failure());
  bool is_published = false;
  tablet_.before_step = [this, &is_published](const client_api::Action& action) {
    const client_api::HttpCall& call = action.http_call();
    if (is_published && call.method() == "POST" && call.url().find("/v1/links/") != std::string::npos) {
      tablet_.before_step = nullptr;
      tablet_.crash();
    }
    is_published = is_published || call.url().ends_with("/v1/keys");
  };
  const auto confirmed = confirm_link(ana_);
  EXPECT_EQ(confirmed.confirm_link().name(), "Tablet") << confirmed.failure().detail();
  connect(ana_);
  world_.advance(2000);
  EXPECT_EQ(list_devices(ana_).size(), 3u);
  EXPECT_THAT(notices(ana_), IsEmpty());
}

TEST_F(DeviceWatchTest, OneThatWasAddedAndRemovedStaysToBeSeenOnTheOthers_DEVICE_11) {
  link(world_, ana_, tablet_, "Tablet");
  ASSERT_FALSE(remove_device(ana_, list_devices(ana_)[2].id()).has_failure());
  world_.advance(2000);
  EXPECT_EQ(list_devices(web_).size(), 2u);
  EXPECT_THAT(notices(web_), ElementsAre("kAdded Tablet"));
}

TEST_F(DeviceWatchTest, OneThatNobodyUsesIsEndedAWeekAfterANotice_DEVICE_11) {
  disconnect(web_);
  days(kIdleDeviceNoticeDays - 1);
  EXPECT_THAT(notices(ana_), IsEmpty());
  days(1);
  ASSERT_THAT(notices(ana_), ElementsAre("kIdle Web"));
  const uint64_t end_us = state(ana_).device_notices(0).time_us();
  EXPECT_GT(end_us, now_us() + 6 * kDayMs * 1000);
  EXPECT_LE(end_us, now_us() + 7 * kDayMs * 1000);
  days(6);
  EXPECT_EQ(list_devices(ana_).size(), 2u);
  days(2);
  EXPECT_EQ(list_devices(ana_).size(), 1u);
  EXPECT_THAT(notices(ana_), ElementsAre("kEnded Web"));
  connect(web_);
  world_.advance(2000);
  EXPECT_TRUE(state(web_).removed());
}

TEST_F(DeviceWatchTest, OneThatIsUsedAgainAfterTheNoticeStays_DEVICE_11) {
  disconnect(web_);
  days(kIdleDeviceNoticeDays);
  ASSERT_THAT(notices(ana_), ElementsAre("kIdle Web"));
  connect(web_);
  world_.advance(2000);
  disconnect(web_);
  days(8);
  EXPECT_THAT(notices(ana_), IsEmpty());
  EXPECT_EQ(list_devices(ana_).size(), 2u);
}

TEST_F(DeviceWatchTest, AFirstDeviceThatWasAwayItselfGivesTheNoticeBeforeItEndsAnother_DEVICE_11) {
  disconnect(web_);
  disconnect(ana_);
  days(400);
  connect(ana_);
  world_.advance(2000);
  ASSERT_THAT(notices(ana_), ElementsAre("kIdle Web"));
  days(6);
  EXPECT_EQ(list_devices(ana_).size(), 2u);
  days(2);
  EXPECT_EQ(list_devices(ana_).size(), 1u);
}

TEST_F(DeviceWatchTest, AServerThatLiesAboutWhoWasThereEndsNoDeviceWithoutAWeeksNotice_DEVICE_11) {
  days(50);  // the device is there all the time
  ASSERT_EQ(ask_for_devices(ana_).devices(1).last_active_us(), now_us());
  world_.server->hides_activity = true;
  EXPECT_EQ(ask_for_devices(ana_).devices(1).last_active_us(), 0u);
  ASSERT_THAT(notices(ana_), ElementsAre("kIdle Web"));
  days(6);
  EXPECT_EQ(list_devices(ana_).size(), 2u);
  world_.server->hides_activity = false;
  days(2);
  EXPECT_EQ(list_devices(ana_).size(), 2u);
  EXPECT_THAT(notices(ana_), IsEmpty());
}

TEST_F(DeviceWatchTest, NobodyIsEndedWhileADeviceIsBeingLetIn_DEVICE_11) {
  days(50);
  world_.server->hides_activity = true;
  (void)ask_for_devices(ana_);
  ASSERT_THAT(notices(ana_), ElementsAre("kIdle Web"));
  disconnect(ana_);  // and does not ask by itself
  days(50);
  const std::string link = start_linking(tablet_, "Tablet");
  ASSERT_FALSE(open_link(ana_, link).has_failure());
  // It has its grant, and the server does not have its keys yet.
  tablet_.before_step = [this](const client_api::Action& action) {
    if (action.http_call().url().ends_with("/v1/keys")) tablet_.set_network(false);
  };
  client_api::Request confirm;
  confirm.mutable_confirm_link();
  const uint32_t id = ana_.post(std::move(confirm));
  world_.advance(5000);
  (void)ask_for_devices(ana_);
  world_.advance(2000);
  tablet_.before_step = nullptr;
  tablet_.set_network(true);
  EXPECT_FALSE(ana_.await(id, 30'000).has_failure());
  EXPECT_EQ(list_devices(ana_).size(), 3u);
  (void)ask_for_devices(ana_);
  world_.advance(2000);
  EXPECT_EQ(list_devices(ana_).size(), 2u) << "now it is";
}

TEST_F(DeviceWatchTest, ALinkedDeviceEndsNobody_DEVICE_11) {
  disconnect(ana_);
  days(kIdleDeviceDays + 30);
  days(30);
  EXPECT_THAT(notices(web_), IsEmpty());
  EXPECT_EQ(list_devices(web_).size(), 2u);
}

TEST_F(DeviceWatchTest, AnAccountOfOneDeviceIsNotAskedAbout) {
  disconnect(ana_);
  disconnect(web_);
  disconnect(ben_);
  world_.server->calls.clear();
  connect(ben_);
  world_.advance(3 * DeviceWatch::kAskEveryMs);
  EXPECT_EQ(world_.server->calls.count("GET /v1/devices"), 0u);
  connect(ana_);
  world_.advance(2000);
  EXPECT_EQ(world_.server->calls["GET /v1/devices"], 1) << "of an account of two it is";
}

}  // namespace
}  // namespace kith::core::testing
