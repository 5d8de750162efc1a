// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/store/receipts_table.h"

#include "core/store/testing/store_fixture.h"

namespace kith::core {
namespace {

using testing::incoming;
using testing::kChat;
using testing::kPeer;
using testing::message_id;

class ReceiptsTableTest : public testing::StoreTest {
 protected:
  void come(uint32_t id, uint64_t number, MessageKind kind = MessageKind::kText) {
    MessageRow message = incoming(id, id * 10);
    message.receipt_number = number;
    message.kind = kind;
    store_.messages.add(message);
  }
};

TEST_F(ReceiptsTableTest, WhatWasReadIsDueUntilItIsPutIntoTheOutbox) {  // TICK-1
  come(1, 5);
  come(2, 6);
  come(3, 0);  // its sender wants no receipt
  come(4, 0, MessageKind::kUndecryptable);
  EXPECT_EQ(store_.messages.mark_read(kChat, MessageCursor{UnixMicros{10}, message_id(1)}, true), 1);
  EXPECT_EQ(store_.messages.mark_read(kChat, std::nullopt, true), 3);
  const auto due = store_.receipts.due(10);
  ASSERT_EQ(due.size(), 2u);
  EXPECT_EQ(due[0].conversation, kChat);
  EXPECT_EQ(due[0].member, kPeer);
  EXPECT_EQ(due[0].device, DeviceId{1});
  EXPECT_EQ(due[0].number, 5u);
  EXPECT_EQ(due[0].message, message_id(1));
  EXPECT_EQ(due[1].number, 6u);
  store_.receipts.clear_due(due[0]);
  EXPECT_EQ(store_.receipts.due(10).size(), 1u);
  EXPECT_EQ(store_.messages.mark_read(kChat, std::nullopt, true), 0);
  EXPECT_EQ(store_.receipts.due(10).size(), 1u) << "reading the same again makes nothing due";
  store_.receipts.clear_all_due();
  EXPECT_TRUE(store_.receipts.due(10).empty());
}

TEST_F(ReceiptsTableTest, WithoutReceiptsReadingMakesNothingDue) {
  come(1, 5);
  EXPECT_EQ(store_.messages.mark_read(kChat, std::nullopt, false), 1);
  EXPECT_TRUE(store_.receipts.due(10).empty());
}

TEST_F(ReceiptsTableTest, TheLastWithheldPositionsAreKept) {  // LIMIT-1
  for (uint64_t i = 1; i <= 300; ++i) store_.receipts.withhold({i});
  store_.receipts.withhold({300});
  const auto withheld = store_.receipts.withheld();
  ASSERT_EQ(withheld.size(), 256u);
  EXPECT_EQ(withheld.front(), Position{45});
  EXPECT_EQ(withheld.back(), Position{300});
  store_.receipts.clear_withheld();
  EXPECT_TRUE(store_.receipts.withheld().empty());
}

}  // namespace
}  // namespace kith::core
