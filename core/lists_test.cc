// SPDX-License-Identifier: AGPL-3.0-or-later

// Lists of conversations are the same on all devices of the account (LISTS-1).
#include "core/lists.h"

#include <gmock/gmock.h>

#include "core/testing/two_own_devices.h"

namespace kith::core::testing {
namespace {

using client_api::Failure;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr const char* kEva = "+491700000003";
const std::string kFamily(32, 'a');
const std::string kWork(32, 'b');

class ListsTest : public TwoOwnDevices {
 protected:
  ListsTest() {
    sign_up(world_.add("eva"), kEva, "Eva");
    settle();
  }

  static client_api::Response set_list(Host& host, const std::string& id, const std::string& name,
                                       bool remove = false) {
    client_api::Request request;
    request.mutable_set_list()->set_id(id);
    request.mutable_set_list()->set_name(name);
    request.mutable_set_list()->set_remove(remove);
    return host.request(std::move(request));
  }
  static client_api::Response put(Host& host, const std::string& list, const std::vector<std::string>& conversations,
                                  bool listed = true) {
    client_api::Request request;
    request.mutable_set_listed()->set_list(list);
    for (const std::string& each : conversations) request.mutable_set_listed()->add_conversations(each);
    request.mutable_set_listed()->set_listed(listed);
    return host.request(std::move(request));
  }
  // "Family 2"
  static std::vector<std::string> lists(Host& host) {
    client_api::Request request;
    request.mutable_list_lists();
    const client_api::Response response = host.request(std::move(request));
    std::vector<std::string> found;
    for (const client_api::List& each : response.list_lists().lists())
      found.push_back(each.name() + " " + std::to_string(each.conversations()));
    return found;
  }
  static std::vector<std::string> lists_of(Host& host, const std::string& chat) {
    const client_api::Conversation there = conversation(host, chat);
    return {there.lists().begin(), there.lists().end()};
  }
  std::vector<Host*> anas() { return {&ana_, &web_}; }
};

// LISTS-1
TEST_F(ListsTest, AListAndWhatIsInItAreOnAllDevices) {
  ASSERT_FALSE(set_list(ana_, kFamily, " Family\n").has_failure());
  world_.advance(1000);
  ASSERT_FALSE(set_list(ana_, kWork, "Work").has_failure());
  const std::string evas = open_chat(ana_, kEva);
  web_.events.clear();
  ASSERT_FALSE(put(ana_, kFamily, {chat_, evas}).has_failure());
  ASSERT_FALSE(put(ana_, kWork, {evas}).has_failure());
  settle();
  EXPECT_TRUE(std::ranges::any_of(web_.events, &client_api::Event::has_lists_changed));
  for (Host* const host : anas()) {
    EXPECT_THAT(lists(*host), ElementsAre("Family 2", "Work 1")) << host->name();
    EXPECT_THAT(lists_of(*host, open_chat(*host, kEva)), ElementsAre(kFamily, kWork)) << host->name();
  }
  ASSERT_FALSE(set_list(web_, kFamily, "Home").has_failure());
  ASSERT_FALSE(put(web_, kFamily, {webs_}, false).has_failure());
  settle();
  for (Host* const host : anas()) {
    EXPECT_THAT(lists(*host), ElementsAre("Home 1", "Work 1")) << host->name();
    EXPECT_THAT(lists_of(*host, open_chat(*host, kBen)), IsEmpty()) << host->name();
  }
  expect_same();
}

// LISTS-1
TEST_F(ListsTest, OneThatIsRemovedLeavesItsConversations) {
  ASSERT_FALSE(set_list(ana_, kFamily, "Family").has_failure());
  ASSERT_FALSE(put(ana_, kFamily, {chat_}).has_failure());
  settle();
  ASSERT_FALSE(set_list(web_, kFamily, "", true).has_failure());
  settle();
  for (Host* const host : anas()) {
    EXPECT_THAT(lists(*host), IsEmpty()) << host->name();
    EXPECT_THAT(lists_of(*host, open_chat(*host, kBen)), IsEmpty()) << host->name();
  }
  EXPECT_EQ(set_list(web_, kFamily, "", true).failure().code(), Failure::kNoSuchList);
  // Made anew it has nothing in it.
  ASSERT_FALSE(set_list(ana_, kFamily, "Family").has_failure());
  settle();
  for (Host* const host : anas()) EXPECT_THAT(lists(*host), ElementsAre("Family 0")) << host->name();
}

// LISTS-1
TEST_F(ListsTest, WhatTwoDevicesPutIntoItWithoutHavingHeardOfEachOtherIsAllInIt) {
  ASSERT_FALSE(set_list(ana_, kFamily, "Family").has_failure());
  const std::string evas = open_chat(web_, kEva);
  settle();
  web_.set_network(false);
  ASSERT_FALSE(put(ana_, kFamily, {chat_}).has_failure());
  ASSERT_FALSE(put(web_, kFamily, {evas}).has_failure());
  settle();
  web_.set_network(true);
  world_.advance(60'000);
  for (Host* const host : anas()) EXPECT_THAT(lists(*host), ElementsAre("Family 2")) << host->name();
  expect_same();
}

// LISTS-1
TEST_F(ListsTest, WhatCanNotBeIsRefusedAndChangesNothing) {
  const auto code = [&](const std::string& id, const std::string& name) {
    return set_list(ana_, id, name).failure().code();
  };
  EXPECT_EQ(code("x", "Family"), Failure::kInvalidArgument);
  EXPECT_EQ(code(kFamily, " \n"), Failure::kBlank);
  EXPECT_EQ(code(kFamily, std::string(41, 'x')), Failure::kTooLarge);
  EXPECT_EQ(put(ana_, kFamily, {chat_}).failure().code(), Failure::kNoSuchList);
  EXPECT_THAT(lists(ana_), IsEmpty());
  ASSERT_FALSE(set_list(ana_, kFamily, std::string(40, 'x')).has_failure());
  EXPECT_EQ(put(ana_, kFamily, {chat_, kWork}).failure().code(), Failure::kNoSuchConversation);
  EXPECT_THAT(lists(ana_), ElementsAre(std::string(40, 'x') + " 0"));
  for (int i = 1; i < 20; ++i)
    ASSERT_FALSE(set_list(ana_, std::string(30, '0') + std::to_string(10 + i), "x").has_failure());
  EXPECT_EQ(code(kWork, "Work"), Failure::kTooManyLists);
  EXPECT_FALSE(set_list(ana_, kFamily, "Another name").has_failure());
}

// LISTS-1, CLEAR-2
TEST_F(ListsTest, AConversationThatIsDeletedIsInNoneAnyMore) {
  ASSERT_FALSE(set_list(ana_, kFamily, "Family").has_failure());
  ASSERT_FALSE(put(ana_, kFamily, {chat_}).has_failure());
  client_api::Request request;
  request.mutable_delete_conversation()->set_conversation(chat_);
  ASSERT_FALSE(ana_.request(std::move(request)).has_failure());
  settle();
  for (Host* const host : anas()) EXPECT_THAT(lists(*host), ElementsAre("Family 0")) << host->name();
}

// LISTS-1
TEST_F(ListsTest, ADeviceThatIsLinkedLaterHasThem) {
  ASSERT_FALSE(set_list(ana_, kFamily, "Family").has_failure());
  ASSERT_FALSE(put(ana_, kFamily, {chat_}).has_failure());
  Host& desk = world_.add("desk");
  link(world_, ana_, desk, "Desk");
  world_.advance(60'000);
  EXPECT_THAT(lists(desk), ElementsAre("Family 1"));
  EXPECT_THAT(lists_of(desk, open_chat(desk, kBen)), ElementsAre(kFamily));
}

// LISTS-1: what no version of ours would write down.
TEST_F(ListsTest, AListWithANameThatCanNotBeIsNone) {
  for (const std::string& name : {std::string(" "), std::string(41, 'x'), std::string("good")}) {
    content::StateValue value;
    value.mutable_list()->set_name(name);
    const std::string bytes = value.SerializeAsString();
    auto row = ana_.database().prepare(
        "INSERT INTO registers (key, value, stamp_us, stamp_counter, stamp_device, due) VALUES (CAST(x'0E' || "
        "randomblob(16) AS BLOB), ?, 1, 0, 1, 0)");
    row.bind_blob(bytes).run();
  }
  execute(ana_, "UPDATE settings SET value = 0 WHERE name = 'states_known'");
  ana_.close();
  ana_.reopen();
  EXPECT_THAT(lists(ana_), ElementsAre("good 0"));
}

// LISTS-1
TEST_F(ListsTest, SomebodyWhoseNumberIsNotKnownYetIsInItEverywhereWhenItIs) {
  ana_.set_network(false);
  client_api::Request open;
  open.mutable_send_message()->set_handle(kEva);
  open.mutable_send_message()->set_text("hello");
  const std::string evas = ana_.request(std::move(open)).send_message().message().conversation();
  ASSERT_FALSE(set_list(ana_, kFamily, "Family").has_failure());
  ASSERT_FALSE(put(ana_, kFamily, {evas}).has_failure());
  const std::string webs = open_chat(web_, kEva);
  ana_.set_network(true);
  world_.advance(60'000);
  for (Host* const host : anas())
    EXPECT_THAT(lists_of(*host, open_chat(*host, kEva)), ElementsAre(kFamily)) << host->name();
}

}  // namespace
}  // namespace kith::core::testing
