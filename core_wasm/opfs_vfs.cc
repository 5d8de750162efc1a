// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core_wasm/opfs_vfs.h"

#include <sqlite3.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <string_view>

#include "core_wasm/host_imports.h"
#include "core_wasm/log_writer.h"

namespace kith::core_wasm {
namespace {

// What SQLite allocates and hands back at each call; begins with its own part.
struct File {
  sqlite3_file base;
  int number;
  LogWriter* log;  // owned; null unless the file is the write-ahead log
};

File* of(sqlite3_file* file) { return reinterpret_cast<File*>(file); }

int code(int result, int otherwise) {
  if (result == 0) return SQLITE_OK;
  return result == kFileFull ? SQLITE_FULL : otherwise;
}

int close(sqlite3_file* base) {
  File* file = of(base);
  int result = SQLITE_OK;
  if (file->log != nullptr) {
    result = code(file->log->flush(), SQLITE_IOERR_CLOSE);
    delete file->log;
    file->log = nullptr;
  }
  return result;
}

int read(sqlite3_file* base, void* data, int size, sqlite3_int64 offset) {
  File* file = of(base);
  if (file->log != nullptr && file->log->holds(offset, size)) {
    if (const int result = file->log->flush(); result != 0) return code(result, SQLITE_IOERR_READ);
  }
  const int count = host_file_read(file->number, data, size_t(size), double(offset));
  if (count < 0) return SQLITE_IOERR_READ;
  if (count == size) return SQLITE_OK;
  memset(static_cast<char*>(data) + count, 0, size_t(size - count));
  return SQLITE_IOERR_SHORT_READ;
}

int write(sqlite3_file* base, const void* data, int size, sqlite3_int64 offset) {
  File* file = of(base);
  if (file->log != nullptr)
    return code(file->log->write({static_cast<const char*>(data), size_t(size)}, offset), SQLITE_IOERR_WRITE);
  return code(host_file_write(file->number, data, size_t(size), double(offset)), SQLITE_IOERR_WRITE);
}

int truncate(sqlite3_file* base, sqlite3_int64 size) {
  File* file = of(base);
  if (file->log != nullptr) return code(file->log->truncate(size), SQLITE_IOERR_TRUNCATE);
  return code(host_file_truncate(file->number, double(size)), SQLITE_IOERR_TRUNCATE);
}

int sync(sqlite3_file* base, int) {
  File* file = of(base);
  return code(file->log != nullptr ? file->log->sync() : host_file_sync(file->number), SQLITE_IOERR_FSYNC);
}

int size(sqlite3_file* base, sqlite3_int64* result) {
  File* file = of(base);
  const double bytes = host_file_size(file->number);
  if (bytes < 0) return SQLITE_IOERR_FSTAT;
  *result = sqlite3_int64(bytes);
  if (file->log != nullptr) *result = std::max<sqlite3_int64>(*result, file->log->gathered_end());
  return SQLITE_OK;
}

int lock(sqlite3_file*, int) { return SQLITE_OK; }

int is_reserved(sqlite3_file*, int* result) {
  *result = 0;
  return SQLITE_OK;
}

int control(sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; }
int sector_size(sqlite3_file*) { return 4096; }
int characteristics(sqlite3_file*) { return SQLITE_IOCAP_POWERSAFE_OVERWRITE | SQLITE_IOCAP_UNDELETABLE_WHEN_OPEN; }

constexpr sqlite3_io_methods kMethods = {
    .iVersion = 1,
    .xClose = close,
    .xRead = read,
    .xWrite = write,
    .xTruncate = truncate,
    .xSync = sync,
    .xFileSize = size,
    .xLock = lock,
    .xUnlock = lock,
    .xCheckReservedLock = is_reserved,
    .xFileControl = control,
    .xSectorSize = sector_size,
    .xDeviceCharacteristics = characteristics,
};

int open(sqlite3_vfs*, const char* name, sqlite3_file* base, int flags, int* flags_out) {
  File* file = of(base);
  file->base.pMethods = nullptr;
  if (name == nullptr) return SQLITE_CANTOPEN;  // a temporary file: they are in memory
  const int number = host_file_open(name, strlen(name));
  if (number < 0) return SQLITE_CANTOPEN;
  file->number = number;
  file->log = nullptr;
  if ((flags & SQLITE_OPEN_WAL) != 0) {
    file->log = new (std::nothrow) LogWriter(number);
    if (file->log == nullptr) return SQLITE_NOMEM;
  }
  file->base.pMethods = &kMethods;
  if (flags_out != nullptr) *flags_out = flags;
  return SQLITE_OK;
}

int remove(sqlite3_vfs*, const char* name, int) {
  const int number = host_file_open(name, strlen(name));
  if (number < 0 || host_file_size(number) == 0) return SQLITE_OK;
  if (const int result = host_file_truncate(number, 0); result != 0) return code(result, SQLITE_IOERR_DELETE);
  // A journal that comes back would undo what was committed since
  return code(host_file_sync(number), SQLITE_IOERR_DELETE);
}

int exists(sqlite3_vfs*, const char* name, int flags, int* result) {
  const int number = host_file_open(name, strlen(name));
  *result = number >= 0 && (flags != SQLITE_ACCESS_EXISTS || host_file_size(number) > 0) ? 1 : 0;
  return SQLITE_OK;
}

int full_name(sqlite3_vfs*, const char* name, int capacity, char* result) {
  const size_t length = strlen(name);
  if (int(length) >= capacity) return SQLITE_CANTOPEN;
  memcpy(result, name, length + 1);
  return SQLITE_OK;
}

int randomness(sqlite3_vfs*, int count, char* result) {
  host_random_fill(result, size_t(count));
  return count;
}

int sleep(sqlite3_vfs*, int) { return 0; }
int last_error(sqlite3_vfs*, int, char*) { return 0; }

int now_ms(sqlite3_vfs*, sqlite3_int64* result) {
  constexpr sqlite3_int64 kUnixEpochInJulianMs = 210866760000000;
  *result = kUnixEpochInJulianMs + sqlite3_int64(host_clock_now_us() / 1000);
  return SQLITE_OK;
}

int now_days(sqlite3_vfs* vfs, double* result) {
  sqlite3_int64 milliseconds = 0;
  now_ms(vfs, &milliseconds);
  *result = double(milliseconds) / 86400000.0;
  return SQLITE_OK;
}

sqlite3_vfs vfs = {
    .iVersion = 2,
    .szOsFile = sizeof(File),
    .mxPathname = 512,
    .zName = kVfsName,
    .xOpen = open,
    .xDelete = remove,
    .xAccess = exists,
    .xFullPathname = full_name,
    .xRandomness = randomness,
    .xSleep = sleep,
    .xCurrentTime = now_days,
    .xGetLastError = last_error,
    .xCurrentTimeInt64 = now_ms,
};

}  // namespace
}  // namespace kith::core_wasm

// SQLite, built for an unknown system, asks for these two.
extern "C" int sqlite3_os_init() { return sqlite3_vfs_register(&kith::core_wasm::vfs, 1); }
extern "C" int sqlite3_os_end() { return SQLITE_OK; }
