// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/embedded/rocksdb_group_log.h"

#include <atomic>
#include <chrono>
#include <thread>

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
  void pass(uint64_t micros) override { clock_.unix_us += micros; }
  RocksDbInboxStore& store() { return *store_; }

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

}  // namespace
}  // namespace kith
