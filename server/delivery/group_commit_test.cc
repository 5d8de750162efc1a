// SPDX-License-Identifier: AGPL-3.0-or-later

// The group commit with members that are no inboxes.
#include "server/delivery/group_commit.h"

#include <gtest/gtest.h>

#include "server/delivery/testing/memory_stores.h"
#include "server/delivery/testing/virtual_time.h"

namespace kith::testing {
namespace {

class FakeMember final : public GroupCommit::Member {
 public:
  explicit FakeMember(uint8_t account) { address.account.value.fill(account); }

  [[nodiscard]] Due due() const override { return waiting; }
  [[nodiscard]] bool in_batch() const override { return batches_open > 0; }
  bool collect(uint64_t now_ms, InboxStore::Batch& batch, size_t& bytes_left) override {
    if (waiting.at_ms > now_ms) return false;
    waiting = {};
    auto body = make_body(Bytes(100, 'x'));
    bytes_left -= std::min(bytes_left, body->size());
    batch.appends.push_back({address, {Position::of(1, ++sequence), {UINT64_MAX}, {}, std::move(body)}});
    ++batches_open;
    return true;
  }
  void committed(Result<void, StoreError> result) override {
    --batches_open;
    results.push_back(result);
    if (!result && comes_again != nullptr) {
      waiting = {0, false};
      comes_again->add(*this, waiting);
    }
  }
  [[nodiscard]] std::optional<InboxStore::Forget> forgettable() override {
    ++came_up;
    return InboxStore::Forget{address, Position::of(1, sequence)};
  }
  void refuse_waiting(Settled why) override { refused = why; }

  [[nodiscard]] bool listed() const { return is_listed(); }

  DeviceAddress address{{}, {1}};
  Due waiting;
  GroupCommit* comes_again = nullptr;  // after a failure
  uint64_t sequence = 0;
  int batches_open = 0;
  int came_up = 0;
  std::vector<Result<void, StoreError>> results;
  std::optional<Settled> refused;
};

class GroupCommitTest : public ::testing::Test {
 protected:
  VirtualLoops loops{1};
  MemoryInboxStore store;
  TaskScope scope;
  DeliverySettings settings;
  ShardCounters counters;
  GroupCommit commit{{loops[0], loops[0], scope, loops.clock, store, settings, counters}};
  FakeMember ana{1};
  FakeMember ben{2};

  [[nodiscard]] uint64_t now_ms() const { return loops.clock.monotonic().value; }
  void add(FakeMember& member, uint64_t delay_ms, bool notice = false) {
    member.waiting = {now_ms() + delay_ms, notice};
    loops[0].run([&] { commit.add(member, member.waiting); });
  }
};

TEST_F(GroupCommitTest, WhatIsDueAtTheSameTimeIsOneBatch) {
  add(ana, 2);
  add(ben, 2);
  loops.pass(1);
  EXPECT_EQ(store.writes(), 0u);
  loops.pass(1);
  EXPECT_EQ(store.writes(), 1u);
  EXPECT_EQ(store.appends(), 2u);
  EXPECT_EQ(counters.commits, 1u);
  ASSERT_EQ(ana.results.size(), 1u);
  EXPECT_TRUE(ana.results[0]);
  EXPECT_FALSE(ana.listed());
}

TEST_F(GroupCommitTest, WhatHasLeftBeforeItIsDueIsNotWritten) {  // [SEND-2]
  add(ana, 20);
  ana.waiting = {};  // confirmed
  loops.pass(30);
  EXPECT_EQ(store.writes(), 0u);
  EXPECT_FALSE(ana.listed());
}

TEST_F(GroupCommitTest, NoticesWaitForTheNextLookAndAMessageTakesThemAlong) {
  add(ana, 1000, true);
  add(ben, 2);
  loops.pass(10);
  EXPECT_EQ(store.appends(), 1u);
  loops.pass(1500);
  EXPECT_EQ(store.appends(), 2u);
}

TEST_F(GroupCommitTest, EveryMemberOfABatchThatFailsIsTold) {
  store.write_faults.fail_next(StoreError::kUnavailable);
  add(ana, 2);
  add(ben, 2);
  loops.pass(5);
  ASSERT_EQ(ana.results.size(), 1u);
  ASSERT_EQ(ben.results.size(), 1u);
  EXPECT_EQ(ana.results[0].error(), StoreError::kUnavailable);
  EXPECT_EQ(counters.commit_failures, 1u);
}

TEST_F(GroupCommitTest, WhatIsToBeForgottenGoesAfterItsDelayAndAgainWhenTheWriteHasFailed) {  // [INBOX-1]
  add(ana, 0);
  loops.pass(5);
  ASSERT_EQ(store.stored(ana.address).size(), 1u);
  loops[0].run([&] { commit.forget_later(ana); });
  loops.pass(settings.forget_delay_ms - 1);
  EXPECT_EQ(ana.came_up, 0);
  store.write_faults.fail_next(StoreError::kUnavailable);
  loops.pass(2);
  EXPECT_EQ(ana.came_up, 1);
  EXPECT_EQ(store.stored(ana.address).size(), 1u);
  loops.pass(3000);
  EXPECT_TRUE(store.stored(ana.address).empty());
  EXPECT_EQ(ana.came_up, 1) << "it is not asked again";
}

TEST_F(GroupCommitTest, ADrainWritesWhatIsNotDueYet) {
  add(ana, 60'000);
  loops.begin(0, commit.drain());
  EXPECT_TRUE(commit.is_draining());
  loops.settle();
  EXPECT_EQ(store.appends(), 1u);
  EXPECT_FALSE(ana.refused);
}

TEST_F(GroupCommitTest, ADrainRefusesWhatTheStoreDoesNotTake) {
  store.write_faults.fail(StoreError::kUnavailable);
  ana.comes_again = &commit;
  add(ana, 60'000);
  loops.begin(0, commit.drain());
  loops.settle();
  ASSERT_EQ(ana.results.size(), 1u) << "it is not tried for ever";
  EXPECT_EQ(ana.refused, Settled::kUnavailable);
}

}  // namespace
}  // namespace kith::testing
