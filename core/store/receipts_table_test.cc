// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/store/receipts_table.h"

#include "core/store/testing/store_fixture.h"

namespace kith::core {
namespace {

using testing::kChat;

class ReceiptsTableTest : public testing::StoreTest {};

TEST_F(ReceiptsTableTest, WatermarksOnlyRise) {  // RECEIPT-1
  EXPECT_TRUE(store_.receipts.note_delivered(kChat, DeviceId{1}, UnixMicros{10}));
  EXPECT_FALSE(store_.receipts.note_delivered(kChat, DeviceId{1}, UnixMicros{10}));
  EXPECT_FALSE(store_.receipts.note_delivered(kChat, DeviceId{1}, UnixMicros{5}));
  EXPECT_TRUE(store_.receipts.note_delivered(kChat, DeviceId{1}, UnixMicros{11}));
  EXPECT_EQ(store_.receipts.delivered(kChat, DeviceId{1}), UnixMicros{11});

  EXPECT_TRUE(store_.receipts.note_read_by_peer(kChat, UnixMicros{7}));
  EXPECT_FALSE(store_.receipts.note_read_by_peer(kChat, UnixMicros{6}));
  EXPECT_EQ(store_.receipts.find(kChat).read_by_peer, UnixMicros{7});
}

TEST_F(ReceiptsTableTest, DeliveryIsKeptForEachSendingDevice) {
  store_.receipts.note_delivered(kChat, DeviceId{1}, UnixMicros{10});
  store_.receipts.note_delivered(kChat, DeviceId{2}, UnixMicros{20});
  EXPECT_EQ(store_.receipts.delivered(kChat, DeviceId{1}), UnixMicros{10});
  EXPECT_EQ(store_.receipts.delivered(kChat, DeviceId{2}), UnixMicros{20});
  EXPECT_EQ(store_.receipts.delivered(kChat, DeviceId{3}), UnixMicros{});
}

TEST_F(ReceiptsTableTest, AReadReceiptIsDueUntilTheOneSentCoversIt) {
  EXPECT_TRUE(store_.receipts.note_read_by_me(kChat, UnixMicros{10}, true));
  ASSERT_EQ(store_.receipts.due(10).size(), 1u);
  EXPECT_EQ(store_.receipts.due(10)[0].conversation, kChat);
  EXPECT_EQ(store_.receipts.due(10)[0].receipt_due, UnixMicros{10});
  EXPECT_TRUE(store_.receipts.note_read_by_me(kChat, UnixMicros{12}, true));
  store_.receipts.clear_due(kChat, UnixMicros{10});
  ASSERT_EQ(store_.receipts.due(10).size(), 1u) << "12 is not covered by 10";
  store_.receipts.clear_due(kChat, UnixMicros{12});
  EXPECT_TRUE(store_.receipts.due(10).empty());
  EXPECT_FALSE(store_.receipts.note_read_by_me(kChat, UnixMicros{12}, true))
      << "reading the same again makes nothing due";
  EXPECT_TRUE(store_.receipts.due(10).empty());
}

TEST_F(ReceiptsTableTest, WhatIsReadBelowTheWatermarkHasAReceiptToo) {  // the server's clock was set back
  store_.receipts.note_read_by_me(kChat, UnixMicros{100}, true);
  store_.receipts.clear_due(kChat, UnixMicros{100});
  EXPECT_TRUE(store_.receipts.note_read_by_me(kChat, UnixMicros{40}, true));
  ASSERT_EQ(store_.receipts.due(10).size(), 1u);
  EXPECT_EQ(store_.receipts.due(10)[0].receipt_due, UnixMicros{40});
  EXPECT_EQ(store_.receipts.find(kChat).read_by_me, UnixMicros{100});
}

TEST_F(ReceiptsTableTest, WithoutReceiptReadingIsOnlyRemembered) {
  EXPECT_TRUE(store_.receipts.note_read_by_me(kChat, UnixMicros{10}, false));
  EXPECT_TRUE(store_.receipts.due(10).empty());
  EXPECT_EQ(store_.receipts.find(kChat).read_by_me, UnixMicros{10});
  store_.receipts.note_read_by_me(kChat, UnixMicros{20}, true);
  store_.receipts.note_read_by_me(kChat, UnixMicros{30}, false);
  EXPECT_EQ(store_.receipts.due(10)[0].receipt_due, UnixMicros{20}) << "what was read while receipts were on stays due";
  store_.receipts.clear_all_due();
  EXPECT_TRUE(store_.receipts.due(10).empty());
}

}  // namespace
}  // namespace kith::core
