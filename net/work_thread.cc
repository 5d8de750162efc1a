// SPDX-License-Identifier: AGPL-3.0-or-later

#include "net/work_thread.h"

#include <pthread.h>

namespace kith::net {

WorkThread::WorkThread(std::string name, size_t queue_max)
    : queue_max_(queue_max), thread_([this, name = std::move(name)] { run(name); }) {}

WorkThread::~WorkThread() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void WorkThread::post(std::coroutine_handle<> continuation) {
  post(std::move_only_function<void()>([continuation] { continuation.resume(); }));
}

void WorkThread::post(std::move_only_function<void()> function) {
  {
    const std::lock_guard lock(mutex_);
    queue_.push_back(std::move(function));
  }
  wake_.notify_one();
}

size_t WorkThread::waiting() const {
  const std::lock_guard lock(mutex_);
  return queue_.size();
}

void WorkThread::run(const std::string& name) {
  pthread_setname_np(pthread_self(), name.substr(0, 15).c_str());
  const CurrentExecutor here(*this);
  std::vector<std::move_only_function<void()>> work;
  for (;;) {
    work.clear();
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
      if (queue_.empty()) return;
      work.swap(queue_);
    }
    for (auto& function : work) function();
  }
}

}  // namespace kith::net
