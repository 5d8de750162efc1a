// SPDX-License-Identifier: AGPL-3.0-or-later

// A thread for work that would hold up an event loop: disk reads, SQL, Argon2id.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <expected>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/executor.h"
#include "base/task.h"

namespace kith::net {

// Order:   one at a time, in the order posted.
// Limits:  post() is never refused, for a coroutine that has entered must be able to go on; whoever offers new work
//          asks has_room() first, as run_on() does.
// Life:    the destructor runs what is queued, then ends the thread. What runs here must not post to an executor that
//          is gone.
class WorkThread final : public Executor {
 public:
  // `name` is shown by ps -T: at most 15 characters.
  explicit WorkThread(std::string name, size_t queue_max = 4096);
  ~WorkThread() override;
  WorkThread(const WorkThread&) = delete;
  WorkThread& operator=(const WorkThread&) = delete;

  void post(std::coroutine_handle<> continuation) override;
  void post(std::move_only_function<void()> function) override;

  [[nodiscard]] bool has_room() const { return waiting() < queue_max_; }
  [[nodiscard]] size_t waiting() const;

 private:
  void run(const std::string& name);

  const size_t queue_max_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<std::move_only_function<void()>> queue_;
  bool stopping_ = false;
  std::thread thread_;  // last: it uses the others
};

// `co_await run_on(worker, function, when_full)`: calls the function on the worker's thread and goes on where the
// caller was. The function answers a Result; `when_full` is its error when the worker's queue is full, and it was not
// called.
template <class Function>
Task<std::invoke_result_t<Function&>> run_on(WorkThread& worker, Function function,
                                             typename std::invoke_result_t<Function&>::error_type when_full) {
  Executor& caller = *Executor::current();
  if (!worker.has_room()) co_return std::unexpected(when_full);
  co_await enter(worker);
  auto outcome = function();
  co_await enter(caller);
  co_return outcome;
}

}  // namespace kith::net
