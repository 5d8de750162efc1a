// SPDX-License-Identifier: AGPL-3.0-or-later

// Receipts between accounts: RECEIPT-1, TICK-1.
#include "server/delivery/testing/two_accounts.h"

namespace kith::testing {
namespace {

using ReceiptsTest = TwoAccounts;

TEST_F(ReceiptsTest, AConfirmationBecomesOneReceiptForManyMessages) {  // [RECEIPT-1] [F14]
  RecordingSession at_ana;
  RecordingSession at_ben;
  world.connect(ana_1, at_ana);
  world.connect(ben_1, at_ben);
  uint64_t marks = 0;
  for (int i = 0; i < 10; ++i) {
    const MessageId id = world.new_message();
    marks ^= wire::receipt_mark(id);
    world.send(ana_1, ben, id);
  }
  world.confirm(ben_1, at_ben.last());
  world.loops.settle();
  const auto receipts = at_ana.receipts();
  ASSERT_EQ(receipts.size(), 1u);
  EXPECT_EQ(receipts[0].from_account(), ben.bytes());
  EXPECT_EQ(receipts[0].from_device(), 1u);
  EXPECT_EQ(receipts[0].sender_device(), 1u);
  EXPECT_EQ(receipts[0].first_number(), 1u);
  EXPECT_EQ(receipts[0].last_number(), 10u);
  EXPECT_EQ(receipts[0].marks(), marks);
}

TEST_F(ReceiptsTest, ReceiptsForAnAbsentSenderAreCoalescedAndStored) {  // [RECEIPT-1] [F3]
  RecordingSession at_ben;
  world.connect(ben_1, at_ben);
  for (int i = 0; i < 10; ++i) {
    world.send(ana_1, ben);
    world.confirm(ben_1, at_ben.last());
    world.loops.settle();
  }
  world.loops.pass(2000);
  EXPECT_EQ(world.inboxes().stored(ana_1).size(), 1u);
  RecordingSession at_ana;
  world.connect(ana_1, at_ana);
  ASSERT_EQ(at_ana.receipts().size(), 1u);
  EXPECT_EQ(at_ana.receipts()[0].first_number(), 1u);
  EXPECT_EQ(at_ana.receipts()[0].last_number(), 10u);
}

TEST_F(ReceiptsTest, AReceiptThatWasDeliveredIsNotChangedButFollowedByAnother) {  // [RECEIPT-1] [INBOX-3]
  RecordingSession at_ana;
  RecordingSession at_ben;
  world.connect(ana_1, at_ana);
  world.connect(ben_1, at_ben);
  world.send(ana_1, ben);
  world.confirm(ben_1, at_ben.last());
  world.loops.settle();
  world.send(ana_1, ben);
  world.confirm(ben_1, at_ben.last());
  world.loops.settle();
  ASSERT_EQ(at_ana.receipts().size(), 2u);
  EXPECT_EQ(at_ana.receipts()[1].first_number(), 2u);
  EXPECT_EQ(at_ana.receipts()[1].last_number(), 2u);
  EXPECT_EQ(at_ana.entries[1].position(), at_ana.entries[0].position() + 1);
}

TEST_F(ReceiptsTest, WhatNeverCameToTheInboxIsUnderNoReceiptAndBreaksTheRun) {  // [TICK-1]
  RecordingSession at_ben;
  world.connect(ben_1, at_ben);
  const auto sent = [&](uint64_t number) {  // as when the numbers between were dropped for a block, or went elsewhere
    for (;;) {
      if (world.number_after(ana_1, ben) == number) return world.send(ana_1, ben).receipt_number;
      world.skip_number(ana_1, ben);
    }
  };
  EXPECT_EQ(sent(1), 1u);
  EXPECT_EQ(sent(2), 2u);
  EXPECT_EQ(sent(5), 5u);
  EXPECT_EQ(sent(6), 6u);
  world.confirm(ben_1, at_ben.last());
  world.loops.settle();
  RecordingSession at_ana;
  world.connect(ana_1, at_ana);
  ASSERT_EQ(at_ana.receipts().size(), 2u);
  EXPECT_EQ(at_ana.receipts()[0].first_number(), 1u);
  EXPECT_EQ(at_ana.receipts()[0].last_number(), 2u);
  EXPECT_EQ(at_ana.receipts()[1].first_number(), 5u);
  EXPECT_EQ(at_ana.receipts()[1].last_number(), 6u);
}

TEST_F(ReceiptsTest,
       AMessageWithoutANumberCausesNoReceipt) {  // [TICK-1] [PRIVATE-1] nobody learns by it when Ben is there
  RecordingSession at_ana;
  RecordingSession at_ben;
  world.connect(ana_1, at_ana);
  world.connect(ben_1, at_ben);
  world.send_silent(ana_1, ben);
  world.confirm(ben_1, at_ben.last());
  world.loops.pass(3000);
  EXPECT_EQ(at_ben.messages().size(), 1u);
  EXPECT_TRUE(at_ana.entries.empty());
  // The same from the disk, confirmed by Hello.
  world.disconnect(ben_1, at_ben);
  const Position before = at_ben.last();
  world.send_silent(ana_1, ben);
  world.loops.pass(5);
  RecordingSession again;
  world.connect(ben_1, again, Position{before.value + 1});
  world.loops.pass(5000);
  EXPECT_TRUE(at_ana.entries.empty());
}

TEST_F(ReceiptsTest, WhatADeviceWithholdsMakesNoReceipt) {  // [TICK-1]
  RecordingSession at_ana;
  RecordingSession at_ben;
  world.connect(ana_1, at_ana);
  world.connect(ben_1, at_ben);
  for (int i = 0; i < 3; ++i) world.send(ana_1, ben);
  world.confirm(ben_1, at_ben.last(), {Position{at_ben.entries[1].position()}});
  world.loops.settle();
  ASSERT_EQ(at_ana.receipts().size(), 2u);
  EXPECT_EQ(at_ana.receipts()[0].last_number(), 1u);
  EXPECT_EQ(at_ana.receipts()[1].first_number(), 3u);
}

// [TICK-1] the Confirm was lost; what waits in memory, and what an earlier run of the server has left on the disk
TEST_F(ReceiptsTest, WhatADeviceWithholdsInHelloMakesNoReceiptEither) {
  for (int i = 0; i < 3; ++i) world.send(ana_1, ben);
  RecordingSession at_ben;
  RecordingSession at_ana;
  world.connect(ana_1, at_ana);
  world.connect(ben_1, at_ben, Position::of(1, 3), false, {Position::of(1, 2)});
  world.loops.pass(10);
  ASSERT_EQ(at_ana.receipts().size(), 2u);
  EXPECT_EQ(at_ana.receipts()[0].last_number(), 1u);
  EXPECT_EQ(at_ana.receipts()[1].first_number(), 3u);
  world.disconnect(ben_1, at_ben);
  for (int i = 0; i < 3; ++i) world.send(ana_1, ben);
  world.loops.pass(5);
  world.disconnect(ana_1, at_ana);
  world.restart();
  RecordingSession again;
  world.connect(ben_1, again, Position::of(1, 6), false, {Position::of(1, 2), Position::of(1, 5)});
  world.loops.pass(5000);
  RecordingSession ana_again;
  world.connect(ana_1, ana_again, at_ana.last());
  ASSERT_EQ(ana_again.receipts().size(), 2u);
  EXPECT_EQ(ana_again.receipts()[0].last_number(), 4u);
  EXPECT_EQ(ana_again.receipts()[1].first_number(), 6u);
}

// [RECEIPT-1] the confirmation was lost, not the message
TEST_F(ReceiptsTest, WhatHelloConfirmsOfTheBacklogGetsItsReceiptsToo) {
  world.send(ana_1, ben);
  world.send(ana_1, ben);
  world.loops.pass(5);
  world.restart();
  RecordingSession at_ana;
  world.connect(ana_1, at_ana);
  RecordingSession at_ben;
  world.connect(ben_1, at_ben, Position::of(1, 1));
  world.loops.settle();
  ASSERT_EQ(at_ana.receipts().size(), 1u);
  EXPECT_EQ(at_ana.receipts()[0].first_number(), 1u);
  EXPECT_EQ(at_ana.receipts()[0].last_number(), 1u);
  EXPECT_EQ(at_ben.messages().size(), 1u);
}

TEST_F(ReceiptsTest, ReceiptsOfABacklogAreMadeLaterWhenTheStoreIsAwayAtHello) {  // [RECEIPT-1] [INBOX-1]
  for (int i = 0; i < 3; ++i) world.send(ana_1, ben);
  world.loops.pass(5);
  RecordingSession at_ana;
  world.connect(ana_1, at_ana);
  RecordingSession at_ben;
  world.inboxes().read_faults.fail(StoreError::kUnavailable);  // the read for the receipts
  world.connect(ben_1, at_ben, Position::of(1, 3));
  world.loops.pass(5000);
  EXPECT_TRUE(at_ana.receipts().empty());
  EXPECT_EQ(world.inboxes().stored(ben_1).size(), 3u);  // nothing is forgotten before
  world.inboxes().read_faults.fail(std::nullopt);
  world.loops.pass(5000);
  EXPECT_FALSE(at_ana.receipts().empty()) << "without a word more from the device";
  EXPECT_TRUE(world.inboxes().stored(ben_1).empty());
}

TEST_F(ReceiptsTest, EveryDeviceOfTheSenderGetsTheReceiptAndOwnCopiesHaveNone) {  // [RECEIPT-1] [F36]
  const AccountId cleo = world.add_account(2);
  RecordingSession at_ben;
  RecordingSession at_cleo_1;
  RecordingSession at_cleo_2;
  world.connect(ben_1, at_ben);
  world.connect({cleo, {1}}, at_cleo_1);
  world.connect({cleo, {2}}, at_cleo_2);
  world.send({cleo, {1}}, ben);
  world.confirm(ben_1, at_ben.last());
  world.loops.settle();
  EXPECT_EQ(at_cleo_1.receipts().size(), 1u);
  ASSERT_EQ(at_cleo_2.receipts().size(), 1u);
  EXPECT_EQ(at_cleo_2.receipts()[0].sender_device(), 1u);
  world.send({cleo, {1}}, cleo);
  world.confirm({cleo, {2}}, at_cleo_2.last());
  world.loops.settle();
  EXPECT_EQ(at_cleo_1.receipts().size(), 1u);
}

TEST_F(ReceiptsTest, AnOrderlyStopKeepsReceiptsAndRefusesNothingThatWaits) {
  RecordingSession at_ben;
  world.connect(ben_1, at_ben);
  world.send(ana_1, ben);
  world.confirm(ben_1, at_ben.last());
  auto& waiting = world.send(ana_1, ben);
  world.disconnect(ben_1, at_ben);
  world.stop();
  EXPECT_EQ(waiting.settled, Settled::kSafe);
  EXPECT_EQ(world.inboxes().stored(ana_1).size(), 1u);
  EXPECT_EQ(world.inboxes().stored(ben_1).size(), 1u);
}

TEST_F(ReceiptsTest, AStopWithAStoreThatIsAwayRefusesWhatWaits) {
  RecordingSession at_ben;
  world.connect(ben_1, at_ben);
  auto& waiting = world.send(ana_1, ben);
  world.inboxes().write_faults.fail(StoreError::kUnavailable);
  world.disconnect(ben_1, at_ben);
  world.stop();
  EXPECT_EQ(waiting.settled, Settled::kUnavailable);
}

}  // namespace
}  // namespace kith::testing
