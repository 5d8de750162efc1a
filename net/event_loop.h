// SPDX-License-Identifier: AGPL-3.0-or-later

// One thread's event loop: descriptors (epoll, level-triggered), posted work, timers, and the end of each turn.
//
// A turn is: wait; hand out events; run what is posted; run due timers; call on_turn_end() of those who asked; hand
// work posted to other loops over, with one wake for each; destroy what was given to destroy_later().
//
// Calls: everything from the loop's own thread, or before run() begins or after it has returned; except post(), stop()
//        and the constructor, which any thread may call.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "base/executor.h"
#include "base/timers.h"

namespace kith::net {

// Somebody whose descriptor is watched. After remove() calls may still come until the turn ends: the object ignores
// them, and outlives the turn by destroy_later().
class EventHandler {
 public:
  virtual ~EventHandler() = default;
  // `events`: EPOLLIN, EPOLLOUT, EPOLLHUP, EPOLLERR, EPOLLRDHUP.
  virtual void on_events(uint32_t events) = 0;
  // Once for each at_turn_end().
  virtual void on_turn_end() {}
};

class EventLoop final : public Executor, public Timers {
 public:
  // Ends the program when the kernel gives no epoll or eventfd descriptor.
  EventLoop();
  ~EventLoop() override;
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  // Runs turns until stop(). Work that is posted before or meanwhile and not run yet is kept for the next run().
  void run();
  // Any thread. run() returns after the turn in which it sees this.
  void stop();
  // One turn that waits at most `wait_max_ms`; for tests and for main programs that have a loop of their own.
  void run_turn(uint64_t wait_max_ms);

  void post(std::coroutine_handle<> continuation) override;
  void post(std::move_only_function<void()> function) override;

  // Watches `fd`. False when the kernel refuses (errno is set): the limit of watches, or memory.
  [[nodiscard]] bool add(int fd, uint32_t events, EventHandler& handler);
  void modify(int fd, uint32_t events, EventHandler& handler);
  void remove(int fd);

  // Calls handler.on_turn_end() at the end of this turn; the caller asks once per turn (a flag of its own). A handler
  // may ask again from within on_turn_end(), and is called again in the same turn.
  void at_turn_end(EventHandler& handler) { turn_end_.push_back(&handler); }
  void destroy_later(std::unique_ptr<EventHandler> handler) { doomed_.push_back(std::move(handler)); }

  // Timers run in the order of their deadlines, never early, with the resolution of epoll_wait (a millisecond).
  Handle after(uint64_t delay_ms, std::move_only_function<void()> function) override;
  void cancel(Handle timer) override { timers_.erase(timer); }

  // Monotonic milliseconds, read once per turn (after the wait).
  [[nodiscard]] uint64_t now_ms() const { return now_ms_; }
  // For net/descriptor_tables.h: what the loop's thread needs in its table, and everybody who posts in theirs.
  [[nodiscard]] int epoll_descriptor() const { return epoll_; }
  [[nodiscard]] int wake_descriptor() const { return wake_; }

  // What the loop has done so far; any thread may read.
  struct Counters {
    std::atomic<uint64_t> turns{0};
    std::atomic<uint64_t> busy_us{0};  // time not spent waiting
    // Turns by length: up to 100 µs, 1 ms, 10 ms, 100 ms, longer.
    std::atomic<uint64_t> turns_by_length[5]{};
  };
  [[nodiscard]] const Counters& counters() const { return counters_; }

 private:
  struct Posted {
    std::coroutine_handle<> continuation;  // null: the function
    std::move_only_function<void()> function;
  };
  struct Outbox {
    EventLoop* target;
    std::vector<Posted> posted;
  };

  void enqueue(Posted posted);
  void take_over(std::vector<Posted>& batch);
  void hand_over();
  void run_posted();
  void run_timers();
  void run_turn_ends();
  [[nodiscard]] int wait_ms(uint64_t wait_max_ms);
  void wake();
  void count_turn(uint64_t began_us);

  int epoll_ = -1;
  int wake_ = -1;
  std::atomic<bool> stopping_{false};
  uint64_t now_ms_ = 0;

  std::vector<Posted> local_;     // posted by this loop's own thread
  std::vector<Posted> running_;   // what run_posted() is going through
  std::vector<Outbox> outboxes_;  // posted by this thread to other loops, until the turn ends
  std::vector<EventHandler*> turn_end_;
  std::vector<std::unique_ptr<EventHandler>> doomed_;

  // By handle: the deadline in milliseconds, then kTimerNumberBits that tell timers of one deadline apart.
  static constexpr int kTimerNumberBits = 20;
  std::map<Handle, std::move_only_function<void()>> timers_;
  uint64_t next_timer_number_ = 1;

  std::mutex remote_mutex_;
  std::vector<Posted> remote_;       // guarded by remote_mutex_
  std::atomic<bool> asleep_{false};  // a poster must wake the loop

  Counters counters_;
};

}  // namespace kith::net
