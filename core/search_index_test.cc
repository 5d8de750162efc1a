// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/search_index.h"

#include "core/store/testing/store_fixture.h"
#include "core/testing/virtual_clock.h"

namespace kith::core {
namespace {

using testing::incoming;

class SearchIndexTest : public testing::StoreTest {
 protected:
  // As with an input that brings so many messages.
  void receive(int64_t count) {
    for (int64_t i = 0; i < count; ++i) ASSERT_TRUE(store_.messages.add(incoming(++last_, 1)));
    if (count > 0) index_.look_again();
    timers_.run_due(clock_.monotonic());
    index_.pump();
  }
  // The same for a while, one message each time.
  void receive_every(uint64_t interval_ms, uint64_t for_ms) {
    for (uint64_t end = clock_.monotonic_ms + for_ms; clock_.monotonic_ms < end;) {
      clock_.monotonic_ms += interval_ms;
      receive(1);
    }
  }
  void pass(uint64_t ms) {
    const uint64_t end = clock_.monotonic_ms + ms;
    for (auto next = timers_.next(); next && next->value <= end; next = timers_.next()) {
      clock_.monotonic_ms = next->value;
      receive(0);
    }
    clock_.monotonic_ms = end;
  }
  int64_t indexed() {
    auto row = database_->prepare("SELECT indexed_sequence FROM progress");
    return row.step() ? row.integer(0) : -1;
  }

  testing::VirtualClock clock_;
  Timers timers_;
  SearchIndex index_{store_.messages, timers_, clock_};
  uint32_t last_ = 0;
};

TEST_F(SearchIndexTest, MessagesAreIndexedWhenItIsQuiet) {
  receive(3);
  pass(SearchIndex::kQuietMs - 1);
  EXPECT_EQ(indexed(), 0);
  receive(1);
  pass(SearchIndex::kQuietMs - 1);
  EXPECT_EQ(indexed(), 0) << "another one came";
  pass(1);
  EXPECT_EQ(indexed(), 4);
  EXPECT_FALSE(timers_.next()) << "and nothing wakes the device any more";
}

TEST_F(SearchIndexTest, WhatAnEarlierRunHasLeftIsIndexed) {
  ASSERT_TRUE(store_.messages.add(incoming(1, 1)));
  receive(0);
  pass(SearchIndex::kQuietMs);
  EXPECT_EQ(indexed(), 1);
}

TEST_F(SearchIndexTest, MessagesThatNeverStopAreIndexedAllTheSame) {
  receive_every(SearchIndex::kQuietMs / 2, SearchIndex::kLatestMs + SearchIndex::kQuietMs);
  EXPECT_GT(indexed(), 0);
  const int64_t before = indexed();
  receive_every(SearchIndex::kQuietMs / 2, SearchIndex::kLatestMs + SearchIndex::kQuietMs);
  EXPECT_GT(indexed(), before);
}

TEST_F(SearchIndexTest, ABacklogIsIndexedToItsEndAlsoWhileMoreComes) {
  receive(SearchIndex::kAtOnce * 10);
  pass(SearchIndex::kQuietMs);
  EXPECT_EQ(indexed(), SearchIndex::kAtOnce) << "not all at once";
  receive_every(SearchIndex::kQuietMs / 10, SearchIndex::kQuietMs * 2);
  EXPECT_GE(indexed(), SearchIndex::kAtOnce * 10);
}

}  // namespace
}  // namespace kith::core
