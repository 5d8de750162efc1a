// SPDX-License-Identifier: AGPL-3.0-or-later

// A thread with a table of descriptors of its own, so that a load has more connections than one table holds.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace kith::bench {

// Does one thing at a time, for somebody who waits.
class TableThread {
 public:
  TableThread();
  ~TableThread();
  TableThread(const TableThread&) = delete;
  TableThread& operator=(const TableThread&) = delete;

  // Runs it there, to its end. What it opens is open on that thread only, and closed there.
  void run(const std::function<void()>& work);

 private:
  void work_off();

  std::mutex mutex_;
  std::condition_variable changed_;
  const std::function<void()>* work_ = nullptr;  // guarded by mutex_
  bool ending_ = false;                          // guarded by mutex_
  std::thread thread_;                           // last: it uses the others
};

// The calling thread's table is its own from now on, and empty but for the standard streams.
void leave_shared_table();

}  // namespace kith::bench
