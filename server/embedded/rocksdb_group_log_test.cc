// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/embedded/rocksdb_group_log.h"

#include <rocksdb/db.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <thread>

#include "server/embedded/group_log_record.h"
#include "server/embedded/rocksdb_inbox_store.h"
#include "server/embedded/testing/faulty_disk.h"
#include "server/embedded/testing/test_directory.h"
#include "server/ports/group_log_contract.h"

namespace kith {
namespace {

class ManualClock final : public Clock {
 public:
  [[nodiscard]] UnixMicros now() const override { return {unix_us}; }
  [[nodiscard]] MonotonicMs monotonic() const override { return {unix_us / 1000}; }
  std::atomic<uint64_t> unix_us{1'800'000'000'000'000};
};

class RocksDbLogBackend final : public GroupLogBackend {
 public:
  RocksDbLogBackend() { reopen(); }
  GroupLog& log() override { return store_->group_log(); }
  bool reopen() override {
    store_.reset();
    RocksDbInboxStore::Settings settings;
    settings.database.directory = directory_.file("inboxes");
    settings.database.env = disk.env();
    settings.bounds = bounds_;
    settings.free_bytes = [] { return uint64_t{100} << 30; };
    auto opened = RocksDbInboxStore::open(settings, clock_);
    EXPECT_TRUE(opened) << opened.error();
    store_ = std::move(*opened);
    return true;
  }
  void bound(uint64_t bytes_max) override {
    bounds_.group_log_bytes_max = bytes_max;
    reopen();
  }
  void bound_of_account(uint64_t bytes_max) {
    bounds_.group_bytes_of_account_max = bytes_max;
    reopen();
  }
  void pass(uint64_t micros) override { clock_.unix_us += micros; }
  RocksDbInboxStore& store() { return *store_; }
  // Closes the log, lets `change` at its database, and opens it again.
  void meddle(const std::function<void(const InboxDatabase::Handles&)>& change) {
    store_.reset();
    {
      auto database = InboxDatabase::open({directory_.file("inboxes")});
      ASSERT_TRUE(database) << database.error();
      change((*database)->handles());
    }
    reopen();
  }

  FaultyDisk disk;

 private:
  TestDirectory directory_;
  ManualClock clock_;
  InboxBounds bounds_;
  std::unique_ptr<RocksDbInboxStore> store_;
};

INSTANTIATE_TEST_SUITE_P(RocksDb, GroupLogContract,
                         testing::Values(GroupLogCase{"RocksDb",
                                                      [] { return std::make_unique<RocksDbLogBackend>(); }}));

GroupLogRecord record(uint8_t message, size_t bytes = 1000) {
  GroupLogRecord made;
  made.group.value.fill(1);
  made.message.value.fill(message);
  made.from.account.value.fill(2);
  made.from.device = {1};
  made.payload = Bytes(bytes, 'x');
  return made;
}

TEST(RocksDbGroupLog, ADiskThatIsFullRefusesAppendsAndTakesThemAgain_LIMIT_1) {
  RocksDbLogBackend backend;
  ContractRunner runner;
  ASSERT_TRUE(runner.run(backend.log().append(record(1))));
  backend.disk.set_full(true);
  EXPECT_EQ(runner.run(backend.log().append(record(2))).error(), StoreError::kFull);
  backend.disk.set_full(false);
  Result<GroupLog::Appended, StoreError> again = Fail(StoreError::kFull);
  for (int i = 0; i < 200 && !again; ++i) {
    backend.pass(1'000'000);
    again = runner.run(backend.log().append(record(2)));
    if (!again) std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  ASSERT_TRUE(again);
  backend.reopen();
  EXPECT_EQ(runner.run(backend.log().read(slot_of(record(1).group), 0, 10, 1 << 20))->size(), 2u);
}

TEST(RocksDbGroupLog, WhatWaitsForADiskThatStandsStillIsBounded_LIMIT_1) {
  constexpr size_t kBytes = 64 << 10;
  constexpr size_t kBoundCount = InboxWriter::kRecordBytesQueuedMax / kBytes;
  RocksDbLogBackend backend;
  ContractRunner runner;
  backend.disk.set_stalled(true);
  std::vector<Task<Result<GroupLog::Appended, StoreError>>> appends;
  for (size_t i = 0; i < 4 * kBoundCount; ++i) {
    GroupLogRecord one = record(1, kBytes);
    one.message.value[0] = static_cast<uint8_t>(i >> 8);
    one.message.value[1] = static_cast<uint8_t>(i);
    appends.push_back(backend.log().append(std::move(one)));
  }
  std::jthread later([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    backend.disk.set_stalled(false);
  });
  size_t taken = 0;
  for (const auto& answer : runner.run_all(std::move(appends))) {
    taken += answer ? 1 : 0;
    if (!answer) {
      EXPECT_EQ(answer.error(), StoreError::kUnavailable);
    }
  }
  EXPECT_GE(taken, kBoundCount);
  EXPECT_LE(taken, 2 * kBoundCount) << "what is being written, and as much again";
  EXPECT_TRUE(runner.run(backend.log().append(record(2))));
}

TEST(RocksDbGroupLog, WhatIsSettledGoesFromTheDiskWithoutAnAppend) {
  RocksDbLogBackend backend;
  ContractRunner runner;
  const auto appended = runner.run(backend.log().append(record(1)));
  ASSERT_TRUE(appended);
  ASSERT_GT(backend.log().bytes_held(), 1000u);
  backend.log().settled(slot_of(record(1).group), appended->number);
  for (int i = 0; i < 500 && backend.log().bytes_held() != 0u; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_EQ(backend.log().bytes_held(), 0u);
}

TEST(RocksDbGroupLog, ADamagedRecordCostsThatMessageAndNoOther_GROUP_3) {
  RocksDbLogBackend backend;
  ContractRunner runner;
  const Slot slot = slot_of(record(1).group);
  std::vector<uint64_t> numbers;
  for (uint8_t i = 1; i <= 4; ++i) numbers.push_back(runner.run(backend.log().append(record(i)))->number);
  backend.meddle([&](const InboxDatabase::Handles& handles) {
    for (const uint64_t number : {numbers[0], numbers[2]})
      ASSERT_TRUE(handles.db->Put({}, handles.group_log, group_log_record::key(slot, number), "damaged").ok());
  });
  for (int i = 0; i < 2; ++i) {
    const auto records = runner.run(backend.log().read(slot, 0, 10, 1 << 20));
    ASSERT_TRUE(records);
    ASSERT_EQ(records->size(), 2u);
    EXPECT_EQ((*records)[0].number, numbers[1]);
    EXPECT_EQ((*records)[1].number, numbers[3]);
    EXPECT_EQ(backend.log().damaged(), 2u) << "each is counted once";
  }
  EXPECT_EQ(runner.run(backend.log().read(slot, 0, 1, 0))->front().number, numbers[1]) << "one at least";
  backend.log().settled(slot, numbers[3]);
  ASSERT_TRUE(runner.run(backend.log().append(record(5))));
  backend.meddle([](const InboxDatabase::Handles& handles) {
    const std::unique_ptr<rocksdb::Iterator> left(handles.db->NewIterator({}, handles.group_log));
    left->SeekToFirst();
    ASSERT_TRUE(left->Valid());
    left->Next();
    EXPECT_FALSE(left->Valid()) << "it goes with those after it";
  });
}

TEST(RocksDbGroupLog, ADamagedIdIsAsNone_SEND_1) {
  RocksDbLogBackend backend;
  ContractRunner runner;
  const auto first = runner.run(backend.log().append(record(1)));
  backend.meddle([&](const InboxDatabase::Handles& handles) {
    const std::unique_ptr<rocksdb::Iterator> ids(handles.db->NewIterator({}, handles.group_messages));
    for (ids->SeekToFirst(); ids->Valid(); ids->Next())
      ASSERT_TRUE(handles.db->Put({}, handles.group_messages, ids->key(), "damaged").ok());
  });
  const auto again = runner.run(backend.log().append(record(1)));
  ASSERT_TRUE(again);
  EXPECT_GT(again->number, first->number);
  EXPECT_TRUE(runner.run(backend.log().append(record(1)))->repeated);
}

TEST(RocksDbGroupLog, IdsGoAfterTwoDaysAlsoWhenNobodyWritesToGroups_SEND_1) {
  RocksDbLogBackend backend;
  ContractRunner runner;
  ASSERT_TRUE(runner.run(backend.log().append(record(1))));
  backend.pass(3 * group_log_record::kDayMicros);
  InboxEntry entry{Position::of(1, 1), {}, {}, make_body("of somebody else")};
  ASSERT_TRUE(runner.run(backend.store().write({{{record(1).from, std::move(entry)}}, {}})).all_good());
  backend.meddle([](const InboxDatabase::Handles& handles) {
    const std::unique_ptr<rocksdb::Iterator> ids(handles.db->NewIterator({}, handles.group_messages));
    ids->SeekToFirst();
    EXPECT_FALSE(ids->Valid());
  });
}

// ---- what one account's messages hold

class Shares : public ::testing::Test {
 protected:
  static constexpr uint64_t kShare = 10'000;
  static constexpr uint64_t kDay = 86'400'000'000;

  static AccountId account(uint8_t number) {
    AccountId id;
    id.value.fill(number);
    return id;
  }
  static DeviceAddress device(uint8_t number) { return {account(number), {1}}; }
  Result<GroupLog::Appended, StoreError> append(uint8_t sender, size_t bytes = 1000) {
    GroupLogRecord made = record(++messages_, bytes);
    made.from = device(sender);
    return runner_.run(backend_.log().append(std::move(made)));
  }
  // As the body of a message of that sender.
  InboxStore::Append entry(uint8_t owner, uint64_t sequence, uint64_t number, uint8_t sender, uint64_t day = 30'000) {
    InboxEntry made{Position::of(1, sequence), {day * kDay}, {}, make_body(Bytes(kShare, 'b'))};
    made.shared = number;
    made.shared_by = account(sender);
    return {device(owner), std::move(made)};
  }
  void write(std::vector<InboxStore::Append> appends, std::vector<InboxStore::Forget> forgets = {}) {
    EXPECT_TRUE(runner_.run(backend_.store().write({std::move(appends), std::move(forgets)})).all_good());
  }
  void forget(uint8_t owner, uint64_t sequence) { write({}, {{device(owner), Position::of(1, sequence)}}); }
  size_t bodies_at(uint8_t owner) { return runner_.run(backend_.store().read(device(owner), {}, 10, 1 << 20))->size(); }

  RocksDbLogBackend backend_;
  ContractRunner runner_;

 private:
  uint8_t messages_ = 0;
};

TEST_F(Shares, OneAccountFillsNoMoreOfTheLogThanItsShare_LIMIT_1) {
  backend_.bound_of_account(kShare);
  uint64_t first = 0, last = 0;
  size_t count = 0;
  for (auto appended = append(1); appended; appended = append(1), ++count) {
    if (first == 0) first = appended->number;
    last = appended->number;
    ASSERT_LT(count, 10u);
  }
  EXPECT_EQ(count, 9u);
  EXPECT_EQ(append(1).error(), StoreError::kOverShare);
  EXPECT_TRUE(append(2)) << "another has a share of its own";
  backend_.reopen();
  EXPECT_EQ(append(1).error(), StoreError::kOverShare) << "a restart forgives nothing";
  backend_.log().settled(slot_of(record(1).group), first);
  Result<GroupLog::Appended, StoreError> again = Fail(StoreError::kOverShare);
  for (int i = 0; i < 500 && !again; ++i) {
    again = append(1);
    if (!again) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_TRUE(again);
  EXPECT_GT(again->number, last);
}

TEST_F(Shares, WhatADiskThatFailsDidNotTakeIsInNoShare_LIMIT_1) {
  backend_.bound_of_account(kShare);
  ASSERT_TRUE(append(2));
  backend_.disk.set_full(true);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(append(1, 5'000).error(), StoreError::kFull);
  backend_.disk.set_full(false);
  Result<GroupLog::Appended, StoreError> again = Fail(StoreError::kFull);
  for (int i = 0; i < 200 && !again; ++i) {
    backend_.pass(1'000'000);
    again = append(1, 4'000);
    if (!again) std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  EXPECT_TRUE(again);
  EXPECT_TRUE(append(1, 4'000));
}

TEST_F(Shares, BodiesThatInboxesKeepAreInTheShareOfWhoHasSentThemUntilTheirDayIsOver_LIMIT_1) {
  backend_.bound_of_account(kShare);
  write({entry(5, 1, 1, 1), entry(6, 1, 1, 1)});
  EXPECT_EQ(append(1).error(), StoreError::kOverShare);
  EXPECT_TRUE(append(2));
  backend_.reopen();
  EXPECT_EQ(append(1).error(), StoreError::kOverShare) << "a restart forgives nothing";
  forget(5, 1);
  forget(6, 1);
  EXPECT_EQ(append(1).error(), StoreError::kOverShare) << "of an earlier run nobody knows who refers to it";
  EXPECT_GT(backend_.store().bytes_held(), kShare);
  EXPECT_EQ(*runner_.run(backend_.store().expire({30'001 * kDay}, 100)), 0u);
  EXPECT_EQ(backend_.store().bytes_held(), 0u);
  EXPECT_TRUE(append(1));
  backend_.reopen();
  EXPECT_TRUE(append(1));
}

TEST_F(Shares, ABodyGoesWithTheLastEntryThatRefersToItAndGivesItsShareBack_LIMIT_1) {
  backend_.bound_of_account(kShare);
  for (uint64_t sequence = 1; sequence <= 3; ++sequence) {
    write({entry(5, sequence, 1, 1), entry(6, sequence, 1, 1)});
    forget(5, sequence);
    EXPECT_EQ(bodies_at(6), 1u) << "who has confirmed it takes it from nobody";
    EXPECT_EQ(append(1).error(), StoreError::kOverShare);
    forget(6, sequence);
    EXPECT_EQ(backend_.store().bytes_held(), 0u);
    EXPECT_TRUE(append(1));
  }
  backend_.reopen();
  EXPECT_TRUE(append(1));
}

TEST_F(Shares, ABodyThatIsNeededAgainInTheBatchInWhichItWouldGoStays_INBOX_1) {
  write({entry(5, 1, 1, 1)});
  for (uint64_t sequence = 1; sequence <= 50; ++sequence) {
    // Two writes that wait for a third together are one batch.
    std::vector<Task<InboxStore::Written>> writes;
    writes.push_back(backend_.store().write({{entry(7, sequence, 100 + sequence, 1)}, {}}));
    writes.push_back(backend_.store().write({{}, {{device(5), Position::of(1, sequence)}}}));
    writes.push_back(backend_.store().write({{entry(6, sequence, 1, 1)}, {}}));
    for (const auto& written : runner_.run_all(std::move(writes))) EXPECT_TRUE(written.all_good());
    ASSERT_EQ(bodies_at(6), 1u) << sequence;
    write({entry(5, sequence + 1, 1, 1)});
    forget(6, sequence);
    ASSERT_EQ(bodies_at(5), 1u) << sequence;
  }
}

TEST_F(Shares, AnEntryThatAppendsAndGoesInOneBatchLeavesNoBody_INBOX_1) {
  write({entry(5, 1, 1, 1)}, {{device(5), Position::of(1, 1)}});
  EXPECT_EQ(backend_.store().bytes_held(), 0u);
  write({entry(5, 2, 1, 1), entry(6, 1, 1, 1)}, {{device(5), Position::of(1, 2)}});
  EXPECT_EQ(bodies_at(6), 1u);
}

TEST_F(Shares, AnEntryThatIsReplacedKeepsItsBody_INBOX_1) {
  write({entry(5, 1, 1, 1), entry(6, 1, 1, 1)});
  write({entry(5, 1, 1, 1)});
  forget(5, 1);
  EXPECT_EQ(bodies_at(6), 1u);
}

TEST_F(Shares, AnEntryThatIsSweptAndConfirmedInOneBatchTakesNoBodyFromOthers_INBOX_1) {
  write({entry(5, 1, 1, 1), entry(6, 1, 1, 1)});
  backend_.disk.set_stalled(true);
  const auto meanwhile = [](auto call) {
    std::jthread thread(std::move(call));
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    return thread;
  };
  InboxStore& store = backend_.store();
  const std::jthread writing = meanwhile([&] { ContractRunner().run(store.write({{entry(7, 1, 2, 1)}, {}})); });
  const std::jthread sweeping = meanwhile([&] { (void)ContractRunner().run(store.expire({30'000 * kDay + 1}, 1)); });
  const std::jthread confirming =
      meanwhile([&] { ContractRunner().run(store.write({{}, {{device(5), Position::of(1, 1)}}})); });
  backend_.disk.set_stalled(false);
  for (int i = 0; i < 500 && bodies_at(5) != 0u; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_EQ(bodies_at(5), 0u);
  EXPECT_EQ(bodies_at(6), 1u);
}

}  // namespace
}  // namespace kith
