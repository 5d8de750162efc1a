// SPDX-License-Identifier: AGPL-3.0-or-later

#include "cli/home.h"

#include <fcntl.h>
#include <pwd.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

namespace kith::cli {
namespace {

std::unexpected<HomeFailure> storage_failure(const std::string& path, const std::string& reason) {
  return Fail(HomeFailure{HomeError::kStorage, path + ": " + reason});
}

const char* environment(const char* name) {
  const char* const value = std::getenv(name);
  return value && *value ? value : nullptr;
}

// Who holds the lock, as it wrote itself down; "" when that can't be read.
std::string holder(int lock) {
  char text[32] = {};
  const ssize_t size = ::pread(lock, text, sizeof text - 1, 0);
  const long process = size > 0 ? std::strtol(text, nullptr, 10) : 0;
  return process > 0 ? " (process " + std::to_string(process) + ")" : "";
}

}  // namespace

std::string Home::default_directory() {
  if (const char* const home = environment("KITH_HOME")) return home;
  if (const char* const data = environment("XDG_DATA_HOME"); data && *data == '/') return std::string(data) + "/kith";
  const char* user = environment("HOME");
  if (!user) {
    const passwd* const entry = ::getpwuid(::getuid());
    user = entry ? entry->pw_dir : "/";
  }
  return std::string(user) + "/.local/share/kith";
}

Result<std::unique_ptr<Home>, HomeFailure> Home::open(const std::string& directory) {
  ::umask(077);
  std::error_code error;
  const std::filesystem::path path = std::filesystem::absolute(directory, error);
  if (path.native().size() > kDirectoryBytesMax)
    return storage_failure(directory, "the path is longer than " + std::to_string(kDirectoryBytesMax) + " bytes");
  const bool is_new = !std::filesystem::exists(path, error);
  std::filesystem::create_directories(path, error);
  if (error) return storage_failure(directory, error.message());
  if (is_new) ::chmod(path.c_str(), 0700);

  const std::string lock_path = path / "lock";
  const int lock = ::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock < 0) return storage_failure(lock_path, std::strerror(errno));
  while (::flock(lock, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EINTR) continue;
    const bool is_held = errno == EWOULDBLOCK;
    const std::string reason = std::strerror(errno);
    const std::string detail = "another kith is running on " + path.string() + holder(lock) + " and does not answer";
    ::close(lock);
    if (is_held) return Fail(HomeFailure{HomeError::kInUse, detail});
    return storage_failure(lock_path, reason);
  }
  const std::string process = std::to_string(::getpid()) + "\n";
  if (::ftruncate(lock, 0) != 0 || ::pwrite(lock, process.data(), process.size(), 0) < 0) {
    const std::string reason = std::strerror(errno);
    // A full disk must not keep anyone from reading: only the lock counts.
    if (errno != ENOSPC && errno != EDQUOT) {
      ::close(lock);
      return storage_failure(lock_path, reason);
    }
  }
  return std::unique_ptr<Home>(new Home(path.string(), lock));
}

Home::~Home() { ::close(lock_); }

}  // namespace kith::cli
