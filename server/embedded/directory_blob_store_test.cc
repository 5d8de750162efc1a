// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/embedded/directory_blob_store.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <atomic>
#include <filesystem>
#include <fstream>

#include "net/system_clock.h"
#include "server/embedded/testing/test_directory.h"
#include "server/ports/blob_store_contract.h"

namespace kith {
namespace {

namespace fs = std::filesystem;

// A disk as full as a test says.
class DirectoryBackend final : public BlobStoreBackend {
 public:
  static constexpr uint64_t kReserve = 1 << 20;

  DirectoryBackend() { (void)reopen(); }
  BlobStore& blobs() override { return *store_; }
  DirectoryBlobStore& store() { return *store_; }
  void leave_room(uint64_t bytes) override {
    room_ = bytes;
    written_before_ = store_->traffic().written;
  }
  bool reopen() override {
    store_.reset();
    written_before_ = 0;
    auto opened =
        DirectoryBlobStore::open({directory_.file("media"), kReserve, [this] { return free_bytes(); }}, clock_);
    EXPECT_TRUE(opened) << opened.error();
    store_ = std::move(*opened);
    return true;
  }
  [[nodiscard]] fs::path directory() const { return directory_.file("media"); }
  void pass(uint64_t ms) { clock_.pass(ms); }
  void use_reserve(uint64_t bytes) { reserve_used_ = bytes; }

 private:
  // Each look a second later than the one before: the disk is asked each time.
  class SteppingClock final : public Clock {
   public:
    [[nodiscard]] UnixMicros now() const override { return {1'800'000'000'000'000}; }
    [[nodiscard]] MonotonicMs monotonic() const override { return {now_ms_ += 1000}; }
    void pass(uint64_t ms) { now_ms_ += ms; }

   private:
    mutable std::atomic<uint64_t> now_ms_{1'000'000};
  };
  uint64_t free_bytes() const {
    const uint64_t room = room_;
    if (room == UINT64_MAX) return UINT64_MAX;
    const uint64_t written = store_->traffic().written - written_before_;
    return kReserve + room - std::min(room, written) - reserve_used_;
  }

  TestDirectory directory_;
  SteppingClock clock_;
  std::atomic<uint64_t> room_{UINT64_MAX};
  std::atomic<uint64_t> written_before_{0};
  std::atomic<uint64_t> reserve_used_{0};
  std::unique_ptr<DirectoryBlobStore> store_;
};

INSTANTIATE_TEST_SUITE_P(Directory, BlobStoreContract,
                         testing::Values(BlobStoreCase{"Directory",
                                                       [] { return std::make_unique<DirectoryBackend>(); }}));

class DirectoryBlobs : public ::testing::Test {
 protected:
  static FileId file(uint8_t number) {
    FileId id;
    id.value.fill(number);
    return id;
  }
  Result<BlobStore::Appended, StoreError> append(uint8_t number, uint64_t offset, uint64_t size, BytesView bytes) {
    ScriptedSource body(bytes, std::nullopt, ByteSource::kPieceBytesMax);
    return runner_.run(backend_.blobs().append(file(number), offset, size, body));
  }
  void make_whole(uint8_t number, BytesView bytes) {
    ASSERT_TRUE(runner_.run(backend_.blobs().begin(file(number), bytes.size())));
    ASSERT_TRUE(append(number, 0, bytes.size(), bytes));
    ASSERT_TRUE(runner_.run(backend_.blobs().finish(file(number), bytes.size())));
  }
  Result<BlobStore::Held, StoreError> held(uint8_t number) { return runner_.run(backend_.blobs().held(file(number))); }
  [[nodiscard]] fs::path whole_path(uint8_t number) const {
    const std::string name = file(number).hex();
    return backend_.directory() / name.substr(0, 2) / name.substr(2, 2) / name;
  }
  [[nodiscard]] fs::path partial_path(uint8_t number) const {
    return backend_.directory() / "partial" / file(number).hex();
  }

  DirectoryBackend backend_;
  ContractRunner runner_;
};

TEST_F(DirectoryBlobs, LiesWhereItSaysAndIsForItsUserAlone) {
  ASSERT_TRUE(runner_.run(backend_.blobs().begin(file(7), 4)));
  EXPECT_TRUE(fs::is_regular_file(partial_path(7)));
  make_whole(9, "whole");
  EXPECT_FALSE(fs::exists(partial_path(9)));
  EXPECT_EQ(fs::file_size(whole_path(9)), 5u);
  for (const fs::path& path : {backend_.directory(), partial_path(7), whole_path(9), whole_path(9).parent_path()})
    EXPECT_EQ(fs::status(path).permissions() & (fs::perms::group_all | fs::perms::others_all), fs::perms::none) << path;
}

TEST_F(DirectoryBlobs, WhatIsNoFileOfOursIsDamagedAndStaysAndOthersGoOn) {
  make_whole(1, "others go on");
  fs::create_directories(whole_path(2));
  fs::create_directories(partial_path(3));
  std::ofstream(backend_.directory() / "of somebody else") << "stays";
  std::ofstream(backend_.directory() / "partial" / "of somebody else") << "stays";
  std::ofstream(backend_.directory() / "outside") << "secret";
  fs::create_symlink(backend_.directory() / "outside", partial_path(4));
  ASSERT_EQ(mkfifo(partial_path(5).c_str(), 0600), 0);
  backend_.reopen();
  for (const uint8_t number : {2, 3, 4, 5}) {
    EXPECT_EQ(held(number).error(), StoreError::kDamaged) << int{number};
    EXPECT_TRUE(runner_.run(backend_.blobs().remove(file(number)))) << int{number};
  }
  EXPECT_EQ(append(4, 6, 100, "written through a link").error(), StoreError::kDamaged);
  EXPECT_EQ(append(5, 0, 100, "x").error(), StoreError::kDamaged);
  EXPECT_EQ(runner_.run(backend_.blobs().open(file(2), 0, 1)).error(), StoreError::kDamaged);
  EXPECT_EQ(fs::file_size(backend_.directory() / "outside"), 6u);
  EXPECT_TRUE(fs::is_directory(whole_path(2)) && fs::is_directory(partial_path(3)));
  EXPECT_EQ(held(1), (BlobStore::Held{12, true}));
  EXPECT_EQ(backend_.store().health(), StoreHealth::kOk) << "the disk is none the worse";
}

TEST_F(DirectoryBlobs, AFileThatWasCutOffIsDamagedAndNotGivenShort) {
  make_whole(1, Bytes(1'000'000, 'x'));
  const auto source = runner_.run(backend_.blobs().open(file(1), 0, 1'000'000));
  ASSERT_TRUE(source);
  fs::resize_file(whole_path(1), 300'000);
  EXPECT_EQ(runner_.run(backend_.blobs().open(file(1), 0, 1'000'000)).error(), StoreError::kDamaged);
  std::optional<StreamError> error;
  uint64_t given = 0;
  for (bool more = true; more;) {
    const auto piece = runner_.run((*source)->next());
    if (!piece) error = piece.error();
    more = piece && !piece->empty();
    if (piece) given += piece->size();
  }
  EXPECT_EQ(error, StreamError::kFailed);
  EXPECT_LT(given, 300'000u);
}

// The file system itself takes no more than so many bytes of a file.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() { setrlimit(RLIMIT_FSIZE, &before_); }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  rlimit before_{};
};

TEST_F(DirectoryBlobs, AWriteThatTheDiskTakesInPartLeavesThatPartAndGoesOnBehindIt_MEDIA_4) {
  const Bytes bytes = [] {
    Bytes all(1'200'000, '\0');
    for (size_t i = 0; i < all.size(); ++i) all[i] = static_cast<char>(i * 7 + i / 1000);
    return all;
  }();
  ASSERT_TRUE(runner_.run(backend_.blobs().begin(file(1), bytes.size())));
  {
    const FileSizeLimit limit(700'001);
    EXPECT_EQ(append(1, 0, bytes.size(), bytes).error(), StoreError::kFull);
  }
  const auto there = held(1);
  ASSERT_TRUE(there);
  EXPECT_EQ(*there, (BlobStore::Held{700'001, false}));
  ASSERT_TRUE(append(1, there->bytes, bytes.size(), BytesView(bytes).substr(there->bytes)));
  ASSERT_TRUE(runner_.run(backend_.blobs().finish(file(1), bytes.size())));
  const auto source = runner_.run(backend_.blobs().open(file(1), 0, bytes.size()));
  ASSERT_TRUE(source);
  Bytes all;
  for (bool more = true; more;) {
    const auto piece = runner_.run((*source)->next());
    ASSERT_TRUE(piece);
    more = !piece->empty();
    all += *piece;
  }
  EXPECT_EQ(all, bytes);
}

TEST_F(DirectoryBlobs, ItIsFullWhenTheDiskHasLessThanItsReserve_MEDIA_4) {
  backend_.leave_room(0);
  EXPECT_EQ(backend_.store().health(), StoreHealth::kOk) << "the reserve itself is there";
  EXPECT_TRUE(runner_.run(backend_.blobs().begin(file(1), 0)));
  backend_.use_reserve(1);
  EXPECT_EQ(backend_.store().health(), StoreHealth::kFull);
  EXPECT_EQ(runner_.run(backend_.blobs().begin(file(2), 0)).error(), StoreError::kFull);
  backend_.use_reserve(0);
  EXPECT_EQ(backend_.store().health(), StoreHealth::kOk);
}

TEST_F(DirectoryBlobs, ADirectoryThatCantBeWrittenIsUnavailableAndHealthyAgainAfterAWhile) {
  const fs::path partial = backend_.directory() / "partial", away = backend_.directory() / "away";
  fs::rename(partial, away);
  EXPECT_EQ(runner_.run(backend_.blobs().begin(file(1), 10)).error(), StoreError::kUnavailable);
  EXPECT_EQ(backend_.store().health(), StoreHealth::kUnavailable);
  fs::rename(away, partial);
  backend_.pass(20'000);
  EXPECT_EQ(backend_.store().health(), StoreHealth::kOk);
  EXPECT_TRUE(runner_.run(backend_.blobs().begin(file(1), 10)));
}

TEST(DirectoryBlobStore, APlaceThatIsNoDirectoryIsRefusedWithItsName) {
  TestDirectory directory;
  std::ofstream(directory.file("media")) << "a file";
  net::SystemClock clock;
  const auto opened = DirectoryBlobStore::open({directory.file("media")}, clock);
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().find(directory.file("media")), std::string::npos) << opened.error();
}

}  // namespace
}  // namespace kith
