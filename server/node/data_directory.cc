// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/node/data_directory.h"

#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace kith::node {
namespace {

namespace fs = std::filesystem;

// False: something is not ours to change, or was not found.
bool close_to_others(const std::string& path) {
  constexpr fs::perms kOthers = fs::perms::group_all | fs::perms::others_all;
  std::error_code error;
  fs::permissions(path, kOthers, fs::perm_options::remove, error);
  if (error) return false;
  for (fs::recursive_directory_iterator at(path, error), end; !error && at != end; at.increment(error)) {
    if (at->is_symlink(error)) continue;
    fs::permissions(at->path(), kOthers, fs::perm_options::remove, error);
  }
  return !error;
}

}  // namespace

Result<DataDirectory, std::string> DataDirectory::open(const std::string& path) {
  const auto failed = [&path](const char* what) {
    return Fail("the data directory " + path + " " + what + ": " + std::strerror(errno));
  };
  std::error_code error;
  const auto parent = std::filesystem::absolute(path, error).parent_path();
  std::filesystem::create_directories(parent, error);
  if (mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return failed("can't be made");

  const std::string file = path + "/lock";
  net::Descriptor lock(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!lock) return failed("can't be written");
  if (flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return failed("can't be locked");
    char holder[32] = {};
    const ssize_t size = read(lock.get(), holder, sizeof holder - 1);
    const std::string id(holder,
                         size > 0 ? std::string_view(holder, static_cast<size_t>(size)).find_last_not_of('\n') + 1 : 0);
    return Fail("the data directory " + path + " is in use by another kithd" +
                (id.empty() ? "" : " (process " + id + ")") + ": stop it first, or use another directory");
  }
  struct stat state{};
  if (::stat(path.c_str(), &state) != 0) return failed("can't be looked at");
  if ((state.st_mode & 0077) != 0) {
    if (!close_to_others(path)) return failed("can be read by others, and can't be closed to them");
    spdlog::warn("the data directory {} could be read by others: it is closed to them now", path);
  }
  const std::string id = std::to_string(getpid()) + "\n";
  if (ftruncate(lock.get(), 0) != 0 || pwrite(lock.get(), id.data(), id.size(), 0) < 0) {
    // The lock holds all the same; on a full disk it only can't say by whom.
  }
  return DataDirectory(path, std::move(lock));
}

}  // namespace kith::node
