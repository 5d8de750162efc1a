// SPDX-License-Identifier: AGPL-3.0-or-later

// Messages to a group through the outbox by itself: which keys go first, who can read what, what the server refuses.
#include <algorithm>

#include "core/contents.h"
#include "core/testing/outbox_alone.h"
#include "crypto/group_signatures.h"
#include "wire/group_state.h"

namespace kith::core::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const GroupId kGroup = make_id<GroupId>(77);
const Target kTarget{kGroup};

class GroupSendingTest : public OutboxAloneTest {
 protected:
  GroupSendingTest() { store_.conversations.add({kRoom, ConversationKind::kGroup, kTarget, 0, "", {}}); }

  // The group's next state: these, this account among them unless `present` is false.
  void set_members(const std::vector<AccountId>& others, bool present = true, bool members_send = true) {
    ++revision_.value;
    wire::GroupState state;
    state.set_group_id(kGroup.bytes());
    state.set_revision(revision_.value);
    state.mutable_permissions()->set_members_send(members_send);
    std::vector<AccountId> all = others;
    if (present) all.push_back(kSelf);
    std::sort(all.begin(), all.end());
    for (const AccountId& account : all) {
      wire::GroupState::Member& member = *state.add_members();
      member.set_account_id(account.bytes());
      member.set_role(account == others.front() ? wire::kGroupAdmin : wire::kGroupMember);
      member.set_joined_revision(1);
    }
    GroupRow row;
    row.id = kGroup;
    row.revision = revision_;
    row.state = group_state_bytes(state);
    row.present = present;
    store_.groups.set(row, &state);
  }
  // A message of this number to the group.
  void write(uint32_t number) {
    MessageRow message = outgoing(number, number);
    message.conversation = kRoom;
    store_.messages.add(message);
    OutboxRow item;
    item.message_id = message.id;
    item.target = kTarget;
    item.content = contents::written(message);
    ASSERT_TRUE(outbox_.add(item));
  }
  void pump() {
    for (int i = 0; i < 4; ++i) outbox_.pump();
  }
  // Answers all keys that were sent and have no answer, and gives them to their devices.
  size_t accept_keys() {
    size_t count = 0;
    for (size_t i = 0; i < link_.sends.size(); ++i) {
      const wire::Send send = link_.sends[i];
      if (!send.has_account() || !accepted_.insert(*MessageId::from_bytes(send.message_id())).second) continue;
      ++count;
      take_key(send);
      wire::Accepted accepted;
      accepted.set_message_id(send.message_id());
      accepted.set_account(send.account().account_id());
      accepted.set_server_time_us(1000);
      outbox_.on_accepted(accepted);
    }
    pump();
    return count;
  }
  void take_key(const wire::Send& send) {
    Peer& peer = *peers_.at(*AccountId::from_bytes(send.account().account_id()));
    bool begins = false;
    const auto bytes = unseal(peer.sessions, self(), send.account().envelopes(0).payload(), begins);
    content::Content content;
    ASSERT_TRUE(bytes.has_value() && content.ParseFromString(*bytes) && content.has_group_key());
    EXPECT_EQ(content.group_key().group_id(), kGroup.bytes());
    EXPECT_EQ(content.receipt_number(), 0u) << "nobody sees it";
    ASSERT_TRUE(peer.groups.take(kGroup, self(), content.group_key().key()).has_value());
  }
  [[nodiscard]] DeviceAddress self() const { return {kSelf, registration_->device}; }
  std::vector<wire::Send> to_group() const {
    std::vector<wire::Send> sends;
    std::copy_if(link_.sends.begin(), link_.sends.end(), std::back_inserter(sends),
                 [](const wire::Send& send) { return send.has_group(); });
    return sends;
  }
  // The text that the account's device reads; "": it can't.
  std::string read_by(const AccountId& account, const wire::Send& send) {
    const auto bytes = unseal_in_group(peers_.at(account)->groups, kGroup, self(), send.group().payload());
    content::Content content;
    if (!bytes || !content.ParseFromString(*bytes)) return "";
    EXPECT_EQ(content.message_id(), send.message_id());
    EXPECT_EQ(content.receipt_number(), send.group().receipt_number());
    EXPECT_EQ(content.group_id(), kGroup.bytes());
    EXPECT_EQ(content.group_revision(), send.group().revision());
    return content.text().text();
  }
  // A message that leaves, its keys first, and is accepted.
  void send_accepted(uint32_t number) {
    write(number);
    pump();
    accept_keys();
    accept_message(number);
  }
  void accept_message(uint32_t number) {
    wire::Accepted accepted;
    accepted.set_message_id(message_id(number).bytes());
    accepted.set_group(kGroup.bytes());
    accepted.set_server_time_us(2000);
    outbox_.on_accepted(accepted);
    pump();
  }
  void refuse_message(uint32_t number, wire::ErrorCode code, const wire::StaleGroup& stale = {}) {
    wire::Refused refused;
    refused.set_message_id(message_id(number).bytes());
    refused.set_group(kGroup.bytes());
    refused.set_code(code);
    *refused.mutable_stale_group() = stale;
    outbox_.on_refused(refused);
    pump();
  }

  const ConversationId kRoom = make_id<ConversationId>(78);
  Revision revision_;
  std::set<MessageId> accepted_;
};

TEST_F(GroupSendingTest, TheKeyGoesToAllFirstAndThenOneCiphertextForAll_GROUP_6) {
  add_peer(kPeer);
  add_peer(kOther);
  set_members({kPeer, kOther});
  write(1);
  pump();
  EXPECT_THAT(to_group(), IsEmpty()) << "nobody could read it";
  EXPECT_EQ(accept_keys(), 2u);
  ASSERT_THAT(to_group(), SizeIs(1));
  const wire::Send send = to_group()[0];
  EXPECT_EQ(send.group().revision(), 1u);
  EXPECT_EQ(send.group().receipt_number(), 1u);
  EXPECT_EQ(send.group().lists_digest(),
            crypto::group_lists_digest(std::vector<crypto::MemberList>{{kOther, {4}}, {kSelf, {4}}, {kPeer, {4}}}));
  EXPECT_EQ(read_by(kPeer, send), "hello");
  EXPECT_EQ(read_by(kOther, send), "hello");
  accept_message(1);
  EXPECT_EQ(row(1).tick, Tick::kSent);
  EXPECT_EQ(row(1).group_revision, revision_);
  EXPECT_EQ(store_.outbox.count(), 0);
  EXPECT_THAT(progress_, ElementsAre(std::pair(0u, 2u), std::pair(2u, 2u)));

  write(2);
  pump();
  ASSERT_THAT(to_group(), SizeIs(2)) << "the second needs no key";
  EXPECT_EQ(read_by(kPeer, to_group()[1]), "hello");
}

TEST_F(GroupSendingTest, WhoHasLeftReadsNothingThatComesAfterAndTheOthersAll_GROUP_6) {
  add_peer(kPeer);
  add_peer(kOther);
  set_members({kPeer, kOther});
  send_accepted(1);
  EXPECT_EQ(read_by(kOther, to_group()[0]), "hello");
  set_members({kPeer});
  write(2);
  pump();
  EXPECT_THAT(to_group(), SizeIs(1)) << "the new key first";
  EXPECT_EQ(accept_keys(), 1u);
  ASSERT_THAT(to_group(), SizeIs(2));
  EXPECT_EQ(read_by(kOther, to_group()[1]), "");
  EXPECT_EQ(read_by(kPeer, to_group()[1]), "hello");
  EXPECT_EQ(to_group()[1].group().revision(), 2u);
}

TEST_F(GroupSendingTest, WhoJoinsReadsNothingFromBefore_GROUP_6) {
  add_peer(kPeer);
  set_members({kPeer});
  send_accepted(1);
  add_peer(kOther);
  set_members({kPeer, kOther});
  write(2);
  pump();
  EXPECT_EQ(accept_keys(), 1u) << "to the new one alone";
  ASSERT_THAT(to_group(), SizeIs(2));
  EXPECT_EQ(read_by(kOther, to_group()[0]), "");
  EXPECT_EQ(read_by(kOther, to_group()[1]), "hello");
}

TEST_F(GroupSendingTest, WhatTheServerKnowsBetterIsFetchedAndTheMessageEncryptedAgain_GROUP_3) {
  add_peer(kPeer);
  set_members({kPeer});
  write(1);
  pump();
  accept_keys();
  ASSERT_THAT(to_group(), SizeIs(1));
  wire::StaleGroup stale;
  stale.set_revision(1);
  stale.add_lists()->set_account_id(kPeer.bytes());
  stale.mutable_lists(0)->set_device_list_revision(5);
  refuse_message(1, wire::kStaleDevices, stale);
  ASSERT_THAT(lists_asked_for_, SizeIs(1));
  // Another device.
  Peer& second = *peers_.emplace(account_id(60), std::make_unique<Peer>(kPeer, random_)).first->second;
  DeviceListRow list = *store_.device_lists.find(kPeer);
  list.revision = {5};
  list.devices.push_back({{2}, second.identity.public_key, ""});
  store_.device_lists.set(list);
  second.address.device = {2};
  ASSERT_TRUE(sessions_.open_session({kPeer, {2}}, second.bundle).has_value());
  lists_asked_for_[0](Devices::Outcome::kDone);
  pump();
  EXPECT_EQ(accept_keys(), 1u) << "to its account";
  ASSERT_THAT(to_group(), SizeIs(2));
  EXPECT_EQ(to_group()[1].message_id(), to_group()[0].message_id());
  EXPECT_EQ(to_group()[1].group().receipt_number(), 1u);
  EXPECT_NE(to_group()[1].group().lists_digest(), to_group()[0].group().lists_digest());
  EXPECT_EQ(read_by(kPeer, to_group()[1]), "hello");
}

TEST_F(GroupSendingTest, AGroupThatHasChangedIsReadFirst_GROUP_3) {
  add_peer(kPeer);
  set_members({kPeer});
  write(1);
  pump();
  accept_keys();
  wire::StaleGroup stale;
  stale.set_revision(2);
  refuse_message(1, wire::kStaleGroup, stale);
  ASSERT_THAT(groups_asked_for_, SizeIs(1));
  EXPECT_THAT(to_group(), SizeIs(1));
  set_members({kPeer});
  groups_asked_for_[0](true);
  pump();
  ASSERT_THAT(to_group(), SizeIs(2));
  EXPECT_EQ(to_group()[1].group().revision(), 2u);
  EXPECT_EQ(read_by(kPeer, to_group()[1]), "hello");
}

TEST_F(GroupSendingTest, AGroupThatStaysUnknownIsAskedForWithPauses) {
  write(1);
  pump();
  ASSERT_THAT(groups_asked_for_, SizeIs(1));
  groups_asked_for_[0](true);
  pump();
  EXPECT_THAT(groups_asked_for_, SizeIs(1)) << "the answer did not help";
  advance(Outbox::kPauseMinMs);
  ASSERT_THAT(groups_asked_for_, SizeIs(2));
  add_peer(kPeer);
  set_members({kPeer});
  groups_asked_for_[1](true);
  pump();
  accept_keys();
  EXPECT_THAT(to_group(), SizeIs(1));
}

TEST_F(GroupSendingTest, AMemberWhoseListTheServerDoesNotHaveIsAskedForWithPauses) {
  set_members({kPeer});
  write(1);
  pump();
  ASSERT_THAT(lists_asked_for_, SizeIs(1));
  lists_asked_for_[0](Devices::Outcome::kDone);
  pump();
  EXPECT_THAT(lists_asked_for_, SizeIs(1));
  advance(Outbox::kPauseMinMs);
  EXPECT_THAT(lists_asked_for_, SizeIs(2));
}

TEST_F(GroupSendingTest, AServerThatSaysTheSameForEverIsAskedWithPauses) {
  add_peer(kPeer);
  set_members({kPeer});
  write(1);
  pump();
  accept_keys();
  for (int i = 0; i < 20 && !to_group().empty(); ++i) {
    const size_t before = link_.sends.size();
    refuse_message(1, wire::kNoSuchGroup);
    if (!groups_asked_for_.empty()) std::exchange(groups_asked_for_, {}).back()(true);
    pump();
    if (link_.sends.size() == before) break;
  }
  EXPECT_LE(to_group().size(), 4u);
}

TEST_F(GroupSendingTest, WhoIsNoMemberOrMayNotWriteIsToldSo_GROUP_3) {
  add_peer(kPeer);
  set_members({kPeer}, false);
  write(1);
  pump();
  EXPECT_EQ(row(1).failure, FailureReason::kNotInGroup);
  set_members({kPeer}, true, false);
  write(2);
  pump();
  EXPECT_EQ(row(2).failure, FailureReason::kOnlyAdminsSend);
  EXPECT_THAT(link_.sends, IsEmpty());
}

TEST_F(GroupSendingTest, AFullInboxHoldsNobodyUp) {
  add_peer(kPeer);
  add_peer(kOther);
  set_members({kPeer, kOther});
  write(1);
  pump();
  for (const wire::Send& send : std::vector(link_.sends)) {
    if (send.account().account_id() != kOther.view()) continue;
    wire::Refused refused;
    refused.set_message_id(send.message_id());
    refused.set_account(kOther.bytes());
    refused.set_code(wire::kInboxFull);
    refused.set_retry_after_ms(60'000);
    outbox_.on_refused(refused);
    accepted_.insert(*MessageId::from_bytes(send.message_id()));
  }
  EXPECT_EQ(accept_keys(), 1u);
  ASSERT_THAT(to_group(), SizeIs(1));
  EXPECT_EQ(read_by(kPeer, to_group()[0]), "hello");
}

TEST_F(GroupSendingTest, TheKeysLeaveTogetherOnceWhatEachNeedsIsThere_GROUP_6) {
  add_peer(kPeer);
  add_peer(kOther);
  set_members({kPeer, kOther});
  holds_bundles_ = true;
  write(1);
  pump();
  ASSERT_THAT(bundles_asked_for_, SizeIs(2)) << "at the same time";
  bundles_asked_for_[0](Devices::Outcome::kDone);
  pump();
  EXPECT_THAT(link_.sends, IsEmpty());
  ASSERT_TRUE(OutboxAloneTest::write(9, kOther));
  pump();
  EXPECT_THAT(sent(), ElementsAre(message_id(9))) << "it does not wait behind the key";
  link_.sends.clear();
  bundles_asked_for_[1](Devices::Outcome::kDone);
  pump();
  EXPECT_THAT(link_.sends, SizeIs(2));
  EXPECT_EQ(link_.frames, 2u);
  EXPECT_EQ(accept_keys(), 2u);
  EXPECT_THAT(to_group(), SizeIs(1));
}

TEST_F(GroupSendingTest, WhoseDevicesCanNotBeHadHoldsUpNoKeyOfOthers_GROUP_6) {
  add_peer(kPeer);
  add_peer(kOther);
  set_members({kPeer, kOther});
  holds_bundles_ = true;
  write(1);
  pump();
  ASSERT_THAT(bundles_asked_for_, SizeIs(2));
  bundles_asked_for_[0](Devices::Outcome::kUnavailable);
  bundles_asked_for_[1](Devices::Outcome::kDone);
  pump();
  EXPECT_EQ(accept_keys(), 1u);
  EXPECT_THAT(to_group(), SizeIs(1));
}

TEST_F(GroupSendingTest, OneAccountsStaleListHoldsUpNoKeyOfOthers_DEVICE_1) {
  add_peer(kPeer);
  add_peer(kOther);
  set_members({kPeer, kOther});
  write(1);
  pump();
  ASSERT_THAT(link_.sends, SizeIs(2));
  EXPECT_EQ(link_.frames, 1u);
  const auto stale = std::ranges::find_if(
      link_.sends, [](const wire::Send& send) { return send.account().account_id() == kPeer.view(); });
  ASSERT_NE(stale, link_.sends.end());
  const wire::Send first = *stale;
  link_.sends.erase(stale);
  wire::Refused refused;
  refused.set_message_id(first.message_id());
  refused.set_account(kPeer.bytes());
  refused.set_code(wire::kStaleDevices);
  outbox_.on_refused(refused);
  pump();
  EXPECT_EQ(accept_keys(), 1u);
  ASSERT_THAT(lists_asked_for_, SizeIs(1));
  DeviceListRow list = *store_.device_lists.find(kPeer);
  list.revision = {5};
  store_.device_lists.set(list);
  lists_asked_for_[0](Devices::Outcome::kDone);
  pump();
  ASSERT_THAT(link_.sends, SizeIs(2));
  EXPECT_EQ(link_.sends[1].message_id(), first.message_id());
  EXPECT_EQ(link_.sends[1].account().device_list_revision(), 5u);
  EXPECT_EQ(accept_keys(), 1u);
  EXPECT_THAT(to_group(), SizeIs(1));
}

TEST_F(GroupSendingTest, HandingOutGoesOnAfterARestartWhereItWas_GROUP_6) {
  std::vector<AccountId> members;
  for (uint32_t i = 0; i < 150; ++i) {
    members.push_back(account_id(1000 + i));
    add_peer(members.back());
  }
  set_members(members);
  write(1);
  pump();
  accept_keys();
  size_t handed = accepted_.size();
  EXPECT_GT(handed, 0u);
  EXPECT_LT(handed, members.size());
  outbox_.reload();  // as a start does
  link_.sends.clear();
  for (int i = 0; i < 20 && to_group().empty(); ++i) handed += accept_keys();
  EXPECT_EQ(handed, members.size()) << "each once";
  ASSERT_THAT(to_group(), SizeIs(1));
  for (const AccountId& member : members) EXPECT_EQ(read_by(member, to_group()[0]), "hello");
}

TEST_F(GroupSendingTest, NothingGoesToAGroupWhileThePersonHasToAgreeToAMembersIdentity_IDENTITY_6) {
  add_peer(kPeer);
  set_members({kPeer});
  store_.device_lists.set_must_agree(kPeer, true);
  EXPECT_EQ(store_.device_lists.must_agree_in(kGroup), kPeer);
  write(1);
  pump();
  EXPECT_THAT(link_.sends, IsEmpty());
  store_.device_lists.set_must_agree(kPeer, false);
  EXPECT_EQ(store_.device_lists.must_agree_in(kGroup), std::nullopt);
  outbox_.release_all(kPeer);
  pump();
  accept_keys();
  EXPECT_THAT(to_group(), SizeIs(1)) << "at once";
}

TEST_F(GroupSendingTest, OtherKeysOfADeviceEndThisDevicesKey_GROUP_6) {
  add_peer(kPeer);
  add_peer(kOther);
  set_members({kPeer, kOther});
  send_accepted(1);
  cipher_->refresh(kGroup);  // as Groups::keys_changed() has it done
  write(2);
  pump();
  EXPECT_THAT(to_group(), SizeIs(1));
  EXPECT_EQ(accept_keys(), 2u);
  EXPECT_THAT(to_group(), SizeIs(2));
}

TEST_F(GroupSendingTest, WhoCouldReadAMessageIsKeptWithItsKeys_IDENTITY_5) {
  add_peer(kPeer);
  add_peer(kOther);
  set_members({kPeer});
  send_accepted(1);
  set_members({kPeer, kOther});
  send_accepted(2);
  set_members({kPeer});
  send_accepted(3);
  const auto readers = [this](uint64_t number) {
    std::vector<AccountId> found;
    for (const AccountId& account : {kPeer, kOther}) {
      const auto keys = store_.group_keys.keys_of_reader(kGroup, {account, {1}}, number);
      if (!keys) continue;
      EXPECT_EQ(*keys, store_.device_lists.find(account)->keys_of({1}));
      found.push_back(account);
    }
    return found;
  };
  EXPECT_THAT(readers(1), ElementsAre(kPeer));
  EXPECT_THAT(readers(2), ElementsAre(kPeer, kOther));
  EXPECT_THAT(readers(3), ElementsAre(kPeer));
  EXPECT_THAT(store_.group_keys.held_by(kPeer), ElementsAre(kGroup));
  EXPECT_THAT(store_.group_keys.held_by(kOther), IsEmpty());
}

TEST_F(GroupSendingTest, WhoHasLeftHasTheKeyUntilThereIsAnother_GROUP_6) {
  add_peer(kPeer);
  add_peer(kOther);
  set_members({kPeer, kOther});
  send_accepted(1);
  set_members({kPeer});
  EXPECT_THAT(store_.group_keys.held_by(kOther), ElementsAre(kGroup));
  send_accepted(2);
  EXPECT_THAT(store_.group_keys.held_by(kOther), IsEmpty());
}

TEST_F(GroupSendingTest, ATickIsTheLeastThatAnyOtherMemberHasSaid_GROUP_5) {
  add_peer(kPeer);
  add_peer(kOther);
  set_members({kPeer, kOther});
  send_accepted(1);
  const auto say = [this](const AccountId& member, SentState state) {
    const auto run = wire::ReceiptRun::of(1, message_id(1));
    EXPECT_TRUE(store_.sent.raise(kTarget, member, registration_->device, run, state).has_value());
    return store_.sent.state_in_group(message_id(1));
  };
  EXPECT_EQ(say(kPeer, SentState::kRead), SentState::kSent);
  EXPECT_EQ(say(kOther, SentState::kDelivered), SentState::kDelivered);
  EXPECT_EQ(say(kOther, SentState::kRead), SentState::kRead);
  EXPECT_EQ(store_.sent.state_in_group(message_id(9)), std::nullopt);
}

TEST_F(GroupSendingTest, WhatWasReadIsToldToTheServer_GROUP_5) {
  OutboxRow item;
  item.message_id = message_id(5);
  item.target = kTarget;
  item.kind = OutboxKind::kReadReceipt;
  wire::ReadInGroup read;
  read.set_group_id(kGroup.bytes());
  read.add_runs()->set_account(kPeer.bytes());
  item.content = read.SerializeAsString();
  ASSERT_TRUE(outbox_.add(item));
  pump();
  ASSERT_THAT(link_.sends, SizeIs(1));
  EXPECT_EQ(link_.sends[0].read_in_group().SerializeAsString(), read.SerializeAsString());
}

}  // namespace
}  // namespace kith::core::testing
