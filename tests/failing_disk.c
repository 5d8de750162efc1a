// SPDX-License-Identifier: AGPL-3.0-or-later

// A disk that turns read-only, for scenarios: preloaded into a process, it makes whatever changes files below the
// directory that KITH_DISK names fail with EROFS while the file that KITH_DISK_READ_ONLY names exists. Reading goes on,
// and so does everything else, sockets above all.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static int is_read_only(void) {
  const char* flag = getenv("KITH_DISK_READ_ONLY");
  return flag != NULL && access(flag, F_OK) == 0;
}

static int is_on_disk(const char* path) {
  const char* disk = getenv("KITH_DISK");
  return disk != NULL && strncmp(path, disk, strlen(disk)) == 0 && path[strlen(disk)] == '/';
}

// Whether to refuse: sets errno.
static int refuses(const char* path) {
  if (!is_on_disk(path) || !is_read_only()) return 0;
  errno = EROFS;
  return 1;
}

static int refuses_file(int file) {
  if (!is_read_only()) return 0;
  char link[32];
  char path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  const ssize_t size = readlink(link, path, sizeof path - 1);
  if (size < 0) return 0;
  path[size] = 0;
  return refuses(path);
}

// The function that this one stands before.
#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

#define OPEN(name)                                                               \
  int name(const char* path, int flags, ...) {                                   \
    va_list rest;                                                                \
    va_start(rest, flags);                                                       \
    const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(rest, mode_t) : 0;       \
    va_end(rest);                                                                \
    const int writes = (flags & (O_ACCMODE | O_CREAT | O_TRUNC)) != O_RDONLY;    \
    if (writes && refuses(path)) return -1;                                      \
    return REAL(name)(path, flags, mode);                                        \
  }
OPEN(open)
OPEN(open64)

#define ON_FILE(result, name, parameters, arguments) \
  result name parameters {                           \
    if (refuses_file(file)) return -1;               \
    return REAL(name) arguments;                     \
  }
ON_FILE(ssize_t, write, (int file, const void* from, size_t size), (file, from, size))
ON_FILE(ssize_t, writev, (int file, const struct iovec* from, int count), (file, from, count))
ON_FILE(ssize_t, pwrite, (int file, const void* from, size_t size, off_t at), (file, from, size, at))
ON_FILE(ssize_t, pwrite64, (int file, const void* from, size_t size, off64_t at), (file, from, size, at))
ON_FILE(int, fsync, (int file), (file))
ON_FILE(int, fdatasync, (int file), (file))
ON_FILE(int, ftruncate, (int file, off_t size), (file, size))
ON_FILE(int, ftruncate64, (int file, off64_t size), (file, size))
ON_FILE(int, fallocate, (int file, int mode, off_t at, off_t size), (file, mode, at, size))
ON_FILE(int, fallocate64, (int file, int mode, off64_t at, off64_t size), (file, mode, at, size))

#define ON_PATH(name, parameters, arguments) \
  int name parameters {                      \
    if (refuses(path)) return -1;            \
    return REAL(name) arguments;             \
  }
ON_PATH(rename, (const char* path, const char* to), (path, to))
ON_PATH(link, (const char* path, const char* to), (path, to))
ON_PATH(unlink, (const char* path), (path))
ON_PATH(mkdir, (const char* path, mode_t mode), (path, mode))
ON_PATH(rmdir, (const char* path), (path))
