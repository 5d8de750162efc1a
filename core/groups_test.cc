// SPDX-License-Identifier: AGPL-3.0-or-later

// What a group is, on the devices of its members: changes, followed and shown.
#include "core/store/conversation_id.h"
#include "core/store/store.h"
#include "core/testing/group_people.h"

namespace kith::core {
namespace {

using testing::connect;
using testing::GroupPeople;
using testing::Host;
using testing::link;
using Strings = std::vector<std::string>;
using GroupsTest = GroupPeople;

TEST_F(GroupsTest, WhoIsAddedSeesTheGroupWithItsTitleAndMembers_GROUP_4) {
  const std::string chat = create({kBen, kCleo});
  for (Host* host : {&ana_, &ben_, &cleo_}) {
    const client_api::Conversation conversation = group_at(*host);
    EXPECT_EQ(conversation.title(), "Boats") << host->name();
    EXPECT_EQ(conversation.group().members(), 3u);
    EXPECT_FALSE(conversation.group().incomplete());
    EXPECT_EQ(conversation.unread(), 0u) << "notices are not unread";
    EXPECT_EQ(event_ids(*host), event_ids(ana_));
  }
  EXPECT_EQ(group_at(ana_).id(), chat);
  EXPECT_EQ(group_at(ana_).group().role(), GroupRole::kAdmin);
  EXPECT_EQ(group_at(ben_).group().role(), GroupRole::kMember);
  EXPECT_EQ(members(ben_), (Strings{"Ben", "Ana (admin)", "Cleo"}));
  ASSERT_EQ(events(ana_).size(), 1u);
  EXPECT_TRUE(events(ana_).front().starts_with("kCreated Ana: ")) << events(ana_).front();
  EXPECT_TRUE(events(ana_).front().ends_with(" \"Boats\""));
}

TEST_F(GroupsTest, ChangesShowInTheSameOrderOnAllDevices_GROUP_4) {
  const std::string chat = create({kBen});
  EXPECT_FALSE(set_title(ana_, chat, "Ships").has_failure());
  EXPECT_FALSE(add(ana_, chat, {kCleo}).has_failure());
  EXPECT_FALSE(set_admin(ana_, chat, kBen, true).has_failure());
  world_.advance(3000);
  EXPECT_FALSE(set_admin(ben_, group_at(ben_).id(), kAna, false).has_failure());
  EXPECT_FALSE(remove(ben_, group_at(ben_).id(), kAna).has_failure());
  world_.advance(3000);
  const Strings all{"kCreated Ana: Ben \"Boats\"", "kTitle Ana \"Ships\"", "kAdded Ana: Cleo",
                    "kPromoted Ana: Ben",          "kDemoted Ben: Ana",    "kRemoved Ben: Ana"};
  EXPECT_EQ(events(ana_), all);
  EXPECT_EQ(events(ben_), all);
  EXPECT_EQ(event_ids(ana_), event_ids(ben_));
  EXPECT_EQ(events(cleo_), Strings(all.begin() + 2, all.end())) << "nothing from before it was added";
  EXPECT_EQ(group_at(cleo_).title(), "Ships");
  EXPECT_EQ(group_at(ana_).group().role(), GroupRole::kNone) << "it can only read";
  EXPECT_EQ(group_at(ana_).group().members(), 2u);
  EXPECT_EQ(set_title(ana_, chat, "Mine").failure().code(), Failure::kNoSuchGroup);
}

TEST_F(GroupsTest, WhoLeavesAndIsAddedAgainGoesOnFromWhatItHas_GROUP_4) {
  create({kBen, kCleo});
  const client_api::Response left = leave(ben_, group_at(ben_).id());
  ASSERT_FALSE(left.has_failure()) << left.failure().detail();
  EXPECT_EQ(left.leave_group().group().role(), GroupRole::kNone);
  world_.advance(3000);
  EXPECT_FALSE(set_title(ana_, group_at(ana_).id(), "Ships").has_failure());
  EXPECT_FALSE(set_title(ana_, group_at(ana_).id(), "Rafts").has_failure());
  world_.advance(3000);
  EXPECT_EQ(group_at(ben_).title(), "Boats");
  EXPECT_FALSE(add(ana_, group_at(ana_).id(), {kBen}).has_failure());
  world_.advance(3000);
  EXPECT_EQ(group_at(ben_).title(), "Rafts");
  const Strings seen = events(ben_);
  ASSERT_EQ(seen.size(), 3u);
  EXPECT_EQ(seen[1], "kLeft Ben");
  EXPECT_EQ(seen[2], "kAdded Ana: Ben") << "what happened meanwhile is not its business";
}

TEST_F(GroupsTest, WhoWasAwayReadsAllChangesPageByPage_GROUP_4) {
  const std::string chat = create({kBen});
  server().group_page = 2;
  ben_.set_network(false);
  for (const char* title : {"One", "Two", "Three", "Four", "Five"})
    EXPECT_FALSE(set_title(ana_, chat, title).has_failure());
  world_.advance(5000);
  EXPECT_EQ(group_at(ben_).title(), "Boats");
  ben_.set_network(true);
  world_.advance(60'000);
  EXPECT_EQ(group_at(ben_).title(), "Five");
  EXPECT_EQ(event_ids(ben_), event_ids(ana_));
}

TEST_F(GroupsTest, AnOldGroupBeginsWithAStateInItsMiddle_GROUP_4) {
  const std::string chat = create({kBen});
  server().group_checkpoint_every = 3;
  server().group_page = 2;
  for (const char* title : {"One", "Two", "Three", "Four", "Five"})
    EXPECT_FALSE(set_title(ana_, chat, title).has_failure());
  EXPECT_FALSE(add(ana_, chat, {kCleo}).has_failure());
  world_.advance(3000);
  EXPECT_EQ(group().checkpoints.size(), 3u);
  EXPECT_EQ(events(cleo_), Strings{"kAdded Ana: Cleo"});
  EXPECT_EQ(members(cleo_), (Strings{"Cleo", "Ana (admin)", "Ben"}));
  EXPECT_EQ(group_at(cleo_).title(), "Five");
}

TEST_F(GroupsTest, AnotherDeviceOfTheAccountHasItsGroups_GROUP_4) {
  EXPECT_FALSE(set_title(ana_, create({kBen}), "Ships").has_failure());
  Host& tablet = world_.add("tablet");
  link(world_, ana_, tablet, "Tablet");
  world_.advance(5000);
  EXPECT_EQ(group_at(tablet).title(), "Ships");
  EXPECT_TRUE(events(tablet).empty()) << "it has not seen how it became so";
  EXPECT_EQ(group_at(tablet).group().role(), GroupRole::kAdmin);
  EXPECT_TRUE(groups(tablet).front().group().members() == 2);
  // What it makes the first one has, and the other way round.
  ASSERT_FALSE(create(tablet, "Rafts", {kCleo}).has_failure());
  world_.advance(3000);
  EXPECT_EQ(groups(ana_).size(), 2u);
  EXPECT_EQ(group_at(cleo_).title(), "Rafts");
  EXPECT_FALSE(set_title(ana_, groups(ana_).front().id(), "Planks").has_failure());
  world_.advance(3000);
  EXPECT_EQ(groups(tablet).front().title(), "Planks");
}

// ---- what a damaged database has lost

TEST_F(GroupsTest, AConversationThatWasLostIsTheGroupsAgain) {
  create({kBen});
  const Strings before = event_ids(ana_);
  EXPECT_TRUE(ana_.database().execute("DELETE FROM conversations WHERE kind = 3").has_value());
  EXPECT_TRUE(ana_.database().execute("PRAGMA user_version = -2").has_value());
  ana_.close();
  ASSERT_EQ(ana_.try_reopen(), std::nullopt);
  ASSERT_TRUE(testing::state(ana_).has_rebuilt());
  EXPECT_EQ(group_at(ana_).title(), "Boats") << "and not one with whoever has written there";
  EXPECT_EQ(event_ids(ana_), before);
}

TEST_F(GroupsTest, AStateThatWasLostIsReadAgain_GROUP_4) {
  create({kBen});
  EXPECT_TRUE(ben_.database().execute("UPDATE groups SET state = x'00'").has_value());
  // What user interfaces see is kept beside it: for a message or an event nobody parses a state.
  EXPECT_EQ(group_at(ben_).title(), "Boats");
  EXPECT_EQ(group_at(ben_).group().members(), 2u);
  EXPECT_FALSE(set_title(ana_, group_at(ana_).id(), "Ships").has_failure());
  world_.advance(5000);
  EXPECT_EQ(group_at(ben_).title(), "Ships");
  EXPECT_EQ(event_ids(ben_), event_ids(ana_));
}

// ---- what all devices of the account have the same

TEST_F(GroupsTest, WhereAGroupsConversationIsPutHoldsOnAllDevices_STATE_1) {
  const std::string chat = create({kBen});
  client_api::Request request;
  request.mutable_set_conversation()->set_conversation(chat);
  request.mutable_set_conversation()->set_archived(true);
  EXPECT_FALSE(ana_.request(std::move(request)).has_failure());
  client_api::Request draft;
  draft.mutable_set_draft()->set_conversation(chat);
  draft.mutable_set_draft()->set_text("not yet");
  EXPECT_FALSE(ana_.request(std::move(draft)).has_failure());
  Host& tablet = world_.add("tablet");
  link(world_, ana_, tablet, "Tablet");
  world_.advance(10'000);
  EXPECT_TRUE(group_at(tablet).archived()) << "also when the register was there before the group";
  EXPECT_EQ(group_at(tablet).draft(), "not yet");
  client_api::Request mute;
  mute.mutable_set_conversation()->set_conversation(group_at(tablet).id());
  mute.mutable_set_conversation()->set_muted_until_us(world_.clock.now().value + 1'000'000'000);
  mute.mutable_set_conversation()->set_archived(false);
  EXPECT_FALSE(tablet.request(std::move(mute)).has_failure());
  world_.advance(10'000);
  EXPECT_FALSE(group_at(ana_).archived());
  EXPECT_NE(group_at(ana_).muted_until_us(), 0u);
}

TEST_F(GroupsTest, MessagesOfAGroupComeWithTheHistoryUnderTheirAuthors_HISTORY_1) {
  const std::string chat = create({kBen});
  // As if they had come.
  const auto put = [&](const char* id, const AccountId& from, bool outgoing, const char* text) {
    auto& database = ana_.database();
    Transaction transaction(database);
    const Bytes message(16, id[0]);
    const auto conversation = *ConversationId::from_hex(chat);
    const std::string_view said = text;
    database
        .prepare(
            "INSERT INTO messages (id, conversation, from_account, from_device, outgoing, kind, text, sent_at, "
            "order_us, tick, failure, unread, receipt_number, came_us) VALUES (?, ?, ?, 1, ?, 1, ?, 1, ?, ?, 0, 0, 0, "
            "0)")
        .bind_blob(message)
        .bind_id(conversation)
        .bind_id(from)
        .bind(int64_t{outgoing})
        .bind_text(said)
        .bind(static_cast<int64_t>(world_.clock.now().value) + id[0])
        .bind(outgoing ? 2 : 0)
        .run();
    ASSERT_TRUE(transaction.commit().has_value());
  };
  put("1", account_of(kBen), false, "from Ben");
  put("2", account_of(kAna), true, "from Ana");
  Host& tablet = world_.add("tablet");
  const std::string text = testing::start_linking(tablet, "Tablet");
  ASSERT_FALSE(testing::open_link(ana_, text).has_failure());
  client_api::Request confirm;
  confirm.mutable_confirm_link()->set_history(client_api::kHistoryAll);
  const uint32_t id = ana_.post(std::move(confirm));
  ASSERT_FALSE(ana_.await(id, 90'000).has_failure());
  connect(tablet);
  world_.advance(60'000);
  Strings found;
  for (const client_api::Message& each : history(tablet, group_at(tablet).id())) {
    if (each.has_text()) found.push_back((each.outgoing() ? "> " : each.sender().name() + ": ") + each.text().text());
  }
  EXPECT_EQ(found, (Strings{"Ben: from Ben", "> from Ana"}));
  EXPECT_EQ(group_at(tablet).title(), "Boats");
}

// Its key is another one by the time somebody reads what it had signed.
TEST_F(GroupsTest, AnOwnDeviceLeadsPastAChangeThatCannotBeCheckedAnyMore_GROUP_4) {
  create({kBen, kCleo});
  Host& tablet = world_.add("tablet");
  link(world_, ana_, tablet, "Tablet");
  world_.advance(5000);
  tablet.set_network(false);
  EXPECT_FALSE(set_title(ben_, group_at(ben_).id(), "Ships").has_failure());
  world_.advance(5000);
  EXPECT_EQ(group_at(ana_).title(), "Ships");
  // Ben registers anew, and his device from before is in no list any more.
  Host& anew = world_.add("anew");
  testing::sign_up(anew, kBen, "Ben");
  world_.advance(5000);
  tablet.set_network(true);
  world_.advance(120'000);
  EXPECT_EQ(group_at(tablet).title(), "Ships");
  EXPECT_EQ(event_ids(tablet), event_ids(ana_));
}

}  // namespace
}  // namespace kith::core
