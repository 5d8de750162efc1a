// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/delivery/group_turns.h"

#include <gmock/gmock.h>

#include <string>

#include "base/task.h"
#include "server/delivery/testing/delivery_world.h"

namespace kith::testing {
namespace {

using ::testing::ElementsAre;

// Answers when the test says so.
struct Store {
  std::coroutine_handle<> waits;
  auto ask() {
    struct Awaiter {
      Store& store;
      [[nodiscard]] bool await_ready() const { return false; }
      void await_suspend(std::coroutine_handle<> waiter) const { store.waits = waiter; }
      void await_resume() const {}
    };
    return Awaiter{*this};
  }
  void answer() const { Executor::current()->post(waits); }
};

TEST(GroupTurnsTest, OneThatWaitsIsNotOvertakenByOthersOfItsGroupAndHoldsUpNoOther) {
  DeliveryWorld world;
  GroupTurns turns;
  TaskScope scope;
  std::vector<std::string> done;
  Store store;
  const GroupId boats = world.random.id<GroupId>(), books = world.random.id<GroupId>();
  const auto put = [&](GroupId group, std::string name, bool asks) -> Task<void> {
    co_await turns.take(group);
    if (asks) co_await store.ask();
    done.push_back(std::move(name));
    turns.end(group);
  };
  world.loops[0].run([&] {
    scope.spawn(put(boats, "boats 1", true));
    scope.spawn(put(boats, "boats 2", false));
    scope.spawn(put(books, "books 1", false));
    scope.spawn(put(boats, "boats 3", true));
    scope.spawn(put(books, "books 2", false));
  });
  world.loops.settle();
  EXPECT_THAT(done, ElementsAre("books 1", "books 2"));
  world.loops[0].run([&] { store.answer(); });
  world.loops.settle();
  EXPECT_THAT(done, ElementsAre("books 1", "books 2", "boats 1", "boats 2"));
  world.loops[0].run([&] {
    scope.spawn(put(boats, "boats 4", false));
    store.answer();
  });
  world.loops.settle();
  EXPECT_THAT(done, ElementsAre("books 1", "books 2", "boats 1", "boats 2", "boats 3", "boats 4"));
}

}  // namespace
}  // namespace kith::testing
