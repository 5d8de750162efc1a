// SPDX-License-Identifier: AGPL-3.0-or-later

// Contacts, blocks, profiles and settings.
#include "core/store/testing/store_fixture.h"

namespace kith::core {
namespace {

using testing::account_id;
using testing::conversation_with;
using testing::kChat;
using testing::kPeer;

class PeopleTablesTest : public testing::StoreTest {
 protected:
  std::vector<std::string> names() {
    std::vector<std::string> names;
    for (const ContactRow& contact : store_.contacts.list()) names.push_back(contact.name);
    return names;
  }
};

TEST_F(PeopleTablesTest, ContactsAreListedAsPeopleExpect) {
  store_.contacts.set("+491", "Zoe");
  store_.contacts.set("+492", "Ärzte");
  store_.contacts.set("+493", "anna");
  store_.contacts.set("+494", "Øystein");
  store_.contacts.set("+495", "Bert");
  store_.contacts.set("+496", "Ольга");
  store_.contacts.set("+497", "анна");
  EXPECT_EQ(names(), (std::vector<std::string>{"anna", "Ärzte", "Bert", "Øystein", "Zoe", "анна", "Ольга"}));
}

TEST_F(PeopleTablesTest, RenamingKeepsTheAccount) {
  EXPECT_TRUE(store_.contacts.set("+491", "Ana"));
  store_.contacts.set_account("+491", kPeer, UnixMicros{5});
  EXPECT_FALSE(store_.contacts.set("+491", "Ana Maria"));
  const auto contact = store_.contacts.find(kPeer);
  ASSERT_TRUE(contact);
  EXPECT_EQ(contact->name, "Ana Maria");
  EXPECT_EQ(contact->looked_up, UnixMicros{5});
  EXPECT_EQ(store_.contacts.count(), 1);
  EXPECT_TRUE(store_.contacts.remove("+491"));
  EXPECT_FALSE(store_.contacts.remove("+491"));
  EXPECT_FALSE(store_.contacts.find(kPeer));
}

TEST_F(PeopleTablesTest, NumbersAreLookedUpTheUnknownOnesFirst) {
  store_.contacts.set("+491", "A");
  store_.contacts.set("+492", "B");
  store_.contacts.set("+493", "C");
  store_.contacts.set_account("+491", kPeer, UnixMicros{100});
  store_.contacts.set_account("+492", {}, UnixMicros{50});
  const auto due = store_.contacts.to_look_up(UnixMicros{100}, 10);
  ASSERT_EQ(due.size(), 2u);
  EXPECT_EQ(due[0].phone, "+493");
  EXPECT_EQ(due[1].phone, "+492");
  EXPECT_TRUE(due[1].account.is_none()) << "the server said that it has no account";
  EXPECT_EQ(store_.contacts.accounts(), std::vector{kPeer});
}

TEST_F(PeopleTablesTest, BlocksAreASet) {
  EXPECT_FALSE(store_.contacts.blocked(kPeer));
  store_.contacts.set_blocked(kPeer, true);
  store_.contacts.set_blocked(kPeer, true);
  EXPECT_TRUE(store_.contacts.blocked(kPeer));
  EXPECT_EQ(store_.contacts.blocked_accounts().size(), 1u);
  store_.contacts.replace_blocked({account_id(8), account_id(9)});
  EXPECT_FALSE(store_.contacts.blocked(kPeer));
  EXPECT_EQ(store_.contacts.blocked_accounts(), (std::vector{account_id(8), account_id(9)}));
  store_.contacts.set_blocked(account_id(8), false);
  EXPECT_FALSE(store_.contacts.blocked(account_id(8)));
}

TEST_F(PeopleTablesTest, AProfileWithoutPhoneKeepsTheOneKnown) {
  store_.profiles.set_phone(kPeer, "+491");
  store_.profiles.set({kPeer, "Ana", "Hi", "", UnixMicros{9}});
  const auto profile = store_.profiles.find(kPeer);
  ASSERT_TRUE(profile);
  EXPECT_EQ(profile->name, "Ana");
  EXPECT_EQ(profile->about, "Hi");
  EXPECT_EQ(profile->phone, "+491");
  EXPECT_EQ(profile->fetched, UnixMicros{9});
}

TEST_F(PeopleTablesTest, ANumberBelongsToOneAccount) {
  store_.profiles.set({kPeer, "Ana", "", "+491", {}});
  store_.profiles.set({account_id(3), "Bo", "", "+491", {}});
  EXPECT_EQ(store_.profiles.account_of("+491"), account_id(3));
  EXPECT_EQ(store_.profiles.phone_of(kPeer), "");
  EXPECT_EQ(store_.profiles.find(kPeer)->name, "Ana");
}

TEST_F(PeopleTablesTest, NumbersAndAccountsAreFoundAmongContactsToo) {
  store_.contacts.set("+491", "Ana");
  EXPECT_FALSE(store_.profiles.account_of("+491"));
  EXPECT_FALSE(store_.profiles.account_of(""));
  store_.contacts.set_account("+491", kPeer, UnixMicros{1});
  EXPECT_EQ(store_.profiles.account_of("+491"), kPeer);
  EXPECT_EQ(store_.profiles.phone_of(kPeer), "+491");
}

TEST_F(PeopleTablesTest, ProfilesOfConversationsAreFetchedWhenOldOrChanged) {
  open(kPeer);
  EXPECT_EQ(store_.profiles.to_fetch(UnixMicros{10}, 5), std::vector{kPeer});
  store_.profiles.set({kPeer, "Ana", "", "", UnixMicros{20}});
  EXPECT_TRUE(store_.profiles.to_fetch(UnixMicros{10}, 5).empty());
  store_.profiles.mark_changed(kPeer);
  EXPECT_EQ(store_.profiles.to_fetch(UnixMicros{10}, 5), std::vector{kPeer});
}

TEST_F(PeopleTablesTest, TheConversationWithAProvisionalAccountBecomesThatOfTheRealOne) {
  const AccountId provisional = account_id(9);
  store_.profiles.add_provisional(provisional, "+491");
  open(provisional);
  EXPECT_FALSE(store_.profiles.adopt(provisional, kPeer));
  EXPECT_EQ(store_.conversations.with(kPeer), conversation_with(provisional)) << "the same conversation";
  EXPECT_FALSE(store_.conversations.with(provisional));
}

TEST_F(PeopleTablesTest, TheMessagesToAProvisionalAccountMoveWhereTheRealOneHasAConversation) {
  const AccountId provisional = account_id(9);
  store_.profiles.add_provisional(provisional, "+491");
  open(provisional);
  open(kPeer);
  store_.messages.add(testing::outgoing(1, 10, Tick::kPending, "hello", provisional));
  store_.conversations.set_draft(conversation_with(provisional), "more");
  EXPECT_TRUE(store_.profiles.adopt(provisional, kPeer));
  EXPECT_EQ(store_.messages.find(testing::message_id(1))->conversation, kChat);
  EXPECT_EQ(store_.conversations.list().size(), 1u);
  EXPECT_EQ(store_.conversations.find(kChat)->draft, "more");
  EXPECT_EQ(store_.conversations.find(kChat)->activity, UnixMicros{10});
}

TEST_F(PeopleTablesTest, SettingsHaveADefaultUntilTheyAreSet) {
  EXPECT_EQ(store_.settings.integer(setting::kReadReceipts, 1), 1);
  store_.settings.set(setting::kReadReceipts, 0);
  EXPECT_EQ(store_.settings.integer(setting::kReadReceipts, 1), 0);
}

}  // namespace
}  // namespace kith::core
