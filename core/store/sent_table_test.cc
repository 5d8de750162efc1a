// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/store/sent_table.h"

#include "core/store/testing/store_fixture.h"

namespace kith::core {
namespace {

using testing::account_id;
using testing::kPeer;
using testing::message_id;

class SentTableTest : public testing::StoreTest {
 protected:
  static constexpr DeviceId kDevice{3};
  void send(uint32_t id, uint32_t shows) { store_.sent.add(kPeer, kDevice, message_id(id), message_id(shows)); }
  static wire::ReceiptRun run(uint64_t first, std::initializer_list<uint32_t> ids) {
    wire::ReceiptRun run{first, first + ids.size() - 1, 0};
    for (const uint32_t id : ids) run.marks ^= wire::receipt_mark(message_id(id));
    return run;
  }
  std::optional<std::vector<MessageId>> delivered(const wire::ReceiptRun& run) {
    return store_.sent.raise(kPeer, kPeer, kDevice, run, SentState::kDelivered);
  }
};

TEST_F(SentTableTest, NumbersAreDenseForEachTargetAndDevice) {  // TICK-1
  for (uint64_t i = 1; i <= 3; ++i) {
    const MessageId id = message_id(static_cast<uint32_t>(i));
    EXPECT_EQ(store_.sent.add(kPeer, kDevice, id, id), i);
    EXPECT_EQ(store_.sent.add(account_id(9), kDevice, id, id), i);
    EXPECT_EQ(store_.sent.add(kPeer, {4}, id, id), i);
  }
  EXPECT_TRUE(store_.sent.has_written_to(kPeer));
  EXPECT_FALSE(store_.sent.has_written_to(account_id(8)));
}

TEST_F(SentTableTest, AReceiptRaisesItsRunAndNothingTwice) {  // TICK-1
  for (uint32_t i = 1; i <= 4; ++i) send(i, i);
  EXPECT_EQ(delivered(run(2, {2, 3})), (std::vector{message_id(2), message_id(3)}));
  EXPECT_TRUE(delivered(run(2, {2, 3}))->empty());
  EXPECT_EQ(delivered(run(1, {1, 2, 3})), (std::vector{message_id(1)})) << "runs may overlap";
  EXPECT_EQ(store_.sent.state_of(message_id(4)), SentState::kSent);
  EXPECT_EQ(store_.sent.raise(kPeer, kPeer, kDevice, run(4, {4}), SentState::kRead)->size(), 1u);
  EXPECT_TRUE(delivered(run(4, {4}))->empty()) << "states only rise";
  EXPECT_EQ(store_.sent.state_of(message_id(4)), SentState::kRead);
}

TEST_F(SentTableTest, ARunThatIsNotOfWhatWasSentSaysNothing) {  // TICK-1: as after a store was put back from a copy
  for (uint32_t i = 1; i <= 3; ++i) send(i, i);
  EXPECT_EQ(delivered(run(1, {1, 9, 3})), std::nullopt) << "another message had that number";
  EXPECT_EQ(delivered(run(2, {2, 3, 4})), std::nullopt) << "number 4 was not given out yet";
  EXPECT_FALSE(store_.sent.raise(kPeer, kPeer, {4}, run(1, {1}), SentState::kDelivered)) << "of another device";
  EXPECT_FALSE(store_.sent.raise(account_id(9), account_id(9), kDevice, run(1, {1}), SentState::kDelivered));
  for (const wire::ReceiptRun& wrong :
       {wire::ReceiptRun{}, wire::ReceiptRun{3, 1, 0}, wire::ReceiptRun{1, UINT64_MAX, 0},
        wire::ReceiptRun{0, 3, run(1, {1, 2, 3}).marks}}) {
    EXPECT_EQ(delivered(wrong), std::nullopt) << wrong.first << " " << wrong.last;
  }
}

TEST_F(SentTableTest, AnAnswerCountsForTheMessageThatItShows) {  // TICK-1
  send(1, 1);
  send(77, 1);
  EXPECT_EQ(delivered(run(2, {77})), (std::vector{message_id(1)}));
  EXPECT_EQ(store_.sent.state_of(message_id(1)), SentState::kDelivered);
  EXPECT_EQ(store_.sent.raise(kPeer, kPeer, kDevice, run(2, {77}), SentState::kRead), std::nullopt);
  EXPECT_EQ(store_.sent.raise(kPeer, kPeer, kDevice, run(2, {1}), SentState::kRead)->size(), 1u)
      << "a read receipt has the marks of what is shown";
}

TEST_F(SentTableTest, WhatIsSentIsFoundWhereverItsMessageIs) {  // TICK-1
  open(kPeer);
  send(1, 1);  // before its message is there
  store_.messages.add(testing::outgoing(1, 10));
  store_.messages.add(testing::outgoing(2, 20));
  send(2, 2);
  send(77, 2);
  send(3, 3);  // of no message: a request
  for (uint32_t i = 1; i <= 4; ++i) {
    const uint32_t shown = i == 3 ? 2 : i == 4 ? 3 : i;
    EXPECT_EQ(store_.sent.state_of(message_id(shown)), i == 3 ? SentState::kDelivered : SentState::kSent);
    EXPECT_EQ(delivered(run(i, {i == 3 ? 77 : shown}))->size(), 1u) << i;
    EXPECT_EQ(store_.sent.state_of(message_id(shown)), SentState::kDelivered);
    EXPECT_EQ(store_.sent.states_of(message_id(shown)), (std::vector<MemberState>{{kPeer, SentState::kDelivered}}));
  }
  for (const char* sql : {"EXPLAIN QUERY PLAN SELECT 1 FROM sent WHERE shown = 1",
                          "EXPLAIN QUERY PLAN SELECT 1 FROM sent WHERE shown IS NULL AND shows = x'00'",
                          "EXPLAIN QUERY PLAN SELECT 1 FROM sealed_for WHERE message = 1",
                          "EXPLAIN QUERY PLAN SELECT 1 FROM sealed_for WHERE message IS NULL AND message_id = x'00'"}) {
    auto plan = database_->prepare(sql);
    ASSERT_TRUE(plan.step());
    EXPECT_NE(plan.text(3).find("INDEX"), std::string::npos) << plan.text(3);
  }
}

TEST_F(SentTableTest, EachMemberHasSaidWhatItHasSaid) {  // TICK-1
  const AccountId other = account_id(9);
  for (uint32_t i = 1; i <= 3; ++i) send(i, i);
  EXPECT_EQ(delivered(run(1, {1, 2, 3}))->size(), 3u);
  EXPECT_EQ(store_.sent.state_of(message_id(2)), SentState::kDelivered);
  EXPECT_EQ(store_.sent.raise(kPeer, other, kDevice, run(2, {2}), SentState::kRead), std::vector{message_id(2)});
  EXPECT_EQ(store_.sent.states_of(message_id(1)), (std::vector<MemberState>{{kPeer, SentState::kDelivered}}));
  EXPECT_EQ(store_.sent.states_of(message_id(2)),
            (std::vector<MemberState>{{kPeer, SentState::kDelivered}, {other, SentState::kRead}}));
  EXPECT_TRUE(store_.sent.raise(kPeer, other, kDevice, run(2, {2}), SentState::kDelivered)->empty()) << "it was read";
  EXPECT_TRUE(store_.sent.states_of(message_id(7)).empty());
}

TEST_F(SentTableTest, WhatWasSaidOfNumbersWithoutAHoleIsOneRow) {  // RECEIPT-1
  const auto rows = [this] {
    auto row = database_->prepare("SELECT count(*), min(first), max(last) FROM receipts");
    EXPECT_TRUE(row.step());
    return std::vector{row.integer(0), row.integer(1), row.integer(2)};
  };
  for (uint32_t i = 1; i <= 9; ++i) send(i, i);
  EXPECT_EQ(delivered(run(1, {1, 2}))->size(), 2u);
  EXPECT_EQ(delivered(run(3, {3}))->size(), 1u);
  EXPECT_EQ(rows(), (std::vector<int64_t>{1, 1, 3}));
  EXPECT_EQ(delivered(run(7, {7, 8}))->size(), 2u);
  EXPECT_EQ(delivered(run(5, {5}))->size(), 1u);
  EXPECT_EQ(rows(), (std::vector<int64_t>{3, 1, 8}));
  EXPECT_EQ(delivered(run(2, {2, 3, 4, 5, 6})), (std::vector{message_id(4), message_id(6)}));
  EXPECT_EQ(rows(), (std::vector<int64_t>{1, 1, 8}));
  EXPECT_EQ(store_.sent.state_of(message_id(9)), SentState::kSent);
}

}  // namespace
}  // namespace kith::core
