// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/store/outbox_table.h"

#include "core/store/testing/store_fixture.h"

namespace kith::core {
namespace {

using testing::account_id;
using testing::kPeer;
using testing::message_id;

class OutboxTableTest : public testing::StoreTest {
 protected:
  static OutboxRow item(uint32_t id, OutboxKind kind = OutboxKind::kMessage, const AccountId& target = kPeer) {
    OutboxRow item;
    item.message_id = message_id(id);
    item.target = target;
    item.kind = kind;
    item.content = "content";
    return item;
  }
  void seal(int64_t sequence, Revision revision, std::vector<OutboxEnvelope> envelopes) {
    OutboxRow item = *store_.outbox.find(sequence);
    item.revision = revision;
    item.receipt_number = 7;
    item.envelopes = std::move(envelopes);
    store_.outbox.seal(item);
  }
};

TEST_F(OutboxTableTest, GivesItemsInTheOrderTheyCame) {  // ORDER-1
  for (const uint32_t id : {30u, 10u, 20u}) ASSERT_GT(store_.outbox.add(item(id)), 0);
  const auto all = store_.outbox.list(0, 10);
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0].message_id, message_id(30));
  EXPECT_EQ(all[1].message_id, message_id(10));
  EXPECT_EQ(all[2].message_id, message_id(20));
  EXPECT_EQ(store_.outbox.list(all[0].sequence, 1)[0].message_id, message_id(10));
}

TEST_F(OutboxTableTest, NeverUsesASequenceAgain) {
  const int64_t first = store_.outbox.add(item(1));
  store_.outbox.remove(first);
  EXPECT_GT(store_.outbox.add(item(2)), first);
}

TEST_F(OutboxTableTest, TakesAMessageOnceForEachTarget) {  // SEND-1
  EXPECT_GT(store_.outbox.add(item(1)), 0);
  EXPECT_EQ(store_.outbox.add(item(1)), 0);
  EXPECT_GT(store_.outbox.add(item(1, OutboxKind::kMessage, account_id(9))), 0);
  EXPECT_EQ(store_.outbox.count(), 2);
}

TEST_F(OutboxTableTest, KeepsTheSealedBytesForSendingThemAgain) {  // SEND-1
  OutboxRow sealed = item(1);
  sealed.sealed = true;
  sealed.revision = Revision{4};
  sealed.envelopes = {{DeviceId{1}, "for one"}, {DeviceId{2}, "for two"}};
  const int64_t sequence = store_.outbox.add(sealed);
  const auto found = store_.outbox.find(sequence);
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->sealed);
  EXPECT_EQ(found->revision, Revision{4});
  ASSERT_EQ(found->envelopes.size(), 2u);
  EXPECT_EQ(found->envelopes[0].payload, "for one");
  EXPECT_EQ(found->envelopes[1].payload, "for two");
  EXPECT_EQ(store_.outbox.find(message_id(1), kPeer)->envelopes.size(), 2u);

  seal(sequence, Revision{5}, {{DeviceId{3}, "for three"}});
  ASSERT_EQ(store_.outbox.find(sequence)->envelopes.size(), 1u);
  EXPECT_EQ(store_.outbox.find(sequence)->envelopes[0].device, DeviceId{3});
  EXPECT_EQ(store_.outbox.find(sequence)->revision, Revision{5});
  EXPECT_EQ(store_.outbox.find(sequence)->receipt_number, 7u);
}

TEST_F(OutboxTableTest, KeepsTheNumberOfWhatCouldNotBeSealedYet) {  // TICK-1
  const int64_t sequence = store_.outbox.add(item(1));
  store_.outbox.set_receipt_number(sequence, 9);
  EXPECT_EQ(store_.outbox.find(sequence)->receipt_number, 9u);
  EXPECT_FALSE(store_.outbox.find(sequence)->sealed);
}

TEST_F(OutboxTableTest, HoldsAllItemsOfOneTargetAndReleasesThem) {  // IDENTITY-6
  const AccountId other = account_id(9);
  const int64_t one = store_.outbox.add(item(1));
  const int64_t two = store_.outbox.add(item(2, OutboxKind::kMessage, other));
  seal(one, Revision{1}, {{DeviceId{1}, "x"}});
  seal(two, Revision{1}, {{DeviceId{1}, "y"}});
  store_.outbox.hold_all(kPeer);
  EXPECT_FALSE(store_.outbox.find(one)->sealed);
  EXPECT_TRUE(store_.outbox.find(one)->held);
  EXPECT_EQ(store_.outbox.held_count(kPeer), 1);
  EXPECT_EQ(store_.outbox.find(two)->envelopes.size(), 1u);
  EXPECT_EQ(store_.outbox.held_count(other), 0);
  store_.outbox.release_all(kPeer);
  EXPECT_FALSE(store_.outbox.find(one)->held);
  EXPECT_EQ(store_.outbox.held_count(kPeer), 0);
}

TEST_F(OutboxTableTest, MergesReceiptsIntoTheOneThatIsNotSealed) {  // RECEIPT-1
  const int64_t old = store_.outbox.add(item(1, OutboxKind::kReadReceipt));
  EXPECT_EQ(store_.outbox.find_unsealed(kPeer, OutboxKind::kReadReceipt)->sequence, old);
  EXPECT_FALSE(store_.outbox.find_unsealed(kPeer, OutboxKind::kResendRequest));
  store_.outbox.set_content(old, "later");
  EXPECT_EQ(store_.outbox.find(old)->content, "later");
  seal(old, Revision{1}, {});
  EXPECT_FALSE(store_.outbox.find_unsealed(kPeer, OutboxKind::kReadReceipt));
}

TEST_F(OutboxTableTest, CountsItemsAndTellsWhatTheUserWrote) {
  store_.outbox.add(item(1));
  store_.outbox.add(item(2, OutboxKind::kReadReceipt));
  EXPECT_EQ(store_.outbox.count(), 2);
  EXPECT_FALSE(store_.outbox.list(0, 9)[0].silent());
  EXPECT_TRUE(store_.outbox.list(0, 9)[1].silent());
}

TEST_F(OutboxTableTest, KeepsMessagesButNoBytesAndNoReceiptsForANewRegistration) {
  const int64_t message = store_.outbox.add(item(1));
  seal(message, Revision{1}, {{DeviceId{1}, "old identity"}});
  const int64_t receipt = store_.outbox.add(item(2, OutboxKind::kReadReceipt));
  store_.outbox.reset();
  EXPECT_FALSE(store_.outbox.find(receipt));
  ASSERT_TRUE(store_.outbox.find(message));
  EXPECT_FALSE(store_.outbox.find(message)->sealed);
  EXPECT_TRUE(store_.outbox.find(message)->envelopes.empty());
}

// Asked for each device that is handed the key of a group, with thousands of items there (GroupKeyTables).
TEST_F(OutboxTableTest, TheLeastNumberForAGroupIsFoundByAnIndex) {
  auto plan = database_->prepare(
      "EXPLAIN QUERY PLAN SELECT min(receipt_number) FROM outbox WHERE target_kind = 2 AND target = ?1 AND "
      "receipt_number > 0");
  ASSERT_TRUE(plan.step());
  EXPECT_NE(plan.text(3).find("outbox_numbers"), std::string::npos) << plan.text(3);
}

TEST_F(OutboxTableTest, EnvelopesThatAreNoneAreDamage) {
  auto database = open_migrated();
  OutboxTable outbox(*database);
  for (const char* bytes : {"x'00'", "x'0000000100000002AA'", "x'0000000100000001AABB'"}) {
    SCOPED_TRACE(bytes);
    Transaction transaction(*database);
    const int64_t sequence = outbox.add(item(1));
    ASSERT_TRUE(database->execute((std::string("UPDATE outbox SET envelopes = ") + bytes).c_str()));
    (void)outbox.find(sequence);
    EXPECT_TRUE(database->failed());
    EXPECT_FALSE(transaction.commit());
  }
}

}  // namespace
}  // namespace kith::core
