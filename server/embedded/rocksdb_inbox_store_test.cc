// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/embedded/rocksdb_inbox_store.h"

#include <rocksdb/db.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>

#include "net/system_clock.h"
#include "server/embedded/testing/faulty_disk.h"
#include "server/embedded/testing/test_directory.h"
#include "server/ports/inbox_expiry_contract.h"
#include "server/ports/inbox_store_contract.h"
#include "server/ports/pair_store_contract.h"

namespace kith {
namespace {

class RocksDbBackend final : public InboxStoreBackend, public PairStoreBackend {
 public:
  RocksDbBackend() { reopen(); }
  InboxStore& store() override { return *store_; }
  PairStore& pairs() override { return store_->pairs(); }
  bool reopen() override {
    store_.reset();
    RocksDbInboxStore::Settings settings;
    settings.database.directory = directory_.file("inboxes");
    auto opened = RocksDbInboxStore::open(settings, clock_);
    EXPECT_TRUE(opened) << opened.error();
    store_ = std::move(*opened);
    return true;
  }
  bool fail_device(const DeviceAddress&, std::optional<StoreError>) override { return false; }

 private:
  TestDirectory directory_;
  net::SystemClock clock_;
  std::unique_ptr<RocksDbInboxStore> store_;
};

const InboxStoreCase kRocksDb{"RocksDb", [] { return std::make_unique<RocksDbBackend>(); }};
INSTANTIATE_TEST_SUITE_P(RocksDb, InboxStoreContract, testing::Values(kRocksDb));
INSTANTIATE_TEST_SUITE_P(RocksDb, SweptInboxStoreContract, testing::Values(kRocksDb));
INSTANTIATE_TEST_SUITE_P(RocksDb, PairStoreContract,
                         testing::Values(PairStoreCase{"RocksDb", [] { return std::make_unique<RocksDbBackend>(); }}));

TEST(RocksDbInboxStore, AnEntryWhoseBodyIsGoneIsAsOneThatHasExpired) {  // [INBOX-1]
  TestDirectory directory;
  net::SystemClock clock;
  ContractRunner runner;
  RocksDbInboxStore::Settings settings;
  settings.database.directory = directory.file("inboxes");
  const DeviceAddress device{{{1}}, {1}};
  {
    auto store = RocksDbInboxStore::open(settings, clock);
    ASSERT_TRUE(store);
    InboxStore::Batch batch;
    for (uint64_t sequence = 1; sequence <= 3; ++sequence) {
      InboxEntry entry{Position::of(1, sequence), {uint64_t{1} << 60}, {}, make_body("body")};
      entry.shared = sequence == 2 ? 7 : 0;
      batch.appends.push_back({device, entry});
    }
    ASSERT_TRUE(runner.run((*store)->write(std::move(batch))).all_good());
  }
  {
    auto database = InboxDatabase::open(settings.database);
    ASSERT_TRUE(database);
    const auto& handles = (*database)->handles();
    ASSERT_TRUE(handles.db->DeleteRange({}, handles.bodies, "", "\xff").ok());
  }
  auto store = RocksDbInboxStore::open(settings, clock);
  ASSERT_TRUE(store);
  const auto entries = runner.run((*store)->read(device, {}, 2, 1000));
  ASSERT_TRUE(entries);
  ASSERT_EQ(entries->size(), 2u);
  EXPECT_EQ((*entries)[1].position, Position::of(1, 3));
  EXPECT_EQ(*(*entries)[1].body, "body");
}

// A clock that the test moves.
class ManualClock final : public Clock {
 public:
  [[nodiscard]] UnixMicros now() const override { return {monotonic_ms * 1000}; }
  [[nodiscard]] MonotonicMs monotonic() const override { return {monotonic_ms}; }
  std::atomic<uint64_t> monotonic_ms{1'000'000};
};

class FullDisk : public testing::Test {
 protected:
  void open() {
    store_.reset();
    RocksDbInboxStore::Settings settings;
    settings.database.directory = directory_.file("inboxes");
    settings.bounds = bounds_;
    settings.database.env = disk_.env();
    settings.free_bytes = [this] { return free_bytes_.load(); };
    auto opened = RocksDbInboxStore::open(settings, clock_);
    ASSERT_TRUE(opened) << opened.error();
    store_ = std::move(*opened);
  }
  static DeviceAddress device(uint8_t number) {
    DeviceAddress address;
    address.account.value.fill(number);
    address.device.value = 1;
    return address;
  }
  Result<void, StoreError> append(uint64_t sequence, size_t bytes = 1000) {
    InboxStore::Batch batch;
    batch.appends.push_back({device(1), {Position::of(1, sequence), {}, {}, make_body(Bytes(bytes, 'x'))}});
    return runner_.run(store_->write(std::move(batch))).of(device(1));
  }
  Result<void, StoreError> forget(uint64_t sequence) {
    InboxStore::Batch batch;
    batch.forgets.push_back({device(1), Position::of(1, sequence)});
    return runner_.run(store_->write(std::move(batch))).of(device(1));
  }
  size_t count() { return runner_.run(store_->read(device(1), {}, 1000, 1'000'000'000))->size(); }
  // Waits for the store to get better by itself: its thread looks once a second.
  bool recovers() {
    for (int i = 0; i < 100; ++i) {
      clock_.monotonic_ms += 1000;
      if (store_->health() == StoreHealth::kOk) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    return false;
  }

  ContractRunner runner_;
  ManualClock clock_;
  TestDirectory directory_;
  FaultyDisk disk_;
  InboxBounds bounds_;
  std::atomic<uint64_t> free_bytes_{uint64_t{100} << 30};
  std::unique_ptr<RocksDbInboxStore> store_;
};

TEST_F(FullDisk, TheBoundOfBytesRefusesAppendsAndForgettingOpensAgain) {  // [LIMIT-1]
  bounds_.bytes_max = 5'000;
  open();
  uint64_t sequence = 0;
  while (append(sequence + 1)) ++sequence;
  EXPECT_GE(sequence, 4u);
  EXPECT_LE(sequence, 6u);
  EXPECT_EQ(append(sequence + 1).error(), StoreError::kFull);
  EXPECT_EQ(count(), sequence);  // nothing of the refused one was written
  EXPECT_EQ(store_->health(), StoreHealth::kFull);
  ASSERT_TRUE(forget(3));
  EXPECT_EQ(store_->health(), StoreHealth::kOk);
  EXPECT_TRUE(append(sequence + 1));
}

TEST_F(FullDisk, InAQuietMomentWhatWasForgottenGivesItsSpaceBack) {
  constexpr uint64_t kMiB = 1 << 20;
  const auto used = [this] {
    uint64_t bytes = 0;
    for (const auto& file : std::filesystem::directory_iterator(directory_.file("inboxes"))) {
      std::error_code gone;  // while it was looked at
      if (const auto size = file.file_size(gone); !gone) bytes += size;
    }
    return bytes;
  };
  open();
  for (uint64_t sequence = 1; sequence <= 8; ++sequence) ASSERT_TRUE(append(sequence, kMiB));
  ASSERT_TRUE(forget(8));
  EXPECT_GT(used(), 8 * kMiB);
  for (int i = 0; i < 200 && used() > kMiB; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(100));
  EXPECT_LE(used(), kMiB);
  EXPECT_TRUE(append(9));
  EXPECT_EQ(count(), 1u);
}

class Backup : public FullDisk {
 protected:
  // What a start of the program does, for one slot.
  uint32_t take() {
    SlotOwner owner;
    owner.value.fill(++starts_);
    const auto first = runner_.run(store_->take_epochs(owner, {{{1}, 0}})).value()[0];
    if (first.taken) return first.epoch;
    const auto second = runner_.run(store_->take_epochs(owner, {{{1}, first.epoch}})).value()[0];
    EXPECT_TRUE(second.taken);
    return second.epoch;
  }
  uint8_t starts_ = 0;
};

TEST_F(Backup, PutBackTheStoreContinuesWithAnEpochThatNoDeviceHasSeen) {  // [INBOX-3]
  clock_.monotonic_ms = uint64_t{1'790'000'000} * 1000;                   // autumn of 2026
  open();
  take();
  store_.reset();
  std::filesystem::copy(directory_.file("inboxes"), directory_.file("backup"),
                        std::filesystem::copy_options::recursive);
  uint32_t last = 0;
  for (int start = 0; start < 3; ++start) {
    clock_.monotonic_ms += 600'000;
    open();
    last = take();
  }
  store_.reset();
  std::filesystem::remove_all(directory_.file("inboxes"));
  std::filesystem::rename(directory_.file("backup"), directory_.file("inboxes"));
  clock_.monotonic_ms += 600'000;
  open();
  EXPECT_GT(take(), last);
}

TEST_F(Backup, AClockThatIsFarOffDoesNotUseTheEpochsUp) {
  clock_.monotonic_ms = uint64_t{200'000'000'000} * 1000;  // the year 8307
  open();
  EXPECT_LT(take(), 1000u);
}

TEST_F(FullDisk, TooLittleFreeSpaceRefusesAppendsAndTakesForgets) {  // [LIMIT-1]
  bounds_.free_bytes_min = 1'000'000;
  open();
  ASSERT_TRUE(append(1));
  ASSERT_TRUE(append(2));
  free_bytes_ = 999'999;
  clock_.monotonic_ms += 1000;
  EXPECT_EQ(append(3).error(), StoreError::kFull);
  EXPECT_EQ(store_->health(), StoreHealth::kFull);
  ASSERT_TRUE(forget(1));
  EXPECT_EQ(count(), 1u);
  free_bytes_ = 1'000'000;
  clock_.monotonic_ms += 1000;
  EXPECT_TRUE(append(3));
  EXPECT_EQ(store_->health(), StoreHealth::kOk);
}

TEST_F(FullDisk, OfBatchesInFlightTogetherOnlyThoseThatAppendAreRefused) {
  open();
  ASSERT_TRUE(append(1));
  free_bytes_ = 0;
  clock_.monotonic_ms += 1000;
  std::vector<Task<InboxStore::Written>> calls;
  for (int i = 0; i < 6; ++i) {
    InboxStore::Batch batch;
    batch.forgets.push_back({device(1), Position::of(1, 1)});
    if (i % 2 == 0) batch.appends.push_back({device(2), {Position::of(1, 1), {}, {}, make_body(Bytes("x"))}});
    calls.push_back(store_->write(std::move(batch)));
  }
  const auto outcomes = runner_.run_all(std::move(calls));
  for (int i = 0; i < 6; ++i) EXPECT_EQ(outcomes[i].all_good(), i % 2 == 1);
  EXPECT_EQ(count(), 0u);
}

TEST_F(FullDisk, ABatchThatIsRefusedIsRefusedForEveryDeviceInIt) {  // [SEND-2]
  open();
  ASSERT_TRUE(append(1));
  free_bytes_ = 0;
  clock_.monotonic_ms += 1000;
  InboxStore::Batch batch;
  for (uint8_t i = 2; i <= 4; ++i) batch.appends.push_back({device(i), {Position::of(1, 1), {}, {}, make_body("x")}});
  batch.forgets.push_back({device(1), Position::of(1, 1)});
  const auto written = runner_.run(store_->write(std::move(batch)));
  for (uint8_t i = 1; i <= 4; ++i) {
    ASSERT_FALSE(written.of(device(i)));
    EXPECT_EQ(written.of(device(i)).error(), StoreError::kFull);
  }
  EXPECT_EQ(count(), 1u);
}

TEST_F(FullDisk, WhenTheDiskSaysNoSpaceWritesAreRefusedAndComeBackWithoutARestart) {  // [SEND-2]
  open();
  ASSERT_TRUE(append(1));
  ASSERT_TRUE(append(2));
  disk_.set_full(true);
  EXPECT_EQ(append(3).error(), StoreError::kFull);
  EXPECT_EQ(append(3).error(), StoreError::kFull);
  EXPECT_EQ(store_->health(), StoreHealth::kFull);
  EXPECT_EQ(count(), 2u);  // reading goes on
  EXPECT_TRUE(forget(1));  // taken, and written later
  disk_.set_full(false);
  ASSERT_TRUE(recovers());
  EXPECT_TRUE(append(3));
  EXPECT_EQ(count(), 2u);  // 1 was forgotten meanwhile
  open();                  // what was acknowledged is there after a restart
  EXPECT_EQ(count(), 2u);
}

TEST_F(FullDisk, ABrokenDiskIsUnavailableForWritesUntilItWorksAgain) {
  open();
  ASSERT_TRUE(append(1));
  ASSERT_TRUE(append(2));
  disk_.set_broken(true);
  for (int second = 0; second < 5; ++second) {
    EXPECT_EQ(append(3).error(), StoreError::kUnavailable);
    EXPECT_EQ(store_->health(), StoreHealth::kUnavailable);
    EXPECT_EQ(count(), 2u);  // reading goes on
    clock_.monotonic_ms += 1000;
  }
  EXPECT_TRUE(forget(1));  // taken, and written later
  disk_.set_broken(false);
  ASSERT_TRUE(recovers());
  EXPECT_TRUE(append(3));
  EXPECT_EQ(count(), 2u);
  open();
  EXPECT_EQ(count(), 2u);
}

// RocksDB ends the program when its log file, on the full disk, takes nothing more.
TEST_F(FullDisk, TheStoreKeepsNoLogFileOnTheDiskThatItReportsAbout) {
  open();
  ASSERT_TRUE(append(1));
  for (const auto& file : std::filesystem::directory_iterator(directory_.file("inboxes"))) {
    EXPECT_NE(file.path().filename().string().substr(0, 3), "LOG") << file.path();
  }
}

TEST_F(FullDisk, AStoreOpenedTwiceSaysThatAnotherProcessHasIt) {
  open();
  RocksDbInboxStore::Settings settings;
  settings.database.directory = directory_.file("inboxes");
  const auto second = RocksDbInboxStore::open(settings, clock_);
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().find("Another process"), std::string::npos) << second.error();
}

TEST_F(FullDisk, ADamagedStoreIsRefusedWithWhatCanBeDone) {
  open();
  ASSERT_TRUE(append(1));
  store_.reset();
  for (const auto& file : std::filesystem::directory_iterator(directory_.file("inboxes"))) {
    if (!file.path().filename().string().starts_with("MANIFEST")) continue;
    std::fstream damaged(file.path(), std::ios::in | std::ios::out | std::ios::binary);
    damaged.seekp(20);
    damaged << "damage";
  }
  RocksDbInboxStore::Settings settings;
  settings.database.directory = directory_.file("inboxes");
  const auto opened = RocksDbInboxStore::open(settings, clock_);
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().find("restore it from a backup"), std::string::npos) << opened.error();
}

}  // namespace
}  // namespace kith
