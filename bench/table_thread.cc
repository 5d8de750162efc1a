// SPDX-License-Identifier: AGPL-3.0-or-later

#include "bench/table_thread.h"

#include <linux/close_range.h>
#include <unistd.h>

#include <climits>
#include <cstdio>
#include <cstdlib>

namespace kith::bench {

void leave_shared_table() {
  if (close_range(STDERR_FILENO + 1, UINT_MAX, CLOSE_RANGE_UNSHARE) == 0) return;
  std::perror("close_range");
  std::abort();
}

TableThread::TableThread() : thread_([this] { work_off(); }) {}

TableThread::~TableThread() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void TableThread::run(const std::function<void()>& work) {
  std::unique_lock lock(mutex_);
  work_ = &work;
  changed_.notify_all();
  changed_.wait(lock, [this] { return work_ == nullptr; });
}

void TableThread::work_off() {
  leave_shared_table();
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return work_ != nullptr || ending_; });
    if (work_ == nullptr) return;
    (*work_)();
    work_ = nullptr;
    changed_.notify_all();
  }
}

}  // namespace kith::bench
