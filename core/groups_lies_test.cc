// SPDX-License-Identifier: AGPL-3.0-or-later

// What a server, a member or a stranger can do with a group's state, when one of them lies (GROUP-2, GROUP-4).
#include "core/contents.h"
#include "core/group_keys.h"
#include "core/group_link.h"
#include "core/group_tellings.h"
#include "core/store/store.h"
#include "core/testing/group_people.h"
#include "crypto/group_signatures.h"
#include "crypto/groups.h"
#include "crypto/hash.h"
#include "crypto/sessions.h"
#include "crypto/testing/memory_group_key_store.h"
#include "wire/group_state.h"
#include "wire/receipt_run.h"

namespace kith::core {
namespace {

using testing::connect;
using testing::GroupPeople;
using testing::Host;
using Strings = std::vector<std::string>;

class GroupsLiesTest : public GroupPeople {
 protected:
  // Ana, who makes the changes, and Ben, who is lied to.
  GroupsLiesTest() {
    chat_ = create({kBen});
    before_ = events(ben_);
  }
  // Changes what Ben reads.
  void lie_to_ben(std::function<void(wire::GroupAnswer&)> lie) {
    server().change_group = [this, lie = std::move(lie)](const DeviceAddress& reader, const GroupId&,
                                                         wire::GroupAnswer& answer) {
      if (reader.account == account_of(kBen)) lie(answer);
    };
  }
  // As the group's next one, by this device.
  wire::GroupChange next_change(const AccountId& author, DeviceId device) {
    wire::GroupChange change;
    change.set_group_id(group_id().bytes());
    change.set_revision(group().state->revision() + 1);
    change.set_previous(group().digest);
    change.set_author(author.bytes());
    change.set_author_device(device.value);
    return change;
  }
  wire::SignedGroupChange signed_with(const crypto::IdentityKeyPair& key, const wire::GroupChange& change) {
    const auto after = apply_change(group().state, change);
    EXPECT_TRUE(after);
    wire::SignedGroupChange parts;
    parts.set_change(change.SerializeAsString());
    parts.set_state_digest(crypto::group_state_digest(group_state_bytes(*after)));
    parts.set_signature(crypto::sign_group_change(key, world_.random, parts.change(), parts.state_digest()));
    parts.set_server_time_us(world_.clock.now().value);
    return parts;
  }
  // Cleo's adding, in somebody's name, with a key that is none of the author's.
  wire::SignedGroupChange forged(const AccountId& author, DeviceId device) {
    wire::GroupChange change = next_change(author, device);
    change.mutable_add()->add_accounts(account_of(kCleo).bytes());
    return signed_with(crypto::Sessions::make_identity(world_.random), change);
  }
  // A device is made to tell somebody of groups what its core would not.
  void say(Host& host, const char* to, const content::GroupWelcome& welcome) {
    say(host, to, OutboxKind::kGroupWelcome, {contents::group_welcome(world_.clock.now(), welcome)});
  }
  void say(Host& host, const char* to, OutboxKind kind, const std::vector<Bytes>& contents) {
    {
      Store store(host.database());
      Transaction transaction(host.database());
      for (const Bytes& content : contents) {
        OutboxRow item;
        item.message_id = world_.random.id<MessageId>();
        item.target = account_of(to);
        item.kind = kind;
        item.content = content;
        EXPECT_NE(store.outbox.add(item), 0);
      }
      ASSERT_TRUE(transaction.commit().has_value());
    }
    host.close();
    host.reopen();
    connect(host);
    world_.advance(5000);
    EXPECT_EQ(Store(host.database()).outbox.count(), 0) << "it has come";
  }
  static void add_to(content::GroupWelcome& welcome, const GroupId& group, uint64_t revision, const Bytes& digest) {
    content::GroupWelcome::Group& said = *welcome.add_groups();
    said.set_group_id(group.bytes());
    said.set_revision(revision);
    said.set_change_digest(digest);
    said.set_info_key(Bytes(32, 'k'));
  }
  // Ben hears of the group's next revision, and reads it.
  void announce_to_ben() {
    wire::Entry entry;
    entry.mutable_group_changed()->set_group_id(group_id().bytes());
    entry.mutable_group_changed()->set_revision(group().state->revision() + 1);
    server().plant(kBen, entry);
    server().calls.clear();
    world_.advance(5000);
    EXPECT_GT(server().calls["POST /v1/groups/" + group_id().hex() + "/read"], 0);
  }
  // Which says that the group's next change is this one.
  static void make_next(wire::GroupAnswer& answer, const wire::SignedGroupChange& parts) {
    wire::GroupChange change;
    EXPECT_TRUE(change.ParseFromString(parts.change()));
    answer.set_revision(change.revision());
    answer.clear_changes();
    *answer.add_changes() = parts;
  }
  // Ana changes the title, thrice.
  void change_thrice() {
    for (const char* title : {"One", "Two", "Three"}) EXPECT_FALSE(set_title(ana_, chat_, title).has_failure());
    world_.advance(3000);
  }
  void expect_nothing_taken() {
    EXPECT_EQ(events(ben_), before_);
    EXPECT_EQ(group_at(ben_).title(), "Boats");
  }
  // The truth comes through once the lie ends, by itself.
  void expect_it_heals() {
    server().change_group = nullptr;
    world_.advance(3 * 3'600'000);
    EXPECT_EQ(group_at(ben_).title(), "Three");
    EXPECT_EQ(event_ids(ben_), event_ids(ana_));
  }

  std::string chat_;
  Strings before_;
};

TEST_F(GroupsLiesTest, ADroppedChangeIsSeen_GROUP_2) {
  lie_to_ben([](wire::GroupAnswer& answer) {
    if (answer.changes_size() > 0 && answer.state().empty()) answer.mutable_changes()->DeleteSubrange(0, 1);
  });
  change_thrice();
  expect_nothing_taken();
  expect_it_heals();
}

TEST_F(GroupsLiesTest, ChangesInAnotherOrderAreNotTaken_GROUP_2) {
  lie_to_ben([](wire::GroupAnswer& answer) {
    if (answer.changes_size() > 0) answer.mutable_changes()->SwapElements(0, answer.changes_size() - 1);
  });
  ben_.set_network(false);
  change_thrice();
  ben_.set_network(true);
  world_.advance(60'000);
  expect_nothing_taken();
  expect_it_heals();
}

TEST_F(GroupsLiesTest, AChangeOfAnotherTimeIsNotTakenAgain_GROUP_2) {
  EXPECT_FALSE(add(ana_, chat_, {kCleo}).has_failure());
  EXPECT_FALSE(remove(ana_, chat_, kCleo).has_failure());
  world_.advance(3000);
  before_ = events(ben_);
  lie_to_ben([this](wire::GroupAnswer& answer) {
    if (answer.changes_size() > 0) *answer.mutable_changes(0) = group().changes[1];  // Cleo's adding
  });
  change_thrice();
  expect_nothing_taken();
  EXPECT_EQ(members(ben_).size(), 2u);
  expect_it_heals();
}

// What the server would sign with: a key that is none of the author's.
TEST_F(GroupsLiesTest, ASignatureOfSomebodyElseIsNotTaken_GROUP_2) {
  // By the server, in Ana's name; later by a device that her account does not have.
  uint32_t device = 1;
  lie_to_ben([&](wire::GroupAnswer& answer) { make_next(answer, forged(account_of(kAna), {device})); });
  announce_to_ben();
  EXPECT_EQ(events(ben_), before_);
  EXPECT_EQ(members(ben_).size(), 2u);
  device = 7;
  world_.advance(3'600'000);
  EXPECT_EQ(members(ben_).size(), 2u);
  server().change_group = nullptr;
  change_thrice();
  expect_it_heals();
}

// Somebody who does not have the link, and a server that takes it for shown.
TEST_F(GroupsLiesTest, WhoJoinsWithoutTheLinksKeyIsNotIn_GROUP_2) {
  EXPECT_FALSE(set_link(ana_, chat_, false).has_failure());
  world_.advance(3000);
  before_ = events(ben_);
  const Registration cleo = *Store(cleo_.database()).account.registration();
  wire::GroupChange change = next_change(cleo.account, cleo.device);
  change.mutable_join()->set_link_signature(
      crypto::sign_with_group_link(crypto::make_group_link_key(world_.random), join_statement(change)));
  lie_to_ben([parts = signed_with(cleo.identity, change)](wire::GroupAnswer& answer) { make_next(answer, parts); });
  announce_to_ben();
  expect_nothing_taken();
  EXPECT_EQ(members(ben_).size(), 2u);
  change_thrice();
  expect_it_heals();
}

// Cleo and the server together: what others say counts while nothing is known of the group.
TEST_F(GroupsLiesTest, AWelcomeOfSomebodyElseLeadsPastNoSignature_GROUP_4) {
  const auto parts = forged(account_of(kAna), {1});
  content::GroupWelcome welcome;
  content::GroupWelcome::Group& said = *welcome.add_groups();
  said.set_group_id(group_id().bytes());
  said.set_revision(2);
  said.set_change_digest(crypto::group_change_digest(parts.change(), parts.state_digest(), parts.signature()));
  said.set_info_key(Bytes(32, 'k'));
  say(cleo_, kBen, welcome);
  lie_to_ben([parts](wire::GroupAnswer& answer) { make_next(answer, parts); });
  announce_to_ben();
  expect_nothing_taken();
  EXPECT_EQ(members(ben_).size(), 2u);
  change_thrice();
  expect_it_heals();
}

// Ben names what never comes, or another change of the very revision, before Cleo is told the truth or after it.
TEST_F(GroupsLiesTest, AMemberWhoLiesOfAGroupDoesNotHideIt_GROUP_4) {
  struct Lie {
    bool before;
    uint64_t revision;
    const char* title;
  };
  for (const Lie lie : {Lie{true, 900, "Rafts"}, Lie{false, 900, "Ships"}, Lie{false, 1, "Canoes"}}) {
    cleo_.set_network(false);
    const Bytes change = world_.random.bytes(16);
    const GroupId group =
        *GroupId::from_bytes(BytesView(crypto::digest("kith group id v1", change)).substr(0, GroupId::kBytes));
    content::GroupWelcome welcome;
    add_to(welcome, group, lie.revision, Bytes(32, 'x'));
    if (lie.before) say(ben_, kCleo, welcome);
    ASSERT_FALSE(create(ana_, lie.title, {kBen, kCleo}, to_hex(change)).has_failure());
    world_.advance(3000);
    if (!lie.before) say(ben_, kCleo, welcome);
    cleo_.set_network(true);
    world_.advance(120'000);
    const auto found = groups(cleo_);
    EXPECT_TRUE(std::any_of(found.begin(), found.end(), [&](const client_api::Conversation& each) {
      return each.group().group_id() == group.hex() && each.title() == lie.title;
    })) << lie.title;
    Store store(cleo_.database());
    EXPECT_TRUE(store.groups.told(group).empty()) << "nothing is left of what was told";
    ASSERT_TRUE(store.groups.find(group));
    EXPECT_FALSE(store.groups.find(group)->stale()) << "nor is it waited for";
  }
}

TEST_F(GroupsLiesTest, WhatOneTellsOfGroupsIsBounded_GROUP_4) {
  server().refuse_http = [](const std::string& path) { return path.ends_with("/read"); };
  for (int part = 0; part < 6; ++part) {
    content::GroupWelcome welcome;
    for (int i = 0; i < 16; ++i) {
      Bytes id(16, 'g');
      id[0] = static_cast<char>(part * 16 + i);
      add_to(welcome, *GroupId::from_bytes(id), 5, Bytes(32, 'd'));
    }
    say(cleo_, kBen, welcome);
  }
  Store store(ben_.database());
  EXPECT_EQ(store.groups.told_by(account_of(kCleo)), GroupTellings::kToldOfAccount);
  // Somebody else's word still counts; of one group the last.
  const GroupId group = *GroupId::from_bytes(Bytes(16, 'q'));
  content::GroupWelcome welcome;
  add_to(welcome, group, 6, Bytes(32, 'd'));
  add_to(welcome, group, 5, Bytes(32, 'e'));
  say(ana_, kBen, welcome);
  const auto told = store.groups.told(group);
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told.front().revision, Revision{5});
}

// A stranger's keys for groups that there are not; a member's that comes before the group finds its place.
TEST_F(GroupsLiesTest, KeysForUnknownGroupsAreBoundedBySender_GROUP_6) {
  const auto keys_of = [this](const char* sender, char first, int count) {
    crypto::MemoryGroupKeyStore store;
    crypto::Groups cipher(store, {account_of(sender), {1}}, world_.random);
    std::vector<Bytes> contents;
    for (int i = 0; i < count; ++i) {
      Bytes id(GroupId::kBytes, first);
      id[1] = static_cast<char>(i);
      const GroupId group = *GroupId::from_bytes(id);
      const auto key = cipher.hand_out(group, crypto::GroupRoster({{account_of(kBen), {1}}}));
      contents.push_back(contents::group_key(world_.clock.now(), group, key->key));
    }
    return contents;
  };
  say(cleo_, kBen, OutboxKind::kGroupKey, keys_of(kCleo, 'c', 40));
  Store store(ben_.database());
  EXPECT_EQ(store.group_keys.chains_of_unknown(account_of(kCleo)), GroupKeys::kUnknownOfSenderMax);
  EXPECT_EQ(store.group_keys.chains_of_unknown(), GroupKeys::kUnknownOfSenderMax);
  say(ana_, kBen, OutboxKind::kGroupKey, keys_of(kAna, 'a', 1));
  EXPECT_EQ(store.group_keys.chains_of_unknown(account_of(kAna)), 1);
}

TEST_F(GroupsLiesTest, AReceiptOfSomebodyWhoNeverWasAMemberIsNotKept_GROUP_5) {
  testing::say(ana_, chat_, "hello");
  world_.advance(3000);
  Store store(ana_.database());
  const auto sent = store.sent.lately(Target(group_id()), {1});
  ASSERT_FALSE(sent.empty());
  const auto rows_of = [this](const AccountId& member) {
    auto row = ana_.database().prepare("SELECT count(*) FROM receipts WHERE member = ?");
    row.bind_id(member);
    return row.step() ? row.integer(0) : -1;
  };
  for (const char* who : {kCleo, kBen}) {
    wire::Entry entry;
    wire::GroupReceipt& receipt = *entry.mutable_group_receipt();
    receipt.set_group_id(group_id().bytes());
    receipt.set_sender_device(1);
    wire::GroupReceipt::Run& run = *receipt.add_runs();
    run.set_first_number(sent.back().number);
    run.set_last_number(sent.back().number);
    run.set_marks(wire::receipt_mark(sent.back().shows));
    run.set_read(true);
    run.set_accounts(account_of(who).bytes());
    server().plant(kAna, entry);
  }
  world_.advance(3000);
  EXPECT_EQ(rows_of(account_of(kCleo)), 0);
  EXPECT_GT(rows_of(account_of(kBen)), 0) << "who is one is believed";
}

TEST_F(GroupsLiesTest, KeysOfAGroupThatWasLeftGoWhenNothingCanComeAnyMore_GROUP_6) {
  testing::say(ana_, chat_, "hello");
  world_.advance(3000);
  testing::say(ben_, group_at(ben_).id(), "hello");
  world_.advance(3000);
  const auto count = [](Host& host, const char* table) {
    const bool chains = table[0] == 'c';
    auto row =
        host.database().prepare(chains ? "SELECT count(*) FROM group_chains" : "SELECT count(*) FROM group_holders");
    return row.step() ? row.integer(0) : -1;
  };
  const auto days_go_by = [this](uint64_t days) {
    world_.advance(days * 24 * 3'600'000);
    ben_.set_network(false);
    ben_.set_network(true);
    world_.advance(5000);
  };
  ASSERT_FALSE(leave(ben_, group_at(ben_).id()).has_failure());
  days_go_by(29);
  EXPECT_EQ(count(ben_, "chains"), 1) << "Ana's: something may be on its way";
  EXPECT_EQ(count(ben_, "holders"), 1);
  days_go_by(3);
  EXPECT_EQ(count(ben_, "chains"), 0);
  EXPECT_EQ(count(ben_, "holders"), 0);
  EXPECT_GT(count(ana_, "chains"), 0) << "who is a member keeps them";
}

TEST_F(GroupsLiesTest, AStateThatItsChangeDidNotMakeIsNoBeginning_GROUP_4) {
  server().change_group = [this](const DeviceAddress& reader, const GroupId&, wire::GroupAnswer& answer) {
    if (reader.account != account_of(kCleo) || answer.state().empty()) return;
    auto state = read_group_state(answer.state());
    for (auto& member : *state->mutable_members()) member.set_role(wire::kGroupAdmin);
    answer.set_state(group_state_bytes(*state));
  };
  ASSERT_FALSE(create(ana_, "Rafts", {kCleo}).has_failure());
  world_.advance(5000);
  EXPECT_TRUE(groups(cleo_).empty()) << "nothing is shown";
  server().change_group = nullptr;
  world_.advance(3'600'000);
  EXPECT_EQ(group_at(cleo_).title(), "Rafts");
  EXPECT_EQ(group_at(cleo_).group().role(), GroupRole::kMember);
}

// A whole chain of the server's own, in which nothing contradicts itself.
TEST_F(GroupsLiesTest, AChainThatDoesNotLeadToWhatWasToldIsNotTaken_GROUP_4) {
  wire::GroupChange change;
  change.set_group_id(group_id().bytes());
  change.set_revision(1);
  change.set_author(account_of(kAna).bytes());
  change.set_author_device(1);
  change.mutable_create()->add_members(account_of(kBen).bytes());
  change.mutable_create()->add_members(account_of(kCleo).bytes());
  change.mutable_create()->mutable_permissions();
  const auto state = apply_change(std::nullopt, change);
  ASSERT_TRUE(state);
  wire::GroupAnswer lie;
  lie.set_revision(2);
  lie.set_state(group_state_bytes(*state));
  wire::SignedGroupChange& first = *lie.add_changes();
  first.set_change(change.SerializeAsString());
  first.set_state_digest(crypto::group_state_digest(lie.state()));
  first.set_signature(Bytes(64, 's'));
  wire::GroupChange second;
  second.set_group_id(group_id().bytes());
  second.set_revision(2);
  second.set_previous(crypto::group_change_digest(first.change(), first.state_digest(), first.signature()));
  second.set_author(account_of(kAna).bytes());
  second.set_author_device(1);
  second.mutable_set_info();
  wire::SignedGroupChange& last = *lie.add_changes();
  last.set_change(second.SerializeAsString());
  last.set_state_digest(crypto::group_state_digest(group_state_bytes(*apply_change(*state, second))));
  last.set_signature(Bytes(64, 's'));
  server().change_group = [this, &lie](const DeviceAddress& reader, const GroupId&, wire::GroupAnswer& answer) {
    if (reader.account == account_of(kCleo)) answer = lie;
  };
  EXPECT_FALSE(add(ana_, chat_, {kCleo}).has_failure());
  world_.advance(5000);
  EXPECT_TRUE(groups(cleo_).empty());
  server().change_group = nullptr;
  world_.advance(3'600'000);
  EXPECT_EQ(group_at(cleo_).title(), "Boats");
}

TEST_F(GroupsLiesTest, TheServerAloneBringsNobodyIntoAGroup_GROUP_4) {
  // What it says by itself, without a member's word.
  wire::Entry entry;
  entry.mutable_group_changed()->set_group_id(group_id().bytes());
  entry.mutable_group_changed()->set_revision(1);
  server().plant(kCleo, entry);
  server().calls.clear();
  world_.advance(120'000);
  EXPECT_TRUE(groups(cleo_).empty());
  EXPECT_EQ(server().calls["POST /v1/groups/" + group_id().hex() + "/read"], 0);
}

TEST_F(GroupsLiesTest, GroupsThatAreOnlyHeardOfAreBounded_GROUP_4) {
  for (uint32_t i = 1; i <= 300; ++i) {
    Bytes id(16, 'x');
    id[0] = static_cast<char>(i);
    id[1] = static_cast<char>(i >> 8);
    wire::Entry entry;
    entry.mutable_group_changed()->set_group_id(id);
    entry.mutable_group_changed()->set_revision(i);
    server().plant(kCleo, entry);
  }
  world_.advance(5000);
  auto row = cleo_.database().prepare("SELECT count(*) FROM groups");
  ASSERT_TRUE(row.step());
  EXPECT_EQ(row.integer(0), 256);
}

TEST_F(GroupsLiesTest, WhatIsLaterThanTheServerShowsIsAskedForMoreAndMoreSeldom_GROUP_4) {
  wire::Entry entry;
  entry.mutable_group_changed()->set_group_id(group_id().bytes());
  entry.mutable_group_changed()->set_revision(1000);
  server().plant(kBen, entry);
  server().calls.clear();
  world_.advance(24 * 3'600'000);
  const int reads = server().calls["POST /v1/groups/" + group_id().hex() + "/read"];
  EXPECT_GT(reads, 20);
  EXPECT_LT(reads, 40);
  expect_nothing_taken();
}

// A link whose key opens no title leads into a group that nobody could name.
TEST_F(GroupsLiesTest, ALinkWithAnotherInfoKeyIsBroken_GROUP_4) {
  const std::string text = set_link(ana_, chat_, false).set_group_link().group().link().link();
  auto link = read_group_link(text);
  ASSERT_TRUE(link);
  link->info_key = Bytes(32, 'k');
  EXPECT_EQ(look(cleo_, group_link_text(*link)).failure().code(), Failure::kLinkBroken);
  EXPECT_EQ(testing::GroupPeople::join(cleo_, group_link_text(*link)).failure().code(), Failure::kLinkBroken);
  world_.advance(5000);
  EXPECT_EQ(group().state->members_size(), 2) << "it has not joined";
  EXPECT_TRUE(groups(cleo_).empty());
  EXPECT_FALSE(testing::GroupPeople::join(cleo_, text).has_failure());
}

TEST_F(GroupsLiesTest, ALinkToAnotherStateIsBroken_GROUP_4) {
  const std::string text = set_link(ana_, chat_, false).set_group_link().group().link().link();
  server().change_group = [this](const DeviceAddress& reader, const GroupId&, wire::GroupAnswer& answer) {
    if (reader.account == account_of(kCleo) && answer.changes_size() > 0)
      answer.mutable_changes(answer.changes_size() - 1)->set_signature(Bytes(64, 's'));
  };
  EXPECT_EQ(look(cleo_, text).failure().code(), Failure::kLinkBroken);
  EXPECT_EQ(testing::GroupPeople::join(cleo_, text).failure().code(), Failure::kLinkBroken);
  EXPECT_EQ(group().changes.size(), 2u) << "it has not joined";
  server().change_group = nullptr;
  EXPECT_EQ(look(cleo_, text).open_group_link().title(), "Boats");
}

}  // namespace
}  // namespace kith::core
