// SPDX-License-Identifier: AGPL-3.0-or-later

// What every InboxStore promises, as tests. A backend instantiates it with INSTANTIATE_TEST_SUITE_P(name,
// InboxStoreContract, Values(...)), and one of the two suites of inbox_expiry_contract.h.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <thread>

#include "base/limits.h"
#include "server/ports/contract_runner.h"
#include "server/ports/inbox_store.h"

namespace kith {

// A backend under test: an empty store of its own for each test.
class InboxStoreBackend {
 public:
  virtual ~InboxStoreBackend() = default;
  virtual InboxStore& store() = 0;
  // Closes the store and opens it again, as a restart of the program would. False: nothing survives that (a backend in
  // memory).
  virtual bool reopen() = 0;
  // From now on the device's part of every batch fails; absent: no longer. False: this backend takes a batch as a whole
  // or not at all.
  virtual bool fail_device(const DeviceAddress& device, std::optional<StoreError> error) = 0;
  // Of a store that expires entries by itself: its time comes to `now`, and what is over by then goes.
  virtual void time_comes(UnixMicros /*now*/) {}
};

using InboxStoreCase = ContractCase<InboxStoreBackend>;

class InboxStoreContract : public ::testing::TestWithParam<InboxStoreCase> {
 protected:
  using Written = InboxStore::Written;

  static DeviceAddress device(uint8_t account, uint32_t id = 1) {
    DeviceAddress address;
    address.account.value.fill(account);
    address.device.value = id;
    return address;
  }
  static InboxEntry entry(uint64_t sequence, std::string content = "entry", uint32_t epoch = 1) {
    InboxEntry entry;
    entry.position = Position::of(epoch, sequence);
    entry.expires_at = {1'000'000 * sequence};
    entry.message_id.value.fill(static_cast<uint8_t>(sequence));
    entry.message_id.value[0] = static_cast<uint8_t>(epoch);
    entry.body = make_body(std::move(content));
    return entry;
  }
  static Position at(uint64_t sequence, uint32_t epoch = 1) { return Position::of(epoch, sequence); }

  static constexpr Slot kSlot{7};
  static SlotOwner owner(uint32_t number) {
    SlotOwner owner;
    owner.value.fill(static_cast<uint8_t>(number));
    return owner;
  }
  SlotEpoch claim(const SlotOwner& owner, Slot slot, uint32_t known) {
    const auto answers = runner_.run(store().take_epochs(owner, {{slot, known}}));
    EXPECT_TRUE(answers);
    return answers ? answers->at(0) : SlotEpoch{};
  }

  InboxStore& store() { return backend_->store(); }
  Result<void, StoreError> append(const DeviceAddress& device, InboxEntry entry) {
    InboxStore::Batch batch;
    batch.appends.push_back({device, std::move(entry)});
    return runner_.run(store().write(std::move(batch))).of(device);
  }
  Result<void, StoreError> forget(const DeviceAddress& device, Position up_to) {
    InboxStore::Batch batch;
    batch.forgets.push_back({device, up_to});
    return runner_.run(store().write(std::move(batch))).of(device);
  }
  std::vector<InboxEntry> read(const DeviceAddress& device, Position after = {}, size_t count_max = 1'000'000,
                               size_t bytes_max = 1'000'000'000) {
    auto entries = runner_.run(store().read(device, after, count_max, bytes_max));
    EXPECT_TRUE(entries);
    return entries ? std::move(*entries) : std::vector<InboxEntry>();
  }
  std::vector<uint64_t> positions(const DeviceAddress& device, Position after = {}) {
    std::vector<uint64_t> out;
    for (const auto& entry : read(device, after)) out.push_back(entry.position.value);
    return out;
  }
  InboxStore::Summary summary(const DeviceAddress& device) {
    auto summary = runner_.run(store().summarize(device));
    EXPECT_TRUE(summary);
    return summary ? std::move(*summary) : InboxStore::Summary();
  }
  size_t expire(UnixMicros now, size_t count_max = 1'000'000) {
    auto count = runner_.run(store().expire(now, count_max));
    EXPECT_TRUE(count);
    return count.value_or(0);
  }

  ContractRunner runner_;
  std::unique_ptr<InboxStoreBackend> backend_ = GetParam().make();
};

TEST_P(InboxStoreContract, EveryEpochOfASlotIsNewEvenAfterReopening) {  // [INBOX-3]
  uint32_t last = 0;
  for (int i = 0; i < 4; ++i) {
    const SlotEpoch answer = claim(owner(1), kSlot, last);
    ASSERT_TRUE(answer.taken);
    EXPECT_GT(answer.epoch, last);
    last = answer.epoch;
    if (i == 1 && !backend_->reopen()) break;
  }
}

TEST_P(InboxStoreContract, ASecondOwnerOfASlotFencesTheFirst) {  // [INBOX-3]
  const SlotEpoch first = claim(owner(1), kSlot, 0);
  ASSERT_TRUE(first.taken);
  const SlotEpoch unknowing = claim(owner(2), kSlot, 0);
  EXPECT_FALSE(unknowing.taken) << "it has not seen the first, and takes nothing from it";
  EXPECT_EQ(unknowing.epoch, first.epoch);
  const SlotEpoch second = claim(owner(2), kSlot, unknowing.epoch);
  ASSERT_TRUE(second.taken);
  EXPECT_GT(second.epoch, first.epoch);
  (void)backend_->reopen();
  const SlotEpoch fenced = claim(owner(1), kSlot, first.epoch);
  EXPECT_FALSE(fenced.taken);
  EXPECT_EQ(fenced.epoch, second.epoch);
  // Back to the first, as a take-over: above all there were.
  const SlotEpoch third = claim(owner(1), kSlot, fenced.epoch);
  ASSERT_TRUE(third.taken);
  EXPECT_GT(third.epoch, second.epoch);
  EXPECT_FALSE(claim(owner(2), kSlot, second.epoch).taken);
}

TEST_P(InboxStoreContract, AnOwnerThatWasNotAnsweredTakesItsSlotOnceMore) {  // [INBOX-3]
  const SlotEpoch unheard = claim(owner(1), kSlot, 0);
  ASSERT_TRUE(unheard.taken);
  (void)backend_->reopen();
  const SlotEpoch again = claim(owner(1), kSlot, 0);
  ASSERT_TRUE(again.taken);
  EXPECT_GT(again.epoch, unheard.epoch);
}

TEST_P(InboxStoreContract, EverySlotHasAnEpochOfItsOwn) {
  const auto one = claim(owner(1), {3}, 0);
  const auto other = claim(owner(2), {4}, 0);
  ASSERT_TRUE(one.taken && other.taken);
  // Of several claims each is good or not by itself.
  const auto answers = runner_.run(store().take_epochs(owner(1), {{{3}, one.epoch}, {{4}, 0}, {{5}, 0}}));
  ASSERT_TRUE(answers);
  ASSERT_EQ(answers->size(), 3u);
  EXPECT_TRUE((*answers)[0].taken);
  EXPECT_FALSE((*answers)[1].taken);
  EXPECT_EQ((*answers)[1].epoch, other.epoch);
  EXPECT_TRUE((*answers)[2].taken);
}

TEST_P(InboxStoreContract, AllSlotsAreTakenInOneCall) {
  std::vector<SlotClaim> claims;
  for (size_t slot = 0; slot < kSlots; ++slot) claims.push_back({{static_cast<uint8_t>(slot)}, 0});
  for (const bool first : {true, false}) {
    const auto answers = runner_.run(store().take_epochs(owner(first ? 1 : 2), claims));
    ASSERT_TRUE(answers);
    ASSERT_EQ(answers->size(), kSlots);
    for (const SlotEpoch& answer : *answers) EXPECT_EQ(answer.taken, first);
  }
  const auto none = runner_.run(store().take_epochs(owner(1), {}));
  ASSERT_TRUE(none);
  EXPECT_TRUE(none->empty());
}

TEST_P(InboxStoreContract, OfOwnersThatClaimASlotAtOnceOneGetsIt) {  // [INBOX-3]
  for (uint32_t known = 0, round = 0; round < 3; ++round) {
    std::vector<Task<Result<std::vector<SlotEpoch>, StoreError>>> calls;
    for (uint8_t i = 1; i <= 8; ++i) calls.push_back(store().take_epochs(owner(i + 8 * round), {{kSlot, known}}));
    size_t taken = 0;
    std::set<uint32_t> epochs;
    for (const auto& answers : runner_.run_all(std::move(calls))) {
      taken += answers.value()[0].taken ? 1 : 0;
      epochs.insert(answers.value()[0].epoch);
    }
    EXPECT_EQ(taken, 1u);
    EXPECT_EQ(epochs.size(), 1u) << "the others learn who was first";
    EXPECT_GT(*epochs.begin(), known);
    known = *epochs.begin();
  }
}

TEST_P(InboxStoreContract, WhatIsAppendedIsReadByteForByteInOrder) {  // [ORDER-1]
  const Bytes bytes("\0\xff\x00 binary", 10);
  InboxStore::Batch batch;
  batch.appends.push_back({device(1), entry(1, bytes)});
  batch.appends.push_back({device(2), entry(1, "other account")});
  batch.appends.push_back({device(1), entry(2, "")});
  batch.appends.push_back({device(1, 2), entry(1, "other device")});
  batch.appends.push_back({device(1), entry(300, "epoch two", 2)});
  ASSERT_TRUE(runner_.run(store().write(std::move(batch))).all_good());

  const auto entries = read(device(1));
  ASSERT_EQ(entries.size(), 3u);
  EXPECT_EQ(*entries[0].body, bytes);
  EXPECT_EQ(entries[0].position, at(1));
  EXPECT_EQ(entries[0].expires_at, entry(1).expires_at);
  EXPECT_EQ(entries[0].message_id, entry(1).message_id);
  EXPECT_EQ(*entries[1].body, "");
  EXPECT_EQ(entries[2].position, at(300, 2));
  EXPECT_EQ(*read(device(1, 2)).at(0).body, "other device");
  EXPECT_EQ(*read(device(2)).at(0).body, "other account");
  EXPECT_TRUE(read(device(3)).empty());
}

TEST_P(InboxStoreContract, TheLargestEntryRoundTrips) {  // [LIMIT-1]
  const Bytes large(kFrameBytesMax, '\x7f');
  ASSERT_TRUE(append(device(1), entry(1, large)));
  EXPECT_EQ(*read(device(1)).at(0).body, large);
}

TEST_P(InboxStoreContract, AppendingAPositionThatIsThereReplacesIt) {  // [SEND-1]
  ASSERT_TRUE(append(device(1), entry(1, "first")));
  ASSERT_TRUE(append(device(1), entry(2, "second")));
  const auto held = store().bytes_held();
  ASSERT_TRUE(append(device(1), entry(2, "SECOND")));
  ASSERT_EQ(read(device(1)).size(), 2u);
  EXPECT_EQ(*read(device(1))[1].body, "SECOND");
  EXPECT_EQ(store().bytes_held(), held);
  EXPECT_EQ(summary(device(1)).count, 2u);
}

TEST_P(InboxStoreContract, ReadStartsAfterAPositionAndKeepsItsBounds) {
  for (uint64_t i = 1; i <= 10; ++i) ASSERT_TRUE(append(device(1), entry(i, Bytes(100, 'x'))));
  EXPECT_EQ(positions(device(1), at(7)), (std::vector<uint64_t>{at(8).value, at(9).value, at(10).value}));
  EXPECT_TRUE(read(device(1), at(10)).empty());
  EXPECT_TRUE(read(device(1), Position{UINT64_MAX}).empty());
  EXPECT_EQ(read(device(1), {}, 4).size(), 4u);
  const auto about = read(device(1), {}, 100, 350).size();
  EXPECT_GE(about, 3u);
  EXPECT_LE(about, 4u);
  EXPECT_EQ(read(device(1), {}, 100, 1).size(), 1u);  // at least one when there is one
}

TEST_P(InboxStoreContract, ForgettingTakesEverythingUpToThePositionAndNothingElse) {  // [INBOX-1]
  for (uint64_t i = 1; i <= 5; ++i) {
    ASSERT_TRUE(append(device(1), entry(i)));
    ASSERT_TRUE(append(device(1, 2), entry(i)));
  }
  ASSERT_TRUE(forget(device(1), at(3)));
  EXPECT_EQ(positions(device(1)), (std::vector<uint64_t>{at(4).value, at(5).value}));
  EXPECT_EQ(read(device(1, 2)).size(), 5u);
  ASSERT_TRUE(forget(device(1), at(2)));  // again and less: nothing more
  EXPECT_EQ(read(device(1)).size(), 2u);
  ASSERT_TRUE(forget(device(1), at(1'000)));  // beyond the last
  EXPECT_TRUE(read(device(1)).empty());
  ASSERT_TRUE(forget(device(9), at(5)));  // an absent device
  ASSERT_TRUE(append(device(1), entry(1'001)));
  EXPECT_EQ(positions(device(1)), (std::vector<uint64_t>{at(1'001).value}));
  ASSERT_TRUE(forget(device(1), at(1'001)));
  EXPECT_TRUE(read(device(1)).empty());
}

TEST_P(InboxStoreContract, ABatchsAppendsComeBeforeItsForgets) {
  ASSERT_TRUE(append(device(1), entry(1)));
  InboxStore::Batch batch;
  batch.forgets.push_back({device(1), at(3)});
  for (uint64_t i = 2; i <= 4; ++i) batch.appends.push_back({device(1), entry(i)});
  ASSERT_TRUE(runner_.run(store().write(std::move(batch))).all_good());
  EXPECT_EQ(positions(device(1)), (std::vector<uint64_t>{at(4).value}));
  ASSERT_TRUE(forget(device(1), at(4)));
  EXPECT_EQ(store().bytes_held().value_or(0), 0u);
}

TEST_P(InboxStoreContract, EveryDeviceOfABatchIsAnswered) {  // [SEND-2]
  ASSERT_TRUE(append(device(3), entry(1)));
  InboxStore::Batch batch;
  batch.appends.push_back({device(1), entry(1)});
  batch.appends.push_back({device(2), entry(1)});
  batch.forgets.push_back({device(3), at(1)});
  const Written written = runner_.run(store().write(std::move(batch)));
  for (uint8_t i = 1; i <= 3; ++i) EXPECT_TRUE(written.of(device(i)));
  EXPECT_EQ(read(device(1)).size(), 1u);
  EXPECT_EQ(read(device(2)).size(), 1u);
  EXPECT_TRUE(read(device(3)).empty());
}

TEST_P(InboxStoreContract, WhatFailsForOneDeviceIsWrittenForTheOthers) {  // [SEND-2]
  ASSERT_TRUE(append(device(2), entry(1)));
  if (!backend_->fail_device(device(2), StoreError::kFull)) GTEST_SKIP() << "a batch is written as a whole or not";
  InboxStore::Batch batch;
  for (uint8_t i = 1; i <= 3; ++i) batch.appends.push_back({device(i), entry(2)});
  for (uint8_t i = 1; i <= 3; ++i) batch.appends.push_back({device(i), entry(3)});
  batch.forgets.push_back({device(2), at(1)});
  batch.forgets.push_back({device(3), at(2)});
  const Written written = runner_.run(store().write(std::move(batch)));
  EXPECT_FALSE(written.all_good());
  EXPECT_TRUE(written.of(device(1)));
  ASSERT_FALSE(written.of(device(2)));
  EXPECT_EQ(written.of(device(2)).error(), StoreError::kFull);
  EXPECT_TRUE(written.of(device(3)));
  EXPECT_EQ(positions(device(1)), (std::vector<uint64_t>{at(2).value, at(3).value}));
  EXPECT_EQ(positions(device(2)), (std::vector<uint64_t>{at(1).value})) << "full: nothing of its part";
  EXPECT_EQ(positions(device(3)), (std::vector<uint64_t>{at(3).value}));
  ASSERT_TRUE(backend_->fail_device(device(2), std::nullopt));
  EXPECT_TRUE(append(device(2), entry(2)));
}

TEST_P(InboxStoreContract, AForgetAfterReopeningFindsWhatIsThere) {
  for (uint64_t i = 1; i <= 6; ++i) ASSERT_TRUE(append(device(1), entry(i)));
  ASSERT_TRUE(forget(device(1), at(1)));
  if (!backend_->reopen()) GTEST_SKIP() << "nothing survives";
  ASSERT_TRUE(forget(device(1), at(3)));
  EXPECT_EQ(positions(device(1)), (std::vector<uint64_t>{at(4).value, at(5).value, at(6).value}));
  ASSERT_TRUE(append(device(1), entry(1, "later epoch", 2)));
  ASSERT_TRUE(forget(device(1), at(5)));
  EXPECT_EQ(positions(device(1)), (std::vector<uint64_t>{at(6).value, at(1, 2).value}));
  ASSERT_TRUE(forget(device(1), at(1, 2)));
  EXPECT_TRUE(read(device(1)).empty());
  EXPECT_EQ(store().bytes_held().value_or(0), 0u);
}

TEST_P(InboxStoreContract, WhatAWriteCompletedSurvivesReopening) {  // [SEND-2]
  for (uint64_t i = 1; i <= 50; ++i) ASSERT_TRUE(append(device(1), entry(i, "entry " + std::to_string(i))));
  ASSERT_TRUE(forget(device(1), at(10)));
  const auto held = store().bytes_held();
  if (!backend_->reopen()) GTEST_SKIP() << "nothing survives";
  const auto entries = read(device(1));
  ASSERT_EQ(entries.size(), 40u);
  EXPECT_EQ(entries.front().position, at(11));
  EXPECT_EQ(*entries.back().body, "entry 50");
  EXPECT_EQ(store().bytes_held(), held);
}

TEST_P(InboxStoreContract, BatchesInFlightTogetherAreAllWritten) {
  // Eight devices, as eight shards would: one batch each, then the next once it is answered.
  constexpr int kDevices = 8, kRounds = 20;
  for (int round = 1; round <= kRounds; ++round) {
    std::vector<Task<Written>> writes;
    for (int i = 0; i < kDevices; ++i) {
      InboxStore::Batch batch;
      for (int k = 0; k < 3; ++k) batch.appends.push_back({device(static_cast<uint8_t>(i)), entry(round * 3 + k)});
      if (round > 1) batch.forgets.push_back({device(static_cast<uint8_t>(i)), at(round * 3 - 1)});
      writes.push_back(store().write(std::move(batch)));
    }
    for (const auto& written : runner_.run_all(std::move(writes))) ASSERT_TRUE(written.all_good());
  }
  for (int i = 0; i < kDevices; ++i) {
    const DeviceAddress address = device(static_cast<uint8_t>(i));
    EXPECT_EQ(positions(address), (std::vector<uint64_t>{at(60).value, at(61).value, at(62).value}));
  }
}

TEST_P(InboxStoreContract, WritesFromManyThreadsLoseNothing) {
  constexpr int kThreads = 4, kWrites = 50;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([this, t] {
      ContractRunner runner;
      for (int i = 1; i <= kWrites; ++i) {
        InboxStore::Batch batch;
        batch.appends.push_back({device(static_cast<uint8_t>(t)), entry(i)});
        EXPECT_TRUE(runner.run(store().write(std::move(batch))).all_good());
        const auto seen = runner.run(store().read(device(static_cast<uint8_t>(t)), at(i - 1), 10, 1'000'000));
        ASSERT_TRUE(seen);
        ASSERT_EQ(seen->size(), 1u);  // everything a completed write has appended is seen
      }
    });
  }
  for (auto& thread : threads) thread.join();
  for (int t = 0; t < kThreads; ++t)
    EXPECT_EQ(read(device(static_cast<uint8_t>(t))).size(), static_cast<size_t>(kWrites));
}

TEST_P(InboxStoreContract, TheSummarySaysWhatIsHeld) {
  EXPECT_EQ(summary(device(1)).count, 0u);
  EXPECT_EQ(summary(device(1)).last, Position{});
  for (uint64_t i = 1; i <= 5; ++i) ASSERT_TRUE(append(device(1), entry(i, Bytes(10 * i, 'x'))));
  InboxEntry receipt = entry(6, "receipt");
  receipt.message_id = {};
  ASSERT_TRUE(append(device(1), receipt));
  ASSERT_TRUE(append(device(2), entry(9)));
  ASSERT_TRUE(forget(device(1), at(2)));
  const auto held = summary(device(1));
  EXPECT_EQ(held.last, at(6));
  EXPECT_EQ(held.count, 4u);
  EXPECT_EQ(held.bytes, 30u + 40u + 50u + 7u);
  EXPECT_EQ(held.recent, (std::vector<MessageId>{entry(3).message_id, entry(4).message_id, entry(5).message_id}));
}

TEST_P(InboxStoreContract, TheSummaryNamesTheMessagesAmongTheNewestEntriesOnly) {  // [SEND-1]
  InboxStore::Batch batch;
  const auto id = [](uint64_t i) {
    MessageId id;
    id.value[0] = 1;
    id.value[14] = static_cast<uint8_t>(i >> 8);
    id.value[15] = static_cast<uint8_t>(i);
    return id;
  };
  for (uint64_t i = 1; i <= 1100; ++i) {
    InboxEntry made = entry(i);
    made.message_id = i % 10 == 0 ? MessageId{} : id(i);  // every tenth is a receipt
    batch.appends.push_back({device(1), std::move(made)});
  }
  ASSERT_TRUE(runner_.run(store().write(std::move(batch))).all_good());
  const auto held = summary(device(1));
  EXPECT_EQ(held.count, 1100u);
  EXPECT_EQ(held.last, at(1100));
  ASSERT_EQ(held.recent.size(), InboxStore::kRecentMax - 103);  // 80 to 1100 in tens
  EXPECT_EQ(held.recent.front(), id(1100 - InboxStore::kRecentMax + 1));
  EXPECT_EQ(held.recent.back(), id(1099));
}

TEST_P(InboxStoreContract, ASharedBodyIsReadBackFromEachInbox) {
  const auto body = make_body(Bytes("the same for everybody"));
  InboxStore::Batch batch;
  for (uint8_t i = 1; i <= 5; ++i) {
    InboxEntry made = entry(i);
    made.body = body;
    batch.appends.push_back({device(i), made});
  }
  ASSERT_TRUE(runner_.run(store().write(std::move(batch))).all_good());
  for (uint8_t i = 1; i <= 5; ++i) EXPECT_EQ(*read(device(i)).at(0).body, *body);
  ASSERT_TRUE(forget(device(1), at(1)));
  EXPECT_EQ(*read(device(2)).at(0).body, *body);
}

}  // namespace kith
