// SPDX-License-Identifier: AGPL-3.0-or-later

// The commands about the account's devices, and what is said of these elsewhere.
#include <gmock/gmock.h>

#include "cli/testing/commands_fixture.h"

namespace kith::cli {
namespace {

using client_api::DeviceNotice;
using client_api::Event;
using client_api::Request;
using client_api::Response;
using client_api::State;
using testing::connection_event;
using ::testing::HasSubstr;

class Devices : public testing::Commands {
 protected:
  Devices() {
    auto& first = *list.add_devices();
    first.set_id(1);
    first.set_name("Terminal");
    first.set_platform("Terminal");
    first.set_first(true);
    first.set_this_device(true);
    auto& second = *list.add_devices();
    second.set_id(2);
    second.set_name("Office");
    second.set_platform("Firefox on Linux");
    second.set_added_us(1'700'000'000'000'000);
    second.set_last_active_us(1'710'000'000'000'000);
    list.set_asked_us(1'720'000'000'000'000);
    host.publish(connection_event(State::kOffline));
  }
  Response respond(const Request& request) override {
    Response response = Commands::respond(request);
    if (request.has_list_devices()) *response.mutable_list_devices() = list;
    if (request.has_see_devices()) response.mutable_see_devices();
    if (request.has_remove_device()) response.mutable_remove_device();
    return response;
  }
  bool has_asked(Request::MethodCase method) const {
    return std::any_of(host.requests.begin(), host.requests.end(),
                       [method](const Request& request) { return request.method_case() == method; });
  }
  // The core is connected, and says this.
  void say(DeviceNotice::Kind kind) {
    Event event = connection_event(State::kOnline);
    DeviceNotice& notice = *event.mutable_state_changed()->add_device_notices();
    notice.set_kind(kind);
    notice.set_device_id(2);
    notice.set_name("Office");
    notice.set_time_us(1'700'000'000'000'000);
    host.events = {event};
  }

  client_api::ListDevicesResponse list;
};

TEST_F(Devices, AreListedWithWhatTheyAreAndWhenTheyWereLastThere) {
  host.events = {connection_event(State::kOnline)};
  EXPECT_EQ(run_devices_list(context, {}), ExitCode::kOk);
  EXPECT_TRUE(host.requests.back().list_devices().ask_server());
  EXPECT_THAT(output.data(), HasSubstr("1  Terminal, the first, this one\n"));
  EXPECT_THAT(output.data(), HasSubstr("2  Office (Firefox on Linux), since 2023-11-1"));
  EXPECT_THAT(output.data(), HasSubstr(", last there 2024-03-09"));
}

TEST_F(Devices, AreListedWithoutTheServer) {
  host.events = {connection_event(State::kWaiting)};
  EXPECT_EQ(run_devices_list(context, {.json = true}), ExitCode::kOk);
  EXPECT_FALSE(host.requests.back().list_devices().ask_server());
  EXPECT_THAT(output.data(), HasSubstr(R"("platform":"Firefox on Linux","this":false,"first":false,)"));
  EXPECT_THAT(output.data(), HasSubstr(R"("last_active_us":1710000000000000,"asked_us":1720000000000000})"));
}

TEST_F(Devices, ThatWereAddedAreToldUntilSomebodyHasListedThem) {
  say(DeviceNotice::kAdded);
  EXPECT_EQ(run_status(context, {}), ExitCode::kOk);
  EXPECT_THAT(output.words(), HasSubstr("Office (device 2) was linked to this account"));
  EXPECT_FALSE(has_asked(Request::kSeeDevices));
  say(DeviceNotice::kAdded);
  EXPECT_EQ(run_devices_list(context, {.json = true}), ExitCode::kOk);
  EXPECT_FALSE(has_asked(Request::kSeeDevices)) << "a program has read it";
  say(DeviceNotice::kAdded);
  EXPECT_EQ(run_devices_list(context, {}), ExitCode::kOk);
  EXPECT_TRUE(has_asked(Request::kSeeDevices));
}

TEST_F(Devices, ThatWereAddedAreToldByWhateverReceives) {
  say(DeviceNotice::kAdded);
  EXPECT_EQ(run_receive(context, {}), ExitCode::kOk);
  EXPECT_THAT(output.words(), HasSubstr("Office (device 2) was linked to this account"));
  EXPECT_FALSE(has_asked(Request::kSeeDevices));
}

TEST_F(Devices, ThatAreAddedWhileMessagesAreFollowedAreToldOnce) {
  say(DeviceNotice::kAdded);
  host.events.push_back(host.events.front());
  host.events.push_front(connection_event(State::kOnline));
  host.stop_when_idle = true;
  EXPECT_EQ(run_receive(context, {.follow = true}), ExitCode::kOk);
  const std::string words = output.words();
  const size_t said = words.find("was linked to this account");
  ASSERT_NE(said, std::string::npos);
  EXPECT_EQ(words.find("was linked to this account", said + 1), std::string::npos);
}

TEST_F(Devices, ThatNobodyUsesAreToldWhenTheyEnd) {
  say(DeviceNotice::kIdle);
  EXPECT_EQ(run_status(context, {}), ExitCode::kOk);
  EXPECT_THAT(output.words(), HasSubstr("Office (device 2) has not been used for long"));
  say(DeviceNotice::kEnded);
  EXPECT_EQ(run_status(context, {}), ExitCode::kOk);
  EXPECT_THAT(output.words(), HasSubstr("nobody had used it for 45 days"));
}

TEST_F(Devices, AreRemovedByNumberOrAllAtOnce) {
  EXPECT_EQ(run_devices_remove(context, {.device = 2}), ExitCode::kOk);
  EXPECT_EQ(host.requests.back().remove_device().device_id(), 2u);
  EXPECT_FALSE(host.requests.back().remove_device().all_others());
  EXPECT_EQ(run_devices_remove(context, {.all = true}), ExitCode::kOk);
  EXPECT_TRUE(host.requests.back().remove_device().all_others());
  EXPECT_THAT(output.words(), HasSubstr("all other devices are ended"));
  const size_t before = host.requests.size();
  EXPECT_EQ(run_devices_remove(context, {}), ExitCode::kUsage) << "neither";
  EXPECT_EQ(host.requests.size(), before);
}

}  // namespace
}  // namespace kith::cli
