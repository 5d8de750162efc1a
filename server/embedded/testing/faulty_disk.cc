// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/embedded/testing/faulty_disk.h"

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

namespace kith {

namespace {

rocksdb::IOStatus state_of(const FaultyDisk& disk) {
  if (disk.full_) return rocksdb::IOStatus::NoSpace("test: no space left on device");
  if (disk.broken_) return rocksdb::IOStatus::IOError("test: input/output error");
  return rocksdb::IOStatus::OK();
}

class FaultyFile final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  FaultyFile(std::unique_ptr<rocksdb::FSWritableFile> file, const FaultyDisk& disk)
      : FSWritableFileOwnerWrapper(std::move(file)), disk_(disk) {}
  rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                           rocksdb::IODebugContext* context) override {
    if (auto state = state_of(disk_); !state.ok()) return state;
    return FSWritableFileOwnerWrapper::Append(data, options, context);
  }
  rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                           const rocksdb::DataVerificationInfo& verification,
                           rocksdb::IODebugContext* context) override {
    if (auto state = state_of(disk_); !state.ok()) return state;
    return FSWritableFileOwnerWrapper::Append(data, options, verification, context);
  }
  rocksdb::IOStatus Sync(const rocksdb::IOOptions& options, rocksdb::IODebugContext* context) override {
    disk_.stalled_.wait(true);
    if (auto state = state_of(disk_); !state.ok()) return state;
    return FSWritableFileOwnerWrapper::Sync(options, context);
  }

 private:
  const FaultyDisk& disk_;
};

class FaultyFileSystem final : public rocksdb::FileSystemWrapper {
 public:
  explicit FaultyFileSystem(const FaultyDisk& disk) : FileSystemWrapper(rocksdb::FileSystem::Default()), disk_(disk) {}
  [[nodiscard]] const char* Name() const override { return "FaultyFileSystem"; }
  rocksdb::IOStatus NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* file,
                                    rocksdb::IODebugContext* context) override {
    if (auto state = state_of(disk_); !state.ok()) return state;
    auto status = FileSystemWrapper::NewWritableFile(name, options, file, context);
    if (status.ok()) *file = std::make_unique<FaultyFile>(std::move(*file), disk_);
    return status;
  }

 private:
  const FaultyDisk& disk_;
};

}  // namespace

FaultyDisk::FaultyDisk() : env_(rocksdb::NewCompositeEnv(std::make_shared<FaultyFileSystem>(*this))) {}
FaultyDisk::~FaultyDisk() = default;

}  // namespace kith
