// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/store/vfs_file.h"

#include <sqlite3.h>

#include <algorithm>

namespace kith::core {

namespace {
// SQLite asks for no more in one call, and its layer for Unix writes no more than 128 KiB
constexpr int64_t kCopiedAtOnce = 1 << 16;
}  // namespace

VfsFile::VfsFile(const char* vfs, const std::string& path) {
  sqlite3_vfs* const layer = sqlite3_vfs_find(vfs);
  memory_ = std::make_unique<std::byte[]>(static_cast<size_t>(layer->szOsFile));
  file_ = reinterpret_cast<sqlite3_file*>(memory_.get());
  std::string full(static_cast<size_t>(layer->mxPathname) + 1, '\0');
  opened_ = layer->xFullPathname(layer, path.c_str(), layer->mxPathname + 1, full.data());
  name_ = sqlite3_create_filename(full.c_str(), "", "", 0, nullptr);
  const int flags = SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  if (opened_ == SQLITE_OK) opened_ = layer->xOpen(layer, name_, file_, flags, nullptr);
}

VfsFile::~VfsFile() {
  if (file_->pMethods != nullptr) file_->pMethods->xClose(file_);
  sqlite3_free_filename(const_cast<char*>(name_));
}

int VfsFile::size(int64_t& bytes) {
  sqlite3_int64 found = 0;
  const int code = opened_ != SQLITE_OK ? opened_ : file_->pMethods->xFileSize(file_, &found);
  bytes = found;
  return code;
}

int VfsFile::read(Bytes& into, size_t count, int64_t offset) {
  into.resize(count);
  const int code =
      opened_ != SQLITE_OK ? opened_ : file_->pMethods->xRead(file_, into.data(), static_cast<int>(count), offset);
  return code == SQLITE_IOERR_SHORT_READ ? SQLITE_OK : code;
}

int VfsFile::write(BytesView bytes, int64_t offset) {
  return opened_ != SQLITE_OK ? opened_
                              : file_->pMethods->xWrite(file_, bytes.data(), static_cast<int>(bytes.size()), offset);
}

int VfsFile::truncate(int64_t bytes) {
  return opened_ != SQLITE_OK ? opened_ : file_->pMethods->xTruncate(file_, bytes);
}

int VfsFile::sync() { return opened_ != SQLITE_OK ? opened_ : file_->pMethods->xSync(file_, SQLITE_SYNC_NORMAL); }

bool VfsFile::exists(const char* vfs, const std::string& path) {
  sqlite3_vfs* const layer = sqlite3_vfs_find(vfs);
  int found = 0;
  return layer->xAccess(layer, path.c_str(), SQLITE_ACCESS_EXISTS, &found) == SQLITE_OK && found != 0;
}

int VfsFile::remove(const char* vfs, const std::string& path) {
  sqlite3_vfs* const layer = sqlite3_vfs_find(vfs);
  const int code = layer->xDelete(layer, path.c_str(), 1);
  return code == SQLITE_IOERR_DELETE_NOENT ? SQLITE_OK : code;
}

int VfsFile::copy(const char* vfs, const std::string& from, const std::string& to) {
  VfsFile source(vfs, from);
  VfsFile target(vfs, to);
  int64_t end = 0;
  int code = source.size(end);
  Bytes part;
  for (int64_t at = 0; code == SQLITE_OK && at < end; at += kCopiedAtOnce) {
    code = source.read(part, static_cast<size_t>(std::min(kCopiedAtOnce, end - at)), at);
    if (code == SQLITE_OK) code = target.write(part, at);
  }
  if (code == SQLITE_OK) code = target.truncate(end);
  return code == SQLITE_OK ? target.sync() : code;
}

}  // namespace kith::core
