// SPDX-License-Identifier: AGPL-3.0-or-later

#include <gtest/gtest.h>

#include <deque>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/task.h"

namespace kith {
namespace {

TEST(Bytes, HexAndBase64urlRoundTripEveryByte) {
  Bytes all;
  for (int i = 0; i < 256; ++i) {
    all.push_back(static_cast<char>(i));
    EXPECT_EQ(from_hex(to_hex(all)), all);
    EXPECT_EQ(from_base64url(to_base64url(all)), all);
  }
}

TEST(Bytes, Base64urlRefusesWhatIsNotCanonical) {
  EXPECT_EQ(to_base64url("\xfb\xff"), "-_8");
  EXPECT_FALSE(from_base64url("-_9"));  // bits beyond the last byte
  EXPECT_FALSE(from_base64url("a"));
  EXPECT_FALSE(from_base64url("ab=="));
  EXPECT_EQ(to_base64("\xfb\xff"), "+/8=");
  EXPECT_EQ(from_base64("+/8="), "\xfb\xff");
  for (const char* none : {"+/8", "-_8=", "+/9=", "a===", "+/8=+/8="}) EXPECT_FALSE(from_base64(none)) << none;
  EXPECT_FALSE(from_hex("abc"));
  EXPECT_FALSE(from_hex("zz"));
}

TEST(Bytes, Utf8RefusesSurrogatesOverlongFormsAndCutSequences) {
  EXPECT_TRUE(is_utf8("plain, \xC3\xBC, \xE2\x82\xAC, \xF0\x9F\x98\x80"));
  EXPECT_FALSE(is_utf8("\xC0\xAF"));
  EXPECT_FALSE(is_utf8("\xED\xA0\x80"));
  EXPECT_FALSE(is_utf8("\xF4\x90\x80\x80"));
  EXPECT_FALSE(is_utf8("\xE2\x82"));
  EXPECT_FALSE(is_utf8("\x80"));
  EXPECT_EQ(utf8_length("a\xC3\xBC\xF0\x9F\x98\x80"), 3u);
}

TEST(Bytes, ConstantTimeComparisonComparesLengthAndContent) {
  EXPECT_TRUE(equal_in_constant_time("abc", "abc"));
  EXPECT_FALSE(equal_in_constant_time("abc", "abd"));
  EXPECT_FALSE(equal_in_constant_time("abc", "abcd"));
}

TEST(Position, FollowsByOneOrStartsALaterEpoch) {
  const Position p = Position::of(3, 7);
  EXPECT_TRUE(p.may_be_followed_by(Position::of(3, 8)));
  EXPECT_TRUE(p.may_be_followed_by(Position::of(5, 1)));
  EXPECT_FALSE(p.may_be_followed_by(Position::of(3, 9)));
  EXPECT_FALSE(p.may_be_followed_by(Position::of(4, 2)));
  EXPECT_FALSE(p.may_be_followed_by(Position::of(2, 1)));
  EXPECT_FALSE(p.may_be_followed_by(p));
}

class QueueExecutor : public Executor {
 public:
  void post(std::coroutine_handle<> continuation) override {
    queue_.push_back([continuation] { continuation.resume(); });
  }
  void post(std::move_only_function<void()> function) override { queue_.push_back(std::move(function)); }
  void run() {
    const CurrentExecutor current(*this);
    while (!queue_.empty()) {
      auto next = std::move(queue_.front());
      queue_.pop_front();
      next();
    }
  }

 private:
  std::deque<std::move_only_function<void()>> queue_;
};

Task<int> twice(OneShot<int>& value) {
  const int got = co_await value;
  co_return got * 2;
}
Task<void> store(OneShot<int>& value, int& out) { out = co_await twice(value); }
Task<void> hop(Executor& there, Executor& back, std::string& trace, char name) {
  co_await enter(there);
  trace.push_back(name);
  co_await enter(back);
}
Task<void> join_then(TaskScope& scope, bool& done) {
  co_await scope.join();
  done = true;
}

TEST(Task, WaitsForAOneShotSetBeforeOrAfter) {
  QueueExecutor executor;
  const CurrentExecutor current(executor);
  TaskScope scope;
  int early = 0;
  int late = 0;
  OneShot<int> first;
  first.set(21);
  OneShot<int> second;
  scope.spawn(store(first, early));
  scope.spawn(store(second, late));
  EXPECT_EQ(early, 42);
  EXPECT_EQ(late, 0);
  second.set(4);
  EXPECT_EQ(late, 0) << "never resumed inside set";
  executor.run();
  EXPECT_EQ(late, 8);
}

TEST(Task, EnteringAnotherExecutorKeepsTheOrder) {
  QueueExecutor home;
  QueueExecutor other;
  TaskScope scope;
  TaskScope waiting;
  std::string trace;
  bool done = false;
  {
    const CurrentExecutor current(home);
    for (char name = 'a'; name <= 'e'; ++name) scope.spawn(hop(other, home, trace, name));
    waiting.spawn(join_then(scope, done));
  }
  other.run();
  EXPECT_EQ(trace, "abcde");
  EXPECT_FALSE(done);
  home.run();
  EXPECT_TRUE(done);
  EXPECT_EQ(scope.running(), 0u);
}

}  // namespace
}  // namespace kith
