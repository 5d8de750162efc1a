// SPDX-License-Identifier: AGPL-3.0-or-later

#include "net/event_loop.h"

#include <gtest/gtest.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <thread>

#include "base/task.h"
#include "net/deadline_list.h"

namespace kith::net {
namespace {

// A loop on a thread of its own.
class LoopThread {
 public:
  LoopThread() : thread_([this] { loop.run(); }) {}
  ~LoopThread() {
    loop.stop();
    thread_.join();
  }
  EventLoop loop;

 private:
  std::thread thread_;
};

TEST(EventLoop, RunsWhatIsPostedLaterAndInOrder) {
  EventLoop loop;
  std::string trace;
  for (const char name : {'a', 'b', 'c'}) {
    loop.post([&trace, &loop, name] {
      trace.push_back(name);
      loop.post([&trace, name] { trace.push_back(static_cast<char>(name - 'a' + 'A')); });
    });
  }
  EXPECT_EQ(trace, "");
  loop.run_turn(0);
  EXPECT_EQ(trace, "abcABC") << "what is posted meanwhile runs in the same turn, not inside the call";
}

TEST(EventLoop, KeepsTheOrderOfEachThreadThatPosts) {
  EventLoop target;
  constexpr int kEach = 5000;
  std::vector<int> last(3, -1);
  int done = 0;
  const auto post_all = [&](int who) {
    for (int i = 0; i < kEach; ++i) {
      target.post([&, who, i] {
        EXPECT_EQ(last[who], i - 1);
        last[who] = i;
        if (i == kEach - 1 && ++done == 3) target.stop();
      });
    }
  };
  LoopThread other;
  std::thread plain([&] { post_all(0); });
  other.loop.post([&] { post_all(1); });
  target.post([&] { post_all(2); });
  target.run();
  plain.join();
  EXPECT_EQ(done, 3);
}

Task<void> visit(EventLoop& there, EventLoop& home, int rounds, int& there_count, int& home_count) {
  for (int i = 0; i < rounds; ++i) {
    co_await enter(there);
    EXPECT_EQ(Executor::current(), &there);
    ++there_count;
    co_await enter(home);
    ++home_count;
  }
  home.stop();
}

TEST(EventLoop, WakesASleepingLoopEveryTime) {
  EventLoop home;
  LoopThread other;
  TaskScope scope;
  int there = 0;
  int here = 0;
  home.post([&] { scope.spawn(visit(other.loop, home, 2000, there, here)); });
  home.run();
  EXPECT_EQ(there, 2000);
  EXPECT_EQ(here, 2000);
}

TEST(EventLoop, TimersRunInOrderNeverEarlyAndNotAfterCancel) {
  EventLoop loop;
  const auto began = std::chrono::steady_clock::now();
  const auto passed_ms = [&] {
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - began).count();
  };
  std::string trace;
  loop.after(30, [&] {
    EXPECT_GE(passed_ms(), 30);
    trace += 'c';
    loop.stop();
  });
  loop.after(10, [&] {
    EXPECT_GE(passed_ms(), 10);
    trace += 'a';
  });
  const auto cancelled = loop.after(15, [&] { trace += 'x'; });
  loop.after(20, [&] { trace += 'b'; });
  EXPECT_NE(cancelled, 0u);
  loop.cancel(cancelled);
  loop.cancel(cancelled);
  loop.cancel(0);
  loop.run();
  EXPECT_EQ(trace, "abc");
  EXPECT_LT(passed_ms(), 500);
}

TEST(EventLoop, TimersOfOneDeadlineAreAllKept) {
  EventLoop loop;
  int run = 0;
  for (int i = 0; i < 1000; ++i) {
    loop.after(2, [&] {
      if (++run == 1000) loop.stop();
    });
  }
  loop.run();
  EXPECT_EQ(run, 1000);
}

class Recorder final : public EventHandler {
 public:
  Recorder(EventLoop& loop, std::string& trace, char name) : loop_(loop), trace_(trace), name_(name) {}
  ~Recorder() override { trace_ += '~'; }
  void on_events(uint32_t) override {
    trace_ += name_;
    if (on_event) on_event();
  }
  void on_turn_end() override {
    trace_ += static_cast<char>(name_ - 'a' + 'A');
    if (again_-- > 0) loop_.at_turn_end(*this);
  }
  std::function<void()> on_event;
  int again_ = 0;

 private:
  EventLoop& loop_;
  std::string& trace_;
  char name_;
};

TEST(EventLoop, TurnEndsComeAfterEventsPostsAndTimersAndBeforeDestruction) {
  EventLoop loop;
  std::string trace;
  const int event = eventfd(1, EFD_NONBLOCK);
  auto owned = std::make_unique<Recorder>(loop, trace, 'e');
  Recorder& recorder = *owned;
  recorder.again_ = 1;
  recorder.on_event = [&] {
    loop.at_turn_end(recorder);
    loop.post([&] { trace += 'p'; });
    loop.after(0, [&] { trace += 't'; });
    loop.remove(event);
    loop.destroy_later(std::move(owned));
  };
  ASSERT_TRUE(loop.add(event, EPOLLIN, recorder));
  loop.run_turn(1000);
  // The timer's millisecond may not have begun yet.
  EXPECT_TRUE(trace == "epEE~" || trace == "eptEE~") << trace;
  loop.run_turn(20);
  EXPECT_EQ(std::ranges::count(trace, 'e'), 1) << "not watched any more";
  ::close(event);
}

TEST(EventLoop, LevelTriggeredEventsComeUntilTheyAreDealtWith) {
  EventLoop loop;
  std::string trace;
  Recorder recorder(loop, trace, 'e');
  const int event = eventfd(1, EFD_NONBLOCK);
  ASSERT_TRUE(loop.add(event, EPOLLIN, recorder));
  loop.run_turn(100);
  loop.run_turn(100);
  EXPECT_EQ(trace, "ee");
  loop.modify(event, 0, recorder);
  loop.run_turn(0);
  EXPECT_EQ(trace, "ee");
  loop.remove(event);
  ::close(event);
}

TEST(EventLoop, StopsFromAnotherThreadWhileItSleeps) {
  EventLoop loop;
  std::thread stopper([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    loop.stop();
  });
  loop.run();
  stopper.join();
  loop.post([&] { loop.stop(); });
  loop.run();  // and runs again afterwards
}

struct Member : DeadlineMember {};

TEST(DeadlineList, ExpiresInTheOrderOfTheLastTouch) {
  DeadlineList list(1000);
  Member a;
  Member b;
  Member c;
  list.add(a, 0);
  list.add(b, 300);
  list.add(c, 600);
  list.touch(a, 700);
  EXPECT_EQ(list.take_expired(1299), nullptr);
  EXPECT_EQ(list.take_expired(1300), &b);
  EXPECT_EQ(list.take_expired(1600), &c);
  EXPECT_EQ(list.take_expired(1699), nullptr);
  EXPECT_EQ(list.take_expired(1700), &a);
  EXPECT_TRUE(list.empty());
}

TEST(DeadlineList, ATouchSoonAfterTheLastIsFreeAndAMemberLeavesByItself) {
  DeadlineList list(1000);
  DeadlineList other(10);
  Member a;
  list.add(a, 0);
  list.touch(a, DeadlineList::kCoarseMs - 1);
  EXPECT_EQ(list.take_expired(1000), &a);
  list.add(a, 1000);
  {
    Member gone;
    list.add(gone, 1000);
  }
  other.add(a, 1000);
  EXPECT_TRUE(list.empty());
  EXPECT_EQ(other.take_expired(1010), &a);
}

}  // namespace
}  // namespace kith::net
