// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/embedded/directory_blob_store.h"

#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "net/socket.h"

namespace kith {

namespace {

constexpr uint64_t kFailedForMs = 10'000;

struct OpenFile {
  net::Descriptor descriptor;
  uint64_t size = 0;
};

// Absent with errno: ENOENT, or that of a file that is none of ours, EINVAL.
std::optional<OpenFile> open_regular(const std::string& path, int flags) {
  // Not one that would wait for another end.
  net::Descriptor descriptor(::open(path.c_str(), flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600));
  if (!descriptor) return std::nullopt;
  struct stat state{};
  if (fstat(descriptor.get(), &state) != 0) return std::nullopt;
  if (!S_ISREG(state.st_mode)) {
    errno = EINVAL;
    return std::nullopt;
  }
  return OpenFile{std::move(descriptor), static_cast<uint64_t>(state.st_size)};
}

// What lies there is no regular file, or leads elsewhere.
bool is_foreign(int error) { return error == EINVAL || error == ELOOP || error == EISDIR || error == ENXIO; }

bool write_all(int descriptor, BytesView bytes, uint64_t at) {
  while (!bytes.empty()) {
    const ssize_t written = pwrite(descriptor, bytes.data(), bytes.size(), static_cast<off_t>(at));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(written));
    at += static_cast<uint64_t>(written);
  }
  return true;
}

bool sync_directory(const std::string& path) {
  const net::Descriptor directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return directory && fsync(directory.get()) == 0;
}

}  // namespace

// Reads ahead a block, and gives it in pieces.
class DirectoryBlobStore::Source final : public ByteSource {
 public:
  Source(DirectoryBlobStore& store, std::string path, uint64_t first, uint64_t size)
      : store_(store), path_(std::move(path)), at_(first), end_(first + size) {}

  Task<Result<Bytes, StreamError>> next() override {
    if (given_ == block_.size() && at_ < end_) {
      const uint64_t size = std::min<uint64_t>(kReadBytes, end_ - at_);
      const auto job = [this, size] { return read_block(size); };
      Task<Result<Bytes, StreamError>> reading = net::run_on(store_.reader_, job, StreamError::kFailed);
      auto block = co_await std::move(reading);
      if (!block) {
        end_ = at_ = 0;
        co_return Fail(block.error());
      }
      block_ = std::move(*block);
      given_ = 0;
      at_ += block_.size();
      store_.read_ += block_.size();
    }
    Bytes piece = block_.substr(given_, kPieceBytesMax);
    given_ += piece.size();
    co_return piece;
  }

 private:
  [[nodiscard]] Result<Bytes, StreamError> read_block(uint64_t size) const {
    const auto file = open_regular(path_, O_RDONLY);
    if (!file) return Fail(StreamError::kFailed);
    Bytes block(size, '\0');
    for (uint64_t got = 0; got < size;) {
      const ssize_t count =
          pread(file->descriptor.get(), block.data() + got, size - got, static_cast<off_t>(at_ + got));
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) return Fail(StreamError::kFailed);
      got += static_cast<uint64_t>(count);
    }
    return block;
  }

  DirectoryBlobStore& store_;
  const std::string path_;
  uint64_t at_;  // of what was not read yet
  uint64_t end_;
  Bytes block_;
  size_t given_ = 0;  // of it
};

Result<std::unique_ptr<DirectoryBlobStore>, std::string> DirectoryBlobStore::open(Settings settings, Clock& clock) {
  const std::string directory = settings.directory;
  for (const std::string& path : {directory, directory + "/partial"}) {
    const bool made = mkdir(path.c_str(), 0700) == 0;
    if (!made && errno != EEXIST) return Fail("the directory " + path + " can't be made: " + std::strerror(errno));
    if (access(path.c_str(), R_OK | W_OK | X_OK) != 0)
      return Fail("the directory " + path + " can't be used: " + std::strerror(errno));
    if (made && !sync_directory(path.substr(0, path.rfind('/'))))
      return Fail("the directory " + path + " can't be written: " + std::strerror(errno));
  }
  return std::unique_ptr<DirectoryBlobStore>(new DirectoryBlobStore(std::move(settings), clock));
}

DirectoryBlobStore::DirectoryBlobStore(Settings settings, Clock& clock)
    : directory_(settings.directory),
      free_bytes_min_(settings.free_bytes_min),
      clock_(clock),
      disk_(settings.directory, clock, std::move(settings.free_bytes)) {}

DirectoryBlobStore::~DirectoryBlobStore() = default;

std::string DirectoryBlobStore::partial_path(const FileId& file) const { return directory_ + "/partial/" + file.hex(); }

std::string DirectoryBlobStore::whole_path(const FileId& file) const {
  const std::string name = file.hex();
  return directory_ + "/" + name.substr(0, 2) + "/" + name.substr(2, 2) + "/" + name;
}

bool DirectoryBlobStore::has_room(uint64_t bytes) const {
  const uint64_t free = disk_.free_bytes();
  return free >= free_bytes_min_ && free - free_bytes_min_ >= bytes;
}

StoreError DirectoryBlobStore::failed(const char* what) {
  const int error = errno;
  if (error == ENOSPC || error == EDQUOT || error == EFBIG) return StoreError::kFull;
  if (is_foreign(error)) return StoreError::kDamaged;
  spdlog::error("media store: {}: {}", what, std::strerror(error));
  failed_at_ms_ = std::max<uint64_t>(1, clock_.monotonic().value);
  return StoreError::kUnavailable;
}

StoreHealth DirectoryBlobStore::health() const {
  if (!has_room(0)) return StoreHealth::kFull;
  const uint64_t failed_at_ms = failed_at_ms_;
  const bool has_failed = failed_at_ms != 0 && clock_.monotonic().value < failed_at_ms + kFailedForMs;
  return has_failed ? StoreHealth::kUnavailable : StoreHealth::kOk;
}

// ---------------------------------------------------------------- on the writer's thread

Result<void, StoreError> DirectoryBlobStore::sync_directory_of(const std::string& name) {
  if (!sync_directory(name.substr(0, name.rfind('/')))) return Fail(failed("a directory can't be synced"));
  return {};
}

Result<void, StoreError> DirectoryBlobStore::begin_now(const FileId& file, uint64_t size) {
  if (!has_room(size)) return Fail(StoreError::kFull);
  const std::string path = partial_path(file);
  if (access(whole_path(file).c_str(), F_OK) == 0) return {};
  if (!open_regular(path, O_WRONLY | O_CREAT)) return Fail(failed("a file can't be made"));
  return sync_directory_of(path);
}

Result<uint64_t, StoreError> DirectoryBlobStore::take_turn(const FileId& file, uint64_t offset) {
  const auto partial = open_regular(partial_path(file), O_WRONLY);
  if (!partial) return Fail(errno == ENOENT ? StoreError::kNotFound : failed("a file can't be written"));
  if (partial->size != offset) return Fail(StoreError::kConflict);
  return turns_[file] = ++last_turn_;
}

Result<void, StoreError> DirectoryBlobStore::write_block(const FileId& file, uint64_t turn, uint64_t at,
                                                         BytesView block) {
  const auto known = turns_.find(file);
  if (known == turns_.end() || known->second != turn) return Fail(StoreError::kConflict);
  const auto partial = open_regular(partial_path(file), O_WRONLY);
  std::optional<StoreError> error;
  if (!partial) {
    error = failed("a file can't be written");
  } else if (!has_room(block.size())) {
    error = StoreError::kFull;
  } else if (!write_all(partial->descriptor.get(), block, at)) {
    error = failed("a file can't be written");
  }
  if (!error) return {};
  turns_.erase(known);
  return Fail(*error);
}

Result<void, StoreError> DirectoryBlobStore::end_turn(const FileId& file, uint64_t turn) {
  const auto known = turns_.find(file);
  if (known == turns_.end() || known->second != turn) return Fail(StoreError::kConflict);
  turns_.erase(known);
  const auto partial = open_regular(partial_path(file), O_WRONLY);
  if (!partial || fdatasync(partial->descriptor.get()) != 0) return Fail(failed("a file can't be synced"));
  return {};
}

// Synced first: what an earlier process has written, or an append() that failed, may not be.
Result<BlobStore::Held, StoreError> DirectoryBlobStore::held_now(const FileId& file) {
  if (const auto partial = open_regular(partial_path(file), O_WRONLY)) {
    if (fdatasync(partial->descriptor.get()) != 0) return Fail(failed("a file can't be synced"));
    return Held{partial->size, false};
  }
  if (errno != ENOENT) return Fail(failed("a file can't be written"));
  if (const auto whole = open_regular(whole_path(file), O_RDONLY)) return Held{whole->size, true};
  return Fail(errno == ENOENT ? StoreError::kNotFound : failed("a file can't be read"));
}

Result<void, StoreError> DirectoryBlobStore::make_directories_of(const FileId& file) {
  const std::string path = whole_path(file);
  const std::string inner = path.substr(0, path.rfind('/'));
  const std::string outer = inner.substr(0, inner.rfind('/'));
  for (const std::string& directory : {outer, inner}) {
    if (mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST) return Fail(failed("a directory can't be made"));
    // Also one that is there: whoever made it may have been killed before it was synced.
    if (auto synced = sync_directory_of(directory); !synced) return synced;
  }
  return {};
}

Result<void, StoreError> DirectoryBlobStore::finish_now(const FileId& file, uint64_t size) {
  const std::string from = partial_path(file), to = whole_path(file);
  turns_.erase(file);
  {
    const auto partial = open_regular(from, O_WRONLY);
    if (!partial) {
      if (errno != ENOENT) return Fail(failed("a file can't be written"));
      const auto whole = open_regular(to, O_RDONLY);
      if (!whole) return Fail(errno == ENOENT ? StoreError::kNotFound : failed("a file can't be read"));
      if (whole->size != size) return Fail(StoreError::kConflict);
      return sync_directory_of(to);
    }
    if (partial->size != size) return Fail(StoreError::kConflict);
    if (fdatasync(partial->descriptor.get()) != 0) return Fail(failed("a file can't be synced"));
  }
  if (auto made = make_directories_of(file); !made) return made;
  if (rename(from.c_str(), to.c_str()) != 0) return Fail(failed("a file can't be renamed"));
  if (auto synced = sync_directory_of(to); !synced) return synced;
  return sync_directory_of(from);
}

Result<void, StoreError> DirectoryBlobStore::remove_now(const FileId& file) {
  turns_.erase(file);
  for (const std::string& path : {partial_path(file), whole_path(file)}) {
    struct stat state{};
    if (lstat(path.c_str(), &state) != 0) {
      if (errno == ENOENT || errno == ENOTDIR) continue;
      return Fail(failed("a file can't be removed"));
    }
    if (!S_ISREG(state.st_mode)) continue;
    if (unlink(path.c_str()) != 0 && errno != ENOENT) return Fail(failed("a file can't be removed"));
    if (auto synced = sync_directory_of(path); !synced) return synced;
  }
  return {};
}

// ---------------------------------------------------------------- the port

Task<Result<void, StoreError>> DirectoryBlobStore::begin(FileId file, uint64_t size) {
  const auto job = [this, file, size] { return begin_now(file, size); };
  return net::run_on(writer_, job, StoreError::kUnavailable);
}

Task<Result<BlobStore::Appended, StoreError>> DirectoryBlobStore::append(FileId file, uint64_t offset, uint64_t size,
                                                                         ByteSource& body) {
  if (offset > size) co_return Fail(StoreError::kConflict);
  const auto begin_turn = [this, file, offset] { return take_turn(file, offset); };
  Task<Result<uint64_t, StoreError>> beginning = net::run_on(writer_, begin_turn, StoreError::kUnavailable);
  const auto turn = co_await std::move(beginning);
  if (!turn) co_return Fail(turn.error());
  Appended appended{offset, std::nullopt};
  Bytes block;
  for (bool more = true; more;) {
    const auto piece = co_await body.next();
    if (!piece) appended.broke_off = piece.error();
    if (piece && piece->size() > size - appended.bytes - block.size()) appended.broke_off = StreamError::kTooLong;
    more = piece && !piece->empty() && !appended.broke_off;
    if (more) block.append(*piece);
    if (block.empty() || (more && block.size() < kBlockBytes)) continue;
    const auto write = [this, file, turn = *turn, at = appended.bytes, &block] {
      return write_block(file, turn, at, block);
    };
    Task<Result<void, StoreError>> writing = net::run_on(writer_, write, StoreError::kUnavailable);
    const auto written = co_await std::move(writing);
    if (!written) co_return Fail(written.error());
    appended.bytes += block.size();
    written_ += block.size();
    block.clear();
  }
  const auto sync = [this, file, turn = *turn] { return end_turn(file, turn); };
  Task<Result<void, StoreError>> syncing = net::run_on(writer_, sync, StoreError::kUnavailable);
  const auto synced = co_await std::move(syncing);
  if (!synced) co_return Fail(synced.error());
  co_return appended;
}

Task<Result<BlobStore::Held, StoreError>> DirectoryBlobStore::held(FileId file) {
  const auto job = [this, file] { return held_now(file); };
  return net::run_on(writer_, job, StoreError::kUnavailable);
}

Task<Result<void, StoreError>> DirectoryBlobStore::finish(FileId file, uint64_t size) {
  const auto job = [this, file, size] { return finish_now(file, size); };
  return net::run_on(writer_, job, StoreError::kUnavailable);
}

Task<Result<std::unique_ptr<ByteSource>, StoreError>> DirectoryBlobStore::open(FileId file, uint64_t first,
                                                                               uint64_t size) {
  const auto job = [this, file, first, size]() -> Result<std::unique_ptr<ByteSource>, StoreError> {
    std::string path = whole_path(file);
    const auto whole = open_regular(path, O_RDONLY);
    if (!whole) return Fail(errno == ENOENT ? StoreError::kNotFound : failed("a file can't be read"));
    if (first > whole->size || size > whole->size - first) return Fail(StoreError::kDamaged);
    return std::make_unique<Source>(*this, std::move(path), first, size);
  };
  return net::run_on(reader_, job, StoreError::kUnavailable);
}

Task<Result<void, StoreError>> DirectoryBlobStore::remove(FileId file) {
  const auto job = [this, file] { return remove_now(file); };
  return net::run_on(writer_, job, StoreError::kUnavailable);
}

}  // namespace kith
