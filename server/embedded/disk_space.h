// SPDX-License-Identifier: AGPL-3.0-or-later

// The space left where the data lies, asked at most once a second.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <string>

#include "base/clock.h"

namespace kith {

class DiskSpace {
 public:
  // `read` answers the free bytes; the default asks statvfs for `path`, as an unprivileged process sees it.
  DiskSpace(std::string path, Clock& clock, std::function<uint64_t()> read = nullptr);

  // Any thread. A file system that doesn't answer counts as having space: the write itself will tell.
  [[nodiscard]] uint64_t free_bytes();

 private:
  Clock& clock_;
  std::function<uint64_t()> read_;
  std::mutex mutex_;
  MonotonicMs read_at_;
  bool known_ = false;
  uint64_t free_bytes_ = 0;
};

}  // namespace kith
