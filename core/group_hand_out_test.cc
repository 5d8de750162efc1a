// SPDX-License-Identifier: AGPL-3.0-or-later

// What the first message to a large group costs: a session is begun with each device, and each is handed the key.
#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "base/limits.h"
#include "core/testing/world.h"

namespace kith::core {
namespace {

using testing::Host;
using testing::say;
using testing::World;

class GroupHandOutTest : public ::testing::Test {
 protected:
  GroupHandOutTest() : ana_(world_.add("ana")) { sign_up(ana_, handle(0), "Ana"); }

  static std::string handle(size_t number) { return "+4917000" + std::to_string(10000 + number); }

  // Makes a group of so many, most of whom are never there. From here on Ana's frames are counted.
  void make_group(size_t members) {
    for (size_t i = 1; i < members; ++i) register_handle(world_.add("m" + std::to_string(i)), handle(i), "Member");
    client_api::Request request;
    request.mutable_create_group()->set_title("Boats");
    for (size_t i = 1; i < members; ++i) request.mutable_create_group()->add_members()->set_handle(handle(i));
    const client_api::Response response = ana_.request(std::move(request));
    EXPECT_FALSE(response.has_failure()) << response.failure().detail();
    chat_ = response.create_group().id();
    world_.advance(10'000);
    world_.server->sends.clear();
    ana_.before_step = [this](const client_api::Action& action) {
      if (has_sends(action)) ++frames_;
    };
  }
  static bool has_sends(const client_api::Action& action) {
    wire::ClientFrame frame;
    return action.has_send_frame() && frame.ParseFromString(action.send_frame().frame()) &&
           (frame.has_send() || frame.has_sends());
  }
  // Ids of what was sent to each account.
  std::map<std::string, std::set<std::string>> sent_to_accounts() {
    std::map<std::string, std::set<std::string>> ids;
    for (const wire::Send& send : world_.server->sends) {
      if (send.has_account()) ids[send.account().account_id()].insert(send.message_id());
    }
    return ids;
  }
  size_t to_groups() {
    return static_cast<size_t>(
        std::ranges::count_if(world_.server->sends, [](const wire::Send& send) { return send.has_group(); }));
  }

  World world_;
  Host& ana_;
  std::string chat_;
  size_t frames_ = 0;
};

TEST_F(GroupHandOutTest, TheKeyOfAGroupOf256LeavesInAFewFrames_GROUP_6) {
  constexpr size_t kMembers = 256;
  make_group(kMembers);
  say(ana_, chat_, "hello");
  world_.advance(10'000);
  EXPECT_EQ(sent_to_accounts().size(), kMembers - 1);
  EXPECT_EQ(world_.server->sends.size(), kMembers) << "each once, and the message";
  EXPECT_EQ(to_groups(), 1u);
  EXPECT_EQ(frames_, kMembers / kSendsMax + 1);
  frames_ = 0;
  say(ana_, chat_, "again");
  world_.advance(1000);
  EXPECT_EQ(frames_, 1u) << "they have it";
}

TEST_F(GroupHandOutTest, KilledAmongTheFramesItGoesOnWhereItWas_GROUP_6) {
  constexpr size_t kMembers = 150;
  make_group(kMembers);
  ana_.before_step = [this](const client_api::Action& action) {
    if (has_sends(action) && ++frames_ == 2) ana_.crash();
  };
  client_api::Request request;
  request.mutable_send_message()->set_conversation(chat_);
  request.mutable_send_message()->set_text("hello");
  ana_.post(std::move(request));
  world_.advance(1000);
  ASSERT_FALSE(ana_.is_open());
  const size_t before = sent_to_accounts().size();
  EXPECT_GT(before, 0u);
  EXPECT_LT(before, kMembers - 1);
  ana_.before_step = {};
  ana_.reopen();
  connect(ana_);
  world_.advance(60'000);
  const auto sent = sent_to_accounts();
  EXPECT_EQ(sent.size(), kMembers - 1);
  for (const auto& [account, ids] : sent) EXPECT_EQ(ids.size(), 1u) << "one key, under one id";
  EXPECT_EQ(to_groups(), 1u);
}

}  // namespace
}  // namespace kith::core
