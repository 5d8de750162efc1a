// SPDX-License-Identifier: AGPL-3.0-or-later

#include "net/work_thread.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>

#include "base/result.h"
#include "server/ports/contract_runner.h"

namespace kith::net {
namespace {

enum Refused { kFull };

TEST(WorkThread, RunsTheFunctionElsewhereAndComesBack) {
  ContractRunner runner;
  WorkThread worker("test");
  const auto here = std::this_thread::get_id();
  struct Check {
    static Task<bool> run(WorkThread& worker, std::thread::id here) {
      Executor* const before = Executor::current();
      auto outcome =
          co_await run_on(worker, [] { return Result<std::thread::id, Refused>(std::this_thread::get_id()); }, kFull);
      co_return *outcome != here&& std::this_thread::get_id() == here&& Executor::current() == before;
    }
  };
  EXPECT_TRUE(runner.run(Check::run(worker, here)));
}

TEST(WorkThread, RunsInTheOrderPostedAndFinishesWhatIsQueuedBeforeItEnds) {
  std::vector<int> order;
  {
    WorkThread worker("test");
    for (int i = 0; i < 1000; ++i) worker.post([&order, i] { order.push_back(i); });
  }
  ASSERT_EQ(order.size(), 1000u);
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(order[i], i);
}

TEST(WorkThread, RefusesNewWorkWhenItsQueueIsFull) {
  ContractRunner runner;
  WorkThread worker("test", 2);
  std::promise<void> started, release;
  worker.post([&started, &release] {
    started.set_value();
    release.get_future().wait();
  });
  started.get_future().wait();
  worker.post([] {});
  worker.post([] {});
  bool called = false;
  const auto call = [&called]() -> Result<int, Refused> {
    called = true;
    return 1;
  };
  EXPECT_EQ(runner.run(run_on(worker, call, kFull)).error(), kFull);
  release.set_value();
  while (worker.waiting() > 0) std::this_thread::yield();
  EXPECT_EQ(runner.run(run_on(worker, []() -> Result<int, Refused> { return 2; }, kFull)), 2);
  EXPECT_FALSE(called);
}

}  // namespace
}  // namespace kith::net
