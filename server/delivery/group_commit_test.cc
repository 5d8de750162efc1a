// SPDX-License-Identifier: AGPL-3.0-or-later

// The group commit with members that are no inboxes.
#include "server/delivery/group_commit.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "server/delivery/testing/memory_stores.h"
#include "server/delivery/testing/virtual_time.h"

namespace kith::testing {
namespace {

class FakeMember final : public GroupCommit::Member {
 public:
  explicit FakeMember(uint8_t account) { device.account.value.fill(account); }

  [[nodiscard]] const DeviceAddress& address() const override { return device; }
  [[nodiscard]] Due due() const override { return waiting; }
  bool collect(uint64_t now_ms, InboxStore::Batch& batch, size_t& bytes_left) override {
    if (waiting.at_ms > now_ms) return false;
    waiting = {};
    auto body = make_body(Bytes(100, 'x'));
    bytes_left -= std::min(bytes_left, body->size());
    batch.appends.push_back({device, {Position::of(1, ++sequence), {UINT64_MAX}, {}, std::move(body)}});
    most_batches_open = std::max(most_batches_open, ++batches_open);
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
  [[nodiscard]] std::optional<Position> forgettable() override {
    ++came_up;
    return Position::of(1, sequence);
  }
  void refuse_waiting() override { refused = true; }

  [[nodiscard]] bool listed() const { return is_listed(); }

  DeviceAddress device{{}, {1}};
  Due waiting;
  GroupCommit* comes_again = nullptr;  // after a failure
  uint64_t sequence = 0;
  int batches_open = 0;
  int most_batches_open = 0;
  int came_up = 0;
  std::vector<Result<void, StoreError>> results;
  bool refused = false;
};

DeliverySettings settings_of(uint32_t batches_max) {
  DeliverySettings settings;
  settings.commit_batches_max = batches_max;
  return settings;
}

class GroupCommitTest : public ::testing::Test {
 protected:
  explicit GroupCommitTest(uint32_t batches_max = 1) : settings(settings_of(batches_max)) {}

  VirtualLoops loops{1};
  MemoryInboxStore store;
  TaskScope scope;
  const DeliverySettings settings;
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

TEST_F(GroupCommitTest, WhoWaitsForAMessageDoesNotWaitForAllThatIsToBeForgotten) {
  std::vector<std::unique_ptr<FakeMember>> many;
  for (uint8_t i = 10; i < 110; ++i) add(*many.emplace_back(std::make_unique<FakeMember>(i)), 0);
  loops.pass(5);
  loops[0].run([&] {
    for (const auto& member : many) commit.forget_later(*member);
  });
  const auto come_up = [&] { return std::ranges::count_if(many, [](const auto& each) { return each->came_up > 0; }); };
  store.write_faults.hold();
  loops.pass(settings.forget_delay_ms + 1);
  EXPECT_EQ(store.write_faults.waiting(), 1u);
  EXPECT_LE(come_up(), 16);
  add(ana, 0);
  loops.pass(1);
  for (int i = 0; i < 2; ++i) {
    store.write_faults.release_one();
    loops.pass(1);
  }
  EXPECT_EQ(ana.results.size(), 1u);
  EXPECT_LT(come_up(), 100);
  store.write_faults.release();
  loops.pass(1);
  for (const auto& member : many) EXPECT_TRUE(store.stored(member->device).empty());
}

TEST_F(GroupCommitTest, WhatIsToBeForgottenGoesAfterItsDelayAndAgainWhenTheWriteHasFailed) {  // [INBOX-1]
  add(ana, 0);
  loops.pass(5);
  ASSERT_EQ(store.stored(ana.device).size(), 1u);
  loops[0].run([&] { commit.forget_later(ana); });
  loops.pass(settings.forget_delay_ms - 1);
  EXPECT_EQ(ana.came_up, 0);
  store.write_faults.fail_next(StoreError::kUnavailable);
  loops.pass(2);
  EXPECT_EQ(ana.came_up, 1);
  EXPECT_EQ(store.stored(ana.device).size(), 1u);
  loops.pass(3000);
  EXPECT_TRUE(store.stored(ana.device).empty());
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
  EXPECT_TRUE(ana.refused);
}

TEST_F(GroupCommitTest, AMemberIsToldOfItsOwnPartAndNotOfAnothers) {  // [SEND-2]
  store.fail_device(ben.device, StoreError::kUnavailable);
  add(ana, 2);
  add(ben, 2);
  loops.pass(5);
  EXPECT_EQ(store.writes(), 1u);
  ASSERT_EQ(ana.results.size(), 1u);
  EXPECT_TRUE(ana.results[0]);
  ASSERT_EQ(ben.results.size(), 1u);
  ASSERT_FALSE(ben.results[0]);
  EXPECT_EQ(ben.results[0].error(), StoreError::kUnavailable);
  EXPECT_EQ(counters.commits, 1u);
  EXPECT_EQ(counters.commit_failures, 1u);
}

TEST_F(GroupCommitTest, WhatCouldNotBeForgottenOfOneMemberGoesAgainAndTheOthersIsGone) {  // [INBOX-1]
  add(ana, 0);
  add(ben, 0);
  loops.pass(5);
  loops[0].run([&] {
    commit.forget_later(ana);
    commit.forget_later(ben);
  });
  store.fail_device(ben.device, StoreError::kUnavailable);
  loops.pass(settings.forget_delay_ms + 5);
  EXPECT_TRUE(store.stored(ana.device).empty());
  EXPECT_EQ(store.stored(ben.device).size(), 1u);
  EXPECT_TRUE(ben.listed()) << "it is to stay where it is";
  store.fail_device(ben.device, std::nullopt);
  loops.pass(1100);
  EXPECT_TRUE(store.stored(ben.device).empty());
  EXPECT_FALSE(ben.listed());
}

TEST_F(GroupCommitTest, AStoreThatIsFullForOneDeviceIsGivenSpaceBackFirst) {  // [LIMIT-1]
  add(ana, 0);
  loops.pass(5);
  loops[0].run([&] { commit.forget_later(ana); });
  store.fail_device(ben.device, StoreError::kFull);
  add(ben, 2);
  loops.pass(5);
  EXPECT_TRUE(store.stored(ana.device).empty()) << "before its delay is over";
}

TEST_F(GroupCommitTest, ADrainGivesUpTheMemberThatTheStoreFailsAndWritesTheOthers) {
  store.fail_device(ben.device, StoreError::kUnavailable);
  ben.comes_again = &commit;
  add(ben, 60'000);
  add(ana, 60'000);
  loops.begin(0, commit.drain());
  loops.settle();
  EXPECT_EQ(store.stored(ana.device).size(), 1u);
  EXPECT_FALSE(ana.refused);
  ASSERT_EQ(ben.results.size(), 1u) << "it is not tried for ever";
  EXPECT_TRUE(ben.refused);
}

class SeveralBatches : public GroupCommitTest {
 protected:
  SeveralBatches() : GroupCommitTest(2) {}
  FakeMember cleo{3};
  // Each in a batch of its own, neither answered.
  void put_in_flight(FakeMember& first, FakeMember& second) {
    store.write_faults.hold();
    add(first, 0);
    loops.pass(1);
    add(second, 0);
    loops.pass(1);
    ASSERT_EQ(store.write_faults.waiting(), 2u);
  }
};

TEST_F(SeveralBatches, ABatchDoesNotWaitForASlowOneOfOtherDevices) {  // [SEND-2]
  put_in_flight(ana, ben);
  store.write_faults.release_one(1);
  loops.settle();
  ASSERT_EQ(ben.results.size(), 1u) << "answered before the batch that went first";
  EXPECT_TRUE(ben.results[0]);
  EXPECT_TRUE(ana.results.empty());
  EXPECT_TRUE(store.stored(ana.device).empty());
  store.write_faults.release();
  loops.settle();
  ASSERT_EQ(ana.results.size(), 1u);
  EXPECT_TRUE(ana.results[0]);
}

TEST_F(SeveralBatches, NoMoreAreInFlightThanTheSettingSaysAndTheRestGathers) {  // [LIMIT-1]
  put_in_flight(ana, ben);
  add(cleo, 0);
  loops.pass(50);
  EXPECT_EQ(store.write_faults.waiting(), 2u);
  store.write_faults.release_one(1);
  loops.settle();
  EXPECT_EQ(store.write_faults.waiting(), 2u) << "the answer of one lets the next go";
  EXPECT_TRUE(cleo.results.empty());
  store.write_faults.release();
  loops.settle();
  EXPECT_EQ(cleo.results.size(), 1u);
}

TEST_F(SeveralBatches, AMemberIsInOneBatchAtATime) {  // [ORDER-1]
  put_in_flight(ana, ben);
  store.write_faults.release_one(1);
  loops.settle();
  add(ana, 0);  // there is room for a batch, and hers is not answered
  loops.pass(300);
  EXPECT_EQ(store.write_faults.waiting(), 1u);
  store.write_faults.release_one();
  loops.settle();
  EXPECT_EQ(ana.results.size(), 1u);
  EXPECT_EQ(store.write_faults.waiting(), 1u) << "the second of hers follows at once";
  store.write_faults.release();
  loops.settle();
  EXPECT_EQ(ana.results.size(), 2u);
  EXPECT_EQ(ana.most_batches_open, 1);
}

TEST_F(SeveralBatches, ANoticeWaitsForTheBatchOfItsMember) {  // [ORDER-1]
  put_in_flight(ana, ben);
  store.write_faults.release_one(1);
  loops.settle();
  add(ana, 0, true);
  loops.pass(1000);
  EXPECT_EQ(ana.most_batches_open, 1);
  EXPECT_EQ(store.write_faults.waiting(), 1u);
  store.write_faults.release();
  loops.pass(300);
  EXPECT_EQ(ana.results.size(), 2u);
}

TEST_F(SeveralBatches, NothingIsForgottenWhileTheMembersBatchIsInFlight) {  // [INBOX-1]
  put_in_flight(ana, ben);
  store.write_faults.release_one(1);
  loops[0].run([&] { commit.forget_later(ana); });
  loops.pass(settings.forget_delay_ms + 500);
  EXPECT_EQ(ana.came_up, 0) << "it would overtake what it is to forget";
  EXPECT_EQ(store.write_faults.waiting(), 1u);
  store.write_faults.release();
  loops.pass(10);
  EXPECT_EQ(ana.came_up, 1);
  EXPECT_TRUE(store.stored(ana.device).empty());
}

TEST_F(SeveralBatches, WhatAnEndedDeviceHadInFlightIsForgottenAfterwards) {
  put_in_flight(ana, ben);
  store.write_faults.release_one(1);
  loops[0].run([&] { commit.forget_all(ana); });
  loops.pass(5000);
  EXPECT_EQ(store.write_faults.waiting(), 1u);
  EXPECT_TRUE(ana.listed());
  store.write_faults.release();
  loops.pass(10);
  EXPECT_EQ(ana.results.size(), 1u);
  EXPECT_TRUE(store.stored(ana.device).empty());
  EXPECT_FALSE(ana.listed());
}

TEST_F(SeveralBatches, AnAppendWaitsForTheForgetThatIsInFlight) {  // [ORDER-1]
  add(ana, 0);
  loops.pass(5);
  store.write_faults.hold();
  loops[0].run([&] { commit.forget_later(ana); });
  loops.pass(settings.forget_delay_ms);
  ASSERT_EQ(store.write_faults.waiting(), 1u);
  add(ana, 0);
  loops.pass(10);
  EXPECT_EQ(store.write_faults.waiting(), 1u);
  store.write_faults.release();
  loops.settle();
  ASSERT_EQ(store.stored(ana.device).size(), 1u);
  EXPECT_EQ(store.stored(ana.device)[0].position, Position::of(1, 2));
}

TEST_F(SeveralBatches, WhileSpaceIsGivenBackNothingIsAppended) {  // [LIMIT-1]
  add(ana, 0);
  loops.pass(5);
  loops[0].run([&] { commit.forget_later(ana); });
  store.fail_device(ben.device, StoreError::kFull);
  add(ben, 0);
  store.write_faults.hold();
  loops.pass(1);
  store.write_faults.release_one();  // it is full
  loops.settle();
  ASSERT_EQ(store.write_faults.waiting(), 1u);
  add(cleo, 0);
  loops.pass(10);
  EXPECT_EQ(store.write_faults.waiting(), 1u);
  store.write_faults.release();
  loops.settle();
  EXPECT_TRUE(store.stored(ana.device).empty());
  EXPECT_EQ(store.stored(cleo.device).size(), 1u);
}

TEST_F(SeveralBatches, ADrainWaitsForEveryBatchInFlight) {
  put_in_flight(ana, ben);
  add(cleo, 60'000);
  loops.begin(0, commit.drain());
  loops.settle();
  store.write_faults.release_one(1);
  loops.settle();
  store.write_faults.release();
  loops.settle();
  for (const FakeMember* member : {&ana, &ben, &cleo}) {
    ASSERT_EQ(member->results.size(), 1u);
    EXPECT_TRUE(member->results[0]);
    EXPECT_EQ(store.stored(member->device).size(), 1u);
  }
}

}  // namespace
}  // namespace kith::testing
