// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/embedded/disk_space.h"

#include <sys/statvfs.h>

namespace kith {

namespace {
constexpr uint64_t kAskAgainAfterMs = 1000;

uint64_t ask(const std::string& path) {
  struct statvfs status{};
  if (statvfs(path.c_str(), &status) != 0) return UINT64_MAX;
  return static_cast<uint64_t>(status.f_bavail) * status.f_frsize;
}
}  // namespace

DiskSpace::DiskSpace(std::string path, Clock& clock, std::function<uint64_t()> read)
    : clock_(clock), read_(read ? std::move(read) : [path = std::move(path)] { return ask(path); }) {}

uint64_t DiskSpace::free_bytes() {
  const std::lock_guard lock(mutex_);
  const MonotonicMs now = clock_.monotonic();
  if (!known_ || now.value - read_at_.value >= kAskAgainAfterMs) {
    free_bytes_ = read_();
    read_at_ = now;
    known_ = true;
  }
  return free_bytes_;
}

}  // namespace kith
