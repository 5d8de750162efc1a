// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/delivery/undurable_log.h"

#include <gtest/gtest.h>

#include "server/delivery/testing/virtual_time.h"

namespace kith::testing {
namespace {

using Entry = UndurableLog::Entry;
using Kind = UndurableLog::Kind;

class UndurableLogTest : public ::testing::Test {
 protected:
  VirtualClock clock;
  VirtualLoop loop{clock};
  SeededRandom random{1};
  size_t shard_bytes = 0;
  UndurableLog log{7, shard_bytes};
  const DeviceAddress ana{random.id<AccountId>(), {1}};
  const DeviceAddress ben{random.id<AccountId>(), {1}};
  InboxStore::Batch batch;

  static Position at(uint64_t sequence) { return Position::of(7, sequence); }
  Entry& append(uint64_t due_ms, Settlement* settlement = nullptr, size_t bytes = 100) {
    Entry entry = Entry::message({random.id<MessageId>(), ana, {1}, Bytes(bytes, 'x'), 0, 0}, false);
    entry.due_ms = due_ms;
    if (settlement != nullptr) entry.waiting = &settlement->add();
    return log.append(std::move(entry));
  }
  Entry& append_receipt(wire::ReceiptRun run) { return log.append(Entry::receipt(ana, {1}, run)); }
  bool collect(uint64_t now_ms, size_t bytes = SIZE_MAX) {
    batch = {};
    return log.collect(now_ms, ben, batch, bytes);
  }
  std::vector<Position> collected() const {
    std::vector<Position> positions;
    for (const auto& append : batch.appends) positions.push_back(append.entry.position);
    return positions;
  }
  static bool open(const Settlement& settlement) { return !settlement.await_ready(); }
  // What its waiter is told.
  static Settled worst(const Settlement& settlement) { return settlement.await_resume(); }
};

TEST_F(UndurableLogTest, PositionsAreDenseFromTheFirstOfItsEpoch) {  // [INBOX-3]
  EXPECT_EQ(log.last(), at(0));
  for (uint64_t i = 1; i <= 3; ++i) EXPECT_EQ(append(0).stored.position, at(i));
  EXPECT_EQ(log.last(), at(3));
  EXPECT_EQ(log.first_after(at(0)), 0u);
  EXPECT_EQ(log.first_after(at(2)), 2u);
  EXPECT_EQ(log.first_after(at(9)), 3u);
  EXPECT_EQ(log.first_after(Position::of(6, 40)), 0u);
}

TEST_F(UndurableLogTest, EverythingBeforeWhatIsDueGoesWithIt) {  // [INBOX-3] a crash leaves no gap
  append(500);
  append(10);
  append(500);
  EXPECT_EQ(log.due().at_ms, 10u);
  EXPECT_FALSE(collect(9));
  EXPECT_EQ(log.batch_last(), Position{});
  ASSERT_TRUE(collect(10));
  EXPECT_EQ(collected(), (std::vector{at(1), at(2)}));
  EXPECT_EQ(log.batch_last(), at(2));
}

TEST_F(UndurableLogTest, ABatchTakesNoMoreBytesThanAreLeftButAlwaysSomething) {  // [LIMIT-1]
  for (int i = 0; i < 5; ++i) append(0, nullptr, 1000);
  ASSERT_TRUE(collect(0, 1500));
  EXPECT_EQ(collected().size(), 2u);
  log.committed();
  EXPECT_FALSE(collect(0, 0));
  ASSERT_TRUE(collect(0, 1));
  EXPECT_EQ(collected(), std::vector{at(3)});
}

TEST_F(UndurableLogTest, WhoWaitsIsSettledByTheCommitOrTheConfirmationWhicheverIsFirst) {  // [SEND-2]
  Settlement first(loop);
  Settlement second(loop);
  append(0, &first);
  append(0, &second);
  ASSERT_TRUE(collect(0));
  std::vector<Position> seen;
  log.confirm(at(1), [&](const Entry& entry) { seen.push_back(entry.stored.position); });
  EXPECT_EQ(seen, std::vector{at(1)});
  EXPECT_FALSE(open(first));
  EXPECT_TRUE(open(second));
  const size_t bytes = log[0].stored.body->size();
  const Amount amount = log.committed();
  EXPECT_EQ(amount.entries, 1u);  // the other had left
  EXPECT_EQ(amount.bytes, bytes);
  EXPECT_FALSE(open(second));
  EXPECT_EQ(worst(second), Settled::kSafe);
  EXPECT_EQ(log.durable_last(), at(2));
  EXPECT_EQ(log.batch_last(), Position{});
}

TEST_F(UndurableLogTest, WhoeverSendsAMessageAgainWaitsForTheSameEntry) {  // [SEND-1]
  Settlement first(loop);
  Settlement again(loop);
  Settlement other(loop);
  const MessageId id = append(0, &first).stored.message_id;
  log.wait_for(id, ana, again);
  log.wait_for(id, ben, other);  // somebody else's message with that id
  EXPECT_TRUE(open(again));
  EXPECT_FALSE(open(other));
  log.drop(Settled::kEnded);
  EXPECT_EQ(worst(first), Settled::kEnded);
  EXPECT_EQ(worst(again), Settled::kEnded);
  EXPECT_FALSE(open(again));
}

TEST_F(UndurableLogTest, WhatCameAfterAFailedBatchIsNotTriedBeforeItEither) {  // [LIMIT-1]
  append(0, nullptr, 1000);
  append(0, nullptr, 1000);
  ASSERT_TRUE(collect(0, 500));
  ASSERT_EQ(collected(), std::vector{at(1)});
  EXPECT_TRUE(log.failed(StoreError::kUnavailable, at(0), 1000).empty());
  EXPECT_EQ(log.due().at_ms, 1000u);
  EXPECT_FALSE(collect(999));
}

TEST_F(UndurableLogTest, AFullDiskGivesPositionsBackThatNobodyHasSeenAndEverythingAfterThem) {  // [INBOX-3] [ORDER-1]
  Settlement kept(loop);
  Settlement refused(loop);
  Settlement after(loop);
  append(0, &kept);
  append(0, &refused);
  ASSERT_TRUE(collect(0));
  append(0, &after);                                                           // gathered meanwhile
  const std::vector<Entry> back = log.failed(StoreError::kFull, at(1), 1000);  // the first was delivered
  ASSERT_EQ(back.size(), 2u);
  EXPECT_EQ(back[0].stored.position, at(3));
  EXPECT_EQ(worst(kept), Settled::kFull);  // told so, though its entry stays
  EXPECT_EQ(worst(refused), Settled::kFull);
  EXPECT_EQ(worst(after), Settled::kFull);
  EXPECT_EQ(log.size(), 1u);
  EXPECT_EQ(log.due().at_ms, 1000u);
  EXPECT_EQ(append(0).stored.position, at(2));
}

TEST_F(UndurableLogTest, WhatAStoreThatIsAwayMayHaveWrittenKeepsItsPosition) {  // [SEND-3] [INBOX-3]
  Settlement unsure(loop);
  Settlement after(loop);
  append(0, &unsure);
  ASSERT_TRUE(collect(0));
  append(5, &after);
  EXPECT_TRUE(log.failed(StoreError::kUnavailable, at(0), 1000).empty());
  EXPECT_EQ(worst(unsure), Settled::kUnavailable);
  EXPECT_FALSE(open(unsure));
  EXPECT_TRUE(open(after)) << "it was in no batch";
  EXPECT_EQ(log.maybe_written(), at(1));
  EXPECT_EQ(log.due().at_ms, 1000u) << "written with what is before it";
  // Later the disk is full, too: only what came later is taken back.
  ASSERT_TRUE(collect(1000));
  EXPECT_EQ(collected().size(), 2u);
  EXPECT_EQ(log.failed(StoreError::kFull, at(0), 2000).size(), 1u);
  EXPECT_EQ(log.last(), at(1));
}

TEST_F(UndurableLogTest, AReceiptIsTakenUpByOneThatNobodyHasSeenAndThatIsNotBeingWritten) {  // [TICK-1] [INBOX-3]
  const auto one_after = [](uint64_t number) { return wire::ReceiptRun{number, number, number}; };
  append_receipt({5, 6, 0});
  EXPECT_TRUE(log.take_up(Entry::receipt(ana, {1}, one_after(7)), at(0)));
  EXPECT_EQ(log[0].run.last, 7u);
  EXPECT_FALSE(log.take_up(Entry::receipt(ana, {1}, one_after(9)), at(0))) << "8 never came: a hole stays a hole";
  EXPECT_FALSE(log.take_up(Entry::receipt(ana, {2}, one_after(8)), at(0))) << "of another of the account's devices";
  EXPECT_FALSE(log.take_up(Entry::receipt(ana, {1}, one_after(8)), at(1))) << "delivered";
  ASSERT_TRUE(collect(0));
  EXPECT_FALSE(log.take_up(Entry::receipt(ana, {1}, one_after(8)), at(0))) << "being written";
}

TEST_F(UndurableLogTest, TheNewestRevisionOfAnAccountIsWhatANoticeSays) {
  log.append(Entry::account_changed(ana.account, {4}));
  EXPECT_TRUE(log.take_up(Entry::account_changed(ana.account, {6}), at(0)));
  EXPECT_TRUE(log.take_up(Entry::account_changed(ana.account, {5}), at(0)));
  EXPECT_EQ(*log[0].stored.body, encode_account_changed_body(ana.account, {6}));
  EXPECT_TRUE(log.due().only_notices);
  append(0);
  EXPECT_FALSE(log.due().only_notices);
}

TEST_F(UndurableLogTest, BytesAreCountedWithTheShardsAsLongAsTheyAreHeld) {  // [LIMIT-1]
  {
    UndurableLog other(7, shard_bytes);
    other.append(Entry::account_changed(ana.account, {4}));
    EXPECT_EQ(shard_bytes, other.bytes());
    append(0);
    append_receipt({5, 6, 0});
    append(0);
    EXPECT_TRUE(log.take_up(Entry::receipt(ana, {1}, {7, UINT32_MAX, 0}), at(0)));
    EXPECT_EQ(shard_bytes, other.bytes() + log.bytes());
  }
  EXPECT_EQ(shard_bytes, log.bytes());
  ASSERT_TRUE(collect(0));
  (void)log.failed(StoreError::kFull, at(1), 0);
  EXPECT_EQ(log.size(), 1u);
  EXPECT_EQ(shard_bytes, log.bytes());
  log.confirm(at(1), [](const Entry&) {});
  EXPECT_EQ(shard_bytes, 0u);
}

}  // namespace
}  // namespace kith::testing
