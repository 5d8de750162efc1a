// SPDX-License-Identifier: AGPL-3.0-or-later

#include "cli/sealed_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <system_error>
#include <utility>

#include "crypto/hash.h"

namespace kith::cli {

namespace {

constexpr size_t kChunksAtOnce = 16;
constexpr std::string_view kSealing = "sealing-";

FileError error_of(int error) {
  if (error == ENOSPC || error == EDQUOT) return FileError::kNoRoom;
  return error == ENOENT || error == EACCES ? FileError::kMissing : FileError::kFailed;
}

Result<void, FileError> sync_directory(const std::string& path) {
  const OpenFile directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory || ::fsync(directory.get()) != 0) return Fail(FileError::kFailed);
  return {};
}

Result<void, FileError> rename_durably(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) return Fail(error_of(errno));
  return sync_directory(to.substr(0, to.rfind('/')));
}

// Removes what is at the path unless it is kept.
class Temporary {
 public:
  explicit Temporary(std::string path) : path_(std::move(path)) {}
  ~Temporary() {
    if (!path_.empty()) ::unlink(path_.c_str());
  }
  Temporary(const Temporary&) = delete;
  Temporary& operator=(const Temporary&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }
  void kept() { path_.clear(); }

 private:
  std::string path_;
};

}  // namespace

const char* describe(FileError error) {
  switch (error) {
    case FileError::kMissing: return "it is not there, or can't be read";
    case FileError::kNoRoom: return "the disk is full";
    case FileError::kFailed: return "reading or writing failed";
    case FileError::kDamaged: return "it is damaged";
    case FileError::kTooLarge: return "it is too large, or changes";
    case FileError::kEmpty: return "it is empty";
    case FileError::kNotRegular: return "it is no file";
  }
  return "";
}

OpenFile::~OpenFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

uint64_t OpenFile::size() const {
  struct stat status = {};
  return ::fstat(descriptor_, &status) == 0 ? static_cast<uint64_t>(status.st_size) : 0;
}

Result<Bytes, FileError> OpenFile::read(uint64_t offset, size_t size) const {
  Bytes bytes(size, '\0');
  size_t got = 0;
  while (got < size) {
    const ssize_t count = ::pread(descriptor_, bytes.data() + got, size - got, static_cast<off_t>(offset + got));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return Fail(FileError::kFailed);
    if (count == 0) break;
    got += static_cast<size_t>(count);
  }
  bytes.resize(got);
  return bytes;
}

Result<void, FileError> OpenFile::write(uint64_t offset, BytesView bytes) const {
  while (!bytes.empty()) {
    const ssize_t count = ::pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return Fail(error_of(errno));
    bytes.remove_prefix(static_cast<size_t>(count));
    offset += static_cast<uint64_t>(count);
  }
  return {};
}

Result<void, FileError> OpenFile::sync() const {
  if (::fdatasync(descriptor_) != 0) return Fail(error_of(errno));
  return {};
}

std::string SealedFiles::path_of(const std::string& name) const {
  return directory_ + "/" + name.substr(0, 2) + "/" + name;
}

Result<void, FileError> SealedFiles::make_directory(const std::string& name) {
  std::error_code error;
  const std::string folder = directory_ + "/" + name.substr(0, 2);
  const bool made_all = std::filesystem::create_directory(directory_, error);
  if (error) return Fail(error_of(error.value()));
  const bool made = std::filesystem::create_directory(folder, error);
  if (error) return Fail(error_of(error.value()));
  if (made_all) (void)sync_directory(directory_.substr(0, directory_.rfind('/'))).has_value();
  return made ? sync_directory(directory_) : Result<void, FileError>();
}

std::string SealedFiles::new_beside(RandomSource& random) const {
  std::error_code ignored;  // whoever opens it is told
  std::filesystem::create_directory(directory_, ignored);
  return directory_ + "/" + std::string(kSealing) + random.id<FileId>().hex();
}

Result<crypto::SealedFile, FileError> SealedFiles::seal(const std::string& path, RandomSource& random,
                                                        const std::function<void(uint64_t)>& progress) {
  struct stat status = {};
  const OpenFile source(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!source || ::fstat(source.get(), &status) != 0) return Fail(FileError::kMissing);
  if (!S_ISREG(status.st_mode)) return Fail(FileError::kNotRegular);
  if (status.st_size == 0) return Fail(FileError::kEmpty);
  if (static_cast<uint64_t>(status.st_size) > kFileBytesMax) return Fail(FileError::kTooLarge);

  crypto::SealedFile file;
  file.id = random.id<FileId>();
  file.key = random.bytes(crypto::kMediaKeyBytes);
  file.size = static_cast<uint64_t>(status.st_size);
  Temporary temporary(new_beside(random));
  const OpenFile target(::open(temporary.path().c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!target) return Fail(error_of(errno));

  crypto::RunningDigest digest;
  Bytes sealed;
  uint64_t written = 0;
  const uint64_t chunks = crypto::media_chunks(file.size);
  for (uint64_t chunk = 0; chunk < chunks; chunk += kChunksAtOnce) {
    const auto plain = source.read(chunk * kMediaChunkBytes, kChunksAtOnce * kMediaChunkBytes);
    if (!plain) return Fail(plain.error());
    sealed.clear();
    for (uint64_t each = chunk; each < std::min(chunk + kChunksAtOnce, chunks); ++each) {
      const uint64_t at = std::min<uint64_t>((each - chunk) * kMediaChunkBytes, plain->size());
      crypto::seal_chunk(file.key, file.size, each, BytesView(*plain).substr(at, kMediaChunkBytes), sealed);
    }
    digest.add(sealed);
    if (const auto wrote = target.write(written, sealed); !wrote) return Fail(wrote.error());
    written += sealed.size();
    if (progress) progress(std::min(file.size, (chunk + kChunksAtOnce) * kMediaChunkBytes));
  }
  if (source.size() != file.size) return Fail(FileError::kTooLarge);  // it was written to meanwhile
  if (const auto synced = target.sync(); !synced) return Fail(synced.error());
  file.digest = digest.finish();
  const std::string name = file.name().hex();
  if (const auto made = make_directory(name); !made) return Fail(made.error());
  if (const auto kept = rename_durably(temporary.path(), path_of(name)); !kept) return Fail(kept.error());
  temporary.kept();
  return file;
}

Result<void, FileError> SealedFiles::unseal(const std::string& name, const crypto::SealedFile& file,
                                            const std::function<bool(BytesView)>& take) {
  const auto source = open(name);
  if (!source) return Fail(source.error());
  const uint64_t chunks = crypto::media_chunks(file.size);
  Bytes plain;
  for (uint64_t chunk = 0; chunk < chunks; chunk += kChunksAtOnce) {
    const auto sealed = source->read(chunk * kMediaSealedChunkBytes, kChunksAtOnce * kMediaSealedChunkBytes);
    if (!sealed) return Fail(sealed.error());
    plain.clear();
    for (uint64_t each = chunk; each < std::min(chunk + kChunksAtOnce, chunks); ++each) {
      const uint64_t at = std::min<uint64_t>((each - chunk) * kMediaSealedChunkBytes, sealed->size());
      const BytesView piece = BytesView(*sealed).substr(at, kMediaSealedChunkBytes);
      if (!crypto::open_chunk(file.key, file.size, each, piece, plain)) return Fail(FileError::kDamaged);
    }
    if (!plain.empty() && !take(plain)) return {};
  }
  return {};
}

Result<OpenFile, FileError> SealedFiles::open(const std::string& name) const {
  OpenFile file(::open(path_of(name).c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return Fail(error_of(errno));
  return file;
}

Result<OpenFile, FileError> SealedFiles::open_part(const std::string& name) {
  if (const auto made = make_directory(name); !made) return Fail(made.error());
  OpenFile file(::open((path_of(name) + ".part").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!file) return Fail(error_of(errno));
  return file;
}

Result<void, FileError> SealedFiles::keep_part(const std::string& name, const OpenFile& part) {
  if (const auto synced = part.sync(); !synced) return synced;
  return rename_durably(path_of(name) + ".part", path_of(name));
}

void SealedFiles::remove(const std::string& name) {
  ::unlink(path_of(name).c_str());
  remove_part(name);
}

void SealedFiles::remove_part(const std::string& name) { ::unlink((path_of(name) + ".part").c_str()); }

std::vector<std::string> SealedFiles::old_names(int64_t age_s) {
  std::vector<std::string> names;
  std::error_code error;
  const auto now = std::chrono::system_clock::now();  // time() may be a tick behind what the disk has as a file's time
  const int64_t now_s = std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()).count();
  for (auto entry = std::filesystem::recursive_directory_iterator(directory_, error);
       !error && entry != std::filesystem::recursive_directory_iterator(); entry.increment(error)) {
    struct stat status = {};
    if (::lstat(entry->path().c_str(), &status) != 0 || !S_ISREG(status.st_mode)) continue;
    if (now_s - status.st_mtime < age_s) continue;
    std::string name = entry->path().filename().string();
    if (name.starts_with(kSealing)) {
      ::unlink(entry->path().c_str());
      continue;
    }
    if (name.ends_with(".part")) name.resize(name.size() - 5);
    if (FileName::from_hex(name)) names.push_back(std::move(name));
  }
  return names;
}

}  // namespace kith::cli
