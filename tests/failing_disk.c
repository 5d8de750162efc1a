// SPDX-License-Identifier: AGPL-3.0-or-later

// A disk that turns read-only or is full, for scenarios: preloaded into a process, it makes whatever changes files
// below the directory that KITH_DISK names fail with EROFS while the file that KITH_DISK_FAILURE names exists; or, with
// "full" in that file, what writes into them, with ENOSPC. Reading goes on, and so does everything else, sockets above
// all.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

// 0 while nothing is wrong.
static int failure(void) {
  const char* name = getenv("KITH_DISK_FAILURE");
  const int file = name == NULL ? -1 : (int)syscall(SYS_openat, AT_FDCWD, name, O_RDONLY | O_CLOEXEC);
  if (file < 0) return 0;
  char what[4] = {0};
  const ssize_t size = read(file, what, sizeof what);
  close(file);
  return size == 4 && memcmp(what, "full", 4) == 0 ? ENOSPC : EROFS;
}

static int is_on_disk(const char* path) {
  const char* disk = getenv("KITH_DISK");
  return disk != NULL && strncmp(path, disk, strlen(disk)) == 0 && path[strlen(disk)] == '/';
}

// Whether to refuse a change of the directory: sets errno.
static int refuses(const char* path) {
  if (!is_on_disk(path) || failure() != EROFS) return 0;
  errno = EROFS;
  return 1;
}

// `grows`: what is done needs room.
static int refuses_file(int file, int grows) {
  const int why = failure();
  if (why == 0 || (why == ENOSPC && !grows)) return 0;
  char link[32];
  char path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  const ssize_t size = readlink(link, path, sizeof path - 1);
  if (size < 0) return 0;
  path[size] = 0;
  if (!is_on_disk(path)) return 0;
  errno = why;
  return 1;
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

#define ON_FILE(grows, result, name, parameters, arguments) \
  result name parameters {                                  \
    if (refuses_file(file, grows)) return -1;               \
    return REAL(name) arguments;                            \
  }
ON_FILE(1, ssize_t, write, (int file, const void* from, size_t size), (file, from, size))
ON_FILE(1, ssize_t, writev, (int file, const struct iovec* from, int count), (file, from, count))
ON_FILE(1, ssize_t, pwrite, (int file, const void* from, size_t size, off_t at), (file, from, size, at))
ON_FILE(1, ssize_t, pwrite64, (int file, const void* from, size_t size, off64_t at), (file, from, size, at))
ON_FILE(0, int, fsync, (int file), (file))
ON_FILE(0, int, fdatasync, (int file), (file))
ON_FILE(0, int, ftruncate, (int file, off_t size), (file, size))
ON_FILE(0, int, ftruncate64, (int file, off64_t size), (file, size))
ON_FILE(1, int, fallocate, (int file, int mode, off_t at, off_t size), (file, mode, at, size))
ON_FILE(1, int, fallocate64, (int file, int mode, off64_t at, off64_t size), (file, mode, at, size))

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
