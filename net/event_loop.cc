// SPDX-License-Identifier: AGPL-3.0-or-later

#include "net/event_loop.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <utility>

namespace kith::net {
namespace {

constexpr int kEventsPerWait = 256;
// Continuations that a turn runs at most, so that work which posts more work cannot keep the loop from its descriptors.
constexpr size_t kPostedPerTurn = 4096;

thread_local EventLoop* running_here = nullptr;

uint64_t monotonic_us() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<uint64_t>(time.tv_sec) * 1'000'000 + static_cast<uint64_t>(time.tv_nsec) / 1000;
}

[[noreturn]] void die(const char* what) {
  std::perror(what);
  std::abort();
}

// Marks the thread as running the loop.
class RunningHere {
 public:
  explicit RunningHere(EventLoop& loop) : current_(loop), previous_(std::exchange(running_here, &loop)) {}
  ~RunningHere() { running_here = previous_; }

 private:
  CurrentExecutor current_;
  EventLoop* previous_;
};

}  // namespace

EventLoop::EventLoop() : now_ms_(monotonic_us() / 1000) {
  epoll_ = epoll_create1(EPOLL_CLOEXEC);
  if (epoll_ < 0) die("epoll_create1");
  wake_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (wake_ < 0) die("eventfd");
  epoll_event event{};
  event.events = EPOLLIN | EPOLLET;  // each write is an event, so that nobody has to read the counter
  event.data.ptr = nullptr;
  if (epoll_ctl(epoll_, EPOLL_CTL_ADD, wake_, &event) != 0) die("epoll_ctl");
}

EventLoop::~EventLoop() {
  ::close(wake_);
  ::close(epoll_);
}

void EventLoop::run() {
  while (!stopping_.load(std::memory_order_acquire)) run_turn(UINT64_MAX);
  stopping_.store(false, std::memory_order_release);
}

void EventLoop::stop() {
  stopping_.store(true, std::memory_order_release);
  wake();
}

void EventLoop::wake() {
  const uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(wake_, &one, sizeof one);
}

void EventLoop::run_turn(uint64_t wait_max_ms) {
  const RunningHere here(*this);
  epoll_event events[kEventsPerWait];

  int timeout = wait_ms(wait_max_ms);
  if (timeout != 0) {
    // A poster that finds the loop asleep wakes it; what came before is seen here.
    asleep_.store(true, std::memory_order_seq_cst);
    const std::lock_guard lock(remote_mutex_);
    if (!remote_.empty() || stopping_.load(std::memory_order_acquire)) timeout = 0;
  }
  const int count = epoll_wait(epoll_, events, kEventsPerWait, timeout);
  asleep_.store(false, std::memory_order_relaxed);
  if (count < 0 && errno != EINTR) die("epoll_wait");

  const uint64_t began_us = monotonic_us();
  now_ms_ = began_us / 1000;
  for (int i = 0; i < count; ++i) {
    if (events[i].data.ptr != nullptr) static_cast<EventHandler*>(events[i].data.ptr)->on_events(events[i].events);
  }
  run_posted();
  run_timers();
  run_turn_ends();
  std::exchange(doomed_, {}).clear();
  hand_over();
  count_turn(began_us);
}

int EventLoop::wait_ms(uint64_t wait_max_ms) {
  if (!local_.empty() || !turn_end_.empty()) return 0;
  uint64_t wait = wait_max_ms;
  if (!timers_.empty()) {
    const uint64_t now_us = monotonic_us();
    const uint64_t deadline_us = (timers_.begin()->first >> kTimerNumberBits) * 1000;
    // Rounded up: waking early would spin until the deadline.
    wait = std::min(wait, deadline_us <= now_us ? 0 : (deadline_us - now_us + 999) / 1000);
  }
  return wait >= static_cast<uint64_t>(INT32_MAX) ? -1 : static_cast<int>(wait);
}

void EventLoop::post(std::coroutine_handle<> continuation) { enqueue({continuation, {}}); }
void EventLoop::post(std::move_only_function<void()> function) { enqueue({{}, std::move(function)}); }

void EventLoop::enqueue(Posted posted) {
  EventLoop* const here = running_here;
  if (here == this) {
    local_.push_back(std::move(posted));
    return;
  }
  if (here == nullptr) {
    std::vector<Posted> batch;
    batch.push_back(std::move(posted));
    take_over(batch);
    return;
  }
  auto& outboxes = here->outboxes_;
  auto outbox = std::ranges::find(outboxes, this, &Outbox::target);
  if (outbox == outboxes.end()) outbox = outboxes.insert(outboxes.end(), Outbox{this, {}});
  outbox->posted.push_back(std::move(posted));
}

void EventLoop::take_over(std::vector<Posted>& batch) {
  {
    const std::lock_guard lock(remote_mutex_);
    if (remote_.empty()) {
      remote_.swap(batch);
    } else {
      std::ranges::move(batch, std::back_inserter(remote_));
    }
  }
  batch.clear();
  if (asleep_.exchange(false, std::memory_order_seq_cst)) wake();
}

void EventLoop::hand_over() {
  for (Outbox& outbox : outboxes_) {
    if (!outbox.posted.empty()) outbox.target->take_over(outbox.posted);
  }
}

void EventLoop::run_posted() {
  size_t run = 0;
  const auto run_all = [&] {
    for (Posted& posted : running_) {
      if (posted.continuation) {
        posted.continuation.resume();
      } else {
        posted.function();
      }
    }
    run += running_.size();
    running_.clear();
  };
  {
    const std::lock_guard lock(remote_mutex_);
    running_.swap(remote_);
  }
  run_all();
  // What continuations post runs in this turn too, so that its output leaves together with theirs.
  while (!local_.empty() && run < kPostedPerTurn) {
    running_.swap(local_);
    run_all();
  }
}

Timers::Handle EventLoop::after(uint64_t delay_ms, std::move_only_function<void()> function) {
  // The turn may be long already: the delay counts from now, and from the next whole millisecond.
  const uint64_t deadline = (monotonic_us() + 999) / 1000 + std::min(delay_ms, uint64_t{1} << 42);
  constexpr uint64_t kNumbers = (uint64_t{1} << kTimerNumberBits) - 1;
  Handle handle = 0;
  do {
    handle = deadline << kTimerNumberBits | (next_timer_number_++ & kNumbers);
  } while (timers_.contains(handle));
  timers_.emplace(handle, std::move(function));
  return handle;
}

void EventLoop::run_timers() {
  bool any = false;
  while (!timers_.empty() && timers_.begin()->first >> kTimerNumberBits <= now_ms_) {
    auto timer = timers_.extract(timers_.begin());
    timer.mapped()();
    any = true;
  }
  if (any) run_posted();
}

void EventLoop::run_turn_ends() {
  // Indexed: handlers may ask again while this goes through the list.
  for (size_t i = 0; i < turn_end_.size(); ++i) turn_end_[i]->on_turn_end();
  turn_end_.clear();
}

void EventLoop::count_turn(uint64_t began_us) {
  const uint64_t length = monotonic_us() - began_us;
  const auto add = [](std::atomic<uint64_t>& counter, uint64_t amount) {
    counter.store(counter.load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);  // one writer
  };
  add(counters_.turns, 1);
  add(counters_.busy_us, length);
  constexpr uint64_t kBounds[] = {100, 1'000, 10'000, 100'000};
  size_t bucket = 0;
  while (bucket < 4 && length > kBounds[bucket]) ++bucket;
  add(counters_.turns_by_length[bucket], 1);
}

void EventLoop::modify(int fd, uint32_t events, EventHandler& handler) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = &handler;
  if (epoll_ctl(epoll_, EPOLL_CTL_MOD, fd, &event) != 0) die("epoll_ctl");
}

bool EventLoop::add(int fd, uint32_t events, EventHandler& handler) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = &handler;
  return epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) == 0;
}

void EventLoop::remove(int fd) { epoll_ctl(epoll_, EPOLL_CTL_DEL, fd, nullptr); }

}  // namespace kith::net
