// SPDX-License-Identifier: AGPL-3.0-or-later

// A disk in memory that fails and crashes on demand: an SQLite VFS for tests and for the simulator.
//
// Writes and truncations of a file are pending until the file is synced, as on a real disk; reads see them at once. A
// crash loses what is pending, wholly or in part. Creating and deleting files is durable at once.
//
// Ownership: register it by making it, open databases by name(); it outlives them. One thread. Locks always succeed:
// one connection a file. Randomness and time that SQLite asks for are the same in each run.
#pragma once

#include <sqlite3.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace kith::core::testing {

class FaultyVfs {
 public:
  explicit FaultyVfs(std::string name) : name_(std::move(name)) {
    vfs_.iVersion = 2;
    vfs_.szOsFile = sizeof(Handle);
    vfs_.mxPathname = 512;
    vfs_.zName = name_.c_str();
    vfs_.pAppData = this;
    vfs_.xOpen = open;
    vfs_.xDelete = remove;
    vfs_.xAccess = access;
    vfs_.xFullPathname = full_path;
    vfs_.xRandomness = randomness;
    vfs_.xSleep = [](sqlite3_vfs*, int micros) { return micros; };
    vfs_.xCurrentTime = [](sqlite3_vfs*, double* days) { return *days = 2460000.5, SQLITE_OK; };
    vfs_.xGetLastError = [](sqlite3_vfs*, int, char*) { return 0; };
    vfs_.xCurrentTimeInt64 = [](sqlite3_vfs*, sqlite3_int64* millis) { return *millis = 212544043200000, SQLITE_OK; };
    sqlite3_vfs_register(&vfs_, 0);
  }
  ~FaultyVfs() { sqlite3_vfs_unregister(&vfs_); }
  FaultyVfs(const FaultyVfs&) = delete;
  FaultyVfs& operator=(const FaultyVfs&) = delete;

  [[nodiscard]] const char* name() const { return name_.c_str(); }

  // Writes, truncations and syncs so far.
  [[nodiscard]] uint64_t operations() const { return operations_; }
  // Fails the operation after `after` more with `code` (SQLITE_FULL, SQLITE_IOERR_WRITE, SQLITE_IOERR_FSYNC), and with
  // `forever` all that follow. A write that fails has written its first half.
  void fail_after(uint64_t after, int code, bool forever = false) { fault_ = {operations_ + after, code, forever}; }
  void stop_failing() { fault_.reset(); }
  // All files together hold at most so many bytes; a write beyond answers SQLITE_FULL.
  void set_capacity(uint64_t bytes) { capacity_ = bytes; }

  // How many of the first bytes of a pending write of `size` bytes survive a crash.
  using Survives = std::function<size_t(size_t size)>;
  // The machine loses power: open files answer SQLITE_IOERR from now on, and hold what was synced and what survives.
  // Faults end.
  void crash(const Survives& survives = [](size_t) { return size_t{0}; }) {
    ++generation_;
    fault_.reset();
    for (auto& [path, file] : files_) {
      for (const Pending& pending : file->pending) {
        if (!pending.data) {
          if (survives(1) > 0) file->durable.resize(pending.offset);
          continue;
        }
        const size_t kept = std::min(survives(pending.data->size()), pending.data->size());
        if (kept > 0) write_to(file->durable, pending.offset, pending.data->data(), kept);
      }
      file->pending.clear();
      file->bytes = file->durable;
    }
  }

  // The file as a reader sees it; null when there is none. For damaging it: sync() afterwards makes the damage durable.
  [[nodiscard]] std::string* contents(const std::string& path) {
    const auto file = files_.find(path);
    return file == files_.end() ? nullptr : &file->second->bytes;
  }
  void sync(const std::string& path) {
    const auto file = files_.find(path);
    if (file == files_.end()) return;
    file->second->pending.clear();
    file->second->durable = file->second->bytes;
  }

  // What a copy of all files would hold, and the disk put back from it: open files answer SQLITE_IOERR from then on.
  using Copy = std::map<std::string, std::string>;
  [[nodiscard]] Copy copy() const {
    Copy copy;
    for (const auto& [path, file] : files_) copy.emplace(path, file->bytes);
    return copy;
  }
  void put_back(const Copy& copy) {
    ++generation_;
    files_.clear();
    for (const auto& [path, bytes] : copy) {
      auto& file = files_[path] = std::make_unique<File>();
      file->bytes = file->durable = bytes;
    }
  }

 private:
  struct Pending {
    uint64_t offset = 0;
    std::optional<std::string> data;  // absent: the file is cut off at offset
  };
  struct File {
    std::string bytes;    // what reads see
    std::string durable;  // what was synced
    std::vector<Pending> pending;

    // What is pending, and no more: a file is written a hundred times for each of its bytes.
    void sync() {
      for (const Pending& each : pending) {
        if (each.data) {
          write_to(durable, each.offset, each.data->data(), each.data->size());
        } else {
          durable.resize(each.offset);
        }
      }
      pending.clear();
    }
  };
  struct Handle {
    sqlite3_file base;  // first: SQLite casts
    FaultyVfs* vfs;
    File* file;
    File* unnamed;  // owned
    uint64_t generation;
  };
  struct Fault {
    uint64_t operation = 0;
    int code = SQLITE_OK;
    bool forever = false;
  };

  static Handle* handle_of(sqlite3_file* file) { return reinterpret_cast<Handle*>(file); }
  static FaultyVfs* self(sqlite3_vfs* vfs) { return static_cast<FaultyVfs*>(vfs->pAppData); }

  static void write_to(std::string& bytes, uint64_t offset, const char* data, size_t size) {
    if (bytes.size() < offset + size) bytes.resize(offset + size);
    std::memcpy(bytes.data() + offset, data, size);
  }

  // SQLITE_OK, or what the next operation has to fail with.
  int next_operation() {
    const uint64_t operation = operations_++;
    if (!fault_ || operation < fault_->operation) return SQLITE_OK;
    const int code = fault_->code;
    if (!fault_->forever) fault_.reset();
    return code;
  }
  [[nodiscard]] bool dead(const Handle* handle) const { return handle->generation != generation_; }
  [[nodiscard]] uint64_t total_bytes() const {
    uint64_t total = 0;
    for (const auto& [path, file] : files_) total += file->bytes.size();
    return total;
  }

  static int open(sqlite3_vfs* vfs, const char* path, sqlite3_file* file, int flags, int* out_flags) {
    Handle* handle = handle_of(file);
    handle->base.pMethods = nullptr;
    handle->vfs = self(vfs);
    handle->generation = handle->vfs->generation_;
    handle->unnamed = nullptr;
    if (path == nullptr) {
      handle->file = handle->unnamed = new File;
    } else {
      auto& files = handle->vfs->files_;
      const auto found = files.find(path);
      if (found != files.end()) {
        handle->file = found->second.get();
      } else if ((flags & SQLITE_OPEN_CREATE) != 0) {
        handle->file = (files[path] = std::make_unique<File>()).get();
      } else {
        return SQLITE_CANTOPEN;
      }
    }
    handle->base.pMethods = methods();
    if (out_flags != nullptr) *out_flags = flags;
    return SQLITE_OK;
  }
  static int remove(sqlite3_vfs* vfs, const char* path, int) {
    return self(vfs)->files_.erase(path) == 0 ? SQLITE_IOERR_DELETE_NOENT : SQLITE_OK;
  }
  static int access(sqlite3_vfs* vfs, const char* path, int, int* result) {
    *result = self(vfs)->files_.contains(path) ? 1 : 0;
    return SQLITE_OK;
  }
  static int full_path(sqlite3_vfs*, const char* path, int size, char* out) {
    sqlite3_snprintf(size, out, "%s", path);
    return SQLITE_OK;
  }
  static int randomness(sqlite3_vfs* vfs, int size, char* out) {
    for (int i = 0; i < size; ++i) {
      uint64_t& state = self(vfs)->random_;
      state = state * 6364136223846793005u + 1442695040888963407u;
      out[i] = static_cast<char>(state >> 56);
    }
    return size;
  }

  static int close(sqlite3_file* file) {
    delete handle_of(file)->unnamed;
    return SQLITE_OK;
  }
  static int read(sqlite3_file* file, void* out, int size, sqlite3_int64 offset) {
    const Handle* handle = handle_of(file);
    if (handle->vfs->dead(handle)) return SQLITE_IOERR_READ;
    const std::string& bytes = handle->file->bytes;
    const auto begin = std::min<uint64_t>(static_cast<uint64_t>(offset), bytes.size());
    const auto there = std::min<uint64_t>(static_cast<uint64_t>(size), bytes.size() - begin);
    std::memcpy(out, bytes.data() + begin, there);
    if (there == static_cast<uint64_t>(size)) return SQLITE_OK;
    std::memset(static_cast<char*>(out) + there, 0, static_cast<size_t>(size) - there);
    return SQLITE_IOERR_SHORT_READ;
  }
  static int write(sqlite3_file* file, const void* data, int size, sqlite3_int64 offset) {
    const Handle* handle = handle_of(file);
    FaultyVfs& vfs = *handle->vfs;
    if (vfs.dead(handle)) return SQLITE_IOERR_WRITE;
    int code = vfs.next_operation();
    const uint64_t end = static_cast<uint64_t>(offset) + static_cast<uint64_t>(size);
    if (code == SQLITE_OK && vfs.capacity_ && end > handle->file->bytes.size() &&
        vfs.total_bytes() + (end - handle->file->bytes.size()) > *vfs.capacity_) {
      return SQLITE_FULL;
    }
    const size_t written = code == SQLITE_OK ? static_cast<size_t>(size) : static_cast<size_t>(size) / 2;
    const auto* bytes = static_cast<const char*>(data);
    write_to(handle->file->bytes, static_cast<uint64_t>(offset), bytes, written);
    handle->file->pending.push_back({static_cast<uint64_t>(offset), std::string(bytes, written)});
    return code;
  }
  static int truncate(sqlite3_file* file, sqlite3_int64 size) {
    const Handle* handle = handle_of(file);
    if (handle->vfs->dead(handle)) return SQLITE_IOERR_TRUNCATE;
    if (const int code = handle->vfs->next_operation(); code != SQLITE_OK) return code;
    handle->file->bytes.resize(static_cast<size_t>(size));
    handle->file->pending.push_back({static_cast<uint64_t>(size), std::nullopt});
    return SQLITE_OK;
  }
  static int sync_file(sqlite3_file* file, int) {
    const Handle* handle = handle_of(file);
    if (handle->vfs->dead(handle)) return SQLITE_IOERR_FSYNC;
    if (const int code = handle->vfs->next_operation(); code != SQLITE_OK) return code;
    handle->file->sync();
    return SQLITE_OK;
  }
  static int size_of(sqlite3_file* file, sqlite3_int64* size) {
    const Handle* handle = handle_of(file);
    if (handle->vfs->dead(handle)) return SQLITE_IOERR_FSTAT;
    *size = static_cast<sqlite3_int64>(handle->file->bytes.size());
    return SQLITE_OK;
  }

  static const sqlite3_io_methods* methods() {
    static const sqlite3_io_methods methods = [] {
      sqlite3_io_methods made{};
      made.iVersion = 1;
      made.xClose = close;
      made.xRead = read;
      made.xWrite = write;
      made.xTruncate = truncate;
      made.xSync = sync_file;
      made.xFileSize = size_of;
      made.xLock = [](sqlite3_file*, int) { return SQLITE_OK; };
      made.xUnlock = [](sqlite3_file*, int) { return SQLITE_OK; };
      made.xCheckReservedLock = [](sqlite3_file*, int* result) { return *result = 0, SQLITE_OK; };
      made.xFileControl = [](sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; };
      made.xSectorSize = [](sqlite3_file*) { return 4096; };
      made.xDeviceCharacteristics = [](sqlite3_file*) { return 0; };
      return made;
    }();
    return &methods;
  }

  std::string name_;
  sqlite3_vfs vfs_{};
  std::map<std::string, std::unique_ptr<File>> files_;
  std::optional<Fault> fault_;
  std::optional<uint64_t> capacity_;
  uint64_t operations_ = 0;
  uint64_t generation_ = 0;
  uint64_t random_ = 1;
};

}  // namespace kith::core::testing
