// SPDX-License-Identifier: AGPL-3.0-or-later

// Contacts, blocks, profiles and settings.
#include "core/store/testing/store_fixture.h"

namespace kith::core {
namespace {

using testing::account_id;
using testing::conversation_with;
using testing::handle;
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
  store_.contacts.set(handle("+491700000001"), "Zoe");
  store_.contacts.set(handle("+491700000002"), "Ärzte");
  store_.contacts.set(handle("+491700000003"), "anna");
  store_.contacts.set(handle("+491700000004"), "Øystein");
  store_.contacts.set(handle("+491700000005"), "Bert");
  store_.contacts.set(handle("+491700000006"), "Ольга");
  store_.contacts.set(handle("+491700000007"), "анна");
  EXPECT_EQ(names(), (std::vector<std::string>{"anna", "Ärzte", "Bert", "Øystein", "Zoe", "анна", "Ольга"}));
}

TEST_F(PeopleTablesTest, RenamingKeepsTheAccount) {
  EXPECT_TRUE(store_.contacts.set(handle("+491700000001"), "Ana"));
  store_.contacts.set_account(handle("+491700000001"), kPeer, UnixMicros{5});
  EXPECT_FALSE(store_.contacts.set(handle("+491700000001"), "Ana Maria"));
  const auto contact = store_.contacts.find(kPeer);
  ASSERT_TRUE(contact);
  EXPECT_EQ(contact->name, "Ana Maria");
  EXPECT_EQ(contact->looked_up, UnixMicros{5});
  EXPECT_EQ(store_.contacts.count(), 1);
  EXPECT_TRUE(store_.contacts.remove(handle("+491700000001")));
  EXPECT_FALSE(store_.contacts.remove(handle("+491700000001")));
  EXPECT_FALSE(store_.contacts.find(kPeer));
}

TEST_F(PeopleTablesTest, HandlesAreLookedUpTheUnknownOnesFirst) {
  store_.contacts.set(handle("+491700000001"), "A");
  store_.contacts.set(handle("+491700000002"), "B");
  store_.contacts.set(handle("+491700000003"), "C");
  store_.contacts.set_account(handle("+491700000001"), kPeer, UnixMicros{100});
  store_.contacts.set_account(handle("+491700000002"), {}, UnixMicros{50});
  const auto due = store_.contacts.to_look_up(UnixMicros{100}, 10);
  ASSERT_EQ(due.size(), 2u);
  EXPECT_EQ(due[0].handle, handle("+491700000003"));
  EXPECT_EQ(due[1].handle, handle("+491700000002"));
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

TEST_F(PeopleTablesTest, AProfileIsWhatWasSetLast) {
  store_.profiles.set({kPeer, "Ana", "Hi", UnixMicros{9}});
  const auto profile = store_.profiles.find(kPeer);
  ASSERT_TRUE(profile);
  EXPECT_EQ(profile->name, "Ana");
  EXPECT_EQ(profile->about, "Hi");
  EXPECT_EQ(profile->fetched, UnixMicros{9});
}

TEST_F(PeopleTablesTest, AHandleBelongsToOneAccount) {  // [HANDLE-1]
  store_.handles.set(handle("@ana"), kPeer);
  store_.handles.set(handle("@ana"), account_id(3));
  EXPECT_EQ(store_.handles.account_of(handle("@ana")), account_id(3));
  EXPECT_TRUE(store_.handles.of(kPeer).empty());
}

TEST_F(PeopleTablesTest, AHandleThatMovesIsTheLastOfItsNewAccount) {  // [HANDLE-2]
  store_.handles.set(handle("@ana"), kPeer);
  store_.handles.set(handle("anna@example.org"), account_id(3));
  store_.handles.set(handle("@ana"), account_id(3));
  EXPECT_EQ(store_.handles.of(account_id(3)), (std::vector{handle("anna@example.org"), handle("@ana")}));
}

TEST_F(PeopleTablesTest, AnAccountThatThisDeviceMadeUpIsNoneThatItKnows) {
  store_.handles.add_provisional(account_id(9), handle("@ana"));
  EXPECT_EQ(store_.handles.account_of(handle("@ana")), account_id(9));
  EXPECT_FALSE(store_.handles.known_account_of(handle("@ana")));
  store_.handles.set(handle("@ana"), kPeer);
  EXPECT_EQ(store_.handles.known_account_of(handle("@ana")), kPeer);
}

TEST_F(PeopleTablesTest, AnAccountHasItsHandlesInTheOrderInWhichTheyCameToBeKnown) {  // [HANDLE-2]
  store_.handles.set(handle("ana@example.org"), kPeer);
  store_.handles.set(handle("@ana"), kPeer);
  store_.handles.set(handle("@ana"), kPeer);
  store_.contacts.set(handle("+491700000001"), "Ana");
  store_.contacts.set_account(handle("+491700000001"), kPeer, UnixMicros{1});
  EXPECT_EQ(store_.handles.of(kPeer),
            (std::vector{handle("ana@example.org"), handle("@ana"), handle("+491700000001")}));
  EXPECT_EQ(store_.contacts.find(kPeer)->name, "Ana");
  store_.contacts.set(handle("ana@example.org"), "Ana at work");
  store_.contacts.set_account(handle("ana@example.org"), kPeer, UnixMicros{1});
  EXPECT_EQ(store_.contacts.find(kPeer)->name, "Ana at work") << "by the handle that was known first";
}

TEST_F(PeopleTablesTest, HandlesAndAccountsAreFoundAmongContactsToo) {
  store_.contacts.set(handle("+491700000001"), "Ana");
  EXPECT_FALSE(store_.handles.account_of(handle("+491700000001")));
  EXPECT_FALSE(store_.handles.account_of({}));
  store_.contacts.set_account(handle("+491700000001"), kPeer, UnixMicros{1});
  EXPECT_EQ(store_.handles.account_of(handle("+491700000001")), kPeer);
  EXPECT_EQ(store_.handles.of(kPeer), std::vector{handle("+491700000001")});
}

TEST_F(PeopleTablesTest, ProfilesOfConversationsAreFetchedWhenOldOrChanged) {
  open(kPeer);
  EXPECT_EQ(store_.profiles.to_fetch(UnixMicros{10}, 5), std::vector{kPeer});
  store_.profiles.set({kPeer, "Ana", "", UnixMicros{20}});
  EXPECT_TRUE(store_.profiles.to_fetch(UnixMicros{10}, 5).empty());
  store_.profiles.mark_changed(kPeer);
  EXPECT_EQ(store_.profiles.to_fetch(UnixMicros{10}, 5), std::vector{kPeer});
}

TEST_F(PeopleTablesTest, TheConversationWithAProvisionalAccountBecomesThatOfTheRealOne) {
  const AccountId provisional = account_id(9);
  store_.handles.add_provisional(provisional, handle("+491700000001"));
  open(provisional);
  EXPECT_FALSE(store_.handles.adopt(provisional, kPeer));
  EXPECT_EQ(store_.conversations.with(kPeer), conversation_with(provisional)) << "the same conversation";
  EXPECT_FALSE(store_.conversations.with(provisional));
}

TEST_F(PeopleTablesTest, TheMessagesToAProvisionalAccountMoveWhereTheRealOneHasAConversation) {
  const AccountId provisional = account_id(9);
  store_.handles.add_provisional(provisional, handle("+491700000001"));
  open(provisional);
  open(kPeer);
  store_.messages.add(testing::outgoing(1, 10, Tick::kPending, "hello", provisional));
  store_.conversations.set_draft(conversation_with(provisional), "more");
  const auto both = *ListId::from_hex(std::string(32, 'a'));
  const auto one = *ListId::from_hex(std::string(32, 'b'));
  for (const ListId& list : {both, one}) {
    store_.lists.set(list, "list", {});
    (void)store_.lists.set_listed(list, conversation_with(provisional), true);
  }
  (void)store_.lists.set_listed(both, kChat, true);
  EXPECT_TRUE(store_.handles.adopt(provisional, kPeer));
  EXPECT_EQ(store_.messages.find(testing::message_id(1))->conversation, kChat);
  EXPECT_EQ(store_.conversations.list().size(), 1u);
  EXPECT_EQ(store_.conversations.find(kChat)->draft, "more");
  EXPECT_EQ(store_.lists.of(kChat), (std::vector{both, one}));
  EXPECT_EQ(store_.lists.find(both)->conversations, 1);
  EXPECT_EQ(activity(), UnixMicros{10});
}

TEST_F(PeopleTablesTest, SettingsHaveADefaultUntilTheyAreSet) {
  EXPECT_EQ(store_.settings.integer(setting::kReadReceipts, 1), 1);
  store_.settings.set(setting::kReadReceipts, 0);
  EXPECT_EQ(store_.settings.integer(setting::kReadReceipts, 1), 0);
}

}  // namespace
}  // namespace kith::core
