// SPDX-License-Identifier: AGPL-3.0-or-later

#include "net/descriptor_tables.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <thread>

namespace kith::net {
namespace {

class DescriptorTablesTest : public ::testing::Test {
 protected:
  // Runs it on a thread in the table of the second loop.
  template <class Work>
  void on_second(Work work) {
    std::thread([&] {
      ASSERT_TRUE(tables_.enter(1));
      work();
    }).join();
  }
  static bool is_open(int fd) { return fcntl(fd, F_GETFD) >= 0; }
  static Descriptor counter() { return Descriptor(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)); }
  static void count(const Descriptor& counter) {
    const uint64_t one = 1;
    EXPECT_EQ(::write(counter.get(), &one, sizeof one), static_cast<ssize_t>(sizeof one));
  }
  static uint64_t counted(const Descriptor& counter) {
    uint64_t value = 0;
    return ::read(counter.get(), &value, sizeof value) == static_cast<ssize_t>(sizeof value) ? value : 0;
  }

  EventLoop first_;
  EventLoop second_;
  std::array<EventLoop*, 2> loops_{&first_, &second_};
  DescriptorTables tables_{loops_, {10, 10}};
};

TEST_F(DescriptorTablesTest, AThreadLeavesBehindWhatLoopsDoNotNeed) {
  const Descriptor below = counter();
  const Descriptor above(fcntl(below.get(), F_DUPFD_CLOEXEC, 500));
  on_second([&] {
    EXPECT_FALSE(is_open(below.get()));
    EXPECT_FALSE(is_open(above.get()));
    EXPECT_FALSE(is_open(first_.epoll_descriptor()));
    EXPECT_TRUE(is_open(second_.epoll_descriptor()));
    for (const EventLoop* loop : loops_) EXPECT_TRUE(is_open(loop->wake_descriptor()));
    EXPECT_TRUE(is_open(STDERR_FILENO));
    EXPECT_GE(Descriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC)).get(), 0);
  });
  EXPECT_TRUE(is_open(below.get()));
  EXPECT_TRUE(is_open(above.get()));
  EXPECT_TRUE(is_open(first_.epoll_descriptor()));
}

TEST_F(DescriptorTablesTest, ADescriptorCrossesUnderItsTicketInAnyOrder) {
  const Descriptor seen_here[2] = {counter(), counter()};
  for (uint64_t ticket = 0; ticket < 2; ++ticket) {
    Descriptor sent(::dup(seen_here[ticket].get()));
    const int number = sent.get();
    ASSERT_TRUE(tables_.hand_over(sent, 1, ticket));
    EXPECT_FALSE(sent);
    EXPECT_FALSE(is_open(number));
  }
  on_second([&] {
    const Descriptor later = tables_.take(1, 1);
    const Descriptor earlier = tables_.take(1, 0);
    ASSERT_TRUE(later && earlier);
    count(later);
    count(later);
    count(earlier);
    EXPECT_FALSE(tables_.take(1, 0)) << "once";
  });
  EXPECT_EQ(counted(seen_here[0]), 1u);
  EXPECT_EQ(counted(seen_here[1]), 2u);
}

TEST_F(DescriptorTablesTest, WhatDoesNotFitOnItsWayStays) {
  const Descriptor seen_here = counter();
  uint64_t sent = 0;
  Descriptor next(::dup(seen_here.get()));
  while (sent < 100'000 && tables_.hand_over(next, 1, sent)) {
    ++sent;
    next = Descriptor(::dup(seen_here.get()));
  }
  EXPECT_GT(sent, 50u);
  ASSERT_LT(sent, 100'000u);
  EXPECT_TRUE(is_open(next.get()));
  on_second([&] {
    for (uint64_t ticket = 0; ticket < sent; ++ticket) EXPECT_TRUE(tables_.take(1, ticket));
  });
  EXPECT_TRUE(tables_.hand_over(next, 1, sent));
}

TEST_F(DescriptorTablesTest, ATableHasSoManyPlaces) {
  for (int i = 0; i < 10; ++i) {
    EXPECT_FALSE(tables_.is_full(0));
    EXPECT_TRUE(tables_.reserve(0));
  }
  EXPECT_TRUE(tables_.is_full(0));
  EXPECT_FALSE(tables_.reserve(0));
  EXPECT_TRUE(tables_.reserve(0, 1)) << "one beyond";
  EXPECT_FALSE(tables_.reserve(0, 1));
  EXPECT_FALSE(tables_.is_full(1));
  tables_.release(0);
  tables_.release(0);
  EXPECT_TRUE(tables_.reserve(0));
}

}  // namespace
}  // namespace kith::net
