// SPDX-License-Identifier: AGPL-3.0-or-later

// A device joins an account by a link, and leaves it again (LINK-5, LINK-6).

#include "core/link_mailbox.h"
#include "core/testing/linked_devices.h"
#include "core/testing/two_people.h"

namespace kith::core::testing {
namespace {

using client_api::Failure;
using client_api::Linking;

class LinkingTest : public TwoPeople {
 protected:
  LinkingTest() : web_(world_.add("web")) {}

  Host& web_;
};

TEST_F(LinkingTest, ADeviceJoinsByALink_LINK_5) {
  const std::string link = start_linking(web_, "Web");
  EXPECT_TRUE(link.starts_with(state(ana_).server() + "/link#")) << link;
  EXPECT_EQ(state(web_).linking().stage(), Linking::kWaiting);

  const auto opened = open_link(ana_, link);
  ASSERT_FALSE(opened.has_failure()) << opened.failure().detail();
  EXPECT_EQ(opened.open_link().device_name(), "Web");
  EXPECT_EQ(opened.open_link().code().size(), 6u);
  EXPECT_EQ(state(web_).linking().stage(), Linking::kComparing);
  EXPECT_EQ(state(web_).linking().code(), opened.open_link().code());
  EXPECT_FALSE(state(web_).registered()) << "before the person has agreed";

  const auto confirmed = confirm_link(ana_);
  ASSERT_FALSE(confirmed.has_failure()) << confirmed.failure().detail();
  EXPECT_EQ(confirmed.confirm_link().name(), "Web");
  const client_api::State own = state(web_);
  EXPECT_TRUE(own.registered());
  EXPECT_FALSE(own.has_linking());
  EXPECT_FALSE(own.first_device());
  EXPECT_TRUE(state(ana_).first_device());
  EXPECT_EQ(own.account_id(), state(ana_).account_id());
  EXPECT_EQ(own.name(), "Ana");
  EXPECT_EQ(own.handles(0).text(), kAna);
  connect(web_);
  world_.advance(2000);
  EXPECT_EQ(state(web_).connection(), client_api::State::kOnline);
  EXPECT_TRUE(world_.server->mailboxes.empty()) << "nothing of it stays on the server";
}

TEST_F(LinkingTest, EachDeviceNamesAllOfThem) {
  link(world_, ana_, web_, "Web");
  for (Host* host : {&ana_, &web_}) {
    const auto devices = list_devices(*host);
    ASSERT_EQ(devices.size(), 2u) << host->name();
    EXPECT_TRUE(devices[0].first());
    EXPECT_FALSE(devices[1].first());
    EXPECT_EQ(devices[1].name(), "Web");
    EXPECT_GT(devices[1].added_us(), 0u);
    EXPECT_EQ(devices[0].this_device(), host == &ana_);
    EXPECT_EQ(devices[1].this_device(), host == &web_);
  }
}

TEST_F(LinkingTest, WhatIsWrittenToTheAccountReachesAllItsDevices_DEVICE_1) {
  link(world_, ana_, web_, "Web");
  const std::string bens = bens_chat();
  say(ben_, bens, "hello");
  world_.advance(2000);
  EXPECT_THAT(texts(ana_, chat_), ::testing::ElementsAre("hello"));
  EXPECT_THAT(texts(web_, open_chat(web_, kBen)), ::testing::ElementsAre("hello"));
}

TEST_F(LinkingTest, WhatIsWrittenOnALinkedDeviceReachesThePartner) {
  link(world_, ana_, web_, "Web");
  const std::string id = say(web_, open_chat(web_, kBen), "from the web");
  world_.advance(2000);
  EXPECT_THAT(texts(ben_, bens_chat()), ::testing::ElementsAre("from the web"));
  EXPECT_EQ(message(web_, id).tick(), client_api::Message::kDelivered);
}

TEST_F(LinkingTest, ALinkIsGoodForOneAnswer) {
  const std::string link = start_linking(web_, "Web");
  EXPECT_FALSE(open_link(ana_, link).has_failure());
  EXPECT_EQ(open_link(ben_, link).failure().code(), Failure::kNoSuchLink);
}

TEST_F(LinkingTest, WhatIsNoLinkIsRefused) {
  for (const char* text : {"", "https://kith.example", "https://kith.example/link#abc", "AQ"})
    EXPECT_EQ(open_link(ana_, text).failure().code(), Failure::kNoSuchLink) << text;
  const std::string link = start_linking(web_, "Web");
  world_.server->mailboxes.clear();  // it is over
  EXPECT_EQ(open_link(ana_, link).failure().code(), Failure::kNoSuchLink);
}

TEST_F(LinkingTest, ALinkOfAnotherServerIsNamedAsSuch) {
  const std::string link = start_linking(web_, "Web");
  const std::string behind = link.substr(link.find('#') + 1);
  EXPECT_FALSE(open_link(ana_, "https://by-another-name.example/link#" + behind).has_failure())
      << "it is this server all the same";
  world_.server->mailboxes.clear();
  const auto opened = open_link(ana_, "https://other.example/link#" + behind);
  EXPECT_EQ(opened.failure().code(), Failure::kNoSuchLink);
  EXPECT_EQ(opened.failure().detail(), "it is of https://other.example");
  for (const std::string& text : {behind, "nowhere#" + behind, link})
    EXPECT_EQ(open_link(ana_, text).failure().detail(), "") << text;
}

TEST_F(LinkingTest, AServerThatDoesNotAnswerIsNotAskedForALinkForEver) {
  web_.set_network(false);
  client_api::Request request;
  request.mutable_start_linking()->set_server(kLinkServer);
  const uint32_t id = web_.post(std::move(request));
  world_.advance(LinkMailbox::kWriteMs - 1000);
  EXPECT_FALSE(web_.response(id).has_value());
  world_.advance(2000);
  const auto response = web_.response(id);
  ASSERT_TRUE(response.has_value());
  EXPECT_EQ(response->failure().code(), Failure::kOffline);
  web_.set_network(true);
  EXPECT_NE(start_linking(web_, "Web"), "") << "and may be asked again";
}

TEST_F(LinkingTest, OnlyTheFirstDeviceLetsOthersIn_LINK_6) {
  link(world_, ana_, web_, "Web");
  Host& third = world_.add("third");
  EXPECT_EQ(open_link(web_, start_linking(third, "Third")).failure().code(), Failure::kNotFirstDevice);
  EXPECT_EQ(remove_device(web_, 1).failure().code(), Failure::kNotFirstDevice);
}

TEST_F(LinkingTest, FiveDevicesAreAllThereCanBe) {
  for (int i = 0; i < 4; ++i) link(world_, ana_, world_.add("device" + std::to_string(i)), "Device");
  Host& sixth = world_.add("sixth");
  EXPECT_EQ(open_link(ana_, start_linking(sixth, "Sixth")).failure().code(), Failure::kTooManyDevices);
  EXPECT_EQ(list_devices(ana_).size(), 5u);
}

TEST_F(LinkingTest, ALinkEndsAfterTenMinutes) {
  const std::string link = start_linking(web_, "Web");
  world_.advance(10 * 60'000 + 2000);
  EXPECT_EQ(state(web_).linking().stage(), Linking::kFailed);
  EXPECT_EQ(state(web_).linking().failure().code(), Failure::kNoSuchLink);
  EXPECT_EQ(state(web_).linking().link(), "");
  EXPECT_NE(start_linking(web_, "Web"), link);
}

TEST_F(LinkingTest, WhatIsGivenUpLetsNobodyIn) {
  const std::string link = start_linking(web_, "Web");
  EXPECT_FALSE(open_link(ana_, link).has_failure());
  cancel_linking(ana_);
  EXPECT_EQ(confirm_link(ana_).failure().code(), Failure::kNoSuchLink);
  world_.advance(11 * 60'000);
  EXPECT_EQ(state(web_).linking().stage(), Linking::kFailed);
  EXPECT_EQ(list_devices(ana_).size(), 1u);
}

TEST_F(LinkingTest, ADeviceThatIsRemovedIsEndedAndWrittenToNoMore_LINK_6) {
  link(world_, ana_, web_, "Web");
  const std::string bens = bens_chat();
  say(ben_, bens, "to both");
  world_.advance(2000);
  const uint32_t device = list_devices(ana_)[1].id();
  ASSERT_FALSE(remove_device(ana_, device).has_failure());
  world_.advance(2000);
  EXPECT_EQ(list_devices(ana_).size(), 1u);
  EXPECT_FALSE(state(web_).registered());
  EXPECT_TRUE(state(web_).removed());
  EXPECT_EQ(
      query(web_,
            "SELECT (SELECT count(*) FROM messages) + (SELECT count(*) FROM conversations) + (SELECT count(*) FROM "
            "sessions) + (SELECT count(*) FROM registration) + (SELECT count(*) FROM prekeys) + (SELECT count(*) "
            "FROM devices) + (SELECT count(*) FROM sent) + (SELECT count(*) FROM handles)"),
      0);
  EXPECT_EQ(query(web_, "SELECT count(*) FROM settings WHERE name NOT IN ('kinds_known', 'states_known')"), 0);
  EXPECT_NE(start_linking(web_, "Web"), "") << "it is as new";
  say(ben_, bens, "to one");
  world_.advance(2000);
  EXPECT_THAT(texts(ana_, chat_), ::testing::ElementsAre("to both", "to one"));
  EXPECT_EQ(remove_device(ana_, device).failure().code(), Failure::kNoSuchDevice);
  EXPECT_EQ(remove_device(ana_, state(ana_).device_id()).failure().code(), Failure::kInvalidArgument);
}

TEST_F(LinkingTest, NoServerAloneCanHaveADeviceEmptied_LINK_6) {
  link(world_, ana_, web_, "Web");
  say(web_, open_chat(web_, kBen), "kept");
  world_.advance(2000);
  LoopbackServer::Account& account = *world_.server->account_of(kAna);
  account.devices.erase(list_devices(ana_)[1].id());
  world_.server->restart();
  world_.advance(120'000);
  EXPECT_TRUE(state(web_).registered());
  EXPECT_FALSE(state(web_).removed());
  EXPECT_THAT(texts(web_, open_chat(web_, kBen)), ::testing::ElementsAre("kept"));
}

TEST_F(LinkingTest, ADeviceThatWasAwayIsEmptiedWhenItComesBack_LINK_6) {
  link(world_, ana_, web_, "Web");
  web_.close();
  ASSERT_FALSE(remove_device(ana_, list_devices(ana_)[1].id()).has_failure());
  web_.reopen();
  EXPECT_TRUE(state(web_).registered());
  connect(web_);
  world_.advance(5000);
  EXPECT_TRUE(state(web_).removed());
  EXPECT_FALSE(state(web_).registered());
}

TEST_F(LinkingTest, ANumberThatRegistersAnewEndsAllDevicesAndEmptiesNone_LINK_6) {
  link(world_, ana_, web_, "Web");
  disconnect(ana_);
  disconnect(web_);
  sign_up(world_.add("anew"), kAna, "Ana");
  for (Host* host : {&ana_, &web_}) {
    connect(*host);
    world_.advance(2000);
    EXPECT_EQ(state(*host).connection(), client_api::State::kEnded) << host->name();
    EXPECT_TRUE(state(*host).registered());
    EXPECT_FALSE(state(*host).removed());
  }
}

TEST_F(LinkingTest, ADeviceIsRenamed) {
  link(world_, ana_, web_, "Web");
  client_api::Request request;
  request.mutable_rename_device()->set_device_id(list_devices(ana_)[1].id());
  request.mutable_rename_device()->set_name("Kitchen");
  EXPECT_EQ(ana_.request(request).rename_device().name(), "Kitchen");
  world_.advance(2000);
  EXPECT_EQ(list_devices(web_)[1].name(), "Kitchen");
  const uint64_t revision = world_.server->account_of(kAna)->revision;
  EXPECT_EQ(ana_.request(request).rename_device().name(), "Kitchen") << "as it is called already";
  EXPECT_EQ(world_.server->account_of(kAna)->revision, revision) << "which is no change";
  request.mutable_rename_device()->set_name(" ");
  EXPECT_EQ(ana_.request(request).failure().code(), Failure::kBlank);
}

TEST_F(LinkingTest, AListWhoseNoticeWasLostIsReadWithTheNextConnection_LINK_6) {
  link(world_, ana_, web_, "Web");
  web_.set_network(false);
  client_api::Request request;
  request.mutable_rename_device()->set_device_id(list_devices(ana_)[1].id());
  request.mutable_rename_device()->set_name("Kitchen");
  EXPECT_FALSE(ana_.request(request).has_failure());
  world_.server->account_of(kAna)->devices.at(list_devices(ana_)[1].id()).inbox.clear();
  web_.set_network(true);
  world_.advance(60'000);
  EXPECT_EQ(list_devices(web_)[1].name(), "Kitchen");
}

TEST_F(LinkingTest, AListThatTheServerDoesNotTakeChangesNothing_LINK_6) {
  link(world_, ana_, web_, "Web");
  const uint32_t device = list_devices(ana_)[1].id();
  ana_.set_network(false);
  EXPECT_EQ(remove_device(ana_, device).failure().code(), Failure::kOffline);
  EXPECT_EQ(list_devices(ana_).size(), 2u);
}

TEST_F(LinkingTest, ADeviceThatIsKilledWhileItJoinsGoesOn) {
  const std::string link = start_linking(web_, "Web");
  ASSERT_FALSE(open_link(ana_, link).has_failure());
  // Its keys reach the server, and the answer nobody.
  web_.before_step = [this](const client_api::Action& action) {
    if (action.http_call().method() != "PUT" || !action.http_call().url().ends_with("/v1/keys")) return;
    web_.before_step = nullptr;
    (void)world_.server->http("PUT", "/v1/keys", action.http_call().body(), action.http_call().bearer());
    web_.crash();
  };
  (void)confirm_link(ana_);
  web_.reopen();
  EXPECT_FALSE(state(web_).registered());
  client_api::Request request;
  request.mutable_start_linking()->set_server(state(ana_).server());
  const auto response = web_.request(request);
  EXPECT_EQ(response.start_linking().link(), "") << "it is let in already";
  EXPECT_TRUE(state(web_).registered());
  connect(web_);
  world_.advance(2000);
  EXPECT_EQ(state(web_).connection(), client_api::State::kOnline);
}

TEST_F(LinkingTest, WhatWasSignedForADeviceThatDidNotComeIsOfNoUse) {
  const std::string link = start_linking(web_, "Web");
  ASSERT_FALSE(open_link(ana_, link).has_failure());
  web_.before_step = [this](const client_api::Action& action) {
    if (action.http_call().url().ends_with("/v1/keys")) web_.crash();
  };
  EXPECT_EQ(confirm_link(ana_).failure().code(), Failure::kNoSuchLink);
  world_.advance(2000);
  EXPECT_EQ(list_devices(ana_).size(), 1u);
  EXPECT_EQ(world_.server->account_of(kAna)->revision, 2u) << "the list without it has the place of the one with it";
  web_.before_step = nullptr;
  web_.reopen();
  EXPECT_NE(start_linking(web_, "Web"), "") << "it begins anew";
  EXPECT_FALSE(state(web_).registered());
}

// Somebody in the middle has exchanged the link that was passed on for one of their own.
TEST_F(LinkingTest, WhoeverSitsBetweenShowsInTheCode) {
  const std::string link = start_linking(web_, "Web");
  Host& middle = world_.add("middle");
  const std::string of_middle = start_linking(middle, "Web");
  const auto at_ana = open_link(ana_, of_middle);
  const auto at_ben = open_link(ben_, link);  // the other half of the one in the middle
  ASSERT_FALSE(at_ana.has_failure() || at_ben.has_failure());
  EXPECT_NE(at_ana.open_link().code(), state(web_).linking().code());
}

}  // namespace
}  // namespace kith::core::testing
