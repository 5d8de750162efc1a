// SPDX-License-Identifier: AGPL-3.0-or-later

// The bytes of sealed files in a directory.
//
//   <directory>/partial/<id>     what has come of a file that is being uploaded: its length is how much
//   <directory>/ab/cd/<id>       a file that is whole; <id> in 32 hexadecimal digits, of which ab and cd are the first
//
// An upload is written to the first and renamed to the second, and directories are synced: so at any moment a file is
// whole, or has a beginning of what was sent, or is not there. Whatever else lies there is left alone, and what is no
// regular file is no file of ours: kDamaged.
//
// Threads: one writes and one reads, a block at a time. No descriptor is kept between two blocks, so that any number of
//          transfers, however slow, need none.
// Bounds:  nothing is written when it would leave less than free_bytes_min on the disk, as the other stores hold it.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <unordered_map>

#include "base/clock.h"
#include "net/work_thread.h"
#include "server/embedded/disk_space.h"
#include "server/ports/blob_store.h"
#include "server/ports/store_health.h"

namespace kith {

class DirectoryBlobStore final : public BlobStore, public HealthSource {
 public:
  // What a read takes from the disk at a time.
  static constexpr size_t kReadBytes = 256 * 1024;

  struct Settings {
    std::string directory;
    uint64_t free_bytes_min = 0;
    std::function<uint64_t()> free_bytes = nullptr;  // null: the file system is asked
  };
  // Makes the directory when it is not there. The clock outlives the store. The error is a sentence for the operator.
  static Result<std::unique_ptr<DirectoryBlobStore>, std::string> open(Settings settings, Clock& clock);
  // Completes what is queued. No call is under way.
  ~DirectoryBlobStore() override;

  Task<Result<void, StoreError>> begin(FileId file, uint64_t size) override;
  Task<Result<Appended, StoreError>> append(FileId file, uint64_t offset, uint64_t size, ByteSource& body) override;
  Task<Result<Held, StoreError>> held(FileId file) override;
  Task<Result<void, StoreError>> finish(FileId file, uint64_t size) override;
  Task<Result<std::unique_ptr<ByteSource>, StoreError>> open(FileId file, uint64_t first, uint64_t size) override;
  Task<Result<void, StoreError>> remove(FileId file) override;
  [[nodiscard]] Traffic traffic() const override { return {written_.load(), read_.load()}; }

  // kUnavailable for ten seconds after a write that failed for another reason than space: the next may do.
  [[nodiscard]] StoreHealth health() const override;

 private:
  class Source;

  DirectoryBlobStore(Settings settings, Clock& clock);

  [[nodiscard]] std::string partial_path(const FileId& file) const;
  [[nodiscard]] std::string whole_path(const FileId& file) const;
  [[nodiscard]] bool has_room(uint64_t bytes) const;
  // By errno.
  StoreError failed(const char* what);

  // ---- on the writer's thread
  Result<void, StoreError> begin_now(const FileId& file, uint64_t size);
  // The turn of the append() that may write from now on.
  Result<uint64_t, StoreError> take_turn(const FileId& file, uint64_t offset);
  Result<void, StoreError> write_block(const FileId& file, uint64_t turn, uint64_t at, BytesView block);
  // Synced; the turn is over.
  Result<void, StoreError> end_turn(const FileId& file, uint64_t turn);
  Result<Held, StoreError> held_now(const FileId& file);
  Result<void, StoreError> finish_now(const FileId& file, uint64_t size);
  Result<void, StoreError> remove_now(const FileId& file);
  // Makes what `name` was renamed to, made in or taken from its directory stay.
  Result<void, StoreError> sync_directory_of(const std::string& name);
  Result<void, StoreError> make_directories_of(const FileId& file);

  const std::string directory_;
  const uint64_t free_bytes_min_;
  Clock& clock_;
  mutable DiskSpace disk_;
  std::atomic<uint64_t> written_{0};
  std::atomic<uint64_t> read_{0};
  std::atomic<uint64_t> failed_at_ms_{0};  // 0: never
  // Of the writer's thread: who of several that append to a file may.
  std::unordered_map<FileId, uint64_t> turns_;
  uint64_t last_turn_ = 0;
  // Last: they use the others.
  net::WorkThread reader_{"kith-media-read"};
  net::WorkThread writer_{"kith-media-wrt"};
};

}  // namespace kith
